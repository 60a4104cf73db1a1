"""A change of which the portal lost sight: the computer is asked what became of it, and that settles it."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, ask_computers, opened, planned
from troubleshoot import catalog, diagnosis, hosts, jobs, operations, remediation
from troubleshoot.engine import CaseMatter, Code, PlanDocument, Refusal, RefusalCode
from troubleshoot.models import CHANGES, Case, Entry, Host, Job, JobState, Person
from troubleshoot.remediation import SettledEnd
from troubleshoot.remote import AttemptState, ContactLost, FlatState, SignInDenied, VisitResult

LONG_AGO = "2026-01-01T00:00:00Z"
States = tuple[FlatState | None, ...]


class Answering:
    """A computer's answer to what is asked about a lost change, in place of a visit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[dict[str, Any]] = []
        self.says: VisitResult | Exception = ContactLost(RefusalCode.VISIT_INTERRUPTED, "tcp")
        self.meanwhile: Any = lambda: None
        monkeypatch.setattr(hosts, "settle_attempt", self._visit)

    def attempt(self, state: Any, *, now: States = (), **more: Any) -> None:
        """Answer with what is kept of the attempt, and with what is read now."""
        self.says = VisitResult("done", before=now, attempt=AttemptState(state, **more))

    def _visit(self, host: Host, plan: PlanDocument, **asked: Any) -> VisitResult:
        self.asked.append(asked)
        self.meanwhile()
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Answering:
    return Answering(monkeypatch)


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    return lab("security-layer-rdp")


@pytest.fixture
def lost(computer: Answering, host: Registered, employee: Person, helpdesk: Person, work: Work) -> Job:
    """A change whose worker fell silent after the start."""
    case = opened(employee, host.row, work)
    job = planned(helpdesk, case, work)
    jobs.start_job(actor=helpdesk, job=job)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, fence=1, lease_until=LONG_AGO, started_at=Now())
    operations.sweep()
    return again(job)


def again(job: Job) -> Job:
    found = Job.objects.select_related("host__site", "case", "plan").get(pk=job.pk)
    assert diagnosis.reindex_cases(Case.objects.for_status()) == 0, "the index is what the rows say"
    return found


def asked_by(lost: Job) -> Job:
    asking = lost.asking
    assert asking is not None
    return asking


def wait(lost: Job) -> int:
    """The seconds until the computer is asked again, from when it was asked last."""
    asking = asked_by(lost)
    assert asking.started_at is not None
    return round((asking.not_before - asking.started_at).total_seconds())


def matter(job: Job) -> CaseMatter:
    assert job.case_id
    return diagnosis.status_of(Case.objects.for_status().get(pk=job.case_id)).work


def states(job: Job) -> tuple[States, States]:
    """What the plan begins from, and what it wants, as a computer would say it."""
    assert job.plan
    known = catalog.installed_catalog().resources
    items = remediation.job_plan(job).items
    before = [{**dict.fromkeys(known[item.resource].fields), **item.before} for item in items]
    return tuple(before), tuple({**old, **item.desired} for old, item in zip(before, items, strict=True))


class TestALostChange:
    def test_is_asked_about_at_once_and_the_portal_acts(self, lost: Job) -> None:
        asking = asked_by(lost)
        assert (lost.state, asking.state) == (JobState.UNKNOWN, JobState.QUEUED)
        assert (asking.expires_at, asking.case, asking.origin) == (None, None, None)
        assert matter(lost) == CaseMatter.SETTLE
        operations.sweep()
        assert Job.objects.filter(kind=Job.Kind.SETTLE).count() == 1

    def test_is_asked_about_by_the_name_of_its_attempt(self, lost: Job, computer: Answering) -> None:
        ask_computers()
        assert computer.asked == [{"attempt": lost.attempt_id, "job": lost.pk, "case": lost.case_id}]

    def test_that_never_began_ends_as_one_that_reached_nobody(self, lost: Job, computer: Answering) -> None:
        computer.attempt("never")
        ask_computers()
        job = again(lost)
        assert (job.state, job.explanation.code if job.explanation else "") == (JobState.UNREACHABLE, Code.NEVER_BEGAN)
        assert Job.objects.get(kind=Job.Kind.SETTLE).state == JobState.DONE
        assert matter(job) not in {CaseMatter.SETTLE, CaseMatter.DECIDE, CaseMatter.CHANGE}
        assert Entry.objects.filter(tag="job:settle").count() == 1

    def test_that_was_done_is_checked_by_a_worker(self, lost: Job, computer: Answering) -> None:
        before, wanted = states(lost)
        computer.attempt("ended", outcome="done", before=before, after=wanted, written=(0,), now=wanted)
        ask_computers()
        job = again(lost)
        assert (job.state, job.ended_at, job.explanation) == (JobState.VERIFYING, None, None)
        assert matter(job) == CaseMatter.CHANGE
        operations.run_job(job.pk)
        assert again(job).state == JobState.NOT_VERIFIED, "the computer itself was never changed"
        assert again(job).fence > lost.fence

    def test_that_failed_there_fails_here(self, lost: Job, computer: Answering) -> None:
        before, _ = states(lost)
        computer.attempt("ended", outcome="failed", before=before, after=before, now=before)
        ask_computers()
        assert again(lost).state == JobState.FAILED

    @pytest.mark.parametrize(
        ("stands", "state", "code"),
        [
            ("wanted", JobState.VERIFYING, None),
            ("before", JobState.FAILED, Code.CUT_AS_BEFORE),
            ("other", JobState.FAILED, Code.CUT_HALF_WAY),
            ("unread", JobState.UNKNOWN, Code.WORKER_LOST),
        ],
    )
    def test_that_was_cut_is_judged_by_what_is_read_now(
        self, lost: Job, computer: Answering, stands: str, state: JobState, code: Code | None
    ) -> None:
        before, wanted = states(lost)
        other: States = ({**(before[0] or {}), "security_layer": 1},)
        now: dict[str, States] = {"wanted": wanted, "before": before, "other": other, "unread": (None,)}
        computer.attempt("cut", before=before, now=now[stands])
        ask_computers()
        job = again(lost)
        assert (job.state, job.explanation.code if job.explanation else None) == (state, code)
        if state == JobState.FAILED:
            undo = remediation.way_back_plan(job)
            assert (undo is None) == (stands == "before"), "what was written can be put back"

    def test_that_still_runs_stays_unknown_and_is_asked_about_again(self, lost: Job, computer: Answering) -> None:
        before, _ = states(lost)
        computer.attempt("running", before=before, now=before)
        ask_computers()
        ask_computers()
        job = again(lost)
        assert (job.state, matter(job)) == (JobState.UNKNOWN, CaseMatter.SETTLE)
        assert [(line.said or {}).get("code") for line in job.lines.all()].count(Code.STILL_RUNS) == 1
        Job.objects.filter(kind=Job.Kind.SETTLE).update(created_at=Now() - dt.timedelta(minutes=3))
        ask_computers()
        assert matter(lost) == CaseMatter.DECIDE, "it runs for long: a person looks too"

    def test_of_a_silent_computer_is_asked_about_ever_later_and_for_ever(self, lost: Job, computer: Answering) -> None:
        waits = []
        for _ in range(12):
            ask_computers()
            waits.append(wait(lost))
        assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]
        assert matter(lost) == CaseMatter.DECIDE
        computer.attempt("never")
        ask_computers()
        assert again(lost).state == JobState.UNREACHABLE

    def test_is_asked_about_slowly_where_the_account_is_refused(self, lost: Job, computer: Answering) -> None:
        computer.says = SignInDenied(RefusalCode.ACCOUNT_MISSING, "sign-in")
        ask_computers()
        assert wait(lost) == 600

    @pytest.mark.parametrize("outcome", ["identity_changed", "refused", "failed"])
    def test_is_never_settled_by_an_answer_that_says_nothing_of_it(
        self, lost: Job, computer: Answering, outcome: Any
    ) -> None:
        computer.says = VisitResult(outcome, reason="antimalware" if outcome == "refused" else None)
        ask_computers()
        assert (again(lost).state, matter(lost)) == (JobState.UNKNOWN, CaseMatter.DECIDE)

    def test_outlives_a_defect_of_ours(self, lost: Job, computer: Answering) -> None:
        computer.says = ZeroDivisionError()
        with pytest.raises(ZeroDivisionError):
            ask_computers()
        assert asked_by(lost).state == JobState.QUEUED
        assert matter(lost) == CaseMatter.DECIDE

    def test_is_handed_to_a_person_where_no_worker_asks_in_time(self, lost: Job) -> None:
        operations.sweep()
        assert matter(lost) == CaseMatter.SETTLE
        Job.objects.filter(kind=Job.Kind.SETTLE).update(created_at=Now() - dt.timedelta(minutes=3))
        operations.sweep()
        assert matter(again(lost)) == CaseMatter.DECIDE

    def test_is_asked_about_as_soon_as_its_computer_answers_anything(self, lost: Job, host: Registered) -> None:
        for _ in range(5):
            ask_computers()
        asking = asked_by(lost)
        assert wait(lost) == 32
        with transaction.atomic():
            operations.worker.note_contact(host.row, {})
        assert asked_by(lost).not_before < asking.not_before


class TestTwoWhoSettleAtOnce:
    def test_a_person_who_is_faster_is_believed(self, lost: Job, computer: Answering, helpdesk: Person) -> None:
        ask_computers()

        def settled_by_hand() -> None:
            remediation.settle_by_hand(actor=helpdesk, job=again(lost), end=SettledEnd.DONE, reason="I looked.")

        computer.meanwhile = settled_by_hand
        computer.attempt("never")
        ask_computers()
        assert again(lost).state == JobState.NOT_VERIFIED
        assert Job.objects.get(kind=Job.Kind.SETTLE).state == JobState.CANCELLED

    def test_what_was_to_ask_is_taken_back(self, lost: Job, helpdesk: Person) -> None:
        ask_computers()
        remediation.settle_by_hand(actor=helpdesk, job=again(lost), end=SettledEnd.NOT_DONE, reason="I looked.")
        settle = Job.objects.get(kind=Job.Kind.SETTLE)
        assert (settle.state, settle.explanation.code if settle.explanation else "") == (
            JobState.CANCELLED,
            Code.SETTLED_MEANWHILE,
        )

    def test_a_person_is_heard_once_the_computer_was_asked(self, lost: Job, helpdesk: Person) -> None:
        with pytest.raises(Refusal) as refused:
            remediation.settle_by_hand(actor=helpdesk, job=lost, end=SettledEnd.NOT_DONE, reason="I looked.")
        assert refused.value.code == RefusalCode.PORTAL_ASKS

    def test_a_worker_whose_lease_was_lost_settles_nothing(self, lost: Job, computer: Answering) -> None:
        def taken_over() -> None:
            Job.objects.filter(kind=Job.Kind.SETTLE).update(lease_until=LONG_AGO)
            operations.sweep()

        computer.meanwhile = taken_over
        computer.attempt("never")
        ask_computers()
        assert again(lost).state == JobState.UNKNOWN
        assert asked_by(lost).state == JobState.QUEUED


def test_whatever_is_said_of_it_nothing_is_written_or_repeated(
    lost: Job, computer: Answering, host: Registered
) -> None:
    layer = dict(host.document["runs"])
    before, wanted = states(lost)
    for says in ("never", "running"):
        computer.attempt(says, before=() if says == "never" else before, now=wanted)
        ask_computers()
    assert host.document["runs"] == layer
    assert Job.objects.filter(kind__in=CHANGES).count() == 1


@pytest.mark.parametrize("to", sorted(set(JobState) - {JobState.UNKNOWN}))
def test_the_database_knows_the_ways_out(lost: Job, to: JobState) -> None:
    allowed = {JobState.VERIFYING, JobState.DRIFTED, JobState.UNREACHABLE, JobState.NOT_VERIFIED, JobState.FAILED}
    if to in allowed | {JobState.REVERTED}:
        assert Job.objects.filter(pk=lost.pk).update(state=to) == 1
        return
    with pytest.raises(DatabaseError), transaction.atomic():
        Job.objects.filter(pk=lost.pk).update(state=to)


def test_an_answer_about_other_items_settles_nothing(lost: Job, computer: Answering) -> None:
    before, wanted = states(lost)
    computer.attempt("ended", outcome="done", before=(*before, None), after=wanted, now=wanted)
    ask_computers()
    assert again(lost).state == JobState.UNKNOWN
    assert dataclasses.is_dataclass(computer.says)
