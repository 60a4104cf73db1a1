"""The sentence of each code of engine.explanation, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from troubleshoot.engine import Code, Explanation
from troubleshoot.wording.marked_text import compose, join_texts
from troubleshoot.wording.parameters import NOTHING_CHANGED, Words


class Sentence(NamedTuple):
    """What is said of a code: why, and after that what it means, which some pages say in words of their own."""

    why: str | Promise
    then: str | Promise = ""


SENTENCES: Final[Mapping[Code, Sentence]] = {
    Code.UNREADABLE: Sentence(_("What was noted here cannot be read any more.")),
    Code.SENTENCE: Sentence("%(text)s"),
    Code.OBSERVATION_ASKED: Sentence(_("A look at %(host)s was asked for")),
    Code.PLAN_READY: Sentence(_("The plan is ready")),
    Code.PLAN_NEEDS_APPROVAL: Sentence(_("The plan is ready; it waits for a second person")),
    Code.NEEDS_APPROVAL: Sentence(_("It waits for a second person")),
    Code.APPROVED: Sentence(_("%(who)s approved the plan")),
    Code.DECLINED: Sentence(_("%(who)s declined: %(reason)s")),
    Code.ASKED: Sentence(_("%(who)s asks: %(text)s")),
    Code.ASKED_INTERNALLY: Sentence(_("%(who)s asks something, in an internal note")),
    Code.STARTED: Sentence(_("%(who)s started it")),
    Code.TAKEN_BACK: Sentence(_("%(who)s took it back")),
    Code.STOPPED: Sentence(_("%(who)s stopped it before it began")),
    Code.STOP_WANTED: Sentence(_("%(who)s wants it stopped; the computer is told to let it be")),
    Code.STOPPED_IN_TIME: Sentence(_("%(who)s stopped it before anything was written."), NOTHING_CHANGED),
    Code.STOP_TOO_LATE: Sentence(_("It had already begun to write: it is not stopped in mid-write, and goes on.")),
    Code.STOP_UNSAID: Sentence(_("The computer could not be told to stop it: %(way)s")),
    Code.READING_STOPPED: Sentence(_("%(who)s stopped it. Nothing that was read of it counts.")),
    Code.CASE_ENDED: Sentence(_("Taken back, because the case was closed")),
    Code.NEWER_PLAN: Sentence(_("A newer plan was asked for")),
    Code.UNDOING: Sentence(_("Undoing the change of %(when)s UTC")),
    Code.UNDOING_WORSE: Sentence(_("Undoing the change of %(when)s UTC, because the check was worse than before")),
    Code.UNDOING_IN_TIME: Sentence(_("Undoing the change of %(when)s UTC, because its time is over")),
    Code.STARTING: Sentence(_("Starting")),
    Code.STEP: Sentence("%(step)s"),
    Code.CHECKING: Sentence(_("Done on the computer; checking")),
    Code.ALREADY_BACK: Sentence(_("It was already as before")),
    Code.EVENT_UNSEEN: Sentence(_("The readings do not show this: %(event)s")),
    Code.TRYING_AGAIN: Sentence("%(way)s", _("Nothing was started; trying again.")),
    Code.WORKER_SILENT: Sentence(_("Its worker went silent before anything started; it waits for another")),
    Code.READINGS_TAKEN: Sentence(_("The readings are taken")),
    Code.WAY_ENDED: Sentence("%(way)s"),
    Code.NO_SECRET: Sentence("%(refusal)s"),
    Code.SCRIPT_REFUSED: Sentence(_("The computer refused our script."), NOTHING_CHANGED),
    Code.ANOTHER_COMPUTER: Sentence(
        _("Another computer answers under this name: its identity is not the one we know.")
    ),
    Code.GUARDED: Sentence("%(refusals)s"),
    Code.PLAN_FAILED: Sentence(_("The plan could not be made. %(refusal)s")),
    Code.NOTHING_TO_CHANGE: Sentence(
        _("There is nothing to change: everything is already as this remedy would make it.")
    ),
    Code.HAND_VERIFIED: Sentence(_("Looked again, twice: %(kept)s.")),
    Code.HAND_TOLD: Sentence(
        _("Looked again: %(kept)s. It was not read otherwise before, so only trying it shows whether it helped.")
    ),
    Code.HAND_NOT_VERIFIED: Sentence(_("Looked again: %(missed)s.")),
    Code.HAND_UNSEEN: Sentence(_("What would show whether it helped could not be read.")),
    Code.TEST_PASSED: Sentence(_("The way in is good")),
    Code.TEST_NOT_PASSED: Sentence(_("Not passed: %(question)s")),
    Code.REFUSED: Sentence("%(refusal)s"),
    Code.DEFECT: Sentence(_("A defect in Mendpoint ended this. It is in the worker's log with this job's number.")),
    Code.PLAN_UNREADABLE: Sentence(_("The plan cannot be carried out. %(refusal)s")),
    Code.PLAN_OUTDATED: Sentence(_("This plan can no longer be carried out: %(what)s. Make a new plan.")),
    Code.PLAN_OF_ANOTHER_COMPUTER: Sentence(_("The plan was made for another computer under this name.")),
    Code.NOBODY_STARTED: Sentence(_("Nobody started this.")),
    Code.STARTER_NOT_ALLOWED: Sentence(_("%(who)s may no longer start this. %(denied)s")),
    Code.CRITICAL_MEANWHILE: Sentence(
        _("%(host)s was marked critical meanwhile. Make a new plan, which a second person approves.")
    ),
    Code.APPROVAL_GONE: Sentence(_("The approval has expired, was used, or its giver may no longer approve.")),
    Code.APPROVAL_SPENT: Sentence(_("The approval was used or has expired.")),
    Code.IDENTITY_CHANGED: Sentence(_("Another computer answers under this name."), NOTHING_CHANGED),
    Code.VISIT_REFUSED: Sentence("%(way)s", NOTHING_CHANGED),
    Code.UNREACHABLE: Sentence("%(way)s", NOTHING_CHANGED),
    Code.DRIFTED: Sentence(_("Someone else changed this computer meanwhile. Nothing was changed by us.")),
    Code.UNDECIDED: Sentence(_("Nobody decided in time.")),
    Code.APPROVED_NOT_STARTED: Sentence(_("It was approved, and nobody started it in time.")),
    Code.PLAN_NOT_STARTED: Sentence(_("Nobody started it in time.")),
    Code.NO_WORKER: Sentence(_("No worker of its site took it in time.")),
    Code.HELD_BY: Sentence(_("It waits: how “%(title)s” of %(when)s UTC ended on this computer is not known.")),
    Code.HELD_BY_CASE: Sentence(
        _("It waits: how “%(title)s” of %(when)s UTC (case %(case)s) ended on this computer is not known.")
    ),
    Code.HELD_TOO_LONG: Sentence(_("The computer was held all the time: how another change of it ended is not known.")),
    Code.STEP_REFUSED: Sentence(_("The computer refused a step (%(where)s)."), "%(written)s"),
    Code.STOP_PENDING: Sentence(
        _("It was told to stop, and has not stopped in time: it hangs (%(where)s)."),
        _("It is neither as before nor as wanted, and can stay like this for ever."),
    ),
    Code.START_PENDING: Sentence(
        _("It was told to start, and was not up in time: it hangs (%(where)s)."),
        _("It may still come up; it can stay like this for ever too."),
    ),
    Code.CONTACT_LOST: Sentence(_("We lost contact while changing: %(way)s"), _("We do not repeat it.")),
    Code.DUPLICATE: Sentence(_("This very attempt was on the computer before. Whether it finished is not known.")),
    Code.WORKER_LOST: Sentence(
        _("Its worker went silent after the start. Whether the change was made is not known; it is not repeated.")
    ),
    Code.SETTLE_ASKED: Sentence(_("%(host)s is asked what became of the change")),
    Code.NOT_ASKED: Sentence(_("No worker has asked the computer in time what became of the change.")),
    Code.NO_ANSWER: Sentence(_("The computer was asked what became of the change: %(way)s")),
    Code.STILL_RUNS: Sentence(_("The change still runs on the computer.")),
    Code.NOT_READ: Sentence(_("What became of the change could not be read on the computer.")),
    Code.KNOWN_NOW: Sentence(_("The computer has said what became of the change")),
    Code.SETTLED_MEANWHILE: Sentence(_("What became of the change was settled meanwhile.")),
    Code.NEVER_BEGAN: Sentence(
        _("The computer says that this never began there."), _("Nothing was changed, and it can never begin any more.")
    ),
    Code.CAME_TO_ITS_END: Sentence(_("The computer has kept how it ended: it was done there; checking")),
    Code.CUT_AS_WANTED: Sentence(_("It was cut half-way on the computer. Everything is as it was to become; checking")),
    Code.CUT_AS_BEFORE: Sentence(_("It was cut on the computer."), _("Everything is as it was before.")),
    Code.CUT_HALF_WAY: Sentence(_("It was cut half-way on the computer."), "%(written)s"),
    Code.CUT_NO_TRACE: Sentence(
        _("It was cut half-way on the computer."), _("Whether a step was done that leaves no trace is not known.")
    ),
    Code.SETTLED_DONE: Sentence(_("%(who)s looked at the computer: the change was made. %(reason)s")),
    Code.SETTLED_NOT_DONE: Sentence(
        _("%(who)s looked at the computer: the change was not made, or only in part. %(reason)s")
    ),
    Code.SETTLED_PUT_BACK: Sentence(_("%(who)s looked at the computer: it is as it was before. %(reason)s")),
    Code.VERIFIED_OUTSIDE: Sentence(_("Checked from outside, twice: it answers properly again.")),
    Code.VERIFIED_FURTHER: Sentence(
        _("Checked twice: what this was to repair is repaired."),
        _("A connection does not come all the way yet: something else is in its way."),
    ),
    Code.VERIFIED_INSIDE: Sentence(_("Read again, twice: %(kept)s.")),
    Code.VERIFIED_FOR_A_TIME: Sentence(
        _("Changed as planned, for a limited time. Read again, twice: %(kept)s."),
        _("It is put back by itself at %(when)s UTC."),
    ),
    Code.NOT_VERIFIED_OUTSIDE: Sentence(
        _("Done, but it still does not answer properly. Check from outside: %(missed)s.")
    ),
    Code.NOT_VERIFIED_INSIDE: Sentence(_("Done, but it still does not answer properly. Read again: %(missed)s.")),
    Code.UNCHECKED: Sentence(_("Done on the computer, but it could not be checked."), "%(why)s"),
    Code.UNCHECKED_NO_WORKER: Sentence(_("Done on the computer, but no worker was there to check it.")),
    Code.BACK_BROKEN: Sentence(
        _("Read again: everything is as it was before."), _("What the change had repaired is broken again.")
    ),
    Code.BACK_VERIFIED: Sentence(_("Read again: everything is as it was before.")),
    Code.BACK_VERIFIED_PARTLY: Sentence(_("Read again: all that can be put back is as it was before.")),
    Code.BACK_NOT_VERIFIED: Sentence(_("Read again: it is not as it was before.")),
    Code.UNDONE: Sentence(_("Undone")),
    Code.NOT_ARMED: Sentence(
        _("The computer could not be made ready to undo this by itself: it did not take or keep the scheduled task."),
        NOTHING_CHANGED,
    ),
    Code.UNDO_ARMED: Sentence(_("The computer is ready to put this back by itself")),
    Code.UNDO_DISARMED: Sentence(_("The computer does not put this back by itself any more")),
    Code.UNDO_LOST: Sentence(
        _("The computer cannot put this back by itself any more: somebody or something removed its scheduled task.")
    ),
    Code.UNDO_STAYS: Sentence(
        _("The computer could not be told that it need not put this back by itself: %(way)s"), _("We tell it again.")
    ),
    Code.UNDO_FAILED_THERE: Sentence(_("The computer tried to put this back by itself and could not.")),
    Code.UNDO_SAID: Sentence(
        _("The computer says that it has put this back by itself; nobody has read that yet."), _("We read it.")
    ),
    Code.UNDO_NOT_SO: Sentence(
        _("The computer says that it has put this back by itself, but what was read there after that is not as before.")
    ),
    Code.UNDO_LOOKED_FOR: Sentence(_("%(host)s is asked what became of its own undo of a change")),
    Code.UNDONE_BY_COMPUTER: Sentence(_("The computer has put it back by itself.")),
    Code.UNDONE_BY_COMPUTER_PARTLY: Sentence(
        _("The computer has put it back by itself, but for what somebody had changed there since: %(titles)s.")
    ),
    Code.DISARM_ASKED: Sentence(_("%(host)s is told that it need not put a change back by itself")),
    Code.WORSE_AND_STAYS: Sentence(_("It is worse than before, and nothing of it can be put back.")),
    Code.NOTHING_TO_UNDO: Sentence(_("Nothing of this temporary change is left to undo.")),
    Code.SEALED_MESSAGES: Sentence(_("Not used: over HTTP the messages themselves are sealed.")),
    Code.READINGS_COUNTED: Sentence(_("%(good)s of %(all)s readings")),
    Code.CLOCK_UNREADABLE: Sentence(_("It says no date that can be read.")),
    Code.CLOCK_AGREES: Sentence(_("No difference")),
    Code.CLOCK_AHEAD: Sentence(_("%(length)s ahead of the worker")),
    Code.CLOCK_BEHIND: Sentence(_("%(length)s behind the worker")),
}

#: Why a host would not run our scripts, and what to do, where the bootstrap has a word for it.
_REFUSALS: Final[Mapping[str, Sentence]] = {
    "constrained_language": Sentence(
        _(
            "PowerShell on this computer runs in constrained language mode, so nothing can be read or changed. "
            "Ask whoever manages the application control policy to allow Mendpoint's scripts."
        )
    ),
    "antimalware": Sentence(
        _(
            "The antimalware program on this computer blocked our script. "
            "Ask whoever manages it to look at the event and to allow Mendpoint's scripts."
        ),
        NOTHING_CHANGED,
    ),
    "powershell_too_old": Sentence(
        _("Windows PowerShell on this computer is older than 5.1. Install Windows Management Framework 5.1.")
    ),
}


def explained(found: Explanation | None) -> str:
    """Return an explanation as its sentences; empty for none."""
    if found is None:
        return ""
    sentence = _sentence(found)
    return join_texts(" ", (part for part in (_filled(sentence.why, found), _filled(sentence.then, found)) if part))


def kept_words(found: Explanation | None) -> str:
    """Return what a remedy has promised, and its check has shown."""
    return Words(found.params if found else {})["kept"]


def reason(found: Explanation | None) -> str:
    """Say only why, for a page that says in words of its own what it means; empty for none."""
    return _filled(_sentence(found).why, found) if found else ""


def _sentence(found: Explanation) -> Sentence:
    if found.code == Code.SCRIPT_REFUSED:
        return _REFUSALS.get(str(found.params.get("reason")), SENTENCES[found.code])
    return SENTENCES[found.code]


def _filled(text: str | Promise, found: Explanation) -> str:
    words = Words(found.params)
    if found.params.get("because") is not None:
        inner = Explanation.from_json(found.params["because"])
        # One explanation rests on one other: a document that goes on and on is not followed.
        words["why"] = explained(Explanation(inner.code, {**inner.params, "because": None}))
    return compose(text, words)
