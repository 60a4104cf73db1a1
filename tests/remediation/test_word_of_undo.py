"""What a computer says of its own undo is its word: a change is put back where a reading after it shows that."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, ask_computers, opened, planned
from tests.remediation.test_computer_undo import LONG_AGO, again, codes, due, lose, restarted, silent, tasks
from troubleshoot import diagnosis, hosts, jobs, operations, remediation, wording
from troubleshoot.engine import CaseActor, CaseMatter, Code
from troubleshoot.models import Case, Entry, Job, JobState, Notice, Person


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hosts' own clockwork stands still: a test says when a task starts."""
    monkeypatch.setattr("troubleshoot.lab.host._TICK", 3600)


@pytest.fixture
def firewall(lab: MakeLab) -> Registered:
    return lab("firewall-closed")


@pytest.fixture
def started(firewall: Registered, employee: Person, helpdesk: Person, work: Work) -> Job:
    """A started change of the firewall, through which we come in ourselves."""
    job = planned(helpdesk, opened(employee, firewall.row, work), work, "asked")
    jobs.start_job(actor=helpdesk, job=job)
    return job


def without_effect(host: Registered, undo: Callable[[Registered], None]) -> None:
    """The computer makes its undo and tells of it, and what it was to put back is as the change made it."""
    made = copy.deepcopy({name: host.document[name] for name in ("firewall", "registry")})
    undo(host)
    with host.lab.state.changing() as document:
        document.update(made)


def unread(patch: pytest.MonkeyPatch) -> None:
    """Nothing that a visit reads comes back, although it hears what is said of the undo."""
    for name in ("settle_attempt", "disarm_attempt"):
        real = getattr(hosts, name)

        def blind(*given: Any, real: Any = real, **more: Any) -> Any:
            found = real(*given, **more)
            return replace(found, before=tuple(None for _ in found.before))

        patch.setattr(hosts, name, blind)


def carried_out(patch: pytest.MonkeyPatch, work: Work) -> None:
    """What was started is done, and its computer could not be told that it need not undo that."""
    with patch.context() as away:
        away.setattr(hosts, "disarm_attempt", silent)
        work()


def swept() -> None:
    for _ in range(2):
        operations.sweep()
        ask_computers()


def status(job: Job) -> tuple[CaseMatter, CaseActor]:
    assert job.case_id
    found = diagnosis.status_of(Case.objects.for_status().get(pk=job.case_id))
    case = Case.objects.get(pk=job.case_id)
    assert (case.matter, case.waiting_for) == (found.matter, found.actor), "lists say the same"
    return found.work, found.actor


class TestAComputerThatSaysThatItHasPutBackAChange:
    def test_is_not_believed_where_what_is_read_says_otherwise(
        self, started: Job, firewall: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        carried_out(monkeypatch, work)
        without_effect(firewall, restarted)
        swept()
        job = again(started)
        assert (job.state, job.host_undo) == (JobState.VERIFIED, Job.HostUndo.LOST)
        assert Code.UNDO_NOT_SO in codes(job)
        assert not Entry.objects.filter(tag="job:revert").exists()
        swept()
        assert again(job).settles.count() == 1, "nothing is left to be asked"

    def test_is_asked_again_until_it_was_read_and_everybody_is_told_that(
        self, started: Job, firewall: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        carried_out(monkeypatch, work)
        restarted(firewall)
        with monkeypatch.context() as blind:
            unread(blind)
            swept()
        job = again(started)
        assert (job.state, job.host_undo) == (JobState.VERIFIED, Job.HostUndo.FIRED)
        assert status(job) == (CaseMatter.UNDO_SAID, CaseActor.PORTAL)
        assert "nobody has read that" in wording.host_undo_words(job)
        assert job.next_actor == "portal"
        swept()
        job = again(started)
        assert (job.state, job.host_undo) == (JobState.REVERTED, Job.HostUndo.FIRED)
        assert status(job) == (CaseMatter.UNDONE, CaseActor.HELPDESK)
        assert "we know that since" in wording.host_undo_words(job)

    def test_of_a_lost_change_is_asked_again_until_that_was_read(
        self, started: Job, firewall: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose(monkeypatch, work)
        restarted(firewall)
        with monkeypatch.context() as blind:
            unread(blind)
            ask_computers()
        job = again(started)
        assert (job.state, codes(job)[-1]) == (JobState.UNKNOWN, Code.UNDO_SAID)
        ask_computers()
        assert again(started).state == JobState.REVERTED

    def test_of_a_lost_change_is_not_believed_where_what_is_read_says_otherwise(
        self, started: Job, firewall: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose(monkeypatch, work)
        without_effect(firewall, restarted)
        ask_computers()
        job = again(started)
        assert (job.state, job.host_undo) == (JobState.VERIFYING, Job.HostUndo.LOST)
        assert Code.UNDO_NOT_SO in codes(job)

    @pytest.mark.parametrize("lies", [True, False])
    def test_while_the_change_is_checked_is_read_before_it_is_believed(
        self, lies: bool, started: Job, firewall: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = hosts.disarm_attempt

        def late(*given: Any, **more: Any) -> Any:
            (without_effect(firewall, restarted) if lies else restarted(firewall))
            return real(*given, **more)

        monkeypatch.setattr(hosts, "disarm_attempt", late)
        work()
        wanted = (JobState.VERIFIED, Job.HostUndo.LOST) if lies else (JobState.REVERTED, Job.HostUndo.FIRED)
        assert (again(started).state, again(started).host_undo) == wanted


@pytest.fixture
def lifting(lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, work: Work) -> tuple[Registered, Job]:
    """A started temporary change."""
    host = lab("nla-required")
    job = planned(helpdesk, opened(employee, host.row, work), work, "asked")
    assert job.plan
    remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)
    jobs.start_job(actor=helpdesk, job=job)
    return host, job


def failing(host: Registered) -> None:
    """The computer's own undo comes to its end, and says that it could not."""
    tasks = dict(host.document["scheduler"]["tasks"])
    due(host)
    with host.lab.state.changing() as document:
        document["scheduler"]["tasks"].update(tasks)  # it is tried again
        for report in document["undo_reports"].values():
            report["outcome"] = "failed"


class TestAComputerThatCouldNotPutBackAChange:
    def test_is_helpdesks_work_and_told_to_whoever_asked(
        self, started: Job, firewall: Registered, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose(monkeypatch, work)
        without_effect(firewall, failing)
        ask_computers()
        operations.run_job(started.pk)
        job = again(started)
        assert (job.state, job.host_undo) == (JobState.VERIFIED, Job.HostUndo.FAILED)
        assert status(job) == (CaseMatter.UNDO_FAILED, CaseActor.HELPDESK)
        assert job.next_actor == "helpdesk"
        assert Notice.objects.filter(person=helpdesk, code="case_waits").exists()

    def test_is_put_back_by_the_portal_where_somebody_presses_that(
        self, started: Job, firewall: Registered, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose(monkeypatch, work)
        without_effect(firewall, failing)
        ask_computers()
        operations.run_job(started.pk)
        remediation.request_revert(actor=helpdesk, job=again(started))
        work()
        job = again(started)
        assert (job.state, job.host_undo, tasks(firewall)) == (JobState.REVERTED, Job.HostUndo.DISARMED, [])
        assert status(job) == (CaseMatter.UNDONE, CaseActor.HELPDESK)


def in_part(host: Registered) -> None:
    """The computer puts back what nobody else has changed since, and says so."""
    due(host)
    with host.lab.state.changing() as document:
        for report in document["undo_reports"].values():
            report |= {"outcome": "left", "left": [0]}


class TestAChangeThatTheComputerHasPutBackInPart:
    def check(self, job: Job) -> None:
        job = again(job)
        assert (job.state, job.host_undo) == (JobState.REVERTED, Job.HostUndo.FIRED)
        assert job.explanation
        assert job.explanation.code == Code.UNDONE_BY_COMPUTER_PARTLY
        assert "but for what somebody had changed" in wording.host_undo_words(job)
        assert "but for what somebody had changed" in wording.host_undo_plain(job)

    def test_is_told_so_where_our_own_undo_finds_it(self, lifting: tuple[Registered, Job], work: Work) -> None:
        host, job = lifting
        work()
        in_part(host)
        Job.objects.filter(pk=job.pk).update(undo_at=LONG_AGO)
        operations.sweep()
        work()
        self.check(job)

    @pytest.mark.parametrize("lost", [True, False])
    def test_is_told_so_where_the_computer_is_asked(
        self, lost: bool, started: Job, firewall: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (lose if lost else carried_out)(monkeypatch, work)
        in_part(firewall)
        swept()
        self.check(started)
