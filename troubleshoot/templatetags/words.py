"""What codes are called: `{{ risk|risk_words }}`, `{{ job|job_state_words }}`."""

from typing import Final

from django import template
from django.utils.translation import gettext_lazy as _

from troubleshoot import wording
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
def state_words(state: str) -> str:
    """Write how a job stands or ended, within a sentence."""
    return wording.state_words(state)


@register.filter
def job_state_words(job: Job) -> str:
    """Write how a job stands or has ended, and if it never began, why."""
    return wording.job_state_words(job)
