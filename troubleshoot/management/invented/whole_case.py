"""How an invented case goes from step to step, where one that is still open stops, and how the others end."""

from __future__ import annotations

import datetime as dt
from typing import Final

from troubleshoot import catalog
from troubleshoot.engine import CaseMatter, GuideStep
from troubleshoot.management.invented.changing import comes_to_remedy, put_back
from troubleshoot.management.invented.rows import CHANGE
from troubleshoot.management.invented.stories import SENT_TO
from troubleshoot.management.invented.telling import Telling
from troubleshoot.management.invented.working_day import at_work
from troubleshoot.models import UNDOABLE_STATES, Case, Job, JobState

#: What an open case stops at, and the kinds of steps that are not gone on from.
_STOPS: Final = {"plan": {"fix"}, "person": {"fix"}, "message": {"fix"}, "question": {"ask"}, "help": {"end"}}
_SILENCE: Final = dt.timedelta(hours=24)
_PERSON_WROTE: Final = "It still closes as soon as I press Connect, and I have a meeting at half past."
_DESK_WROTE: Final = "We have your case and are looking at it. You need not do anything now."
_NOTED: Final = "Second time this month on this computer. Somebody should look at its certificate."


def tell_case(told: Telling, *, stop: str = "") -> None:
    """Tell a case to its end, or as far as it is to stop."""
    told.passes(5, 60)
    told.observes(told.setting.evidence.ill)
    silent = not stop and told.chance.random() < 0.06
    while (at := told.walk.at).kind != "end" and at.kind not in _STOPS.get(stop, set()):
        if silent and told.last_fix == "verified" and at.kind == "try":
            break
        _goes_on(told, at)
    told.case.at_step = told.walk.at.name
    if stop:
        _stays_open(told, stop)
    elif told.walk.at.kind != "end":
        _is_closed_unconfirmed(told)
    else:
        _ends(told)
        _afterwards(told)


def _goes_on(told: Telling, at: GuideStep) -> None:
    if at.kind == "cause":
        told.judges(at)
    elif at.kind == "fact":
        told.answers_fact(at)
    elif at.kind == "fix":
        comes_to_remedy(told, catalog.installed_catalog().actions[at.subject])
    else:
        told.answers_question(at)


def _stays_open(told: Telling, stop: str) -> None:
    """Leave a case as it stands; what lists show of that follows from its rows once they are there."""
    case, at = told.case, told.walk.at
    if at.kind == "end":
        case.outcome = at.subject
    if stop in {"plan", "help"}:
        case.opened_by, case.needs_since = told.helper, told.clock
    if stop == "message":
        told.passes(60, 300)
        told.says(case.beneficiary, _PERSON_WROTE)
        case.needs_since = told.clock


def _is_closed_unconfirmed(told: Telling) -> None:
    """Close the case whose fix was verified, and nobody said whether it helped."""
    told.clock += _SILENCE
    _close(told, Case.Outcome.SOLVED)


def _ends(told: Telling) -> None:
    """End the case where the guide ends; what the guide hands to helpdesk, helpdesk ends."""
    case, outcome = told.case, told.walk.at.subject
    if outcome == Case.Outcome.ESCALATED:
        if case.owner is None:
            told.comes_to_helpdesk()
        told.says(told.helper, _DESK_WROTE)
        told.passes(600, 30_000)
        told.clock = at_work(told.clock)
        if told.chance.random() < (0.8 if told.last_fix == "verified" else 0.35):
            outcome = Case.Outcome.SOLVED
        else:
            case.sent_to = told.chance.choice(SENT_TO)
            case.ticket = f"INC{told.chance.randrange(100_000, 999_999)}"
    _close(told, Case.Outcome(outcome))
    if told.chance.random() < 0.6:
        case.helpful = told.chance.random() < 0.9


def _close(told: Telling, outcome: Case.Outcome) -> None:
    told.case.outcome, told.case.closed_at = outcome, told.clock
    told.case.waiting_for, told.case.matter = Case.WaitingFor.NOBODY, CaseMatter.CLOSED


def _afterwards(told: Telling) -> None:
    """Write what happens to a computer after its case: temporary changes end, and some are put back."""
    if told.chance.random() < 0.08:
        told.says(told.helper, _NOTED, internal=True)
    for job in [one for one in told.rows.jobs if one.kind == CHANGE and one.state in UNDOABLE_STATES]:
        if job.undo_at:
            put_back(told, job, after=_until(job), by_portal=True)
        elif job.word == Case.Word.SAME_ERROR and job.state == JobState.VERIFIED:
            put_back(told, job, after=dt.timedelta(minutes=20), by_portal=False)


def _until(job: Job) -> dt.timedelta:
    """Return the time from the end of a temporary change to the visit that puts it back, shortly after."""
    if job.undo_at is None or job.ended_at is None:
        raise ValueError("this change is not temporary, or has not ended")
    return job.undo_at - job.ended_at + dt.timedelta(seconds=9)
