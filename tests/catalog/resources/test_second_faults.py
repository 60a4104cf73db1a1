"""A remedy beside a second fault: what it promises holds afterwards, whatever else is in the way of a connection."""

import random

import pytest

from tests.catalog.resources.test_remedies import CATALOG, carried_out, ending, inside, planned
from troubleshoot.engine import lacking, unmet_guards
from troubleshoot.lab import FAULTS, build_state
from troubleshoot.lab.state import HostState

#: These stop the remedy itself: without the keys' service, or with a key that is gone, Windows makes no certificate.
IN_THE_WAY = {("renew-rdp-certificate", "key-service-disabled"), ("renew-rdp-certificate", "key-missing")}
#: Nothing can be read or changed there.
CLOSED = {"constrained-language"}
PAIRS = [
    pytest.param(name, *trial.faults, second, id=f"{name} {' '.join(trial.faults)} {second}")
    for name, trial in (one.values for one in ending("verified"))
    for second in sorted(FAULTS)
    if len(trial.faults) == 1 and second not in {*trial.faults, *CLOSED}
]
#: Drawn once, so that a failure comes again; every pair is tried by `make soak`.
SAMPLE = random.Random(904).sample(PAIRS, 40)[:12]


@pytest.mark.parametrize(("action", "fault", "second"), SAMPLE)
def test_one_of_a_sample_keeps_its_promise(action: str, fault: str, second: str) -> None:
    _kept(action, fault, second)


@pytest.mark.soak
@pytest.mark.parametrize(("action", "fault", "second"), [one for one in PAIRS if one not in SAMPLE])
def test_every_other_one_keeps_its_promise(action: str, fault: str, second: str) -> None:
    _kept(action, fault, second)


def test_no_remedy_of_the_portal_promises_the_whole_way() -> None:
    whole = [one.name for one in CATALOG.actions.values() if one.wishes and set(one.verify.facts) & {*CATALOG.progress}]
    assert whole == []
    assert len(PAIRS) > 1500


def _kept(name: str, *faults: str) -> None:
    action = CATALOG.actions[name]
    state = HostState(build_state(name="ACC-07", file=None, faults=faults, settings={}))
    if unmet_guards(action, inside(state)):
        return
    plan = planned(action, state)
    if plan.nothing_to_change:
        return
    done = carried_out(plan, state)
    if done.outcome == "failed":
        assert done.errors, "a service that hangs takes no order, which is another end and says why"
        return
    assert bool(lacking(action.verify, inside(state))) == ((name, faults[-1]) in IN_THE_WAY)
