"""What may have happened: faults of the lab, what each looks like from outside, and how its course changes. Pure data.

What follows from it is not written here: scripts, rules and guides are those that ship.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

#: Today included.
DAYS: Final = 90
#: Names that a site's cases go to when they leave helpdesk.
SENT_TO: Final = ("Network team", "Directory team", "Workplace service")

CLOSED = "This computer can't connect to the remote computer.\nError code: 0x904\nExtended error code: 0x7"
NO_ANSWER = "We couldn't connect to the remote PC. Make sure the PC is turned on.\nError code: 0x204"
CERTIFICATE = "The remote computer could not be authenticated because of problems with its certificate. 0x607"

#: A computer that is in order, seen from outside.
WELL: Final[Mapping[str, str]] = {
    "rdp.stage": "ok",
    "rdp.negotiation_failure": "none",
    "rdp.tls_failure": "none",
    "rdp.certificate": "valid",
    "rdp.nla": "required",
    "rdp.security": "tls",
    "rdp.plain": "refused",
    "rdp.tls_versions": "current",
    "rdp.certificate_signature": "current",
    "rdp.certificate_issuer": "self",
    "rdp.certificate_purpose": "suitable",
    "rdp.steady": "steady",
    "rdp.families": "single",
    "rdp.same_computer": "single",
    "gateway.stage": "not_asked",
    "gateway.certificate": "none",
}
_PAPERS = ("rdp.certificate", "rdp.certificate_signature", "rdp.certificate_issuer", "rdp.certificate_purpose")
_BEHIND = ("rdp.negotiation_failure", "rdp.tls_failure", "rdp.nla", "rdp.security", "rdp.plain", "rdp.tls_versions")
_UNSEEN = dict.fromkeys((*_BEHIND, *_PAPERS), "unknown")
_SILENT = {"rdp.stage": "timed_out", **_UNSEEN, "rdp.steady": "unknown"}
_SILENT |= {"rdp.families": "unknown", "rdp.same_computer": "unknown"}
_NO_CERTIFICATE = {"rdp.stage": "negotiation_refused", "rdp.negotiation_failure": "3", "rdp.tls_failure": "unknown"}
_NO_CERTIFICATE |= {"rdp.tls_versions": "unknown", **dict.fromkeys(_PAPERS, "none")}
_OLD_LAYER = {**_NO_CERTIFICATE, "rdp.negotiation_failure": "2", "rdp.tls_versions": "none"}
_OLD_LAYER |= {"rdp.nla": "not_required", "rdp.security": "rdp_only", "rdp.plain": "allowed"}


@dataclass(frozen=True)
class Story:
    """One way in which a computer gives trouble."""

    name: str
    text: str
    """What the person pasted."""
    faults: tuple[str, ...]
    """Of the lab's computer."""
    seen: Mapping[str, str]
    """What differs from a computer in order, seen from outside."""
    weekly: tuple[int, int, int]
    """Cases a week: in the first, the second and the last month."""
    says: Mapping[str, str] = field(default_factory=dict)
    """Question of the guide → what the person answers; other questions get "don't know"."""
    cured: Mapping[str, str] = field(default_factory=dict)
    """What differs from a computer in order after its remedy."""


STORIES: Final = (
    Story("certificate", CLOSED, ("certificate-service-stopped",), _NO_CERTIFICATE, (6, 7, 1)),
    Story("expired", CERTIFICATE, ("expired-certificate",), {"rdp.certificate": "expired"}, (3, 4, 1)),
    Story("service", NO_ANSWER, ("service-stopped",), {"rdp.stage": "refused", **_UNSEEN}, (3, 3, 2)),
    Story("layer", CLOSED, ("security-layer-rdp",), _OLD_LAYER, (2, 2, 1)),
    Story("key", CLOSED, ("key-file-permissions",), _NO_CERTIFICATE, (1, 1, 1)),
    Story("trust", CLOSED, ("nla-required",), {}, (1, 1, 1), cured={"rdp.nla": "not_required"}),
    Story("firewall", NO_ANSWER, ("firewall-closed",), _SILENT, (1, 1, 1)),
    Story("drained", CLOSED, ("drained",), {}, (1, 1, 0)),
    Story(
        "network",
        CLOSED,
        ("closed-before-confirm",),
        {"rdp.stage": "closed_before_confirm", **_UNSEEN},
        (2, 1, 1),
        says={"path": "filter"},
    ),
    Story("vpn", CLOSED, (), {}, (3, 3, 2), says={"when": "at_once", "way": "home_vpn", "reconnect": "worked"}),
)
#: The cases that are still open when the demo begins: which story, where it stops, and how urgent it is. The first is
#: the latest.
OPEN: Final = (
    ("layer", "plan", 1),
    ("expired", "person", 2),
    ("vpn", "question", 3),
    ("service", "plan", 2),
    ("certificate", "message", 2),
    ("network", "help", 2),
    ("firewall", "plan", 3),
    ("trust", "plan", 3),
)
