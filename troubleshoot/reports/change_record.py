"""What one change was, for everybody who may read it: built here once, for every page and file. Reads only.

What a job does not tell is said to be not recorded. It is never inferred. A case stays where it was opened when its
computer moves: whoever may read the change alone reads what was done to the computer, and not for whom and why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from troubleshoot import diagnosis, engine, people, remediation, wording
from troubleshoot.engine import Explanation, as_change
from troubleshoot.models import Answer, Approval, Case, Job, JobLine, JobState, Person
from troubleshoot.reports.change_values import CheckRecord, SettingRecord, check_records, setting_records
from troubleshoot.reports.history import end_of

#: So many digits of a plan's digest stand on a page, as approvers read them out.
SHORT = 8


@dataclass(frozen=True)
class Act:
    """Who did something, and when; `why` where they said it. An empty name: not recorded."""

    who: str
    at: dt.datetime | None
    why: str = ""


@dataclass(frozen=True)
class VoteRecord:
    """A second person's decision."""

    approved: bool
    act: Act


@dataclass(frozen=True)
class WordRecord:
    """What the person said after the check; `word` is empty while nobody has said anything."""

    word: str
    words: str
    act: Act


@dataclass(frozen=True)
class UndoRecord:
    """An attempt to take a change back: who asked and why, how it ended, and since when the change is undone."""

    key: UUID
    act: Act
    ended: str
    undone_at: dt.datetime | None


@dataclass(frozen=True)
class ChangeRecord:
    """Everything that is known of one change."""

    job: Job
    title: str
    ended: str
    settings: tuple[SettingRecord, ...]
    plan_is_genuine: bool
    """Whether the plan is what its digest says; if not, `settings` is empty."""
    asked: Act
    votes: tuple[VoteRecord, ...]
    started: Act | None
    checks: tuple[CheckRecord, ...]
    word: WordRecord | None
    """None where nobody is asked: nothing was verified."""
    undos: tuple[UndoRecord, ...]
    case: int | None
    """The case that it was for; None where there is none, or the reader may not read it."""
    requester: str
    beneficiary: str
    why: Explanation | None
    """Why it ended so."""

    @property
    def whom(self) -> str:
        """Return for whom it was, where that is somebody else than who asked for it."""
        return self.beneficiary if self.job.beneficiary_id != self.job.requester_id else ""

    @property
    def digest(self) -> str:
        """Return the whole digest of the plan."""
        return self.job.plan.digest if self.job.plan else ""

    @property
    def short_digest(self) -> str:
        """Return its first digits, as approvers see them."""
        return short_digest(self.digest)


def short_digest(digest: str) -> str:
    """Return the first digits of a plan's digest, to be read out."""
    return f"{digest[:4]} {digest[4:SHORT]}"


def record_parts(reader: Person) -> tuple[str | Prefetch[Any, Any, Any], ...]:
    """Return what a query of jobs prefetches, so that records cost the same number of queries for one job and for
    many. Of each case it says whether the reader may read it (`shown`)."""
    readable = people.permitted_rows(Case.objects.filter(pk=OuterRef("pk")), reader, "case.read")
    lines = JobLine.objects.filter(job__kind=Job.Kind.REVERT)  # says why the portal undid it, where it did
    undos = Job.objects.select_related("plan", "requester", "starter").order_by("created_at")
    given = Answer.objects.filter(source__in=[Answer.Source.PERSON, Answer.Source.FIX]).select_related("by")
    return (
        *("host", "plan", "requester", "beneficiary", "starter"),
        Prefetch("case", Case.objects.with_guide().defer("error_text").annotate(shown=Exists(readable))),
        Prefetch("case__answers", given.order_by("number")),
        Prefetch("approvals", Approval.objects.select_related("approver").order_by("made_at")),
        Prefetch("lines", lines),
        Prefetch("reverts", undos),
        Prefetch("reverts__lines", lines.all()),
    )


def change_records(jobs: Iterable[Job], reader: Person) -> list[ChangeRecord]:
    """Return the records of some changes that a person may read, in their order."""
    found = list(jobs)
    prefetch_related_objects(found, *record_parts(reader))
    return [change_record(job) for job in found]


def change_record(job: Job) -> ChangeRecord:
    """Return the record of one change, whose rows were read with `record_parts`."""
    found, title = as_change(job.found), str(job.plan.document.get("title", "")) if job.plan else ""
    try:
        settings, genuine = tuple(setting_records(job, remediation.job_plan(job), found)), True
    except engine.PlanError:
        settings, genuine = (), False
    whole = ChangeRecord(
        job=job,
        title=wording.changed_title(title or job.action, job.kind),
        ended=end_of(job),
        settings=settings,
        plan_is_genuine=genuine,
        asked=_asked(job),
        votes=tuple(map(_vote, job.approvals.all())),
        started=_started(job),
        checks=tuple(check_records(job, found)),
        word=_word(job),
        undos=tuple(_undo(undo) for undo in job.reverts.all()),
        case=job.case_id,
        requester=str(job.requester),
        beneficiary=_name(job.beneficiary),
        why=job.explanation,
    )
    return whole if job.case is None or getattr(job.case, "shown", False) else _without_case(whole)


def _without_case(whole: ChangeRecord) -> ChangeRecord:
    """Leave out of a record what belongs to its case: the people, and what they said."""
    return replace(
        whole,
        asked=_unnamed(whole.asked),
        votes=tuple(replace(vote, act=_unnamed(vote.act)) for vote in whole.votes),
        started=_unnamed(whole.started) if whole.started else None,
        word=None,
        undos=tuple(replace(undo, act=_unnamed(undo.act)) for undo in whole.undos),
        case=None,
        requester=wording.not_shown(),
        beneficiary="",
        why=None,
    )


def _unnamed(act: Act) -> Act:
    return Act(wording.not_shown(), act.at, wording.not_shown() if act.why else "")


def _asked(job: Job) -> Act:
    return Act(_who(job), job.created_at, _reason(job))


def _who(job: Job) -> str:
    return wording.portal_name() if job.is_undo_by_portal else str(job.requester)


def _reason(job: Job) -> str:
    """Return why it was asked for: in the person's words, or, where the portal itself undid a change, as its story
    begins."""
    if job.reason or not job.is_undo_by_portal:
        return job.reason
    first = next(iter(job.lines.all()), None)
    return wording.explained(first.explanation) if first else ""


def _vote(vote: Approval) -> VoteRecord:
    approved = vote.decision == Approval.Decision.APPROVE
    return VoteRecord(approved, Act(str(vote.approver), vote.made_at, vote.reason))


def _started(job: Job) -> Act | None:
    """Return who let it run, and when it began on the computer; None where neither happened."""
    if job.starter is None and job.started_at is None:
        return None
    if job.is_undo_by_portal:
        return Act(wording.portal_name(), job.started_at)
    return Act(str(job.starter) if job.starter else "", job.started_at)


def _word(job: Job) -> WordRecord | None:
    """Return what the person answered between the check of this change and the next one."""
    answers = list(job.case.answers.all()) if job.case else []
    proof = next((one for one in answers if one.job_id == job.pk and one.value == JobState.VERIFIED), None)
    if proof is None or job.case is None:
        return None
    steps = diagnosis.case_guide(job.case).steps
    later = [one for one in answers if one.round == proof.round and one.number > proof.number]
    here = takewhile(lambda one: one.source != Answer.Source.FIX, later)
    tried = [one for one in here if one.step in steps and steps[one.step].kind == "try"]
    said = Act(_name(tried[-1].by), tried[-1].at) if tried else Act("", None)
    return WordRecord(job.word, str(job.get_word_display()), said)


def _name(person: Person | None) -> str:
    return str(person) if person else ""


def _undo(undo: Job) -> UndoRecord:
    done = undo.ended_at if undo.state == JobState.VERIFIED else None
    return UndoRecord(undo.pk, Act(_who(undo), undo.created_at, _reason(undo)), end_of(undo), done)
