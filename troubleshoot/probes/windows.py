"""The Windows probe: which resources to read on a host, and what facts follow from their states. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from troubleshoot.engine.facts import UNKNOWN

State = Mapping[str, object]

FACTS: Mapping[str, tuple[str, ...]] = {
    "windows.reached": ("yes", "denied", "no", "constrained_language", "blocked", UNKNOWN),
    "windows.termservice": ("running", "stopped", "disabled", "missing", UNKNOWN),
    "windows.sessionenv": ("running", "stopped", "disabled", "missing", UNKNOWN),
    "windows.certificate": ("valid", "expired", "missing", "no_key", UNKNOWN),
    "windows.certificate_binding": ("self_signed", "custom", "policy", "none", UNKNOWN),
    "windows.connection_broker": ("yes", "no", UNKNOWN),
    "windows.security_layer": ("rdp", "negotiate", "tls", UNKNOWN),
    "windows.security_layer_source": ("local", "policy", "default", UNKNOWN),
    "windows.nla": ("required", "not_required", UNKNOWN),
    "windows.nla_source": ("local", "policy", "default", UNKNOWN),
    "windows.domain_trust": ("ok", "broken", "workgroup", UNKNOWN),
}


@dataclass(frozen=True, eq=False)
class Reading:
    """A resource to read, with its parameters, and how a person calls it."""

    words: str
    resource: str
    params: Mapping[str, str]


TERMSERVICE = Reading("service TermService", "service", {"name": "TermService"})
SESSIONENV = Reading("service SessionEnv", "service", {"name": "SessionEnv"})
# The service of the role "Remote Desktop Connection Broker"; only a broker has it.
BROKER = Reading("service Tssdis", "service", {"name": "Tssdis"})
CERTIFICATE = Reading("Remote Desktop certificate", "rdp-certificate", {})
LISTENER = Reading("Remote Desktop listener", "rdp-listener", {})
SESSIONS = Reading("people signed in", "sessions", {})
DOMAIN = Reading("domain membership", "domain-membership", {})
READINGS: tuple[Reading, ...] = (TERMSERVICE, SESSIONENV, BROKER, CERTIFICATE, LISTENER, SESSIONS, DOMAIN)


def facts(states: Sequence[State | None], *, reached: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return every declared fact with its value and, in words, what it follows from; never raises.

    ``states`` are the states of READINGS in that order, None where a reading failed; missing ones count as failed.
    ``reached`` is how the visit itself went, a value of ``windows.reached``.
    """
    known = reached if reached in FACTS["windows.reached"] else UNKNOWN
    found: dict[str, tuple[str, tuple[str, ...]]] = {"windows.reached": (known, ("visit over WinRM",))}
    for name, (reading, fields, judge) in _RULES.items():
        state = _state_of(reading, states)
        if state is None:
            found[name] = (UNKNOWN, (f"{reading.words}: could not be read",))
        else:
            found[name] = (judge(state), (_in_words(reading, fields, state),))
    return found


def _state_of(reading: Reading, states: Sequence[State | None]) -> State | None:
    place = READINGS.index(reading)
    state = states[place] if place < len(states) else None
    return state if isinstance(state, Mapping) else None


def _in_words(reading: Reading, fields: tuple[str, ...], state: State) -> str:
    """Name the values that decided; a host's text is shown capped and escaped."""
    shown = (f"{field} {ascii(state.get(field))[:60]}" for field in fields)
    return f"{reading.words}: {', '.join(shown)}"


def _is(state: State, field: str, wanted: object) -> bool:
    """Compare strictly by type: 1 is not True."""
    value = state.get(field)
    return type(value) is type(wanted) and value == wanted


def _one_of(field: str, words: Mapping[bool | int, str]) -> Callable[[State], str]:
    def judge(state: State) -> str:
        return next((word for value, word in words.items() if _is(state, field, value)), UNKNOWN)

    return judge


def _service(state: State) -> str:
    if _is(state, "exists", wanted=False):
        return "missing"
    if _is(state, "state", "Running"):
        return "running"
    if not _is(state, "state", "Stopped"):
        return UNKNOWN
    return "disabled" if _is(state, "start_mode", "Disabled") else "stopped"


def _certificate(state: State) -> str:
    if _is(state, "usable", wanted=True):
        return "valid"
    if _is(state, "number", 0):
        return "missing"
    if _is(state, "has_private_key", wanted=False):
        return "no_key"
    return "expired" if _is(state, "expired", wanted=True) else UNKNOWN


def _trust(state: State) -> str:
    if _is(state, "joined", wanted=False):
        return "workgroup"
    return _one_of("secure_channel", {True: "ok", False: "broken"})(state)


_SOURCES = {0: "local", 1: "policy", 2: "default"}
_Rule = tuple[Reading, tuple[str, ...], Callable[[State], str]]
# Fact -> the reading it comes from, the fields that decide, and how.
_RULES: Mapping[str, _Rule] = {
    "windows.termservice": (TERMSERVICE, ("exists", "state", "start_mode"), _service),
    "windows.sessionenv": (SESSIONENV, ("exists", "state", "start_mode"), _service),
    "windows.certificate": (CERTIFICATE, ("number", "usable", "expired", "has_private_key"), _certificate),
    "windows.certificate_binding": (
        LISTENER,
        ("certificate_type",),
        # Win32_TSGeneralSetting.SSLCertificateSHA1HashType.
        _one_of("certificate_type", {0: "none", 1: "self_signed", 2: "policy", 3: "custom"}),
    ),
    "windows.connection_broker": (BROKER, ("exists",), _one_of("exists", {True: "yes", False: "no"})),
    "windows.security_layer": (
        LISTENER,
        ("security_layer",),
        _one_of("security_layer", {0: "rdp", 1: "negotiate", 2: "tls"}),
    ),
    "windows.security_layer_source": (
        LISTENER,
        ("security_layer_source",),
        _one_of("security_layer_source", _SOURCES),
    ),
    "windows.nla": (LISTENER, ("nla",), _one_of("nla", {True: "required", False: "not_required"})),
    "windows.nla_source": (LISTENER, ("nla_source",), _one_of("nla_source", _SOURCES)),
    "windows.domain_trust": (DOMAIN, ("joined", "secure_channel"), _trust),
}
