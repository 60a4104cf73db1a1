"""The words of a case's status: who acts, what for, what is pressed, and what keeps the one who acts from acting."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class CaseActor(StrEnum):
    """Who acts now."""

    PERSON = "person"
    HELPDESK = "helpdesk"
    APPROVER = "approver"
    PORTAL = "portal"
    NOBODY = "nobody"


class Reader(StrEnum):
    """Who reads a page about a case."""

    EMPLOYEE = "employee"
    HELPDESK = "helpdesk"
    APPROVER = "approver"


class CaseMatter(StrEnum):
    """What somebody has to act for."""

    DECIDE = "decide"  # how a change ended is not known
    ANSWER = "answer"  # the person wrote, and nobody has answered
    REPLY = "reply"  # an approver asked about a plan, and nobody has answered
    SETTLE = "settle"  # how a change ended is not known, and the portal asks the computer
    CHANGE = "change"  # a change waits for its worker, or runs
    UNDO = "undo"  # the same, of what puts a change back
    UNDO_SAID = "undo_said"  # the computer says that it has put a change back, and the portal reads that
    APPROVAL = "approval"  # a second person decides about a plan
    START = "start"  # a plan lies before helpdesk
    UNDONE = "undone"  # the last change was put back: what comes next?
    UNDO_FAILED = "undo_failed"  # the last change was to be put back, and was not
    HELP = "help"  # the person asked for a person, or the guide hands over
    PLAN = "plan"  # helpdesk makes the plan of the remedy
    BY_HAND = "by_hand"  # helpdesk carries the remedy out by hand
    OBSERVE = "look"  # the computer is being read
    PLANNING = "planning"  # it is being read for a plan
    HAND_CHECK = "hand_check"  # it is being read to see whether something done by hand has helped
    AGREE = "agree"  # a plan lies before the person
    CHOOSE = "choose"  # a remedy was found: the person takes it, asks helpdesk for it, or puts it off
    DO_BY_HAND = "do_by_hand"  # the person carries the remedy out by hand
    LATER = "later"  # the person put the remedy off
    QUESTION = "question"
    TRY = "try"
    CONFIRM = "confirm"  # a change was proved: does it work for the person?
    CLOSED = "closed"


class CasePress(StrEnum):
    """What a reader may press. Whether the rules let this very person do it, `access` says."""

    ANSWER = "answer"
    HELP = "help"
    SAY = "say"
    PLAN = "plan"
    START = "start"
    STOP = "stop"
    DONE = "done"
    NOT_NOW = "not_now"
    WITHDRAW = "withdraw"
    READ = "read"
    SETTLE = "settle"
    AGAIN = "again"
    TAKE = "take"
    CLOSE = "close"
    APPROVE = "approve"
    DECLINE = "decline"
    ASK = "ask"


class Hindrance(StrEnum):
    """What keeps the one who acts from acting."""

    NO_WORKER = "no_worker"
    AWAY = "away"  # the computer does not answer, and the portal goes on trying
    HELD = "held"  # how another change of the computer ended is not known


_MATTERS: Mapping[CaseActor, tuple[CaseMatter, ...]] = {
    CaseActor.HELPDESK: (
        *(
            CaseMatter.DECIDE,
            CaseMatter.ANSWER,
            CaseMatter.REPLY,
            CaseMatter.START,
            CaseMatter.UNDONE,
            CaseMatter.UNDO_FAILED,
            CaseMatter.HELP,
        ),
        *(CaseMatter.PLAN, CaseMatter.BY_HAND),
    ),
    CaseActor.APPROVER: (CaseMatter.APPROVAL,),
    CaseActor.PORTAL: (
        CaseMatter.SETTLE,
        CaseMatter.CHANGE,
        CaseMatter.UNDO,
        CaseMatter.UNDO_SAID,
        CaseMatter.OBSERVE,
        CaseMatter.PLANNING,
        CaseMatter.HAND_CHECK,
    ),
    CaseActor.PERSON: (
        *(CaseMatter.AGREE, CaseMatter.CHOOSE, CaseMatter.DO_BY_HAND, CaseMatter.LATER),
        *(CaseMatter.QUESTION, CaseMatter.TRY, CaseMatter.CONFIRM),
    ),
    CaseActor.NOBODY: (CaseMatter.CLOSED,),
}
#: The one actor of each matter.
ACTORS: Mapping[CaseMatter, CaseActor] = {matter: actor for actor, matters in _MATTERS.items() for matter in matters}
#: The last change was put back, is being put back, or was to be.
PUT_BACK = frozenset({CaseMatter.UNDO, CaseMatter.UNDO_SAID, CaseMatter.UNDONE, CaseMatter.UNDO_FAILED})
#: While one of these lasts, a change may still move the computer: nothing else is begun, and nothing is closed.
UNSETTLED = frozenset({CaseMatter.DECIDE, CaseMatter.SETTLE, CaseMatter.CHANGE, CaseMatter.UNDO})
#: How a change ended is not known.
UNKNOWN_END = frozenset({CaseMatter.DECIDE, CaseMatter.SETTLE})
