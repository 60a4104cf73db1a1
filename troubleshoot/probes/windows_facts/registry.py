"""Settings in the registry: of this computer, and of group policy, which wins. One reading brings them all.

A value that is absent has the default that Microsoft documents; each rule says which.
"""

from collections.abc import Mapping

from troubleshoot.engine import UNKNOWN
from troubleshoot.probes.windows_facts.rule import DECIDED, Judge, Rule, RuleReading, State

ABSENT = "absent"
_CONTROL = "HKLM:\\SYSTEM\\CurrentControlSet\\Control"
_SERVER = f"{_CONTROL}\\Terminal Server"
_LISTENER = f"{_SERVER}\\WinStations\\RDP-Tcp"
_POLICY = "HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services"
_TLS12 = f"{_CONTROL}\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server"
#: How a person calls a value, with its key and name.
VALUES: Mapping[str, tuple[str, str]] = {
    "fDenyTSConnections": (_SERVER, "fDenyTSConnections"),
    "policy fDenyTSConnections": (_POLICY, "fDenyTSConnections"),
    "TSEnabled": (_SERVER, "TSEnabled"),
    "fEnableWinStation": (_LISTENER, "fEnableWinStation"),
    "fLogonDisabled": (_LISTENER, "fLogonDisabled"),
    "TSServerDrainMode": (_SERVER, "TSServerDrainMode"),
    "TSUserEnabled": (_SERVER, "TSUserEnabled"),
    "SelectTransport": (_LISTENER, "SelectTransport"),
    "policy SelectTransport": (_POLICY, "SelectTransport"),
    "TLS 1.2 Enabled": (_TLS12, "Enabled"),
    "TLS 1.2 DisabledByDefault": (_TLS12, "DisabledByDefault"),
    "policy cipher suites": (
        "HKLM:\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002",
        "Functions",
    ),
    "FIPS Enabled": (f"{_CONTROL}\\Lsa\\FIPSAlgorithmPolicy", "Enabled"),
    "AllowEncryptionOracle": (
        "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\CredSSP\\Parameters",
        "AllowEncryptionOracle",
    ),
    "disabledomaincreds": (f"{_CONTROL}\\Lsa", "disabledomaincreds"),
}


def _named(state: State) -> State:
    """Return the lines of the resource by the names above: a DWord as its number, all else as it was said."""
    lines = state.get("found")
    if not isinstance(lines, list) or len(lines) != len(VALUES):
        return {}
    found: dict[str, object] = {}
    for line, (words, (path, name)) in zip(lines, VALUES.items(), strict=True):
        start, _, said = line.partition(" = ") if isinstance(line, str) else ("", "", "")
        if start == f"{path}\\{name}":
            number = said.removeprefix("DWord ")
            found[words] = int(number) if number != said and number.isascii() and number.isdecimal() else said
    return found


REGISTRY = RuleReading(
    "registry values",
    "registry-values",
    {"paths": [path for path, _ in VALUES.values()], "names": [name for _, name in VALUES.values()]},
    unfold=_named,
)
PLACE = 60
READINGS = (REGISTRY,)


def _decided(state: State, local: str, policy: str) -> tuple[int | None, str]:
    """Return the number in force, None for the default, and where it comes from; `unknown` when it is no number."""
    for name, source in ((policy, "policy"), (local, "local")):
        value = state.get(name)
        if type(value) is int:
            return value, source
        if value != ABSENT:
            return None, UNKNOWN
    return None, "default"


def _number(words: Mapping[int | None, str], local: str, policy: str) -> Judge:
    def judge(state: State) -> str:
        number, source = _decided(state, local, policy)
        return UNKNOWN if source == UNKNOWN else words.get(number, UNKNOWN)

    return judge


def _source(local: str, policy: str) -> Judge:
    return lambda state: _decided(state, local, policy)[1]


def _numbers(state: State, *names: str) -> list[int | None] | None:
    """Return numbers, None for absent ones; None when one of them is neither."""
    found = [state.get(name) for name in names]
    if any(type(value) is not int and value != ABSENT for value in found):
        return None
    return [value if type(value) is int else None for value in found]


def _remote_desktop(state: State) -> str:
    """Tell whether any of three switches turns Remote Desktop off; without a value Windows denies connections."""
    denied, source = _decided(state, "fDenyTSConnections", "policy fDenyTSConnections")
    listener = _numbers(state, "fEnableWinStation", "TSEnabled")
    if source == UNKNOWN or listener is None:
        return UNKNOWN
    return "on" if denied == 0 and 0 not in listener else "off"


def _remote_desktop_source(state: State) -> str:
    denied, source = _decided(state, "fDenyTSConnections", "policy fDenyTSConnections")
    return "local" if denied == 0 and _remote_desktop(state) == "off" else source


def _logons(state: State) -> str:
    """Tell whether people may sign in: yes without a value; a drained host still takes people back into their
    sessions."""
    found = _numbers(state, "fLogonDisabled", "TSUserEnabled", "TSServerDrainMode")
    if found is None:
        return UNKNOWN
    refused, users, drained = found
    if refused or users:
        return "off"
    return "draining" if drained else "allowed"


def _tls12(state: State) -> str:
    """Tell whether TLS 1.2 is on: yes without a value; either of two values switches it off."""
    found = _numbers(state, "TLS 1.2 Enabled", "TLS 1.2 DisabledByDefault")
    if found is None:
        return UNKNOWN
    return "off" if found[0] == 0 or found[1] == 1 else "on"


def _tls_source(state: State) -> str:
    found = _numbers(state, "TLS 1.2 Enabled", "TLS 1.2 DisabledByDefault")
    if found is None:
        return UNKNOWN
    return "default" if found == [None, None] else "local"


def _cipher_policy(state: State) -> str:
    value = state.get("policy cipher suites")
    if not isinstance(value, str):
        return UNKNOWN
    kind, _, listed = value.partition(" ")
    if value == ABSENT or kind not in {"String", "ExpandString", "MultiString"}:
        return "none" if value == ABSENT else UNKNOWN
    return "set" if listed else "none"


def _one_number(name: str, words: Mapping[int | None, str]) -> Judge:
    def judge(state: State) -> str:
        found = _numbers(state, name)
        return UNKNOWN if found is None else words.get(found[0], UNKNOWN)

    return judge


_DENY = ("fDenyTSConnections", "policy fDenyTSConnections")
_SWITCHES = (*_DENY, "fEnableWinStation", "TSEnabled")
_UDP = ("SelectTransport", "policy SelectTransport")
_TLS = ("TLS 1.2 Enabled", "TLS 1.2 DisabledByDefault")
RULES = (
    Rule(
        "windows.remote_desktop",
        "Remote Desktop in the settings",
        {"on": "on", "off": "off"},
        REGISTRY,
        _SWITCHES,
        _remote_desktop,
    ),
    Rule(
        "windows.remote_desktop_source",
        "Who decided that",
        DECIDED,
        REGISTRY,
        _SWITCHES,
        _remote_desktop_source,
    ),
    Rule(
        "windows.logons",
        "New sign-ins",
        {"allowed": "allowed", "draining": "held off for maintenance", "off": "switched off"},
        REGISTRY,
        ("fLogonDisabled", "TSUserEnabled", "TSServerDrainMode"),
        _logons,
    ),
    Rule(
        "windows.fips",
        "FIPS mode",
        {"on": "on", "off": "off"},
        REGISTRY,
        ("FIPS Enabled",),
        _one_number("FIPS Enabled", {None: "off", 0: "off", 1: "on"}),
    ),
    Rule(
        "windows.kept_credentials",
        "Credentials for the network",
        {"allowed": "may be kept", "forbidden": "may not be kept"},
        REGISTRY,
        ("disabledomaincreds",),
        _one_number("disabledomaincreds", {None: "allowed", 0: "allowed", 1: "forbidden"}),
    ),
    Rule(
        "windows.tls12",
        "TLS 1.2 on the computer",
        {"on": "on", "off": "off"},
        REGISTRY,
        _TLS,
        _tls12,
    ),
    Rule(
        "windows.tls_source",
        "Who decided that",
        DECIDED,
        REGISTRY,
        _TLS,
        _tls_source,
    ),
    Rule(
        "windows.cipher_policy",
        "Policy for the order of ciphers",
        {"none": "none", "set": "one is set"},
        REGISTRY,
        ("policy cipher suites",),
        _cipher_policy,
    ),
    Rule(
        "windows.udp",
        "Second way over UDP",
        {"tcp_only": "switched off", "allowed": "allowed"},
        REGISTRY,
        _UDP,
        _number({None: "allowed", 0: "allowed", 1: "tcp_only", 2: "allowed"}, *_UDP),
    ),
    Rule(
        "windows.udp_source",
        "Who decided that",
        DECIDED,
        REGISTRY,
        _UDP,
        _source(*_UDP),
    ),
    Rule(
        "windows.credssp",
        "Policy for old sign-in programs (CredSSP)",
        {
            "patched": "only current ones",
            "mitigated": "current ones, old ones as far as safe",
            "vulnerable": "all of them",
            "default": "none is set",
        },
        REGISTRY,
        ("AllowEncryptionOracle",),
        _one_number("AllowEncryptionOracle", {0: "patched", 1: "mitigated", 2: "vulnerable", None: "default"}),
    ),
)
