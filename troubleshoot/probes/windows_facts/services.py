"""Services that Remote Desktop needs, and the one that only a connection broker has."""

from troubleshoot.engine import UNKNOWN
from troubleshoot.probes.windows_facts.rule import Rule, RuleReading, State, looked_up, same

TERMSERVICE = RuleReading("service TermService", "service", {"name": "TermService"})
SESSIONENV = RuleReading("service SessionEnv", "service", {"name": "SessionEnv"})
# The service of the role "Remote Desktop Connection Broker"; only a broker has it.
BROKER = RuleReading("service Tssdis", "service", {"name": "Tssdis"})
# What making and reading a certificate needs beside SessionEnv.
_NEEDED = ("CertPropSvc", "KeyIso", "CryptSvc")


def _named(state: State) -> State:
    """Return the lines `name = state, start mode, account` by their names."""
    lines = state.get("found")
    pairs = [line.partition(" = ") for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
    return {name: said for name, _, said in pairs if name in _NEEDED}


CERTIFICATE_SERVICES = RuleReading("services for certificates", "services", {"names": list(_NEEDED)}, unfold=_named)
PLACE = 10
READINGS = (TERMSERVICE, SESSIONENV, BROKER, CERTIFICATE_SERVICES)
# As the installation of Windows writes it, in every language (documented for service error 1069).
_ACCOUNT = "nt authority\\networkservice"
_STATES = {
    "running": "running",
    "stopped": "stopped",
    "stopping": "it was told to stop, and has not stopped",
    "starting": "it was told to start, and is not up",
    "disabled": "disabled",
    "missing": "missing",
}
_PENDING = {"Stop Pending": "stopping", "Start Pending": "starting"}
_FIELDS = ("exists", "state", "start_mode")


def _service(state: State) -> str:
    if same(state, "exists", wanted=False):
        return "missing"
    if same(state, "state", "Running"):
        return "running"
    if not same(state, "state", "Stopped"):
        return _PENDING.get(str(state.get("state")), UNKNOWN)
    return "disabled" if same(state, "start_mode", "Disabled") else "stopped"


def _setup(state: State) -> str:
    account, start = state.get("account"), state.get("start_mode")
    if not isinstance(account, str) or start not in ("Auto", "Manual", "Disabled"):
        return UNKNOWN
    if account.lower() != _ACCOUNT:
        return "wrong_account"
    return "wrong_start" if start == "Disabled" else "right"


def _needed(state: State) -> str:
    """Return the worst of the three: one that may not start, one that stands still, else all of them run."""
    found = [str(state.get(name, "")).split(", ") for name in _NEEDED]
    if any(len(parts) < 3 or parts[0] not in {"Running", "Stopped"} for parts in found):
        return UNKNOWN
    still = [parts for parts in found if parts[0] == "Stopped"]
    if any(parts[1] == "Disabled" for parts in still):
        return "disabled"
    return "stopped" if still else "running"


RULES = (
    Rule(
        "windows.termservice",
        "Service Remote Desktop Services",
        _STATES,
        TERMSERVICE,
        _FIELDS,
        _service,
    ),
    Rule(
        "windows.sessionenv",
        "Service Remote Desktop Configuration",
        _STATES,
        SESSIONENV,
        _FIELDS,
        _service,
    ),
    looked_up(
        "windows.connection_broker",
        "Connection broker",
        {"yes": "installed", "no": "not installed"},
        BROKER,
        field="exists",
        table={True: "yes", False: "no"},
    ),
    Rule(
        "windows.termservice_setup",
        "How that service is set up",
        {
            "right": "as Windows ships it",
            "wrong_account": "under another account",
            "wrong_start": "it is not allowed to start",
        },
        TERMSERVICE,
        ("account", "start_mode"),
        _setup,
    ),
    Rule(
        "windows.certificate_services",
        "Services that keep keys and certificates",
        {"running": "running", "stopped": "one is stopped", "disabled": "one is disabled"},
        CERTIFICATE_SERVICES,
        _NEEDED,
        _needed,
    ),
)
