"""The history through the front door: filters, pages both ways, one case as a timeline, the file."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bench_pages import bulk
from tests.conftest import MakePerson
from troubleshoot import care, cases
from troubleshoot.models import Answer, Case, Entry, Job, Person, Site
from troubleshoot.reports import asking, exporting, history
from troubleshoot.reports.outcomes import CASES, CHANGES

pytestmark = pytest.mark.django_db
CASE = re.compile(r"/history/cases/(\d+)")


@pytest.fixture
def manager(person: MakePerson, north: Site) -> Person:
    return person("Mona", "manager", site=north)


@pytest.fixture
def emil(person: MakePerson, north: Site) -> Person:
    return person("Emil", "employee", site=north)


@pytest.fixture
def world(person: MakePerson, emil: Person, north: Site, south: Site) -> bulk.World:
    people = [emil, person("Hanna", "helpdesk", site=north), person("Abel", "approver", site=north)]
    return bulk.world(people, [north, south], hosts=8)


@pytest.fixture
def go(client: Client, manager: Person) -> Callable[[str], str]:
    """The page at an address, as the manager of North sees it."""
    client.force_login(manager)

    def get(address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200, address
        return response.content.decode()

    return get


def rows_of(page: str) -> list[str]:
    """The sentences of a page, without markup."""
    found = re.findall(r'<li(?: class="[^"]*")?>\s*<time.*?</time>\s*<span>(.*?)</span>\s*</li>', page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", one).strip() for one in found]


def cases_of(page: str) -> list[int]:
    return [int(number) for number in CASE.findall(page)]


def walk(go: Callable[[str], str], address: str, rel: str) -> Iterator[str]:
    """This page and every further one in a direction."""
    while True:
        page = go(address)
        yield page
        link = re.search(rf'href="(\?[^"]*)" rel="{rel}"', page)
        if link is None:
            return
        address = "/history" + link[1].replace("&amp;", "&")


class TestARow:
    def test_is_one_sentence_that_says_who_what_where_and_how_it_ended(
        self, world: bulk.World, go: Callable[[str], str]
    ) -> None:
        bulk.cases(world, 100)
        emil = world.people[0]
        ran = Job.objects.filter(state="verified", host__site__slug="north", beneficiary=emil).exclude(requester=emil)
        job = ran.select_related("case", "host", "requester").first()
        assert job
        assert job.case
        said = {"": "no word yet", "works": "works", "same_error": "same error"}[job.case.word]
        title = asking.actions()[job.action]
        assert (
            f"{job.requester} ran “{title}” on {job.host} (simulated) for Emil; verified; person: {said}. "
            f"Case {job.case_id}"
        ) in rows_of(go(f"/history?host={job.host}"))

    def test_of_a_case_says_where_it_went(self, world: bulk.World, go: Callable[[str], str]) -> None:
        case = cases.open_case(actor=world.people[0], beneficiary=world.people[0], error_text="0x904 0x7", host=None)
        sentence = f"Emil could not use a computer that is not registered (0x904 / 0x7); still open. Case {case.pk}"
        assert rows_of(go("/history?show=cases")) == [sentence]

    def test_shows_names_as_text(self, world: bulk.World, go: Callable[[str], str]) -> None:
        bulk.cases(world, 30)
        Person.objects.filter(name="Emil").update(name="<script>alert(1)</script>")
        page = go("/history")
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


class TestPages:
    @pytest.mark.parametrize("show", ["changes", "cases"])
    def test_lead_through_every_row_once_and_back(
        self, show: str, world: bulk.World, go: Callable[[str], str], manager: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(history, "PAGE", 7)
        bulk.cases(world, 120)
        # Rows that share their moment must not be lost or doubled at the edge of a page.
        same = timezone.now()
        some = list(Case.objects.values_list("pk", flat=True)[:50])
        Case.objects.filter(pk__in=some).update(opened_at=same)
        Job.objects.filter(case__in=some).update(created_at=same)
        wanted: Any = Case.objects.visible_to(manager).order_by("-opened_at", "-pk").values_list("pk", flat=True)
        if show == "changes":
            rows = Job.objects.visible_to(manager).order_by("-created_at", "-pk")
            wanted = rows.values_list("case_id", flat=True)
        pages = list(walk(go, f"/history?show={show}", "next"))
        assert len(pages) > 2
        assert [number for page in pages for number in cases_of(page)] == list(wanted)
        last = re.search(r'href="(\?[^"]*)" rel="prev"', pages[-1])
        assert last
        back = list(walk(go, "/history" + last[1].replace("&amp;", "&"), "prev"))
        assert [number for page in reversed(back) for number in cases_of(page)] == list(wanted)[
            : len(wanted) - len(cases_of(pages[-1]))
        ]

    def test_cost_the_same_for_few_and_for_many_rows(self, world: bulk.World, client: Client, manager: Person) -> None:
        client.force_login(manager)
        for show in ("changes", "cases"):
            bulk.cases(world, 8)
            few = queries(client, f"/history?show={show}")
            bulk.cases(world, 300)
            assert queries(client, f"/history?show={show}") == few <= 12

    @pytest.mark.skipif("connection.vendor != 'sqlite'", reason="reads SQLite's own words about its plan")
    @pytest.mark.parametrize(
        "query",
        ["", "show=cases", "host=PC-00001", "site=north", "outcome=failed", "show=cases&outcome=sent_on&site=north"],
    )
    def test_are_read_in_the_order_of_an_index_and_never_sorted(
        self, query: str, world: bulk.World, manager: Person
    ) -> None:
        bulk.cases(world, 50)
        asked = asking.understand(manager, QueryDict(query))
        with CaptureQueriesContext(connection) as seen:
            history.page(manager, asked)
        statement = max((one["sql"] for one in seen), key=len)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            plan = [str(row[3]) for row in cursor.fetchall()]
        assert not [step for step in plan if "TEMP B-TREE" in step]
        assert [step for step in plan if re.search(r"INDEX (case|change)_\w*(time|host|end)", step)]

    def test_say_it_when_nothing_fits(self, go: Callable[[str], str]) -> None:
        assert "Nothing has happened yet." in go("/history")
        assert "Nothing that you may see fits this." in go("/history?host=PC-77")


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


class TestFilters:
    @pytest.mark.parametrize("outcome", CHANGES)
    def test_by_outcome_show_changes_with_it(
        self, outcome: str, world: bulk.World, go: Callable[[str], str], manager: Person
    ) -> None:
        bulk.cases(world, 60)
        wanted = Job.objects.visible_to(manager).filter(CHANGES[outcome].rows).count()
        assert len(rows_of(go(f"/history?outcome={outcome}"))) == min(wanted, history.PAGE)

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


class TestWhoSees:
    def test_only_rows_of_their_sites(self, world: bulk.World, go: Callable[[str], str], manager: Person) -> None:
        bulk.cases(world, 60)
        foreign = set(Case.objects.filter(site__slug="south").values_list("pk", flat=True))
        seen = {number for page in walk(go, "/history?show=cases", "next") for number in cases_of(page)}
        assert seen
        assert not seen & foreign
        assert not {number for page in walk(go, "/history", "next") for number in cases_of(page)} & foreign

    def test_an_employee_only_their_own(self, world: bulk.World, client: Client, emil: Person) -> None:
        bulk.cases(world, 40)
        client.force_login(emil)
        own = set(Case.objects.filter(beneficiary=emil) | Case.objects.filter(opened_by=emil))
        seen = cases_of(client.get("/history?show=cases").content.decode())
        assert set(seen) == {case.pk for case in own}

    def test_a_case_of_a_foreign_site_is_as_absent_as_none(
        self, world: bulk.World, client: Client, manager: Person
    ) -> None:
        bulk.cases(world, 40)
        foreign = Case.objects.filter(site__slug="south").first()
        assert foreign
        client.force_login(manager)
        for number in (foreign.pk, 10**9, 10**30):
            assert client.get(f"/history/cases/{number}").status_code == 404


class TestATimeline:
    @pytest.fixture
    def case(self, emil: Person) -> Case:
        case = cases.open_case(actor=emil, beneficiary=emil, error_text="0x904", host=None)
        case.refresh_from_db()
        cases.answer(actor=emil, case=case, step=case.at_step, value="home_vpn")
        cases.answer(actor=emil, case=case, step=case.at_step, value="office")
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

    def test_keeps_internal_notes_to_helpdesk(
        self, case: Case, go: Callable[[str], str], client: Client, person: MakePerson, north: Site
    ) -> None:
        hanna = person("Hanna", "helpdesk", site=north)
        care.say(actor=hanna, case=case, text="We are on it.\n<b>now</b>")
        care.say(actor=hanna, case=case, text="He is in a hurry", internal=True)
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
            care.say(actor=emil, case=case, text=f"Message {number}")
        assert queries(client, address) == before <= 20


class TestTheFile:
    def test_holds_every_row_in_utc(self, world: bulk.World, client: Client, manager: Person) -> None:
        bulk.cases(world, 200)
        client.force_login(manager)
        found = read(client, "/history.csv?show=cases")
        assert [int(row["case"]) for row in found] == list(
            Case.objects.visible_to(manager).order_by("-opened_at", "-pk").values_list("pk", flat=True)
        )
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["opened at (UTC)"]) for row in found)
        assert len(read(client, "/history.csv?outcome=failed")) == (
            Job.objects.visible_to(manager).filter(state="failed").count()
        )

    def test_is_recorded_with_what_was_asked(self, world: bulk.World, client: Client, manager: Person) -> None:
        client.force_login(manager)
        client.head("/history.csv?who=Emil")
        assert not Entry.objects.filter(tag="history:export").exists()
        client.get("/history.csv?who=Emil&outcome=failed")
        entry = Entry.objects.get(tag="history:export")
        assert entry.actor == str(manager.pk)
        assert b'"outcome":"failed"' in bytes(entry.canonical)
        assert b"Emil" not in bytes(entry.canonical)

    def test_shows_every_text_and_runs_none(self, client: Client, manager: Person, emil: Person, north: Site) -> None:
        evil = "=cmd|'/c calc'!A0,\"x\"\r\ny"
        case = cases.open_case(actor=emil, beneficiary=emil, error_text="0x904", host=None)
        Case.objects.filter(pk=case.pk).update(site=north, sent_to=evil, ticket="\uff0b1", word="")
        client.force_login(manager)
        (row,) = read(client, "/history.csv?show=cases")
        assert row["sent to"] == "'" + evil
        assert row["ticket"] == "'\uff0b1"

    @given(st.text())
    def test_never_begins_a_cell_like_a_formula(self, text: str) -> None:
        cell = exporting.cell(text)
        assert cell.removeprefix("'") == text or cell == text
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"))


def read(client: Client, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment;")
    body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "\n" not in body.replace("\r\n", "").replace('"', "")
    return list(csv.DictReader(io.StringIO(body, newline="")))
