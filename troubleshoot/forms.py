"""The forms: what a browser may send, and how it is cleaned."""

from django import forms
from django.utils.translation import gettext_lazy as _

from troubleshoot.models import normalise_email


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
        """The address in its one spelling."""
        return normalise_email(self.cleaned_data["username"])
