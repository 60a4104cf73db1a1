"""What each kind of job is about: the database refuses a job that says one thing and holds another."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.conftest import MakePerson
from troubleshoot import cases
from troubleshoot.models import CHANGES, READS, Host, Job, JobState, Person, Plan, Site

K = Job.Kind
#: For each kind: whether it has a case, whether it names a remedy, whether it has a plan. None: it may or may not.
ABOUT: dict[str, tuple[bool | None, bool | None, bool | None]] = {
    K.DIAGNOSE: (True, False, None),
    K.PLAN: (None, True, None),
    K.CHECK_BY_HAND: (None, True, None),
    K.CONNECTION_TEST: (False, False, None),
    K.SETTLE: (False, False, None),
    K.APPLY: (None, None, True),
    K.REVERT: (None, None, True),
}
EVERY = [(case, action, plan) for case in (True, False) for action in (True, False) for plan in (True, False)]


@pytest.fixture
def owner(person: MakePerson) -> Person:
    return person("Emil", "employee")


@pytest.fixture
def host(north: Site, owner: Person) -> Host:
    return Host.objects.create(name="ACC-01", address="acc-01", site=north, owner=owner)


def test_every_kind_is_in_the_table_and_either_reads_or_changes() -> None:
    assert set(K) == set(ABOUT) == READS | CHANGES | {K.SETTLE}
    assert not READS & CHANGES


@pytest.mark.parametrize(
    ("kind", "starter", "waits", "by_portal"),
    [
        (K.REVERT, None, False, True),
        (K.REVERT, None, True, False),
        (K.REVERT, "somebody", False, False),
        (K.REVERT, "somebody", True, False),
        (K.APPLY, None, False, False),
    ],
)
@pytest.mark.parametrize("state", JobState)
def test_the_portal_undoes_what_nobody_started_and_nobody_decides_about(
    kind: str, starter: str | None, waits: bool, by_portal: bool, state: JobState
) -> None:
    job = Job(kind=kind, starter_id=starter, needs_approval=waits, state=state)
    assert job.is_undo_by_portal == by_portal
    assert job.is_promised_undo == (by_portal and state == JobState.QUEUED)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", K)
def test_a_job_holds_what_its_kind_is_about(kind: str, host: Host, owner: Person) -> None:
    case = cases.open_case(actor=owner, beneficiary=owner, error_text="0x904", host=host)
    plan = Plan.objects.create(host=host, action="lift-nla", document={}, digest="d" * 64)
    change = Job.objects.create(kind=K.APPLY, host=host, requester=owner, state=JobState.CANCELLED, plan=plan)
    lost = change if kind == K.SETTLE else None
    for has in EVERY:
        fields: dict[str, Any] = {
            "case": case if has[0] else None,
            "action": "lift-nla" if has[1] else "",
            "plan": plan if has[2] else None,
        }
        job = Job(kind=kind, host=host, requester=owner, state=JobState.CANCELLED, lost=lost, **fields)
        if all(wanted in {None, found} for wanted, found in zip(ABOUT[kind], has, strict=True)):
            job.save()
            assert job.is_change is (kind in CHANGES)
            assert (job in Job.objects.changes()) is job.is_change
        else:
            with pytest.raises(DatabaseError), transaction.atomic():
                job.save()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", K)
def test_a_settle_names_a_lost_change_and_nothing_else_does(kind: str, host: Host, owner: Person) -> None:
    plan = Plan.objects.create(host=host, action="lift-nla", document={}, digest="d" * 64)
    change = Job.objects.create(kind=K.APPLY, host=host, requester=owner, state=JobState.CANCELLED, plan=plan)
    with pytest.raises(DatabaseError), transaction.atomic():
        Job.objects.create(
            kind=kind,
            host=host,
            requester=owner,
            state=JobState.CANCELLED,
            plan=plan,
            action="" if kind in {K.SETTLE, K.CONNECTION_TEST} else "lift-nla",
            lost=None if kind == K.SETTLE else change,
        )
