"""What is said over a step of a guide, and the answers to choose from, for whoever gives them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from troubleshoot import wording
from troubleshoot.engine import Grounds, GuideStep, Statement, StatementCode


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


def heading_for_helpdesk(step: GuideStep, who: str) -> Statement | None:
    """State what is said over a step; what addresses the person of the case, as written for them. Nothing for a step
    that says nothing."""
    said = step_heading(step)
    return _told(said, who, quoted=step.speaks_to_person) if said else None


def question_for_helpdesk(step: GuideStep, who: str) -> Statement:
    """State what a step asks; what addresses the person of the case, as written for them."""
    return _told(wording.content(step.subject), who, quoted=step.asks_person)


def _told(text: str, who: str, *, quoted: bool) -> Statement:
    if quoted:
        return Statement.of(StatementCode.WRITTEN_FOR, Grounds.CATALOG, who=who, text=text)
    return Statement.of(StatementCode.TEXT, Grounds.CATALOG, text=text)
