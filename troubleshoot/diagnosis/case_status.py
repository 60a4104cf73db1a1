"""Where a case stands: its rows as the engine's plain values, what follows from them, and the index that lists read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from troubleshoot import audit, catalog, notifications, people
from troubleshoot.audit import Actor, Tag
from troubleshoot.diagnosis import progress
from troubleshoot.diagnosis.case_talk import last_words, open_question_at, tell_whose_turn
from troubleshoot.diagnosis.job_views import job_view, round_jobs
from troubleshoot.diagnosis.judgement import present_cause, recorded_cause
from troubleshoot.engine import (
    CaseMatter,
    CaseStatus,
    CaseView,
    NoticeCode,
    Refusal,
    RefusalCode,
    Walk,
    judge_status,
)
from troubleshoot.models import (
    UNDER_WAY_STATES,
    Answer,
    Case,
    Heartbeat,
    Job,
    JobState,
    Person,
)

#: A closed case can be opened again for so long.
REOPEN_WITHIN = dt.timedelta(days=7)
#: What a case shows of where it stands, kept for lists.
_INDEX = ("waiting_for", "matter", "need", "needs_since", "cause")
_PLACE = ("at_step", "waiting_for", "matter", "need", "needs_since", "outcome", "closed_at")
_NEEDS = {
    CaseMatter.DECIDE: Case.Need.DECIDE,
    **dict.fromkeys((CaseMatter.START, CaseMatter.PLAN, CaseMatter.BY_HAND), Case.Need.START),
}


def status_of(
    case: Case,
    walk: Walk | None = None,
    rows: Sequence[Answer] | None = None,
    jobs: Sequence[Job] | None = None,
    *,
    worker: bool = True,
    held: bool = False,
) -> CaseStatus:
    """Return where a case stands; what has been read already (the answers and jobs of the present round) is not again.

    `worker` says whether one lives that serves the site, `held` whether another case's change keeps the computer: they
    say what is told, and never who acts.
    """
    rows = list(case.answers.filter(round=case.round).order_by("number")) if rows is None else rows
    walk = walk or progress.replay_case(case, rows)
    return judge_status(_view(case, walk, rows, round_jobs(case) if jobs is None else jobs, worker=worker, held=held))


def is_served(case: Case, jobs: Iterable[Job]) -> bool:
    """Tell whether a worker lives for what waits for one, or is in one's hands; asks only when something is."""
    waits = UNDER_WAY_STATES | {JobState.UNKNOWN}  # a worker asks what became of a lost change
    if case.host is None or not any(job.state in waits for job in jobs):
        return True
    slug = case.host.site.slug
    return any(slug in beat.sites for beat in Heartbeat.objects.alive("worker"))


def is_held(case: Case, jobs: Iterable[Job]) -> bool:
    """Tell whether a change of another case keeps the computer from what waits here; asks only when something does."""
    waits = any(job.is_change and job.state == JobState.QUEUED for job in jobs)
    return bool(case.host and waits and Job.objects.holding(case.host).exclude(case=case).exists())


def _view(case: Case, walk: Walk, rows: Sequence[Answer], jobs: Sequence[Job], *, worker: bool, held: bool) -> CaseView:
    given = {row.step: row for row in rows}
    moved_at = max([case.round_began_at, *(given[step].at for step, _value in walk.path)])
    action = catalog.installed_catalog().actions.get(walk.at.subject) if walk.at.kind == "fix" else None
    message_at, answered_at = last_words(case)
    found = [job_view(job, case.beneficiary_id) for job in jobs if job.created_at >= case.round_began_at]
    return CaseView(
        step=walk.waiting_for or "end",
        subject=walk.at.subject,
        moved_at=moved_at,
        jobs=tuple(sorted(found, key=lambda job: job.created_at)),
        proved_at=_proved_at(case, walk, given, jobs),
        same_error_at=_same_error_at(case, walk, given),
        asked_at=case.asked_for_help_at,
        put_off_at=case.put_off_at,
        began_at=case.round_began_at,
        message_at=message_at,
        answered_at=answered_at,
        question_at=open_question_at(case, found),
        taken_by=str(case.owner) if case.owner_id else "",
        pc_at=moved_at if case.pc else None,
        closed_at=case.closed_at,
        may_reopen=may_reopen(case),
        round=case.round,
        for_another=case.opened_by_id != case.beneficiary_id,
        registered=case.host_id is not None,
        self_service=action is not None and progress.is_self_service(case, action.name),
        by_hand=action is not None and action.manual,
        worker=worker,
        held=held,
        unread=_unread(jobs),
        invented=case.invented,
    )


def _unread(jobs: Sequence[Job]) -> bool:
    """Tell whether the latest observation of the round was refused to whoever needed it."""
    latest = next((job for job in jobs if job.kind == Job.Kind.DIAGNOSE), None)
    why = latest.explanation if latest and latest.state == JobState.REFUSED else None
    return why is not None and Refusal.from_json(why.params.get("refused")).code == RefusalCode.READING_NOT_ALLOWED


def may_reopen(case: Case) -> bool:
    """Tell whether a closed case can still be opened again."""
    return case.closed_at is not None and timezone.now() - case.closed_at <= REOPEN_WITHIN


def remedy_answer_before(case: Case, walk: Walk, given: dict[str, Answer]) -> Answer | None:
    """Return the answer of the remedy from which the walk came, when nothing but good readings came after it."""
    steps, path = progress.case_guide(case).steps, list(walk.path)
    while path and progress.is_good_answer(steps[path[-1][0]], path[-1][1]):
        path.pop()
    row = given.get(path[-1][0]) if path else None
    return row if row and row.source == Answer.Source.FIX else None


def _proved_at(case: Case, walk: Walk, given: dict[str, Answer], jobs: Sequence[Job]) -> dt.datetime | None:
    row = remedy_answer_before(case, walk, given)
    proving = next((job for job in jobs if row and row.value == "verified" and job.pk == row.job_id), None)
    return proving.ended_at if proving and proving.state in {JobState.VERIFIED, JobState.DONE} else None


def _same_error_at(case: Case, walk: Walk, given: dict[str, Answer]) -> dt.datetime | None:
    """Return when the person said, of the latest remedy that was verified, that it has not helped."""
    steps, fixed, said = progress.case_guide(case).steps, False, None
    for name, value in walk.path:
        if steps[name].kind == "fix" and value == "verified":
            fixed, said = True, None
        elif fixed and said is None and steps[name].kind == "try" and value == "no_change":
            said = given[name].at if given[name].source == Answer.Source.PERSON else None
    return said


# ------------------------------------------------------------------------------------------------ the index for lists


def keep_status(case: Case, walk: Walk | None = None, *, actor: Actor) -> None:
    """Keep what lists show of where a case stands, end it where its guide does, and tell helpdesk when it begins to
    need them. The caller holds the case.

    A case that was handed to helpdesk stays open until helpdesk closes it.
    """
    before = [getattr(case, name) for name in _PLACE]
    rows = list(case.answers.filter(round=case.round).order_by("number"))
    walk = walk or progress.replay_case(case, rows)
    case.at_step = walk.at.name
    status = status_of(case, walk, rows)
    if not status.stays_open and _ends(case, walk, actor):
        close_round(case, over=True)
        return
    needed = case.need
    index_status(case, status)
    tell_whose_turn(case, status, rows, actor)
    if case.need and not needed:
        case.needs_since = Now()
    changed = [name for name, value in zip(_PLACE, before, strict=True) if getattr(case, name) != value]
    if changed:
        case.save(update_fields=changed)
    if "needs_since" in changed:
        case.refresh_from_db(fields=["needs_since"])  # the database's own time
        desk = [case.owner] if case.owner else people.permission_holders("case.take", case.site)
        values = {"who": str(case.beneficiary), "matter": status.work.value}
        notifications.notify(desk, NoticeCode.CASE_WAITS, values, case=case)


def keep_status_again(case: int | None, *, actor: Actor) -> None:
    """Keep where a case stands once something was written that belongs to it; nothing where nothing belongs to one."""
    if case is not None:
        keep_status(Case.objects.held().for_status().get(pk=case), actor=actor)


def close_round(case: Case, *, over: bool = False) -> None:
    """Close a case now, with all that lists show of it. The caller holds it and has said how it ends; `over` that its
    changes leave nothing for anybody to do."""
    case.closed_at, case.cause = Now(), recorded_cause(case)
    case.waiting_for, case.matter, case.need = Case.WaitingFor.NOBODY, CaseMatter.CLOSED, ""
    case.save(update_fields=[*_PLACE, "cause"])
    case.refresh_from_db(fields=["closed_at"])  # the database's own time
    if not over:
        index_status(case, status_of(case))
        case.save(update_fields=["waiting_for"])


def open_for_undo(job: Job, actor: Person) -> None:
    """Open the closed case of a change again, because this person has asked to put the change back: helpdesk has it
    until somebody has looked at what that leaves. The round stays, so that the undo belongs to it."""
    case = Case.objects.held().for_status().get(pk=job.case_id) if job.case_id else None
    if case is None or case.closed_at is None:
        return
    case.closed_at, case.outcome, case.cause = None, "", present_cause(case)
    case.save(update_fields=["closed_at", "outcome", "cause"])
    details = {"round": case.round, "reopened": True, "undo": True}
    audit.record(Tag.CASE_REOPEN, actor=actor, on_behalf=case.beneficiary, objects=[case], details=details)
    notifications.notify({case.beneficiary} - {actor}, NoticeCode.CASE_UNDO, {"who": str(actor)}, case=case)
    job.case = case


def index_status(case: Case, status: CaseStatus) -> None:
    """Put into the columns of a case what its lists need to know of its status."""
    case.waiting_for, case.matter = Case.WaitingFor(status.actor), status.matter
    case.need = _NEEDS.get(status.owed, Case.Need.HELP) if status.owed else ""


def reindex_cases(cases: Iterable[Case]) -> int:
    """Rebuild the index of cases whose columns say something else than their rows; how many those were.

    When a case began to need helpdesk is rebuilt where it is lost: since when it needs what it needs now. It may have
    needed something else before, which no row tells.
    """
    changed = 0
    for case in cases:
        with transaction.atomic():
            case.hold()
            before = [getattr(case, name) for name in _INDEX]
            status = status_of(case)
            index_status(case, status)
            case.cause = case.cause if case.closed_at else present_cause(case)
            if case.need and case.needs_since is None:
                case.needs_since = status.since
            if [getattr(case, name) for name in _INDEX] != before:
                case.save(update_fields=[*_INDEX])
                changed += 1
    return changed


def _ends(case: Case, walk: Walk, actor: Actor) -> bool:
    """Take over how the guide ends; True when that closes the case."""
    if walk.at.kind != "end":
        case.outcome = case.outcome if case.closed_at else ""
        return False
    if case.closed_at is not None or case.outcome == walk.at.subject:
        return False
    case.outcome = Case.Outcome(walk.at.subject)
    handed_over = case.outcome == Case.Outcome.ESCALATED
    audit.record(
        Tag.CASE_HAND_OVER if handed_over else Tag.CASE_CLOSE,
        actor=actor,
        on_behalf=case.beneficiary,
        objects=[case],
        details={"outcome": walk.at.subject, "step": walk.at.name},
    )
    return not handed_over
