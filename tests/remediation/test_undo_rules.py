"""Who may undo what: an undo that was promised always runs; one that takes a protection away needs an approver."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened, planned
from tests.remediation.test_remedies import listener
from tests.remediation.test_review_undo import Lifted, lifted
from troubleshoot import hosts, jobs, operations, remediation, wording
from troubleshoot.audit import Machine
from troubleshoot.engine import Code, Refusal
from troubleshoot.models import Host, Job, JobState, Notice, Person
from troubleshoot.web.approver import approval_page as deciding

__all__ = ["lifted"]
OPERATOR = Machine("cli", "tests")


def only_looked_at(host: Registered) -> None:
    """An administrator decides that nothing is changed there any more."""
    hosts.change_host(actor=OPERATOR, host=host.row, mode=Host.Mode.DIAGNOSE_ONLY)


class TestOnAHostThatIsOnlyLookedAt:
    def test_a_temporary_change_still_ends_at_its_time(self, lifted: Callable[[], Lifted], work: Work) -> None:
        host, job = lifted()
        only_looked_at(host)
        operations.sweep()
        work()
        job.refresh_from_db()
        assert job.state == JobState.REVERTED
        assert listener(host.document, "UserAuthentication") == 1

    def test_it_may_be_ended_before_its_time_too(
        self, lifted: Callable[[], Lifted], helpdesk: Person, work: Work
    ) -> None:
        host, job = lifted()
        only_looked_at(host)
        remediation.request_revert(actor=helpdesk, job=job)
        work()
        assert listener(host.document, "UserAuthentication") == 1

    def test_another_change_is_not_undone_by_a_person(self, lab: MakeLab, helpdesk: Person, work: Work) -> None:
        host = lab("security-layer-rdp")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        jobs.start_job(actor=helpdesk, job=job)
        work()
        only_looked_at(host)
        with pytest.raises(Refusal, match="diagnose_only"):
            remediation.request_revert(actor=helpdesk, job=Job.objects.get(pk=job.pk))
        assert listener(host.document, "SecurityLayer") == 2

    def test_an_undo_that_was_asked_for_before_is_refused_at_its_start(
        self, lab: MakeLab, helpdesk: Person, work: Work
    ) -> None:
        host = lab("expired-certificate", "certificate-service-stopped")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        jobs.start_job(actor=helpdesk, job=job)
        work()
        undo = remediation.request_revert(actor=helpdesk, job=Job.objects.get(pk=job.pk))
        only_looked_at(host)
        work()
        undo.refresh_from_db()
        assert (undo.state, "diagnose only" in wording.explained(undo.explanation)) == (JobState.REFUSED, True)

    def test_another_computer_under_the_name_is_left_alone(self, lifted: Callable[[], Lifted], work: Work) -> None:
        host, job = lifted()
        hosts.change_host(actor=OPERATOR, host=host.row, forget_identity=True)
        with host.lab.state.changing() as document:
            document["identity"]["machine_guid"] = "0" * 8 + "-0000-0000-0000-" + "0" * 12
        operations.sweep()
        work()
        job.refresh_from_db()
        assert job.state == JobState.VERIFIED
        assert listener(host.document, "UserAuthentication") == 0


class TestAnUndoThatLowersSecurity:
    @pytest.fixture
    def host(self, lab: MakeLab) -> Registered:
        return lab("security-layer-rdp")

    @pytest.fixture
    def job(self, host: Registered, helpdesk: Person, work: Work) -> Job:
        """TLS was required: a change of low risk, which helpdesk alone has started."""
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        jobs.start_job(actor=helpdesk, job=job)
        work()
        assert listener(host.document, "SecurityLayer") == 2
        return Job.objects.get(pk=job.pk)

    def test_waits_for_an_approver_who_is_told(
        self, host: Registered, job: Job, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        undo = remediation.request_revert(actor=helpdesk, job=job, reason="a thin client needs it")
        assert (undo.state, undo.risk) == (JobState.WAITING_APPROVAL, "dangerous")
        assert undo in deciding.jobs_waiting(approver)
        assert Notice.objects.filter(person=approver, kind=Notice.Kind.APPROVAL, job=undo).exists()
        work()
        assert listener(host.document, "SecurityLayer") == 2
        with pytest.raises(Refusal, match="needs_second_person"):
            jobs.start_job(actor=helpdesk, job=undo)
        assert undo.plan
        remediation.approve_plan(actor=approver, job=undo, digest=undo.plan.digest)
        jobs.start_job(actor=helpdesk, job=undo)
        work()
        assert listener(host.document, "SecurityLayer") == 0

    def test_is_never_made_in_solo_mode(self, job: Job, helpdesk: Person, settings: Settings) -> None:
        settings.MENDPOINT_SOLO_MODE = True
        with pytest.raises(Refusal, match="no_second_person"):
            remediation.request_revert(actor=helpdesk, job=job)

    def test_is_not_made_on_a_real_computer_like_any_dangerous_change(self, job: Job, helpdesk: Person) -> None:
        Host.objects.update(lab=False)
        with pytest.raises(Refusal, match="simulated_only"):
            remediation.request_revert(actor=helpdesk, job=Job.objects.get(pk=job.pk))

    def test_is_not_kept_from_starting_by_itself_when_the_change_made_it_worse(
        self, host: Registered, job: Job, work: Work
    ) -> None:
        undo = remediation.queue_revert(job, actor=Machine("worker", "tests"), because=Code.UNDOING_WORSE)
        assert undo
        assert undo.state == JobState.QUEUED
        assert [line.explanation.code for line in undo.lines.all()] == [Code.UNDOING_WORSE]
        work()
        assert listener(host.document, "SecurityLayer") == 0
