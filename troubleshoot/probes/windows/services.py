"""Services that Remote Desktop needs, and the one that only a connection broker has."""

from troubleshoot.engine.facts import UNKNOWN
from troubleshoot.probes.windows.rule import Reading, Rule, State, looked_up, same

TERMSERVICE = Reading("service TermService", "service", {"name": "TermService"})
SESSIONENV = Reading("service SessionEnv", "service", {"name": "SessionEnv"})
# The service of the role "Remote Desktop Connection Broker"; only a broker has it.
BROKER = Reading("service Tssdis", "service", {"name": "Tssdis"})
READINGS = (TERMSERVICE, SESSIONENV, BROKER)
# As the installation of Windows writes it, in every language (documented for service error 1069).
_ACCOUNT = "nt authority\\networkservice"
_STATES = ("running", "stopped", "disabled", "missing")
_FIELDS = ("exists", "state", "start_mode")


def _service(state: State) -> str:
    if same(state, "exists", wanted=False):
        return "missing"
    if same(state, "state", "Running"):
        return "running"
    if not same(state, "state", "Stopped"):
        return UNKNOWN
    return "disabled" if same(state, "start_mode", "Disabled") else "stopped"


def _setup(state: State) -> str:
    account, start = state.get("account"), state.get("start_mode")
    if not isinstance(account, str) or start not in ("Auto", "Manual", "Disabled"):
        return UNKNOWN
    if account.lower() != _ACCOUNT:
        return "wrong_account"
    return "wrong_start" if start == "Disabled" else "right"


RULES = (
    Rule("windows.termservice", _STATES, TERMSERVICE, _FIELDS, _service),
    Rule("windows.sessionenv", _STATES, SESSIONENV, _FIELDS, _service),
    looked_up("windows.connection_broker", BROKER, "exists", {True: "yes", False: "no"}),
    Rule(
        "windows.termservice_setup",
        ("right", "wrong_account", "wrong_start"),
        TERMSERVICE,
        ("account", "start_mode"),
        _setup,
    ),
)
