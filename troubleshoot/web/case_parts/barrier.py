"""Why the portal may never carry out the remedy at which a case stands, and what lists and pages then call for."""

from __future__ import annotations

from django.utils.translation import gettext as _

from troubleshoot import catalog, remediation, wording
from troubleshoot.engine import Action, CaseMatter, GuideStep, Hindrance, Refusal
from troubleshoot.models import Host


def remedy_at(step: GuideStep | None) -> Action | None:
    """Return the remedy of a step; None where it has none, or one that is not installed."""
    return catalog.installed_catalog().actions.get(step.subject) if step and step.kind == "fix" else None


def barrier_for(action: Action | None, host: Host | None) -> Refusal | None:
    """Return why the portal may never do this here; None when it may, and for what it never does itself."""
    return remediation.forbidden_reason(action, host) if action and host and not action.manual else None


def needed_words(
    matter: CaseMatter, barrier: Refusal | None, *, waits: bool = False, hindrance: Hindrance | None = None
) -> str:
    """Return what somebody acts for: of a plan that cannot be made here, that another way has to be found."""
    if matter == CaseMatter.PLAN and barrier:
        return _("Find another way: this may not be done from here")
    return wording.matter_words(matter, waits=waits, hindrance=hindrance)
