"""The undo that a computer makes by itself: armed before the first write, taken back, fired, and what is learned."""

import io
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, agreed, ask_computers, opened, planned
from tests.remediation.test_remedies import listener
from troubleshoot import hosts, jobs, operations, remediation, remote
from troubleshoot.engine import Code, RefusalCode
from troubleshoot.lab import FAULTS, console, runner, scheduler
from troubleshoot.lab.process import Process
from troubleshoot.lab.run_records import task_name
from troubleshoot.models import Entry, Job, JobState, Person
from troubleshoot.remediation.computer_undo import undo_order
from troubleshoot.remote import UndoState

LONG_AGO = "2026-01-01T00:00:00Z"
Begin = Callable[..., Job]


def start(state: Any, command: str, arguments: str) -> None:
    """Start what a task starts, as the host itself does."""
    process = Process(state, lambda: b"", lambda *_: None, threading.Event(), user="SYSTEM")
    assert console.execute(f"{command} {arguments}", process, runner.run) == 0


def restarted(host: Registered) -> None:
    """Windows is started again, and with it what waits for that."""
    with host.lab.state.changing() as document:
        document["booted_at"] = "2026-11-30T21:00:00Z"
    scheduler.tick(host.lab.state, start)


def due(host: Registered) -> None:
    """The time has come for which the computer waits: it began long ago."""
    with host.lab.state.changing() as document:
        for task in document["scheduler"]["tasks"].values():
            task["next_run"] = LONG_AGO
    document["clock_offset_seconds"] += 3 * 3600
    scheduler.tick(host.lab.state, start)


def told_by(option: str, job: Job, actor: Person) -> str:
    """What the command says of a job."""
    out = io.StringIO()
    call_command("jobs", "show", str(job.pk), *([option] if option else []), "--actor", actor.email, stdout=out)
    return out.getvalue()


def again(job: Job) -> Job:
    return Job.objects.select_related("host__site", "case", "plan", "origin").get(pk=job.pk)


def tasks(host: Registered) -> list[str]:
    return sorted(host.document["scheduler"]["tasks"])


def codes(job: Job) -> list[Code]:
    return [line.explanation.code for line in job.lines.order_by("pk")]


def silent(*_: Any, **__: Any) -> None:
    raise remote.HostUnreachable(RefusalCode.HOST_SLOW, "tcp")


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hosts' own clockwork stands still: a test says when a task starts."""
    monkeypatch.setattr("troubleshoot.lab.host._TICK", 3600)


@pytest.fixture
def firewall(lab: MakeLab) -> Registered:
    return lab("firewall-closed")


@pytest.fixture
def opening(firewall: Registered, employee: Person, helpdesk: Person, work: Work) -> Job:
    """A started change of the firewall, through which we come in ourselves."""
    job = planned(helpdesk, opened(employee, firewall.row, work), work, "asked")
    jobs.start_job(actor=helpdesk, job=job)
    return job


@pytest.fixture
def nla(lab: MakeLab) -> Registered:
    return lab("nla-required")


@pytest.fixture
def lifting(nla: Registered, employee: Person, helpdesk: Person, approver: Person, work: Work) -> Job:
    """A started temporary change."""
    job = planned(helpdesk, opened(employee, nla.row, work), work, "asked")
    agreed(approver, job)
    return job


def is_open(host: Registered) -> bool:
    rules = host.document["firewall"]["rules"]
    return any(one["enabled"] for one in rules if one["name"] == "RemoteDesktop-UserMode-In-TCP")


class TestAChangeThatCouldCutOurOwnAccess:
    def test_is_armed_before_it_is_written_and_disarmed_once_we_are_back(
        self, opening: Job, firewall: Registered, work: Work
    ) -> None:
        seen: list[tuple[int, bool]] = []
        state = firewall.lab.state
        state.subscribe(lambda: seen.append((len(state.document["scheduler"]["tasks"]), is_open(firewall))))
        work()
        job = again(opening)
        assert (job.state, job.host_undo, tasks(firewall)) == (JobState.VERIFIED, Job.HostUndo.DISARMED, [])
        assert (job.armed_at is not None, job.host_undo_ended_at is not None, job.undo_at) == (True, True, None)
        assert (1, False) in seen
        assert (0, True) not in seen[: seen.index((1, True))]
        assert Code.UNDO_DISARMED in codes(job)
        assert b'"undo":"disarmed"' in bytes(Entry.objects.get(tag="job:undo").canonical)

    def test_says_by_its_request_how_long_the_computer_waits(self, opening: Job, firewall: Registered) -> None:
        order = undo_order(remediation.job_plan(again(opening)))
        assert order is not None
        assert (order.at_start, 600 < order.after < 3600) == (True, True)

    def test_stays_armed_where_the_computer_does_not_hear_and_is_told_again(
        self, opening: Job, firewall: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as cut:
            cut.setattr(hosts, "disarm_attempt", silent)
            work()
            operations.sweep()
            ask_computers()
        job = again(opening)
        assert (job.state, job.host_undo, tasks(firewall)) == (
            JobState.VERIFIED,
            Job.HostUndo.ARMED,
            [task_name(str(job.attempt))],
        )
        assert Code.UNDO_STAYS in codes(job)
        operations.sweep()
        ask_computers()
        assert (again(job).host_undo, tasks(firewall)) == (Job.HostUndo.DISARMED, [])
        assert again(job).settles.get().state == JobState.DONE
        operations.sweep()
        assert again(job).settles.count() == 1, "nothing is left to be said"

    @pytest.mark.parametrize(
        ("said", "left"),
        [
            (UndoState("none"), Job.HostUndo.LOST),
            (UndoState("lost", at=LONG_AGO, outcome="failed"), Job.HostUndo.LOST),
            (UndoState("armed"), Job.HostUndo.ARMED),
            (UndoState("fired", outcome="failed"), Job.HostUndo.FAILED),
        ],
    )
    def test_is_not_asked_again_at_once_whatever_the_computer_answers(
        self, said: UndoState, left: str, opening: Job, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as cut:
            cut.setattr(hosts, "disarm_attempt", silent)
            work()
        asked = remote.AttemptState("ended", undo=said)
        monkeypatch.setattr(hosts, "disarm_attempt", lambda *_, **__: remote.VisitResult("done", undo=said))
        monkeypatch.setattr(hosts, "settle_attempt", lambda *_, **__: remote.VisitResult("done", attempt=asked))
        for _ in range(4):
            operations.sweep()
            ask_computers()
        job = again(opening)
        assert (job.host_undo, job.settles.count()) == (left, 1)
        settle = job.settles.get()
        assert (settle.state == JobState.DONE) is (left == Job.HostUndo.LOST)
        assert settle.state == JobState.DONE or settle.not_before > settle.created_at

    def test_is_undone_at_the_next_start_where_nobody_came_back_and_that_is_learned(
        self, opening: Job, firewall: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as cut:
            cut.setattr(hosts, "disarm_attempt", silent)
            work()
        assert is_open(firewall)
        restarted(firewall)
        assert not is_open(firewall)
        operations.sweep()
        ask_computers()
        job = again(opening)
        assert (job.state, job.host_undo) == (JobState.REVERTED, Job.HostUndo.FIRED)
        entry = Entry.objects.get(tag="job:revert")
        assert (entry.actor_kind, str(job.host) in entry.actor) == ("computer", True)
        assert job.explanation is not None
        assert job.explanation.code == Code.UNDONE_BY_COMPUTER

    @pytest.mark.parametrize("fault", ["scheduler-stopped", "tasks-refused", "tasks-vanish"])
    def test_is_not_written_where_it_cannot_be_armed(
        self, opening: Job, firewall: Registered, work: Work, fault: str
    ) -> None:
        with firewall.lab.state.changing() as document:
            FAULTS[fault](document)
        work()
        job = again(opening)
        assert job.explanation is not None
        assert (job.state, job.explanation.code, is_open(firewall)) == (JobState.REFUSED, Code.NOT_ARMED, False)
        assert (job.host_undo, tasks(firewall)) == ("", [])

    def test_of_which_we_lost_sight_is_put_back_by_the_computer_and_settled_so(
        self, opening: Job, firewall: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose(monkeypatch, work)
        assert again(opening).state == JobState.UNKNOWN
        restarted(firewall)
        ask_computers()
        job = again(opening)
        assert (job.state, job.host_undo, is_open(firewall)) == (JobState.REVERTED, Job.HostUndo.FIRED, False)

    def test_is_disarmed_later_where_somebody_settles_it_for_a_computer_that_says_nothing(
        self, opening: Job, firewall: Registered, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose(monkeypatch, work)
        with monkeypatch.context() as cut:
            cut.setattr(hosts, "settle_attempt", silent)
            ask_computers()
        done = remediation.SettledEnd.DONE
        remediation.settle_by_hand(actor=helpdesk, job=again(opening), end=done, reason="I looked.")
        assert (again(opening).host_undo, len(tasks(firewall))) == (Job.HostUndo.ARMED, 1)
        operations.sweep()
        ask_computers()
        assert (again(opening).state, again(opening).host_undo) == (JobState.NOT_VERIFIED, Job.HostUndo.DISARMED)
        assert (tasks(firewall), is_open(firewall)) == ([], True)

    def test_that_was_never_armed_and_settled_by_a_person_has_not_lost_its_undo(
        self, opening: Job, firewall: Registered, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose(monkeypatch, work)
        with monkeypatch.context() as cut:
            cut.setattr(hosts, "settle_attempt", silent)
            ask_computers()
        with firewall.lab.state.changing() as document:
            document["undo_armed"].clear()
            document["scheduler"]["tasks"].clear()
        done = remediation.SettledEnd.DONE
        remediation.settle_by_hand(actor=helpdesk, job=again(opening), end=done, reason="I looked.")
        operations.sweep()
        ask_computers()
        assert again(opening).host_undo == Job.HostUndo.DISARMED
        assert Code.UNDO_LOST not in codes(again(opening))

    def test_tells_that_its_undo_failed_before_it_was_taken_back(
        self, opening: Job, firewall: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as cut:
            cut.setattr(hosts, "disarm_attempt", silent)
            work()
        with firewall.lab.state.changing() as document:
            document["undo_reports"][str(again(opening).attempt)] = {
                "v": 2,
                "attempt": str(again(opening).attempt),
                "at": LONG_AGO,
                "outcome": "failed",
                "written": [],
                "left": [],
                "errors": [],
            }
        operations.sweep()
        ask_computers()
        assert (again(opening).host_undo, tasks(firewall)) == (Job.HostUndo.DISARMED, [])
        assert codes(again(opening))[-2:] == [Code.UNDO_DISARMED, Code.UNDO_FAILED_THERE]

    def test_under_constrained_language_is_refused_beforehand(
        self, opening: Job, firewall: Registered, work: Work
    ) -> None:
        with firewall.lab.state.changing() as document:
            document["powershell"]["language_mode"] = "ConstrainedLanguage"
        work()
        assert (again(opening).state, firewall.document["runs"], tasks(firewall)) == (JobState.REFUSED, {}, [])


def lose(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    """What is queued is done, and the line breaks once the computer has made the change."""
    real = hosts.carry_out_plan

    def broken(*given: Any, **more: Any) -> None:
        real(*given, **more)
        raise remote.ContactLost(RefusalCode.VISIT_INTERRUPTED, "powershell")

    with monkeypatch.context() as cut:
        cut.setattr(hosts, "carry_out_plan", broken)
        work()


class TestATemporaryChange:
    def test_is_armed_and_stays_so_until_it_is_undone_by_us(self, lifting: Job, nla: Registered, work: Work) -> None:
        work()
        job = again(lifting)
        assert (job.state, job.host_undo, len(tasks(nla))) == (JobState.VERIFIED, Job.HostUndo.ARMED, 1)
        operations.sweep()
        ask_computers()
        assert again(job).host_undo == Job.HostUndo.ARMED
        Job.objects.filter(pk=job.pk).update(undo_at=LONG_AGO)
        operations.sweep()
        work()
        job = again(lifting)
        assert (job.state, job.host_undo, tasks(nla)) == (JobState.REVERTED, Job.HostUndo.DISARMED, [])
        assert listener(nla.document, "UserAuthentication") == 1

    def test_is_not_undone_by_a_start_before_its_time(self, lifting: Job, nla: Registered, work: Work) -> None:
        work()
        restarted(nla)
        assert (listener(nla.document, "UserAuthentication"), len(tasks(nla))) == (0, 1)

    def test_is_undone_by_the_computer_where_we_are_away_and_that_is_learned(
        self, lifting: Job, nla: Registered, work: Work
    ) -> None:
        work()
        due(nla)
        assert (listener(nla.document, "UserAuthentication"), tasks(nla)) == (1, [])
        Job.objects.filter(pk=lifting.pk).update(undo_at=LONG_AGO)
        operations.sweep()
        work()
        job = again(lifting)
        assert (job.state, job.host_undo) == (JobState.REVERTED, Job.HostUndo.FIRED)
        assert Code.UNDONE_BY_COMPUTER in codes(job)

    def test_whose_end_nobody_knows_is_undone_by_the_computer(
        self, lifting: Job, nla: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose(monkeypatch, work)
        assert again(lifting).state == JobState.UNKNOWN
        due(nla)
        assert listener(nla.document, "UserAuthentication") == 1
        ask_computers()
        assert (again(lifting).state, again(lifting).host_undo) == (JobState.REVERTED, Job.HostUndo.FIRED)

    def test_whose_end_nobody_knew_is_still_undone_after_that(
        self, lifting: Job, nla: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose(monkeypatch, work)
        ask_computers()
        operations.run_job(lifting.pk)
        job = again(lifting)
        assert (job.state, job.host_undo, len(tasks(nla))) == (JobState.VERIFIED, Job.HostUndo.ARMED, 1)

    def test_that_was_not_armed_and_of_which_we_lost_sight_has_changed_nothing(
        self, lifting: Job, nla: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with nla.lab.state.changing() as document:
            FAULTS["tasks-refused"](document)
        lose(monkeypatch, work)
        ask_computers()
        job = again(lifting)
        assert job.explanation is not None
        assert (job.state, job.explanation.code) == (JobState.UNREACHABLE, Code.NOT_ARMED)
        assert listener(nla.document, "UserAuthentication") == 1

    def test_is_told_on_the_command_line(self, lifting: Job, helpdesk: Person, work: Work) -> None:
        work()
        told = json.loads(told_by("--json", lifting, helpdesk))["host_undo"]
        assert (told["state"], told["armed_at"] is not None, told["ended_at"]) == ("armed", True, None)
        assert "the computer's own undo: armed" in told_by("", lifting, helpdesk)
