"""A remedy, from the pasted error to the proof, on simulated hosts; what happened is read from the host's own state."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, agreed, at, opened, planned
from tests.support import replace_everywhere
from troubleshoot import cases, diagnosis, jobs, operations, people, remediation, wording
from troubleshoot.engine import ApplyResult, Code, Refusal, Verdict
from troubleshoot.lab.service_reactions import mark_stopped
from troubleshoot.models import Case, Entry, Job, JobState, Person, Reading
from troubleshoot.remediation import execution as changes
from troubleshoot.remediation import last_gate

RDP_TCP = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp"
REPAIRABLE = {
    "expired-certificate": "renew-rdp-certificate",
    "certificate-service-stopped": "renew-rdp-certificate",
    "service-stopped": "restart-remote-desktop",
    "security-layer-rdp": "require-tls",
    "nla-required": "lift-nla",
    "key-file-permissions": "repair-key-file-permissions",
    "firewall-closed": "open-firewall",
}


def as_apply(job: Job) -> ApplyResult:
    assert isinstance(job.found, ApplyResult)
    return job.found


def listener(document: dict[str, Any], value: str) -> int:
    found: int = document["registry"][RDP_TCP][value]["value"]
    return found


@pytest.mark.parametrize(("fault", "action"), REPAIRABLE.items())
def test_each_repairable_fault_is_repaired_and_verified(
    fault: str, action: str, lab: MakeLab, helpdesk: Person, approver: Person, work: Work
) -> None:
    host = lab(fault)
    case = opened(helpdesk, host.row, work)
    assert at(case) == action
    job = planned(helpdesk, case, work, why="they cannot work")
    if job.needs_approval:
        remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)  # type: ignore[union-attr]

    jobs.start_job(actor=helpdesk, job=job)
    work()

    job.refresh_from_db()
    assert job.state == JobState.VERIFIED, wording.explained(job.explanation)
    assert as_apply(job).verdict == Verdict.VERIFIED
    assert host.document["runs"], "the host keeps a record of what was changed"
    assert at(opened(helpdesk, host.row, work)) != action


def test_an_employee_renews_the_certificate_of_an_own_computer(lab: MakeLab, employee: Person, work: Work) -> None:
    host = lab("certificate-service-stopped")
    case = opened(employee, host.row, work)
    before = host.document["certificates"]["Remote Desktop"][0]["thumbprint"]
    job = planned(employee, case, work)

    jobs.start_job(actor=employee, job=job)
    work()

    job.refresh_from_db()
    assert job.state == JobState.VERIFIED, wording.explained(job.explanation)
    assert host.document["services"]["SessionEnv"]["state"] == "Running"
    assert before not in {one["thumbprint"] for one in host.document["certificates"]["Remote Desktop"]}
    cases.answer_step(actor=employee, case=case, step=diagnosis.replay_case(case).at.name, value="worked")
    case.refresh_from_db()
    assert (case.outcome, case.waiting_for) == ("solved", "nobody")


def test_a_second_fault_behind_the_first_is_found_by_reading_again(
    lab: MakeLab, helpdesk: Person, employee: Person, work: Work
) -> None:
    host = lab("service-stopped", "expired-certificate")
    case = opened(helpdesk, host.row, work, beneficiary=employee)
    for action in ("restart-remote-desktop", "renew-rdp-certificate"):
        assert at(case) == action
        jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work, why="they cannot work"))
        work()
        case.refresh_from_db()
    assert diagnosis.replay_case(case).at.kind == "try"


def test_a_service_that_hangs_in_its_stop_is_told_as_that_and_its_process_is_ended_by_a_second_way(
    lab: MakeLab, helpdesk: Person, approver: Person, work: Work
) -> None:
    host = lab("service-hung-for-good")
    case = opened(helpdesk, host.row, work)
    restart = planned(helpdesk, case, work, why="it hangs")
    jobs.start_job(actor=helpdesk, job=restart)
    work()

    restart.refresh_from_db()
    assert (restart.state, restart.explanation and restart.explanation.code) == (JobState.FAILED, Code.STOP_PENDING)
    assert host.document["services"]["TermService"]["state"] == "Stop Pending"
    assert at(case) == "end-hung-service"

    second = planned(helpdesk, case, work, why="it does not stop")
    remediation.approve_plan(actor=approver, job=second, digest=second.plan.digest)  # type: ignore[union-attr]
    jobs.start_job(actor=helpdesk, job=second)
    work()

    second.refresh_from_db()
    assert second.state == JobState.VERIFIED, wording.explained(second.explanation)
    assert {host.document["services"][name]["state"] for name in ("TermService", "UmRdpService")} == {"Running"}


def test_the_plan_of_a_disruptive_change_names_who_is_signed_in(lab: MakeLab, helpdesk: Person, work: Work) -> None:
    host = lab("service-stopped")
    case = opened(helpdesk, host.row, work)
    job = planned(helpdesk, case, work, why="nothing listens")
    assert [one.user for one in as_apply(job).signed_in or ()] == ["CORP\\bob"]


class TestAPlanThatIsNoLongerTrue:
    def test_writes_nothing_and_shows_both_states(self, lab: MakeLab, helpdesk: Person, work: Work) -> None:
        host = lab("security-layer-rdp")
        case = opened(helpdesk, host.row, work)
        job = planned(helpdesk, case, work)
        with host.lab.state.changing() as document:
            document["registry"][RDP_TCP]["UserAuthentication"]["value"] = 0

        jobs.start_job(actor=helpdesk, job=job)
        work()

        job.refresh_from_db()
        assert job.state == JobState.DRIFTED
        assert [(one.field, one.planned, one.found) for one in as_apply(job).differences or ()] == [
            ("nla", True, False)
        ]
        assert listener(host.document, "SecurityLayer") == 0
        assert host.document["runs"] == {}

    def test_is_refused_when_the_remedy_itself_has_changed(
        self, lab: MakeLab, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host = lab("expired-certificate")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        jobs.start_job(actor=helpdesk, job=job)
        monkeypatch.setattr(last_gate, "RUNNER_DIGEST", "0" * 64)
        work()
        job.refresh_from_db()
        assert job.state == JobState.REFUSED
        assert "the runner is another one" in wording.explained(job.explanation)
        assert host.document["runs"] == {}


class TestADangerousChange:
    @pytest.fixture
    def job(self, lab: MakeLab, helpdesk: Person, employee: Person, work: Work) -> Job:
        self.host = lab("nla-required")
        case = opened(helpdesk, self.host.row, work, beneficiary=employee)
        return planned(helpdesk, case, work, why="the trust is broken")

    def test_does_not_start_without_a_second_person(self, job: Job, helpdesk: Person) -> None:
        assert job.state == JobState.WAITING_APPROVAL
        with pytest.raises(Refusal, match="needs_second_person"):
            jobs.start_job(actor=helpdesk, job=job)

    def test_is_not_approved_by_whoever_asked_or_whom_it_is_for(
        self, job: Job, helpdesk: Person, employee: Person
    ) -> None:
        for person in (helpdesk, employee):
            with pytest.raises(people.PermissionRefused):
                remediation.approve_plan(actor=person, job=job, digest=job.plan.digest)  # type: ignore[union-attr]
        assert not job.approvals.exists()

    def test_is_approved_for_exactly_the_plan_that_was_shown(self, job: Job, approver: Person) -> None:
        with pytest.raises(Refusal, match="another_plan"):
            remediation.approve_plan(actor=approver, job=job, digest="0" * 64)

    def test_ends_with_the_reason_when_it_is_declined(self, job: Job, approver: Person) -> None:
        remediation.decline_plan(actor=approver, job=job, reason="Use a local account")
        job.refresh_from_db()
        assert (job.state, wording.explained(job.explanation)) == (JobState.DECLINED, "Use a local account")
        assert job.case
        assert Case.objects.get(pk=job.case.pk).outcome == "escalate"

    def test_does_not_run_when_the_approver_loses_the_role_before_the_start(
        self, job: Job, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)  # type: ignore[union-attr]
        jobs.start_job(actor=helpdesk, job=job)
        approver.grants.all().update(until="2020-01-01T00:00:00Z", granted_at="2019-01-01T00:00:00Z")
        work()
        job.refresh_from_db()
        assert job.state == JobState.REFUSED
        assert listener(self.host.document, "UserAuthentication") == 1

    def test_is_undone_by_the_keeper_when_its_time_is_over(
        self, job: Job, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)  # type: ignore[union-attr]
        jobs.start_job(actor=helpdesk, job=job)
        work()
        assert listener(self.host.document, "UserAuthentication") == 0
        operations.sweep()
        work()
        assert listener(self.host.document, "UserAuthentication") == 0, "its time is not over"

        Job.objects.filter(pk=job.pk).update(undo_at="2026-01-01T00:00:00Z")
        operations.sweep()
        work()

        job.refresh_from_db()
        assert (job.state, job.reverts.get().state) == (JobState.REVERTED, JobState.VERIFIED)
        assert listener(self.host.document, "UserAuthentication") == 1

    def test_stays_overdue_and_is_tried_again_while_its_host_is_silent(
        self, job: Job, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)  # type: ignore[union-attr]
        jobs.start_job(actor=helpdesk, job=job)
        work()
        with self.host.lab.state.changing() as document:
            document["network"]["winrm"] = "refused"
        Job.objects.filter(pk=job.pk).update(undo_at="2026-01-01T00:00:00Z")
        for _ in range(2):
            operations.sweep()
            work()
            Job.objects.filter(origin=job, state=JobState.UNREACHABLE).update(ended_at="2026-01-01T00:00:00Z")
        assert list(Job.objects.overdue()) == [job]
        assert job.reverts.filter(state=JobState.UNREACHABLE).count() == 2
        with self.host.lab.state.changing() as document:
            document["network"]["winrm"] = "open"
        operations.sweep()
        work()
        assert not Job.objects.overdue().exists()


class TestACheckFromOutside:
    def test_that_fails_never_ends_verified(
        self, lab: MakeLab, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host = lab("expired-certificate")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        jobs.start_job(actor=helpdesk, job=job)
        _before_the_check(monkeypatch, host.lab.stop)
        work()
        job.refresh_from_db()
        assert job.state == JobState.NOT_VERIFIED
        assert "“Certificate that Windows made itself”: “could not be read”" in wording.explained(job.explanation)

    def test_that_is_worse_than_before_puts_the_change_back(
        self, lab: MakeLab, helpdesk: Person, approver: Person, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host = lab("nla-required")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work, why="the trust is broken")
        remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)  # type: ignore[union-attr]
        jobs.start_job(actor=helpdesk, job=job)

        def break_it() -> None:
            with host.lab.state.changing() as document:
                document["network"]["rdp"] = "refused"

        _before_the_check(monkeypatch, break_it)
        work()
        job.refresh_from_db()
        assert as_apply(job).verdict == Verdict.WORSE
        assert (job.state, job.reverts.get().state) == (JobState.REVERTED, JobState.VERIFIED)
        assert listener(host.document, "UserAuthentication") == 1

    def test_is_two_readings_on_fresh_connections(self, lab: MakeLab, helpdesk: Person, work: Work) -> None:
        host = lab("security-layer-rdp")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        jobs.start_job(actor=helpdesk, job=job)
        work()
        assert Reading.objects.filter(job=job, source="network").count() >= 2


def _before_the_check(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    verify = remediation.verify_change
    done: list[bool] = []

    def wrapped(*arguments: Any, **options: Any) -> None:
        if not done:
            done.append(True)
            happens()
        verify(*arguments, **options)

    replace_everywhere(monkeypatch, changes, "verify_change", wrapped)


class TestAReverted:
    def test_change_leaves_every_compared_field_as_it_was(
        self, lab: MakeLab, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        host = lab("security-layer-rdp")
        before = dict(host.document["registry"][RDP_TCP])
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        jobs.start_job(actor=helpdesk, job=job)
        work()
        assert listener(host.document, "SecurityLayer") == 2
        job.refresh_from_db()
        agreed(approver, remediation.request_revert(actor=helpdesk, job=job, reason="a thin client needs it"))
        work()
        job.refresh_from_db()
        assert job.state == JobState.REVERTED
        assert host.document["registry"][RDP_TCP] == before

    def test_change_that_was_put_back_by_somebody_else_counts_as_undone(
        self, lab: MakeLab, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        host = lab("security-layer-rdp")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        jobs.start_job(actor=helpdesk, job=job)
        work()
        with host.lab.state.changing() as document:
            document["registry"][RDP_TCP]["SecurityLayer"]["value"] = 0
        job.refresh_from_db()
        agreed(approver, remediation.request_revert(actor=helpdesk, job=job))
        work()
        job.refresh_from_db()
        assert job.state == JobState.REVERTED

    def test_change_is_not_offered_where_nothing_can_be_put_back(
        self, lab: MakeLab, helpdesk: Person, work: Work
    ) -> None:
        host = lab("service-stopped")
        with host.lab.state.changing() as document:
            mark_stopped(document, "SessionEnv")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work, why="nothing listens")
        with pytest.raises(Refusal, match="not_finished"):
            remediation.request_revert(actor=helpdesk, job=job)


class TestAHost:
    def test_that_is_diagnose_only_is_never_changed(self, lab: MakeLab, helpdesk: Person, work: Work) -> None:
        host = lab("expired-certificate", changes=False)
        case = opened(helpdesk, host.row, work)
        with pytest.raises(Refusal, match="diagnose_only"):
            remediation.request_plan(actor=helpdesk, host=host.row, action=at(case), case=case)

    def test_that_became_diagnose_only_after_the_plan_is_not_changed(
        self, lab: MakeLab, helpdesk: Person, work: Work
    ) -> None:
        host = lab("expired-certificate")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        jobs.start_job(actor=helpdesk, job=job)
        type(host.row).objects.filter(pk=host.row.pk).update(mode="diagnose_only")
        work()
        job.refresh_from_db()
        assert job.state == JobState.REFUSED
        assert host.document["runs"] == {}

    def test_that_answers_with_another_identity_is_refused(self, lab: MakeLab, helpdesk: Person, work: Work) -> None:
        host = lab("expired-certificate")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        with host.lab.state.changing() as document:
            document["identity"]["smbios_uuid"] = "00000000-0000-0000-0000-000000000000"
        jobs.start_job(actor=helpdesk, job=job)
        work()
        job.refresh_from_db()
        assert (job.state, host.document["runs"]) == (JobState.REFUSED, {})
        assert "Another computer" in wording.explained(job.explanation)

    def test_that_is_silent_is_tried_a_few_times_and_nothing_is_changed(
        self, lab: MakeLab, helpdesk: Person, work: Work
    ) -> None:
        host = lab("expired-certificate")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work)
        with host.lab.state.changing() as document:
            document["network"]["winrm"] = "refused"
        jobs.start_job(actor=helpdesk, job=job)
        work()
        job.refresh_from_db()
        assert (job.state, job.tries) == (JobState.UNREACHABLE, changes.TRIES - 1)
        assert Entry.objects.filter(tag="job:start").count() == changes.TRIES


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        ("credentials-refused", "denied"),
        ("constrained-language", "constrained_language"),
        ("unreachable", "no"),
    ],
)
def test_a_host_that_cannot_be_looked_into_says_at_which_stage_and_what_to_do(
    fault: str, trouble: str, lab: MakeLab, helpdesk: Person, work: Work
) -> None:
    case = opened(helpdesk, lab("expired-certificate", fault).row, work)
    reading = Job.objects.get(case=case)
    assert reading.facts["windows.reached"]["value"] == trouble
    assert reading.found.stage
    assert reading.explanation
    assert diagnosis.replay_case(case).at.kind in {"ask", "try", "end"}


def test_a_restart_that_the_readings_do_not_show_is_told_and_not_hidden(
    lab: MakeLab, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = lab("expired-certificate")
    job = planned(helpdesk, opened(helpdesk, host.row, work), work)
    same = host.document["services"]["SessionEnv"]["started_at"]
    monkeypatch.setattr("troubleshoot.lab.service_reactions.iso", lambda _: same, raising=False)
    jobs.start_job(actor=helpdesk, job=job)
    work()
    unseen = [one.explanation for one in job.lines.all() if one.explanation.code == Code.EVENT_UNSEEN]
    assert [wording.explained(one) for one in unseen] == [
        "The readings do not show this: Windows service SessionEnv: restart, with the services that depend on it. "
        "Where a service shares its process with others, as usual on servers, that process goes on and so does its "
        "start time. The script itself waited until the service had stopped, and until it ran again."
    ]
