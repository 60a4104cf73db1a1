"""The case page as a whole: what it shows to whom, what it asks of the database, and what it does not change."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import STEPS, Browser, Sit
from troubleshoot import cases, jobs, reports
from troubleshoot.cases import ask_for_help, send_message
from troubleshoot.models import Case, Entry, Job, JobState, Notice, Person, Site


class TestThePage:
    def test_follows_by_itself_only_what_is_open(
        self, host: Registered, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        polls = 'hx-target="#live"'
        desk.get(path)
        assert polls not in desk.html
        jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
        desk.part(f"{path}?line=0", "live")
        assert polls in desk.html
        assert 'id="said" hx-swap-oob' in desk.html
        assert "<html" not in desk.html
        work()
        desk.part(f"{path}?line=0", "live")
        assert polls not in desk.html
        assert 'id="head" hx-swap-oob' in desk.html

    def test_names_the_other_open_case_of_the_computer_that_tells_another_cause(
        self, case: Case, path: str, employee: Person, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        assert "is open too" not in desk.get(path)
        second = cases.open_case(actor=helpdesk, beneficiary=employee, error_text=case.error_text, host=case.host)
        named = f"Case {second.pk} of Emil about this computer is open too. Its cause: No cause is shown so far"
        assert named in desk.get(path)
        assert f'href="/desk/cases/{second.pk}"' in desk.html
        work()
        assert "is open too" not in desk.get(path), "both tell the same by now"
        cases.answer_pc_question(actor=employee, case=second, question="connect", value="no_name")
        assert "is open too" not in desk.get(path), "what was told changes nothing of what was measured"
        cases.close_case(actor=helpdesk, case=Case.objects.get(pk=second.pk), solved=True)
        assert "is open too" not in desk.get(path)

    def test_says_on_the_path_what_was_read_and_done_in_words(
        self, host: Registered, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
        work()
        desk.get(path)
        told = desk.html.partition('id="path"')[2].partition("</ol>")[0]
        assert "What do the readings show?" in told
        assert "Put Remote Desktop back to protected connections:" in told
        assert re.findall(r"\b(?:rdp|windows)\.[a-z_]+", told) == []

    def test_shows_what_was_read_as_json(self, path: str, desk: Browser) -> None:
        desk.get(path)
        raw = html.unescape(desk.html.partition('id="readings"')[2].partition("</section>")[0])
        assert "nla true" in raw
        assert re.findall(r"\b(?:True|False|None)\b(?! of)", raw) == []

    def test_changes_nothing_by_looking(self, case: Case, path: str, desk: Browser) -> None:
        def counted() -> tuple[Any, ...]:
            return (Job.objects.count(), Entry.objects.count(), Notice.objects.filter(read_at=None).count())

        before = counted()
        desk.get(path)
        desk.get(f"{path}/text")
        desk.part(path, "live")
        assert counted() == before

    def test_shows_a_look_from_before_the_present_facts(
        self, case: Case, path: str, employee: Person, desk: Browser, sit: Sit
    ) -> None:
        look = case.jobs.get(kind=Job.Kind.DIAGNOSE)
        known = {"rdp.stage", "rdp.negotiation_failure", "windows.reached", "windows.termservice", "windows.nla"}
        look.facts = {name: part for name, part in look.facts.items() if name in known}
        look.save(update_fields=["facts"])
        look.readings.filter(name__in=["registry values", "System log", "port of Remote Desktop"]).delete()
        desk.get(path)
        assert f"{len(look.facts)} readings" in desk.html

        person = sit(employee)
        person.get(f"/cases/{case.pk}")
        assert str(case.pk) in person.html

    def test_marks_notices_as_read_when_something_is_done(
        self, lab: MakeLab, employee: Person, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        case = opened(employee, lab("service-stopped").row, work)
        ask_for_help(actor=employee, case=case)
        assert Notice.objects.unread(helpdesk).exists()
        desk.post(f"/desk/cases/{case.pk}/take")
        assert not Notice.objects.unread(helpdesk).exists()

    def test_takes_no_more_queries_after_many_answers_jobs_and_messages(
        self, host: Registered, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        planned(helpdesk, case, work)
        desk.get(path)
        with CaptureQueriesContext(connection) as few:
            desk.get(path)
        for number in range(8):
            send_message(actor=helpdesk, case=case, text=f"{number}")
            cases.open_case(actor=helpdesk, beneficiary=helpdesk, error_text="0x904", host=host.row)
        with CaptureQueriesContext(connection) as many:
            desk.get(path)
        assert len(many) == len(few) <= 32

    def test_asks_at_once_what_undid_earlier_changes(
        self, host: Registered, case: Case, helpdesk: Person, work: Work
    ) -> None:
        plan = planned(helpdesk, case, work).plan
        same: dict[str, Any] = {"host": host.row, "plan": plan, "requester": helpdesk, "started_at": timezone.now()}
        same |= {"ended_at": timezone.now(), "result": {"before": [], "after": []}}
        asked = []
        for _ in range(2):
            change = Job.objects.create(kind=Job.Kind.APPLY, state=JobState.VERIFIED, **same)
            Job.objects.create(kind=Job.Kind.REVERT, state=JobState.UNREACHABLE, origin=change, **same)
            with CaptureQueriesContext(connection) as seen:
                reports.earlier_changes(case, helpdesk)
            asked.append(len(seen))
        assert asked[0] == asked[1] <= 8

    def test_and_every_button_of_it_is_hidden_from_another_site(
        self, case: Case, path: str, helpdesk: Person, work: Work, south: Site, person: MakePerson, sit: Sit
    ) -> None:
        job = planned(helpdesk, case, work)
        stranger = sit(person("Eve", "helpdesk", site=south))
        before = Entry.objects.exclude(tag="access:refuse").count()
        for address in (path, f"{path}/text"):
            stranger.get(address)
            assert stranger.status == 404
        for step in STEPS:
            stranger.post(f"{path}/{step}", job=job.pk, text="x", step="layer", value="x", solved="yes")
            assert stranger.status == 404
        assert Entry.objects.exclude(tag="access:refuse").count() == before

    def test_needs_the_forms_token(self, case: Case, path: str, helpdesk: Person) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(helpdesk)
        for step in STEPS:
            assert client.post(f"{path}/{step}", {"solved": "yes"}).status_code == 403

    @pytest.mark.parametrize("key", ["", "x", "01890000-0000-7000-8000-000000000000"])
    def test_starts_nothing_that_is_not_of_this_case(self, key: str, case: Case, path: str, desk: Browser) -> None:
        for step in ("start", "stop", "revert"):
            desk.post(f"{path}/{step}", job=key)
            assert desk.status in {404, 422}
