"""What codes are called: `{{ risk|risk_words }}`, `{{ job|job_state_words }}`."""

from typing import Final

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from troubleshoot import wording
from troubleshoot.engine import PlanItem
from troubleshoot.models import Job

register = template.Library()

_RISKS: Final = {
    Job.Risk.LOW: _("low"),
    Job.Risk.DISRUPTIVE: _("disruptive"),
    Job.Risk.DANGEROUS: _("dangerous"),
}


@register.filter
def risk_words(risk: str) -> str:
    """Write how much a remedy risks, within a sentence."""
    return str(_RISKS.get(Job.Risk(risk), risk)) if risk else ""


@register.filter
def setting(text: str) -> SafeString:
    """Write a value of a plan; permissions in words, with what Windows writes for them folded behind."""
    words, raw = wording.in_plain_rights(str(text))
    return _folded(words, raw) if raw else conditional_escape(wording.content(text))


@register.filter
def planned_thing(item: PlanItem) -> SafeString:
    """Write what an item of a plan is about, with its path in Windows folded behind."""
    title, raw = item.title, next((str(one) for one in item.params.values() if "\\" in str(one)), "")
    if not raw:
        return conditional_escape(wording.content(title))
    return _folded(" ".join(title.replace(raw, "").split()), raw)


def _folded(words: str, raw: str) -> SafeString:
    return format_html("{}<details><summary>{}</summary><code>{}</code></details>", words, _("As Windows has it"), raw)


@register.filter
def state_words(state: str) -> str:
    """Write how a job stands or ended, within a sentence."""
    return wording.state_words(state)


@register.filter
def job_state_words(job: Job) -> str:
    """Write how a job stands or has ended, and if it never began, why."""
    return wording.job_state_words(job)


@register.filter
def host_undo_words(job: Job) -> str:
    """Write what stands of the computer's own undo of a change, and since when."""
    return wording.host_undo_words(job)


@register.filter
def host_undo_plain(job: Job) -> str:
    """Write the same for the person whose computer it is."""
    return wording.host_undo_plain(job)
