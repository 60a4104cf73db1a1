"""That a temporary change is undone whatever happens to its first undo, and that one bad row stops nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import ERROR, Work, opened, planned
from tests.remediation.test_remedies import RDP_TCP, listener
from tests.support import replace_everywhere
from troubleshoot import cases, diagnosis, jobs, operations, remediation, reports
from troubleshoot.audit import Machine
from troubleshoot.diagnosis import advancing
from troubleshoot.engine import Refusal, proof
from troubleshoot.management.commands.jobs import in_words
from troubleshoot.models import Heartbeat, Job, JobState, Person
from troubleshoot.remediation import planning as plans

LONG_AGO = "2026-01-01T00:00:00Z"
Lifted = tuple[Registered, Job]


@pytest.fixture
def lifted(lab: MakeLab, helpdesk: Person, approver: Person, work: Work) -> Callable[[], Lifted]:
    """Makes a host on which a temporary change was made, whose time is over."""

    def make() -> Lifted:
        host = lab("nla-required")
        job = planned(helpdesk, opened(helpdesk, host.row, work), work, why="the trust is broken")
        assert job.plan
        remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)
        jobs.start_job(actor=helpdesk, job=job)
        work()
        Job.objects.filter(pk=job.pk).update(undo_at=LONG_AGO)
        job.refresh_from_db()
        assert listener(host.document, "UserAuthentication") == 0
        return host, job

    return make


def again() -> None:
    """Lets the pause after a failed undo be over."""
    Job.objects.filter(kind="revert").exclude(ended_at=None).update(ended_at=LONG_AGO)


class TestATemporaryChange:
    def test_is_undone_although_somebody_wants_to_stop_that(
        self, lifted: Callable[[], Lifted], helpdesk: Person, approver: Person, work: Work
    ) -> None:
        host, job = lifted()
        operations.sweep()
        undo = job.reverts.get()
        for one in (helpdesk, approver):
            with pytest.raises(Refusal, match="undo_promised"):
                jobs.cancel_job(actor=one, job=undo)
        work()
        assert listener(host.document, "UserAuthentication") == 1

    def test_an_undo_that_a_person_asked_for_is_theirs_to_stop(
        self, lifted: Callable[[], Lifted], helpdesk: Person
    ) -> None:
        _host, job = lifted()
        undo = remediation.request_revert(actor=helpdesk, job=job)
        jobs.cancel_job(actor=helpdesk, job=undo)
        assert undo.state == JobState.CANCELLED

    def test_is_undone_although_somebody_changed_another_setting_beside_it(
        self, lifted: Callable[[], Lifted], work: Work
    ) -> None:
        host, job = lifted()
        with host.lab.state.changing() as document:
            document["registry"][RDP_TCP]["MinEncryptionLevel"]["value"] = 2
        for _ in range(2):
            operations.sweep()
            work()
            again()
        job.refresh_from_db()
        assert [undo.state for undo in job.reverts.order_by("created_at")] == [JobState.DRIFTED, JobState.VERIFIED]
        assert job.state == JobState.REVERTED
        assert listener(host.document, "UserAuthentication") == 1
        assert listener(host.document, "MinEncryptionLevel") == 2, "what somebody else decided stays"

    def test_whose_setting_could_not_be_read_after_the_run_still_has_something_to_undo(
        self, lifted: Callable[[], Lifted], work: Work
    ) -> None:
        host, job = lifted()
        Job.objects.filter(pk=job.pk).update(result={**job.result, "after": [None for _ in job.result["after"]]})
        operations.sweep()
        work()
        job.refresh_from_db()
        assert job.state == JobState.REVERTED
        assert listener(host.document, "UserAuthentication") == 1

    def test_is_shown_as_overdue_and_held_while_nobody_knows_how_its_undo_ended(
        self, lifted: Callable[[], Lifted], work: Work
    ) -> None:
        _, job = lifted()
        operations.sweep()
        Job.objects.filter(origin=job).update(state=JobState.UNKNOWN, ended_at=LONG_AGO)
        operations.sweep()
        assert list(Job.objects.overdue()) == [job]
        shown = reports.job_document(job)
        assert shown["overdue"]
        assert any("OVERDUE" in line for line in in_words(shown))
        with pytest.raises(Refusal, match="last_undo_unknown"):
            remediation.queue_revert(job, actor=Machine("keeper", "tests"), reason="again")

    def test_is_undone_although_another_one_cannot_be(
        self, lifted: Callable[[], Lifted], work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, bad = lifted()
        _, good = lifted()
        Job.objects.filter(pk=bad.pk).update(undo_at="2025-01-01T00:00:00Z", result={**bad.result, "after": "nonsense"})
        operations.sweep()
        work()
        good.refresh_from_db()
        assert good.state == JobState.REVERTED
        assert bad in Job.objects.overdue()

    def test_is_undone_once_although_two_ask_at_the_same_time(
        self, lifted: Callable[[], Lifted], helpdesk: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, job = lifted()
        remediation.request_revert(actor=helpdesk, job=job)
        monkeypatch.setattr(plans, "ENDED_STATES", frozenset(JobState))  # the other's row is not visible yet
        with pytest.raises(Refusal, match="undo_under_way"):
            remediation.request_revert(actor=helpdesk, job=job)


def test_one_case_that_cannot_go_on_keeps_no_other_job_from_its_end(
    lab: MakeLab, employee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, free = (
        cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=lab().row) for _ in range(2)
    )
    Job.objects.filter(case=stuck).update(expires_at=LONG_AGO, created_at="2099-01-01T00:00:00Z")
    Job.objects.filter(case=free).update(expires_at=LONG_AGO)
    advance = diagnosis.advance_case

    def broken(case: Any, **options: Any) -> Any:
        if case == stuck:
            raise RuntimeError("its guide cannot be read any more")
        return advance(case, **options)

    replace_everywhere(monkeypatch, advancing, "advance_case", broken)
    operations.sweep()
    assert Job.objects.get(case=stuck).state == JobState.QUEUED
    assert Job.objects.get(case=free).state == JobState.EXPIRED


def test_a_change_that_made_it_worse_never_ends_without_its_way_back_being_asked_for(
    lab: MakeLab, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = lab("security-layer-rdp")
    job = planned(helpdesk, opened(helpdesk, host.row, work), work)
    jobs.start_job(actor=helpdesk, job=job)

    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    replace_everywhere(monkeypatch, proof, "judge_run", lambda *_: "worse")
    replace_everywhere(monkeypatch, plans, "queue_revert", dies)
    with pytest.raises(KeyboardInterrupt):
        work()
    job.refresh_from_db()
    assert job.state == JobState.VERIFYING, "another worker checks again, and puts it back"


def test_a_keeper_outlives_a_database_that_is_away_for_a_while(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", away)
    monkeypatch.setattr("django.db.models.query.QuerySet.update_or_create", away)
    operations.sweep()
    monkeypatch.undo()
    operations.sweep()
    assert Heartbeat.objects.filter(kind="keeper").exists()
