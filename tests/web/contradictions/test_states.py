"""Every state in which a plan can be, on every page of every reader: what none of them may do."""

import pytest

from tests.conftest import MakePerson
from tests.diagnosis.test_table import _quick as quick
from tests.web.contradictions.rules import broken, headers
from tests.web.contradictions.table import contradictions
from tests.web.contradictions.walk import FOUND, PLANNED, STARTED, UNDO, VERIFIED, FaultHistory, Moment, Steps
from troubleshoot.models import JobState, Site
from troubleshoot.operations import health

__all__ = ["quick"]  # how long a look may take
pytestmark = pytest.mark.django_db

SAME_ERROR: Steps = (*VERIFIED, ("own_answer", 1))
OWN: Steps = (("worker_reads", 0), ("own_plan", 0), ("worker_reads", 0))
#: How a plan comes to each state, and what it is in then.
STATES: dict[str, tuple[str, Steps, JobState | None]] = {
    "found": ("key-file-permissions", (("worker_reads", 0),), None),
    "asked": ("nla-required", FOUND, None),
    "being planned": ("nla-required", (*FOUND, ("desk_plan", 0)), None),
    "planned": ("service-stopped", PLANNED, JobState.PLANNED),
    "planned by the person": ("certificate-service-stopped", OWN, JobState.PLANNED),
    "waiting for approval": ("nla-required", PLANNED, JobState.WAITING_APPROVAL),
    "approved": ("nla-required", (*PLANNED, ("desk_vote", 1)), JobState.APPROVED),
    "declined": ("nla-required", (*PLANNED, ("desk_vote", 0)), JobState.DECLINED),
    "expired": ("nla-required", (*PLANNED, ("worker_expires", 0)), JobState.EXPIRED),
    "expired unstarted": ("service-stopped", (*PLANNED, ("worker_expires", 0)), JobState.EXPIRED),
    "withdrawn": ("nla-required", (*PLANNED, ("desk_stop", 0)), JobState.CANCELLED),
    "withdrawn with its case": ("service-stopped", (*PLANNED, ("own_withdraw", 0)), JobState.CANCELLED),
    "queued": ("nla-required", STARTED, JobState.QUEUED),
    "running": ("service-stopped", (*STARTED, ("worker_takes", 0)), JobState.CLAIMED),
    "verified": ("nla-required", VERIFIED, JobState.VERIFIED),
    "verified for the person": (
        "certificate-service-stopped",
        (*OWN, ("own_start", 0), ("worker_changes", 0)),
        JobState.VERIFIED,
    ),
    "same error": ("service-stopped", SAME_ERROR, JobState.VERIFIED),
    "same error, asked again": ("security-layer-rdp", (*SAME_ERROR, ("own_help", 0)), JobState.VERIFIED),
    "solved": ("nla-required", (*VERIFIED, ("desk_close", 0)), JobState.VERIFIED),
    "not verified": ("service-stopped", (*STARTED, ("worker_changes", 2)), JobState.NOT_VERIFIED),
    "failed": ("service-stopped", (*STARTED, ("worker_changes", 3)), JobState.FAILED),
    "lost": ("nla-required", (*STARTED, ("worker_changes", 4)), JobState.UNKNOWN),
    "lost and settled": (
        "service-stopped",
        (*STARTED, ("worker_changes", 4), ("worker_asks", 0), ("desk_settle", 0)),
        JobState.NOT_VERIFIED,
    ),
    "lost and never begun": (
        "nla-required",
        (*STARTED, ("worker_changes", 4), ("worker_asks", 3)),
        JobState.UNREACHABLE,
    ),
    "drifted": ("nla-required", (*STARTED, ("worker_changes", 5)), JobState.DRIFTED),
    "silent": ("service-stopped", (*STARTED, ("worker_changes", 6)), JobState.UNREACHABLE),
    "refused": ("nla-required", (*STARTED, ("worker_changes", 7)), JobState.REFUSED),
    "undo waits": ("service-stopped", (*VERIFIED, ("desk_undo", 1)), JobState.QUEUED),
    "undone": ("nla-required", (*VERIFIED, *UNDO), JobState.VERIFIED),
    "undone after the end": ("service-stopped", (*VERIFIED, ("desk_close", 0), *UNDO), JobState.VERIFIED),
    "undo lost": ("nla-required", (*VERIFIED, ("desk_undo", 1), ("worker_changes", 4)), JobState.UNKNOWN),
    "undo lost, closed": (
        "service-stopped",
        (*VERIFIED, ("desk_undo", 1), ("worker_changes", 4), ("desk_close", 0)),
        JobState.UNKNOWN,
    ),
    "undo failed": ("service-stopped", (*VERIFIED, ("desk_undo", 1), ("worker_changes", 3)), JobState.FAILED),
    "a message about a plan": ("service-stopped", (*PLANNED, ("own_say", 0)), JobState.PLANNED),
    "a message about an end": ("nla-required", (*PLANNED, ("desk_vote", 0), ("own_say", 0)), JobState.DECLINED),
    "by hand": ("firewall-policy", FOUND, None),
    "undo silent": ("nla-required", (*VERIFIED, ("desk_undo", 1), ("worker_changes", 6)), JobState.UNREACHABLE),
}


@pytest.mark.parametrize("name", STATES)
def test_holds_on_every_page(name: str, person: MakePerson, north: Site) -> None:
    fault, steps, state = STATES[name]
    roles = ("employee", "helpdesk", "approver", "manager", "auditor")
    emil, hanna, abel, maria, otto = (
        person(one, role, site=north)
        for one, role in zip(("Emil", "Hanna", "Abel", "Maria", "Otto"), roles, strict=True)
    )
    history = FaultHistory(north, emil, hanna, abel, for_them=False)
    history.fault = fault
    health.note_heartbeat("worker", "w1", [north.slug])
    for act, number in steps:
        history.act(act, number)
    moment = Moment(history, maria, otto).look()
    assert (moment.change.state if moment.change else None) == state
    assert [*broken(moment), *contradictions(moment.texts)] == []


def test_the_rules_read_what_the_columns_are_called() -> None:
    page = "<thead><tr><th>Setting</th><th scope=col><b>Now</b></th></tr></thead>"
    assert headers(page) == [("Setting", "Now")]
