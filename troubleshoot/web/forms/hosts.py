"""The forms about computers: one registration, and a list of many."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot import people
from troubleshoot.models import Credential, Host, Person, Site, normalise_email
from troubleshoot.web.forms.people import AdminForm, offer_choices

_PORT = re.compile(r"[1-9][0-9]{0,4}")
_APART = re.compile(r"[\s,;]+")
MOST_LIST = 10 * 1024 * 1024


class AccountField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A choice of accounts, each with its site."""

    def label_from_instance(self, obj: Credential) -> str:
        """Return the account's name and site."""
        return f"{obj.name} ({obj.site})"


class PortField(forms.CharField):
    """A port in plain digits: what looks like a number in another script, or has blanks, is refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, strip=False, **options)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean(self, value: Any) -> int | None:
        """Return the number, or None when nothing was typed."""
        text = super().clean(value)
        if not text:
            return None
        if not _PORT.fullmatch(text) or int(text) > 65535:
            raise ValidationError(_("Write a port from 1 to 65535 in plain digits."))
        return int(text)


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
        mine = people.permitted_sites(administrator, "host.change")
        offer_choices(self, "site", mine)
        accounts = Credential.objects.filter(site__in=mine).select_related("site")
        offer_choices(self, "credential", accounts.order_by("site__name", "name"))

    def clean_owner(self) -> Person | None:
        """Return the person with this address."""
        return _person(self.cleaned_data["owner"]) if self.cleaned_data["owner"] else None

    def clean_assigned(self) -> list[Person]:
        """Return the people with these addresses."""
        words = [word for word in _APART.split(self.cleaned_data["assigned"]) if word]
        found = {one.email: one for one in Person.objects.filter(email__in=words, is_active=True)}
        return [found.get(normalise_email(word)) or _person(word) for word in dict.fromkeys(words)]

    def settings(self) -> dict[str, Any]:
        """Return what was typed, as the use cases take it; an empty port or address means its default."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in {"again", "winrm_port"}}
        given["address"] = given["address"] or given["name"]
        given["rdp_port"] = given["rdp_port"] or 3389
        given["winrm_port"] = self.cleaned_data["winrm_port"] or (5986 if given["tls"] else 5985)
        return given


def shown_values(host: Host) -> dict[str, Any]:
    """Return a registration as the form shows it."""
    plain = ("name", "address", "critical", "transport", "tls", "ntlm_over_http", "winrm_port", "rdp_port", "ca_file")
    return {
        **{name: getattr(host, name) for name in plain},
        "site": host.site_id,
        "credential": host.credential_id,
        "owner": host.owner.email if host.owner else "",
        "assigned": " ".join(host.assigned.order_by("email").values_list("email", flat=True)),
    }


class ListForm(AdminForm):
    """A list of computers as a file."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> bytes:
        """Return its bytes; how they are read is the use case's affair."""
        file = self.cleaned_data["file"]
        if file.size > MOST_LIST:
            raise ValidationError(_("A list has at most 10 MB."))
        return bytes(file.read())


def _person(email: str) -> Person:
    found = Person.objects.filter(email=email, is_active=True).first()
    if found is None:
        raise ValidationError(
            _("Nobody has an active account with the address %(email)s."), params={"email": email[:80]}
        )
    return found
