"""Every remedy that the portal runs, on a simulated host: plan, apply, verify, and back to what was there before.

The real scripts, plans and probes, without a database; nothing here was proved on Windows.
"""

import copy
import threading
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.lab.hosts import NETWORKS, listening
from troubleshoot import catalog, engine, probes
from troubleshoot.engine import Action, PlanDocument, rule_holds, unmet_guards
from troubleshoot.engine.action import Trial
from troubleshoot.lab import runner
from troubleshoot.lab.state import HostState
from troubleshoot.probes import probe_network
from troubleshoot.remote import RUNNER_DIGEST, RegisteredHost, VisitItem, VisitResult, VisitWork
from troubleshoot.remote.envelope import request_line
from troubleshoot.remote.reply import Reader

CATALOG = catalog.installed_catalog()
TRIALS = [(action.name, trial) for action in CATALOG.actions.values() for trial in action.trials]


def ending(*ends: str) -> list[Any]:
    """The examples that end so, each with the name of its remedy."""
    found = [(name, one) for name, one in TRIALS if one.end in ends]
    return [pytest.param(name, one, id=" ".join([name, *one.faults])) for name, one in found]


def visited(state: HostState, mode: str, items: tuple[VisitItem, ...]) -> VisitResult:
    """What a visit of this host brings back, by the lab's runner."""
    work = VisitWork(mode, str(uuid.uuid4()), str(uuid.uuid4()), None, dict(state.document["identity"]), items)  # type: ignore[arg-type]
    reader = Reader(work, "5" * 32)

    def emit(data: bytes) -> None:
        reader.feed(data)

    runner.run(state, request_line(work, "5" * 32), emit, threading.Event())
    found = reader.visit()
    assert found is not None
    return found


def reading(resource: str, params: Any) -> VisitItem:
    """What a visit needs to read one resource."""
    return VisitItem(resource, dict(params), CATALOG.resources[resource].read)


def inside(state: HostState) -> dict[str, str]:
    """The facts that Windows tells."""
    declared = list(CATALOG.readings.values())
    probed = [reading(one.resource, one.params) for one in probes.WINDOWS_READINGS]
    found = visited(state, "read", (*probed, *(reading(one.resource, one.params) for one in declared)))
    ours, theirs = found.before[: len(probed)], found.before[len(probed) :]
    told = probes.derive_windows_facts(ours, reached="yes", port=3389, now=datetime.now(UTC))
    more = {fact.name: fact.value for one, read in zip(declared, theirs, strict=True) for fact in one.told(read)}
    return {name: value for name, (value, _) in told.items()} | more


def proved(action: Action, state: HostState, port: int) -> bool:
    """Whether what proves the remedy is found, from outside and by reading again."""
    seen = probe_network(
        RegisteredHost("acc-07", "127.0.0.1", frozenset({port}), NETWORKS), port, seconds=3, thorough=False
    )
    return rule_holds(action.verify.facts, {**inside(state), **seen.facts})


def planned(action: Action, state: HostState) -> PlanDocument:
    """The plan of the remedy for the host as it is."""
    items = tuple(reading(wish.resource, wish.params) for wish in action.wishes)
    found = visited(state, "read", items)
    assert found.errors == ()
    return engine.make_plan(action, CATALOG, found.before, identity=found.identity, runner=RUNNER_DIGEST)


def carried_out(plan: PlanDocument, state: HostState) -> VisitResult:
    """What comes of carrying out a plan."""
    known = CATALOG.resources
    items = tuple(
        VisitItem(
            one.resource,
            dict(one.params),
            known[one.resource].read,
            known[one.resource].write if one.desired else None,
            dict(one.before),
            dict(one.desired) or None,
        )
        for one in plan.items
    )
    return visited(state, "apply", items)


def compared(plan: PlanDocument, states: tuple[Any, ...]) -> list[dict[str, Any]]:
    """The compared fields of those resources that can be put back exactly, but for those that another resource of the
    plan has changed of which the page said that it cannot."""
    known = CATALOG.resources
    kept = [one for one in plan.items if known[one.resource].revert == "exact"]
    lost = {name for one in plan.items if one not in kept and one.irreversible for name in one.desired}
    pairs = zip(plan.items, states, strict=True)
    exact = [(item, state) for item, state in pairs if known[item.resource].revert == "exact"]
    return [{name: state[name] for name in item.before if name not in lost} for item, state in exact]


@pytest.mark.parametrize(("name", "trial"), ending("verified", "nothing_to_change"))
def test_repairs_is_proved_and_can_be_put_back(name: str, trial: Trial) -> None:
    action = CATALOG.actions[name]
    with listening(*trial.faults) as (state, server):
        assert [one.text for one in unmet_guards(action, inside(state))] == []
        plan = planned(action, state)
        assert plan.nothing_to_change == (trial.end == "nothing_to_change")
        if plan.nothing_to_change:
            return
        done = carried_out(plan, state)
        assert (done.outcome, done.errors) == ("done", ())
        assert proved(action, state, server.port)

        back = engine.revert_plan(plan, done.after or (), CATALOG, runner=RUNNER_DIGEST)
        written = {one.field for item in plan.items for one in item.changes}
        if back is None:
            assert plan.irreversible or not written, "the page said before that nothing comes back"
            return
        assert carried_out(back, state).outcome == "done"
        after = visited(state, "read", tuple(reading(one.resource, one.params) for one in plan.items))
        assert compared(plan, after.before) == compared(plan, done.before)
        lost = {one.resource for one in plan.items if one.desired and CATALOG.resources[one.resource].revert != "exact"}
        assert {one.resource for one in plan.items if one.irreversible} >= lost


@pytest.mark.parametrize(("name", "trial"), ending("refused"))
def test_is_held_back_and_says_who_decides(name: str, trial: Trial) -> None:
    with listening(*trial.faults) as (state, _):
        before = copy.deepcopy(state.document)
        refusals = " ".join(one.text for one in unmet_guards(CATALOG.actions[name], inside(state)))
        assert trial.says in refusals
        assert state.document == before


def test_a_healthy_host_needs_only_those_whose_examples_say_that_they_may_run_there() -> None:
    with listening() as (state, _):
        facts = inside(state)
    possible = {action.name for action in CATALOG.actions.values() if action.wishes and not unmet_guards(action, facts)}
    assert possible == {name for name, trial in TRIALS if not trial.faults and trial.end != "refused"}


def test_what_drops_sessions_is_never_called_low() -> None:
    dropping = [
        action
        for action in CATALOG.actions.values()
        for wish in action.wishes
        if wish.params.get("name") == "TermService" and "restarted" in wish.desired
    ]
    assert dropping
    assert [action.name for action in dropping if action.risk == "low"] == []
    assert [one.name for one in dropping if not any("disconnect" in text for text in one.risk_reasons)] == []
