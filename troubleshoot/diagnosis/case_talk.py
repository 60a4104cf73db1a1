"""What the person and helpdesk wrote last in a case, and when the person is told that it is their turn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from troubleshoot import notifications
from troubleshoot.audit import Actor
from troubleshoot.engine import CaseActor, CaseStatus, JobPhase, JobView, Json, NoticeCode
from troubleshoot.models import Answer, Case, JobState, Person


def last_words(case: Case) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return when the person last wrote, where nobody has answered since; and else when somebody first answered."""
    answered_at = None
    for author, at in case.messages.filter(internal=False).order_by("-pk").values_list("author", "at"):
        if author == case.beneficiary_id:
            return (None, answered_at) if answered_at else (at, None)
        answered_at = at
    return None, None


def open_question_at(case: Case, jobs: Iterable[JobView]) -> dt.datetime | None:
    """Return when an approver asked helpdesk about the plan that waits what nobody of them has answered since."""
    if not any(job.state == JobPhase.WAITING_APPROVAL and not job.by_person for job in jobs):
        return None
    asked = case.messages.filter(job__state=JobState.WAITING_APPROVAL).order_by("-pk").first()
    answered = asked and case.messages.filter(pk__gt=asked.pk, job=None).exclude(author=case.beneficiary_id).exists()
    return asked.at if asked and not answered else None


def tell_whose_turn(case: Case, status: CaseStatus, rows: Sequence[Answer], actor: Actor) -> None:
    """Tell the person, once, that a case which somebody else had checked or opened again waits for them now."""
    if case.round == 1 or status.actor != CaseActor.PERSON:
        return
    reading = case.jobs.filter(created_at__gte=case.round_began_at).select_related("requester").first()
    began = reading.requester if reading else None if any(row.by_id for row in rows) else actor
    if not isinstance(began, Person) or began.pk == case.beneficiary_id:
        return
    told = case.notices.filter(code=NoticeCode.CASE_YOUR_TURN, params__round=case.round)
    values: dict[str, Json] = {"who": str(began), "round": case.round}
    if not told.exists():
        notifications.notify([case.beneficiary], NoticeCode.CASE_YOUR_TURN, values, case=case)
