"""The history through the front door: rows, pages both ways, who sees what."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.bench_pages import bulk
from tests.reports.pages import cases_of, queries, rows_of, walk
from troubleshoot import cases, people, reports
from troubleshoot.models import WAITING_STATES, Case, Job, JobState, Person
from troubleshoot.reports import filters as asking
from troubleshoot.reports import history

pytestmark = pytest.mark.django_db


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
        said = {"": "no word yet", "works": "works", "same_error": "same error"}[job.word]
        title = asking.action_choices()[job.action]
        assert (
            f"{job.requester} ran “{title}” on {job.host} (simulated) for Emil; verified; person: {said}. "
            f"Case {job.case_id} See the change"
        ) in rows_of(go(f"/history?host={job.host}"))

    @pytest.mark.parametrize(
        ("state", "starter", "words"),
        [
            ("verified", True, " undid “"),
            ("verified", False, "The portal undid “"),
            ("queued", True, " asked to undo “"),
            ("refused", True, " asked to undo “"),
            ("unreachable", False, "The portal began to undo “"),
        ],
    )
    @pytest.mark.parametrize("shown", [True, False])
    def test_of_an_undo_says_that_it_is_done_only_when_that_is_proved(
        self, state: str, starter: bool, words: str, shown: bool, world: bulk.World
    ) -> None:
        bulk.cases(world, 20)
        job = Job.objects.changes().first()
        assert job
        job.kind, job.state, job.needs_approval = Job.Kind.REVERT, state, False
        job.starter = job.requester if starter else None
        setattr(job, "case_shown", shown)  # noqa: B010 - what the query adds for its reader
        told = history.change_row(job).text
        another = {" asked to undo “": " was asked for at another site", " undid “": "” was undone on "}
        assert (words if shown else another.get(words, words)) in told
        assert shown or str(job.requester) not in told
        assert ("put back" in told) == (state == "verified")

    def test_of_an_undo_says_what_was_undone_by_whom_and_when(
        self, world: bulk.World, go: Callable[[str], str]
    ) -> None:
        bulk.cases(world, 20)
        change = Job.objects.changes().filter(state="verified", host__site__slug="north").first()
        assert change
        undo = Job.objects.create(
            kind="revert",
            state="verified",
            host=change.host,
            case=change.case,
            action=change.action,
            plan=change.plan,
            origin=change,
            requester=change.requester,
            starter=change.requester,
            beneficiary=change.beneficiary,
            created_at="2026-01-02T03:04:05Z",
            started_at="2026-01-02T03:04:05Z",
            ended_at="2026-01-02T03:05:06Z",
        )
        Job.objects.filter(pk=change.pk).update(started_at="2026-01-01T01:02:03Z")
        (row,) = rows_of(go(f"/history?host={change.host}&outcome=undoing"))
        title = asking.action_choices()[change.action]
        told = f"{undo.requester} undid “{title}” on {change.host} (simulated) (it ran 1 Jan 2026, "
        assert told in row
        assert "; put back 2 Jan 2026, " in row

    def test_says_ran_only_of_what_has_run(self, world: bulk.World) -> None:
        bulk.cases(world, 20)
        job = Job.objects.changes().first()
        assert job
        job.kind, job.why = Job.Kind.APPLY, None
        setattr(job, "case_shown", True)  # noqa: B010 - what the query adds for its reader
        never = {*WAITING_STATES, JobState.DECLINED, JobState.EXPIRED, JobState.CANCELLED}
        for state, began in product(JobState, (job.created_at, None)):
            job.state, job.started_at = state, began
            ran = state in {JobState.VERIFIED, JobState.NOT_VERIFIED, JobState.REVERTED}
            verb = "ran" if ran else "started" if began and state not in never else "asked for"
            assert f"{job.requester} {verb} “" in history.change_row(job).text, state

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
        wanted: Any = people.permitted_rows(
            Case.objects.order_by("-opened_at", "-pk"), manager, "case.read"
        ).values_list("pk", flat=True)
        if show == "changes":
            rows = people.permitted_rows(Job.objects.all(), manager, "job.read").order_by("-created_at", "-pk")
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
        asked = reports.parse_filters(manager, QueryDict(query))
        with CaptureQueriesContext(connection) as seen:
            reports.history_page(manager, asked)
        statement = max((one["sql"] for one in seen), key=len)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            plan = [str(row[3]) for row in cursor.fetchall()]
        assert not [step for step in plan if "TEMP B-TREE" in step]
        assert [step for step in plan if re.search(r"INDEX (case|change)_\w*(time|host|end)", step)]

    def test_say_it_when_nothing_fits(self, go: Callable[[str], str]) -> None:
        assert "Nothing has happened yet." in go("/history")
        assert "Nothing that you may see fits this." in go("/history?host=PC-77")


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
        own = set(Case.objects.filter(beneficiary=emil))
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
