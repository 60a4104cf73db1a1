"""The page with the command for the person's own PC, and where it is offered; with scripts off."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.own_pc import CLOSED, told
from tests.fixtures.steps import ERROR, Work, opened
from tests.web.employee.pages import Page, Reader, case_of
from troubleshoot import cases, probes
from troubleshoot.cases import close_case
from troubleshoot.models import Case, Person, Site

MOST_QUERIES = 7
OFFER = "Let your own PC look"


@pytest.fixture
def reader(employee: Person) -> Reader:
    return Reader.of(employee)


@pytest.fixture
def unseen(employee: Person) -> Case:
    """A case about a computer that we cannot look at."""
    return cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=None, named_host="ACC-07")


def command_on(page: Page) -> str:
    (found,) = re.findall(r"(?s)<pre tabindex=\"0\">(&amp; \{.*?)</pre>", page.source)
    return html.unescape(found)


class TestTheOffer:
    def test_is_made_where_the_computer_is_healthy_from_here(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        page = reader.opens(lab(name="ACC-07"))
        assert OFFER not in page.text
        work()
        page = reader.get(page.url)
        assert OFFER in page.text
        assert f"{page.url}/pc" in page.source

    def test_is_not_made_where_the_fault_is_on_our_side(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        page = reader.opens(lab("key-unreadable"))
        work()
        assert OFFER not in reader.get(page.url).text

    def test_is_made_where_we_cannot_look_at_all(self, unseen: Case, reader: Reader) -> None:
        assert OFFER in reader.get(f"/cases/{unseen.pk}").text

    def test_is_not_made_for_a_name_that_is_none(self, employee: Person, reader: Reader) -> None:
        case = cases.open_case(
            actor=employee, beneficiary=employee, error_text=ERROR, host=None, named_host="the one upstairs"
        )
        assert OFFER not in reader.get(f"/cases/{case.pk}").text
        assert reader.get(f"/cases/{case.pk}/pc").url == f"/cases/{case.pk}"


class TestThePage:
    def test_says_what_the_command_does_before_it_shows_it(self, unseen: Case, reader: Reader) -> None:
        page = reader.get(f"/cases/{unseen.pk}/pc")
        assert page.title == "Let your own PC look at ACC-07"
        assert command_on(page) == probes.client_command("ACC-07", 3389)
        order = ["What the command does", "It changes nothing", "Step by step", "& {", "What did it print?"]
        places = [page.text.index(words) for words in order]
        assert places == sorted(places)
        assert "we cannot check it" in page.text

    def test_takes_the_block_and_leads_back_to_the_case(self, unseen: Case, reader: Reader) -> None:
        page = reader.post(f"/cases/{unseen.pk}/pc", block=f"PS C:\\> \r\n{told(CLOSED)}")
        assert page.url == f"/cases/{unseen.pk}"
        assert "Something accepts its connection, and closes it before ACC-07 has answered." in page.text
        assert "Told by your PC, not measured by us." in page.text
        again = reader.get(f"/cases/{unseen.pk}/pc")
        assert "Told before" in again.text
        assert "pasted by Emil" in again.text

    def test_says_what_is_wrong_and_keeps_what_was_pasted(self, unseen: Case, reader: Reader) -> None:
        pasted = told().replace("udp on", "udp <b>\u043en</b>")
        page = reader.post(f"/cases/{unseen.pk}/pc", block=pasted)
        assert page.status == 422
        assert "Line 7" in page.text
        assert "letters that the command never prints" in page.text
        assert "<b>\u043en" not in page.source
        assert "MENDPOINT BEGIN 1" in page.text.partition("What did it print?")[2]

    @pytest.mark.parametrize("text", ["", "\0", "\ud800", "x" * 30_000, "MENDPOINT BEGIN 1\n" * 400])
    def test_survives_what_is_no_block(self, text: str, unseen: Case, reader: Reader) -> None:
        assert reader.post(f"/cases/{unseen.pk}/pc", block=text.encode("utf-8", "replace").decode()).status == 422

    def test_is_nobody_elses(self, unseen: Case, person: MakePerson) -> None:
        for who in (Reader.of(person("Eve", "employee")), Reader.of(person("Max", "manager"))):
            assert who.post(f"/cases/{unseen.pk}/pc", block=told()).status in {403, 404}
        assert Case.objects.get(pk=unseen.pk).pc == {}

    def test_leads_to_the_case_when_that_is_closed(self, unseen: Case, helpdesk: Person, reader: Reader) -> None:
        close_case(actor=helpdesk, case=unseen, solved=True)
        assert reader.get(f"/cases/{unseen.pk}/pc").url == f"/cases/{unseen.pk}"

    def test_asks_few_questions_of_the_database(self, unseen: Case, reader: Reader) -> None:
        reader.post(f"/cases/{unseen.pk}/pc", block=told())
        with CaptureQueriesContext(connection) as seen:
            reader.get(f"/cases/{unseen.pk}/pc")
        assert len(seen) <= MOST_QUERIES, [one["sql"] for one in seen.captured_queries]


class TestHelpdesk:
    def test_can_ask_for_it_at_any_time_and_paste_for_a_caller(
        self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        case = opened(employee, lab("key-unreadable", name="ACC-07").row, work)
        port = case.host.rdp_port if case.host else 0
        desk = Reader.of(helpdesk)
        page = desk.get(f"/desk/cases/{case.pk}")
        assert "Show the command, paste what it printed" in page.text
        assert f"/cases/{case.pk}/pc" in page.text, "the ready text holds the link"
        assert desk.get(f"/cases/{case.pk}/pc").title == "Let the PC of Emil look at ACC-07"
        page = desk.post(f"/cases/{case.pk}/pc", block=told(port=port))
        assert page.url == f"/desk/cases/{case.pk}"
        assert "told, not measured" in page.text
        assert "pasted by Hanna" in page.text
        assert "told by the person's PC: ACC-07 port" in page.text

    def test_of_another_site_does_not_see_it(
        self, lab: MakeLab, employee: Person, work: Work, south: Site, person: MakePerson
    ) -> None:
        case = opened(employee, lab().row, work)
        assert Reader.of(person("Sue", "helpdesk", site=south)).get(f"/cases/{case.pk}/pc").status == 404


def test_what_was_told_stands_in_the_history(unseen: Case, reader: Reader) -> None:
    reader.post(f"/cases/{unseen.pk}/pc", block=told())
    text = reader.get(f"/history/cases/{case_of(reader.get(f'/cases/{unseen.pk}')).pk}").text
    assert "Told by the person's PC: It gets no answer from ACC-07." in text
