"""What is said over a step of a guide, and the answers to choose from, for whoever gives them."""

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


def step_heading(step: GuideStep, named: str = "") -> str:
    """Return what is said over a step: its title, or else what it asks, or that something is to be tried; empty for a
    step that says nothing to anybody."""
    untitled = {"try": _("One thing to try"), "ask": wording.content(step.subject)}
    return wording.content(step.title.about(named)) or untitled.get(step.kind, "")
