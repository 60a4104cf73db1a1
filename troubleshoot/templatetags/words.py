"""What the code of a risk is called: `{{ action.risk|risk_words }}`."""

from typing import Final

from django import template
from django.utils.translation import gettext_lazy as _

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
