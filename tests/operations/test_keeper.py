"""What the keeper does about jobs that nobody else takes care of."""

from typing import Any

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import ERROR, Work, opened, planned
from tests.support import replace_everywhere
from troubleshoot import cases, jobs, operations
from troubleshoot.jobs import claiming
from troubleshoot.jobs import dispatch as queue
from troubleshoot.models import Case, Heartbeat, Job, JobState, Person
from troubleshoot.remediation import execution

LONG_AGO = "2026-01-01T00:00:00Z"


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The jobs that were rung for, instead of a broker."""
    rung: list[Any] = []
    monkeypatch.setattr(queue, "ring_doorbell", lambda job, **_: rung.append(job))
    return rung


def test_a_lost_ring_is_rung_again_and_again_with_longer_pauses(
    lab: MakeLab, employee: Person, bells: list[Any]
) -> None:
    case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=lab().row)
    job = Job.objects.get(case=case)
    assert bells == [job.pk]
    operations.sweep()
    assert bells == [job.pk], "not before its time"
    for _ in range(3):
        Job.objects.filter(pk=job.pk).update(ring_at=LONG_AGO)
        operations.sweep()
    assert bells == [job.pk] * 4
    job.refresh_from_db()
    assert job.rings == 4


class TestADeadWorkersJob:
    def test_waits_for_another_worker_when_nothing_had_started(
        self, lab: MakeLab, employee: Person, work: Work, bells: list[Any]
    ) -> None:
        case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=lab().row)
        job = Job.objects.get(case=case)
        assert Job.objects.claim(job, worker="dead", lease=claiming.lease_time())
        Job.objects.filter(pk=job.pk).update(lease_until=LONG_AGO)
        operations.sweep()
        job.refresh_from_db()
        assert (job.state, job.fence) == (JobState.QUEUED, 2)
        work()
        job.refresh_from_db()
        assert job.state == JobState.DONE

    def test_is_unknown_and_never_repeated_when_something_may_have_started(
        self, lab: MakeLab, helpdesk: Person, work: Work, bells: list[Any]
    ) -> None:
        host = lab("security-layer-rdp")
        case = opened(helpdesk, host.row, work)
        job = planned(helpdesk, case, work)
        jobs.start_job(actor=helpdesk, job=job)
        Job.objects.filter(pk=job.pk).update(state=JobState.STARTING, fence=1, lease_until=LONG_AGO)
        operations.sweep()
        work()
        job.refresh_from_db()
        assert (job.state, job.next_actor) == (JobState.UNKNOWN, "portal")
        assert host.document["runs"] == {}
        case.refresh_from_db()
        assert (case.waiting_for, case.matter) == (Case.WaitingFor.PORTAL, "settle"), "the computer is asked"

    def test_is_checked_by_another_worker_when_only_the_check_was_left(
        self, lab: MakeLab, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host = lab("security-layer-rdp")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        jobs.start_job(actor=helpdesk, job=job)
        with monkeypatch.context() as dies:
            replace_everywhere(dies, execution, "verify_change", lambda *_, **__: None)
            work()
        job.refresh_from_db()
        assert job.state == JobState.VERIFYING
        Job.objects.filter(pk=job.pk).update(lease_until=LONG_AGO)
        operations.run_job(job.pk)
        job.refresh_from_db()
        assert job.state == JobState.VERIFIED
        assert len(host.document["runs"]) == 1, "only checked again, never run again"


def test_what_nobody_decides_expires_and_the_case_goes_on(
    lab: MakeLab, helpdesk: Person, work: Work, bells: list[Any]
) -> None:
    case = opened(helpdesk, lab("nla-required").row, work)
    job = planned(helpdesk, case, work, why="the trust is broken")
    Job.objects.filter(pk=job.pk).update(expires_at=LONG_AGO)
    operations.sweep()
    job.refresh_from_db()
    case.refresh_from_db()
    assert (job.state, case.outcome) == (JobState.EXPIRED, "escalate")


def test_a_reading_that_no_worker_takes_does_not_keep_a_person_waiting_for_ever(
    lab: MakeLab, employee: Person, bells: list[Any]
) -> None:
    case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=lab().row)
    Job.objects.filter(case=case).update(expires_at=LONG_AGO)
    operations.sweep()
    case.refresh_from_db()
    assert case.matter != "look"


def test_two_keepers_do_no_harm(lab: MakeLab, helpdesk: Person, work: Work, bells: list[Any]) -> None:
    job = planned(helpdesk, opened(helpdesk, lab("security-layer-rdp").row, work), work)
    jobs.start_job(actor=helpdesk, job=job)
    Job.objects.filter(pk=job.pk).update(state=JobState.CLAIMED, fence=1, lease_until=LONG_AGO)
    operations.sweep()
    operations.sweep()
    job.refresh_from_db()
    assert (job.state, job.fence) == (JobState.QUEUED, 2)
    assert Heartbeat.objects.get(kind="keeper").beaten_at
