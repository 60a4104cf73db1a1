"""Words that every page shares: verdicts, how certain a meaning is, answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.engine import GuideStep, Resource
from troubleshoot.wording.marked_text import compose, content, own_words

#: What a step that is tried or a fix can come to, where the guide has no words of its own for it.
_ANSWERS: Final = {
    "worked": gettext_lazy("Worked"),
    "no_change": gettext_lazy("No change"),
    "verified": gettext_lazy("Verified"),
    "not_verified": gettext_lazy("Not verified"),
    "declined": gettext_lazy("Declined"),
    "unavailable": gettext_lazy("Unavailable"),
}


def verdict_words(verdict: str) -> str:
    """Return what is judged of a cause (a code of engine.judging.VERDICTS, or TOLD), as pages say it."""
    words = {
        "shown_by": _("shown by"),
        "fits": _("fits"),
        "also_found": _("also found"),
        "told": _("told, not measured"),
        "not_checked": _("not checked"),
        "does_not_explain": _("does not explain this end"),
        "ruled_out": _("ruled out"),
    }
    return words[verdict]


def invented_words(counts: Mapping[str, Any]) -> str:
    """Return how much of what is counted was invented for a demo."""
    cases = _("%(part)s of the %(all)s cases") % {"part": counts.get("invented_cases"), "all": counts.get("cases")}
    changes = {"part": counts.get("invented_changes"), "all": counts.get("changes")}
    values = {"cases": cases, "changes": _("%(part)s of the %(all)s changes") % changes}
    return _("%(cases)s and %(changes)s are invented.") % values


def certainty_words(of: str | None) -> str:
    """Return what a meaning of a code rests on."""
    return {
        "documented": _("This meaning is documented."),
        "field_report": _("Not documented; many people who met it report this meaning."),
        "unconfirmed": _("Not documented, and reported by few. Take it as a first guess."),
    }.get(of or "", _("This code is not in our table, so we measure without it."))


def certainty_sentence(of: str | None) -> str:
    """Return how sure a meaning is, in a word or two."""
    return {
        "documented": _("documented"),
        "field_report": _("reported"),
        "unconfirmed": _("unconfirmed"),
    }.get(of or "", _("not known"))


def proof_words(resource: Resource) -> str:
    """Return on which real Windows the scripts of a resource were tried, and when; a lab is none."""
    proof = resource.proof
    if proof is None:
        return _("never proved on a Windows")
    values = {"build": proof.build, "date": proof.date}
    if proof.writes or resource.write is None:
        return _("proved on Windows %(build)s on %(date)s") % values
    return _("proved on Windows %(build)s on %(date)s, reading only") % values


def no_code_words() -> str:
    """Say that a text has no number."""
    return _("There is no error code in this text. We can still check the computer.")


def named_in_text(kind: str, value: str) -> str:
    """Return a name that stands in a pasted text, with what it is a name of."""
    words = {
        "computer": _("computer %(name)s"),
        "account": _("account %(name)s"),
        "gateway": _("gateway %(name)s"),
    }[kind]
    return compose(words, {"name": own_words(value)})


def answer_words(step: GuideStep, answer: str) -> str:
    """Return an answer of a step of a guide: in the guide's words, or else in ours."""
    if answer in _ANSWERS and not step.answers.get(answer):
        return str(_ANSWERS[answer])
    return content(step.answers.get(answer) or step.words(answer))


def judgement_words(answer: str) -> str:
    """Return what a judgement came to (one of engine.guide.CAUSE_ANSWERS, or a question); empty for anything else."""
    return {
        "healthy": _("everything that was looked at is right"),
        "none": _("nothing that explains the error by itself"),
        "other": _("a cause that helpdesk has to repair"),
        "question": _("one question comes first"),
    }.get(answer, "")
