"""The sentences of explanations: one for each code, whatever its parameters hold, made when somebody reads them."""

from typing import Any

import pytest
from django.utils.functional import Promise
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_explanation import anything
from troubleshoot import wording
from troubleshoot.catalog import all_facts
from troubleshoot.engine import Code, Explanation
from troubleshoot.wording import explanations, parameters
from troubleshoot.wording.explanations import SENTENCES

DIALLED = {"code": "connection_refused", "params": {"where": "192.0.2.1 port 5986"}}
WAY: dict[str, Any] = {"stage": "tcp", "refused": {"code": "winrm_closed", "params": {"cause": DIALLED}}}
WAY_SAID = (
    "tcp: 192.0.2.1 port 5986 refused the connection. "
    "Something takes connections and ends them: check the way, and what runs on the port."
)
LACKING = [{"fact": "rdp.stage", "value": "refused", "wanted": ["ok", "tls_failed"]}]
HELD = [{"fact": "rdp.stage", "value": "ok"}]
HELD_SAID = "twice: “How far a connection comes”: “as far as the sign-in”."
MISSED = (
    "“How far a connection comes”: “refused at once”, and it should be "
    "“as far as the sign-in” or “breaks off while the protection starts”"
)
SAID: dict[Code, tuple[dict[str, Any], str]] = {
    Code.UNREADABLE: ({}, "What was noted here cannot be read any more."),
    Code.SENTENCE: ({"text": "100 % sure"}, "100 % sure"),
    Code.OBSERVATION_ASKED: ({"host": "LAB-01"}, "A look at LAB-01 was asked for"),
    Code.PLAN_READY: ({}, "The plan is ready"),
    Code.PLAN_NEEDS_APPROVAL: ({}, "The plan is ready; it waits for a second person"),
    Code.NEEDS_APPROVAL: ({}, "It waits for a second person"),
    Code.APPROVED: ({"who": "Abel", "reason": ""}, "Abel approved the plan"),
    Code.DECLINED: ({"who": "Abel", "reason": "Too risky"}, "Abel declined: Too risky"),
    Code.ASKED: ({"who": "Abel", "text": "Why?"}, "Abel asks: Why?"),
    Code.ASKED_INTERNALLY: ({"who": "Abel"}, "Abel asks something, in an internal note"),
    Code.STARTED: ({"who": "Hanna"}, "Hanna started it"),
    Code.TAKEN_BACK: ({"who": "Hanna"}, "Hanna took it back"),
    Code.STOPPED: ({"who": "Hanna"}, "Hanna stopped it before it began"),
    Code.STOP_WANTED: ({"who": "Hanna"}, "Hanna wants it stopped; the computer is told to let it be"),
    Code.STOPPED_IN_TIME: (
        {"who": "Hanna"},
        "Hanna stopped it before anything was written. Nothing was changed.",
    ),
    Code.STOP_TOO_LATE: ({}, "It had already begun to write: it is not stopped in mid-write, and goes on."),
    Code.NOT_ARMED: (
        {},
        "The computer could not be made ready to undo this by itself: it did not take or keep the scheduled task. "
        "Nothing was changed.",
    ),
    Code.UNDO_ARMED: ({}, "The computer is ready to put this back by itself"),
    Code.UNDO_DISARMED: ({}, "The computer does not put this back by itself any more"),
    Code.UNDO_LOST: (
        {},
        "The computer cannot put this back by itself any more: somebody or something removed its scheduled task.",
    ),
    Code.UNDO_STAYS: (
        WAY,
        f"The computer could not be told that it need not put this back by itself: {WAY_SAID} We tell it again.",
    ),
    Code.UNDO_FAILED_THERE: ({}, "The computer tried to put this back by itself and could not."),
    Code.UNDO_SAID: (
        {},
        "The computer says that it has put this back by itself; nobody has read that yet. We read it.",
    ),
    Code.UNDO_NOT_SO: (
        {},
        "The computer says that it has put this back by itself, but what was read there after that is not as before.",
    ),
    Code.UNDO_LOOKED_FOR: ({"host": "LAB-01"}, "LAB-01 is asked what became of its own undo of a change"),
    Code.UNDONE_BY_COMPUTER: ({}, "The computer has put it back by itself."),
    Code.UNDONE_BY_COMPUTER_PARTLY: (
        {"titles": ["One", "Two"]},
        "The computer has put it back by itself, but for what somebody had changed there since: One, Two.",
    ),
    Code.DISARM_ASKED: ({"host": "LAB-01"}, "LAB-01 is told that it need not put a change back by itself"),
    Code.STOP_UNSAID: (WAY, f"The computer could not be told to stop it: {WAY_SAID}"),
    Code.READING_STOPPED: ({"who": "Hanna"}, "Hanna stopped it. Nothing that was read of it counts."),
    Code.CASE_ENDED: ({}, "Taken back, because the case was closed"),
    Code.NEWER_PLAN: ({}, "A newer plan was asked for"),
    Code.UNDOING: ({"at": "2026-11-30T05:04:30+01:00"}, "Undoing the change of 2026-11-30 04:04 UTC"),
    Code.UNDOING_WORSE: (
        {"at": "2026-11-30T04:04:30+00:00"},
        "Undoing the change of 2026-11-30 04:04 UTC, because the check was worse than before",
    ),
    Code.UNDOING_IN_TIME: ({"at": 7}, "Undoing the change of unknown UTC, because its time is over"),
    Code.STARTING: ({}, "Starting"),
    Code.STEP: ({"stage": "write", "item": 0, "title": "Listener"}, "Changing: Listener"),
    Code.CHECKING: ({}, "Done on the computer; checking"),
    Code.ALREADY_BACK: ({}, "It was already as before"),
    Code.EVENT_UNSEEN: ({"event": "Service: restarts"}, "The readings do not show this: Service: restarts"),
    Code.TRYING_AGAIN: (
        WAY,
        f"{WAY_SAID} Nothing was started; trying again.",
    ),
    Code.WORKER_SILENT: ({}, "Its worker went silent before anything started; it waits for another"),
    Code.READINGS_TAKEN: ({}, "The readings are taken"),
    Code.WAY_ENDED: (WAY, WAY_SAID),
    Code.NO_SECRET: ({"said": "There is no variable X."}, "There is no variable X."),
    Code.SCRIPT_REFUSED: ({"reason": "unheard of"}, "The computer refused our script. Nothing was changed."),
    Code.ANOTHER_COMPUTER: (
        {},
        "Another computer answers under this name: its identity is not the one we know.",
    ),
    Code.GUARDED: ({"said": ["It is a broker.", "It is full."]}, "It is a broker. It is full."),
    Code.PLAN_FAILED: ({"said": "no state"}, "The plan could not be made. No state."),
    Code.NOTHING_TO_CHANGE: (
        {},
        "There is nothing to change: everything is already as this remedy would make it.",
    ),
    Code.HAND_VERIFIED: ({"kept": HELD}, f"Looked again, {HELD_SAID}"),
    Code.HAND_TOLD: (
        {"kept": HELD},
        f"Looked again: {HELD_SAID.removeprefix('twice: ')} It was not read otherwise before, so only trying it shows "
        "whether it helped.",
    ),
    Code.HAND_NOT_VERIFIED: ({"lacking": LACKING}, f"Looked again: {MISSED}."),
    Code.HAND_UNSEEN: ({}, "What would show whether it helped could not be read."),
    Code.TEST_PASSED: ({}, "The way in is good"),
    Code.TEST_NOT_PASSED: ({"stage": "tcp"}, "Not passed: Does WinRM answer?"),
    Code.REFUSED: ({"said": "This case is closed."}, "This case is closed."),
    Code.DEFECT: ({}, "A defect in Mendpoint ended this. It is in the worker's log with this job's number."),
    Code.PLAN_UNREADABLE: ({"said": "it has no plan"}, "The plan cannot be carried out. It has no plan."),
    Code.PLAN_OUTDATED: (
        {"parts": [["runner", ""], ["action", "x"]]},
        "This plan can no longer be carried out: the runner is another one, the action x is another one. "
        "Make a new plan.",
    ),
    Code.PLAN_OF_ANOTHER_COMPUTER: ({}, "The plan was made for another computer under this name."),
    Code.NOBODY_STARTED: ({}, "Nobody started this."),
    Code.STARTER_NOT_ALLOWED: (
        {"who": "Hanna", "denial": "no_role"},
        "Hanna may no longer start this. This needs a role that you do not hold.",
    ),
    Code.CRITICAL_MEANWHILE: (
        {"host": "LAB-01"},
        "LAB-01 was marked critical meanwhile. Make a new plan, which a second person approves.",
    ),
    Code.APPROVAL_GONE: ({}, "The approval has expired, was used, or its giver may no longer approve."),
    Code.APPROVAL_SPENT: ({}, "The approval was used or has expired."),
    Code.IDENTITY_CHANGED: ({}, "Another computer answers under this name. Nothing was changed."),
    Code.VISIT_REFUSED: (WAY, f"{WAY_SAID} Nothing was changed."),
    Code.UNREACHABLE: (WAY, f"{WAY_SAID} Nothing was changed."),
    Code.DRIFTED: ({}, "Someone else changed this computer meanwhile. Nothing was changed by us."),
    Code.UNDECIDED: ({}, "Nobody decided in time."),
    Code.APPROVED_NOT_STARTED: ({}, "It was approved, and nobody started it in time."),
    Code.PLAN_NOT_STARTED: ({}, "Nobody started it in time."),
    Code.NO_WORKER: ({}, "No worker of its site took it in time."),
    Code.HELD_BY: (
        {"title": "Require TLS", "at": "2026-11-30T04:04:30+00:00"},
        "It waits: how “Require TLS” of 2026-11-30 04:04 UTC ended on this computer is not known.",
    ),
    Code.HELD_BY_CASE: (
        {"title": "Require TLS", "at": "2026-11-30T04:04:30+00:00", "case": 12},
        "It waits: how “Require TLS” of 2026-11-30 04:04 UTC (case 12) ended on this computer is not known.",
    ),
    Code.HELD_TOO_LONG: (
        {},
        "The computer was held all the time: how another change of it ended is not known.",
    ),
    Code.STEP_REFUSED: (
        {"item": "Listener", "said": "Access is denied", "titles": ["Service"]},
        "The computer refused a step (Listener: Access is denied). Changed before that, and still changed: Service.",
    ),
    Code.STOP_PENDING: (
        {"item": "Windows service TermService", "said": ""},
        "It was told to stop, and has not stopped in time: it hangs (Windows service TermService). "
        "It is neither as before nor as wanted, and can stay like this for ever.",
    ),
    Code.START_PENDING: (
        {"item": "Windows service TermService", "said": ""},
        "It was told to start, and was not up in time: it hangs (Windows service TermService). "
        "It may still come up; it can stay like this for ever too.",
    ),
    Code.CONTACT_LOST: (
        WAY,
        f"We lost contact while changing: {WAY_SAID} We do not repeat it.",
    ),
    Code.DUPLICATE: ({}, "This very attempt was on the computer before. Whether it finished is not known."),
    Code.WORKER_LOST: (
        {},
        "Its worker went silent after the start. Whether the change was made is not known; it is not repeated.",
    ),
    Code.SETTLE_ASKED: ({"host": "LAB-01"}, "LAB-01 is asked what became of the change"),
    Code.NOT_ASKED: ({}, "No worker has asked the computer in time what became of the change."),
    Code.NO_ANSWER: (WAY, f"The computer was asked what became of the change: {WAY_SAID}"),
    Code.STILL_RUNS: ({}, "The change still runs on the computer."),
    Code.NOT_READ: ({}, "What became of the change could not be read on the computer."),
    Code.KNOWN_NOW: ({}, "The computer has said what became of the change"),
    Code.SETTLED_MEANWHILE: ({}, "What became of the change was settled meanwhile."),
    Code.NEVER_BEGAN: (
        {},
        "The computer says that this never began there. Nothing was changed, and it can never begin any more.",
    ),
    Code.CAME_TO_ITS_END: ({}, "The computer has kept how it ended: it was done there; checking"),
    Code.CUT_AS_WANTED: (
        {},
        "It was cut half-way on the computer. Everything is as it was to become; checking",
    ),
    Code.CUT_AS_BEFORE: ({}, "It was cut on the computer. Everything is as it was before."),
    Code.CUT_HALF_WAY: (
        {"titles": ["Service"]},
        "It was cut half-way on the computer. Changed before that, and still changed: Service.",
    ),
    Code.CUT_NO_TRACE: (
        {},
        "It was cut half-way on the computer. Whether a step was done that leaves no trace is not known.",
    ),
    Code.SETTLED_DONE: (
        {"who": "Hanna", "reason": "The new certificate is there."},
        "Hanna looked at the computer: the change was made. The new certificate is there.",
    ),
    Code.SETTLED_NOT_DONE: (
        {"who": "Hanna", "reason": "Nothing is new."},
        "Hanna looked at the computer: the change was not made, or only in part. Nothing is new.",
    ),
    Code.SETTLED_PUT_BACK: (
        {"who": "Hanna", "reason": "I put it back."},
        "Hanna looked at the computer: it is as it was before. I put it back.",
    ),
    Code.VERIFIED_OUTSIDE: ({}, "Checked from outside, twice: it answers properly again."),
    Code.VERIFIED_FURTHER: (
        {},
        "Checked twice: what this was to repair is repaired. "
        "A connection does not come all the way yet: something else is in its way.",
    ),
    Code.VERIFIED_INSIDE: ({"kept": HELD}, f"Read again, {HELD_SAID}"),
    Code.VERIFIED_FOR_A_TIME: (
        {"at": "2026-12-01T02:40:00+01:00"},
        "Changed as planned, for a limited time. Read again, twice: it is as planned. "
        "It is put back by itself at 2026-12-01 01:40 UTC.",
    ),
    Code.NOT_VERIFIED_OUTSIDE: (
        {"lacking": LACKING},
        f"Done, but it still does not answer properly. Check from outside: {MISSED}.",
    ),
    Code.NOT_VERIFIED_INSIDE: (
        {"lacking": []},
        "Done, but it still does not answer properly. Read again: the readings do not agree.",
    ),
    Code.UNCHECKED: (
        {"because": {"code": "refused", "params": {"said": "No more"}}},
        "Done on the computer, but it could not be checked. No more.",
    ),
    Code.UNCHECKED_NO_WORKER: ({}, "Done on the computer, but no worker was there to check it."),
    Code.BACK_BROKEN: (
        {},
        "Read again: everything is as it was before. What the change had repaired is broken again.",
    ),
    Code.BACK_VERIFIED: ({}, "Read again: everything is as it was before."),
    Code.BACK_VERIFIED_PARTLY: ({}, "Read again: all that can be put back is as it was before."),
    Code.BACK_NOT_VERIFIED: ({}, "Read again: it is not as it was before."),
    Code.UNDONE: ({}, "Undone"),
    Code.WORSE_AND_STAYS: ({}, "It is worse than before, and nothing of it can be put back."),
    Code.NOTHING_TO_UNDO: ({}, "Nothing of this temporary change is left to undo."),
    Code.SEALED_MESSAGES: ({}, "Not used: over HTTP the messages themselves are sealed."),
    Code.READINGS_COUNTED: ({"good": 3, "all": 4}, "3 of 4 readings"),
    Code.CLOCK_UNREADABLE: ({}, "It says no date that can be read."),
    Code.CLOCK_AGREES: ({}, "No difference"),
    Code.CLOCK_AHEAD: ({"seconds": 90}, "1 min 30 s ahead of the worker"),
    Code.CLOCK_BEHIND: ({"seconds": 600}, "10 min behind the worker"),
}
#: Names that any sentence looks up, so that a drawn document hits them.
KEPT = {"because", "said", "stage", "lacking", "kept", "titles", "differences", "parts", "seconds", "at"}
NAMES = sorted({*parameters._MADE, *KEPT})


@pytest.mark.parametrize("code", Code)
def test_every_code_has_its_sentence(code: Code) -> None:
    params, said = SAID[code]
    assert wording.explained(Explanation(code, params)) == said


@given(st.sampled_from(Code), st.dictionaries(st.sampled_from(NAMES), anything, max_size=4))
def test_no_parameter_makes_a_page_fail(code: Code, params: dict[str, Any]) -> None:
    found = Explanation(code, params)
    assert wording.explained(found).startswith(wording.reason(found))


def test_no_sentence_is_made_before_somebody_reads_it() -> None:
    for sentence in SENTENCES.values():
        for part in sentence:
            assert isinstance(part, Promise) or " " not in part, "a sentence that is no translation"


def test_a_page_may_leave_out_what_it_says_itself() -> None:
    assert wording.reason(Explanation(Code.UNREACHABLE, WAY)) == WAY_SAID
    assert wording.reason(Explanation.sentence("So it is. Nothing was changed.")) == "So it is. Nothing was changed."
    assert wording.reason(None) == wording.explained(None) == ""


@pytest.mark.parametrize("why", sorted(explanations._REFUSALS))
def test_a_refused_script_says_what_to_do(why: str) -> None:
    said = wording.explained(Explanation.of(Code.SCRIPT_REFUSED, reason=why))
    assert said != SAID[Code.SCRIPT_REFUSED][1]
    assert said.endswith(".")


def test_what_was_kept_as_words_before_there_were_codes_is_shown_as_it_is() -> None:
    outdated = Explanation(Code.PLAN_OUTDATED, {"differences": ["the runner is another one", "x"]})
    assert "carried out: the runner is another one, x. Make" in wording.explained(outdated)
    way = Explanation(Code.UNREACHABLE, {"stage": "tcp", "said": "It refused the connection. Check WinRM."})
    assert wording.reason(way) == "tcp: It refused the connection. Check WinRM."
    denied = Explanation(Code.STARTER_NOT_ALLOWED, {"who": "Hanna", "said": "No role."})
    assert wording.explained(denied) == "Hanna may no longer start this. No role."


def test_an_explanation_that_rests_on_itself_ends() -> None:
    inner: dict[str, Any] = {"code": "unchecked", "params": {}}
    for _ in range(2000):
        inner = {"code": "unchecked", "params": {"because": inner}}
    assert wording.explained(Explanation.from_json(inner)).startswith("Done on the computer")


@pytest.mark.parametrize("code", [Code.NOT_VERIFIED_OUTSIDE, Code.NOT_VERIFIED_INSIDE, Code.HAND_NOT_VERIFIED])
def test_what_is_missing_is_told_without_the_names_of_facts_and_values(code: Code) -> None:
    for name, values in all_facts().values.items():
        for value in values:
            said = wording.explained(Explanation.of(code, lacking=[{"fact": name, "value": value, "wanted": [value]}]))
            assert name not in said
            assert "_" not in said, f"{name} {value}"


def test_a_fact_that_is_not_measured_any_more_has_words_too() -> None:
    lacking = [{"fact": "gone.fact", "value": "some_value", "wanted": ["other_value"]}]
    said = wording.explained(Explanation.of(Code.NOT_VERIFIED_INSIDE, lacking=lacking))
    assert not {"gone.fact", "some_value", "other_value"} & set(said.replace(",", " ").split())
