"""What may cut our own way into a computer: how a resource says so, and what is asked of an action that writes it."""

from dataclasses import replace

import pytest

from tests.engine.sample import ACTION, BULB, RESOURCE, problems
from tests.engine.test_plan import CATALOG
from tests.support import shipped_catalog

ALWAYS = RESOURCE.replace('revert = "exact"\n', 'revert = "exact"\nendangers_access = true\n')
LAMP, BULB_FILE, SWITCH_ON = "resources/lamp/resource.toml", "resources/bulb/resource.toml", "actions/switch-on.toml"


def in_rooms(*rooms: str) -> str:
    return RESOURCE + f"\n[endangers_access]\nroom = {list(rooms)!r}\n"


@pytest.mark.parametrize(
    ("endangers", "room", "expected"),
    [(None, "hall", False), ({}, "hall", True), ({"room": ("HALL",)}, "hall", True), ({"room": ("x",)}, "hall", False)],
)
def test_a_resource_endangers_access_always_or_by_its_parameters(
    endangers: dict[str, tuple[str, ...]] | None, room: str, expected: bool
) -> None:
    lamp = replace(CATALOG.resources["lamp"], endangers=endangers)
    assert lamp.endangers_access({"room": room}) is expected


@pytest.mark.parametrize(
    ("path", "endangers"),
    [
        ("HKLM:\\SYSTEM\\CurrentControlSet\\Services\\WinRM", True),
        ("hklm:\\system\\currentcontrolset\\services\\winrm\\Parameters", True),
        ("HKLM:\\SYSTEM\\CurrentControlSet\\Services\\WinRMother", False),
        ("HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server", False),
        ("HKLM:\\SYSTEM\\ControlSet001\\Services\\WinRM", True),
        ("hklm:\\system\\controlset002\\Services\\Schedule", True),
        ("HKLM:\\SYSTEM\\ControlSet001\\Control\\Terminal Server", False),
        ("HKLM:\\SYSTEM\\ControlSet01\\Services\\WinRM", False),
        ("HKLM:\\SOFTWARE\\Wow6432Node\\Policies\\Microsoft\\Windows\\WinRM\\Service", True),
        ("HKLM:\\SOFTWARE\\WOW6432Node\\Vendor", False),
    ],
)
def test_of_the_registry_what_lies_below_such_a_place_does(path: str, endangers: bool) -> None:
    value = shipped_catalog().resources["registry-value"]
    assert value.endangers_access({"path": path, "name": "Start"}) is endangers


def test_a_service_that_endangers_access_does_so_in_the_registry_too() -> None:
    known = shipped_catalog()
    names = (known.resources["service"].endangers or {})["name"]
    assert {"WinRM", "BFE", "MpsSvc", "RpcSs", "Schedule"} <= set(names)
    value, services = known.resources["registry-value"], "HKLM:\\SYSTEM\\CurrentControlSet\\Services"
    assert all(value.endangers_access({"path": f"{services}\\{name}", "name": "Start"}) for name in names)


def test_the_shipped_remedies_that_endanger_access_are_these() -> None:
    known = shipped_catalog()
    found = {
        action.name
        for action in known.actions.values()
        for wish in action.wishes
        if known.resources[wish.resource].endangers_access(wish.params)
    }
    assert found == {"open-firewall", "repair-key-folder-permissions"}


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (LAMP, in_rooms("hall").replace("room =", "floor ="), "endangers_access.floor: is no parameter"),
        (LAMP, RESOURCE.replace("revert", "endangers_access = 3\nrevert", 1), "must be true, or a table"),
        (BULB_FILE, BULB + "\n[endangers_access]\n", "must be true, or a table"),
        (BULB_FILE, BULB.replace("revert", "endangers_access = true\nrevert", 1), "reverts exactly"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(file: str, text: str, said: str) -> None:
    assert any(said in one for one in problems({file: text.encode()}))


def test_the_computer_waits_for_a_time_or_for_our_return_not_for_both() -> None:
    temporary = ACTION.replace("risk ", 'temporary = "2h"\nrisk ', 1)
    found = problems({LAMP: ALWAYS.encode(), SWITCH_ON: temporary.encode()})
    assert any("temporary" in one and "our return" in one for one in found)


def test_what_endangers_access_has_no_low_risk() -> None:
    low = ACTION.replace('"disruptive"', '"low"')
    assert any("its risk is not low" in one for one in problems({LAMP: ALWAYS.encode(), SWITCH_ON: low.encode()}))
