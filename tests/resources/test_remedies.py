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
from troubleshoot.lab import runner
from troubleshoot.lab.state import HostState
from troubleshoot.probes import probe_network
from troubleshoot.remote import RUNNER_DIGEST, RegisteredHost, VisitItem, VisitResult, VisitWork
from troubleshoot.remote.envelope import request_line
from troubleshoot.remote.reply import Reader

# What each remedy is for: faults of the lab in which its guards hold.
CASES = [
    ("renew-rdp-certificate", "certificate-service-stopped"),
    ("renew-rdp-certificate", "expired-certificate"),
    ("restart-remote-desktop", "service-stopped"),
    ("repair-remote-desktop-service", "service-disabled"),
    ("repair-remote-desktop-service", "service-wrong-account"),
    ("repair-key-file-permissions", "key-file-permissions"),
    ("repair-key-file-permissions", "key-unreadable"),
    ("repair-key-folder-permissions", "key-folder-permissions"),
    ("repair-key-folder-permissions", "key-folder-no-certificate"),
    ("unbind-certificate", "chosen-certificate-missing"),
    ("unbind-certificate", "chosen-certificate-expired"),
    ("unbind-certificate", "chosen-certificate-without-key"),
    ("unbind-certificate", "chosen-certificate-wrong-purpose"),
    ("require-tls", "security-layer-rdp"),
    ("lift-nla", "nla-required"),
    ("raise-encryption-level", "encryption-low"),
    ("open-firewall", "firewall-closed"),
    ("udp-off-host", "udp-allowed"),
    ("switch-on-remote-desktop", "rdp-off"),
    ("let-people-sign-in", "drained"),
    ("let-people-sign-in", "logons-off"),
]
# What group policy, a farm or a domain owns is not written: the fault beside it, and the words that say who decides.
HELD_BACK = [
    ("require-tls", ("security-layer-by-policy",), "group policy"),
    ("lift-nla", ("nla-by-policy",), "group policy"),
    ("open-firewall", ("firewall-policy",), "group policy"),
    ("open-firewall", ("firewall-wrong-profile",), "public"),
    ("udp-off-host", ("udp-off-by-policy",), "group policy"),
    ("switch-on-remote-desktop", ("rdp-off-by-policy",), "group policy"),
    ("switch-on-remote-desktop", ("rdp-off", "firewall-wrong-profile"), "public network"),
    ("raise-encryption-level", ("fips-required",), "FIPS"),
    ("unbind-certificate", ("chosen-certificate-expired", "connection-broker"), "connection broker"),
    ("renew-rdp-certificate", ("expired-certificate", "connection-broker"), "connection broker"),
    ("repair-key-file-permissions", ("key-file-permissions", "domain-controller"), "domain controller"),
    ("repair-key-folder-permissions", ("key-folder-permissions", "connection-broker"), "connection broker"),
]
CATALOG = catalog.installed_catalog()


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
    items = tuple(reading(one.resource, one.params) for one in probes.WINDOWS_READINGS)
    found = visited(state, "read", items)
    told = probes.windows_facts(found.before, reached="yes", port=3389, now=datetime.now(UTC))
    return {name: value for name, (value, _) in told.items()}


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


@pytest.mark.parametrize(("name", "fault"), CASES)
def test_repairs_is_proved_and_can_be_put_back(name: str, fault: str) -> None:
    action = CATALOG.actions[name]
    with listening(fault) as (state, server):
        assert [one.text for one in unmet_guards(action, inside(state))] == []
        plan = planned(action, state)
        assert not plan.nothing_to_change
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


@pytest.mark.parametrize(("name", "faults", "words"), HELD_BACK)
def test_is_held_back_and_says_who_decides(name: str, faults: tuple[str, ...], words: str) -> None:
    with listening(*faults) as (state, _):
        before = copy.deepcopy(state.document)
        refusals = " ".join(one.text for one in unmet_guards(CATALOG.actions[name], inside(state)))
        assert words in refusals
        assert state.document == before


def test_every_remedy_that_the_portal_runs_is_tried_here() -> None:
    assert {name for name, _ in CASES} == {action.name for action in CATALOG.actions.values() if action.wishes}


def test_a_healthy_host_needs_none_of_them() -> None:
    with listening() as (state, _):
        facts = inside(state)
    wanted = [action.name for action in CATALOG.actions.values() if action.wishes and not unmet_guards(action, facts)]
    # A renewal, a restart and TCP alone are possible on any host; a guide leads there only for a reason.
    assert set(wanted) <= {"renew-rdp-certificate", "restart-remote-desktop", "require-tls", "udp-off-host"}


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
