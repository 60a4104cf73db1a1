"""What the invented history is: marked in every row, consistent with the guides, and recorded once as invented."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.conftest import TESTER
from tests.lab.hosts import listening, seen
from tests.management.invented.conftest import History
from troubleshoot import diagnosis, reports
from troubleshoot.engine import as_change
from troubleshoot.management import demo_data
from troubleshoot.management.invented.stories import STORIES, WELL, Story
from troubleshoot.models import UNDOABLE_STATES, Approval, Case, Delivery, Entry, Host, Job, JobState, Notice, Person
from troubleshoot.remediation import job_plan
from troubleshoot.reports import Period


class TestItsRows:
    def test_are_marked_each_of_them(self, history: History) -> None:
        for rows in (Case.objects.all(), Job.objects.all(), Host.objects.all()):
            assert rows.exists()
            assert not rows.filter(invented=False).exists()
        real = Person.objects.filter(invented=False)
        assert {one.email.partition("@")[2] for one in real} == {"demo.example"}

    def test_are_told_of_by_one_entry_of_the_time_when_they_were_made(self, history: History) -> None:
        (entry,) = Entry.objects.exclude(pk__in=history.entries)
        assert entry.tag == "demo:invent"
        assert history.began <= entry.at <= timezone.now()
        details = json.loads(bytes(entry.canonical))["details"]
        assert details["cases"] == Case.objects.count()
        assert details["changes"] == Job.objects.filter(kind=Job.Kind.APPLY).count()
        assert details["people"] == Person.objects.filter(invented=True).count()
        assert dt.datetime.fromisoformat(details["since"]) == Case.objects.earliest("opened_at").opened_at

    def test_send_nobody_anything(self, history: History) -> None:
        assert not Notice.objects.exists()
        assert not Delivery.objects.exists()

    def test_are_made_once(self, history: History) -> None:
        before = Case.objects.count()
        demo_data.invent()
        assert Case.objects.count() == before

    def test_give_nobody_an_account_to_sign_in_with(self, history: History) -> None:
        assert not any(one.has_usable_password() for one in Person.objects.filter(invented=True))
        assert not Person.objects.filter(invented=True, grants__isnull=False).exists()

    @pytest.mark.parametrize("state", ["queued", "claimed", "starting", "running", "verifying"])
    def test_are_never_moved_to_where_a_worker_looks(self, history: History, state: str) -> None:
        job = Job.objects.filter(state=JobState.UNREACHABLE).first()
        assert job
        job.pk = None
        job.state = state
        with (
            pytest.raises(IntegrityError, match=r"an_invented_job_never_runs|CHECK constraint failed"),
            transaction.atomic(),
        ):
            job.save(force_insert=True)


class TestItsCases:
    def test_stand_where_their_answers_lead(self, history: History) -> None:
        for case in Case.objects.with_guide():
            walk = diagnosis.replay_case(case)
            assert walk.at.name == case.at_step
            assert len(walk.path) == case.answers.count(), "each answer counts"

    def test_would_not_move_if_they_were_real(self, history: History) -> None:
        assert diagnosis.reindex_cases(Case.objects.for_status()) == 0
        for case in Case.objects.for_status().filter(closed_at=None):
            before = case.answers.count()
            diagnosis.advance_case(case, actor=TESTER)
            assert case.answers.count() == before

    def test_have_the_cause_that_their_readings_show(self, history: History) -> None:
        first = {(case.error["code"], case.cause): case for case in Case.objects.all()}
        for case in first.values():
            observation = case.jobs.filter(kind=Job.Kind.DIAGNOSE).earliest("created_at")
            facts, code = diagnosis.stored_facts(observation.facts), diagnosis.code_hint(case.error)
            assert diagnosis.shown_cause(facts, code) == case.cause

    def test_are_opened_when_people_work_and_end_before_now(self, history: History) -> None:
        for case in Case.objects.filter(invented=True):
            here = timezone.localtime(case.opened_at, timezone.get_default_timezone())
            assert here.weekday() < 5
            assert 8 <= here.hour < 18
            assert case.opened_at < (case.closed_at or timezone.now()) <= timezone.now()
        earliest = Case.objects.filter(invented=True).earliest("opened_at").opened_at
        assert earliest > timezone.now() - dt.timedelta(days=90)

    def test_are_of_all_sorts(self, history: History) -> None:
        assert set(Case.objects.values_list("site__slug", flat=True)) == {"north", "south"}
        assert len(set(Case.objects.values_list("beneficiary", flat=True))) > 30
        assert len(set(Case.objects.values_list("cause", flat=True))) >= 8
        open_cases = Case.objects.filter(closed_at=None)
        assert {*open_cases.values_list("matter", flat=True)} == {"plan", "help", "question", "choose", "answer"}
        assert all(case.beneficiary.invented for case in open_cases)
        states = set(Job.objects.filter(kind=Job.Kind.APPLY).values_list("state", flat=True))
        assert {"verified", "not_verified", "declined", "reverted", "expired", "cancelled", "unreachable"} <= states
        assert Approval.objects.filter(decision="decline").exists()


class TestItsChanges:
    def test_have_plans_that_are_what_their_digests_say_and_show_before_and_after(self, history: History) -> None:
        for job in Job.objects.changes().select_related("plan", "host"):
            plan = job_plan(job)
            assert plan.identity == job.host.identity
            assert not plan.nothing_to_change
            found = as_change(job.found)
            assert found.malformed == ()
            assert found.before is None or found.before != found.after

    def test_that_were_verified_left_what_was_planned(self, history: History) -> None:
        for job in Job.objects.filter(kind=Job.Kind.APPLY, state=JobState.VERIFIED).select_related("plan"):
            for item, state in zip(job_plan(job).items, as_change(job.found).after or (), strict=True):
                assert state
                assert {name: state[name] for name in item.desired if name in state}.items() <= dict(
                    item.desired
                ).items()

    def test_that_are_dangerous_ran_with_the_yes_of_a_second_person(self, history: History) -> None:
        ran = Job.objects.filter(kind=Job.Kind.APPLY, risk="dangerous", started_at__isnull=False)
        assert ran.exists()
        for job in ran:
            vote = job.approvals.get()
            assert vote.decision == "approve"
            assert vote.approver_id not in {job.requester_id, job.beneficiary_id}
            assert job.started_at
            assert vote.made_at < job.started_at == vote.used_at

    def test_leave_nothing_that_would_have_to_be_undone(self, history: History) -> None:
        assert not Job.objects.filter(undo_at__isnull=False, state__in=UNDOABLE_STATES).exists()

    def test_happen_one_after_another_on_each_computer(self, history: History) -> None:
        twice = Counter(Job.objects.filter(kind=Job.Kind.APPLY).values_list("host", "started_at"))
        assert {count for (_host, at), count in twice.items() if at} == {1}


class TestTheSummary:
    def test_shows_a_trend(self, history: History) -> None:
        manager = demo_data.people_of("manager")
        found = reports.make_summary(manager, Period.last(90))
        assert found.cases.value == Case.objects.count()
        assert found.invented_cases == found.cases.value
        assert found.invented_changes == found.changes.value
        assert found.before == 0
        weeks = [good + other for _day, good, other in found.days]
        assert sum(weeks[:8]) / 8 > 1.3 * sum(weeks[-4:]) / 4
        took = sorted((case.opened_at, case.closed_at - case.opened_at) for case in _solved() if case.closed_at)
        first, last = took[: len(took) // 3], took[-len(took) // 3 :]
        assert _median(first) > 1.2 * _median(last)


@pytest.mark.parametrize("story", [one for one in STORIES if one.name != "firewall"], ids=lambda one: one.name)
def test_a_computer_looks_from_outside_as_its_story_says(story: Story) -> None:
    with listening(*story.faults) as (_state, server):
        assert seen(server.port, seconds=20).facts == {**WELL, **story.seen}


def test_a_computer_that_drops_everything_looks_from_outside_as_its_story_says() -> None:
    (story,) = [one for one in STORIES if one.name == "firewall"]
    with listening(*story.faults) as (_state, server):
        assert seen(server.port, seconds=1).facts == {**WELL, **story.seen}


def _solved() -> list[Case]:
    return list(Case.objects.filter(outcome="solved"))


def _median(took: list[tuple[dt.datetime, dt.timedelta]]) -> float:
    return sorted(length.total_seconds() for _at, length in took)[len(took) // 2]
