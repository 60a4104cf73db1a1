"""What the person's saved connection (a file that ends in .rdp) tells: facts that follow from what it sets.

It is word of mouth: the file lies on the person's own PC, and what it leaves open is decided by settings that we do not
see. So `not_told` is a value of each.
"""

from __future__ import annotations

from collections.abc import Mapping

from troubleshoot.engine import Fact, FactWords, SavedConnection, values_by_name

NOT_TOLD = "not_told"
FROM_FILE = "told by the saved connection: "
"""How every reading of these facts begins."""
USUAL_PORT = 3389
"""The port that a program uses when the file names none."""


def _told(name: str, words: str, values: Mapping[str, str]) -> FactWords:
    return FactWords(name, words, "told", {**values, NOT_TOLD: "the file does not say"})


WORDS = (
    # unnamed: one has to be used, and none is named.
    _told(
        "file.gateway",
        "Gateway in the saved connection",
        {"none": "none is used", "used": "one is used", "unnamed": "one is demanded, and none is named"},
    ),
    _told(
        "file.nla",
        "Sign-in before the desktop (NLA), in the saved connection",
        {"on": "is offered", "off": "is left out"},
    ),
    _told(
        "file.web_account",
        "Sign-in with a web account (Entra), in the saved connection",
        {"yes": "is demanded", "no": "is not demanded"},
    ),
    _told(
        "file.doubtful_computer",
        "When the computer cannot prove who it is, the saved connection",
        {"refuses": "refuses it", "warns": "warns", "accepts": "connects all the same"},
    ),
    _told(
        "file.port",
        "Port in the saved connection",
        {"same": "the one that is registered here", "differs": "another one than is registered here"},
    ),
    _told(
        "file.broker",
        "Connection broker in the saved connection",
        {"yes": "is to choose the computer", "no": "is not asked"},
    ),
    _told(
        "file.devices",
        "Devices and folders that the saved connection takes along",
        {"some": "some", "none": "none"},
    ),
)
FACTS = values_by_name(WORDS)

_USED, _NOT_USED = frozenset({1, 2}), frozenset({0, 4})
"""Of `gatewayusagemethod`; 3 leaves it to the program."""
_DOUBTFUL = {0: "accepts", 1: "refuses", 2: "warns", 3: "accepts"}
_WEB = ("enablerdsaadauth", "targetisaadjoined")
_TAKEN = ("redirectprinters", "redirectsmartcards", "redirectcomports", "redirectdrives", "redirectposdevices")
_TAKEN_WORDS = ("drivestoredirect", "devicestoredirect", "usbdevicestoredirect", "camerastoredirect")


def saved_connection_facts(saved: SavedConnection, *, port: int | None) -> dict[str, Fact]:
    """Return every fact that a saved connection tells, with what it follows from; never raises.

    `port` is the port at which the portal reaches the computer; None where it knows none, then nothing is compared.
    """
    devices = {key: saved.numbers[key] for key in _TAKEN if key in saved.numbers}
    found = {
        "file.gateway": (_gateway(saved), ("gatewayusagemethod",)),
        "file.nla": (_of(saved, "enablecredsspsupport", {0: "off", 1: "on"}), ("enablecredsspsupport",)),
        "file.web_account": (_web_account(saved), _WEB),
        "file.doubtful_computer": (_of(saved, "authentication level", _DOUBTFUL), ("authentication level",)),
        "file.port": (_port(saved, port), ()),
        "file.broker": (_broker(saved), ("use redirection server name",)),
        "file.devices": (_devices(devices, saved.worded), tuple(devices)),
    }
    return {name: Fact(name, value, _readings(name, saved, keys)) for name, (value, keys) in found.items()}


def _of(saved: SavedConnection, key: str, values: Mapping[int, str]) -> str:
    return values.get(saved.numbers.get(key, -1), NOT_TOLD)


def _gateway(saved: SavedConnection) -> str:
    method = saved.numbers.get("gatewayusagemethod", -1)
    if method in _USED:
        return "used" if saved.gateway else "unnamed"
    return "none" if method in _NOT_USED else NOT_TOLD


def _web_account(saved: SavedConnection) -> str:
    said = [saved.numbers[key] for key in _WEB if key in saved.numbers]
    return ("yes" if any(said) else "no") if said else NOT_TOLD


def _port(saved: SavedConnection, ours: int | None) -> str:
    if ours is None or (saved.port is None and not saved.named):
        return NOT_TOLD
    return "same" if (saved.port or USUAL_PORT) == ours else "differs"


def _broker(saved: SavedConnection) -> str:
    if "loadbalanceinfo" in saved.worded:
        return "yes"
    return _of(saved, "use redirection server name", {0: "no", 1: "yes"})


def _devices(devices: Mapping[str, int], worded: tuple[str, ...]) -> str:
    if any(devices.values()) or not set(_TAKEN_WORDS).isdisjoint(worded):
        return "some"
    return "none" if devices else NOT_TOLD


def _readings(name: str, saved: SavedConnection, keys: tuple[str, ...]) -> tuple[str, ...]:
    said = [f"{FROM_FILE}{key}:i:{saved.numbers[key]}" for key in keys if key in saved.numbers]
    if name == "file.gateway" and saved.gateway:
        said.append(f"{FROM_FILE}gatewayhostname:s:{saved.gateway}")
    if name == "file.port" and saved.named:
        said.append(f"{FROM_FILE}port {saved.port or USUAL_PORT}")
    if name == "file.devices":
        said += [f"{FROM_FILE}{key}" for key in _TAKEN_WORDS if key in saved.worded]
    if name == "file.broker" and "loadbalanceinfo" in saved.worded:
        said.append(f"{FROM_FILE}loadbalanceinfo")
    return tuple(said)
