"""The answers to choose from at a step of a guide, for whoever gives them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from troubleshoot import wording
from troubleshoot.engine import GuideStep


def answer_choices(step: GuideStep) -> list[tuple[str, str]]:
    """Return each answer with its words: the guide's, or else ours for how a try went."""
    tried = {"worked": _("It works now"), "no_change": _("No change")} if step.kind == "try" else {}
    ours = {value: tried.get(value) or wording.answer_words(step, value) for value in step.to}
    guides = {value: wording.content(words) for value, words in step.answers.items() if words}
    return [(value, guides.get(value, words)) for value, words in ours.items()]
