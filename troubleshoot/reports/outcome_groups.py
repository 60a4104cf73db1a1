"""How changes and cases ended, in words: each group of rows that a number counts and a filter shows, defined once."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from troubleshoot.models import (
    ACTIVE_STATES,
    SETTLED_ENDS,
    UNDOABLE_STATES,
    WAITING_STATES,
    Answer,
    Approval,
    Case,
    Job,
    JobState,
)

HELD_FOR = dt.timedelta(days=7)
LONG = dt.timedelta(days=1)
#: A temporary change that is back so soon after its time was undone on time: the keeper has to visit the computer.
GRACE = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class OutcomeGroup:
    """Some rows: what they are called, which they are, and what exactly that means."""

    words: str | Promise
    rows: Q
    meaning: str | Promise = ""


_APPLY = Q(kind=Job.Kind.APPLY)
_VERIFIED = _APPLY & Q(state=JobState.VERIFIED)


def _ended(state: JobState) -> Q:
    """Return the changes that ended so by what the portal saw: where a person told it, that is a group of its own."""
    told = [code for code, end in SETTLED_ENDS.items() if end == state]
    return _APPLY & Q(state=state) & ~Q(why__code__in=[code.value for code in told])


#: A lost change, as it ended by the word of a person who looked.
_TOLD = reduce(operator.or_, (Q(state=state, why__code=code.value) for code, state in SETTLED_ENDS.items()))

_LATER = models.ExpressionWrapper(OuterRef("ended_at") + Value(HELD_FOR), output_field=models.DateTimeField())
_NEW_CASE = Case.objects.filter(
    host=OuterRef("host"), cause=OuterRef("case__cause"), opened_at__gt=OuterRef("ended_at"), opened_at__lte=_LATER
)
_SAME_AGAIN = Case.objects.filter(
    pk=OuterRef("case"), round__gt=1, round_began_at__gt=OuterRef("ended_at"), round_began_at__lte=_LATER
)
_BACK = Q(Exists(_NEW_CASE)) | Q(Exists(_SAME_AGAIN))
_OLD = Q(ended_at__lte=Now() - HELD_FOR)

_TEMPORARY = Q(undo_at__isnull=False, started_at__isnull=False)
_GRACE = models.ExpressionWrapper(OuterRef("undo_at") + Value(GRACE), output_field=models.DateTimeField())
_BACK_IN_TIME = Job.objects.filter(
    origin=OuterRef("pk"), kind=Job.Kind.REVERT, state=JobState.VERIFIED, ended_at__lte=_GRACE
)

#: Groups that a change belongs to by its end: every change is in exactly one of them.
CHANGE_ENDS: Mapping[str, OutcomeGroup] = {
    "verified": OutcomeGroup(_("verified"), _VERIFIED, _("Done, and proved by two checks afterwards.")),
    "not_verified": OutcomeGroup(
        _("not verified"),
        _ended(JobState.NOT_VERIFIED),
        _("Done, but the check afterwards did not find what the change promises."),
    ),
    "undone": OutcomeGroup(_("undone"), _ended(JobState.REVERTED), _("Done, and put back later.")),
    "failed": OutcomeGroup(
        _("failed"),
        _ended(JobState.FAILED),
        _("The computer refused a step, or the run was cut there; a part may have been changed."),
    ),
    "told": OutcomeGroup(
        _("told by helpdesk"),
        _APPLY & _TOLD,
        _("Contact was lost, and a person who looked said how it ended. Nothing of that was checked."),
    ),
    "unknown": OutcomeGroup(
        _("unknown"),
        _APPLY & Q(state=JobState.UNKNOWN),
        _("Contact was lost after the start. The computer is asked what became of it; nothing is repeated."),
    ),
    "nothing_changed": OutcomeGroup(
        _("nothing changed"),
        _APPLY & Q(state__in=[JobState.DRIFTED, JobState.REFUSED, JobState.UNREACHABLE]),
        _("Stopped before the first change: something had moved, a guard said no, or it did not reach the computer."),
    ),
    "not_run": OutcomeGroup(
        _("not run"),
        _APPLY & Q(state__in=[JobState.DECLINED, JobState.EXPIRED, JobState.CANCELLED]),
        _("Declined, taken back or stopped, or nobody decided on it or started it in time."),
    ),
    "open": OutcomeGroup(
        _("open"), _APPLY & Q(state__in=sorted(WAITING_STATES | ACTIVE_STATES)), _("Waiting or running now.")
    ),
}
CHANGES: Mapping[str, OutcomeGroup] = {
    **CHANGE_ENDS,
    "asked": OutcomeGroup(
        _("all, without undoings"), _APPLY, _("Every change that was asked for, whatever came of it.")
    ),
    "undoing": OutcomeGroup(_("undoings"), Q(kind=Job.Kind.REVERT), _("Jobs that put an earlier change back.")),
    "works": OutcomeGroup(
        _("verified, person: works"),
        _VERIFIED & Q(word=Case.Word.WORKS),
        _("The person said it works."),
    ),
    "same_error": OutcomeGroup(
        _("verified, person: same error"),
        _VERIFIED & Q(word=Case.Word.SAME_ERROR),
        _("Proved by the check, and the person still has the error."),
    ),
    "no_word": OutcomeGroup(
        _("verified, no word yet"),
        _VERIFIED & Q(word=""),
        _("Proved by the check; the person has not said whether it works."),
    ),
    "held": OutcomeGroup(
        _("verified, held for 7 days"),
        _VERIFIED & _OLD & ~_BACK,
        _("Verified at least 7 days ago, and no new case with the same computer and cause within 7 days."),
    ),
    "came_back": OutcomeGroup(
        _("verified, came back in 7 days"),
        _VERIFIED & _BACK,
        _("A new case with the same computer and cause, or the same case opened again, within 7 days."),
    ),
    "too_young": OutcomeGroup(
        _("verified, less than 7 days ago"),
        _VERIFIED & ~_OLD & ~_BACK,
        _("Not come back so far, but not 7 days old."),
    ),
    "dangerous": OutcomeGroup(
        _("dangerous"), _APPLY & Q(risk=Job.Risk.DANGEROUS, started_at__isnull=False), _("Dangerous changes that ran.")
    ),
    "dangerous_approved": OutcomeGroup(
        _("dangerous, approved"),
        _APPLY
        & Q(risk=Job.Risk.DANGEROUS, started_at__isnull=False)
        & Q(Exists(Approval.objects.filter(job=OuterRef("pk"), decision="approve", used_at__isnull=False))),
        _("Dangerous changes that ran with the approval of a second person."),
    ),
    "temporary": OutcomeGroup(
        _("temporary"), _APPLY & _TEMPORARY, _("Changes that ran and undo themselves after a time.")
    ),
    "undone_on_time": OutcomeGroup(
        _("temporary, undone on time"),
        _APPLY & _TEMPORARY & Q(state=JobState.REVERTED) & Q(Exists(_BACK_IN_TIME)),
        _("Put back, and read again, at most 10 minutes after their time."),
    ),
    "unanswered": OutcomeGroup(
        _("approval expired unanswered"),
        _APPLY
        & Q(state=JobState.EXPIRED, needs_approval=True)
        & ~Q(Exists(Approval.objects.filter(job=OuterRef("pk")))),
        _("Nobody voted before the plan expired."),
    ),
    "overdue": OutcomeGroup(
        _("temporary, not undone in time"),
        _APPLY & Q(undo_at__lt=Now(), state__in=sorted([*UNDOABLE_STATES, JobState.UNKNOWN])),
        _("Its time is over and it is not undone yet. The portal keeps trying."),
    ),
}

#: Groups that a case belongs to by where it went: every case is in exactly one of them.
CASE_WAYS: Mapping[str, OutcomeGroup] = {
    "own_steps": OutcomeGroup(
        _("own steps"), Q(way="own_steps"), _("Solved, and the last thing that helped was a step the person tried.")
    ),
    "self_service": OutcomeGroup(
        _("self-service fix"),
        Q(way="self_service"),
        _("Solved by a verified fix that the person could start without helpdesk."),
    ),
    "helpdesk_fix": OutcomeGroup(
        _("helpdesk fix"), Q(way="helpdesk_fix"), _("Solved by a verified fix of any other kind.")
    ),
    "helpdesk_word": OutcomeGroup(
        _("helpdesk, without a fix"), Q(way="helpdesk_word"), _("Helpdesk closed it as solved; no fix or try did it.")
    ),
    "explained": OutcomeGroup(
        _("explained"), Q(way="explained"), _("The guide found a reason that nobody here can change, and said so.")
    ),
    "withdrawn": OutcomeGroup(
        _("withdrawn"), Q(way="withdrawn"), _("The person said that it is not needed any more, or works by itself.")
    ),
    "sent_on": OutcomeGroup(
        _("sent on"), Q(way="sent_on"), _("Closed without being solved: somebody else takes care of it.")
    ),
    "open": OutcomeGroup(_("still open"), Q(way="open"), _("Not closed yet.")),
}
SOLVED = ("own_steps", "self_service", "helpdesk_fix", "helpdesk_word")
CASES: Mapping[str, OutcomeGroup] = {
    **CASE_WAYS,
    "solved": OutcomeGroup(
        _("solved"),
        Q(outcome=Case.Outcome.SOLVED, closed_at__isnull=False),
        _("The person said it works; or a fix was verified and no other word came for 24 hours; or helpdesk said so."),
    ),
    "over_a_day": OutcomeGroup(
        _("open longer than a day"),
        Q(closed_at=None, opened_at__lt=Now() - LONG),
        _("Open now, and opened more than 24 hours ago."),
    ),
    "came_back": OutcomeGroup(
        _("came back in 7 days"),
        Q(back=True),
        _("A fix of this case was verified, and the same computer had the same cause again within 7 days."),
    ),
}


def with_ways(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Return cases, each with `way` (a key of CASE_WAYS) and `back` (whether a verified fix of it came back)."""
    helpful = _helpful_fixes()
    mild = helpful.filter(
        job__requester=OuterRef("beneficiary"), job__self_service=True, job__risk="low", job__needs_approval=False
    )
    last = Answer.objects.filter(case=OuterRef("pk"), round=OuterRef("round")).order_by("-number").values("value")[:1]
    solved = Q(outcome=Case.Outcome.SOLVED)
    return rows.alias(last=models.Subquery(last)).annotate(
        way=models.Case(
            When(closed_at=None, then=Value("open")),
            When(outcome=Case.Outcome.EXPLAINED, then=Value("explained")),
            When(solved & Q(Exists(mild)), then=Value("self_service")),
            When(solved & Q(Exists(helpful)), then=Value("helpdesk_fix")),
            When(solved & Q(last="worked"), then=Value("own_steps")),
            When(solved, then=Value("helpdesk_word")),
            When(outcome=Case.Outcome.WITHDRAWN, then=Value("withdrawn")),
            default=Value("sent_on"),
            output_field=models.CharField(),
        ),
        back=Exists(Job.objects.filter(CHANGES["came_back"].rows, case=OuterRef("pk"))),
    )


def _helpful_fixes() -> QuerySet[Answer]:
    """Return the answers of a case's present walk that say: this fix was verified, and no step tried after it
    failed, and it was still in force when the case was closed."""
    corrected = Answer.objects.filter(
        case=OuterRef("case"), round=OuterRef("round"), step=OuterRef("step"), number__gt=OuterRef("number")
    )
    failed_later = Answer.objects.filter(
        ~Exists(corrected),
        case=OuterRef("case"),
        round=OuterRef("round"),
        number__gt=OuterRef("number"),
        value="no_change",
        source=Answer.Source.PERSON,
    )
    put_back = Job.objects.filter(
        origin=OuterRef("job"), kind=Job.Kind.REVERT, state=JobState.VERIFIED, ended_at__lte=OuterRef("case__closed_at")
    )
    return Answer.objects.filter(
        ~Exists(failed_later),
        ~Exists(put_back),
        case=OuterRef("pk"),
        round=OuterRef("round"),
        source=Answer.Source.FIX,
        value="verified",
    )
