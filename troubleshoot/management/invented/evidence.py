"""What a simulated computer of a story shows before and after its remedy: read and changed by the real scripts.

Nothing is started and nobody is dialled: the scripts run on the lab's state documents in this process.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from troubleshoot import catalog, diagnosis, engine, probes
from troubleshoot.engine import Action, CodeHint, Fact, Guide
from troubleshoot.lab import HostState, build_state, run_script
from troubleshoot.management.invented.stories import WELL, Story

STAND_IN: Final = "STAND-IN"
_STAGES: Final = {"refused": 1, "timed_out": 1, "closed_before_confirm": 2, "negotiation_refused": 2}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=Z|\+00:00|\b)")
_FORMAT = "%Y-%m-%dT%H:%M:%S"
Facts = dict[str, Fact]
States = list[Any]


@dataclass(frozen=True)
class Evidence:
    """One story's computer: what is known of it at first, and once it is in order; and what its remedy does there."""

    ill: Facts
    well: Facts
    before: Mapping[str, States]
    """Remedy → the states of what it changes."""
    after: Mapping[str, States]


def gather_evidence(story: Story, guide: Guide, code: CodeHint, now: dt.datetime) -> Evidence:
    """Read the computer of a story, and carry out on it what its guide comes to first."""
    state = HostState(build_state(name=STAND_IN, file=None, faults=story.faults))
    inside = _inside(state, now)
    ill = {**inside, **_outside(story.seen)}
    before: dict[str, States] = {}
    after: dict[str, States] = {}
    walk, _sources = diagnosis.consult_guide(guide, ill, {}, code)
    if walk.at.kind == "fix":
        action = catalog.installed_catalog().actions[walk.at.subject]
        before[action.name] = _read(state, action)
        _write(state, action, before[action.name])
        after[action.name] = _read(state, action)
        inside = _inside(state, now)
    return Evidence(ill, {**inside, **_outside(story.cured)}, before, after)


def network_report(facts: Mapping[str, Fact], host: str) -> dict[str, Any]:
    """Return the report of an observation from outside that saw these facts."""
    seen = {name: facts[name].value for name in WELL if name in facts}
    stage = seen["rdp.stage"]
    report = probes.ProbeReport(target=f"{host}:3389", origin="invented", facts={**WELL, **seen})
    reached = _STAGES.get(stage, 4)
    for place, name in enumerate(("name", "tcp", "x224", "tls", "certificate")):
        if place <= reached:
            good = place < reached or stage in {"ok", "negotiation_refused"}
            report.note(name, 3 + 11 * place, ok=good, detail=f"invented; {stage}" if place == reached else "invented")
    return report.to_json()


def at_another_time(document: Any, by: dt.timedelta, host: str) -> Any:
    """Return the same document as it would have read at another time, on another computer."""

    def earlier(found: re.Match[str]) -> str:
        return (dt.datetime.strptime(found[0], _FORMAT) + by).strftime(_FORMAT)  # noqa: DTZ007 - stays UTC

    text = json.dumps(document).replace(STAND_IN, host).replace(STAND_IN.lower(), host.lower())
    return json.loads(_MOMENT.sub(earlier, text))


def _outside(different: Mapping[str, str]) -> Facts:
    return {name: Fact(name, value, ("invented",)) for name, value in {**WELL, **different}.items()}


def _inside(state: HostState, now: dt.datetime) -> Facts:
    states = [_one(state, one.resource, one.params) for one in probes.WINDOWS_READINGS]
    told = probes.derive_windows_facts(states, reached="yes", port=3389, now=now)
    return {name: Fact(name, value, words) for name, (value, words) in told.items()}


def _read(state: HostState, action: Action) -> States:
    return [_one(state, wish.resource, wish.params) for wish in action.wishes]


def _one(state: HostState, resource: str, params: Mapping[str, Any]) -> Any:
    (found,) = run_script(catalog.installed_catalog().resources[resource].read, params, state)
    return found


def _write(state: HostState, action: Action, before: Sequence[Any]) -> None:
    plan = engine.make_plan(action, catalog.installed_catalog(), before, identity={}, runner="")
    for item, was in zip(plan.items, before, strict=True):
        if item.desired:
            params = {**item.params, "Desired": dict(item.desired), "Before": was}
            run_script(catalog.installed_catalog().resources[item.resource].write or "", params, state)
