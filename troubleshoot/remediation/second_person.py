"""When a second person has to agree to a change."""

from __future__ import annotations

from troubleshoot.engine import Action
from troubleshoot.models import Host


def needs_second_person(action: Action, host: Host) -> bool:
    """Tell whether a second person has to agree before an action runs on a host: for its risk, or for what the host
    is."""
    return action.risk == "dangerous" or host.critical
