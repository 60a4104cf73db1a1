"""What the history is asked for: every key stands in its address."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bench_pages import bulk
from tests.reports.pages import rows_of
from troubleshoot import people
from troubleshoot.models import Job, Person, Site
from troubleshoot.reports import filters as asking
from troubleshoot.reports import history
from troubleshoot.reports.outcome_groups import CASES, CHANGES

pytestmark = pytest.mark.django_db


class TestFilters:
    @pytest.mark.parametrize("outcome", CHANGES)
    def test_by_outcome_show_changes_with_it(
        self, outcome: str, world: bulk.World, go: Callable[[str], str], manager: Person
    ) -> None:
        bulk.cases(world, 60)
        wanted = people.permitted_rows(Job.objects.all(), manager, "job.read").filter(CHANGES[outcome].rows).count()
        assert len(rows_of(go(f"/history?outcome={outcome}"))) == min(wanted, history.PAGE)

    def test_by_the_persons_word_tell_apart_two_changes_of_one_case(
        self, world: bulk.World, go: Callable[[str], str]
    ) -> None:
        emil = world.people[0]
        case = bulk.blank_case(world, emil, world.hosts[0], outcome="solved")
        fixed = [("renew", "verified", "fix"), ("confirm", "no_change", "person")]
        bulk.follow(
            world, case, [*fixed, ("renew", "verified", "fix"), ("confirm", "worked", "person")], requester=emil
        )
        first, second = Job.objects.filter(case=case).order_by("pk")
        for outcome, job in (("same_error", first), ("works", second)):
            page = go(f"/history?outcome={outcome}")
            assert f"/history/changes/{job.pk}" in page
            assert len(rows_of(page)) == 1
            assert f"person: {job.get_word_display()}" in rows_of(page)[0]
        assert rows_of(go("/history?outcome=no_word")) == []

    @pytest.mark.parametrize("outcome", CASES)
    def test_by_outcome_show_cases_with_it(self, outcome: str, world: bulk.World, go: Callable[[str], str]) -> None:
        bulk.cases(world, 40)
        words = {
            str(CASES[key].words) for key in ([outcome] if outcome in {"own_steps", "sent_on", "explained"} else [])
        }
        for row in rows_of(go(f"/history?show=cases&outcome={outcome}")):
            assert all(f"; {word}" in row for word in words)

    def test_by_person_computer_action_site_and_day(self, world: bulk.World, go: Callable[[str], str]) -> None:
        bulk.cases(world, 60)
        host = world.hosts[0]
        assert all("Hanna" in row for row in rows_of(go("/history?who=hann")))
        assert all("Hanna" in row for row in rows_of(go("/history?who=HANNA%40corp.example")))
        assert rows_of(go("/history?who=%25")) == []
        assert all(host.name in row for row in rows_of(go(f"/history?host={host.name.lower()}")))
        assert all("Restart Remote" in row for row in rows_of(go("/history?what=restart-remote-desktop")))
        assert len(rows_of(go("/history?site=north"))) == len(rows_of(go("/history")))
        assert rows_of(go("/history?since=2199-01-01")) == []
        assert rows_of(go("/history?until=2000-01-01")) == []
        assert len(rows_of(go("/history?since=2000-01-01&until=2199-12-31"))) == history.PAGE or rows_of(go("/history"))

    @pytest.mark.parametrize(
        "query",
        [
            "colour=red",
            "show=people",
            "outcome=nice",
            "show=cases&outcome=verified",
            "what=format-disk",
            "site=south",
            "site=nowhere",
            "since=yesterday",
            "since=0001-01-01",
            "until=9999-12-31",
            "after=1&before=2",
            "after=x",
            "show=cases&after=99999999999999999999",
            "who=a&who=b",
            "who=%00",
            "host=" + "x" * 300,
            "guide=../..",
        ],
    )
    def test_that_are_not_understood_show_nothing_and_say_so(
        self, query: str, world: bulk.World, client: Client, manager: Person
    ) -> None:
        bulk.cases(world, 10)
        client.force_login(manager)
        for path in ("/history", "/history.csv"):
            response = client.get(f"{path}?{query}")
            assert response.status_code == 422
            page = response.content.decode()
            assert "Nothing is shown" in page
            assert rows_of(page) == []
            assert "Hanna" not in page

    def test_say_the_same_of_a_foreign_site_as_of_none(self, client: Client, manager: Person, south: Site) -> None:
        client.force_login(manager)
        pages = [client.get(f"/history?site={slug}").content for slug in ("south", "nosuch")]
        csrf = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
        assert csrf.sub(b"", pages[0]) == csrf.sub(b"", pages[1])

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        query=st.dictionaries(
            st.sampled_from([*asking.HistoryForm.base_fields, "x", ""]),
            st.one_of(
                st.text(max_size=30),
                st.sampled_from(["changes", "cases", *CHANGES, *CASES, "none", "north", "2026-01-01", "1", "0" * 32]),
                st.uuids().map(str),
                st.integers(-(2**70), 2**70).map(str),
                st.dates().map(str),
            ),
            max_size=5,
        )
    )
    def test_of_any_kind_never_break_the_page(self, query: dict[str, str], client: Client, manager: Person) -> None:
        client.force_login(manager)
        assert client.get("/history", query).status_code in {200, 422}
        assert client.get("/summary", query).status_code in {200, 422}
