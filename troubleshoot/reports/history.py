"""The history: who changed what on which computer, and every case; newest first, one sentence a row, page by page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot import library
from troubleshoot.models import Case, Host, Job, Person, Site
from troubleshoot.models.job import State
from troubleshoot.reports.outcomes import CASES, CHANGES, with_ways

PAGE = 50
NO_CAUSE = "none"
READERS = ("helpdesk", "approver", "manager", "auditor")
NUMBER, UUID_TEXT = re.compile("[0-9]{1,15}"), re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: How a job stands or ended, as a row of the history says it.
END_WORDS: Mapping[State, Any] = {
    State.PLANNED: gettext_lazy("planned, not started"),
    State.WAITING_APPROVAL: gettext_lazy("waiting for approval"),
    State.APPROVED: gettext_lazy("approved, not started"),
    State.QUEUED: gettext_lazy("about to start"),
    State.CLAIMED: gettext_lazy("starting"),
    State.STARTING: gettext_lazy("starting"),
    State.RUNNING: gettext_lazy("running"),
    State.VERIFYING: gettext_lazy("being checked"),
    State.DONE: gettext_lazy("done"),
    State.VERIFIED: gettext_lazy("verified"),
    State.NOT_VERIFIED: gettext_lazy("not verified"),
    State.DECLINED: gettext_lazy("declined"),
    State.EXPIRED: gettext_lazy("expired"),
    State.CANCELLED: gettext_lazy("taken back"),
    State.DRIFTED: gettext_lazy("someone else had changed it; nothing was changed"),
    State.REFUSED: gettext_lazy("refused; nothing was changed"),
    State.UNREACHABLE: gettext_lazy("not reached; nothing was changed"),
    State.FAILED: gettext_lazy("failed"),
    State.UNKNOWN: gettext_lazy("end not known"),
    State.REVERTED: gettext_lazy("undone later"),
}
_FIRST_DAY, _LAST_DAY = dt.date(2000, 1, 1), dt.date(2200, 1, 1)


class HistoryForm(forms.Form):
    """What a reader may ask the history for; every key may stand in an address."""

    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        choices=[("changes", gettext_lazy("Changes of computers")), ("cases", gettext_lazy("Cases"))],
        required=False,
    )
    who = forms.CharField(label=gettext_lazy("Who"), max_length=120, required=False)
    host = forms.CharField(label=gettext_lazy("Computer"), max_length=253, required=False)
    what = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), required=False)
    since = forms.DateField(label=gettext_lazy("From"), required=False)
    until = forms.DateField(label=gettext_lazy("To"), required=False)
    site = forms.ChoiceField(label=gettext_lazy("Site"), required=False)
    guide = forms.RegexField(r"\A[a-z0-9-]{1,100}\Z", required=False, widget=forms.HiddenInput)
    after = forms.CharField(max_length=36, required=False, widget=forms.HiddenInput)
    before = forms.CharField(max_length=36, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], *, sites: list[Site]) -> None:
        super().__init__(data)
        cases = data.get("show") == "cases"
        self._choose("what", causes() if cases else actions())
        groups = CASES if cases else CHANGES
        self._choose("outcome", {key: str(group.words) for key, group in groups.items()})
        self._choose("site", {site.slug: site.name for site in sites})
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self) -> dict[str, Any]:
        """Refuse days outside what a calendar of this portal can hold, and both directions at once."""
        found = super().clean() or {}
        for name in ("since", "until"):
            if (day := found.get(name)) and not _FIRST_DAY <= day <= _LAST_DAY:
                self.add_error(name, _("Choose a day between 2000 and 2199."))
        if found.get("after") and found.get("before"):
            self.add_error("before", _("An address leads either to older or to newer rows."))
        for name in ("after", "before"):
            if found.get(name) and not _is_key(found[name], number=found.get("show") == "cases"):
                self.add_error(name, _("This place in the list does not exist."))
        return found

    def _choose(self, name: str, choices: Mapping[str, str]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("all")), *choices.items()]


@dataclass(frozen=True)
class Question:
    """What was asked of the history, cleaned. `trouble` says what was not understood; then nothing is shown."""

    form: HistoryForm
    sites: list[Site]
    trouble: str = ""

    @property
    def cases(self) -> bool:
        """Whether cases are asked for, and not changes."""
        return bool(self.of("show") == "cases")

    def of(self, name: str) -> Any:
        """What was asked for under this name; empty when nothing was."""
        return self.form.cleaned_data.get(name) or ""

    @property
    def kept(self) -> dict[str, str]:
        """What was asked, as it stands in an address, without the place in the list."""
        names = [name for name in self.form.fields if name not in {"after", "before"} and self.of(name)]
        return {name: str(self.of(name)) for name in names}


@dataclass(frozen=True)
class Row:
    """One line of the history."""

    key: str
    at: dt.datetime
    text: str
    case: int | None
    tone: str


@dataclass(frozen=True)
class Page:
    """Some rows, and the addresses of the newer and the older ones (empty: there are none)."""

    rows: list[Row]
    newer: str
    older: str


def understand(person: Person, query: QueryDict) -> Question:
    """Reads an address. An unknown key, a key given twice, or an unknown value is named, never guessed at."""
    sites = list(Site.objects.where(person, READERS))
    form = HistoryForm(query.dict(), sites=sites)
    good = form.is_valid()
    strange = sorted(set(query) - set(form.fields))[:3]
    doubled = sorted(name for name in query if len(query.getlist(name)) > 1)[:3]
    if strange:
        return Question(form, sites, _("This address asks for something that we do not know: %s.") % _short(strange))
    if doubled:
        return Question(form, sites, _("This address says something twice: %s.") % _short(doubled))
    if not good:
        labels = [str(form.fields[name].label or name) for name in form.errors if name in form.fields]
        return Question(form, sites, _("We do not know this value of: %s.") % _short(labels or ["after", "before"]))
    return Question(form, sites)


def changes(person: Person, asked: Question) -> QuerySet[Job]:
    """The changes of computers that the person may read and asked for."""
    readable = Exists(Job.objects.visible_to(person).filter(pk=OuterRef("pk")))
    rows = Job.objects.filter(readable, _common(asked, "created_at", ("requester", "beneficiary")))
    rows = rows.filter(plan__isnull=False)
    if asked.of("what"):
        rows = rows.filter(action=asked.of("what"))
    if asked.of("site"):
        rows = rows.filter(Exists(Host.objects.filter(pk=OuterRef("host"), site__slug=asked.of("site"))))
    if asked.of("guide"):
        rows = rows.filter(case__guide__name=asked.of("guide"))
    return rows.filter(CHANGES[asked.of("outcome")].rows) if asked.of("outcome") else rows


def cases(person: Person, asked: Question) -> QuerySet[Case]:
    """The cases that the person may read and asked for, each with its way and whether it came back."""
    readable = Exists(Case.objects.visible_to(person).filter(pk=OuterRef("pk")))
    rows = Case.objects.filter(readable, _common(asked, "opened_at", ("opened_by", "beneficiary", "owner")))
    if asked.of("what"):
        rows = rows.filter(cause="" if asked.of("what") == NO_CAUSE else asked.of("what"))
    if asked.of("site"):
        rows = rows.filter(Exists(Site.objects.filter(pk=OuterRef("site"), slug=asked.of("site"))))
    if asked.of("guide"):
        rows = rows.filter(guide__name=asked.of("guide"))
    found = with_ways(rows)
    return found.filter(CASES[asked.of("outcome")].rows) if asked.of("outcome") else found


def page(person: Person, asked: Question) -> Page:
    """One page of what was asked for. No page knows how many there are: counting would read them all."""
    if asked.cases:
        found, more = _slice(
            cases(person, asked).select_related("host", "beneficiary", "opened_by"), "opened_at", asked
        )
        rows = [case_row(one) for one in found]
    else:
        related = ("host", "requester", "beneficiary", "case")
        heavy = ("facts", "result", "case__error_text", "case__error")
        found_jobs, more = _slice(changes(person, asked).select_related(*related).defer(*heavy), "created_at", asked)
        rows = [change_row(one) for one in found_jobs]
    if not rows:
        return Page(rows, "", "")
    newer = more if asked.of("before") else asked.of("after")
    older = more if not asked.of("before") else True
    return Page(
        rows,
        address(asked.kept, before=rows[0].key) if newer else "",
        address(asked.kept, after=rows[-1].key) if older else "",
    )


def address(kept: Mapping[str, str], **more: str) -> str:
    """The address of a part of the history, after its path."""
    return f"?{urlencode({**kept, **more})}"


def change_row(job: Job) -> Row:
    """A change as one sentence."""
    where, what = host_words(job.host), actions().get(job.action, job.action)
    values = {"who": str(job.requester), "what": what, "where": where}
    if job.kind == Job.Kind.REVERT:
        text = _("“%(what)s” was undone on %(where)s") % values
    elif job.started_at:
        text = _("%(who)s ran “%(what)s” on %(where)s") % values
    else:
        text = _("%(who)s asked for “%(what)s” on %(where)s") % values
    if job.beneficiary and job.beneficiary != job.requester:
        text += _(" for %s") % job.beneficiary
    parts = [text, end_of(job)]
    if (word := word_on(job)) is not None:
        parts.append(_("person: %s") % word)
    tone = {"verified": "is-ok", "failed": "is-bad", "not_verified": "is-bad", "unknown": "is-bad"}.get(job.state, "")
    return Row(str(job.pk), job.created_at, "; ".join(parts), job.case_id, tone)


def case_row(case: Case) -> Row:
    """A case as one sentence."""
    where = host_words(case.host) if case.host else case.named_host or _("a computer that is not registered")
    code = case.error.get("code") or _("no error code")
    values = {"who": str(case.beneficiary), "where": where, "code": code}
    text = _("%(who)s could not use %(where)s (%(code)s)") % values
    if case.opened_by != case.beneficiary:
        text += _(", opened by %s") % case.opened_by
    way = getattr(case, "way", "open")
    parts = [text, str(CASES[way].words)]
    if case.word:
        parts.append(_("person: %s") % case.get_word_display())
    return Row(str(case.pk), case.opened_at, "; ".join(parts), case.pk, "is-ok" if case.outcome == "solved" else "")


def end_of(job: Job) -> str:
    """How a change ended or where it stands, in one or two words."""
    return str(END_WORDS[State(job.state)])


def word_on(job: Job) -> str | None:
    """What the person said of a change that was verified; None where nobody was asked about this one."""
    asked = job.kind == Job.Kind.APPLY and job.state == "verified" and job.case is not None
    if not asked or job.case is None or job.created_at < job.case.round_began_at:
        return None
    return str(job.case.get_word_display()) or _("no word yet")


def host_words(host: Any) -> str:
    """A computer's name, and that it is simulated when it is."""
    return _("%s (simulated)") % host if host.lab else str(host)


def actions() -> dict[str, str]:
    """The installed remedies by name."""
    return {name: action.title for name, action in sorted(library.installed().actions.items())}


def causes() -> dict[str, str]:
    """The known causes by name, and that none was shown."""
    found = {name: cause.title for name, cause in library.installed().causes.items()}
    return {**found, NO_CAUSE: _("No cause shown by a reading")}


def _slice(rows: Any, moment: str, asked: Question) -> tuple[list[Any], bool]:
    """One page of rows before or after the one that the address names, and whether there are more that way.

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


def _when(asked: Question, moment: str) -> Q:
    zone, found = timezone.get_current_timezone(), Q()
    if asked.of("since"):
        found &= Q(**{f"{moment}__gte": dt.datetime.combine(asked.of("since"), dt.time.min, zone)})
    if asked.of("until"):
        after = asked.of("until") + dt.timedelta(days=1)
        found &= Q(**{f"{moment}__lt": dt.datetime.combine(after, dt.time.min, zone)})
    return found


def _common(asked: Question, moment: str, people: tuple[str, ...]) -> Q:
    """When, on which computer, and with whom.

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
    """Rows that name a person whose name contains the text, or whose address it is."""
    people = list(Person.objects.filter(Q(name__icontains=text) | Q(email=text)).values_list("pk", flat=True))
    found = Q(pk__in=[])
    for field in fields:
        found |= Q(**{f"{field}__in": people})
    return found


def _is_key(text: str, *, number: bool) -> bool:
    return bool((NUMBER if number else UUID_TEXT).fullmatch(text))


def _short(names: list[str]) -> str:
    return ", ".join(name[:40] for name in names)
