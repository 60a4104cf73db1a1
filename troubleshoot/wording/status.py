"""The status of a case in words: who acts, what for, and what each reader is told of it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.engine import (
    ACTORS,
    UNKNOWN_END,
    CaseActor,
    CaseMatter,
    CaseStatus,
    Hindrance,
    Reader,
    ToldWords,
    UndoReason,
)
from troubleshoot.wording.marked_text import compose, own_words

#: What a case asks for, as lists name it.
MATTERS: Mapping[CaseMatter, str | Promise] = {
    CaseMatter.DECIDE: gettext_lazy("Decide after lost contact"),
    CaseMatter.ANSWER: gettext_lazy("Answer the message"),
    CaseMatter.REPLY: gettext_lazy("Answer the approver"),
    CaseMatter.SETTLE: gettext_lazy("The computer is asked how a change ended"),
    CaseMatter.CHANGE: gettext_lazy("A change is running"),
    CaseMatter.UNDO: gettext_lazy("A change is being put back"),
    CaseMatter.UNDO_SAID: gettext_lazy("The computer says that it has put a change back: that is read"),
    CaseMatter.APPROVAL: gettext_lazy("A second person decides"),
    CaseMatter.START: gettext_lazy("Start the fix"),
    CaseMatter.UNDONE: gettext_lazy("It was put back: decide what comes next"),
    CaseMatter.UNDO_FAILED: gettext_lazy("It could not be put back: decide what comes next"),
    CaseMatter.HELP: gettext_lazy("Help the person"),
    CaseMatter.PLAN: gettext_lazy("Plan the fix"),
    CaseMatter.BY_HAND: gettext_lazy("Do it by hand"),
    CaseMatter.OBSERVE: gettext_lazy("The computer is being read"),
    CaseMatter.PLANNING: gettext_lazy("The plan is being made"),
    CaseMatter.HAND_CHECK: gettext_lazy("We look whether it helped"),
    CaseMatter.AGREE: gettext_lazy("The person decides about the plan"),
    CaseMatter.CHOOSE: gettext_lazy("The person decides about the fix"),
    CaseMatter.DO_BY_HAND: gettext_lazy("The person does it by hand"),
    CaseMatter.LATER: gettext_lazy("The person put it off"),
    CaseMatter.QUESTION: gettext_lazy("The person answers"),
    CaseMatter.TRY: gettext_lazy("The person tries something"),
    CaseMatter.CONFIRM: gettext_lazy("The person says whether it works"),
    CaseMatter.CLOSED: gettext_lazy("Closed"),
}
_PUT_BACK: Mapping[UndoReason | None, str | Promise] = {
    UndoReason.ASKED: gettext_lazy("Helpdesk has put the change back."),
    UndoReason.OWN: gettext_lazy("The person has put the change back."),
    UndoReason.WORSE: gettext_lazy("The check after the change was worse than before, so it was put back at once."),
    UndoReason.TIME_OVER: gettext_lazy("The change was made for a time, which is over, so it was put back."),
    None: gettext_lazy("The change was put back."),
}
_OWN: Promise | str = gettext_lazy("You have put the change back.")
#: What the person is told of it; the sentences for others stand in the tables below, where they differ.
TO_PERSON: Mapping[CaseMatter, str | Promise] = {
    CaseMatter.DECIDE: gettext_lazy(
        "Helpdesk looks after the computer and decides. Until then it is held: nothing else is changed on it."
    ),
    CaseMatter.SETTLE: gettext_lazy(
        "We lost contact with the computer, and ask it what became of the change. Nothing is repeated, and nothing "
        "else is changed on it until that is known."
    ),
    CaseMatter.ANSWER: gettext_lazy("Helpdesk has your message and answers it."),
    CaseMatter.REPLY: gettext_lazy(
        "A second person decides about the plan, and has asked helpdesk something about it. You need not do anything."
    ),
    CaseMatter.CHANGE: gettext_lazy("The change goes on by itself."),
    CaseMatter.UNDO: gettext_lazy("The change is being put back. You need not do anything."),
    CaseMatter.UNDO_SAID: gettext_lazy(
        "The computer says that it has taken the change back by itself. We have not read that yet, and do so now. You "
        "need not do anything."
    ),
    CaseMatter.APPROVAL: gettext_lazy("A second person decides about the plan. You need not do anything."),
    CaseMatter.START: gettext_lazy("Helpdesk has your case, with everything you see here, and starts the fix."),
    CaseMatter.UNDONE: gettext_lazy("Helpdesk decides what comes next. You need not do anything."),
    CaseMatter.UNDO_FAILED: gettext_lazy(
        "The change was to be put back, and that did not get through. Helpdesk decides what comes next."
    ),
    CaseMatter.HELP: gettext_lazy("Helpdesk has your case, with everything you see here."),
    CaseMatter.PLAN: gettext_lazy("Helpdesk has your case, with everything you see here."),
    CaseMatter.BY_HAND: gettext_lazy("Helpdesk has your case and does this by hand."),
    CaseMatter.OBSERVE: gettext_lazy("We look at the computer."),
    CaseMatter.PLANNING: gettext_lazy("We read the computer once more, to show what would change."),
    CaseMatter.HAND_CHECK: gettext_lazy("We look whether it helped."),
    CaseMatter.AGREE: gettext_lazy("You decide about the plan."),
    CaseMatter.CHOOSE: gettext_lazy("You decide what is done. Helpdesk is not asked until you say so."),
    CaseMatter.DO_BY_HAND: gettext_lazy("You do what is described here."),
    CaseMatter.LATER: gettext_lazy(
        "You put this off. Nothing is changed, and helpdesk is not asked, until you say so."
    ),
    CaseMatter.QUESTION: gettext_lazy("You answer the question."),
    CaseMatter.TRY: gettext_lazy("You try what is described here."),
    CaseMatter.CONFIRM: gettext_lazy("You say whether it works."),
    CaseMatter.CLOSED: gettext_lazy("Nobody: this case is closed."),
}
#: The same, while no worker has begun it.
_WAITING_MATTERS: Mapping[CaseMatter, str | Promise] = {
    CaseMatter.CHANGE: gettext_lazy("A change waits for its turn"),
    CaseMatter.UNDO: gettext_lazy("Putting a change back waits for its turn"),
}
_WAITING: Mapping[CaseMatter, str | Promise] = {
    CaseMatter.CHANGE: gettext_lazy("The change waits for its turn and begins by itself."),
    CaseMatter.UNDO: gettext_lazy("Putting the change back waits for its turn and begins by itself."),
}
TO_DESK: Mapping[CaseMatter, str | Promise] = {
    CaseMatter.REPLY: gettext_lazy("An approver asks something about the plan: answer by an internal note."),
    CaseMatter.DECIDE: gettext_lazy("Look after the computer: it is held until it is known how the change ended."),
    CaseMatter.UNDO_SAID: gettext_lazy(
        "The computer says that it has put the change back by itself. That was not read yet: the portal reads it until "
        "it is known."
    ),
    CaseMatter.UNDONE: gettext_lazy(
        "What was read before that no longer counts: read the computer anew, or close the case."
    ),
    CaseMatter.UNDO_FAILED: gettext_lazy(
        "Putting the change back did not get through: read the computer anew, try it again, or close the case."
    ),
    CaseMatter.CHOOSE: gettext_lazy("The person has been shown what was found, and has not asked for the fix yet."),
    CaseMatter.LATER: gettext_lazy("The person said “Not now”. Nothing is done until they come back."),
}
#: What a closed case says of what its changes have left; nobody is told less of it than another.
_LEFT: Mapping[CaseMatter, str | Promise] = {
    CaseMatter.DECIDE: gettext_lazy(
        "How a change ended is not known. Helpdesk looks after the computer: it is held, and nothing else is changed "
        "on it, until that is known."
    ),
    CaseMatter.SETTLE: gettext_lazy(
        "How a change ended is not known. The portal asks the computer by itself: it is held, and nothing else is "
        "changed on it, until that is known."
    ),
    CaseMatter.CHANGE: gettext_lazy("A change is still being made on the computer."),
    CaseMatter.UNDO: gettext_lazy("The change is being put back."),
    CaseMatter.UNDO_SAID: gettext_lazy(
        "The computer says that it has put the change back by itself. That was not read yet: the portal reads it."
    ),
    CaseMatter.APPROVAL: gettext_lazy("The change is to be put back: a second person decides about that."),
    CaseMatter.START: gettext_lazy("The change is to be put back: helpdesk starts that."),
    CaseMatter.UNDO_FAILED: gettext_lazy(
        "The change was to be put back, and that did not get through. Helpdesk looks after the computer."
    ),
}
_TO_APPROVER: Mapping[CaseMatter, str | Promise] = {
    CaseMatter.APPROVAL: gettext_lazy("You, or another approver, decide about the plan."),
    CaseMatter.REPLY: gettext_lazy(
        "Helpdesk has a question about the plan to answer. You, or another approver, can decide meanwhile."
    ),
}
#: The same, where nobody's turn comes while something keeps the portal from the computer.
_KEPT_MATTERS: Mapping[tuple[Hindrance, CaseMatter], str | Promise] = {
    (Hindrance.HELD, CaseMatter.CHANGE): gettext_lazy("A change waits: the computer is held"),
    (Hindrance.HELD, CaseMatter.UNDO): gettext_lazy("Putting a change back waits: the computer is held"),
    (Hindrance.AWAY, CaseMatter.UNDO): gettext_lazy("Putting a change back waits: the computer does not answer"),
}
_KEPT: Mapping[CaseMatter, str | Promise] = {
    CaseMatter.CHANGE: gettext_lazy("The change has not begun."),
    CaseMatter.UNDO: gettext_lazy("The portal has not begun to put the change back."),
}
_HINDRANCES: Mapping[Hindrance, str | Promise] = {
    Hindrance.NO_WORKER: gettext_lazy(
        "No worker serves this site now, so this waits until one is started: an administrator can see to it."
    ),
    Hindrance.AWAY: gettext_lazy("The computer does not answer. The portal tries again by itself until it does."),
    Hindrance.HELD: gettext_lazy(
        "How another change of this computer ended is not known: it is held, and nothing else is changed on it, until "
        "helpdesk has settled that."
    ),
}


def closed_words(actor: str) -> str:
    """Return how a closed case is called that somebody still acts on, by who that is; empty for any other."""
    words = {
        CaseActor.HELPDESK: _("Closed; helpdesk looks after the computer"),
        CaseActor.PORTAL: _("Closed; the portal is not done with the computer"),
        CaseActor.APPROVER: _("Closed; a second person decides about putting a change back"),
    }
    return next((said for one, said in words.items() if one == actor), "")


def case_state_words(
    of: CaseMatter, outcome: str, actor: str = CaseActor.NOBODY, *, sent_to: str = ""
) -> tuple[str, str]:
    """Return where a case stands, in words and as the kind of its badge, for the person's own lists."""
    if of == CaseMatter.CLOSED:
        if said := closed_words(actor):
            return said, "warn"
        ends = {"solved": (_("Solved"), "ok"), "explained": (_("Explained"), "ok")}
        ends["withdrawn"] = (_("Closed by you"), "")
        return ends.get(outcome, (sent_on_words(sent_to), ""))
    own = {
        CaseMatter.LATER: (_("You put it off"), ""),
        CaseMatter.OBSERVE: (_("Being checked"), "info"),
        **dict.fromkeys((CaseMatter.CHOOSE, CaseMatter.AGREE, CaseMatter.PLANNING), (_("A fix was found"), "info")),
        **dict.fromkeys((CaseMatter.CHANGE, CaseMatter.UNDO, CaseMatter.HAND_CHECK), (_("Under way"), "info")),
        CaseMatter.SETTLE: (_("Contact was lost: we ask the computer"), "info"),
    }
    usual = {
        CaseActor.PERSON: (_("Waits for your answer"), "warn"),
        CaseActor.APPROVER: (_("Waits for a second person"), "info"),
    }
    own[CaseMatter.REPLY] = usual[CaseActor.APPROVER]
    return own.get(of) or usual.get(ACTORS[of], (_("With helpdesk"), "info"))


def sent_on_words(to: str) -> str:
    """Return that a case was sent on, and to whom; where nobody is named, only that it is closed."""
    return compose(_("Sent on to %s"), own_words(to)) if to else _("Closed")


def put_back_words(work: CaseMatter, *, waits: bool = False, partly: bool | None = None) -> str:
    """Return the heading of a case whose change was put back, is being put back or waits for that, or could not be;
    `partly`: whether something of it cannot be put back (None: this is not known here)."""
    if waits:
        return _("It waits to be put back")
    words = {
        CaseMatter.UNDO: _("It is being put back"),
        CaseMatter.UNDO_SAID: _("The computer says that it was put back"),
        CaseMatter.UNDO_FAILED: _("It could not be put back"),
    }
    back = _("It was put back, but not all of it") if partly else _("It was put back as it was")
    return words.get(work, _("It was put back") if partly is None else back)


def unsettled_words(*, undo: bool | None = None) -> str:
    """Return the heading of a case while nobody knows how its last change, or putting that back, has ended; `undo`
    None: which of them is not known here."""
    if undo is None:
        return _("It is not known how a change ended")
    return _("It is not known whether it was put back") if undo else _("It is not known how the change ended")


def left_words(left: CaseMatter, *, undo: bool, waits: bool, hindrance: Hindrance | None) -> str:
    """Return the heading of a closed case by what its last change has left: not known, or still going on."""
    if left in UNKNOWN_END:
        return unsettled_words(undo=undo)
    return matter_words(left, waits=waits and left in _WAITING_MATTERS, hindrance=hindrance)


def put_back_reason_words(why: UndoReason | None) -> str:
    """Return why a change was put back."""
    return str(_PUT_BACK[why])


def matter_words(of: CaseMatter, *, waits: bool = False, hindrance: Hindrance | None = None) -> str:
    """Return what a case asks for, in the words of lists; `waits`: no worker has begun the change; `hindrance`: what
    keeps one from it."""
    kept = _KEPT_MATTERS.get((hindrance, of)) if hindrance else None
    return str((kept or _WAITING_MATTERS[of]) if waits else MATTERS[of])


def hindrance_words(of: Hindrance | None, reader: Reader | None = None) -> str:
    """Return what keeps the portal from beginning, and who can help; empty for nothing."""
    if of == Hindrance.NO_WORKER and reader == Reader.EMPLOYEE:
        return _("The portal cannot reach your site now. This waits until an administrator has seen to that.")
    return str(_HINDRANCES[of]) if of else ""


def actor_words(told: ToldWords, reader: Reader, *, person: str) -> str:
    """Return who acts now, as this reader calls them."""
    names = {
        CaseActor.PERSON: _("you") if reader == Reader.EMPLOYEE else person,
        CaseActor.HELPDESK: _("%s of helpdesk") % told.by if told.by else _("helpdesk"),
        CaseActor.APPROVER: _("an approver"),
        CaseActor.PORTAL: _("the portal, by itself"),
        CaseActor.NOBODY: _("nobody"),
    }
    return names[told.actor]


def _put_back(why: UndoReason | None, reader: Reader) -> str | Promise:
    return _OWN if why == UndoReason.OWN and reader == Reader.EMPLOYEE else _PUT_BACK[why]


def told_words(status: CaseStatus, reader: Reader) -> list[str]:
    """Return what a reader is told of where a case stands: sentences, the first of which says what is done now."""
    of = status.told
    usual = {Reader.HELPDESK: TO_DESK, Reader.APPROVER: _TO_APPROVER}.get(reader, TO_PERSON)
    waiting = _KEPT if of.hindrance else _WAITING
    first = (waiting if of.waits else usual).get(of.code)
    if of.also_own and reader == Reader.EMPLOYEE:
        first = _("Helpdesk has your case and helps you with it. You can also do it yourself, as is described here.")
    kept = hindrance_words(of.hindrance, reader)
    if of.left:
        left = waiting[of.left] if of.waits else _LEFT.get(of.left, _put_back(of.why, reader))
        return [str(one) for one in (left, kept) if one]
    why = _put_back(of.why, reader) if of.code == CaseMatter.UNDONE else None
    unread = _("The computer was not checked: it is no longer one of whoever asked for it.") if of.unread else None
    first = first or MATTERS[of.code]
    return [str(one) for one in (why, first, kept, unread) if one]
