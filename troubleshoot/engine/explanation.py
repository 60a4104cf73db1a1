"""Why something happened, as a code with parameters. Its sentence is made late, by `wording`, for whoever reads it.

A parameter is data: a name, a number, a list, another explanation, or what somebody else said in their own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


class Code(StrEnum):
    """Everything that is explained about a job. `wording.explanations` has a sentence for each."""

    #: What was kept cannot be read any more.
    UNREADABLE = "unreadable"
    #: A person's own words, a host's, or a sentence of before there were codes: `text`.
    SENTENCE = "sentence"

    # What a job waits for, and who let it go on. `who` is a name.
    OBSERVATION_ASKED = "look_asked"
    PLAN_READY = "plan_ready"
    PLAN_NEEDS_APPROVAL = "plan_needs_approval"
    NEEDS_APPROVAL = "needs_approval"
    APPROVED = "approved"
    DECLINED = "declined"
    ASKED = "asked"
    ASKED_INTERNALLY = "asked_internally"
    STARTED = "started"
    TAKEN_BACK = "taken_back"
    STOPPED = "stopped"
    #: The same of one that had begun: wanted, in time, too late, and not said to the computer (`stage`, `refused`).
    STOP_WANTED = "stop_wanted"
    STOPPED_IN_TIME = "stopped_in_time"
    STOP_TOO_LATE = "stop_too_late"
    STOP_UNSAID = "stop_unsaid"
    READING_STOPPED = "reading_stopped"
    CASE_ENDED = "case_ended"
    NEWER_PLAN = "newer_plan"
    UNDOING = "undoing"
    UNDOING_WORSE = "undoing_worse"
    UNDOING_IN_TIME = "undoing_in_time"

    # How far a run is.
    STARTING = "starting"
    STEP = "step"
    CHECKING = "checking"
    ALREADY_BACK = "already_back"
    EVENT_UNSEEN = "event_unseen"
    TRYING_AGAIN = "trying_again"
    WORKER_SILENT = "worker_silent"

    # How an observation ended.
    READINGS_TAKEN = "readings_taken"
    #: A visit ended without a result: `stage` of its way, and the document of a refusal (`refused`).
    WAY_ENDED = "way_ended"
    NO_SECRET = "no_secret"  # noqa: S105 - a code, no secret
    SCRIPT_REFUSED = "script_refused"
    ANOTHER_COMPUTER = "another_computer"
    GUARDED = "guarded"
    PLAN_FAILED = "plan_failed"
    NOTHING_TO_CHANGE = "nothing_to_change"
    HAND_VERIFIED = "hand_verified"
    HAND_TOLD = "hand_told"
    HAND_NOT_VERIFIED = "hand_not_verified"
    HAND_UNSEEN = "hand_unseen"
    TEST_PASSED = "test_passed"
    TEST_NOT_PASSED = "test_not_passed"

    # What stopped a job before anything was changed.
    #: A rule said no: the document of a refusal (`refused`), or what was `said`.
    REFUSED = "refused"
    DEFECT = "defect"
    PLAN_UNREADABLE = "plan_unreadable"
    PLAN_OUTDATED = "plan_outdated"
    PLAN_OF_ANOTHER_COMPUTER = "plan_of_another_computer"
    NOBODY_STARTED = "nobody_started"
    STARTER_NOT_ALLOWED = "starter_not_allowed"
    CRITICAL_MEANWHILE = "critical_meanwhile"
    APPROVAL_GONE = "approval_gone"
    APPROVAL_SPENT = "approval_spent"
    IDENTITY_CHANGED = "identity_changed"
    VISIT_REFUSED = "visit_refused"
    UNREACHABLE = "unreachable"
    DRIFTED = "drifted"
    UNDECIDED = "undecided"
    APPROVED_NOT_STARTED = "approved_not_started"
    PLAN_NOT_STARTED = "plan_not_started"
    NO_WORKER = "no_worker"
    HELD_BY = "held_by"
    HELD_BY_CASE = "held_by_case"
    HELD_TOO_LONG = "held_too_long"

    # How a change ended.
    STEP_REFUSED = "step_refused"
    #: A service was told to stop, or to start, and did not come to the end of it.
    STOP_PENDING = "stop_pending"
    START_PENDING = "start_pending"
    CONTACT_LOST = "contact_lost"
    DUPLICATE = "duplicate"
    WORKER_LOST = "worker_lost"
    # What became of a change of which the portal had lost sight, by what its computer has kept of it.
    SETTLE_ASKED = "settle_asked"
    NOT_ASKED = "not_asked"
    NO_ANSWER = "no_answer"
    STILL_RUNS = "still_runs"
    NOT_READ = "not_read"
    KNOWN_NOW = "known_now"
    SETTLED_MEANWHILE = "settled_meanwhile"
    NEVER_BEGAN = "never_began"
    CAME_TO_ITS_END = "came_to_its_end"
    CUT_AS_WANTED = "cut_as_wanted"
    CUT_AS_BEFORE = "cut_as_before"
    CUT_HALF_WAY = "cut_half_way"
    CUT_NO_TRACE = "cut_no_trace"
    SETTLED_DONE = "settled_done"
    SETTLED_NOT_DONE = "settled_not_done"
    SETTLED_PUT_BACK = "settled_put_back"
    VERIFIED_OUTSIDE = "verified_outside"
    VERIFIED_INSIDE = "verified_inside"  # kept
    VERIFIED_FOR_A_TIME = "verified_for_a_time"  # kept, at: when it is put back by itself
    VERIFIED_FURTHER = "verified_further"
    NOT_VERIFIED_OUTSIDE = "not_verified_outside"
    NOT_VERIFIED_INSIDE = "not_verified_inside"
    UNCHECKED = "unchecked"
    UNCHECKED_NO_WORKER = "unchecked_no_worker"

    # The way back.
    BACK_VERIFIED = "back_verified"
    BACK_BROKEN = "back_broken"
    BACK_VERIFIED_PARTLY = "back_verified_partly"
    BACK_NOT_VERIFIED = "back_not_verified"
    UNDONE = "undone"
    # The undo that a computer makes by itself; `titles` names what it left, as somebody else had changed it since.
    NOT_ARMED = "not_armed"
    UNDO_ARMED = "undo_armed"
    UNDO_DISARMED = "undo_disarmed"
    UNDO_LOST = "undo_lost"
    UNDO_STAYS = "undo_stays"
    UNDO_FAILED_THERE = "undo_failed_there"
    UNDO_SAID = "undo_said"
    UNDO_NOT_SO = "undo_not_so"
    UNDO_LOOKED_FOR = "undo_looked_for"
    UNDONE_BY_COMPUTER = "undone_by_computer"
    UNDONE_BY_COMPUTER_PARTLY = "undone_by_computer_partly"
    DISARM_ASKED = "disarm_asked"
    WORSE_AND_STAYS = "worse_and_stays"
    NOTHING_TO_UNDO = "nothing_to_undo"

    # What a stage of a connection test saw.
    SEALED_MESSAGES = "sealed_messages"
    READINGS_COUNTED = "readings_counted"
    CLOCK_UNREADABLE = "clock_unreadable"
    CLOCK_AGREES = "clock_agrees"
    CLOCK_AHEAD = "clock_ahead"
    CLOCK_BEHIND = "clock_behind"


#: How a change ended of which the portal had lost sight, by what its computer has kept of it; where it is checked after
#: that, the check says how it ended.
FOUND_OUT = frozenset({Code.NEVER_BEGAN, Code.CUT_AS_BEFORE, Code.CUT_HALF_WAY, Code.CUT_NO_TRACE})
#: How a change ended of which the portal had lost sight, by the word of a person who looked: nothing is proved by it.
SETTLED = frozenset({Code.SETTLED_DONE, Code.SETTLED_NOT_DONE, Code.SETTLED_PUT_BACK})


@dataclass(frozen=True)
class Explanation:
    """A code with its parameters."""

    code: Code
    params: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """Return the document that `from_json` reads."""
        return {"code": self.code.value, "params": dict(self.params)}

    @classmethod
    def of(cls, code: Code, **params: Json) -> Explanation:
        """Return a code with these parameters."""
        return cls(code, params)

    @classmethod
    def sentence(cls, text: str) -> Explanation:
        """Return what somebody said in their own words, to be shown as it is."""
        return cls(Code.SENTENCE, {"text": text})

    @classmethod
    def from_json(cls, document: Any) -> Explanation:
        """Return the explanation of a document. Never raises: what is malformed is unreadable."""
        if isinstance(document, dict) and isinstance(document.get("params"), dict):
            known = Code.__members__.values()
            code = next((one for one in known if one == document.get("code")), Code.UNREADABLE)
            return cls(code, document["params"] if code != Code.UNREADABLE else {})
        return cls(Code.UNREADABLE)
