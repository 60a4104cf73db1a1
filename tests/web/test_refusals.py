"""What a page says of a refusal: why, and who can help, from one table over all codes."""

from pathlib import Path
from typing import Any

import pytest

from tests.wording.test_refusals import wanted_by
from troubleshoot import people, wording
from troubleshoot.engine import RULES, Denial, Refusal, RefusalCode, roles_that_help
from troubleshoot.web.refusals import HELPED_BY, refusal_notice, who_can_help
from troubleshoot.wording.connection_refusals import WAY_REFUSALS
from troubleshoot.wording.list_refusals import LIST_REFUSALS

Code = RefusalCode
WEB = Path(__file__).parents[2] / "troubleshoot" / "web"
#: Nobody can help with these: the reader waits, writes something else, or it is as it is.
UP_TO_THE_READER = {
    Code.UNREADABLE, Code.TIME_OVER, Code.NOT_STARTABLE, Code.DECIDED_MEANWHILE, Code.HAS_BEGUN, Code.OWN_QUEUE_FULL,
    Code.OWN_APPROVALS_FULL, Code.COMPUTER_QUEUE_FULL, Code.SITE_QUEUE_FULL,
    Code.UNDO_PROMISED, Code.DECLINE_WITHOUT_REASON, Code.NOTHING_TO_DECIDE, Code.ANOTHER_PLAN, Code.ABSENCE_TOO_LONG,
    Code.DEPUTY_UNFIT, Code.CASE_OF_ANOTHER_HOST, Code.BY_HAND_ONLY, Code.NO_SECOND_PERSON, Code.SIMULATED_ONLY,
    Code.CHANGE_WITHOUT_REASON, Code.TICKET_MISSING, Code.CHANGE_UNDER_WAY, Code.NOT_FINISHED, Code.UNDO_UNDER_WAY,
    Code.NOTHING_TO_UNDO, Code.PLAN_ABSENT, Code.PLAN_MALFORMED, Code.READINGS_MISCOUNTED, Code.RESOURCE_UNREAD,
    Code.SETTLED_WITHOUT_REASON, Code.CASE_CLOSED, Code.CHANGE_RUNS, Code.NOT_AS_THINGS_STAND, Code.PAGE_OUTDATED,
    Code.ERROR_TEXT_UNFIT, Code.NOT_ASKED_NOW, Code.NOT_FOR_PEOPLE, Code.STEP_UNKNOWN, Code.ANSWER_UNKNOWN,
    Code.STEP_NOT_REACHED, Code.REMEDY_STARTED, Code.ANSWER_FIXED, Code.TAKEN_MEANWHILE, Code.MESSAGE_LENGTH,
    Code.SENT_ON_TO_NOBODY, Code.CLOSED_LONG_AGO, Code.FIX_UNDER_WAY, Code.CLIENT_BLOCK_UNFIT, Code.INCIDENT_TOO_SMALL,
    Code.FILE_UNFIT, Code.PORTAL_ASKS,
    Code.INCIDENT_WITHOUT_CAUSE, Code.NOBODY_TO_HELP,
    Code.INCIDENT_OVER, Code.ACCOUNT_OFF, Code.PERSON_INVENTED, Code.GRANT_TOO_LONG, Code.ROLES_CONFLICT,
    Code.LAST_ADMINISTRATOR, Code.TOO_MUCH, Code.NO_ANSWER_CHOSEN, Code.NOTHING_WRITTEN, Code.NOT_RATED,
    Code.PLAN_RENEWED, Code.DEPUTY_UNLISTED,
}  # fmt: skip


def test_it_is_decided_of_every_code_who_can_help() -> None:
    said_with_its_cure = {*WAY_REFUSALS, *LIST_REFUSALS}
    assert {*HELPED_BY, *UP_TO_THE_READER, *said_with_its_cure} == set(RefusalCode)
    assert not HELPED_BY.keys() & (UP_TO_THE_READER | said_with_its_cure)


@pytest.mark.parametrize(("code", "action"), HELPED_BY.items())
def test_a_page_names_the_role_that_can_help(code: RefusalCode, action: str) -> None:
    refusal = Refusal(code)
    refusal.params = dict.fromkeys(wanted_by(code), "x")
    role = roles_that_help(action)[0]
    assert action in RULES
    assert f"Who can help: {role.words}" in refusal_notice(refusal)
    assert refusal_notice(refusal).startswith(wording.refusal_words(refusal))
    assert role.words in who_can_help(refusal)


def test_a_page_names_nobody_where_nobody_can_help() -> None:
    assert refusal_notice(Refusal(RefusalCode.CASE_CLOSED)) == "This case is closed."


@pytest.mark.parametrize(
    ("decision", "helper"),
    [
        ({"denial": Denial.NO_ROLE, "site": "North"}, "administrator of North"),
        ({"denial": Denial.OUT_OF_REACH}, "administrator"),
        ({"denial": Denial.OWN_REQUEST}, "another administrator"),
        ({"denial": Denial.INVENTED}, ""),
        ({}, ""),
    ],
)
def test_a_denied_decision_names_who_can_help_in_the_same_place(decision: dict[str, Any], helper: str) -> None:
    assert who_can_help(people.Decision(False, "host.change", "rule", **decision)) == helper


def test_every_page_takes_its_refusals_from_there() -> None:
    """The list of what stands between helpdesk and a remedy has a place of its own for who can help."""
    apart = {"refusals.py", "helpdesk/next_step.py"}
    found = [path for path in WEB.rglob("*.py") if path.relative_to(WEB).as_posix() not in apart]
    assert [path.name for path in found if "refusal_words" in path.read_text("utf-8")] == []


def test_who_can_help_is_made_of_the_table_in_two_places_alone() -> None:
    """One for refusals by a code, one for those of a permission; every page goes through the first."""
    asking = [path for path in WEB.parent.rglob("*.py") if "helper_words(" in path.read_text("utf-8")]
    found = {path.relative_to(WEB.parent).as_posix() for path in asking}
    assert found == {
        "web/refusals.py",
        "people/access.py",
        "wording/denials.py",
    }
