"""The record of a change in words: what is said where something was not done, not read, or not recorded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from troubleshoot.catalog import installed_catalog
from troubleshoot.models import WRITTEN_STATES, Job, JobState
from troubleshoot.wording.marked_text import compose, content
from troubleshoot.wording.times import length_words


@dataclass(frozen=True)
class PlanColumns:
    """What the two columns of a plan's values are called."""

    now: str
    afterwards: str


def plan_columns(job: Job) -> PlanColumns:
    """Return what a plan's columns are called: as things are only while it waits or runs, and once it is over by what
    came of it."""
    if not job.has_ended:
        lasts = _limit(job)
        before = _("Before") if job.state in WRITTEN_STATES else _("Now")
        return PlanColumns(before, _("Afterwards, for %s") % length_words(lasts) if lasts else _("Afterwards"))
    if job.state not in WRITTEN_STATES:
        return PlanColumns(_("When it was read"), _("Would become"))
    proved = job.state in {JobState.VERIFIED, JobState.REVERTED} and not job.is_settled_by_word
    return PlanColumns(_("Before"), _("Afterwards") if proved else _("Planned"))


def _limit(job: Job) -> dt.timedelta | None:
    """Return after how long what a plan changes is undone by itself; None where it stays."""
    action = installed_catalog().actions.get(job.action) if job.kind == Job.Kind.APPLY else None
    return dt.timedelta(seconds=action.temporary) if action and action.temporary else None


def not_recorded() -> str:
    """Return what is said of something that a change must have had, and that nothing of it tells."""
    return _("not recorded")


def not_shown() -> str:
    """Return what is said of something that belongs to a case which the reader may not read."""
    return _("not shown: it belongs to a case of another site")


def unread_value_words(state: str) -> str:
    """Return what is said of a setting that was not read after the run of a change that stands or ended so."""
    return _("not read afterwards") if JobState(state) in WRITTEN_STATES else _("not changed")


def other_value_words() -> str:
    """Return what is said of a value that was read, and that the catalogue of today has no words for."""
    return _("another value than planned")


def changed_title(title: str, kind: str) -> str:
    """Return what a change is called: its remedy, or that this is undone."""
    return compose(_("Undo: %s"), content(title)) if kind == Job.Kind.REVERT else content(title)


def portal_name() -> str:
    """Return who acts where no person does."""
    return _("the portal itself")


def unread_fact_words(value: str | None) -> str:
    """Return what is said of a fact that a check could not read, or (None) that was not measured."""
    return _("not read") if value is None else _("could not be read")
