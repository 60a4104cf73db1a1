"""What a page says where nothing was done: why, and who can help, which is whoever may do what the refusal needs."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.forms import Form
from django.utils.translation import gettext as _

from troubleshoot import people, wording
from troubleshoot.engine import Refusal, RefusalCode

#: The action of the table of permissions whose holders can help with a refusal. Where a code is not named, either
#: nobody can, or the reader can, or its sentence is the cure itself.
HELPED_BY: Final[Mapping[RefusalCode, str]] = {
    RefusalCode.NEEDS_SECOND_PERSON: "job.approve",
    RefusalCode.APPROVED_BY_STARTER: "job.apply",
    RefusalCode.SITE_APPROVALS_FULL: "job.approve",
    RefusalCode.REQUESTER_NOT_ALLOWED: "job.plan",
    RefusalCode.READING_NOT_ALLOWED: "host.change",
    RefusalCode.SECRET_MISSING: "credential.change",
    RefusalCode.VOTE_IMPOSSIBLE: "job.approve",
    RefusalCode.NO_SUCH_REMEDY: "guide.write",
    RefusalCode.DIAGNOSE_ONLY: "host.change",
    RefusalCode.HOST_HELD: "case.take",
    RefusalCode.LAST_UNDO_UNKNOWN: "case.take",
    RefusalCode.WAY_BACK_UNREADABLE: "case.take",
    RefusalCode.WAY_BACK_UNPLANNABLE: "case.take",
    RefusalCode.HELPDESK_DOES_THIS: "case.take",
    RefusalCode.PLAN_ALTERED: "administration.read",
    RefusalCode.RESOURCE_GONE: "guide.write",
    RefusalCode.RESOURCE_UNFIT: "guide.write",
    RefusalCode.NO_GUIDE: "administration.read",
    RefusalCode.HOST_UNREGISTERED: "host.change",
    RefusalCode.HOST_NOT_FOUND: "host.change",
    RefusalCode.OWN_ROLE: "person.grant",
}


def who_can_help(refused: Refusal | people.Decision) -> str:
    """Return who can help where something was refused; nothing where nobody can, or the reader can."""
    if isinstance(refused, people.Decision):
        return refused.who_can_help
    return wording.helper_words(HELPED_BY[refused.code]) if refused.code in HELPED_BY else ""


def refusal_notice(refusal: Refusal) -> str:
    """Say on a page why something was not done, and who can help."""
    why, who = wording.refusal_words(refusal), who_can_help(refusal)
    return wording.compose(_("%(why)s Who can help: %(who)s."), {"why": why, "who": who}) if who else why


def problem_words(form: Form, act: Callable[[dict[str, Any]], object]) -> str:
    """Act on what a form holds; return why that was not done, empty when it was."""
    if not form.is_valid():
        return str(next(iter(form.errors.values()))[0])
    try:
        act(form.cleaned_data)
    except Refusal as refusal:
        return refusal_notice(refusal)
    return ""
