"""The form of a state document: its sections, their fields, what each may hold. docs/lab-states.md says it in words.

The sections of fixed fields have the kinds of a healthy host's values; what is a list, or named freely, stands here.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from troubleshoot.lab.behind_port import BEHIND
from troubleshoot.lab.certificates import KEY_SIZES
from troubleshoot.lab.firewall import INBOUND
from troubleshoot.lab.firewall_rules import PROTOCOLS, STORES
from troubleshoot.lab.gateway import GATEWAYS
from troubleshoot.lab.licensing import MODES, WAYS
from troubleshoot.lab.other_addresses import ANSWERS
from troubleshoot.lab.sessions import STATES
from troubleshoot.lab.signatures import DIGESTS


@dataclass(frozen=True)
class Field:
    """What one field may hold: the kinds of its value, and the choices where a kind alone does not say it."""

    kinds: tuple[type, ...]
    choices: Set[str | int] = frozenset()
    optional: bool = False
    is_time: bool = False


def _one_of(choices: Set[str] | Set[int], *, optional: bool = False) -> Field:
    return Field((type(next(iter(choices))),), frozenset(choices), optional)


Row = Mapping[str, Field]
_TEXT, _NUMBER, _YES_OR_NO = Field((str,)), Field((int,)), Field((bool,))
_TIME, _TIME_OR_NONE = Field((str,), is_time=True), Field((str, type(None)), is_time=True)

SERVICE: Row = {
    "display_name": _TEXT,
    "state": _one_of({"Running", "Stopped", "Start Pending", "Stop Pending"}),
    "start_mode": _one_of({"Auto", "Manual", "Disabled"}),
    "account": _TEXT,
    "started_at": _TIME_OR_NONE,
    "process_id": _NUMBER,
    "start_seconds": Field((int, float, type(None)), optional=True),
    "stop_seconds": Field((int, float, type(None)), optional=True),
}
REGISTRY_VALUE: Row = {"kind": _TEXT, "value": Field((object,))}
PROFILE: Row = {"enabled": _YES_OR_NO, "local_rules": _YES_OR_NO, "inbound": _one_of(INBOUND, optional=True)}
TASK: Row = {"xml": _TEXT, "enabled": _YES_OR_NO, "next_run": _TIME_OR_NONE}
CERTIFICATE: Row = {
    "thumbprint": _TEXT,
    "subject": _TEXT,
    "issuer": _TEXT,
    "serial": _NUMBER,
    "not_before": _TIME,
    "not_after": _TIME,
    "has_private_key": _YES_OR_NO,
    "purposes": Field((list,), optional=True),
    "key_bits": _one_of(KEY_SIZES, optional=True),
    "digest": _one_of(DIGESTS, optional=True),
    "key_file": Field((str,), optional=True),
}
ROWS: Mapping[str, Row] = {
    "processes": {
        "name": _TEXT,
        "owner_domain": _TEXT,
        "owner_user": _TEXT,
        "session_id": _NUMBER,
        "process_id": _NUMBER,
        "created_at": _TIME,
        "ended": Field((bool,), optional=True),
        "failing": Field((bool,), optional=True),
    },
    "sessions": {
        "id": _NUMBER,
        "domain": _TEXT,
        "user": _TEXT,
        "sid": _TEXT,
        "state": _one_of(STATES),
        "since": _TIME,
    },
    "printers": {"name": _TEXT, "local": _YES_OR_NO, "protected": _YES_OR_NO},
    "print_jobs": {
        "printer": _TEXT,
        "id": _NUMBER,
        "owner": _TEXT,
        "document": _TEXT,
        "pages": _NUMBER,
        "submitted_at": _TIME,
        "jammed": _YES_OR_NO,
        "deleting": _YES_OR_NO,
    },
    "listeners": {"port": _NUMBER, "address": _TEXT, "process": _TEXT, "process_id": _NUMBER},
    "event_log": {
        "log": _TEXT,
        "source": _TEXT,
        "id": _NUMBER,
        "time": _TIME,
        "message": _TEXT,
        "data": Field((dict,), optional=True),
        "unreadable": Field((bool,), optional=True),
    },
    "licensing.servers": {"name": _TEXT, "way": _one_of(set(WAYS))},
    "network.elsewhere": {"address": _TEXT, "answers": _one_of(ANSWERS)},
    "winrm.ended": {"command": _TEXT, "by": _one_of({"terminate", "delete", "idle"}), "at": _TIME},
    "firewall.rules": {
        "name": _TEXT,
        "group": _TEXT,
        "enabled": _YES_OR_NO,
        "profiles": _TEXT,
        "direction": _TEXT,
        "action": _one_of({"Allow", "Block"}),
        "source": _one_of(set(STORES)),
        "protocol": _one_of(set(PROTOCOLS), optional=True),
        "ports": Field((str,), optional=True),
        "program": Field((str,), optional=True),
        "addresses": Field((str,), optional=True),
        "package": Field((str,), optional=True),
    },
}
"""Sections, and lists in a section, whose rows have these fields."""
_EVERY = (SERVICE, CERTIFICATE, PROFILE, *ROWS.values())
OPTIONAL = frozenset(name for row in _EVERY for name, field in row.items() if field.optional)
"""Fields that a row need not have."""
FIXED = ("identity", "powershell", "key_store", "domain", "licensing", "network", "winrm", "scheduler")
"""Sections whose fields are those of a healthy host, with the same kinds of value."""
LISTS_OF_TEXTS = ("hung", "disabled_logs", "dns_cache")
CHOICES: Mapping[str, Set[str]] = {
    "powershell.language_mode": {"FullLanguage", "ConstrainedLanguage", "RestrictedLanguage", "NoLanguage"},
    "key_store.rdp_key": {"readable", "denied", "missing"},
    "licensing.mode": set(MODES),
    "network.rdp": {"open", "refused", "silent", "closed_before_confirm", "flapping", "alternating", *BEHIND},
    "network.winrm": {"open", "refused", "silent"},
    "network.gateway": GATEWAYS,
    "network.key_failure": {"negotiation", "reset"},
    "winrm.credentials": {"accepted", "refused"},
}
"""Fields of fixed sections of which only these values mean something."""
