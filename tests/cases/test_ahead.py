"""What a person says before the readings are there counts when the guide comes to ask it."""

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import ERROR, Work
from troubleshoot import cases, diagnosis
from troubleshoot.engine import Refusal
from troubleshoot.models import Answer, Case, Person


@pytest.fixture
def case(lab: MakeLab, employee: Person) -> Case:
    return cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=lab().row)


def test_an_answer_ahead_is_used_where_the_walk_asks_it(case: Case, employee: Person, work: Work) -> None:
    cases.answer_ahead(actor=employee, case=case, step="when", value="at_once")
    work()
    assert diagnosis.replay_case(case).at.name == "way"
    given = Answer.objects.get(case=case, step__in=["when", "outside_only"])
    assert (given.value, given.source, given.by) == ("at_once", "person", employee)


def test_an_answer_ahead_that_comes_late_counts_at_once(case: Case, employee: Person, work: Work) -> None:
    work()
    cases.answer_ahead(actor=employee, case=case, step="when", value="at_once")
    assert diagnosis.replay_case(case).at.name == "way"


@pytest.mark.parametrize(("step", "value"), [("when", "never"), ("way", "office"), ("stage", "ok"), ("x", "y")])
def test_nothing_else_is_answered_ahead(step: str, value: str, case: Case, employee: Person) -> None:
    with pytest.raises(Refusal, match="not_asked_now"):
        cases.answer_ahead(actor=employee, case=case, step=step, value=value)


def test_the_same_answer_twice_is_one_answer(case: Case, employee: Person, work: Work) -> None:
    work()
    for _ in range(2):
        cases.answer_step(actor=employee, case=case, step="when", value="at_once")
    assert Answer.objects.filter(case=case, step="when").count() == 1


def test_a_chosen_code_is_used_and_the_other_kept(employee: Person) -> None:
    text = "0x904 / 0x7 and later 0x204"
    chosen = cases.open_case(actor=employee, beneficiary=employee, error_text=text, host=None, code="mstsc:0x204")
    assert (chosen.error["code"], chosen.error["kept"]) == ("0x204", ["0x904 / 0x7"])


def test_the_name_of_a_computer_we_cannot_check_is_kept_for_helpdesk(employee: Person) -> None:
    named = cases.open_case(actor=employee, beneficiary=employee, error_text="0x904", host=None, named_host=" OLD-1 ")
    assert named.named_host == "OLD-1"
