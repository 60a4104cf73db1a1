"""Care for a case: helpdesk takes it, talks, closes it; the person asks for help or opens it again."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Subquery
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from troubleshoot import audit, diagnosis, jobs, notifications, people
from troubleshoot.audit import Actor, Tag
from troubleshoot.cases import opening
from troubleshoot.cases.opening import storable_text
from troubleshoot.diagnosis import close_round, disown_case, keep_status, may_reopen, own_case, status_of
from troubleshoot.engine import CasePress, Code, Explanation, NoticeCode, Reader, Refusal, RefusalCode
from troubleshoot.models import CHANGES, READS, UNDECIDED_STATES, Case, Job, JobState, Message, Person

#: The same words once more, with nothing said in between, within this time are one message that was sent twice.
SAID_TWICE = dt.timedelta(minutes=1)
BATCH = 100
MOST_CHARACTERS = 4000


def ask_for_help(*, actor: Person, case: Case) -> None:
    """Hand the case to helpdesk as it stands, with everything that is known. Asking again changes nothing."""
    people.require_permission(actor, "case.answer", case)
    with transaction.atomic():
        case.hold()
        _refuse_closed(case)
        if case.asked_for_help_at is not None:
            return
        case.asked_for_help_at = Now()
        case.save(update_fields=["asked_for_help_at"])
        case.refresh_from_db(fields=["asked_for_help_at"])  # the database's own time
        _record(Tag.CASE_HAND_OVER, actor, case, {"asked": True})
        jobs.continue_case(case, actor=actor, requester=actor)


def open_case_for_caller(*, actor: Person, error_text: str, **given: Any) -> Case:
    """Open the actor's own case and hand it to helpdesk at once; without an error text the case says just that.

    Takes what `cases.open_case` takes, and raises what that raises.
    """
    text = error_text if error_text.strip() else _("No error text: a person was asked for at once.")
    with transaction.atomic():
        case = opening.open_case(actor=actor, beneficiary=actor, error_text=text, **given)
        ask_for_help(actor=actor, case=case)
    return case


def take_case(*, actor: Person, case: Case, shown_owner: UUID | None = None) -> None:
    """Make the actor the owner of the case, and tell whoever owned it before.

    `shown_owner` is the owner that the actor's page showed: if somebody else took the case since, this is refused.
    """
    people.require_permission(actor, "case.take", case)
    with transaction.atomic():
        case.hold()
        _refuse_closed(case)
        if case.owner_id not in {None, actor.pk, shown_owner}:
            raise Refusal(RefusalCode.TAKEN_MEANWHILE, who=str(case.owner))
        if case.owner and case.owner != actor:
            notifications.notify([case.owner], NoticeCode.CASE_TAKEN_OVER, {"who": str(actor)}, case=case)
        own_case(case, actor)


def report_another_error(*, actor: Person, case: Case, step: str, text: str) -> None:
    """Hand the text of another error, met after a fix, to helpdesk; the guide goes on as if nothing had changed."""
    with transaction.atomic():
        send_message(actor=actor, case=case, text=text)
        opening.answer_step(actor=actor, case=case, step=step, value="no_change")


def hand_back_case(*, actor: Person, case: Case) -> None:
    """Give the case back to all of helpdesk."""
    people.require_permission(actor, "case.take", case)
    with transaction.atomic():
        case.hold()
        disown_case(case, actor)


def send_message(*, actor: Person, case: Case, text: str, internal: bool = False, step: str = "") -> Message:
    """Write a message between the person and helpdesk, or a note that only helpdesk sees.

    `step` names the question of the guide that the message asks again. An approver who waits for a word is told of it.
    A second click on the same words writes nothing more.
    """
    people.require_permission(actor, "case.take" if internal else "case.answer", case)
    if not text.strip() or len(text) > MOST_CHARACTERS:
        raise Refusal(RefusalCode.MESSAGE_LENGTH, most=MOST_CHARACTERS)
    with transaction.atomic():
        case.hold()
        latest = case.messages.order_by("-pk").first()
        words = (actor.pk, internal, step, storable_text(text))
        same = latest and (latest.author_id, latest.internal, latest.step, latest.text) == words
        if latest and same and timezone.now() - latest.at < SAID_TWICE:
            return latest
        _tell_who_asked(actor, case)
        message = Message.objects.create(
            case=case, author=actor, text=storable_text(text), internal=internal, step=step
        )
        _record(Tag.CASE_MESSAGE, actor, case, {"internal": internal, "message": message.pk})
        keep_status(case, actor=actor)
        if not internal:
            notifications.notify(_others(actor, case), NoticeCode.WROTE, {"who": str(actor)}, case=case)
    return message


def ask_person_again(*, actor: Person, case: Case, step: str) -> None:
    """Send a question of the guide, which was answered before, to the person's page. Twice in a row is once."""
    people.require_permission(actor, "case.take", case)
    with transaction.atomic():
        case.hold()
        _refuse_closed(case)
        walk = diagnosis.replay_case(case)
        if step not in opening.open_answers(case, walk):
            raise Refusal(RefusalCode.ANSWER_FIXED)
        latest = case.messages.filter(internal=False).last()
        if latest is None or latest.step != step:
            question = diagnosis.case_guide(case).steps[step].subject
            send_message(actor=actor, case=case, text=_("Please answer this once more: %s") % question, step=step)


def close_case(*, actor: Person, case: Case, solved: bool, sent_to: str = "", ticket: str = "") -> None:
    """End a case by helpdesk's word: solved, or sent on to somebody outside the portal.

    Not while a change runs on its computer; what has not begun is taken back, also an undo that somebody asked for.
    """
    people.require_permission(actor, "case.close_for", case)
    if not solved and not sent_to.strip():
        raise Refusal(RefusalCode.SENT_ON_TO_NOBODY)
    with transaction.atomic():
        case.hold()
        _refuse_closed(case)
        if not status_of(case).may(Reader.HELPDESK, CasePress.CLOSE):
            raise Refusal(RefusalCode.CHANGE_RUNS)
        case.outcome = Case.Outcome.SOLVED if solved else Case.Outcome.ESCALATED
        case.sent_to, case.ticket = sent_to.strip()[:120], (ticket.strip() or case.ticket)[:80]
        case.save(update_fields=["sent_to", "ticket"])
        close_round(case)
        _record(Tag.CASE_CLOSE, actor, case, {"outcome": str(case.outcome), "by_helpdesk": True})
        jobs.take_back_waiting(case, actor=actor, undos=True)
        code = NoticeCode.CASE_SOLVED if solved else NoticeCode.CASE_SENT_ON
        notifications.notify({case.beneficiary} - {actor}, code, {} if solved else {"to": case.sent_to}, case=case)


def put_off_remedy(*, actor: Person, case: Case) -> None:
    """Put off the remedy that was found: nothing is changed, helpdesk is not given it, and the case waits for the
    person. A plan that lay before them is taken back: it would no longer be true when they return."""
    people.require_permission(actor, "case.close", case)
    with transaction.atomic():
        case.hold()
        _require(case, CasePress.NOT_NOW)
        case.put_off_at = Now()
        case.save(update_fields=["put_off_at"])
        case.refresh_from_db(fields=["put_off_at"])  # the database's own time
        _record(Tag.CASE_PUT_OFF, actor, case, {"step": case.at_step})
        _take_back_plans(case, actor)
        case.hold()
        keep_status(case, actor=actor)


def withdraw_case(*, actor: Person, case: Case) -> None:
    """Close a case because the person needs no more help: it works again, or is not needed any more."""
    people.require_permission(actor, "case.close", case)
    with transaction.atomic():
        case.hold()
        if case.closed_at is not None:
            return  # a second click
        _require(case, CasePress.WITHDRAW)
        case.outcome = Case.Outcome.WITHDRAWN
        close_round(case)
        _record(Tag.CASE_CLOSE, actor, case, {"outcome": str(case.outcome), "step": case.at_step})
        jobs.take_back_waiting(case, actor=actor)
        if case.owner and case.owner != actor:
            notifications.notify([case.owner], NoticeCode.CASE_WITHDRAWN, {"who": str(actor)}, case=case)


def read_computer_again(*, actor: Person, case: Case) -> None:
    """Send for fresh readings without beginning anew: what helpdesk needs when the end of a fix is not known. The
    computer is asked at once too what became of that fix.

    Asking again while one is being taken changes nothing.
    """
    people.require_permission(actor, "case.take", case)
    with transaction.atomic():
        case.hold()
        _refuse_closed(case)
        if case.host is None:
            raise Refusal(RefusalCode.HOST_UNREGISTERED)
        for lost in Job.objects.holding(case.host):
            jobs.hasten_settle(lost)
        if not case.jobs.filter(kind__in=READS, state__in=jobs.OPEN).exists():
            jobs.request_reading(actor=actor, host=case.host, case=case, beneficiary=case.beneficiary)


def check_computer_again(*, actor: Person, case: Case) -> None:
    """Begin the walk anew with fresh readings; the earlier round stays in the history. A case that was closed can be
    opened again for seven days. That somebody else has an open case checked again takes no request for a person back.
    """
    people.require_permission(actor, "case.answer", case)
    with transaction.atomic():
        case.hold()
        if case.closed_at and not may_reopen(case):
            raise Refusal(RefusalCode.CLOSED_LONG_AGO)
        if case.jobs.filter(kind__in=CHANGES, state__in=jobs.UNSETTLED).exists():
            raise Refusal(RefusalCode.FIX_UNDER_WAY)
        if case.jobs.filter(kind__in=READS, state__in=jobs.OPEN).exists():
            return
        reopened = case.closed_at is not None
        case.round += 1
        case.round_began_at = Now()
        case.closed_at, case.outcome, case.word, case.pc = None, "", "", {}
        if reopened or actor == case.beneficiary:
            case.asked_for_help_at = None
        case.put_off_at = None
        anew = ("round", "round_began_at", "closed_at", "outcome", "word", "asked_for_help_at", "put_off_at", "pc")
        case.save(update_fields=anew)
        _record(Tag.CASE_REOPEN, actor, case, {"round": case.round, "reopened": reopened})
        case.refresh_from_db(fields=["round_began_at"])  # the database's own time
        jobs.continue_case(case, actor=actor, requester=actor)


def rate_case(*, actor: Person, case: Case, helpful: bool) -> None:
    """Note whether the person says that this helped."""
    people.require_permission(actor, "case.close", case)
    Case.objects.filter(pk=case.pk).update(helpful=helpful)


def _refuse_closed(case: Case) -> None:
    if case.closed_at is not None:
        raise Refusal(RefusalCode.CASE_CLOSED)


def _require(case: Case, press: CasePress) -> None:
    if not status_of(case).may(Reader.EMPLOYEE, press):
        raise Refusal(RefusalCode.NOT_AS_THINGS_STAND)


def _take_back_plans(case: Case, actor: Person) -> None:
    """Take back the plans that nobody has started: they would no longer be true when somebody comes back to them."""
    for job in case.jobs.filter(kind=Job.Kind.APPLY, state__in=UNDECIDED_STATES).select_related("host__site"):
        said = Explanation.of(Code.TAKEN_BACK, who=str(actor))
        jobs.move_job(job, JobState.CANCELLED, said, tag=Tag.JOB_CANCEL, actor=actor, explanation=said)


def _others(actor: Person, case: Case) -> list[Person]:
    """Return whom a message reaches: the person when helpdesk writes; else the owner, or all of helpdesk."""
    if actor != case.beneficiary:
        return [case.beneficiary]
    return [case.owner] if case.owner else people.permission_holders("case.take", case.site)


def _tell_who_asked(actor: Person, case: Case) -> None:
    """Tell each approver whose question about a waiting plan is not answered yet that somebody has written."""
    asked = case.messages.filter(job__state=JobState.WAITING_APPROVAL).exclude(author=actor)
    since = case.messages.filter(author=actor).order_by("-pk").values("pk")[:1]
    new = asked.filter(pk__gt=Coalesce(Subquery(since), 0)).select_related("author", "job")
    for author, job in {(row.author, row.job) for row in new}:
        values = {"who": str(actor), "host": str(case.host)}
        notifications.notify([author], NoticeCode.WROTE_ABOUT, values, case=case, job=job)


def _record(tag: Tag, actor: Actor, case: Case, details: dict[str, object]) -> None:
    audit.record(tag, actor=actor, on_behalf=case.beneficiary, objects=[case], details=details)
