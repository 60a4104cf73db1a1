"""Why something happened, as its sentences: `{{ job.explanation|explained }}`."""

from django import template

from troubleshoot import wording
from troubleshoot.engine import Explanation

register = template.Library()


@register.filter
def verdict_words(verdict: str) -> str:
    """Write what is judged of a cause, in the reader's language."""
    return wording.verdict_words(verdict)


@register.filter
def explained(found: Explanation | str | None) -> str:
    """Write an explanation in the reader's language; empty for none, and for what a template did not find."""
    return wording.explained(found) if isinstance(found, Explanation) else ""
