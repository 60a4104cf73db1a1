"""Named faults of a lab host: functions that spoil a state document, to be combined freely.

One module for each theme; its FAULTS are found here. The sentence of a fault is its docstring.
"""

from collections.abc import Callable

from troubleshoot.lab.faults import access, certificates, firewall, keys, listening, printing, security, services
from troubleshoot.lab.faults import chosen_certificates as chosen
from troubleshoot.lab.faults import environment as surroundings
from troubleshoot.lab.faults import network_path as path
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
