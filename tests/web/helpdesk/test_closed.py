"""A closed case says that it is closed and how, and nothing that was true while it was open, whoever reads it."""

from collections.abc import Callable, Mapping

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, asked, opened, planned
from tests.web.helpdesk.conftest import Browser, text_of
from troubleshoot import cases, diagnosis, jobs, remediation
from troubleshoot.cases import close_case, put_off_remedy, send_message, withdraw_case
from troubleshoot.engine import CaseMatter
from troubleshoot.models import Case, Job, Person
from troubleshoot.wording.status import MATTERS, TO_DESK, TO_PERSON


class Steps:
    """Where a case can stand when it is closed, each made as people make it."""

    def __init__(self, lab: MakeLab, work: Work, employee: Person, helpdesk: Person, approver: Person) -> None:
        self.lab, self.work = lab, work
        self.employee, self.helpdesk, self.approver = employee, helpdesk, approver

    def question(self) -> Case:
        return opened(self.employee, self.lab("closed-before-confirm").row, self.work)

    def remedy(self) -> Case:
        return opened(self.employee, self.lab("security-layer-rdp").row, self.work)

    def put_off(self) -> Case:
        case = self.remedy()
        put_off_remedy(actor=self.employee, case=case)
        return case

    def message(self) -> Case:
        case = self.remedy()
        send_message(actor=self.employee, case=case, text="Are you there?")
        return case

    def plan(self) -> Case:
        case = asked(self.employee, self.lab("security-layer-rdp").row, self.work)
        planned(self.helpdesk, case, self.work)
        return case

    def approval(self) -> Case:
        case = asked(self.employee, self.lab("nla-required").row, self.work)
        planned(self.helpdesk, case, self.work, why="The trust is broken")
        return case

    def declined(self) -> Case:
        case = self.approval()
        remediation.decline_plan(actor=self.approver, job=Job.objects.get(state="waiting_approval"), reason="No")
        return case

    def proved(self) -> Case:
        case = asked(self.employee, self.lab("security-layer-rdp").row, self.work)
        jobs.start_job(actor=self.helpdesk, job=planned(self.helpdesk, case, self.work))
        self.work()
        return case

    def same_error(self) -> Case:
        case = self.proved()
        step = diagnosis.replay_case(Case.objects.get(pk=case.pk)).at.name
        cases.answer_step(actor=self.employee, case=case, step=step, value="no_change")
        return case


STEPS: Mapping[str, Callable[[Steps], Case]] = {
    name: made for name, made in vars(Steps).items() if not name.startswith("_")
}
#: How it is closed: the title for the person and for helpdesk, and how the person's own list says it.
CLOSED = {
    "withdrawn": ("You closed this case", "Emil closed this case", "Closed by you"),
    "sent on": ("Sent on to Network team", "Sent on to Network team", "Sent on to Network team"),
    "solved": ("Solved in", "Solved", "Solved"),
}
#: What is said only of a case on which somebody still acts.
OPEN = (
    *{str(words) for table in (TO_PERSON, TO_DESK) for of, words in table.items() if of != CaseMatter.CLOSED},
    *{str(words) for of, words in MATTERS.items() if of != CaseMatter.CLOSED},
    *("Helpdesk has your case", "What happens next", "decides what comes next", "You can go on meanwhile"),
    *("Before it began", "handed your case to them", "So we look at"),
)


def close(how: str, case: Case, helpdesk: Person, employee: Person) -> Case:
    """Close a case in one of the ways."""
    case = Case.objects.get(pk=case.pk)
    if how == "withdrawn":
        withdraw_case(actor=employee, case=case)
    else:
        sent_to = "Network team" if how == "sent on" else ""
        close_case(actor=helpdesk, case=case, solved=how == "solved", sent_to=sent_to)
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("how", CLOSED)
@pytest.mark.parametrize("name", STEPS)
def test_has_nothing_of_the_open_case(
    name: str, how: str, lab: MakeLab, work: Work, employee: Person, helpdesk: Person, approver: Person
) -> None:
    case = close(how, STEPS[name](Steps(lab, work, employee, helpdesk, approver)), helpdesk, employee)
    own, desk = Browser(employee), Browser(helpdesk)
    own.get(f"/cases/{case.pk}")
    desk.get(f"/desk/cases/{case.pk}")
    to_person, to_desk, in_list = CLOSED[how]
    assert to_person in own.html.partition("<h1>")[2].partition("</h1>")[0]
    assert f"<h1>{to_desk}</h1>" in desk.html
    assert in_list in own.get("/cases")
    own.get(f"/cases/{case.pk}")
    story = text_of(desk.html).partition("Causes")[0]
    for page in (text_of(own.html), story):
        assert not [words for words in OPEN if words in page]
    step = diagnosis.replay_case(case).at
    for sentence in (step.title, step.text, step.not_your, step.full_text):
        words = str(sentence)
        assert not words or words in {"Solved", "Nothing was changed"} or words not in text_of(own.html)


def test_that_was_sent_on_says_to_whom_wherever_it_says_so(
    lab: MakeLab, work: Work, employee: Person, helpdesk: Person
) -> None:
    host = lab("security-layer-rdp").row
    case = close("sent on", opened(employee, host, work), helpdesk, employee)
    own, desk = Browser(employee), Browser(helpdesk)
    page = own.get(f"/cases/{case.pk}")
    assert "Helpdesk handed your case to Network team; you need not do anything." in page
    later = opened(employee, host, work)
    assert "sent on to Network team" in desk.get(f"/desk/cases/{later.pk}")
