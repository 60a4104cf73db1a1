"""What the event logs say of the last 24 hours: kinds of event as the computer counted them, newest first."""

import re
from datetime import datetime, timedelta

from troubleshoot.engine import UNKNOWN
from troubleshoot.probes.windows_facts.rule import Rule, RuleReading, State

_OPERATIONAL = "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational"
SYSTEM_LOG = RuleReading("System log", "event-log", {"log": "System"})
SIGN_INS = RuleReading("Security log", "event-log", {"log": "Security"})
CONNECTIONS = RuleReading("Remote Desktop connection log", "event-log", {"log": _OPERATIONAL})
PLACE = 70
READINGS = (SYSTEM_LOG, SIGN_INS, CONNECTIONS)
#: So many failed sign-ins at least, so few seconds from one to the next, and so shortly ago, are an attack: the log of
#: a computer that is attacked has one about every second (SupportArticles-docs, cannot-rdp-azure-vm-brute-force).
STORM, STORM_PACE, STORM_ENDED = 100, 5, timedelta(hours=1)
_KIND = re.compile(r"([0-9]{1,5}), [0-9]{1,3} times, (?:last at (?P<last>[0-9T:-]{19}Z))?")
_SCHANNEL = {36870: "key_access", 36871: "credential", 36874: "no_common", 36888: "alert"}
_CERTIFICATE = {1057: "create_failed", 1058: "replace_failed"}
_HUNG = 7022
#: What happened so much earlier than the newest of its kind does not say what is wrong now.
_TOGETHER = timedelta(hours=1)
#: A connection that reached Remote Desktop so shortly ago was one of ours, or one beside them.
_JUST_NOW = timedelta(minutes=10)


def _kinds(state: State) -> list[int] | None:
    """Return the ids that occurred, the newest first; None when they were not told."""
    lines = state.get("kinds")
    if not isinstance(lines, list):
        return None
    found = [_KIND.match(line) if isinstance(line, str) else None for line in lines]
    return [int(one[1]) for one in found if one] if all(found) else None


def _schannel(state: State) -> str:
    """Return what kept TLS from working. Nothing in common, and an alert, count where they are all: an observation
    from outside leaves them too, when it tries a version that the computer refuses. An alert by itself does not say
    what it was for. Only what came together with the newest counts."""
    if _kinds(state) is None:
        return UNKNOWN
    times = {number: at for number, at in _times(state).items() if number in _SCHANNEL}
    newest = max(times.values(), default=None)
    named = {_SCHANNEL[number] for number, at in times.items() if newest and newest - at <= _TOGETHER}
    of_the_host = sorted(named - {"no_common", "alert"})
    return "several" if len(of_the_host) > 1 else (*of_the_host, *sorted(named, reverse=True), "none")[0]


def _certificate(state: State) -> str:
    """Return the newest of the two that say why there is no certificate; else any other that concerns it."""
    kinds = _kinds(state)
    if kinds is None:
        return UNKNOWN
    named = [_CERTIFICATE[number] for number in kinds if number in _CERTIFICATE]
    others = [number for number in kinds if number not in _SCHANNEL and number != _HUNG]
    return (*named, "other" if others else "none")[0]


def _service(state: State) -> str:
    """Tell whether a service hung; what it did before its present start says nothing."""
    if _kinds(state) is None:
        return UNKNOWN
    at, since = _times(state).get(_HUNG), _time(state.get("since"))
    return "hung" if at and not (since and at < since) else "none"


def _sign_ins(state: State) -> str:
    """Return how often sign-ins fail: by how fast the last ones came, and only while they go on."""
    number = state.get("number")
    if type(number) is not int or number < 0:
        return UNKNOWN
    if number < STORM:
        return "some" if number else "none"
    first, last, now = _time(state.get("first")), _newest(state), _time(state.get("now"))
    if not (first and last and now):
        return UNKNOWN
    return "storm" if (last - first).total_seconds() <= number * STORM_PACE and now - last <= STORM_ENDED else "some"


def _newest(state: State) -> datetime | None:
    """Return when the newest of the events came."""
    return max(_times(state).values(), default=None)


def _times(state: State) -> dict[int, datetime]:
    """Return when each kind of event came last."""
    lines = state.get("kinds")
    told = (_KIND.match(line) for line in lines if isinstance(line, str)) if isinstance(lines, list) else ()
    return {int(one[1]): at for one in told if one and (at := _time(one["last"]))}


def _time(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _connections(state: State) -> str:
    """Tell whether connections reach Remote Desktop: our own look came a moment ago, so older ones say nothing."""
    number, enabled = state.get("number"), state.get("enabled")
    if type(number) is not int or not isinstance(enabled, bool):
        return UNKNOWN
    last, now = _newest(state), _time(state.get("now"))
    if number > 0 and last and now and now - last <= _JUST_NOW:
        return "received"
    return "none" if enabled else "off"


RULES = (
    Rule(
        "windows.schannel_events",
        "Latest trouble with protected connections in the log, last day",
        {
            "none": "nothing",
            "key_access": "a private key could not be read (36870)",
            "credential": "no certificate could be prepared (36871)",
            "no_common": "nothing in common with the other side (36874)",
            "alert": "one ended with an alert (36888), which does not say why",
            "several": "several problems",
        },
        SYSTEM_LOG,
        ("kinds",),
        _schannel,
    ),
    Rule(
        "windows.certificate_events",
        "Certificate in the log, last day",
        {
            "none": "nothing",
            "create_failed": "it could not be made (1057)",
            "replace_failed": "it could not be replaced (1058)",
            "other": "another problem",
        },
        SYSTEM_LOG,
        ("kinds",),
        _certificate,
    ),
    Rule(
        "windows.service_events",
        "Service control in the log, last day",
        {"none": "nothing", "hung": "a service hung while it started"},
        SYSTEM_LOG,
        ("kinds",),
        _service,
    ),
    Rule(
        "windows.sign_in_failures",
        "Failed sign-ins, last day",
        {"none": "none", "some": "some", "storm": "one after the other, at least one in five seconds"},
        SIGN_INS,
        ("number", "first", "now"),
        _sign_ins,
    ),
    Rule(
        "windows.connection_events",
        "Connections that reached Remote Desktop, last minutes",
        {"received": "some", "none": "none", "off": "this log is off"},
        CONNECTIONS,
        ("enabled", "number", "now"),
        _connections,
    ),
)
