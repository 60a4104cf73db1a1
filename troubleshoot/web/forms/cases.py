"""The forms: what a browser may send, and how it is cleaned."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from troubleshoot import cases
from troubleshoot.models import Case, Host, Person, normalise_email
from troubleshoot.people import permitted_rows
from troubleshoot.remediation import SettledEnd

#: The most characters of a reason, and of a message.
REASON, MESSAGE = 2000, 4000


class SignInForm(forms.Form):
    """E-mail address and password. Every error reads the same, so that a guess learns nothing."""

    username = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    # 4,096 characters bound the work of hashing. A password is taken exactly as typed.
    password = forms.CharField(
        label=_("Password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_username(self) -> str:
        """Return the address in its one spelling."""
        return normalise_email(self.cleaned_data["username"])


class ReasonForm(forms.Form):
    """Why something is done, said no to, or undone; whether it must be said depends on what it is."""

    why = forms.CharField(max_length=REASON, required=False)
    ticket = forms.CharField(max_length=80, required=False)
    #: The step, the job or the plan that was on the page: a page of before decides nothing about another one.
    step = forms.CharField(max_length=100, required=False)
    job = forms.UUIDField(required=False)
    digest = forms.CharField(max_length=64, required=False)


class TakeForm(forms.Form):
    """Taking a case over from the owner that was on the page."""

    owner = forms.UUIDField(required=False)


class MessageForm(forms.Form):
    """A message, a note or a question."""

    text = forms.CharField(max_length=MESSAGE, error_messages={"required": _("Write something first.")})


class AnswerForm(forms.Form):
    """An answer to the step of the guide that was on the page."""

    step = forms.CharField(max_length=100)
    value = forms.CharField(max_length=100, error_messages={"required": _("Choose an answer first.")})


class DoneForm(forms.Form):
    """A word about the remedy that was on the page: carried out by hand, or not."""

    step = forms.CharField(max_length=100)
    done = forms.ChoiceField(choices=[("yes", ""), ("no", "")])


class SettleForm(forms.Form):
    """How a change ended that the portal lost sight of, and what was seen on the computer."""

    job = forms.UUIDField()
    end = forms.ChoiceField(choices=[(one.value, "") for one in SettledEnd])
    why = forms.CharField(max_length=REASON, required=False)


class StepForm(forms.Form):
    """A step of the guide."""

    step = forms.CharField(max_length=100)


class AwayForm(forms.Form):
    """Until when an approver is away, and who stands in."""

    until = forms.DateField(error_messages={"required": _("Choose the last day."), "invalid": _("Choose a day.")})
    deputy = forms.UUIDField(required=False, error_messages={"invalid": _("Choose one of the list.")})


class CloseForm(forms.Form):
    """How a case ends by helpdesk's word."""

    solved = forms.ChoiceField(
        choices=[("yes", _("Solved")), ("no", _("Not solved, sent on"))],
        error_messages={"required": _("Say whether it is solved.")},
    )
    sent_to = forms.CharField(max_length=120, required=False)
    ticket = forms.CharField(max_length=80, required=False)


class CallerForm(forms.Form):
    """A case for somebody who calls: who, which computer, what they see."""

    person = forms.CharField(max_length=254, error_messages={"required": _("Say who is calling.")})
    host = forms.CharField(max_length=253, required=False)
    unregistered = forms.BooleanField(required=False)
    error = forms.CharField(
        max_length=100_000,
        strip=False,
        error_messages={"required": _("Type the number or the text that the caller reads to you.")},
    )
    urgency = forms.TypedChoiceField(choices=Case.Urgency.choices, coerce=int, initial=Case.Urgency.TODAY)
    whereabouts = forms.ChoiceField(choices=[("", _("not said")), *Case.Whereabouts.choices], required=False)
    matches: tuple[Person, ...] = ()

    def clean_person(self) -> Person:
        """Return the one person who is meant; several are offered to choose from."""
        text = self.cleaned_data["person"]
        people = Person.objects.filter(is_active=True)
        if exact := people.filter(email=text).first():
            return exact
        found = people.filter(Q(name__icontains=text) | Q(email__icontains=text) | Q(phone__icontains=text))
        self.matches = tuple(found[:8])
        if len(self.matches) == 1:
            return self.matches[0]
        if self.matches:
            raise forms.ValidationError(_("Several people fit. Choose one."))
        raise forms.ValidationError(
            _("Nobody with this name, address or phone is known here. An administrator can add them.")
        )


class PastedField(forms.CharField):
    """Whatever a person pastes: kept as it is, except for what no database can hold."""

    def __init__(self) -> None:
        words = _("Paste the text of the error window, or type its number.")
        too_long = _("That is more than the error window. Paste the part with the error, 100,000 characters at most.")
        super().__init__(
            max_length=cases.ERROR_MOST_CHARACTERS,
            strip=False,
            error_messages={"required": words, "max_length": too_long},
        )

    def to_python(self, value: object) -> str:
        """Return the text, or nothing where there is nothing to see."""
        text = cases.storable_text(super().to_python(value) or "")
        return text if any(one.isprintable() and not one.isspace() for one in text) else ""


class PasteForm(forms.Form):
    """The error as pasted, and which of its codes is meant."""

    text = PastedField()
    code = forms.CharField(max_length=80, required=False)


class ComputerForm(PasteForm):
    """Which computer, from where, and how urgent. A computer is chosen from the own ones, or named."""

    OTHER = "other"

    page = forms.UUIDField(required=False)
    host = forms.CharField(max_length=40, required=False)
    other = forms.CharField(max_length=253, required=False)
    unchecked = forms.BooleanField(required=False)
    whereabouts = forms.ChoiceField(
        choices=Case.Whereabouts.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Say where you are.")),
    )
    urgency = forms.TypedChoiceField(
        choices=Case.Urgency.choices,
        coerce=int,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Say when you need it.")),
    )
    cannot_check = False

    def __init__(self, data: Any, *, person: Person, computers: Sequence[Host]) -> None:
        super().__init__(data)
        self._person, self._computers = person, computers

    def clean_other(self) -> str:
        """Return the name without what cannot be seen: a mark that turns the direction would turn the page around
        it."""
        return "".join(one for one in self.cleaned_data["other"] if one.isprintable())

    def clean(self) -> dict[str, Any]:
        """Find the computer; the same words for one that is not registered and one that is not theirs."""
        found = self.cleaned_data
        chosen, name = found.get("host", ""), found.get("other", "").strip()
        found["computer"] = next((one for one in self._computers if str(one.pk) == chosen), None)
        if found["computer"] and name and name.lower() != found["computer"].name.lower():
            self.add_error("host", _("You chose one computer and typed the name of another. Which one is it?"))
            return found
        if found["computer"] or (found.get("unchecked") and chosen in {self.OTHER, ""}):
            return found
        if chosen not in {self.OTHER, ""} or not name:
            self.add_error("host", _("Choose the computer that you want to reach, or type its name."))
        else:
            found["computer"] = self._named(name)
            self.cannot_check = found["computer"] is None
            if self.cannot_check:
                words = _(
                    "We cannot check this computer for you. You can still go through the questions, and helpdesk will "
                    "see your case."
                )
                self.add_error("other", words)
        return found

    def _named(self, name: str) -> Host | None:
        """Return the registered computer of this name, if the person may have it checked."""
        named = Host.objects.filter(name__iexact=name).select_related("site")
        return permitted_rows(named, self._person, "case.open").first()


class HandOverForm(ComputerForm):
    """The same page as it stands, for whoever wants a person now: what is not filled in yet is not asked for."""

    def __init__(self, data: Any, *, person: Person, computers: Sequence[Host]) -> None:
        super().__init__(data, person=person, computers=computers)
        for name in ("text", "whereabouts", "urgency"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Take the computer that is chosen or named, if there is one that may be checked."""
        found, name = self.cleaned_data, self.cleaned_data.get("other", "").strip()
        chosen = next((one for one in self._computers if str(one.pk) == found.get("host")), None)
        found["computer"] = self._named(name) if name else chosen
        found["urgency"] = found.get("urgency") or Case.Urgency.TODAY
        return found
