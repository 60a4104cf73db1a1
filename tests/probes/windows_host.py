"""What a healthy computer reports to the Windows probe, and a short way to judge a changed one."""

from datetime import UTC, datetime
from typing import Any

from troubleshoot import probes
from troubleshoot.probes import windows_facts
from troubleshoot.probes.windows_facts.registry import VALUES

NOW = datetime(2026, 11, 22, 9, 0, 0, tzinfo=UTC)
PORT = 3389
USUAL = {
    "fDenyTSConnections": "DWord 0",
    "TSEnabled": "DWord 1",
    "fEnableWinStation": "DWord 1",
    "fLogonDisabled": "DWord 0",
    "TSServerDrainMode": "DWord 0",
    "TSUserEnabled": "DWord 0",
}


def firewall_rule(
    fields: str = "", *, name: str = "{by-hand}", store: str = "Local", action: str = "Allow", profiles: str = ""
) -> str:
    """Return one rule that is on and about Remote Desktop's port, as the reading of the firewall gives it."""
    where = "".join(f"Profile={one}|" for one in profiles.split())
    return f"{store}|{name}|v2.31|Action={action}|Active=TRUE|Dir=In|Protocol=6|{where}{fields or 'LPort=3389|'}"


OWN_RULE = firewall_rule(name="RemoteDesktop-UserMode-In-TCP", profiles="Domain Private")


def registry(**changes: str) -> dict[str, Any]:
    """Return what the registry of a healthy computer says, some of it changed (`__` stands for a blank)."""
    said = USUAL | {name.replace("__", " ").replace("TLS 12", "TLS 1.2"): value for name, value in changes.items()}
    return {"found": [f"{path}\\{name} = {said.get(words, 'absent')}" for words, (path, name) in VALUES.items()]}


def services(**changes: str) -> dict[str, Any]:
    """Return the services that certificates need, some of them changed."""
    usual = dict.fromkeys(("CertPropSvc", "KeyIso", "CryptSvc"), "Running, Manual, LocalSystem")
    return {"found": [f"{name} = {said}" for name, said in (usual | changes).items()]}


#: The readings by how the module that has them calls them, in lower case.
NAMED: dict[str, windows_facts.RuleReading] = {
    name.lower(): value
    for theme in windows_facts._THEMES
    for name, value in vars(theme).items()
    if isinstance(value, windows_facts.RuleReading)
}
HEALTHY: dict[windows_facts.RuleReading, dict[str, Any]] = {
    NAMED["termservice"]: {
        "exists": True,
        "state": "Running",
        "start_mode": "Manual",
        "account": "NT Authority\\NetworkService",
    },
    NAMED["sessionenv"]: {"exists": True, "state": "Running", "start_mode": "Manual"},
    NAMED["key_file"]: {"exists": True, "sddl": "O:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)", "inheriting": []},
    NAMED["key_folder"]: {"exists": True, "sddl": "O:SYD:PAI(A;;0x12019f;;;WD)(A;;FA;;;BA)", "inheriting": []},
    NAMED["firewall"]: {
        "exists": True,
        "enabled": True,
        "profiles": "Domain, Private",
        "action": "Allow",
        "ports": "3389",
        "port": 3389,
        "rules": [OWN_RULE],
        "service": "Running",
        "ignored": [],
        "shut": [],
        "unguarded": [],
        "off": [],
        "active": ["DomainAuthenticated"],
    },
    NAMED["broker"]: {"exists": False, "state": None, "start_mode": None},
    probes.CERTIFICATE: {"number": 1, "usable": True, "expired": False, "has_private_key": True},
    NAMED["listener"]: {
        "security_layer": 2,
        "security_layer_source": 0,
        "nla": True,
        "nla_source": 0,
        "certificate_type": 1,
        "encryption_level": 3,
        "encryption_level_source": 2,
    },
    probes.SESSIONS: {"number": 1, "users": ["CORP\\bob"], "since": ["2026-11-22T07:00:00Z"]},
    NAMED["certificate_services"]: services(),
    NAMED["bound"]: dict.fromkeys(
        ("bound", "found", "subject", "has_private_key", "not_before", "not_after", "in_time", "purposes")
    ),
    NAMED["port"]: {"port": PORT, "addresses": ["0.0.0.0", "::"], "others": []},
    NAMED["registry"]: registry(),
    NAMED["system_log"]: {"enabled": True, "number": 0, "kinds": []},
    NAMED["sign_ins"]: {"enabled": True, "number": 0, "kinds": []},
    NAMED["connections"]: {
        "enabled": True,
        "number": 3,
        "kinds": ["261, 3 times, last at 2026-11-22T08:00:00Z: ..."],
    },
    NAMED["status"]: {"time": "2026-11-22T09:00:02Z", "servicing_pending": False, "updates_pending": False},
    NAMED["domain"]: {"joined": True, "name": "corp.example", "controller": False, "secure_channel": True}
    | {"controller_found": None},
}


def values(found: dict[str, tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    """Return the facts without what they follow from."""
    return {name: value for name, (value, _) in found.items()}


def judged(**changes: Any) -> dict[str, str]:
    """Return the facts of a healthy host, with the state of one reading changed, for example domain={...}."""
    states = {key: dict(state) for key, state in HEALTHY.items()}
    for name, fields in changes.items():
        states[NAMED[name]].update(fields)
    read = [states[reading] for reading in probes.WINDOWS_READINGS]
    return values(probes.derive_windows_facts(read, reached="yes", port=PORT, now=NOW))
