"""Keeper, workers, incidents, estimates and permissions leave alone what was invented, and do not reckon with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.db.models import F
from django.utils import timezone

from tests.management.invented.conftest import History
from troubleshoot import cases, operations, people, reports
from troubleshoot.engine import RULES, Refusal
from troubleshoot.management import demo_data
from troubleshoot.models import Case, Host, Incident, Job, JobState, Notice, Person, Reading, Site
from troubleshoot.web.helpdesk import board

LONG_AGO = "2026-01-01T00:00:00Z"


def rows() -> list[object]:
    return [list(Case.objects.order_by("pk").values()), list(Job.objects.order_by("pk").values())]


class TestTheKeeper:
    def test_does_nothing(self, history: History) -> None:
        before = rows()
        operations.sweep()
        assert rows() == before
        assert not Notice.objects.exists()

    def test_reminds_nobody_of_an_unconfirmed_fix_and_closes_no_case(self, history: History) -> None:
        fixed = Case.objects.filter(outcome="solved", word="", answers__source="fix", answers__value="verified")
        opened = Case.objects.filter(pk__in=list(fixed.values_list("pk", flat=True)))
        assert opened.update(closed_at=None, outcome="", waiting_for="person")
        before = rows()
        operations.sweep()
        assert rows() == before
        assert not Notice.objects.exists()
        assert mail.outbox == []

    def test_undoes_nothing_and_lets_nothing_expire(self, history: History) -> None:
        verified = Job.objects.filter(kind=Job.Kind.APPLY, state=JobState.VERIFIED)
        assert verified.update(undo_at=LONG_AGO, expires_at=LONG_AGO)
        assert not Job.objects.overdue().exists()
        before = rows()
        operations.sweep()
        assert rows() == before

    def test_lets_no_waiting_plan_expire(self, history: History) -> None:
        job = Job.objects.filter(kind=Job.Kind.APPLY, state=JobState.VERIFIED).first()
        assert job
        job.pk, job.state, job.expires_at = None, JobState.PLANNED, timezone.now() - dt.timedelta(days=1)
        job.save(force_insert=True)
        operations.sweep()
        job.refresh_from_db()
        assert job.state == JobState.PLANNED


class TestAWorker:
    def test_claims_none(self, history: History) -> None:
        for job in Job.objects.all()[:50]:
            assert not Job.objects.claim(job, worker="w", lease=dt.timedelta(minutes=1))


class TestAnIncident:
    def test_is_neither_offered_nor_begun(self, history: History) -> None:
        helpdesk, site = demo_data.people_of("helpdesk"), Site.objects.get(slug="north")
        same = Case.objects.filter(site=site)
        same.update(closed_at=None, cause="certificate_expired", opened_at=timezone.now())
        assert same.values("host").distinct().count() > 3
        assert board.board_incidents(board.board_cases(helpdesk)) == []
        with pytest.raises(Refusal):
            cases.begin_incident(actor=helpdesk, site=site, cause="certificate_expired")
        incident = Incident.objects.create(site=site, cause="certificate_expired", owner=helpdesk, since=timezone.now())
        found: Any = cases.incidents_for_helpdesk([site], helpdesk).get()
        assert (found.pk, found.new) == (incident.pk, False)


class TestAnEstimate:
    def test_is_not_made_of_what_was_invented(self, history: History) -> None:
        assert Job.objects.filter(action="renew-rdp-certificate", state=JobState.VERIFIED).count() > 20
        assert reports.usual_duration("renew-rdp-certificate") is None
        assert reports.usual_observation() is None
        taken = Case.objects.filter(taken_at__gte=F("needs_since")).values_list("site", flat=True)
        assert taken.count() > 20
        assert all(reports.usual_wait(site) is None for site in Site.objects.all())

    def test_of_the_state_of_computers_neither(self, history: History) -> None:
        Job.objects.update(result={"reached": "no", "stage": "connect"})
        Reading.objects.update(value={"certificate": {"not_after": "2026-01-01T00:00:00+00:00"}})
        found = reports.make_summary(demo_data.people_of("manager"), reports.Period.last(90))
        words = [one.number.words for one in found.attention]
        assert not any("cannot look into" in one or "expire" in one for one in words)
        assert demo_data.repaired_since() == set()


class TestTheRules:
    def test_allow_to_look_and_nothing_else(self, history: History) -> None:
        case = Case.objects.filter(closed_at=None).first()
        job, host = Job.objects.changes().first(), Host.objects.first()
        someone = Person.objects.filter(invented=True).first()
        everybody = [*Person.objects.filter(invented=False)]
        for action in RULES:
            for obj in (case, job, host, someone):
                found = {people.may(person, action, obj).allowed for person in everybody}
                assert found == {False} or action.endswith((".read", ".verify", ".export")), (action, obj)
        helpdesk = demo_data.people_of("helpdesk")
        assert people.may(helpdesk, "desk.read", case).allowed
        refusal = people.may(helpdesk, "case.take", case)
        assert (refusal.rule, refusal.who_can_help) == ("case.take:invented", "")

    def test_make_lists_as_they_decide(self, history: History) -> None:
        for person in Person.objects.filter(invented=False):
            for rows in (Case.objects.order_by("-pk"), Job.objects.changes(), Host.objects.all()):
                some = list(rows[:4])
                for action in RULES:
                    listed = people.permitted_rows(
                        rows.model.objects.filter(pk__in=[one.pk for one in some]), person, action
                    )
                    wanted = {one.pk for one in some if people.may(person, action, one).allowed}
                    assert set(listed.values_list("pk", flat=True)) == wanted, (action, person)
