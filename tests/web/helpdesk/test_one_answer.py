"""What helpdesk and the person ask alike has one answer on both pages: what was observed, and what the cause is."""

import pytest

from tests.fixtures.own_pc import CLOSED, told
from tests.fixtures.steps import ERROR, Work, planned
from tests.web.helpdesk.conftest import Browser, Sit
from troubleshoot import cases, diagnosis
from troubleshoot.cases import ask_for_help, check_computer_again, close_case
from troubleshoot.models import Case, Job, Person

NOTHING_YET = "Nothing was read yet, so nothing is judged."


class TestTheLatestObservation:
    def test_is_the_plans_own_once_that_is_made(self, case: Case, helpdesk: Person, work: Work) -> None:
        first = diagnosis.latest_observation(case)
        planned(helpdesk, case, work)
        latest = diagnosis.latest_observation(case)
        assert (first and first.kind, latest and latest.kind) == (Job.Kind.DIAGNOSE, Job.Kind.PLAN)

    def test_is_what_both_pages_show(
        self, case: Case, path: str, helpdesk: Person, employee: Person, desk: Browser, sit: Sit, work: Work
    ) -> None:
        planned(helpdesk, case, work)
        latest, own = diagnosis.latest_observation(case), sit(employee)
        assert latest
        desk.get(path)
        own.get(f"/cases/{case.pk}")
        at = f'datetime="{latest.ended_at:%Y-%m-%dT%H:%M:%SZ}"'
        assert at in desk.html.partition('id="causes"')[2].partition("</h2>")[2].partition("</div>")[0]
        assert at in own.html.partition("How do we know?")[2].partition("</details>")[0]

    def test_is_of_the_present_round(self, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work) -> None:
        close_case(actor=helpdesk, case=case, solved=True)
        check_computer_again(actor=helpdesk, case=Case.objects.get(pk=case.pk))
        assert diagnosis.latest_observation(Case.objects.get(pk=case.pk)) is None
        assert NOTHING_YET in desk.get(path)
        work()
        assert diagnosis.latest_observation(Case.objects.get(pk=case.pk))
        assert NOTHING_YET not in desk.get(path)


class TestWhoActs:
    def test_is_named_for_each_reader_in_their_words(
        self, case: Case, path: str, employee: Person, desk: Browser, sit: Sit
    ) -> None:
        assert "Who acts now: you ." in sit(employee).get(f"/cases/{case.pk}")
        assert "Waiting for the person" in desk.get(path)
        ask_for_help(actor=employee, case=case)
        assert "helpdesk Since" in sit(employee).get(f"/cases/{case.pk}")


@pytest.fixture
def unseen(employee: Person) -> Case:
    """A case about a computer that we cannot look at."""
    return cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=None, named_host="ACC-07")


class TestCausesOfWhatOnlyTheOwnPcTold:
    def test_are_judged_for_helpdesk_too(self, unseen: Case, employee: Person, desk: Browser) -> None:
        assert NOTHING_YET in desk.get(f"/desk/cases/{unseen.pk}")
        cases.submit_client_report(actor=employee, case=unseen, text=told(CLOSED))
        page = desk.get(f"/desk/cases/{unseen.pk}")
        assert NOTHING_YET not in page
        assert "judged by what was read" not in page
        assert "not checked Something in between closes the connection" in page
        assert "the computer is in order" not in page
