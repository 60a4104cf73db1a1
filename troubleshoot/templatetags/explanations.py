"""Why something happened, as its sentences: `{{ job.explanation|explained }}`."""

from django import template

from troubleshoot import wording
from troubleshoot.engine import Code, Explanation
from troubleshoot.templatetags.content import own_words

register = template.Library()

#: Codes whose sentence is nothing but what a document holds.
AS_WRITTEN = {Code.SENTENCE, Code.TRYING_AGAIN, Code.WAY_ENDED, Code.NO_SECRET, Code.GUARDED, Code.REFUSED}
AS_WRITTEN |= {Code.VISIT_REFUSED, Code.UNREACHABLE, Code.STEP}


@register.filter
def verdict_words(verdict: str) -> str:
    """Write what is judged of a cause, in the reader's language."""
    return wording.verdict_words(verdict)


@register.filter
def explained(found: Explanation | str | None) -> object:
    """Write an explanation in the reader's language; empty for none, and for what a template did not find.

    What an earlier version kept as a sentence, and what a document itself says, stays as it was written.
    """
    if not isinstance(found, Explanation):
        return ""
    said = wording.explained(found)
    return own_words(said) if found.code in AS_WRITTEN else said
