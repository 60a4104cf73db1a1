"""The history: who changed what on which computer, and every case; newest first, one sentence a row, page by page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from troubleshoot import wording
from troubleshoot.models import WAITING_STATES, Case, Host, Job, JobState, Person, Site
from troubleshoot.people import permitted_rows
from troubleshoot.reports.filters import NO_CAUSE, HistoryQuestion, action_choices, filter_address
from troubleshoot.reports.outcome_groups import CASES, CHANGES, with_ways

PAGE = 50
#: A change that ended so has run on its computer; of any other it is only known that it was begun, or not even that.
RAN = frozenset({JobState.VERIFIED, JobState.NOT_VERIFIED, JobState.REVERTED})
_UNBEGUN = frozenset({JobState.DECLINED, JobState.EXPIRED, JobState.CANCELLED})


@dataclass(frozen=True)
class HistoryRow:
    """One line of the history."""

    key: str
    at: dt.datetime
    text: str
    case: int | None
    tone: str
    invented: bool


@dataclass(frozen=True)
class Page:
    """Some rows, and the addresses of the newer and the older ones (empty: there are none)."""

    rows: list[HistoryRow]
    newer: str
    older: str


def change_rows(person: Person, asked: HistoryQuestion) -> QuerySet[Job]:
    """Return the changes of computers that the person may read and asked for; of each, whether they may read its case
    as well (`case_shown`)."""
    readable = Exists(permitted_rows(Job.objects.filter(pk=OuterRef("pk")), person, "job.read"))
    rows = Job.objects.changes().filter(readable, _common(asked, "created_at", ("requester", "beneficiary")))
    own = permitted_rows(Case.objects.filter(pk=OuterRef("case")), person, "case.read")
    rows = rows.annotate(case_shown=Exists(own))
    if asked.of("who"):  # a name that is not shown is not found either
        rows = rows.filter(Q(case=None) | Q(case_shown=True))
    if asked.of("what"):
        rows = rows.filter(action=asked.of("what"))
    if asked.of("site"):
        rows = rows.filter(Exists(Host.objects.filter(pk=OuterRef("host"), site__slug=asked.of("site"))))
    if asked.of("guide"):
        rows = rows.filter(case__guide__name=asked.of("guide"))
    return rows.filter(CHANGES[asked.of("outcome")].rows) if asked.of("outcome") else rows


def case_rows(person: Person, asked: HistoryQuestion) -> QuerySet[Case]:
    """Return the cases that the person may read and asked for, each with its way and whether it came back."""
    readable = Exists(permitted_rows(Case.objects.filter(pk=OuterRef("pk")), person, "case.read"))
    rows = Case.objects.filter(readable, _common(asked, "opened_at", ("opened_by", "beneficiary", "owner")))
    if asked.of("what"):
        rows = rows.filter(cause="" if asked.of("what") == NO_CAUSE else asked.of("what"))
    if asked.of("site"):
        rows = rows.filter(Exists(Site.objects.filter(pk=OuterRef("site"), slug=asked.of("site"))))
    if asked.of("guide"):
        rows = rows.filter(guide__name=asked.of("guide"))
    found = with_ways(rows)
    return found.filter(CASES[asked.of("outcome")].rows) if asked.of("outcome") else found


def history_page(person: Person, asked: HistoryQuestion) -> Page:
    """Return one page of what was asked for. No page knows how many there are: counting would read them all."""
    if asked.cases:
        found, more = _slice(
            case_rows(person, asked).select_related("host", "beneficiary", "opened_by"), "opened_at", asked
        )
        rows = [case_row(one) for one in found]
    else:
        related = ("host", "requester", "beneficiary", "case", "origin")
        heavy = ("facts", "result", "case__error_text", "case__error", "origin__facts", "origin__result")
        found_jobs, more = _slice(
            change_rows(person, asked).select_related(*related).defer(*heavy), "created_at", asked
        )
        rows = [change_row(one) for one in found_jobs]
    if not rows:
        return Page(rows, "", "")
    newer = more if asked.of("before") else asked.of("after")
    older = more if not asked.of("before") else True
    return Page(
        rows,
        filter_address(asked.kept, before=rows[0].key) if newer else "",
        filter_address(asked.kept, after=rows[-1].key) if older else "",
    )


def change_row(job: Job) -> HistoryRow:
    """Return a change as one sentence."""
    shown = job.case is None or getattr(job, "case_shown", False)
    beneficiary = job.beneficiary if shown and job.beneficiary != job.requester else None
    whom = wording.compose(_(" for %s"), str(beneficiary)) if beneficiary else ""
    parts = [wording.join_texts("", [_what_was_done(job, shown=shown), whom]), _ended(job)]
    if shown and (word := word_on(job)) is not None:
        parts.append(_("person: %s") % word)
    tone = {"verified": "is-ok", "failed": "is-bad", "not_verified": "is-bad", "unknown": "is-bad"}.get(job.state, "")
    tone = "is-bad" if shown and tone == "is-ok" and job.word == Case.Word.SAME_ERROR else tone
    case = job.case_id if shown else None
    return HistoryRow(str(job.pk), job.created_at, wording.join_texts("; ", parts), case, tone, job.invented)


def _what_was_done(job: Job, *, shown: bool) -> str:
    what = wording.content(action_choices().get(job.action, job.action))
    values = {"who": str(job.requester), "what": what, "where": host_words(job.host)}
    if job.kind == Job.Kind.REVERT:
        said = wording.compose(_undo_words(job, shown=shown), values)
        made = job.origin.started_at if job.origin else None
        return wording.join_texts("", [said, *_made_at(made)])
    if not shown:
        return wording.compose(_("“%(what)s”, asked for at another site, on %(where)s"), values)
    if job.state in RAN:
        return wording.compose(_("%(who)s ran “%(what)s” on %(where)s"), values)
    if job.started_at and job.state not in WAITING_STATES | _UNBEGUN:
        return wording.compose(_("%(who)s started “%(what)s” on %(where)s"), values)
    return wording.compose(_("%(who)s asked for “%(what)s” on %(where)s"), values)


def _made_at(moment: dt.datetime | None) -> list[str]:
    """Return when the change ran that an undo is about, to follow its sentence; nothing where that is not known."""
    return [wording.compose(_(" (it ran %s)"), wording.marked_moment(moment))] if moment else []


def _undo_words(job: Job, *, shown: bool) -> str:
    """Return the sentence for an undo: done is only what is proved, all else was asked for."""
    if job.state == JobState.VERIFIED and job.is_undo_by_portal:
        return _("The portal undid “%(what)s” on %(where)s")
    if job.state == JobState.VERIFIED:
        return _("%(who)s undid “%(what)s” on %(where)s") if shown else _("“%(what)s” was undone on %(where)s")
    if job.is_undo_by_portal:
        return _("The portal began to undo “%(what)s” on %(where)s")
    if not shown:
        return _("Undoing “%(what)s” on %(where)s was asked for at another site")
    return _("%(who)s asked to undo “%(what)s” on %(where)s")


def case_row(case: Case) -> HistoryRow:
    """Return a case as one sentence."""
    where = host_words(case.host) if case.host else case.named_host or _("a computer that is not registered")
    code = wording.content(case.error["code"]) if case.error.get("code") else _("no error code")
    values = {"who": str(case.beneficiary), "where": where, "code": code}
    text = wording.compose(_("%(who)s could not use %(where)s (%(code)s)"), values)
    others = case.opened_by != case.beneficiary
    opener = wording.compose(_(", opened by %s"), str(case.opened_by)) if others else ""
    way = getattr(case, "way", "open")
    parts = [wording.join_texts("", [text, opener]), str(CASES[way].words)]
    if case.word:
        parts.append(_("person: %s") % case.get_word_display())
    return HistoryRow(
        str(case.pk),
        case.opened_at,
        wording.join_texts("; ", parts),
        case.pk,
        "is-ok" if case.outcome == "solved" else "",
        case.invented,
    )


def _ended(job: Job) -> str:
    """Return how a change ended, and of an undo since when its change is undone."""
    if job.kind != Job.Kind.REVERT or job.state != JobState.VERIFIED or job.ended_at is None:
        return end_of(job)
    return wording.join_texts(" ", [end_of(job), wording.marked_moment(job.ended_at)])


def end_of(job: Job) -> str:
    """Return how a change ended or where it stands, in one or two words."""
    return wording.job_state_words(job)


def word_on(job: Job) -> str | None:
    """Return what the person said of a change that was verified; None where nobody was asked about this one."""
    asked = job.kind == Job.Kind.APPLY and job.state == "verified" and job.case is not None
    return str(job.get_word_display()) or _("no word yet") if asked else None


def host_words(host: Any) -> str:
    """Return a computer's name, and that it is simulated when it is."""
    return _("%s (simulated)") % host if host.simulated else str(host)


def _slice(rows: Any, moment: str, asked: HistoryQuestion) -> tuple[list[Any], bool]:
    """Return one page of rows before or after the one that the address names, and whether there are more that way.

    The row named is compared inside the database: its stored time keeps all its digits there.
    """
    backwards = bool(asked.of("before"))
    if key := asked.of("before") or asked.of("after"):
        beyond = f"{moment}__gt" if backwards else f"{moment}__lt"
        beside = "pk__gt" if backwards else "pk__lt"
        named = rows.model.objects.filter(pk=key).values(moment)[:1]
        reach = f"{moment}__gte" if backwards else f"{moment}__lte"
        rows = rows.filter(Q(**{reach: named}), Q(**{beyond: named}) | Q(**{beside: key}))
    order = (moment, "pk") if backwards else (f"-{moment}", "-pk")
    found = list(rows.order_by(*order)[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    return (found[::-1] if backwards else found), more


def _when(asked: HistoryQuestion, moment: str) -> Q:
    zone, found = timezone.get_current_timezone(), Q()
    if asked.of("since"):
        found &= Q(**{f"{moment}__gte": dt.datetime.combine(asked.of("since"), dt.time.min, zone)})
    if asked.of("until"):
        after = asked.of("until") + dt.timedelta(days=1)
        found &= Q(**{f"{moment}__lt": dt.datetime.combine(after, dt.time.min, zone)})
    return found


def _common(asked: HistoryQuestion, moment: str, people: tuple[str, ...]) -> Q:
    """Return the conditions of when, on which computer, and with whom.

    Computers and people are looked up first: a list that knows their keys is read in the order of an index. For the
    same reason site and right to read are asked row by row, of the few rows of a page, and not joined.
    """
    found = _when(asked, moment)
    if asked.of("host"):
        found &= Q(host__in=list(Host.objects.filter(name__iexact=asked.of("host")).values_list("pk", flat=True)))
    if asked.of("who"):
        found &= _who(asked.of("who"), people)
    return found


def _who(text: str, fields: tuple[str, ...]) -> Q:
    """Return rows that name a person whose name contains the text, or whose address it is."""
    people = list(Person.objects.filter(Q(name__icontains=text) | Q(email=text)).values_list("pk", flat=True))
    found = Q(pk__in=[])
    for field in fields:
        found |= Q(**{f"{field}__in": people})
    return found
