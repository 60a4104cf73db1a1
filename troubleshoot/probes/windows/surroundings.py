"""What surrounds Remote Desktop on the computer: its domain, and who is signed in."""

from troubleshoot.engine.facts import UNKNOWN
from troubleshoot.probes.windows.rule import Reading, Rule, State, looked_up, one_of, same

SESSIONS = Reading("people signed in", "sessions", {})
DOMAIN = Reading("domain membership", "domain-membership", {})
READINGS = (SESSIONS, DOMAIN)


def _trust(state: State) -> str:
    if same(state, "joined", wanted=False):
        return "workgroup"
    return one_of("secure_channel", {True: "ok", False: "broken"})(state)


def _signed_in(state: State) -> str:
    number = state.get("number")
    if type(number) is not int or number < 0:
        return UNKNOWN
    return "somebody" if number else "nobody"


RULES = (
    Rule("windows.domain_trust", ("ok", "broken", "workgroup"), DOMAIN, ("joined", "secure_channel"), _trust),
    looked_up("windows.domain_controller", DOMAIN, "controller", {True: "yes", False: "no"}),
    Rule("windows.signed_in", ("nobody", "somebody"), SESSIONS, ("number",), _signed_in),
)
