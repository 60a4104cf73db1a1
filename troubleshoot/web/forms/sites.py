"""The forms about a site: what it tells its people, and what its cases took before Mendpoint."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.models import check_gateway
from troubleshoot.reports import ANY_CAUSE, cause_choices
from troubleshoot.web.forms.people import AdminForm

MOST_MINUTES = 4 * 7 * 24 * 60


class SiteForm(AdminForm):
    """A site; its short name only when it is made."""

    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=40,
        help_text=gettext_lazy("Small letters, digits, hyphens. Workers listen for it; it stays for ever."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    phone_text = forms.CharField(
        label=gettext_lazy("How to reach a person"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Shown to everybody who waits. For example: Helpdesk, extension 4400."),
    )
    workaround_text = forms.CharField(
        label=gettext_lazy("Until it works"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Shown to people in a hurry. For example: use the web client at …"),
    )
    banner_text = forms.CharField(
        label=gettext_lazy("Banner"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Shown to everybody who opens a case, for as long as it stands here."),
    )
    working_hours = forms.CharField(
        label=gettext_lazy("Working hours"),
        max_length=11,
        required=False,
        help_text=gettext_lazy("Monday to Friday, such as 08:00-17:30. The summary then counts working time as well."),
    )
    gateway = forms.CharField(
        label=gettext_lazy("Remote Desktop gateway"),
        max_length=260,
        required=False,
        validators=[check_gateway],
        help_text=gettext_lazy(
            "People elsewhere connect through it, and it is looked at too. Such as gateway.example.com."
        ),
    )
    ticket_required = forms.BooleanField(label=gettext_lazy("A change needs a ticket number"), required=False)
    no_pc_command = forms.BooleanField(
        label=gettext_lazy("People are offered no command to paste on their own PC"),
        required=False,
        help_text=gettext_lazy(
            "It stands folded behind the questions about the own PC. Take it away where nobody should get used to that."
        ),
    )

    def clean_slug(self) -> str:
        """Return the short name as workers and queues spell it."""
        slug = str(self.cleaned_data["slug"])
        if slug != slug.lower():
            raise ValidationError(_("Write small letters, digits and hyphens."))
        return slug


class TimesForm(AdminForm):
    """Minutes that a case took before Mendpoint: one field for each cause, and one for all others. Empty: not known."""

    #: Stands behind each label.
    unit = gettext_lazy("minutes")

    def __init__(self, *args: Any, before: dict[str, int], **options: Any) -> None:
        super().__init__(*args, **options)
        names = {ANY_CAUSE: _("Every other cause"), **cause_choices()}
        self._keys = {f"cause_{number}": key for number, key in enumerate(names)}
        for field, key in self._keys.items():
            self.fields[field] = forms.IntegerField(
                label=names[key],
                min_value=1,
                max_value=MOST_MINUTES,
                required=False,
                initial=before.get(key),
                widget=forms.NumberInput(attrs={"class": "field", "inputmode": "numeric"}),
            )
        self.order_fields([*self._keys][1:])  # all others stand behind the causes that they are other than

    def minutes(self) -> dict[str, int]:
        """Return what was entered, by cause."""
        given = {key: self.cleaned_data[field] for field, key in self._keys.items()}
        return {key: value for key, value in given.items() if value is not None}
