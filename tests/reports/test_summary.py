"""The summary through the front door: numbers that add up, and that are as many as the rows behind their links."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bench_pages import bulk
from tests.conftest import MakePerson
from tests.reports.pages import heading
from troubleshoot import reports
from troubleshoot.models import Case, Entry, Job, Person, Site
from troubleshoot.people import permitted_rows
from troubleshoot.reports import Period
from troubleshoot.reports import figures as numbers
from troubleshoot.reports import filters as asking
from troubleshoot.reports.figures import Number
from troubleshoot.reports.outcome_groups import CHANGES, SOLVED, with_ways

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(person: MakePerson, north: Site, south: Site) -> Person:
    return person("Mona", "manager", site=north)


@pytest.fixture
def people(person: MakePerson, north: Site) -> list[Person]:
    return [person("Emil", "employee", site=north), person("Hanna", "helpdesk", site=north), person("Abel")]


@pytest.fixture
def world(people: list[Person], north: Site, south: Site) -> bulk.World:
    return bulk.world(people, [north, south], hosts=6)


@pytest.fixture
def go(client: Client, manager: Person) -> Callable[[str], str]:
    client.force_login(manager)

    def get(address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200, address
        return unescape(response.content.decode())

    return get


def rows_behind(person: Person, number: Number) -> int:
    """How many rows the history finds at the address of a number."""
    form = asking.HistoryForm(number.asked, sites=list(Site.objects.all()))
    assert form.is_valid(), form.errors
    asked = asking.HistoryQuestion(form, [])
    found = reports.case_rows(person, asked) if asked.cases else reports.change_rows(person, asked)
    return found.count()


class TestTheNumbers:
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(seed=st.integers(0, 2**32), count=st.integers(0, 60), days=st.sampled_from(reports.PERIODS))
    def test_add_up_and_are_as_many_as_their_rows_for_any_world(
        self, seed: int, count: int, days: int, people: list[Person], north: Site, south: Site, manager: Person
    ) -> None:
        with transaction.atomic():
            made = bulk.world(people, [north, south], hosts=5, seed=seed)
            bulk.cases(made, count, days=days * 1.5)
            found = reports.make_summary(manager, Period.last(days))
            assert sum(one.value for one in found.ways) == found.cases.value
            assert sum(one.value for one in found.ways if one.name in SOLVED) == found.solved.value
            assert sum(one.value for one in found.ends) == found.changes.value
            verified = found.ends[0].value
            assert sum(one.value for one in found.words) == verified
            assert found.held.value + found.came_back.value + found.too_young.value == verified
            assert sum(row.cases for row in found.causes) == found.cases.value
            assert sum(row.solved for row in found.causes) == found.solved.value
            assert all(sum(row.course) == row.cases for row in found.causes)
            assert sum(good for _day, good, _other in found.days) == found.solved.value
            assert sum(good + other for _day, good, other in found.days) == found.cases.value
            numbers = [found.cases, found.solved, found.held, found.came_back, found.too_young, found.over_a_day]
            numbers += [found.changes, *found.ways, *found.ends, *found.words, *found.dangerous]
            numbers += [one.number for one in found.attention if one.number.asked]
            for number in numbers:
                assert rows_behind(manager, number) == number.value, number
            for row in found.causes:
                assert rows_behind(manager, Number(0, "", row.asked)) == row.cases
                assert rows_behind(manager, Number(0, "", {**row.asked, "outcome": "came_back"})) == row.back
            transaction.set_rollback(True)

    def test_count_dangerous_changes_and_their_approvals(self, world: bulk.World, manager: Person) -> None:
        bulk.cases(world, 200, days=25)
        ran, approved = reports.make_summary(manager, Period.last(30)).dangerous
        assert ran.value >= approved.value > 0
        waiting = Job.objects.filter(approvals=None, risk="dangerous", started_at__isnull=False)
        assert ran.value - approved.value == waiting.filter(host__site__slug="north").count()

    @given(
        times=st.lists(st.integers(0, 10**6), max_size=40).map(lambda all_: [dt.timedelta(seconds=one) for one in all_])
    )
    def test_of_time_have_at_least_their_share_within_and_say_nothing_of_few(self, times: list[dt.timedelta]) -> None:
        for part in (0.5, 0.9):
            within = numbers.share_within(times, part)
            if len(times) < numbers.FEW:
                assert within is None
                continue
            assert within is not None
            assert sum(1 for one in times if one <= within) >= part * len(times)
            assert sum(1 for one in times if one < within) < part * len(times)


class TestAWay:
    """Where a case went, by the answers that it really had."""

    def way(self, case: Case, manager: Person) -> str:
        found: Any = with_ways(Case.objects.filter(pk=case.pk)).get()
        return str(found.way)

    @pytest.fixture
    def solved(self, world: bulk.World, north: Site) -> Callable[..., Case]:
        def make(*answers: tuple[str, str, str], requester: int = 0, **fields: bool) -> Case:
            emil, hanna = world.people[0], world.people[requester]
            made = bulk.blank_case(world, emil, world.hosts[0], outcome="solved")
            bulk.follow(world, made, answers, requester=hanna, **fields)
            return made

        return make

    FIXED = ("renew", "verified", "fix")
    WORKS, SAME = ("confirm", "worked", "person"), ("confirm", "no_change", "person")
    VPN = ("vpn", "worked", "person")

    @pytest.mark.parametrize(
        ("answers", "requester", "way"),
        [
            ([VPN], 0, "own_steps"),
            ([FIXED, WORKS], 0, "self_service"),
            ([FIXED], 0, "self_service"),
            ([FIXED, WORKS], 1, "helpdesk_fix"),
            ([FIXED, SAME, VPN], 1, "own_steps"),
            ([FIXED, SAME], 1, "helpdesk_word"),
            ([FIXED, SAME, WORKS], 0, "self_service"),
            ([], 0, "helpdesk_word"),
        ],
    )
    def test_is_what_helped_last(
        self,
        answers: list[tuple[str, str, str]],
        requester: int,
        way: str,
        solved: Callable[..., Case],
        manager: Person,
    ) -> None:
        assert self.way(solved(*answers, requester=requester), manager) == way

    def test_is_helpdesks_when_the_person_could_not_have_started_it(
        self, solved: Callable[..., Case], manager: Person
    ) -> None:
        assert self.way(solved(self.FIXED, self_service=False), manager) == "helpdesk_fix"
        assert self.way(solved(self.FIXED, needs_approval=True), manager) == "helpdesk_fix"


class TestHeld:
    @pytest.mark.parametrize(
        ("days", "same_host", "same_cause", "group"),
        [
            (3, True, True, "came_back"),
            (6.99, True, True, "came_back"),
            (7.01, True, True, "held"),
            (3, False, True, "held"),
            (3, True, False, "held"),
        ],
    )
    def test_means_no_new_case_with_the_same_computer_and_cause_for_seven_days(
        self, days: float, same_host: bool, same_cause: bool, group: str, world: bulk.World, manager: Person
    ) -> None:
        emil = world.people[0]
        first = bulk.blank_case(world, emil, world.hosts[0], outcome="solved", ago=20, cause="certificate_expired")
        bulk.follow(world, first, [("renew", "verified", "fix")], requester=emil)
        ended = Job.objects.get(case=first).ended_at
        assert ended
        ago = (world.now - ended).total_seconds() / 86400 - days
        other = next(host for host in world.hosts if host.pk != world.hosts[0].pk)
        cause = "certificate_expired" if same_cause else "host_silent"
        bulk.blank_case(world, emil, world.hosts[0] if same_host else other, outcome="", ago=ago, cause=cause)
        rows = Job.objects.filter(case=first)
        assert [name for name in ("held", "came_back", "too_young") if rows.filter(CHANGES[name].rows)] == [group]


class TestThePage:
    def test_says_it_in_a_sentence_and_links_every_number(self, world: bulk.World, go: Callable[[str], str]) -> None:
        bulk.cases(world, 120, days=25)
        page = go("/summary")
        assert re.fullmatch(r"\d+ cases, \d+ solved, half of them within .+", heading(page))
        links = re.findall(r'href="(/history\?[^"]*)"', page)
        assert len(links) > 20
        for link in list(dict.fromkeys(links))[::4]:
            go(link)

    def test_gives_no_percentage_and_no_median_of_a_few(self, world: bulk.World, go: Callable[[str], str]) -> None:
        bulk.cases(world, 6, days=20)
        Case.objects.filter(pk__in=Case.objects.values("pk")[4:]).update(site=Site.objects.get(slug="south"))
        main = go("/summary").split("<main")[1].split("</main>")[0]
        assert " %" not in main
        assert "too few to say" in main

    def test_of_an_empty_portal_is_calm(self, go: Callable[[str], str]) -> None:
        page = go("/summary")
        assert heading(page) == "0 cases, 0 solved"
        assert "Nobody opened a case in this time." in page

    def test_keeps_to_the_managers_sites(self, world: bulk.World, go: Callable[[str], str], manager: Person) -> None:
        bulk.cases(world, 60, days=20)
        seen = permitted_rows(Case.objects.all(), manager, "case.read").count()
        assert heading(go("/summary")).startswith(f"{seen} cases,")
        assert "South" not in go("/summary")
        assert seen < Case.objects.count()

    @pytest.mark.parametrize("query", ["days=31", "days=x", "site=south", "site=nosuch", "x=1", "days=7&days=30"])
    def test_of_something_else_shows_no_numbers(self, query: str, client: Client, manager: Person) -> None:
        client.force_login(manager)
        for path in ("/summary", "/summary.csv"):
            response = client.get(f"{path}?{query}")
            assert response.status_code == 422
            assert "do not know" in response.content.decode()

    def test_costs_the_same_for_few_and_for_many_rows(self, world: bulk.World, go: Callable[[str], str]) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as seen:
                go("/summary?days=90&site=north")
            return len(seen)

        bulk.cases(world, 10, days=50)
        few = queries()
        bulk.cases(world, 200, days=50)
        assert queries() == few <= 30


class TestTheFile:
    def test_holds_the_numbers_of_the_page_and_is_recorded(
        self, world: bulk.World, client: Client, manager: Person
    ) -> None:
        bulk.cases(world, 60, days=20)
        client.force_login(manager)
        response = client.get("/summary.csv?days=30")
        body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        found = {row["number"]: row["value"] for row in csv.DictReader(io.StringIO(body, newline=""))}
        assert found["cases"] == str(permitted_rows(Case.objects.all(), manager, "case.read").count())
        assert Entry.objects.filter(tag="history:export").count() == 1

    def test_is_never_a_formula(self) -> None:
        assert list(reports.csv_lines(["a"], [["=1"], [None], [True]]))[1:] == ["'=1\r\n", '""\r\n', "yes\r\n"]
