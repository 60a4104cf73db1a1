"""The Windows probe: which resources to read on a host, and what facts follow from their states. Pure.

One module for each theme, found by scanning, has its READINGS and RULES, and by PLACE, a number, their place among the
others. A fact more is one rule more in the module it belongs to, words included.
"""

import importlib
import json
import pkgutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import ModuleType

from troubleshoot.engine import UNKNOWN, FactWords, values_by_name
from troubleshoot.probes.windows_facts.certificates import BOUND
from troubleshoot.probes.windows_facts.environment import STATUS
from troubleshoot.probes.windows_facts.events import CONNECTIONS, SIGN_INS, SYSTEM_LOG
from troubleshoot.probes.windows_facts.listener import LISTENER, PORT
from troubleshoot.probes.windows_facts.rule import Rule, RuleReading, State
from troubleshoot.probes.windows_facts.services import TERMSERVICE

__all__ = ["FACTS", "WINDOWS_READINGS", "WORDS", "RuleReading", "State", "derive_windows_facts", "facts_of_resource"]


def _themes() -> list[ModuleType]:
    """Return the modules of this folder that have rules, by their place."""
    found = [importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__)]
    return sorted((module for module in found if hasattr(module, "RULES")), key=lambda module: module.PLACE)


_THEMES = _themes()
WINDOWS_READINGS: tuple[RuleReading, ...] = tuple(reading for theme in _THEMES for reading in theme.READINGS)
_RULES: tuple[Rule, ...] = tuple(rule for theme in _THEMES for rule in theme.RULES)
_REACHED = {
    "yes": "done",
    "denied": "our account was refused",
    "another_computer": "another computer answered under this name",
    "no": "remote management gave no answer",
    "constrained_language": "its scripts are restricted",
    "blocked": "security software stopped us",
}
WORDS = (
    FactWords("windows.reached", "Look inside", "inside", _REACHED),
    *(FactWords(rule.fact, rule.words, "inside", rule.values) for rule in _RULES),
)
FACTS = values_by_name(WORDS)


def derive_windows_facts(
    states: Sequence[State | None], *, reached: str, port: int | None = None, now: datetime | None = None
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return every declared fact with its value and, in words, what it follows from; never raises.

    ``states`` are the states of WINDOWS_READINGS in that order, None where a reading failed; missing ones count as
    failed.
    ``reached`` is how the visit itself went, a value of ``windows.reached``. ``port`` is the port of Remote Desktop
    that the portal has registered, ``now`` the portal's time when the states were read.
    """
    beside = _beside(states, port, now.isoformat(timespec="seconds") if now else None)
    known = reached if reached in _REACHED else UNKNOWN
    found: dict[str, tuple[str, tuple[str, ...]]] = {"windows.reached": (known, ("visit over WinRM",))}
    for rule in _RULES:
        state = _state_of(rule.reading, states)
        if state is None:
            found[rule.fact] = (UNKNOWN, (f"{rule.reading.words}: could not be read",))
        else:
            state = {**rule.reading.unfold(state), **beside.get(rule.reading, {})}
            found[rule.fact] = (rule.judge(state), (_in_words(rule.reading, rule.fields, state),))
    return found


def facts_of_resource(resource: str, params: Mapping[str, object], state: State) -> dict[str, str]:
    """Return the facts that follow from the state of one resource alone; none where no rule is about it."""
    about = [rule for rule in _RULES if rule.reading.resource == resource and rule.reading.params == dict(params)]
    return {rule.fact: rule.judge(rule.reading.unfold(state)) for rule in about}


def _beside(states: Sequence[State | None], port: int | None, now: str | None) -> Mapping[RuleReading, State]:
    """Return what readings are judged by besides their own states. Events are dated by the computer's own clock."""
    here = {"now": (_state_of(STATUS, states) or {}).get("time") or now}
    since = {"since": (_state_of(TERMSERVICE, states) or {}).get("started_at")}
    chosen = _state_of(BOUND, states) or {}
    return {
        PORT: {"registered": port},
        LISTENER: {"nothing_chosen": chosen["bound"] is None if "bound" in chosen else None},
        STATUS: {"portal": now},
        SYSTEM_LOG: since,
        SIGN_INS: here,
        CONNECTIONS: here,
    }


def _state_of(reading: RuleReading, states: Sequence[State | None]) -> State | None:
    place = WINDOWS_READINGS.index(reading)
    state = states[place] if place < len(states) else None
    return state if isinstance(state, Mapping) else None


def _in_words(reading: RuleReading, fields: tuple[str, ...], state: State) -> str:
    """Name the values that decided; a host's text is shown capped and escaped, as JSON."""
    shown = (f"{field} {json.dumps(state.get(field), default=str)[:120]}" for field in fields)
    return f"{reading.words}: {', '.join(shown)}"
