"""The form about an account on computers, and where a worker finds its password."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from troubleshoot import people
from troubleshoot.models import Person, Site
from troubleshoot.web.forms.people import AdminForm, offer_choices


class Unshown(forms.TextInput):
    """A text that is never sent back to the page: a secret may have been pasted into it."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the field, always empty."""
        return super().get_context(name, None, attrs)


class AccountForm(AdminForm):
    """An account of a site's computers; its site only when it is made, and then its reference is needed."""

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
        help_text=gettext_lazy("env:MENDPOINT_SECRET_NAME or file:/run/secrets/name. Never the password itself."),
        widget=Unshown(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, administrator: Person, changing: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if changing:
            del self.fields["site"]
            self.fields["reference"].required = False
        else:
            offer_choices(self, "site", people.permitted_sites(administrator, "credential.change"))
