"""The sentence of each code of engine.refusal, in the reader's language: why it is not done, and what to do instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.engine import UNKNOWN, Refusal, RefusalCode, Role
from troubleshoot.models import JobState
from troubleshoot.wording.client_report_faults import block_fault
from troubleshoot.wording.connection_refusals import AFTER_LOSS, WAY_REFUSALS
from troubleshoot.wording.file_faults import file_fault
from troubleshoot.wording.job_states import state_words
from troubleshoot.wording.list_refusals import LIST_REFUSALS
from troubleshoot.wording.marked_text import compose, content, join_texts, own_words

REFUSALS: Final[Mapping[RefusalCode, str | Promise]] = {
    RefusalCode.UNREADABLE: gettext_lazy("What was noted here cannot be read any more."),
    RefusalCode.TIME_OVER: gettext_lazy("Its time is over: what was read may no longer be true. Make a new plan."),
    RefusalCode.NEEDS_SECOND_PERSON: gettext_lazy("This waits for a second person's approval."),
    RefusalCode.NOT_STARTABLE: gettext_lazy("This cannot be started: it is %(state)s."),
    RefusalCode.APPROVED_BY_STARTER: gettext_lazy(
        "You approved this. Somebody else starts it: no change of its kind is one person's alone."
    ),
    RefusalCode.DECIDED_MEANWHILE: gettext_lazy("Somebody else has just decided this. Look at it again."),
    RefusalCode.HAS_BEGUN: gettext_lazy("It has begun and cannot be taken back; it can be undone when it has ended."),
    RefusalCode.COMPUTER_QUEUE_FULL: gettext_lazy(
        "%(number)s jobs wait for %(host)s already. Nothing was started: try again when some of them are done."
    ),
    RefusalCode.SITE_QUEUE_FULL: gettext_lazy(
        "%(number)s jobs wait for the computers of %(site)s already. Nothing was started: try again when some of them "
        "are done."
    ),
    RefusalCode.OWN_QUEUE_FULL: gettext_lazy(
        "%(number)s jobs that you asked for wait already. Nothing was started: try again when some of them are done, "
        "or take some back."
    ),
    RefusalCode.SITE_APPROVALS_FULL: gettext_lazy(
        "%(number)s plans wait for an approver of %(site)s already. No plan was made: try again when some of them are "
        "decided."
    ),
    RefusalCode.OWN_APPROVALS_FULL: gettext_lazy(
        "%(number)s plans that you asked for wait for a second person already. No plan was made: try again when some "
        "of them are decided, or take some back."
    ),
    RefusalCode.UNDO_PROMISED: gettext_lazy(
        "The portal takes this change back by itself, as was decided when it began."
    ),
    RefusalCode.REQUESTER_NOT_ALLOWED: gettext_lazy("%(who)s may no longer ask for this."),
    RefusalCode.READING_NOT_ALLOWED: gettext_lazy(
        "%(host)s was not checked: it is no longer a computer of %(who)s, nor of a site that they serve."
    ),
    RefusalCode.SECRET_MISSING: gettext_lazy(
        "The worker finds nothing behind %(reference)s. "
        "Set it in the environment of this site's worker, or mount the file, and start the worker again."
    ),
    RefusalCode.DECLINE_WITHOUT_REASON: gettext_lazy("Say why: the person who asked reads it."),
    RefusalCode.NOTHING_TO_DECIDE: gettext_lazy("There is nothing to decide: this is %(state)s."),
    RefusalCode.ANOTHER_PLAN: gettext_lazy("The plan is not the one you were shown. Nothing was approved."),
    RefusalCode.VOTE_IMPOSSIBLE: gettext_lazy(
        "This vote is not possible: you asked for it, it is for you, or you voted before."
    ),
    RefusalCode.ABSENCE_TOO_LONG: gettext_lazy("Choose a day from today on, at most a year away."),
    RefusalCode.DEPUTY_UNFIT: gettext_lazy("Only another approver of your sites can stand in for you."),
    RefusalCode.NO_SUCH_REMEDY: gettext_lazy("There is no remedy called '%(name)s'."),
    RefusalCode.CASE_OF_ANOTHER_HOST: gettext_lazy("This case is not about %(host)s."),
    RefusalCode.BY_HAND_ONLY: gettext_lazy(
        "The portal explains this change and checks it afterwards, but never makes it."
    ),
    RefusalCode.NO_SECOND_PERSON: gettext_lazy(
        "In solo mode the portal makes no dangerous change: there is no second person to approve it."
    ),
    RefusalCode.SIMULATED_ONLY: gettext_lazy(
        "Dangerous changes run on simulated hosts only, until the undo timer on the host itself exists."
    ),
    RefusalCode.DIAGNOSE_ONLY: gettext_lazy("%(host)s is registered as diagnose only."),
    RefusalCode.HOST_HELD: gettext_lazy(
        "%(host)s is held: how an earlier change ended there is not known. Until it is, nothing else is changed on it."
    ),
    RefusalCode.PORTAL_ASKS: gettext_lazy(
        "The portal asks %(host)s itself what became of the change. Where it gets no answer, you can say it here soon."
    ),
    RefusalCode.SETTLED_WITHOUT_REASON: gettext_lazy("Say what you saw on the computer: it is kept with the change."),
    RefusalCode.CHANGE_WITHOUT_REASON: gettext_lazy(
        "Say why: this change disturbs people or lowers security, and the reason is recorded."
    ),
    RefusalCode.TICKET_MISSING: gettext_lazy("Give the number of the ticket: this site wants one for every change."),
    RefusalCode.CHANGE_UNDER_WAY: gettext_lazy("A change is running, or its end is not known yet. Wait for it first."),
    RefusalCode.NOT_FINISHED: gettext_lazy("Only a finished change can be undone."),
    RefusalCode.UNDO_UNDER_WAY: gettext_lazy("It is being undone already."),
    RefusalCode.LAST_UNDO_UNKNOWN: gettext_lazy(
        "How its last undo ended is not known, so it is not repeated. Look at the computer."
    ),
    RefusalCode.NOTHING_TO_UNDO: gettext_lazy(
        "There is nothing to undo: nothing that can be put back differs from before."
    ),
    RefusalCode.WAY_BACK_UNREADABLE: gettext_lazy(
        "What this change found cannot be read any more, so its way back is not known."
    ),
    RefusalCode.WAY_BACK_UNPLANNABLE: gettext_lazy("The way back cannot be planned. %(cause)s"),
    RefusalCode.HELPDESK_DOES_THIS: gettext_lazy(
        "Helpdesk does this: it belongs to an administrator. They have your case."
    ),
    RefusalCode.PLAN_ABSENT: gettext_lazy("It has no plan."),
    RefusalCode.PLAN_MALFORMED: gettext_lazy("Its plan cannot be read any more."),
    RefusalCode.PLAN_ALTERED: gettext_lazy("Its plan is no longer the one that was made."),
    RefusalCode.READINGS_MISCOUNTED: gettext_lazy("It takes %(wanted)s readings, and %(found)s came."),
    RefusalCode.RESOURCE_GONE: gettext_lazy("The catalogue has no resource %(resource)s any more."),
    RefusalCode.RESOURCE_UNREAD: gettext_lazy("%(resource)s could not be read."),
    RefusalCode.RESOURCE_UNFIT: gettext_lazy(
        "What was read of %(resource)s is not what its description promises: %(odd)s."
    ),
    RefusalCode.CASE_CLOSED: gettext_lazy("This case is closed."),
    RefusalCode.NOT_AS_THINGS_STAND: gettext_lazy("This is not possible as things stand. Here is how they stand."),
    RefusalCode.PAGE_OUTDATED: gettext_lazy("This page was out of date. Here is how things stand."),
    RefusalCode.ERROR_TEXT_UNFIT: gettext_lazy("Paste the text of the error window, or type its number."),
    RefusalCode.NO_GUIDE: gettext_lazy("No guide is installed for this."),
    RefusalCode.NOT_ASKED_NOW: gettext_lazy("This is not asked now."),
    RefusalCode.NOT_FOR_PEOPLE: gettext_lazy("This is answered by a reading or a fix, not by a person."),
    RefusalCode.STEP_UNKNOWN: gettext_lazy("This guide has no step '%(step)s'."),
    RefusalCode.ANSWER_UNKNOWN: gettext_lazy("'%(value)s' is no answer to %(step)s. %(answers)s"),
    RefusalCode.STEP_NOT_REACHED: gettext_lazy("%(step)s has not been reached."),
    RefusalCode.REMEDY_STARTED: gettext_lazy(
        "The remedy of %(step)s has started. What led to it can no longer be changed."
    ),
    RefusalCode.ANSWER_FIXED: gettext_lazy("This answer can no longer be changed. Here is how things stand."),
    RefusalCode.TAKEN_MEANWHILE: gettext_lazy("%(who)s has just taken this case."),
    RefusalCode.MESSAGE_LENGTH: gettext_lazy("Write 1 to %(most)s characters."),
    RefusalCode.SENT_ON_TO_NOBODY: gettext_lazy(
        "Say to whom it is sent on, so that the person knows who takes care of it."
    ),
    RefusalCode.HOST_UNREGISTERED: gettext_lazy("This computer is not registered, so nothing can be read."),
    RefusalCode.CLOSED_LONG_AGO: gettext_lazy("This case was closed more than seven days ago. Open a new one."),
    RefusalCode.CHANGE_RUNS: gettext_lazy(
        "A change is being made on the computer. The case can be closed when that has ended."
    ),
    RefusalCode.FIX_UNDER_WAY: gettext_lazy("A fix is running or its end is not known yet. Wait for it first."),
    RefusalCode.CLIENT_BLOCK_UNFIT: "%(block_fault)s",
    RefusalCode.FILE_UNFIT: "%(file_fault)s",
    RefusalCode.NOBODY_TO_HELP: gettext_lazy(
        "%(who)s is invented, part of the demo's history: no case is opened for them."
    ),
    RefusalCode.INCIDENT_WITHOUT_CAUSE: gettext_lazy("An incident has one cause. Choose cases whose cause is known."),
    RefusalCode.INCIDENT_TOO_SMALL: gettext_lazy(
        "This is no longer true: fewer computers have this cause now. Nothing was changed."
    ),
    RefusalCode.INCIDENT_OVER: gettext_lazy("It is over. Connect again, and tell us here if it does not work."),
    RefusalCode.OWN_ROLE: gettext_lazy("Nobody gives a role to themselves."),
    RefusalCode.ACCOUNT_OFF: gettext_lazy("This account is switched off."),
    RefusalCode.PERSON_INVENTED: gettext_lazy("This person is invented: nobody signs in with this account."),
    RefusalCode.GRANT_TOO_LONG: gettext_lazy("A grant ends in the future, at most 366 days from now."),
    RefusalCode.ROLES_CONFLICT: gettext_lazy("%(name)s is %(other)s and cannot be %(role)s as well."),
    RefusalCode.LAST_ADMINISTRATOR: gettext_lazy("The last administrator stays."),
    RefusalCode.TOO_MUCH: gettext_lazy(
        "That was a lot within one minute. Nothing you typed is lost: wait a minute, then try again."
    ),
    RefusalCode.NO_ANSWER_CHOSEN: gettext_lazy("Choose an answer first."),
    RefusalCode.NOTHING_WRITTEN: gettext_lazy("Write something first."),
    RefusalCode.NOT_RATED: gettext_lazy("Choose yes or no."),
    RefusalCode.PLAN_RENEWED: gettext_lazy(
        "The plan changed after you opened this page. Nothing was started. Here it is anew."
    ),
    RefusalCode.DEPUTY_UNLISTED: gettext_lazy("Choose one of the list."),
    RefusalCode.HOST_NOT_FOUND: gettext_lazy(
        "This computer is not registered at a site of yours. Tick the box to go on without checking it."
    ),
    **LIST_REFUSALS,
    **WAY_REFUSALS,
}

#: Parameters that are in a language of their own: what a person wrote or a computer said, and words of the catalogue.
_SPOKEN: Final[Mapping[str, Callable[[object], str]]] = {
    **dict.fromkeys(("why", "reason", "kind", "value"), own_words),
    **dict.fromkeys(("step", "resource"), content),
}


def refusal_words(refusal: Refusal) -> str:
    """Say why something is not done. Whatever the parameters hold, there is a sentence, and nothing raises."""
    known = {name: _SPOKEN.get(name, str)(value) for name, value in refusal.params.items()}
    words = defaultdict(lambda: _old_words(refusal.params), known)
    for name, made in MADE.items():
        if set(made.params) <= refusal.params.keys():
            words[name] = made.words(refusal.params)
    return compose(REFUSALS[refusal.code], words)


class MadeWords(NamedTuple):
    """What a sentence says of some parameters, where it does not show them as they are."""

    params: tuple[str, ...]
    words: Callable[[Mapping[str, Any]], str]


def _old_words(params: Mapping[str, Any]) -> str:
    """Return what is said where a parameter is missing: before it had one, its sentence was kept as `said`."""
    said = str(params.get("said") or UNKNOWN).rstrip(".")
    return own_words(f"{said[:1].upper()}{said[1:]}.") if "said" in params else UNKNOWN


def _cause(params: Mapping[str, Any]) -> str:
    cause = Refusal.from_json(params["cause"])
    # One refusal rests on one other: a document that goes on and on is not followed.
    return UNKNOWN if "cause" in cause.params else refusal_words(cause)


def _names(value: object) -> str:
    return join_texts(", ", map(content, value)) if isinstance(value, list | tuple) else UNKNOWN


def _answers(params: Mapping[str, Any]) -> str:
    if not params["known"]:
        return _("Nothing is asked there.")
    return compose(_("It is one of: %s."), _names(params["known"]))


def _fault(params: Mapping[str, Any]) -> str:
    return _("without a number") if params["number"] is None else str(params["number"])


def _state(params: Mapping[str, Any]) -> str:
    known = next((state for state in JobState if state == params["state"]), None)
    return state_words(known) if known else UNKNOWN


def _role(value: object) -> str:
    known = next((role for role in Role if role == value), None)
    return _(known.words) if known else UNKNOWN


MADE: Final[Mapping[str, MadeWords]] = {
    "state": MadeWords(("state",), _state),
    "role": MadeWords(("role",), lambda params: _role(params["role"])),
    "other": MadeWords(("other",), lambda params: _role(params["other"])),
    "cause": MadeWords(("cause",), _cause),
    "after_loss": MadeWords(("mode",), lambda params: str(AFTER_LOSS.get(str(params["mode"]), AFTER_LOSS["apply"]))),
    "fault": MadeWords(("number",), _fault),
    "answers": MadeWords(("known",), _answers),
    "choices": MadeWords(("known",), lambda params: _names(params["known"])),
    "odd": MadeWords(("fields",), lambda params: _names(params["fields"])),
    "block_fault": MadeWords(("reason", "line", "text"), block_fault),
    "file_fault": MadeWords(("fault",), file_fault),
}
