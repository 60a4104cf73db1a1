"""An incident: one click makes many cases one matter, tells the site, and tells whoever asked when it is over."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from tests.conftest import MakePerson
from tests.fixtures.computers import computer
from tests.fixtures.steps import asking
from tests.web.helpdesk.conftest import Browser, Sit
from tests.web.helpdesk.test_board import numbers
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Case, Entry, Incident, Notice, Person, Site

CAUSE = "certificate_expired"
BANNER = "Several computers at North are affected since"


@pytest.fixture
def made(employee: Person, north: Site) -> list[Case]:
    """Three computers with the same cause, and one with another."""
    found = [asking(employee, host=computer(f"ACC-{number}", north, employee)) for number in range(4)]
    Case.objects.filter(pk__in=[case.pk for case in found[:3]]).update(cause=CAUSE)
    return found


def begin(desk: Browser) -> str:
    desk.get("/board")
    return desk.press("Treat as one incident")


class TestTreatingCasesAsOne:
    def test_makes_one_person_the_owner_of_all_and_shows_them(
        self, made: list[Case], helpdesk: Person, desk: Browser
    ) -> None:
        page = begin(desk)
        assert desk.address == f"/board?site=north&cause={CAUSE}"
        assert numbers(desk) == [case.pk for case in made[:3]]
        assert "Incident at North since" in page
        assert "You care for it." in page
        assert "have the same cause" not in page
        assert set(Case.objects.filter(owner=helpdesk)) == set(made[:3])
        entry = Entry.objects.get(tag="incident:begin")
        named = {(one.kind, one.ref) for one in entry.objects_named.all()}
        assert {("case", str(case.pk)) for case in made[:3]} < named

    def test_is_not_done_with_cases_whose_cause_nobody_knows(
        self, made: list[Case], helpdesk: Person, desk: Browser
    ) -> None:
        Case.objects.update(cause="")
        assert "An incident has one cause." in desk.post("/board/incidents", site="north", cause="")
        assert (desk.status, Incident.objects.count()) == (422, 0)
        assert not Case.objects.filter(owner=helpdesk).exists()

    def test_tells_whoever_owned_one_of_them(
        self, made: list[Case], person: MakePerson, north: Site, desk: Browser
    ) -> None:
        henry = person("Henry", "helpdesk", site=north)
        Case.objects.filter(pk__in=[made[0].pk, made[1].pk]).update(owner=henry)
        begin(desk)
        assert Notice.objects.filter(person=henry, code=NoticeCode.INCIDENT_TAKEN, params__site="North").count() == 1

    def test_twice_is_one_incident(self, made: list[Case], desk: Browser) -> None:
        for _ in range(2):
            desk.post("/board/incidents", site="north", cause=CAUSE)
            assert desk.status == 200
        assert Incident.objects.count() == 1
        assert Entry.objects.filter(tag="incident:begin").count() == 1

    def test_by_two_people_at_once_is_one_incident(self, made: list[Case], desk: Browser) -> None:
        def click(_: int) -> int:
            try:
                client = Client()
                client.cookies = desk.client.cookies
                return client.post("/board/incidents", {"site": "north", "cause": CAUSE}).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as threads:
            assert set(threads.map(click, range(8))) == {302}
        assert Incident.objects.count() == 1

    def test_takes_the_cases_that_came_since(
        self, made: list[Case], helpdesk: Person, employee: Person, north: Site, desk: Browser
    ) -> None:
        assert "Take the new cases too" not in begin(desk)
        late = asking(employee, host=computer("ACC-9", north, employee))
        Case.objects.filter(pk=late.pk).update(cause=CAUSE)
        assert "Take the new cases too" in desk.get("/board")
        assert "Take the new cases too" not in desk.press("Take the new cases too")
        assert Case.objects.get(pk=late.pk).owner == helpdesk

    def test_that_are_too_few_by_now_says_so_and_does_nothing(self, made: list[Case], desk: Browser) -> None:
        desk.get("/board")
        Case.objects.filter(pk=made[0].pk).update(cause="")
        page = desk.press("Treat as one incident")
        assert desk.status == 422
        assert "fewer computers have this cause now" in page
        assert not Incident.objects.exists()
        assert not Case.objects.exclude(owner=None).exists()

    @pytest.mark.parametrize("cause", ["", "\0", "x" * 5000, "<script>", CAUSE + " "])
    def test_of_a_forged_cause_does_nothing(self, cause: str, made: list[Case], desk: Browser) -> None:
        desk.post("/board/incidents", site="north", cause=cause)
        assert desk.status == 422
        assert not Incident.objects.exists()

    @pytest.mark.parametrize("site", ["", "south", "nowhere", "\0", "x" * 5000])
    def test_of_another_site_is_not_there(self, site: str, made: list[Case], south: Site, desk: Browser) -> None:
        desk.post("/board/incidents", site=site, cause=CAUSE)
        assert desk.status == 404
        assert not Incident.objects.exists()


class TestTheBanner:
    def test_tells_the_people_of_the_site_and_nobody_else(
        self, made: list[Case], desk: Browser, employee: Person, south: Site, person: MakePerson, sit: Sit
    ) -> None:
        home = sit(employee)
        assert BANNER not in home.get("/")
        begin(desk)
        page = home.get("/")
        assert BANNER in page
        assert "We are on it. You need not open a case." in page
        assert BANNER not in sit(person("Sue", "employee", site=south)).get("/")

    def test_lets_people_ask_to_be_told_once(self, made: list[Case], desk: Browser, employee: Person, sit: Sit) -> None:
        begin(desk)
        home = sit(employee)
        home.get("/")
        assert "We tell you here when it is over." in home.press("Tell me when it is over")
        assert "Tell me when it is over" not in home.get("/")
        home.post(f"/incidents/{Incident.objects.get().pk}/watch")
        assert Entry.objects.filter(tag="incident:watch").count() == 1
        assert "1 person wants to know" in desk.get("/board")

    def test_of_another_site_or_of_nothing_cannot_be_followed(
        self, made: list[Case], desk: Browser, south: Site, person: MakePerson, sit: Sit
    ) -> None:
        begin(desk)
        sue = sit(person("Sue", "employee", site=south))
        for key in (Incident.objects.get().pk, "01890000-0000-7000-8000-000000000000", "x"):
            sue.post(f"/incidents/{key}/watch")
            assert sue.status == 404
        assert not Incident.objects.get().watchers.exists()


class TestTheEnd:
    def test_is_told_to_whoever_asked_once_and_takes_the_banner_away(
        self, made: list[Case], desk: Browser, employee: Person, sit: Sit
    ) -> None:
        begin(desk)
        home = sit(employee)
        home.get("/")
        home.press("Tell me when it is over")
        desk.get("/board")
        assert "Incident at North" not in desk.press("It is over")
        desk.post(f"/board/incidents/{Incident.objects.get().pk}/end")
        assert desk.status == 200
        assert BANNER not in home.get("/")
        assert Notice.objects.filter(person=employee, code=NoticeCode.INCIDENT_OVER).count() == 1
        assert Entry.objects.filter(tag="incident:end").count() == 1
        assert "It is over: the computers at North work again." in home.get("/notices")

    def test_comes_before_a_late_wish_to_be_told(
        self, made: list[Case], desk: Browser, employee: Person, sit: Sit
    ) -> None:
        begin(desk)
        home = sit(employee)
        home.get("/")
        desk.get("/board")
        desk.press("It is over")
        assert "It is over. Connect again" in home.press("Tell me when it is over")
        assert not Incident.objects.get().watchers.exists()

    def test_is_not_for_another_site_or_for_the_employee_to_say(
        self, made: list[Case], desk: Browser, employee: Person, south: Site, person: MakePerson, sit: Sit
    ) -> None:
        begin(desk)
        address = f"/board/incidents/{Incident.objects.get().pk}/end"
        stranger, owner = sit(person("Eve", "helpdesk", site=south)), sit(employee)
        stranger.post(address)
        owner.post(address)
        assert (stranger.status, owner.status) == (404, 403)
        assert Incident.objects.get().ended_at is None

    def test_lets_the_same_cause_become_an_incident_again(self, made: list[Case], desk: Browser) -> None:
        begin(desk)
        desk.get("/board")
        desk.press("It is over")
        assert "3 cases since" in desk.get("/board")
        begin(desk)
        assert Incident.objects.count() == 2
