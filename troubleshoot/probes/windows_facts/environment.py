"""What surrounds Remote Desktop on the computer: its domain, its clock, and who is signed in."""

from datetime import datetime

from troubleshoot.engine import UNKNOWN
from troubleshoot.probes.windows_facts.rule import Rule, RuleReading, State, looked_up, one_of, same

SESSIONS = RuleReading("people signed in", "sessions", {})
DOMAIN = RuleReading("domain membership", "domain-membership", {})
STATUS = RuleReading("clock and waiting restart", "computer-status", {})
PLACE = 80
READINGS = (SESSIONS, DOMAIN, STATUS)
#: Seconds that a clock may be wrong: Kerberos accepts as many by default.
CLOCK_SECONDS = 300


def _trust(state: State) -> str:
    if same(state, "joined", wanted=False):
        return "workgroup"
    if same(state, "secure_channel", wanted=False):
        return one_of("controller_found", {True: "broken", False: "unreachable"})(state)
    return "ok" if same(state, "secure_channel", wanted=True) else UNKNOWN


def _signed_in(state: State) -> str:
    number = state.get("number")
    if type(number) is not int or number < 0:
        return UNKNOWN
    return "somebody" if number else "nobody"


def _pending_reboot(state: State) -> str:
    waiting = (state.get("servicing_pending"), state.get("updates_pending"))
    if not all(isinstance(one, bool) for one in waiting):
        return UNKNOWN
    return "yes" if any(waiting) else "no"


def _clock(state: State) -> str:
    """Compare with the portal's clock when the answer came, which the probe puts beside what was read."""
    try:
        there, here = (datetime.fromisoformat(str(state.get(field))) for field in ("time", "portal"))
        difference = (there - here).total_seconds()
    except (ValueError, TypeError):
        return UNKNOWN
    if abs(difference) <= CLOCK_SECONDS:
        return "right"
    return "ahead" if difference > 0 else "behind"


RULES = (
    Rule(
        "windows.domain_trust",
        "Trust of the domain",
        {
            "ok": "in order",
            "broken": "lost",
            "unreachable": "not known: it finds no domain controller",
            "workgroup": "it is in no domain",
        },
        DOMAIN,
        ("joined", "secure_channel", "controller_found"),
        _trust,
    ),
    looked_up(
        "windows.domain_controller",
        "Domain controller",
        {"yes": "yes", "no": "no"},
        DOMAIN,
        field="controller",
        table={True: "yes", False: "no"},
    ),
    Rule(
        "windows.signed_in",
        "Signed in now",
        {"nobody": "nobody", "somebody": "somebody"},
        SESSIONS,
        ("number",),
        _signed_in,
    ),
    Rule(
        "windows.pending_reboot",
        "Waits for a restart",
        {"yes": "yes", "no": "no"},
        STATUS,
        ("servicing_pending", "updates_pending"),
        _pending_reboot,
    ),
    Rule(
        "windows.clock",
        "Clock",
        {"right": "right", "ahead": "ahead", "behind": "behind"},
        STATUS,
        ("time", "portal"),
        _clock,
    ),
)
