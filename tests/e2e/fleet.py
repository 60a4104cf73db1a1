"""Which faults the simulated hosts have, and what must come of each: written by hand, independent of the guide."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.world import Computer

ERROR = "Error code: 0x904\nExtended error code: 0x7"
RDP_TCP = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp"
RENEW, RESTART, REQUIRE, LIFT = "renew-rdp-certificate", "restart-remote-desktop", "require-tls", "lift-nla"
REPAIR_KEY = "repair-key-file-permissions"


@dataclass(frozen=True)
class Expected:
    """What `diagnose` has to say: exit status, the remedy, the outcome or the question, and some facts."""

    code: int
    action: str | None = None
    outcome: str | None = None
    question: str | None = None
    facts: tuple[tuple[str, str], ...] = ()


#: Combinations that no fault of the lab stands for, beside each fault alone.
DIAGNOSES: dict[tuple[str, ...], Expected] = {
    ("healthy",): Expected(2, question="when", facts=(("rdp.stage", "ok"), ("rdp.certificate", "valid"))),
    ("expired-certificate",): Expected(0, RENEW, "fix", facts=(("rdp.certificate", "expired"),)),
    ("certificate-service-stopped",): Expected(0, RENEW, "fix", facts=(("rdp.negotiation_failure", "3"),)),
    ("key-unreadable",): Expected(0, REPAIR_KEY, "fix", facts=(("rdp.negotiation_failure", "3"),)),
    ("service-stopped",): Expected(0, RESTART, "fix", facts=(("rdp.stage", "refused"),)),
    ("security-layer-rdp",): Expected(0, REQUIRE, "fix", facts=(("rdp.negotiation_failure", "2"),)),
    ("nla-required",): Expected(0, LIFT, "fix", facts=(("windows.domain_trust", "broken"),)),
    ("closed-before-confirm",): Expected(2, question="path", facts=(("rdp.stage", "closed_before_confirm"),)),
    ("unreachable",): Expected(3, question="power", facts=(("rdp.stage", "timed_out"), ("windows.reached", "no"))),
    ("constrained-language",): Expected(
        2, question="outside_only", facts=(("windows.reached", "constrained_language"),)
    ),
    ("credentials-refused",): Expected(2, question="outside_only", facts=(("windows.reached", "denied"),)),
    ("service-stopped", "security-layer-rdp"): Expected(0, RESTART, "fix", facts=(("windows.security_layer", "rdp"),)),
    ("expired-certificate", "nla-required"): Expected(0, RENEW, "fix", facts=(("windows.domain_trust", "broken"),)),
    ("key-unreadable", "credentials-refused"): Expected(
        0, outcome="escalate", facts=(("rdp.negotiation_failure", "3"), ("windows.reached", "denied"))
    ),
}
#: The faults that a remedy repairs, with the remedies in the order in which the chain comes to them.
REPAIRS: dict[tuple[str, ...], list[str]] = {
    ("expired-certificate",): [RENEW],
    ("certificate-service-stopped",): [RENEW],
    ("service-stopped",): [RESTART],
    ("security-layer-rdp",): [REQUIRE],
    ("nla-required",): [LIFT],
    ("service-stopped", "security-layer-rdp"): [RESTART, REQUIRE],
    ("expired-certificate", "nla-required"): [RENEW, LIFT],
}
SINGLE = [faults for faults in REPAIRS if len(faults) == 1]


def eight(folder: Path, seed: int) -> list[Computer]:
    """Eight computers: each repairable fault, both combinations and one fault again, in an order by the seed.

    The last is reached over HTTPS with Basic, the others over HTTP with NTLM and sealed messages.
    """
    shuffled = random.Random(seed)
    faults = [*REPAIRS, shuffled.choice(SINGLE)]
    shuffled.shuffle(faults)
    found = [Computer(f"ACC-{number:02}", one, folder) for number, one in enumerate(faults, start=1)]
    found[-1].options.update(winrm_tls=True, auth="basic")
    return found


def others(folder: Path) -> list[Computer]:
    """A computer for each fault that is only diagnosed."""
    rest = [faults for faults in DIAGNOSES if faults not in REPAIRS]
    return [Computer(f"DIA-{number:02}", one, folder) for number, one in enumerate(rest, start=1)]


def registry(state: dict[str, Any], value: str) -> Any:
    """A value of the Remote Desktop listener."""
    return state["registry"][RDP_TCP][value]["value"]


def thumbprints(state: dict[str, Any]) -> set[str]:
    """The certificates in the Remote Desktop store."""
    return {one["thumbprint"] for one in state["certificates"]["Remote Desktop"]}


def repaired(action: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether the host's own state shows what the remedy promises."""
    match action:
        case "renew-rdp-certificate":
            fresh = not thumbprints(before) & thumbprints(after) and thumbprints(after)
            return bool(fresh) and after["services"]["SessionEnv"]["state"] == "Running"
        case "restart-remote-desktop":
            return bool(after["services"]["TermService"]["state"] == "Running")
        case "require-tls" | "quickly-require-tls":
            return (registry(after, "SecurityLayer"), registry(after, "MinEncryptionLevel")) == (2, 3)
        case "lift-nla":
            return bool(registry(after, "UserAuthentication") == 0)
    raise AssertionError(action)
