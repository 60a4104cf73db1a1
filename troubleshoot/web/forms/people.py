"""The forms of the administration pages. They clean what was typed; the use cases judge it."""

import datetime as dt
import hashlib
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot import people
from troubleshoot.engine import EVERY_SITE
from troubleshoot.models import Person, Site, role_choices
from troubleshoot.people import may, permitted_sites


class AdminForm(forms.Form):
    """A form whose fields look like the others', and that can take what a use case found wrong."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            kind = "choice" if isinstance(field.widget, forms.CheckboxInput) else "field"
            field.widget.attrs.setdefault("class", kind)

    def take(self, error: ValidationError) -> None:
        """Put the faults beside the fields that they are about."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error.messages)
            return
        for name, texts in error.message_dict.items():
            self.add_error(name if name in self.fields else None, texts)


def form_mark(*values: object) -> str:
    """Return a short mark of what a page showed: another one means that somebody has changed it since."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def is_stale(request: HttpRequest, form: AdminForm, seen: str) -> bool:
    """Tell whether the page that was sent back had shown something else; then the form says so, and nothing is lost."""
    if request.POST.get("seen") == seen:
        return False
    form.add_error(
        None,
        _(
            "This page was out of date: somebody has changed this meanwhile. Nothing was saved. What you typed stands "
            "below; Save again writes it over the other change."
        ),
    )
    return True


def offer_choices(form: forms.Form, name: str, rows: QuerySet[Any]) -> "forms.ModelChoiceField[Any]":
    """Let one field of a form choose among these rows."""
    field = cast("forms.ModelChoiceField[Any]", form.fields[name])
    field.queryset = rows
    if field.required:
        field.empty_label = _("Choose one")
    return field


class PersonForm(AdminForm):
    """A new account."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    department = forms.CharField(label=gettext_lazy("Department"), max_length=120, required=False)


class PasswordForm(AdminForm):
    """One's own password: the present one, and the new one twice. Taken exactly as typed."""

    current = forms.CharField(
        label=gettext_lazy("Present password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=gettext_lazy("New password"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters: a few words in a row are good. Nothing that is often used."),
    )
    again = forms.CharField(
        label=gettext_lazy("New password once more"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """Return the same as the new one."""
        if self.cleaned_data["again"] != self.cleaned_data.get("new", self.cleaned_data["again"]):
            raise ValidationError(_("The two new passwords differ."))
        return str(self.cleaned_data["again"])


class GrantForm(AdminForm):
    """A role at a site until the end of a day."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=role_choices)
    site = forms.ModelChoiceField(label=gettext_lazy("Where"), queryset=Site.objects.none(), required=False)
    until = forms.DateField(label=gettext_lazy("Until the end of"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, giver: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        field = offer_choices(self, "site", permitted_sites(giver, "person.grant"))
        everywhere = may(giver, "person.grant", EVERY_SITE).allowed
        field.required, field.empty_label = not everywhere, _("every site") if everywhere else None
        longest = timezone.localdate() + people.LONGEST_GRANT - dt.timedelta(days=1)
        self.fields["until"].initial = longest
        self.fields["until"].widget.format = "%Y-%m-%d"
        self.fields["until"].widget.attrs |= {"min": timezone.localdate().isoformat(), "max": longest.isoformat()}

    def clean_until(self) -> dt.datetime:
        """Return the last moment of that day, in the portal's time zone."""
        day: dt.date = self.cleaned_data["until"]
        try:
            return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))
        except (OverflowError, ValueError):
            raise ValidationError(_("Choose a day within the next year.")) from None
