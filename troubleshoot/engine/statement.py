"""What a page states of a computer, of the way to it, of other people or of what will happen: a code, and what that
rests on. Its sentence is made late, by `wording`, for whoever reads it; a sentence by itself is never one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Grounds(StrEnum):
    """What a statement rests on."""

    READING = "reading"  # what was measured of the computer
    JOB = "job"  # how a job stands or has ended
    PLAN = "plan"  # what a plan writes, and what happens in it
    STATUS = "status"  # where the case stands
    TOLD = "told"  # what a person said or did
    CATALOG = "catalog"  # what the catalogue says of a remedy or a guide


class StatementCode(StrEnum):
    """Everything that is claimed. `wording.statements` has a sentence for each."""

    # Where a case stands.
    TEXT = "text"  # text: words of the catalogue
    ACTOR = "actor"  # told, person
    STANDS = "stands"  # status
    CARES = "cares"  # who
    QUEUE = "queue"  # number
    DESK_HAS_IT = "desk_has_it"
    COUNTS_UNTIL = "counts_until"  # until
    APPROVED_DESK_STARTS = "approved_desk_starts"
    NOTHING_LEFT = "nothing_left"
    ASKED_FOR_DESK = "asked_for_desk"  # who, at
    ASKED_ON_PAGE = "asked_on_page"  # who
    READS_THIS = "reads_this"  # who
    WRITTEN_FOR = "written_for"  # who, text: words of the catalogue that address the person
    SEES_STEPS = "sees_steps"  # who
    SAID_AT_START = "said_at_start"
    SAID_SAME_ERROR = "said_same_error"  # who, at

    # What is being read, and what is done with that.
    LOOKING = "looking"
    LOOK_LATE = "look_late"
    READ_ALL = "read_all"
    READ_FOUND = "read_found"
    READ_ANSWER_MISSING = "read_answer_missing"
    READ_ANSWER_HELPS = "read_answer_helps"
    NOT_LOOKED_AT = "not_looked_at"  # host
    NOT_REGISTERED = "not_registered"
    NOTHING_READ = "nothing_read"
    JUDGED_BEFORE_UNDO = "judged_before_undo"
    JUDGED_BEFORE_FIX = "judged_before_fix"
    JUDGED_BEFORE_OTHERS = "judged_before_others"  # changed

    # The computer, the way, the person's PC.
    ANSWERS_ALL_THE_WAY = "answers_all_the_way"
    PC_CAN_SHOW = "pc_can_show"
    PC_CANNOT_HELP = "pc_cannot_help"
    PC_MAY_HELP = "pc_may_help"
    IN_ORDER = "in_order"
    NO_FAULT_SEEN = "no_fault_seen"
    IN_FORCE = "in_force"  # host, title: words of the catalogue, until
    MAY_BE_IN_FORCE = "may_be_in_force"  # host, title, until
    NOT_PUT_BACK_IN_TIME = "not_put_back_in_time"  # host, title, until
    PERHAPS_PUT_BACK = "perhaps_put_back"  # host, title, until
    NOT_AS_USUAL = "not_as_usual"
    ALSO_FOUND = "also_found"
    TEXT_DIFFERS = "text_differs"
    NO_CAUSE = "no_cause"
    REPAIRED_FIRST = "repaired_first"  # first, others
    LEFT_TO_REPAIR = "left_to_repair"  # others

    # What a plan does, who lets it run, what becomes of whom.
    DISCONNECTS = "disconnects"
    DISCONNECTS_WHOEVER = "disconnects_whoever"
    NOBODY_CONNECTED = "nobody_connected"
    SIGNS_OUT = "signs_out"
    KEEPS_SESSIONS = "keeps_sessions"
    KEEPS_WHOEVER = "keeps_whoever"
    PUTS_ALL_BACK = "puts_all_back"
    PUTS_PART_BACK = "puts_part_back"  # why
    PUTS_NOTHING_BACK = "puts_nothing_back"  # why
    NEVER_CARRIED_OUT = "never_carried_out"
    READS_FOR_PLAN = "reads_for_plan"  # host
    DESK_STARTS = "desk_starts"
    SECOND_FOR_RISK = "second_for_risk"
    SECOND_FOR_COMPUTER = "second_for_computer"
    BARRED = "barred"  # host
    BY_HAND_DESK = "by_hand_desk"
    HAND_CHECK = "hand_check"
    HAND_CHECK_BY = "hand_check_by"  # who
    LOOK_AFTER_HAND = "look_after_hand"  # host
    NO_LOOK_AFTER_HAND = "no_look_after_hand"
    PORTAL_LOOKS = "portal_looks"
    PORTAL_CANNOT_LOOK = "portal_cannot_look"
    TAKES_PROTECTION_BACK = "takes_protection_back"
    REACH_UNKNOWN = "reach_unknown"
    UNDONE_AFTER = "undone_after"  # length
    UNDONE_BY_ITSELF = "undone_by_itself"  # length
    UNDONE_UNHEARD = "undone_unheard"  # length
    UNDO_BRINGS_FAULT = "undo_brings_fault"
    NEVER_RAN = "never_ran"
    NEVER_RAN_HERE = "never_ran_here"
    RAN_HERE = "ran_here"  # number
    NEVER_CHANGED = "never_changed"

    # How a change goes, and how it ended.
    HAS_BEGUN = "has_begun"
    HAS_BEGUN_NO_MAIL = "has_begun_no_mail"
    STOPS_AT = "stops_at"  # length
    VISIT_ENDS = "visit_ends"  # ends
    CHANGE_RUNS = "change_runs"  # host
    UNDO_RUNS = "undo_runs"  # host
    CHANGE_GOES_ON = "change_goes_on"
    UNDO_GOES_ON = "undo_goes_on"
    STOP_WANTED = "stop_wanted"
    STOP_TOO_LATE = "stop_too_late"
    APPROVED_CAN_START = "approved_can_start"  # who
    APPROVED_WAITS = "approved_waits"
    APPROVED_HELD = "approved_held"
    APPROVED_RUNS = "approved_runs"
    UNDO_UNKNOWN = "undo_unknown"
    OTHERS_SETTLE = "others_settle"
    ASKS_COMPUTER = "asks_computer"
    ASKED_COMPUTER = "asked_computer"  # asked, asks
    LAST_HEARD = "last_heard"  # said, at
    END_UNKNOWN = "end_unknown"
    PROVED_OUTSIDE = "proved_outside"  # at
    PROVED_INSIDE = "proved_inside"  # at, kept
    ONLY_TOLD = "only_told"  # at, kept
    CERTIFICATE_UNTIL = "certificate_until"  # until
    ASKS_TO_TRUST = "asks_to_trust"  # print
    UNCONFIRMED_OUTSIDE = "unconfirmed_outside"
    UNCONFIRMED_TOLD = "unconfirmed_told"
    UNCONFIRMED_INSIDE = "unconfirmed_inside"
    SENT_ON = "sent_on"  # to

    # Headings.
    WAITS_ON = "waits_on"  # what, host
    CHECKING = "checking"  # host
    FIXING = "fixing"  # host
    FIX_WAITS = "fix_waits"  # host
    FIX_HELD = "fix_held"  # host
    ANSWERS_AGAIN = "answers_again"  # host
    DONE_BY_HAND = "done_by_hand"  # host
    AS_PLANNED = "as_planned"  # host
    ANSWERS = "answers"  # host
    FOR_A_TIME = "for_a_time"  # host, until
    FURTHER_IN_THE_WAY = "further_in_the_way"  # host
    CLOSED_BY_YOU = "closed_by_you"
    CLOSED_BY = "closed_by"  # who
    SAME_ERROR_AFTER_PROOF = "same_error_after_proof"

    # Who else is there.
    LOOKS_NOW = "looks_now"  # who
    OPEN_AT = "open_at"  # who
    OPEN_TOO = "open_too"  # number, who, cause


@dataclass(frozen=True)
class Statement:
    """One statement: what is claimed, what it rests on, since when that is known, and what its sentence names."""

    code: StatementCode
    rests_on: Grounds
    at: dt.datetime | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, code: StatementCode, rests_on: Grounds, at: dt.datetime | None = None, **values: object) -> Statement:
        """Return a statement; what its sentence names is given by name."""
        return cls(code, rests_on, at, values)
