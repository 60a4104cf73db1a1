"""Licences of a simulated host that shares its desktop: how it counts them, and whether it finds its licence server."""

from collections.abc import Mapping
from typing import Any

MODES: Mapping[str, int] = {"administrators": 1, "per_device": 2, "per_person": 4, "not_decided": 5}
"""How licences are counted -> LicensingType of Win32_TerminalServiceSetting."""
WAYS: Mapping[str, int] = {"reached": 11, "not_reached": 6, "not_in_group": 5, "access_denied": 8, "unknown": 0}
"""What Windows says of the way to a licence server -> its number for that."""


def usual() -> dict[str, Any]:
    """Return the section of a healthy host: a PC, which needs no licences."""
    return {"shares_desktops": False, "mode": "administrators", "grace_days": 0, "servers": []}
