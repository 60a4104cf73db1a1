"""A change whose line breaks: the simulated computer itself says afterwards what became of it, and that settles it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models.functions import Now

from tests.conftest import TESTER
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, ask_computers, opened, planned
from troubleshoot import diagnosis, hosts, jobs, operations, remediation
from troubleshoot.engine import CaseMatter, Code, RefusalCode
from troubleshoot.models import Case, Host, Job, JobState, Person
from troubleshoot.remote import ContactLost, VisitResult

CUT = ContactLost(RefusalCode.VISIT_INTERRUPTED, "powershell")
Lose = Callable[..., Job]


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    return lab("security-layer-rdp")


@pytest.fixture
def lose(host: Registered, employee: Person, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch) -> Lose:
    """`lose(begun=True)`: a change whose line broke, before the computer had begun it or after it had ended it."""
    real = hosts.carry_out_plan

    def broken(begun: bool) -> Callable[..., VisitResult]:
        def visit(*given: Any, **more: Any) -> VisitResult:
            if begun:
                real(*given, **more)
            raise CUT

        return visit

    def make(*, begun: bool) -> Job:
        job = planned(helpdesk, opened(employee, host.row, work), work)
        with monkeypatch.context() as cut:
            cut.setattr(hosts, "carry_out_plan", broken(begun))
            jobs.start_job(actor=helpdesk, job=job)
            operations.run_job(job.pk)
        lost = again(job)
        assert lost.state == JobState.UNKNOWN
        return lost

    return make


def again(job: Job) -> Job:
    return Job.objects.select_related("host__site", "case", "plan").get(pk=job.pk)


def code(job: Job) -> Code | None:
    return job.explanation.code if job.explanation else None


def matter(job: Job) -> CaseMatter:
    assert job.case_id
    return diagnosis.status_of(Case.objects.for_status().get(pk=job.case_id)).work


def record(host: Registered, job: Job) -> dict[str, Any]:
    """What the computer has written down of the attempt."""
    found: dict[str, Any] = host.document["runs"][str(job.attempt_id)]
    return found


def forget_report(host: Registered, job: Job) -> None:
    """The process was ended from outside before it could leave its report."""
    with host.lab.state.changing() as document:
        del document["reports"][str(job.attempt_id)]


def test_never_begun_it_can_never_begin_after_that(host: Registered, lose: Lose) -> None:
    lost = lose(begun=False)
    before = dict(host.document["registry"])
    ask_computers()
    assert (again(lost).state, code(again(lost))) == (JobState.UNREACHABLE, Code.NEVER_BEGAN)
    assert record(host, lost)["tombstone"] is True
    assert host.document["registry"] == before
    plan = remediation.job_plan(lost)
    late = hosts.carry_out_plan(
        lost.host, plan, attempt=lost.attempt_id, job=lost.pk, case=lost.case_id, on_progress=lambda _: None
    )
    assert (late.outcome, late.written) == ("cancelled", ())
    assert host.document["registry"] == before


def test_ended_well_it_is_checked_and_verified(host: Registered, lose: Lose, work: Work) -> None:
    lost = lose(begun=True)
    assert matter(lost) == CaseMatter.SETTLE
    ask_computers()
    checked = again(lost)
    assert checked.state == JobState.VERIFYING
    operations.run_job(checked.pk)
    assert again(lost).state == JobState.VERIFIED
    assert len(host.document["runs"]) == 1, "nothing was begun a second time"
    assert matter(lost) == CaseMatter.CONFIRM


def test_ended_badly_it_has_failed_with_what_the_computer_said(host: Registered, lose: Lose) -> None:
    lost = lose(begun=True)
    with host.lab.state.changing() as document:
        report = document["reports"][str(lost.attempt_id)]
        report |= {"outcome": "failed", "written": [], "errors": [{"index": 0, "stage": "write", "text": "Denied."}]}
    ask_computers()
    assert (again(lost).state, code(again(lost))) == (JobState.FAILED, Code.STEP_REFUSED)


def test_cut_with_all_of_it_done_it_is_checked(host: Registered, lose: Lose) -> None:
    lost = lose(begun=True)
    forget_report(host, lost)
    ask_computers()
    operations.run_job(lost.pk)
    assert again(lost).state == JobState.VERIFIED


def test_cut_with_nothing_of_it_done_it_has_failed_and_changed_nothing(host: Registered, lose: Lose) -> None:
    untouched = {path: dict(values) for path, values in host.document["registry"].items()}
    lost = lose(begun=True)
    forget_report(host, lost)
    with host.lab.state.changing() as document:
        document["registry"] = untouched
    ask_computers()
    assert (again(lost).state, code(again(lost))) == (JobState.FAILED, Code.CUT_AS_BEFORE)
    assert remediation.way_back_plan(again(lost)) is None


def test_still_running_it_waits_and_is_settled_once_it_has_ended(host: Registered, lose: Lose) -> None:
    lost = lose(begun=True)
    reports = host.document["reports"]
    kept, process = dict(reports[str(lost.attempt_id)]), record(host, lost)["process"]
    forget_report(host, lost)
    host.lab.state.visits[process] = record(host, lost)["started"]
    ask_computers()
    assert (again(lost).state, matter(lost)) == (JobState.UNKNOWN, CaseMatter.SETTLE)
    del host.lab.state.visits[process]
    with host.lab.state.changing() as document:
        document["reports"][str(lost.attempt_id)] = kept
    ask_computers()
    operations.run_job(lost.pk)
    assert again(lost).state == JobState.VERIFIED


def test_running_when_windows_was_started_anew_it_was_cut(host: Registered, lose: Lose) -> None:
    lost = lose(begun=True)
    forget_report(host, lost)
    host.lab.state.visits[record(host, lost)["process"]] = record(host, lost)["started"]
    with host.lab.state.changing() as document:
        document["booted_at"] = "2026-11-30T21:00:00Z"
    ask_computers()
    assert again(lost).state == JobState.VERIFYING


def test_its_computer_silent_for_an_hour_it_is_settled_when_that_is_back(host: Registered, lose: Lose) -> None:
    lost = lose(begun=True)
    port = lost.host.winrm_port
    Host.objects.filter(pk=lost.host_id).update(winrm_port=1)
    for _ in range(3):
        ask_computers()
    assert (again(lost).state, matter(lost)) == (JobState.UNKNOWN, CaseMatter.DECIDE)
    Job.objects.filter(kind=Job.Kind.SETTLE).update(not_before=Now())
    Host.objects.filter(pk=lost.host_id).update(winrm_port=port)
    ask_computers()
    operations.run_job(lost.pk)
    assert again(lost).state == JobState.VERIFIED
    assert Job.objects.get(kind=Job.Kind.SETTLE).state == JobState.DONE


def test_an_undo_that_was_done_puts_its_change_back(
    host: Registered, lose: Lose, helpdesk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = lose(begun=True)
    ask_computers()
    operations.run_job(change.pk)
    undo = remediation.queue_revert(again(change), actor=TESTER)
    assert undo is not None
    real = hosts.carry_out_plan

    def cut(*given: Any, **more: Any) -> VisitResult:
        real(*given, **more)
        raise CUT

    with monkeypatch.context() as broken:
        broken.setattr(hosts, "carry_out_plan", cut)
        operations.run_job(undo.pk)
    assert again(undo).state == JobState.UNKNOWN
    ask_computers()
    operations.run_job(undo.pk)
    assert (again(undo).state, again(change).state) == (JobState.VERIFIED, JobState.REVERTED)
