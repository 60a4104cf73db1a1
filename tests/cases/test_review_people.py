"""That every change is carried by people who may when it begins, and a dangerous one never by one person alone."""

import pytest
from django.db import DatabaseError

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import ERROR, Work, agreed, at, opened, planned
from tests.models.test_database import sql
from tests.remediation.test_remedies import RDP_TCP, listener
from tests.support import replace_everywhere
from troubleshoot import cases, diagnosis, jobs, operations, people, remediation, wording
from troubleshoot.engine import Refusal
from troubleshoot.hosts import visits
from troubleshoot.models import Case, Host, Job, JobState, Person, Site

OVER = {"granted_at": "2019-01-01T00:00:00Z", "until": "2020-01-01T00:00:00Z"}


@pytest.fixture
def both(north: Site, person: MakePerson) -> Person:
    """Helpdesk and approver in one person."""
    return person("Bo", "helpdesk", "approver", site=north)


def digest(job: Job) -> str:
    assert job.plan
    return job.plan.digest


class TestWhatAnEmployeeAskedFor:
    @pytest.fixture
    def job(self, lab: MakeLab, employee: Person, work: Work) -> Job:
        return planned(employee, opened(employee, lab("expired-certificate").row, work), work)

    def test_runs_when_helpdesk_starts_it(self, job: Job, helpdesk: Person, work: Work) -> None:
        jobs.start_job(actor=helpdesk, job=job)
        work()
        job.refresh_from_db()
        assert (job.state, job.starter) == (JobState.VERIFIED, helpdesk), wording.explained(job.explanation)

    def test_does_not_run_when_whoever_started_it_may_no_longer(self, job: Job, helpdesk: Person, work: Work) -> None:
        jobs.start_job(actor=helpdesk, job=job)
        helpdesk.grants.all().update(**OVER)
        work()
        job.refresh_from_db()
        assert job.state == JobState.REFUSED
        assert "Hanna may no longer start this" in wording.explained(job.explanation)

    def test_keeps_the_name_of_whoever_started_it(self, job: Job, helpdesk: Person, employee: Person) -> None:
        jobs.start_job(actor=helpdesk, job=job)
        with pytest.raises(DatabaseError):
            sql("UPDATE troubleshoot_job SET starter_id = %s WHERE id = %s", employee.pk, job.pk)


class TestADangerousChange:
    def test_is_not_approved_and_started_by_one_person(
        self, lab: MakeLab, employee: Person, both: Person, helpdesk: Person, work: Work
    ) -> None:
        job = planned(helpdesk, opened(employee, lab("nla-required").row, work), work, why="they cannot work")
        remediation.approve_plan(actor=both, job=job, digest=digest(job))
        with pytest.raises(Refusal, match="approved_by_starter"):
            jobs.start_job(actor=both, job=job)
        jobs.start_job(actor=helpdesk, job=job)
        work()
        job.refresh_from_db()
        assert job.state == JobState.VERIFIED, wording.explained(job.explanation)

    def test_is_not_approved_by_whoever_opened_its_case(
        self, lab: MakeLab, employee: Person, both: Person, helpdesk: Person, work: Work
    ) -> None:
        case = opened(both, lab("nla-required").row, work, beneficiary=employee)
        job = planned(helpdesk, case, work, why="they cannot work")
        with pytest.raises(people.PermissionRefused, match="of their own"):
            remediation.approve_plan(actor=both, job=job, digest=digest(job))

    def test_is_not_approved_by_the_owner_of_the_computer(
        self, lab: MakeLab, approver: Person, helpdesk: Person, work: Work
    ) -> None:
        host = lab("nla-required")
        Host.objects.filter(pk=host.row.pk).update(owner=approver)
        reading = remediation.request_plan(actor=helpdesk, host=host.row, action="lift-nla", reason="without a case")
        work()
        job = Job.objects.get(plan__made_by=reading)
        assert job.beneficiary is None
        with pytest.raises(people.PermissionRefused, match="of their own"):
            remediation.approve_plan(actor=approver, job=job, digest=digest(job))


class TestACriticalHost:
    @pytest.fixture
    def host(self, lab: MakeLab) -> Registered:
        return lab("security-layer-rdp")

    @pytest.fixture
    def job(self, host: Registered, helpdesk: Person, work: Work) -> Job:
        return planned(helpdesk, opened(helpdesk, host.row, work), work)

    def test_that_became_so_after_the_plan_is_not_changed_without_an_approver(
        self, host: Registered, job: Job, helpdesk: Person, work: Work
    ) -> None:
        jobs.start_job(actor=helpdesk, job=job)
        Host.objects.update(critical=True)
        work()
        job.refresh_from_db()
        assert (job.state, host.document["runs"]) == (JobState.REFUSED, {})
        assert "critical" in wording.explained(job.explanation)

    def test_that_became_so_after_the_change_is_put_back_only_with_an_approver(
        self, host: Registered, job: Job, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        jobs.start_job(actor=helpdesk, job=job)
        work()
        Host.objects.update(critical=True)
        undo = remediation.request_revert(
            actor=helpdesk, job=Job.objects.get(pk=job.pk), reason="a thin client needs it"
        )
        assert undo.state == JobState.WAITING_APPROVAL
        work()
        assert listener(host.document, "SecurityLayer") == 2
        remediation.approve_plan(actor=approver, job=undo, digest=digest(undo))
        jobs.start_job(actor=helpdesk, job=undo)
        work()
        job.refresh_from_db()
        assert job.state == JobState.REVERTED
        assert listener(host.document, "SecurityLayer") == 0


class TestARevert:
    def test_does_not_run_when_whoever_asked_for_it_may_no_longer(
        self, lab: MakeLab, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        host = lab("security-layer-rdp")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        jobs.start_job(actor=helpdesk, job=job)
        work()
        undo = remediation.request_revert(actor=helpdesk, job=Job.objects.get(pk=job.pk))
        agreed(approver, undo)
        helpdesk.grants.all().update(**OVER)
        work()
        undo.refresh_from_db()
        assert undo.state == JobState.REFUSED
        assert listener(host.document, "SecurityLayer") == 2


class TestAReading:
    @pytest.mark.parametrize("action", ["", "renew-rdp-certificate"])
    def test_is_not_taken_for_somebody_who_may_no_longer_ask(
        self, action: str, lab: MakeLab, helpdesk: Person, employee: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host = lab().row
        case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=host)
        job = jobs.request_reading(actor=helpdesk, host=host, case=case, beneficiary=employee, action=action)
        helpdesk.grants.all().update(**OVER)
        replace_everywhere(monkeypatch, visits, "observe", lambda *_, **__: pytest.fail("the host was visited"))
        operations.run_job(job.pk)
        job.refresh_from_db()
        assert job.state == JobState.REFUSED
        assert "no longer" in wording.explained(job.explanation)


class TestAPlan:
    def test_is_not_put_into_a_case_about_another_computer(
        self, lab: MakeLab, helpdesk: Person, employee: Person, work: Work
    ) -> None:
        case = opened(employee, None, work)
        with pytest.raises(Refusal, match="case_of_another_host"):
            remediation.request_plan(
                actor=helpdesk, host=lab("expired-certificate").row, action="require-tls", case=case
            )

    def test_is_not_put_into_the_case_of_a_stranger(
        self, lab: MakeLab, helpdesk: Person, employee: Person, north: Site, person: MakePerson, work: Work
    ) -> None:
        host = lab("expired-certificate")
        case = opened(helpdesk, host.row, work)
        colleague = person("Eve", "employee", site=north)
        host.row.assigned.add(colleague)
        with pytest.raises(people.PermissionRefused):
            remediation.request_plan(actor=colleague, host=host.row, action=at(case), case=case)


def test_what_led_to_a_started_fix_stays_although_a_new_plan_was_asked_for(
    lab: MakeLab, helpdesk: Person, work: Work
) -> None:
    host = lab("expired-certificate")
    case = opened(helpdesk, host.row, work)
    action = at(case)
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
    work()
    step = diagnosis.replay_case(case).at
    assert step.kind == "try"
    with host.lab.state.changing() as document:
        document["registry"][RDP_TCP]["SecurityLayer"]["value"] = 2
    remediation.request_plan(actor=helpdesk, host=host.row, action=action, case=case)
    started = diagnosis.begun_fixes(Case.objects.get(pk=case.pk), diagnosis.replay_case(case))
    assert {diagnosis.case_guide(case).steps[name].subject for name in started} == {action}


def test_a_case_of_somebody_else_is_not_opened_by_an_employee(lab: MakeLab, employee: Person, helpdesk: Person) -> None:
    with pytest.raises(people.PermissionRefused):
        cases.open_case(actor=employee, beneficiary=helpdesk, error_text=ERROR, host=lab().row)
