"""What a worker does when it is late, when the database or the rules fail it, and when a host is silent for a while."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models.functions import Now

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import ERROR, Work, opened, planned
from tests.remediation.test_remedies import listener
from tests.support import replace_everywhere
from troubleshoot import cases, hosts, jobs, operations, remediation, wording
from troubleshoot.engine import Refusal
from troubleshoot.hosts import change_visits, visits
from troubleshoot.jobs import claiming
from troubleshoot.models import Approval, Host, Job, JobState, Person
from troubleshoot.remediation import execution as changes

LONG_AGO = "2026-01-01T00:00:00Z"


@pytest.fixture
def reading(lab: MakeLab, employee: Person) -> Job:
    """A queued diagnosis."""
    return Job.objects.get(case=cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=lab().row))


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    return lab("security-layer-rdp")


@pytest.fixture
def change(host: Registered, helpdesk: Person, work: Work) -> Job:
    """A queued change of low risk."""
    job = planned(helpdesk, opened(helpdesk, host.row, work), work)
    jobs.start_job(actor=helpdesk, job=job)
    return job


@pytest.fixture
def approved(lab: MakeLab, helpdesk: Person, approver: Person, work: Work) -> tuple[Registered, Job]:
    """A queued change that a second person has approved, and its host."""
    host = lab("nla-required")
    job = planned(helpdesk, opened(helpdesk, host.row, work), work, why="the trust is broken")
    assert job.plan
    remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)
    jobs.start_job(actor=helpdesk, job=job)
    return host, job


class TestAWorkerWhoseDatabaseGoesAway:
    """For a moment: that is no defect, and nobody's end of anything."""

    def test_leaves_a_reading_to_the_next_worker(
        self, reading: Job, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as away:
            _goes_away(away, visits, "observe")
            operations.run_job(reading.pk)
        reading.refresh_from_db()
        assert (reading.state, reading.explanation) == (JobState.CLAIMED, None)
        _silent_for_long(reading)
        work()
        reading.refresh_from_db()
        assert reading.state == JobState.DONE

    def test_leaves_the_check_of_a_change_to_the_next_worker(
        self, change: Job, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as away:
            _goes_away(away, changes, "verify_change")
            operations.run_job(change.pk)
        change.refresh_from_db()
        assert (change.state, change.explanation) == (JobState.VERIFYING, None)
        _silent_for_long(change)
        operations.run_job(change.pk)
        change.refresh_from_db()
        assert change.state == JobState.VERIFIED

    def test_has_the_computer_asked_about_a_change_that_may_have_begun(
        self, change: Job, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as away:
            _goes_away(away, change_visits, "carry_out_plan")
            operations.run_job(change.pk)
        _silent_for_long(change)
        change.refresh_from_db()
        assert (change.state, change.settles.count()) == (JobState.UNKNOWN, 1)


def _goes_away(patch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise OperationalError("terminating connection due to administrator command")

    replace_everywhere(patch, module, name, fails)


def _silent_for_long(job: Job) -> None:
    """Its lease is over, and the keeper has looked."""
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - dt.timedelta(seconds=1))
    operations.sweep()


class TestAWorkerWhoseLeaseWasGivenAway:
    def test_does_not_end_the_job_of_its_successor_when_it_fails(
        self, reading: Job, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def slow(*_: Any, **__: Any) -> None:
            Job.objects.filter(pk=reading.pk).update(fence=7, worker="successor")
            raise RuntimeError("a defect after the lease was lost")

        replace_everywhere(monkeypatch, visits, "observe", slow)
        with pytest.raises(RuntimeError, match="after the lease"):
            operations.run_job(reading.pk)
        reading.refresh_from_db()
        assert (reading.state, reading.worker) == (JobState.CLAIMED, "successor")

    def test_stops_when_it_comes_back_from_the_host(
        self, change: Job, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        carry_out = hosts.carry_out_plan

        def slow(*arguments: Any, **options: Any) -> Any:
            found = carry_out(*arguments, **options)
            Job.objects.filter(pk=change.pk).update(lease_until=LONG_AGO)
            operations.sweep()
            return found

        replace_everywhere(monkeypatch, change_visits, "carry_out_plan", slow)
        operations.run_job(change.pk)
        change.refresh_from_db()
        assert change.state == JobState.UNKNOWN
        assert not change.readings.exists(), "it has nothing to check any more"

    def test_keeps_the_approval_for_its_successor(
        self, approved: tuple[Registered, Job], work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, job = approved
        from_outside = visits.observe_from_outside

        def slow(host: Host, **given: Any) -> Any:
            Job.objects.filter(pk=job.pk, state=JobState.CLAIMED).update(lease_until=LONG_AGO)
            operations.sweep()
            return from_outside(host, **given)

        with monkeypatch.context() as late:
            late.setattr(visits, "observe_from_outside", slow)
            operations.run_job(job.pk)
        assert Approval.objects.get(job=job).used_at is None
        work()
        job.refresh_from_db()
        assert job.state == JobState.VERIFIED


class TestALease:
    def test_is_renewed_after_the_database_was_away_for_a_moment(
        self, reading: Job, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert Job.objects.claim(reading, worker="w", lease=claiming.lease_time())
        renew, tries, again = type(Job.objects).renew, list[bool](), threading.Event()

        def away_at_first(self: Any, job: Job, **options: Any) -> bool:
            tries.append(True)
            if len(tries) == 1:
                raise OperationalError("the connection was closed")
            again.set()
            return bool(renew(self, job, **options))

        monkeypatch.setattr(type(Job.objects), "renew", away_at_first)
        monkeypatch.setattr(claiming, "lease_time", lambda: dt.timedelta(seconds=0.2))
        with claiming.hold_job(reading):
            assert again.wait(5)


class TestAnApprovedChange:
    def test_of_a_host_that_is_silent_for_a_moment_is_tried_again_under_its_approval(
        self, approved: tuple[Registered, Job], work: Work
    ) -> None:
        host, job = approved
        with host.lab.state.changing() as document:
            document["network"]["winrm"] = "refused"
        operations.run_job(job.pk)
        job.refresh_from_db()
        assert (job.state, job.tries) == (JobState.QUEUED, 1)
        with host.lab.state.changing() as document:
            document["network"]["winrm"] = "open"
        Job.objects.filter(pk=job.pk).update(not_before=LONG_AGO)
        work()
        job.refresh_from_db()
        assert job.state == JobState.VERIFIED, wording.explained(job.explanation)
        assert listener(host.document, "UserAuthentication") == 0


class TestTime:
    def test_that_is_over_keeps_a_queued_change_from_being_claimed(self, change: Job, host: Registered) -> None:
        Job.objects.filter(pk=change.pk).update(expires_at=LONG_AGO)
        operations.run_job(change.pk)
        change.refresh_from_db()
        assert (change.state, host.document["runs"]) == (JobState.QUEUED, {})

    def test_that_is_over_keeps_a_plan_from_being_started_before_the_keeper_sweeps(
        self, host: Registered, helpdesk: Person, work: Work
    ) -> None:
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        Job.objects.filter(pk=job.pk).update(expires_at=LONG_AGO)
        with pytest.raises(Refusal, match="time_over"):
            jobs.start_job(actor=helpdesk, job=job)

    def test_that_is_over_keeps_a_plan_from_being_approved(
        self, lab: MakeLab, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        job = planned(helpdesk, opened(helpdesk, lab("nla-required").row, work), work, why="the trust is broken")
        Job.objects.filter(pk=job.pk).update(expires_at=LONG_AGO)
        with pytest.raises(Refusal, match="time_over"):
            remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)  # type: ignore[union-attr]


class TestACheck:
    def test_that_a_defect_of_ours_keeps_from_being_made_ends_not_verified(
        self, change: Job, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: Any, **__: Any) -> None:
            raise RuntimeError("a defect")

        replace_everywhere(monkeypatch, changes, "verify_change", broken)
        with pytest.raises(RuntimeError, match="a defect"):
            operations.run_job(change.pk)
        change.refresh_from_db()
        assert change.state == JobState.NOT_VERIFIED
        assert "could not be checked" in wording.explained(change.explanation)

    def test_that_no_worker_takes_over_does_not_hold_its_host_for_ever(self, change: Job, host: Registered) -> None:
        Job.objects.filter(pk=change.pk).update(state=JobState.VERIFYING, lease_until=LONG_AGO)
        operations.sweep()
        change.refresh_from_db()
        assert change.state == JobState.NOT_VERIFIED


class TestAHost:
    def test_outside_the_allowed_networks_is_told_so_and_never_called_a_defect(self, reading: Job) -> None:
        Host.objects.update(lab=False)
        operations.run_job(reading.pk)
        reading.refresh_from_db()
        assert reading.state == JobState.REFUSED
        assert "defect" not in wording.explained(reading.explanation)

    def test_whose_way_in_became_too_weak_is_refused_before_anything_is_sent(
        self, change: Job, host: Registered, settings: Any
    ) -> None:
        settings.MENDPOINT_ALLOWED_NETWORKS = visits.LOOPBACK
        Host.objects.update(lab=False)
        operations.run_job(change.pk)
        change.refresh_from_db()
        assert (change.state, host.document["runs"]) == (JobState.REFUSED, {})
        assert "NTLM needs HTTPS" in wording.explained(change.explanation)
