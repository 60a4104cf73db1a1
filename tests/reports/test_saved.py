"""Time saved, time at work, certificates that end, and the summary by e-mail."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.bench_pages import bulk
from tests.conftest import TESTER, MakePerson
from tests.reports.pages import heading
from troubleshoot import operations, people, reports
from troubleshoot.models import Case, Job, Notice, Person, Reading, Site
from troubleshoot.people import permitted_rows
from troubleshoot.reports import Period
from troubleshoot.reports import time_saved as saving
from troubleshoot.reports import working_hours as hours
from troubleshoot.reports.figures import Saved, Seen
from troubleshoot.wording import notice_words

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)  # a Monday


def seen(site: Site | None, cause: str, minutes: int, *, way: str = "own_steps") -> Seen:
    key = site.pk if site else None
    return Seen(cause, way, False, "g", "h", False, NOON, NOON + dt.timedelta(minutes=minutes), key)


class TestTimeSaved:
    def test_is_no_number_before_a_value_is_entered(self, north: Site) -> None:
        assert saving.time_saved([seen(north, "a", 5)] * 9, [north]) is None

    def test_is_what_it_took_before_minus_the_median_now_times_the_solved(self, north: Site, south: Site) -> None:
        north.minutes_before = {"any": 40, "b": 100}
        found = saving.time_saved(
            [
                *(seen(north, "a", minutes) for minutes in (2, 4, 6, 8, 100)),
                *(seen(north, "b", 10) for _ in range(5)),
                *(seen(north, "c", 1) for _ in range(4)),
                *(seen(south, "a", 1) for _ in range(9)),
                *(seen(None, "a", 1) for _ in range(9)),
                *(seen(north, "a", 1, way="sent_on") for _ in range(9)),
            ],
            [north, south],
        )
        assert found == Saved(dt.timedelta(minutes=5 * (40 - 6) + 5 * (100 - 10)), 10, 4)

    def test_may_be_a_loss_and_says_so(self, north: Site, client: Client, person: MakePerson) -> None:
        north.minutes_before = {"any": 1}
        found = saving.time_saved([seen(north, "a", 31)] * 6, [north])
        assert found
        assert (found.less, found.hours) == (True, 3)

    def test_of_cases_without_a_shown_cause_has_a_value_of_its_own(self, north: Site) -> None:
        north.minutes_before = {"none": 20}
        found = saving.time_saved([seen(north, "", 10)] * 6, [north])
        assert found == Saved(dt.timedelta(hours=1), 6, 0)

    def test_stands_on_the_page_and_in_the_file(
        self, world: bulk.World, go: Callable[[str], str], north: Site, client: Client
    ) -> None:
        bulk.cases(world, 500, days=20)
        page = go("/summary")
        assert "nobody has entered how long cases took before" in page
        people.change_site(actor=TESTER, site=north, minutes_before={"any": 100_000})
        assert re.search(r"<b>About \d+ h</b>", go("/summary"))
        text = b"".join(client.get("/summary.csv").streaming_content).decode()  # type: ignore[attr-defined]
        assert re.search(r"^hours saved,[1-9]", text, re.MULTILINE)


class TestWorkingTime:
    DAY = (dt.time(8), dt.time(17))

    @pytest.mark.parametrize(
        ("since", "until", "hours_"),
        [
            ("2026-11-02T09:00", "2026-11-02T11:00", 2),
            ("2026-11-02T16:00", "2026-11-03T09:00", 2),
            ("2026-11-06T16:00", "2026-11-09T09:00", 2),
            ("2026-11-07T00:00", "2026-11-08T23:59", 0),
            ("2026-11-02T18:00", "2026-11-02T23:00", 0),
            ("2026-11-02T00:00", "2026-11-30T00:00", 180),
        ],
    )
    def test_counts_monday_to_friday_within_the_hours(self, since: str, until: str, hours_: int) -> None:
        moments = [
            dt.datetime.fromisoformat(one).replace(tzinfo=timezone.get_default_timezone()) for one in (since, until)
        ]
        assert hours.worked(moments[0], moments[1], self.DAY) == dt.timedelta(hours=hours_)

    @given(
        start=st.timedeltas(dt.timedelta(), dt.timedelta(days=300)).map(lambda since: NOON + since),
        length=st.timedeltas(dt.timedelta(), dt.timedelta(days=60)),
        cut=st.floats(0, 1),
    )
    def test_adds_up_and_is_never_more_than_the_time(
        self, start: dt.datetime, length: dt.timedelta, cut: float
    ) -> None:
        end, between = start + length, start + length * cut
        whole = hours.worked(start, end, self.DAY)
        assert hours.worked(start, between, self.DAY) + hours.worked(between, end, self.DAY) == whole
        assert dt.timedelta() <= whole <= length

    def test_stands_on_the_page_of_a_site_that_has_hours(
        self, world: bulk.World, go: Callable[[str], str], north: Site
    ) -> None:
        bulk.cases(world, 120, days=20)
        assert "in working hours" not in go("/summary")
        people.change_site(actor=TESTER, site=north, working_hours="00:00-23:59")
        assert "in working hours: half within" in go("/summary")


class TestCertificates:
    @pytest.mark.parametrize(("days", "listed"), [(-3, True), (29, True), (31, False), (None, False)])
    def test_that_end_soon_are_named_as_the_latest_observation_saw_them(
        self, days: int | None, listed: bool, world: bulk.World, manager: Person, north: Site
    ) -> None:
        host = next(one for one in world.hosts if one.site_id == north.pk)
        for old in (True, False):
            job = Job.objects.create(
                kind="connection_test",
                host=host,
                requester=world.people[0],
                state="done",
                result={"reached": "yes"},
            )
            Job.objects.filter(pk=job.pk).update(created_at=world.now - dt.timedelta(days=old))
            end = None if days is None else world.now + dt.timedelta(days=1 if old else days)
            certificate = {"not_after": f"{end:%Y-%m-%dT%H:%M:%S}Z"} if end else {}
            Reading.objects.create(job=job, source="network", name="remote desktop", value={"certificate": certificate})
        found = reports.make_summary(manager, Period.last(30)).attention
        named = [one.named for one in found if "certificates" in one.number.words]
        assert bool(named) is listed
        if listed:
            assert named[0][0][0].startswith(f"{host.name} (simulated): ")


class TestByMail:
    def test_is_asked_for_and_stopped_by_oneself(self, client: Client, manager: Person) -> None:
        client.force_login(manager)
        for wanted, words in (("yes", "Stop sending me this monthly"), ("no", "Send me this monthly")):
            page = client.post("/summary/monthly", {"wanted": wanted}, follow=True).content.decode()
            assert words in page

    def test_comes_once_after_the_month_is_over(self, manager: Person, world: bulk.World) -> None:
        bulk.cases(world, 60, days=40)
        reports.wish_monthly_summary(manager, wanted=True)
        operations.sweep()
        assert not Notice.objects.exists()
        last = (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
        Person.objects.filter(pk=manager.pk).update(summary_month=last)
        for _ in range(3):
            operations.sweep()
        notice = Notice.objects.get(person=manager)
        found = reports.make_summary(manager, Period.month(last))
        assert notice_words(notice) == f"{last:%B %Y}: {found.cases.value} cases, {found.solved.value} solved."
        assert notice.get_absolute_url() == f"/summary?month={last:%Y-%m}"

    def test_does_not_come_to_whoever_may_no_longer_read_it(self, manager: Person) -> None:
        reports.wish_monthly_summary(manager, wanted=True)
        Person.objects.filter(pk=manager.pk).update(summary_month="2026-01-01")
        manager.grants.all().delete()
        operations.sweep()
        assert not Notice.objects.exists()

    def test_leads_to_a_page_of_exactly_that_month(
        self, world: bulk.World, go: Callable[[str], str], manager: Person
    ) -> None:
        bulk.cases(world, 120, days=60)
        first = (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
        zone = timezone.get_current_timezone()
        since = dt.datetime.combine(first, dt.time.min, zone)
        until = dt.datetime.combine(timezone.localdate().replace(day=1), dt.time.min, zone)
        count = (
            permitted_rows(Case.objects.all(), manager, "case.read")
            .filter(opened_at__gte=since, opened_at__lt=until)
            .count()
        )
        assert heading(go(f"/summary?month={first:%Y-%m}")).startswith(f"{count} cases,")

    @pytest.mark.parametrize(
        "query", ["month=2026-13", "month=2026-1", "month=1999-01", "month=", "month=2026-10&days=7"]
    )
    def test_of_a_month_that_does_not_exist_shows_no_numbers(self, query: str, client: Client, manager: Person) -> None:
        client.force_login(manager)
        for path in ("/summary", "/summary.csv"):
            assert client.get(f"{path}?{query}").status_code == 422
