"""The forms of the administration pages. They clean what was typed; the use cases judge it."""

import datetime as dt
import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot import access, people
from troubleshoot.models import Credential, Host, Person, Role, Site, normalise_email

_PORT = re.compile(r"[1-9][0-9]{0,4}")
_APART = re.compile(r"[\s,;]+")
_MOST_LIST = 10 * 1024 * 1024


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


class Unshown(forms.TextInput):
    """A text that is never sent back to the page: a secret may have been pasted into it."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The field, always empty."""
        return super().get_context(name, None, attrs)


class AccountField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice of accounts, each with its site."""

    def label_from_instance(self, obj: Credential) -> str:
        """The account's name and site."""
        return f"{obj.name} ({obj.site})"


def _offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> "forms.ModelChoiceField[Any]":
    """Let one field of a form choose among these rows."""
    field = cast("forms.ModelChoiceField[Any]", form.fields[name])
    field.queryset = rows
    return field


class PortField(forms.CharField):
    """A port in plain digits: what looks like a number in another script, or has blanks, is refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, strip=False, **options)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean(self, value: Any) -> int | None:
        """The number, or None when nothing was typed."""
        text = super().clean(value)
        if not text:
            return None
        if not _PORT.fullmatch(text) or int(text) > 65535:
            raise ValidationError(_("Write a port from 1 to 65535 in plain digits."))
        return int(text)


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
    ticket_required = forms.BooleanField(label=gettext_lazy("A change needs a ticket number"), required=False)


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
        """The same as the new one."""
        if self.cleaned_data["again"] != self.cleaned_data.get("new", self.cleaned_data["again"]):
            raise ValidationError(_("The two new passwords differ."))
        return str(self.cleaned_data["again"])


class GrantForm(AdminForm):
    """A role at a site until the end of a day."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    site = forms.ModelChoiceField(label=gettext_lazy("Where"), queryset=Site.objects.none(), required=False)
    until = forms.DateField(label=gettext_lazy("Until the end of"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, giver: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        field = _offer(self, "site", Site.objects.where(giver, ["administrator"]))
        everywhere = access.may(giver, "person.grant", access.EVERY_SITE).allowed
        field.required, field.empty_label = not everywhere, _("every site") if everywhere else None
        longest = timezone.localdate() + people.LONGEST_GRANT - dt.timedelta(days=1)
        self.fields["until"].initial = longest
        self.fields["until"].widget.format = "%Y-%m-%d"
        self.fields["until"].widget.attrs |= {"min": timezone.localdate().isoformat(), "max": longest.isoformat()}

    def clean_until(self) -> dt.datetime:
        """The last moment of that day, in the portal's time zone."""
        day: dt.date = self.cleaned_data["until"]
        try:
            return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))
        except (OverflowError, ValueError):
            raise ValidationError(_("Choose a day within the next year.")) from None


class HostForm(AdminForm):
    """A computer's registration. People are named by their addresses, as in a list."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=253, help_text=gettext_lazy("As people know it, such as ACC-07.")
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=253,
        required=False,
        help_text=gettext_lazy("What is dialled: a name or an IP address. Empty: the name itself."),
    )
    site = forms.ModelChoiceField(label=gettext_lazy("Site"), queryset=Site.objects.none())
    owner = forms.EmailField(
        label=gettext_lazy("Whose computer it is"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("The e-mail address of an account. The owner may start mild fixes."),
    )
    assigned = forms.CharField(
        label=gettext_lazy("Who else uses it"),
        required=False,
        max_length=14_000,
        help_text=gettext_lazy("E-mail addresses, separated by blanks or commas."),
    )
    critical = forms.BooleanField(label=gettext_lazy("Critical: every change needs an approver"), required=False)
    credential = AccountField(
        label=gettext_lazy("Account on it"),
        queryset=Credential.objects.none(),
        required=False,
        empty_label=gettext_lazy("none: look from outside only"),
    )
    again = forms.BooleanField(label=gettext_lazy("This account may be used at the new place"), required=False)
    transport = forms.ChoiceField(
        label=gettext_lazy("Way to sign in"), choices=Host.Transport.choices, initial=Host.Transport.NTLM
    )
    tls = forms.BooleanField(label=gettext_lazy("WinRM over HTTPS"), required=False, initial=True)
    ntlm_over_http = forms.BooleanField(
        label=gettext_lazy("Allow NTLM over HTTP"),
        required=False,
        help_text=gettext_lazy("Nothing proves then who answers. It is listed on the health page."),
    )
    winrm_port = PortField(
        label=gettext_lazy("WinRM port"),
        required=False,
        help_text=gettext_lazy("Empty: 5986 over HTTPS, 5985 over HTTP."),
    )
    rdp_port = PortField(
        label=gettext_lazy("Remote Desktop port"), required=False, help_text=gettext_lazy("Empty: 3389.")
    )
    ca_file = forms.CharField(
        label=gettext_lazy("Authority of its WinRM certificate"),
        required=False,
        max_length=260,
        help_text=gettext_lazy(
            "The absolute path of a PEM file as the worker sees it. Empty: the system's authorities."
        ),
    )

    def __init__(self, *args: Any, administrator: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        mine = Site.objects.where(administrator, ["administrator"])
        _offer(self, "site", mine)
        accounts = Credential.objects.filter(site__in=mine).select_related("site")
        _offer(self, "credential", accounts.order_by("site__name", "name"))

    def clean_owner(self) -> Person | None:
        """The person with this address."""
        return _person(self.cleaned_data["owner"]) if self.cleaned_data["owner"] else None

    def clean_assigned(self) -> list[Person]:
        """The people with these addresses."""
        words = [word for word in _APART.split(self.cleaned_data["assigned"]) if word]
        found = {one.email: one for one in Person.objects.filter(email__in=words, is_active=True)}
        return [found.get(normalise_email(word)) or _person(word) for word in dict.fromkeys(words)]

    def settings(self) -> dict[str, Any]:
        """What was typed, as the use cases take it; an empty port or address means its default."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in {"again", "winrm_port"}}
        given["address"] = given["address"] or given["name"]
        given["rdp_port"] = given["rdp_port"] or 3389
        given["winrm_port"] = self.cleaned_data["winrm_port"] or (5986 if given["tls"] else 5985)
        return given


def shown(host: Host) -> dict[str, Any]:
    """A registration as the form shows it."""
    plain = ("name", "address", "critical", "transport", "tls", "ntlm_over_http", "winrm_port", "rdp_port", "ca_file")
    return {
        **{name: getattr(host, name) for name in plain},
        "site": host.site_id,
        "credential": host.credential_id,
        "owner": host.owner.email if host.owner else "",
        "assigned": " ".join(host.assigned.order_by("email").values_list("email", flat=True)),
    }


class CredentialForm(AdminForm):
    """An account of a site's hosts, and where a worker finds its password."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("As you will choose it."))
    site = forms.ModelChoiceField(label=gettext_lazy("Site"), queryset=Site.objects.none())
    username = forms.CharField(
        label=gettext_lazy("Account"),
        max_length=200,
        help_text=gettext_lazy("As its computers know it, such as CORP\\mendpoint or mendpoint@corp.example."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reference = forms.CharField(
        label=gettext_lazy("Where a worker finds the password"),
        max_length=4000,
        help_text=gettext_lazy("env:MENDPOINT_SECRET_NAME or file:/absolute/path. Never the password itself."),
        widget=Unshown(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, administrator: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        _offer(self, "site", Site.objects.where(administrator, ["administrator"]))


class ListForm(AdminForm):
    """A list of computers as a file."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> bytes:
        """Its bytes; how they are read is the use case's affair."""
        file = self.cleaned_data["file"]
        if file.size > _MOST_LIST:
            raise ValidationError(_("A list has at most 10 MB."))
        return bytes(file.read())


def _person(email: str) -> Person:
    found = Person.objects.filter(email=email, is_active=True).first()
    if found is None:
        raise ValidationError(
            _("Nobody has an active account with the address %(email)s."), params={"email": email[:80]}
        )
    return found
