"""The computer's own undo of a change that is to be put back: nobody takes it away before the change is back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, ask_computers, opened, planned
from tests.remediation.test_computer_undo import again, silent, tasks
from tests.support import replace_everywhere
from troubleshoot import hosts, jobs, operations, remediation
from troubleshoot.engine import proof
from troubleshoot.models import Job, JobState, Person

LONG_AGO = "2026-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hosts' own clockwork stands still: a test says when a task starts."""
    monkeypatch.setattr("troubleshoot.lab.host._TICK", 3600)


@pytest.fixture
def firewall(lab: MakeLab) -> Registered:
    return lab("firewall-closed")


@pytest.fixture
def change(
    firewall: Registered, employee: Person, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Job]:
    """Makes a change of the firewall whose computer stands ready to undo it, since it could not be told otherwise."""

    def make(*, worse: bool = False) -> Job:
        job = planned(helpdesk, opened(employee, firewall.row, work), work, "asked")
        jobs.start_job(actor=helpdesk, job=job)
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(hosts, "disarm_attempt", silent)
            if worse:
                replace_everywhere(meanwhile, proof, "judge_run", lambda *_: "worse")
            operations.run_job(job.pk)
        job = again(job)
        assert job.host_undo == Job.HostUndo.ARMED
        return job

    return make


def swept(job: Job) -> Job:
    """The keeper came by twice, and what it asked for was done."""
    for _ in range(2):
        operations.sweep()
        ask_computers()
    return again(job)


class TestTheUndoOfAComputer:
    @pytest.mark.parametrize(
        "state", [JobState.QUEUED, JobState.UNKNOWN, JobState.DRIFTED, JobState.FAILED, JobState.EXPIRED]
    )
    def test_stays_while_what_made_things_worse_is_not_put_back(
        self, state: str, change: Callable[..., Job], firewall: Registered
    ) -> None:
        job = change(worse=True)
        undo = job.reverts.get()
        if state != JobState.QUEUED:
            Job.objects.filter(pk=undo.pk).update(state=state, ended_at=LONG_AGO)
        Job.objects.filter(pk=undo.pk).update(not_before="2099-01-01T00:00:00Z")
        job = swept(job)
        assert (job.host_undo, len(tasks(firewall))) == (Job.HostUndo.ARMED, 1)

    def test_stays_where_what_made_things_worse_has_no_way_back(
        self, change: Callable[..., Job], firewall: Registered, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        replace_everywhere(monkeypatch, remediation.planning, "way_back_plan", lambda *_: None)
        job = swept(change(worse=True))
        assert (job.host_undo, len(tasks(firewall))) == (Job.HostUndo.ARMED, 1)

    @pytest.mark.parametrize("asked_first", [True, False])
    def test_stays_while_a_person_wants_the_change_put_back(
        self, asked_first: bool, change: Callable[..., Job], firewall: Registered, helpdesk: Person
    ) -> None:
        job = change()
        if not asked_first:
            operations.sweep()  # that the computer is told is queued by now
        undo = remediation.request_revert(actor=helpdesk, job=job)
        Job.objects.filter(pk=undo.pk).update(not_before="2099-01-01T00:00:00Z")
        job = swept(job)
        assert (job.host_undo, len(tasks(firewall))) == (Job.HostUndo.ARMED, 1)

    @pytest.mark.parametrize("state", [JobState.CANCELLED, JobState.DECLINED])
    def test_is_taken_back_once_nobody_wants_the_change_put_back_any_more(
        self, state: str, change: Callable[..., Job], firewall: Registered, helpdesk: Person
    ) -> None:
        job = change()
        undo = remediation.request_revert(actor=helpdesk, job=job)
        Job.objects.filter(pk=undo.pk).update(state=state, ended_at=LONG_AGO)
        job = swept(job)
        assert (job.host_undo, tasks(firewall)) == (Job.HostUndo.DISARMED, [])

    @pytest.mark.parametrize("worse", [True, False])
    def test_goes_with_the_change_once_that_is_put_back(
        self, worse: bool, change: Callable[..., Job], firewall: Registered, helpdesk: Person, work: Work
    ) -> None:
        job = change(worse=worse)
        if not worse:
            remediation.request_revert(actor=helpdesk, job=job)
        work()
        job = swept(job)
        assert (job.state, job.host_undo, tasks(firewall)) == (JobState.REVERTED, Job.HostUndo.DISARMED, [])
