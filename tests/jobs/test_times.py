"""Times that the database gives are compared by the database: SQLite spells them in its own way."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from troubleshoot import jobs, operations, remediation
from troubleshoot.models import Case, Job, JobState, Person


def test_a_job_of_the_very_moment_in_which_its_round_began_belongs_to_it(
    lab: MakeLab, employee: Person, work: Work
) -> None:
    case = opened(employee, lab("expired-certificate").row, work)
    job = Job.objects.get(case=case)
    Case.objects.filter(pk=case.pk).update(round_began_at=Now())
    Job.objects.filter(pk=job.pk).update(created_at=Case.objects.filter(pk=case.pk).values("round_began_at")[:1])
    assert list(Case.objects.get(pk=case.pk).jobs.of_round()) == [job]


def test_an_undo_that_failed_a_moment_ago_is_not_tried_again_at_once(
    lab: MakeLab, helpdesk: Person, approver: Person, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = lab("nla-required")
    job = planned(helpdesk, opened(helpdesk, host.row, work), work, why="the trust is broken")
    remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)  # type: ignore[union-attr]
    jobs.start_job(actor=helpdesk, job=Job.objects.get(pk=job.pk))
    work()
    with host.lab.state.changing() as document:
        document["network"]["winrm"] = "refused"
    Job.objects.filter(pk=job.pk).update(undo_at="2026-01-01T00:00:00Z")
    for _ in range(3):
        operations.sweep()
        work()
    assert job.reverts.filter(state=JobState.UNREACHABLE).count() == 1
    Job.objects.filter(origin=job).update(ended_at=F("ended_at") - timedelta(seconds=11))
    operations.sweep()
    work()
    assert job.reverts.filter(state=JobState.UNREACHABLE).count() == 2
