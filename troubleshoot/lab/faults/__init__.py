"""Named faults of a lab host: functions that spoil a state document, to be combined freely.

One module for each theme; its FAULTS are found here. The sentence of a fault is its docstring.
"""

from collections.abc import Callable

from troubleshoot.lab.faults import (
    access,
    certificates,
    chosen,
    firewall,
    keys,
    listening,
    path,
    printing,
    security,
    services,
    surroundings,
)
from troubleshoot.lab.state import Document

Fault = Callable[[Document], None]


def _healthy(document: Document) -> None:
    """Change nothing: the host works."""


FAULTS: dict[str, Fault] = {"healthy": _healthy}
for _theme in (
    certificates,
    keys,
    chosen,
    services,
    listening,
    security,
    firewall,
    path,
    surroundings,
    access,
    printing,
):
    FAULTS |= _theme.FAULTS
