"""Why a person may not do something, and whom to ask instead, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.engine import UNKNOWN, Denial, roles_that_help

DENIALS: Final[Mapping[Denial, str | Promise]] = {
    Denial.NO_ROLE: gettext_lazy("This needs a role that you do not hold."),
    Denial.OUT_OF_REACH: gettext_lazy("Your roles do not reach this one."),
    Denial.OWN_REQUEST: gettext_lazy("Nobody approves a request of their own, or one that is for them."),
    Denial.NOT_SELF_SERVICE: gettext_lazy(
        "You may start only fixes that disturb nobody and are marked for self-service."
    ),
    Denial.INVENTED: gettext_lazy(
        "This was invented, so that a demo has something to show. It can be looked at, and that is all."
    ),
    # Whoever may not know of a thing is told nothing about it.
    Denial.ABSENT: "",
}


def denial_words(code: object) -> str:
    """Say why a person may not do something. Whatever the code is, there is a word for it."""
    known = next((denial for denial in Denial if denial == code), None)
    return UNKNOWN if known is None else str(DENIALS[known])


def helper_words(action: str, *, site: str = "", another: bool = False) -> str:
    """Name the roles that may do something for whoever may not: at a site, and `another` person than the reader."""
    roles = " / ".join(_(role.words) for role in roles_that_help(action))
    place = _("%(roles)s of %(site)s") % {"roles": roles, "site": site} if site else roles
    return _("another %(place)s") % {"place": place} if another else place
