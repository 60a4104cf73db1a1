"""What the code says stays known inside the guide: the step at which a case begins, and every replay of it."""

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work
from troubleshoot import cases, diagnosis
from troubleshoot.diagnosis import reindex_cases
from troubleshoot.models import Case, Person

LOCKED = (
    "As a security precaution, the user account has been locked because there were too many logon attempts.\n"
    "Error code: 0xd07\nExtended error code: 0x0"
)


def opened(actor: Person, text: str, lab: MakeLab, *faults: str) -> Case:
    return cases.open_case(actor=actor, beneficiary=actor, error_text=text, host=lab(*faults).row)


def test_a_locked_account_is_never_told_to_try_again(lab: MakeLab, employee: Person, work: Work) -> None:
    case = opened(employee, LOCKED, lab, "nobody-signed-in")
    assert (case.at_step, case.error["start"]) == ("locked", "locked")
    work()
    case.refresh_from_db()
    assert (case.at_step, case.waiting_for) == ("locked_end", "helpdesk")
    assert set(case.answers.values_list("step", flat=True)) == {"locked"}


def test_a_replay_begins_where_the_case_began(lab: MakeLab, employee: Person, work: Work) -> None:
    case = opened(employee, LOCKED, lab)
    work()
    assert reindex_cases(Case.objects.all()) == 0
    assert diagnosis.replay_case(case).at.name == "locked_end"
    assert diagnosis.case_guide(case).start == "locked"


def test_a_case_of_before_begins_where_its_guide_does(lab: MakeLab, employee: Person, work: Work) -> None:
    case = opened(employee, "0x807", lab)
    Case.objects.filter(pk=case.pk).update(error={key: value for key, value in case.error.items() if key != "start"})
    assert diagnosis.case_guide(Case.objects.get()).start == "why"


@pytest.mark.parametrize(
    ("text", "step", "waiting"),
    [
        ("0xB07", "disabled", "helpdesk"),
        ("Everything is torn: errinfo 0x112F", "display", "person"),
        ("error 23002", "rap", "helpdesk"),
        ("0x3000046", "no_resource", "person"),
    ],
)
def test_a_case_may_begin_at_a_question_or_at_an_end(
    text: str, step: str, waiting: str, lab: MakeLab, employee: Person
) -> None:
    case = opened(employee, text, lab)
    assert (case.at_step, case.waiting_for) == (step, waiting)
    assert case.error["start"] == step


def test_the_computer_is_read_although_the_case_waits_for_somebody(lab: MakeLab, employee: Person, work: Work) -> None:
    case = opened(employee, "0xB07", lab)
    assert [job.kind for job in case.jobs.all()] == ["diagnose"]
    work()
    case.refresh_from_db()
    assert (case.at_step, case.waiting_for) == ("disabled", "helpdesk")
    assert diagnosis.case_facts(case)
