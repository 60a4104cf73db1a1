"""Acting on a form, where a page says why nothing was done: what the form wants, or what the rules have against it."""

from collections.abc import Callable
from typing import Any

from django.forms import Form

from troubleshoot import wording
from troubleshoot.engine import Refusal


def problem_words(form: Form, act: Callable[[dict[str, Any]], object]) -> str:
    """Act on what a form holds; return why that was not done, empty when it was."""
    if not form.is_valid():
        return str(next(iter(form.errors.values()))[0])
    try:
        act(form.cleaned_data)
    except Refusal as refusal:
        return wording.refusal_words(refusal)
    return ""
