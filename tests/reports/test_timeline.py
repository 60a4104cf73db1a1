"""One case as a timeline."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.bench_pages import bulk
from tests.conftest import MakePerson
from tests.reports.pages import queries
from troubleshoot import cases
from troubleshoot.cases import send_message
from troubleshoot.models import Answer, Case, Entry, Person, Site

pytestmark = pytest.mark.django_db


class TestATimeline:
    @pytest.fixture
    def case(self, emil: Person) -> Case:
        case = cases.open_case(actor=emil, beneficiary=emil, error_text="0x904", host=None)
        case.refresh_from_db()
        step = case.at_step
        cases.answer_step(actor=emil, case=case, step=step, value="home_vpn")
        cases.answer_step(actor=emil, case=case, step=step, value="office")
        return case

    def test_tells_answers_and_marks_those_that_were_replaced(self, case: Case, go: Callable[[str], str]) -> None:
        page = go(f"/history/cases/{case.pk}")
        assert page.count("no longer counts") == 1
        assert re.search(r"<s>[^<]*</s>", page)
        assert Answer.objects.filter(case=case, source="person").count() == 2

    def test_has_nothing_that_changes_anything(self, case: Case, go: Callable[[str], str]) -> None:
        main = go(f"/history/cases/{case.pk}").split("<main")[1].split("</main>")[0]
        assert "<form" not in main
        assert "<button" not in main

    def test_keeps_each_closing_and_opening_again(
        self, case: Case, emil: Person, go: Callable[[str], str], person: MakePerson, north: Site
    ) -> None:
        hanna = person("Hanna", "helpdesk", site=north)
        for _ in range(2):
            case.refresh_from_db()
            cases.close_case(actor=hanna, case=case, solved=False, sent_to="the network team")
            cases.check_computer_again(actor=emil, case=case)
        cases.check_computer_again(actor=emil, case=case)
        page = go(f"/history/cases/{case.pk}")
        said = re.findall(r"The case was (?:closed|opened again|begun anew)", page)
        assert said == ["The case was closed", "The case was opened again"] * 2 + ["The case was begun anew"]
        assert "case:close" not in page

    def test_keeps_internal_notes_to_helpdesk(
        self, case: Case, go: Callable[[str], str], client: Client, person: MakePerson, north: Site
    ) -> None:
        hanna = person("Hanna", "helpdesk", site=north)
        send_message(actor=hanna, case=case, text="We are on it.\n<b>now</b>")
        send_message(actor=hanna, case=case, text="He is in a hurry", internal=True)
        page = go(f"/history/cases/{case.pk}")
        assert "We are on it.<br>&lt;b&gt;now" in page
        assert "in a hurry" not in page
        client.force_login(hanna)
        assert "in a hurry" in client.get(f"/history/cases/{case.pk}").content.decode()

    def test_shows_audit_entries_to_auditors_only(
        self, case: Case, go: Callable[[str], str], client: Client, person: MakePerson, north: Site
    ) -> None:
        assert "case:open" not in go(f"/history/cases/{case.pk}")
        client.force_login(person("Uta", "auditor", site=north))
        page = client.get(f"/history/cases/{case.pk}").content.decode()
        assert "case:open" in page
        assert page.count("case:answer") == Entry.objects.filter(tag="case:answer").count()

    def test_costs_the_same_however_long_it_is(
        self, case: Case, world: bulk.World, client: Client, manager: Person, emil: Person
    ) -> None:
        client.force_login(manager)
        address = f"/history/cases/{case.pk}"
        before = queries(client, address)
        for number in range(10):
            send_message(actor=emil, case=case, text=f"Message {number}")
        assert queries(client, address) == before <= 20
