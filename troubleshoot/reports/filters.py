"""What a reader asks the history for: an address read as closed lists, and written again."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot import catalog, people
from troubleshoot.models import Person, Site
from troubleshoot.reports.outcome_groups import CASES, CHANGES

NO_CAUSE = "none"
NUMBER, UUID_TEXT = re.compile("[0-9]{1,15}"), re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FIRST_DAY, _LAST_DAY = dt.date(2000, 1, 1), dt.date(2200, 1, 1)


class HistoryForm(forms.Form):
    """What a reader may ask the history for; every key may stand in an address."""

    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        choices=[("changes", gettext_lazy("Changes")), ("cases", gettext_lazy("Cases"))],
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
        self._choose("what", cause_choices() if cases else action_choices())
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
class HistoryQuestion:
    """What was asked of the history, cleaned. `trouble` says what was not understood; then nothing is shown."""

    form: HistoryForm
    sites: list[Site]
    trouble: str = ""

    @property
    def cases(self) -> bool:
        """Tell whether cases are asked for, and not changes."""
        return bool(self.of("show") == "cases")

    def of(self, name: str) -> Any:
        """Return what was asked for under this name; empty when nothing was."""
        return self.form.cleaned_data.get(name) or ""

    @property
    def kept(self) -> dict[str, str]:
        """Return what was asked, as it stands in an address, without the place in the list."""
        names = [name for name in self.form.fields if name not in {"after", "before"} and self.of(name)]
        return {name: str(self.of(name)) for name in names}


def parse_filters(person: Person, query: QueryDict) -> HistoryQuestion:
    """Read an address. An unknown key, a key given twice, or an unknown value is named, never guessed at."""
    sites = list(people.permitted_sites(person, "overview.read"))
    form = HistoryForm(query.dict(), sites=sites)
    good = form.is_valid()
    strange = sorted(set(query) - set(form.fields))[:3]
    doubled = sorted(name for name in query if len(query.getlist(name)) > 1)[:3]
    if strange:
        return HistoryQuestion(
            form, sites, _("This address asks for something that we do not know: %s.") % _short(strange)
        )
    if doubled:
        return HistoryQuestion(form, sites, _("This address says something twice: %s.") % _short(doubled))
    if not good:
        labels = [str(form.fields[name].label or name) for name in form.errors if name in form.fields]
        return HistoryQuestion(
            form, sites, _("We do not know this value of: %s.") % _short(labels or ["after", "before"])
        )
    return HistoryQuestion(form, sites)


def filter_address(kept: Mapping[str, str], **more: str) -> str:
    """Return the address of a part of the history, after its path."""
    return f"?{urlencode({**kept, **more})}"


def action_choices() -> dict[str, str]:
    """Return the installed remedies by name."""
    return {name: action.title for name, action in sorted(catalog.installed_catalog().actions.items())}


def cause_choices() -> dict[str, str]:
    """Return the known causes by name, and that none was shown."""
    found = {name: cause.title for name, cause in catalog.installed_catalog().causes.items()}
    return {**found, NO_CAUSE: _("No cause shown by a reading")}


def _is_key(text: str, *, number: bool) -> bool:
    return bool((NUMBER if number else UUID_TEXT).fullmatch(text))


def _short(names: list[str]) -> str:
    return ", ".join(name[:40] for name in names)
