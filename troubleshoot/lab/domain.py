"""The domain of a simulated host: whether it is in one, whether that trusts it, and whether it finds a controller."""

from typing import Any


def usual() -> dict[str, Any]:
    """Return a member that its domain trusts, in a network where it finds a controller."""
    return {
        "joined": True,
        "name": "corp.example",
        "secure_channel": True,
        "controller": False,
        "controller_reachable": True,
    }


def finds_controller(state: dict[str, Any]) -> bool:
    """Tell whether a computer finds a controller of its domain."""
    return bool(state["joined"] and state.get("controller_reachable", True))
