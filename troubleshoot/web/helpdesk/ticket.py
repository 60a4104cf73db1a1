"""A case as plain text, for the ticket of another system."""

from typing import Any

from django.utils.translation import gettext as _

from troubleshoot import reports, wording
from troubleshoot.diagnosis import GivenAnswer, PutBack
from troubleshoot.engine import Judgement
from troubleshoot.models import Job, JobState
from troubleshoot.web.helpdesk.case_page import HelpdeskCasePage


def text(page: HelpdeskCasePage) -> str:
    """Write a case as one block of plain text: error, cause, readings, path, changes. Times are in UTC."""
    case, utc = page.case, "%Y-%m-%d %H:%M:%S UTC"
    simulated = " " + _("(simulated)") if case.host and case.host.simulated else ""
    lines = [
        f"{_('Mendpoint case')} {case.pk}: {page.title}",
        f"{_('Computer')}: {case.host or case.named_host or '-'}{simulated}",
        *([_("Invented, so that a demo has something to show.")] if case.invented else []),
        f"{_('For')}: {case.beneficiary} {case.beneficiary.phone}".rstrip(),
        f"{_('Opened')}: {case.opened_at:{utc}}",
        f"{_('Error')}: {_error(case.error)}",
        *([f"{_('Ticket')}: {case.ticket}"] if case.ticket else []),
        *(page.told.sentences if page.status.told.left else []),
    ]
    parts = {
        _("Causes"): [
            _cause(one, why)
            for causes in (page.causes.speaking, page.causes.also_found, page.causes.no_reason, page.causes.ruled_out)
            for one, why in causes
        ],
        _("Readings"): [f"{one.name}: {one.value}" for one in page.observed.known],
        _("Path"): [line for one in page.course if (line := _step(one))],
        _("Changes"): [
            f"{job.created_at:{utc}}  {_change(job)}" for job in reversed(page.record.jobs) if job.is_change
        ],
    }
    for title, found in parts.items():
        lines += ["", title, *(f"  {line}" for line in found or ["-"])]
    return "\n".join(lines) + "\n"


def _error(error: dict[str, Any]) -> str:
    """Return an error with its code, which some sentences begin with."""
    code, sentence = error.get("code") or "-", error.get("sentence", "")
    return sentence if sentence.startswith(code) else f"{code} {sentence}"


def _cause(one: Judgement, why: str) -> str:
    """Return a cause, what is judged of it, and what that rests on."""
    said = f"{wording.verdict_words(one.said)}: {wording.content(one.cause.title)}"
    return f"{said} ({why})" if why else said


def _change(job: Job) -> str:
    """Return a change, how it stands, and why; what proved one that was put back since no longer does."""
    why = "" if job.state == JobState.REVERTED else wording.explained(job.explanation)
    title = wording.changed_title(reports.job_title(job), job.kind)
    return f"{title}: {wording.job_state_words(job)}. {why}".rstrip()


def _step(one: GivenAnswer | PutBack) -> str:
    if isinstance(one, PutBack):
        return f"{_('Undone')}: {one.title}. {one.why}"
    return f"{one.question}: {one.answer} ({one.row.source})" if one.counts else ""
