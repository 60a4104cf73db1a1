"""Who has a case open: said by the page itself, read by others, forgotten soon, and never a change of the case."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.conftest import MakePerson
from tests.web.helpdesk.conftest import Browser, Sit
from troubleshoot import cases
from troubleshoot.models import Case, Entry, Person, Presence, Site


@pytest.fixture
def case(employee: Person, north: Site) -> Case:
    """A case that nobody has to read."""
    return cases.open_case(actor=employee, beneficiary=employee, error_text="0x904", host=None)


@pytest.fixture
def here(case: Case) -> str:
    """The address to which an open page speaks."""
    return f"/cases/{case.pk}/here"


class TestAnOpenPage:
    def test_of_the_person_and_of_another_agent_is_told_to_helpdesk(
        self, path: str, here: str, desk: Browser, employee: Person, person: MakePerson, north: Site, sit: Sit
    ) -> None:
        assert "is looking at this case" not in desk.get(path)
        for who in (employee, person("Henry", "helpdesk", site=north)):
            assert sit(who).client.post(here).status_code == 204
        page = desk.get(path)
        assert "Emil is looking at this case now" in page
        assert "also open at Henry" in page

    def test_is_not_told_to_oneself(self, path: str, here: str, desk: Browser) -> None:
        desk.client.post(here)
        assert "also open at" not in desk.get(path)

    def test_appears_by_itself(self, path: str, here: str, desk: Browser, employee: Person, sit: Sit) -> None:
        sit(employee).client.post(here)
        assert "Emil is looking" in desk.part(f"{path}?seen=x", "fresh")

    def test_is_forgotten_when_it_says_no_more(
        self, path: str, here: str, case: Case, desk: Browser, employee: Person, sit: Sit
    ) -> None:
        sit(employee).client.post(here)
        Presence.objects.update(at=timezone.now() - dt.timedelta(minutes=1))
        assert "is looking" not in desk.get(path)
        desk.client.post(here)
        assert Presence.objects.count() == 1

    def test_says_so_again_and_again_in_one_row_without_changing_anything(
        self, here: str, case: Case, employee: Person, sit: Sit
    ) -> None:
        browser, entries = sit(employee), Entry.objects.count()
        for _ in range(3):
            assert browser.client.post(here).status_code == 204
        assert (Presence.objects.count(), Entry.objects.count()) == (1, entries)

    def test_of_somebody_who_may_not_read_it_is_not_noted(
        self, here: str, south: Site, person: MakePerson, employee: Person, sit: Sit
    ) -> None:
        stranger = sit(person("Sue", "employee", site=south))
        stranger.post(here)
        assert stranger.status == 404
        assert not Presence.objects.exists()

    def test_speaks_only_while_the_case_is_open(self, path: str, case: Case, desk: Browser) -> None:
        desk.get(path)
        assert f"/cases/{case.pk}/here" in desk.html
        desk.post(f"{path}/close", solved="yes")
        assert f"/cases/{case.pk}/here" not in desk.html
