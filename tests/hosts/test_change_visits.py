"""What the visit of a change tells a computer of the undo that it may have to make by itself."""

import uuid
from typing import Any

import pytest

from tests.fixtures.computers import MakeLab
from troubleshoot import hosts, remote
from troubleshoot.engine import PlanDocument, PlanItem
from troubleshoot.models import Host
from troubleshoot.remote import PassedState, UndoOrder, UndoRule, VisitWork


def test_a_restart_tells_through_which_states_a_service_passes(lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[VisitWork] = []
    monkeypatch.setattr(remote, "visit_host", lambda _, work, **__: asked.append(work))
    item: dict[str, Any] = {"resource": "service", "digest": "", "title": "WinRM", "params": {"name": "WinRM"}}
    told: dict[str, Any] = {"changes": (), "events": (), "irreversible": "a restart"}
    restart = PlanItem(**item, **told, before={"state": "Running"}, desired={"restarted": True})
    about: dict[str, Any] = {"action": "", "action_digest": "", "title": "", "risk": "disruptive", "runner": ""}
    plan = PlanDocument(kind="apply", **about, identity={}, items=(restart,))
    row = Host.objects.get(pk=lab("service-stopped").row.pk)
    asking: dict[str, Any] = {"attempt": uuid.uuid4(), "job": uuid.uuid4(), "case": None}
    hosts.carry_out_plan(row, plan, **asking, on_progress=lambda _: None, undo=UndoOrder(600, at_start=True))
    passed = PassedState("restarted", "state", ("Stopped", "Stop Pending", "Start Pending"))
    assert asked[0].items[0].undo == UndoRule(("state", "start_mode"), (), (passed,))
