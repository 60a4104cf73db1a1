"""Where a case stands, in every combination that can occur: who acts, what for, and what each reader is told."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot import wording
from troubleshoot.engine import (
    ACTORS,
    CaseActor,
    CaseMatter,
    CasePress,
    CaseStatus,
    CaseView,
    Hindrance,
    JobKind,
    JobPhase,
    JobView,
    OwnUndo,
    Reader,
    UndoReason,
    hindrance_of,
    job_phase,
    judge_status,
    waits_for_turn,
)
from troubleshoot.engine.status_terms import UNSETTLED
from troubleshoot.models import JobState as State

S, K = JobPhase, JobKind
READERS = tuple(Reader)


def at(minute: float) -> datetime:
    """A moment of the morning on which all of this happens."""
    return datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(minutes=minute)


def job(kind: JobKind, state: JobPhase, minute: float = 10, **more: Any) -> JobView:
    """A job of the remedy, asked for at this minute; each step of it took one."""
    began = state not in {S.PLANNED, S.WAITING_APPROVAL, S.APPROVED, S.QUEUED, S.DECLINED, S.EXPIRED, S.CANCELLED}
    over = state not in {S.PLANNED, S.WAITING_APPROVAL, S.APPROVED, S.QUEUED, S.CLAIMED, S.STARTING, S.RUNNING}
    times = {"started_at": at(minute + 1) if began else None, "ended_at": at(minute + 2) if over else None}
    return JobView(kind, state, "" if kind == K.DIAGNOSE else "mend", at(minute), **{**times, **more})


def case(step: str = "fix", *jobs: JobView, **more: Any) -> CaseView:
    """A case whose guide came to this step at five past nine."""
    return CaseView(step, "mend" if step == "fix" else "something", at(5), jobs, **more)


@dataclass(frozen=True)
class Row:
    """A combination, and what follows from it."""

    name: str
    given: CaseView
    actor: CaseActor
    matter: CaseMatter
    since: float
    employee: set[str] = field(default_factory=set)
    helpdesk: set[str] = field(default_factory=set)
    approver: set[str] = field(default_factory=set)


OWN = {"by_person": True, "self_service": True}
VERIFIED = job(K.APPLY, S.VERIFIED)
#: The computer was asked what became of it, and has not answered.
SILENT = job(K.APPLY, S.UNKNOWN, for_desk=True)
UNDONE = job(K.APPLY, S.REVERTED, ended_at=at(22))
CLOSED: dict[str, Any] = {"closed_at": at(30), "may_reopen": True}
PROVED: dict[str, Any] = {"proved_at": at(12)}
#: What both may press at any time of an open case, and what helpdesk may besides.
SAY, DESK, BUSY = {"say"}, {"say", "take", "close"}, {"say", "take"}
FREE = {"say", "withdraw", "help"}
E, H, A, P, N = CaseActor.PERSON, CaseActor.HELPDESK, CaseActor.APPROVER, CaseActor.PORTAL, CaseActor.NOBODY
M = CaseMatter

TABLE = [
    Row("the first observation", case("fact", job(K.DIAGNOSE, S.RUNNING)), P, M.OBSERVE, 11, FREE, DESK),
    Row(
        "an observation that no worker makes",
        case("fact", job(K.DIAGNOSE, S.QUEUED), worker=False),
        *(P, M.OBSERVE, 10, FREE, DESK),
    ),
    Row("a question", case("ask"), E, M.QUESTION, 5, FREE | {"answer", "again"}, DESK | {"answer", "again"}),
    Row(
        "a question about a computer that nobody registered",
        case("ask", registered=False),
        *(E, M.QUESTION, 5, FREE | {"answer"}, DESK | {"answer"}),
    ),
    Row("something to try", case("try"), E, M.TRY, 5, FREE | {"answer", "again"}, DESK | {"answer", "again"}),
    Row(
        "asked for a person at a question",
        case("ask", asked_at=at(7)),
        *(H, M.HELP, 7, {"say", "withdraw", "answer", "again"}, DESK | {"answer", "again"}),
    ),
    Row(
        "asked for a person while the computer is read",
        case("fact", job(K.DIAGNOSE, S.RUNNING), asked_at=at(7)),
        *(H, M.HELP, 7, {"say", "withdraw", "again"}, DESK | {"again"}),
    ),
    Row(
        "a remedy that the person may take",
        case(self_service=True),
        *(E, M.CHOOSE, 5, FREE | {"not_now", "plan", "again"}, DESK | {"plan", "again"}),
    ),
    Row(
        "a remedy of helpdesk that nobody has asked for",
        case(),
        *(E, M.CHOOSE, 5, FREE | {"not_now", "again"}, DESK | {"plan", "again"}),
    ),
    Row(
        "a remedy of helpdesk that the person asked for",
        case(asked_at=at(7)),
        *(H, M.PLAN, 7, {"say", "withdraw", "again"}, DESK | {"plan", "again"}),
    ),
    Row(
        "a remedy of helpdesk in a case for a caller",
        case(for_another=True),
        *(H, M.PLAN, 5, FREE | {"again"}, DESK | {"plan", "again"}),
    ),
    Row(
        "not now",
        case(put_off_at=at(8), self_service=True),
        *(E, M.LATER, 8, FREE | {"plan", "again"}, DESK | {"plan", "again"}),
    ),
    Row(
        "not now, of a plan",
        case("fix", job(K.APPLY, S.CANCELLED, 6, **OWN), put_off_at=at(8), self_service=True),
        *(E, M.LATER, 8, FREE | {"plan", "again"}, DESK | {"plan", "again"}),
    ),
    Row(
        "taken up again after not now",
        case("fix", job(K.PLAN, S.RUNNING), put_off_at=at(8), self_service=True),
        *(P, M.PLANNING, 11, FREE, DESK),
    ),
    Row(
        "asked for a person after not now",
        case(put_off_at=at(8), asked_at=at(9)),
        *(H, M.PLAN, 9, {"say", "withdraw", "again"}, DESK | {"plan", "again"}),
    ),
    Row(
        "by hand, by the person",
        case(by_hand=True, self_service=True),
        *(E, M.DO_BY_HAND, 5, FREE | {"done", "again"}, DESK | {"done", "again"}),
    ),
    Row(
        "by hand, by helpdesk",
        case(by_hand=True, asked_at=at(7)),
        *(H, M.BY_HAND, 7, {"say", "withdraw", "again"}, DESK | {"done", "again"}),
    ),
    Row(
        "a check whether it helped",
        case("fix", job(K.CHECK_BY_HAND, S.RUNNING), by_hand=True, self_service=True),
        *(P, M.HAND_CHECK, 11, FREE, DESK),
    ),
    Row("a plan is being made", case("fix", job(K.PLAN, S.QUEUED)), P, M.PLANNING, 10, FREE, DESK),
    Row(
        "a plan before the person",
        case("fix", job(K.APPLY, S.PLANNED, **OWN), self_service=True),
        *(E, M.AGREE, 10, FREE | {"start", "not_now"}, DESK | {"start", "stop"}),
    ),
    Row(
        "a plan before the person, who then asked for a person",
        case("fix", job(K.APPLY, S.PLANNED, **OWN), self_service=True, asked_at=at(11)),
        *(H, M.START, 11, {"say", "withdraw"}, DESK | {"start", "stop"}),
    ),
    Row(
        "a plan before helpdesk",
        case("fix", job(K.APPLY, S.PLANNED)),
        *(H, M.START, 10, FREE, DESK | {"start", "stop"}),
    ),
    Row(
        "a plan waits for approval",
        case("fix", job(K.APPLY, S.WAITING_APPROVAL), asked_at=at(7)),
        *(A, M.APPROVAL, 10, {"say", "withdraw"}, DESK | {"stop"}, {"approve", "decline", "ask"}),
    ),
    Row(
        "approved and not started",
        case("fix", job(K.APPLY, S.APPROVED)),
        *(H, M.START, 10, FREE, DESK | {"start", "stop"}),
    ),
    Row(
        "declined by the approver",
        case("end", job(K.APPLY, S.DECLINED), asked_at=at(7)),
        *(H, M.HELP, 12, {"say", "withdraw", "again"}, DESK | {"again"}),
    ),
    Row("expired", case("end", job(K.APPLY, S.EXPIRED)), H, M.HELP, 12, {"say", "withdraw", "again"}, DESK | {"again"}),
    Row("queued", case("fix", job(K.APPLY, S.QUEUED)), P, M.CHANGE, 10, {"say", "help", "stop"}, DESK | {"stop"}),
    Row(
        "queued, and no worker",
        case("fix", job(K.APPLY, S.QUEUED), worker=False),
        *(P, M.CHANGE, 10, {"say", "help", "stop"}, DESK | {"stop"}),
    ),
    *(
        Row(
            f"{state}: not closed",
            case("fix", job(K.APPLY, state)),
            *(P, M.CHANGE, since, {"say", "help"} | stop, BUSY | stop),
        )
        for state, since, stop in (
            *((state, 11, {"stop"}) for state in (S.CLAIMED, S.STARTING, S.RUNNING)),
            (S.VERIFYING, 12, set[str]()),
        )
    ),
    Row(
        "begun, and somebody wants it stopped: once is enough",
        case("fix", job(K.APPLY, S.RUNNING, stop_asked=True)),
        *(P, M.CHANGE, 11, {"say", "help"}, BUSY),
    ),
    Row(
        "an undo that helpdesk asked for runs",
        case("try", VERIFIED, job(K.REVERT, S.RUNNING, 20, why=UndoReason.ASKED), **PROVED),
        *(P, M.UNDO, 21, {"say", "help"}, BUSY | {"stop"}),
    ),
    Row(
        "an undo runs: it cannot be closed",
        case("try", VERIFIED, job(K.REVERT, S.RUNNING, 20, why=UndoReason.TIME_OVER), **PROVED),
        *(P, M.UNDO, 21, {"say", "help"}, BUSY),
    ),
    Row(
        "verified and not yet said",
        case("try", VERIFIED, **PROVED),
        *(E, M.CONFIRM, 12, FREE | {"answer", "again"}, DESK | {"answer", "again"}),
    ),
    Row(
        "verified after a person was asked for",
        case("try", VERIFIED, asked_at=at(7), **PROVED),
        *(E, M.CONFIRM, 12, {"say", "withdraw", "answer", "again"}, DESK | {"answer", "again"}),
    ),
    Row(
        "a person asked for after a proof",
        case("try", VERIFIED, asked_at=at(13), **PROVED),
        *(H, M.HELP, 13, {"say", "withdraw", "answer", "again"}, DESK | {"answer", "again"}),
    ),
    Row(
        "same error after a proof, and a question",
        case("ask", VERIFIED, same_error_at=at(14)),
        *(E, M.QUESTION, 12, FREE | {"answer", "again"}, DESK | {"answer", "again"}),
    ),
    Row(
        "same error after a proof, and nothing left to ask",
        case("end", VERIFIED, same_error_at=at(14)),
        *(H, M.HELP, 12, {"say", "withdraw", "again"}, DESK | {"again"}),
    ),
    *(
        Row(str(state), case("end", job(K.APPLY, state)), H, M.HELP, 12, {"say", "withdraw", "again"}, DESK | {"again"})
        for state in (S.DRIFTED, S.REFUSED, S.UNREACHABLE, S.FAILED, S.NOT_VERIFIED)
    ),
    Row(
        "end unknown: the computer is asked first",
        case("fix", job(K.APPLY, S.UNKNOWN)),
        *(P, M.SETTLE, 12, {"say", "help"}, DESK | {"read"}),
    ),
    Row(
        "end unknown: nobody is there to ask the computer",
        case("fix", job(K.APPLY, S.UNKNOWN), worker=False),
        *(P, M.SETTLE, 12, {"say", "help"}, DESK | {"read"}),
    ),
    Row(
        "end unknown, and the computer is silent",
        case("fix", SILENT),
        *(H, M.DECIDE, 12, {"say", "help"}, DESK | {"read", "settle"}),
    ),
    Row(
        "end of an undo unknown: the computer is asked first",
        case("try", VERIFIED, job(K.REVERT, S.UNKNOWN, 20, why=UndoReason.ASKED), **PROVED),
        *(P, M.SETTLE, 22, {"say", "help"}, DESK | {"read"}),
    ),
    Row(
        "end of an undo unknown, and the computer is silent",
        case("try", VERIFIED, job(K.REVERT, S.UNKNOWN, 20, why=UndoReason.ASKED, for_desk=True), **PROVED),
        *(H, M.DECIDE, 22, {"say", "help"}, DESK | {"read", "settle"}),
    ),
    Row(
        "an undo waits for approval",
        case("try", VERIFIED, job(K.REVERT, S.WAITING_APPROVAL, 20, why=UndoReason.ASKED), **PROVED),
        *(A, M.APPROVAL, 20, {"say", "help"}, DESK | {"stop"}, {"approve", "decline", "ask"}),
    ),
    Row(
        "an undo that helpdesk asked for waits for its worker",
        case("try", VERIFIED, job(K.REVERT, S.QUEUED, 20, why=UndoReason.ASKED), **PROVED),
        *(P, M.UNDO, 20, {"say", "help"}, DESK | {"stop"}),
    ),
    Row(
        "an undo that the portal promised waits for its worker",
        case("try", VERIFIED, job(K.REVERT, S.QUEUED, 20, why=UndoReason.TIME_OVER), **PROVED),
        *(P, M.UNDO, 20, {"say", "help"}, DESK),
    ),
    *(
        Row(
            f"undone: {why}",
            case(step, UNDONE, job(K.REVERT, S.VERIFIED, 20, why=why), **PROVED),
            *(H, M.UNDONE, 22, FREE | {"again"}, DESK | {"again"}),
        )
        for why, step in ((UndoReason.ASKED, "try"), (UndoReason.OWN, "try"), (UndoReason.TIME_OVER, "ask"))
    ),
    Row(
        "undone: worse",
        case("end", UNDONE, job(K.REVERT, S.VERIFIED, 20, why=UndoReason.WORSE)),
        *(H, M.UNDONE, 22, FREE | {"again"}, DESK | {"again"}),
    ),
    *(
        Row(
            f"an undo that did not get through: {state}",
            case("try", VERIFIED, job(K.REVERT, state, 20, why=UndoReason.ASKED), **PROVED),
            *(H, M.UNDO_FAILED, 22, FREE | {"again"}, DESK | {"again"}),
        )
        for state in (S.FAILED, S.NOT_VERIFIED, S.DRIFTED, S.REFUSED, S.UNREACHABLE)
    ),
    Row(
        "the computer says that it has put it back, and nobody has read that",
        case("try", job(K.APPLY, S.VERIFIED, own_undo=OwnUndo.SAID, own_undo_at=at(25)), **PROVED),
        *(P, M.UNDO_SAID, 25, FREE | {"again"}, DESK | {"again"}),
    ),
    Row(
        "the same, as an undo of ours has learned",
        case("try", VERIFIED, job(K.REVERT, S.DRIFTED, 20, own_undo=OwnUndo.SAID, own_undo_at=at(25)), **PROVED),
        *(P, M.UNDO_SAID, 25, FREE | {"again"}, DESK | {"again"}),
    ),
    Row(
        "the computer could not put it back",
        case("try", job(K.APPLY, S.VERIFIED, own_undo=OwnUndo.FAILED, own_undo_at=at(25)), **PROVED),
        *(H, M.UNDO_FAILED, 25, FREE | {"again"}, DESK | {"again"}),
    ),
    Row(
        "an undo of ours that came too late, as the computer had put it back",
        case("try", UNDONE, job(K.REVERT, S.DRIFTED, 20, why=UndoReason.ASKED, is_back=True), **PROVED),
        *(H, M.UNDONE, 22, FREE | {"again"}, DESK | {"again"}),
    ),
    Row(
        "an undo that an approver declined",
        case("try", VERIFIED, job(K.REVERT, S.DECLINED, 20, why=UndoReason.ASKED), **PROVED),
        *(E, M.CONFIRM, 22, FREE | {"answer", "again"}, DESK | {"answer", "again"}),
    ),
    Row(
        "own PC looked",
        case("end", pc_at=at(9)),
        *(H, M.HELP, 5, {"say", "withdraw", "again"}, DESK | {"again"}),
    ),
    Row(
        "a message at a question",
        case("ask", message_at=at(9)),
        *(H, M.ANSWER, 9, FREE | {"answer", "again"}, DESK | {"answer", "again"}),
    ),
    Row(
        "an approver asks about the plan",
        case("fix", job(K.APPLY, S.WAITING_APPROVAL), asked_at=at(7), question_at=at(15)),
        *(H, M.REPLY, 15, {"say", "withdraw"}, DESK | {"stop"}, {"approve", "decline", "ask"}),
    ),
    Row(
        "a message while the computer is asked",
        case("fix", job(K.APPLY, S.UNKNOWN), message_at=at(14)),
        *(H, M.ANSWER, 14, {"say", "help"}, DESK | {"read"}),
    ),
    Row(
        "a message after a lost contact",
        case("fix", SILENT, message_at=at(14)),
        *(H, M.DECIDE, 12, {"say", "help"}, DESK | {"read", "settle"}),
    ),
    Row(
        "a request for a person of before the fix, after the same error",
        case("ask", VERIFIED, asked_at=at(7), same_error_at=at(14)),
        *(H, M.HELP, 14, {"say", "withdraw", "answer", "again"}, DESK | {"answer", "again"}),
    ),
    Row(
        "a request for a person that outlived a check again",
        case("ask", asked_at=at(2), began_at=at(4)),
        *(H, M.HELP, 4, {"say", "withdraw", "answer", "again"}, DESK | {"answer", "again"}),
    ),
    Row(
        "a message that was answered",
        case("ask", answered_at=at(9)),
        *(E, M.QUESTION, 9, FREE | {"answer", "again"}, DESK | {"answer", "again"}),
    ),
    Row(
        "approved a while after it was planned",
        case("fix", job(K.APPLY, S.APPROVED, moved_at=at(15))),
        *(H, M.START, 15, FREE, DESK | {"start", "stop"}),
    ),
    Row("closed", case("end", closed_at=at(30), may_reopen=True), N, M.CLOSED, 30, {"again"}, {"again"}),
    Row("closed long ago", case("end", closed_at=at(30), message_at=at(31)), N, M.CLOSED, 30),
    *(
        Row(
            f"closed, and the undo that the portal promised is {state}",
            case(
                "end", VERIFIED, job(K.REVERT, state, 40, why=UndoReason.TIME_OVER), closed_at=at(30), may_reopen=True
            ),
            *(actor, M.CLOSED, 30, again, again),
        )
        for state, actor, again in (
            (S.QUEUED, P, set[str]()),
            (S.RUNNING, P, set[str]()),
            (S.VERIFIED, N, {"again"}),
            (S.FAILED, H, {"again"}),
            (S.UNKNOWN, P, set[str]()),
        )
    ),
    Row(
        "closed, and the computer is asked how a change ended",
        case("fix", job(K.APPLY, S.UNKNOWN), closed_at=at(30), may_reopen=True),
        *(P, M.CLOSED, 30),
    ),
    Row(
        "closed, and how a change ended is not known",
        case("fix", SILENT, closed_at=at(30), may_reopen=True),
        *(H, M.CLOSED, 30, set[str](), {"settle"}),
    ),
    Row(
        "opened again because somebody wants a change put back",
        case("end", VERIFIED, job(K.REVERT, S.QUEUED, 40, why=UndoReason.ASKED)),
        *(P, M.UNDO, 40, {"say", "help"}, DESK | {"stop"}),
    ),
    Row(
        "opened again",
        case("fact", job(K.DIAGNOSE, S.QUEUED), round=2),
        *(P, M.OBSERVE, 10, FREE, DESK),
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_combination_has_one_actor_and_says_what_each_reader_may_press(row: Row) -> None:
    found = judge_status(row.given)
    assert (found.actor, found.matter, found.since) == (row.actor, row.matter, at(row.since))
    assert found.told.code == row.matter
    pressed = {reader: {str(one) for one in found.presses[reader]} for reader in READERS}
    assert pressed == {Reader.EMPLOYEE: row.employee, Reader.HELPDESK: row.helpdesk, Reader.APPROVER: row.approver}


def test_every_matter_occurs_in_the_table() -> None:
    assert {row.matter for row in TABLE} == set(CaseMatter) == set(ACTORS)


class TestThePersonIsTold:
    def test_that_no_worker_serves_the_site_while_something_waits_for_one(self) -> None:
        waiting = [judge_status(row.given).told.hindrance for row in TABLE if row.name.endswith("no worker")]
        assert waiting == [Hindrance.NO_WORKER]
        lost = case("fix", job(K.APPLY, S.UNKNOWN), worker=False)
        assert judge_status(lost).told.hindrance == Hindrance.NO_WORKER
        assert judge_status(case("ask", worker=False)).told.hindrance is None

    def test_that_a_change_of_another_case_holds_the_computer(self) -> None:
        waiting = judge_status(case("fix", job(K.APPLY, S.QUEUED), held=True)).told
        assert (waiting.waits, waiting.hindrance) == (True, Hindrance.HELD)
        assert judge_status(case("fix", job(K.APPLY, S.RUNNING), held=True)).told.hindrance is None

    def test_that_the_portal_tries_again_what_was_made_for_a_time(self) -> None:
        undo = job(K.REVERT, S.UNREACHABLE, 20, why=UndoReason.TIME_OVER)
        found = judge_status(case("fix", VERIFIED, undo))
        assert (found.matter, found.actor) == (M.UNDO, P)
        assert (found.told.waits, found.told.hindrance) == (True, Hindrance.AWAY)
        assert judge_status(case("fix", VERIFIED, job(K.REVERT, S.UNREACHABLE, 20))).matter == M.UNDO_FAILED

    def test_why_it_was_put_back(self) -> None:
        told = {row.name: judge_status(row.given).told.why for row in TABLE if row.matter == M.UNDONE}
        assert {**told, **{f"undone: {why}": why for why in UndoReason}} == told

    def test_who_took_the_case_whether_it_is_open_again_and_whether_their_pc_was_looked_at(self) -> None:
        told = judge_status(case("end", taken_by="Hanna", round=2, pc_at=at(9))).told
        assert (told.by, told.again, told.own_pc) == ("Hanna", True, True)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_reader_is_told_in_words_of_the_same_one_who_acts(row: Row) -> None:
    found = judge_status(row.given)
    names = {reader: wording.actor_words(found.told, reader, person="Emil") for reader in READERS}
    theirs = {E: "Emil", H: "helpdesk", A: "an approver", P: "the portal, by itself", N: "nobody"}[row.actor]
    assert names == {
        Reader.EMPLOYEE: "you" if row.actor == E else theirs,
        Reader.HELPDESK: theirs,
        Reader.APPROVER: theirs,
    }
    for reader in READERS:
        sentences = wording.told_words(found, reader)
        assert all(sentences)
        assert len(sentences) == 1 + (row.matter == M.UNDONE) + (found.told.hindrance is not None)
    assert wording.matter_words(row.matter)


class TestWhatWasMeasured:
    def test_speaks_only_from_the_last_change_on(self) -> None:
        found = judge_status(case("try", VERIFIED, **PROVED))
        assert (found.changed_at, found.proved_at) == (at(12), at(12))
        assert [found.speaks(moment) for moment in (at(4), at(12), at(13), None)] == [False, True, True, False]
        assert judge_status(case("ask")).speaks(at(0))

    def test_proves_nothing_once_the_change_was_put_back_or_may_have_been(self) -> None:
        for state in (S.RUNNING, S.VERIFIED, S.FAILED, S.UNKNOWN):
            undo = job(K.REVERT, state, 20, why=UndoReason.ASKED)
            assert judge_status(case("try", VERIFIED, undo, **PROVED)).proved_at is None

    def test_still_proves_it_when_the_undo_never_began(self) -> None:
        for state in (S.QUEUED, S.DECLINED, S.DRIFTED, S.UNREACHABLE):
            undo = job(K.REVERT, state, 20, why=UndoReason.ASKED)
            assert judge_status(case("try", VERIFIED, undo, **PROVED)).proved_at == at(12)


def test_the_states_of_a_job_are_those_of_its_row_and_a_case_stands_alike_while_a_worker_has_it() -> None:
    assert {str(state) for state in JobPhase} == {str(state) for state in State}
    assert {job_phase(state) for state in JobPhase} == set(JobPhase) - {S.CLAIMED, S.STARTING, S.RUNNING, S.VERIFYING}


MOMENTS = st.integers(0, 600).map(lambda second: at(second / 60))
MAYBE = st.none() | MOMENTS


@st.composite
def jobs(draw: st.DrawFn) -> JobView:
    """Any job, also one that the portal would never make."""
    kind = draw(st.sampled_from([kind for kind in JobKind if kind not in {K.CONNECTION_TEST, K.SETTLE}]))
    why = draw(st.sampled_from(UndoReason)) if kind == K.REVERT else None
    created, *later = sorted(draw(st.lists(MOMENTS, min_size=3, max_size=3)))
    began, over = later if draw(st.booleans()) else (None, None)
    state, action = draw(st.sampled_from(JobPhase)), draw(st.sampled_from(["", "mend", "other"]))
    view = JobView(kind, state, action, created, began, over, draw(st.booleans()), draw(st.booleans()), why)
    own = draw(st.none() | st.sampled_from(OwnUndo))
    return replace(view, for_desk=draw(st.booleans()), own_undo=own, own_undo_at=draw(MAYBE))


@st.composite
def cases(draw: st.DrawFn) -> CaseView:
    """Any case at all: the status is total, so that no history of the database makes a page fail."""
    history = sorted(draw(st.lists(jobs(), max_size=5)), key=lambda one: one.created_at)
    flags = {name: draw(st.booleans()) for name in ("for_another", "registered", "self_service", "by_hand", "worker")}
    times = {
        name: draw(MAYBE)
        for name in ("proved_at", "same_error_at", "asked_at", "put_off_at", "message_at", "question_at")
    }
    step = draw(st.sampled_from(["fact", "ask", "try", "fix", "end"]))
    return case(step, *history, closed_at=draw(MAYBE), round=draw(st.integers(1, 3)), **flags, **times)


def exits(found: CaseStatus) -> frozenset[CasePress]:
    """What leads on, for the one who acts."""
    reader = {E: Reader.EMPLOYEE, H: Reader.HELPDESK, A: Reader.APPROVER}[found.actor]
    talk = {CasePress.SAY, CasePress.TAKE} if found.matter != M.ANSWER else {CasePress.TAKE}
    return found.presses[reader] - talk


def check_that_all_is_said(given: CaseView, found: CaseStatus) -> None:
    """A closed case says to everybody what its changes left, unless they left nothing."""
    open_end = {S.CLAIMED, S.STARTING, S.RUNNING, S.VERIFYING, S.UNKNOWN}
    if any(job.is_change and job.state in open_end for job in given.jobs):
        assert found.actor in {P, H}
    for reader in READERS:
        said = wording.told_words(found, reader)
        kept = [wording.hindrance_words(found.told.hindrance, reader)] if found.told.hindrance else []
        assert said[1:] == kept  # what keeps the portal from it, and nothing else
        assert (said != ["Nobody: this case is closed."]) == (found.told.left is not None) or reader != Reader.EMPLOYEE


@given(cases())
def test_somebody_always_acts_next_and_can_or_the_case_is_closed(given: CaseView) -> None:
    found = judge_status(given)
    left = found.told.left
    assert found.actor == ACTORS[found.matter] if left in {None, M.UNDONE} else found.actor == ACTORS[left]
    assert (found.actor == N) == (given.closed_at is not None and left in {None, M.UNDONE})
    if given.closed_at is not None:
        check_that_all_is_said(given, found)
    elif found.actor == P:
        going = {S.QUEUED, S.CLAIMED, S.STARTING, S.RUNNING, S.VERIFYING}
        assert any(job.state in going | {S.UNKNOWN} or job.own_undo == OwnUndo.SAID for job in given.jobs)
    elif found.actor != N:
        assert exits(found)
    if found.matter == M.DECIDE:  # the way out of it is the word of somebody who looked
        assert CasePress.SETTLE in exits(found)


@given(cases())
def test_no_green_check_is_older_than_the_last_change(given: CaseView) -> None:
    found = judge_status(given)
    assert found.proved_at is None or found.speaks(found.proved_at)
    if found.matter == M.CONFIRM:
        assert found.proved_at is not None
    if found.work in {M.UNDONE, M.UNDO_FAILED}:
        assert found.undone is not None


@given(cases())
def test_nobody_withdraws_or_reads_anew_while_a_change_may_still_move_the_computer(given: CaseView) -> None:
    found = judge_status(given)
    if found.work in UNSETTLED:
        assert not found.may(Reader.EMPLOYEE, CasePress.WITHDRAW)
        assert not any(found.may(reader, CasePress.AGAIN) for reader in READERS)


@pytest.mark.parametrize(
    ("states", "waits"),
    [
        ((JobPhase.QUEUED,), True),
        ((JobPhase.DONE, JobPhase.QUEUED), True),
        ((JobPhase.QUEUED, JobPhase.RUNNING), False),
        ((JobPhase.CLAIMED,), False),
        ((JobPhase.VERIFIED,), False),
    ],
)
def test_a_change_waits_for_its_turn_until_a_worker_has_begun_one(states: tuple[JobPhase, ...], waits: bool) -> None:
    assert waits_for_turn(CaseMatter.CHANGE, states) is waits
    held = hindrance_of(CaseMatter.CHANGE, states, worker=True, held=True)
    assert held == (Hindrance.HELD if waits else None)
    assert not waits_for_turn(CaseMatter.OBSERVE, states)
