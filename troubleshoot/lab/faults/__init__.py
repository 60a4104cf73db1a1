"""Named faults of a lab host: functions that spoil a state document, to be combined freely.

One module for each theme; its FAULTS are found here. The sentence of a fault is its docstring.
"""

from collections.abc import Callable

from troubleshoot.lab.faults import (
    access,
    certificates,
    chosen_certificates,
    environment,
    firewall,
    identity,
    keys,
    licences,
    listening,
    network_path,
    printing,
    scheduling,
    security,
    services,
    sessions,
)
from troubleshoot.lab.state import Document

Fault = Callable[[Document], None]


def _healthy(document: Document) -> None:
    """Nothing is wrong: the host works."""


FAULTS: dict[str, Fault] = {"healthy": _healthy}
for _theme in (
    certificates,
    keys,
    chosen_certificates,
    services,
    listening,
    security,
    firewall,
    network_path,
    identity,
    environment,
    sessions,
    licences,
    access,
    printing,
    scheduling,
):
    FAULTS |= _theme.FAULTS
