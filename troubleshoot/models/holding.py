"""How a row is held until a transaction ends, and in which order: whoever holds several holds them in this one.

Person, grant, case, incident, site, host, credential; of one table all at once, by their keys. A job is held by being
written, after all of these. Two transactions that both keep to it never wait for each other. What is held already may
be held again. `ORDER` is the same as names of tables.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

from django.db import models

ORDER: Final = ("person", "grant", "case", "incident", "site", "host", "credential")

Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


def held(rows: Rows, *, to_remove: bool = False) -> Rows:
    """Return the same rows, locked until the transaction ends: nobody else holds or changes them meanwhile.

    Only the rows themselves, and their keys stay free: what points at one may be added meanwhile, and two that add
    something do not wait for each other. Not so for a row that is to be removed.
    """
    return rows.select_for_update(of=("self",), no_key=not to_remove)
