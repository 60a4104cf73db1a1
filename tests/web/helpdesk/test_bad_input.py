"""What browsers and people send to helpdesk's and the approver's forms that no form of ours asked for."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import STEPS, Browser, Sit
from troubleshoot.models import Answer, Approval, Case, Entry, Incident, Job, JobState, Message, Person, Site

STRANGE = {
    "nul": "a\0b",
    "surrogate": "a\ud800b".encode("utf-8", "replace").decode(),
    "zalgo": "e\u0301" * 1500,
    "bidi": "\u202e409x0 \u0430",
    "script": "<script>alert(1)</script><svg onload=alert(1)> javascript:alert(1)",
    "htmx": '<b hx-get="/sign-out" hx-trigger="load" hx-on:click="x()">x</b></textarea><script>alert(2)',
    "emoji": "\U0001f600 \U0001f469\u200d\U0001f4bb",
    "sql": "'; DROP TABLE x; --%00\r\n",
    "nothing": " \u200b\u2003 ",
    "long": "x" * 150_000,  # six fields of it stay below what a request may hold
}
VOTES = ("approve", "decline", "ask")
ABSENT = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def waiting(lab: MakeLab, helpdesk: Person, employee: Person, work: Work) -> Job:
    """A dangerous plan that waits for a second person."""
    case = opened(helpdesk, lab("nla-required").row, work, beneficiary=employee)
    return planned(helpdesk, case, work, why="The trust is broken")


@pytest.fixture
def second(approver: Person, sit: Sit) -> Browser:
    """Abel's browser."""
    return sit(approver)


def harmless(browser: Browser) -> bool:
    """Whether nothing that was typed became markup."""
    return not any(sign in browser.html for sign in ("<script>alert", "<svg onload", '<b hx-get="/sign-out"'))


class TestStrangeText:
    def test_is_kept_as_text_or_refused_in_words_on_the_case_page(self, case: Case, path: str, desk: Browser) -> None:
        for name, text in STRANGE.items():
            fields = {"text": text, "why": text, "ticket": text, "sent_to": text, "step": text, "value": text}
            for step in ("say", "note", "plan", "answer", "ask", "close"):
                desk.post(f"{path}/{step}", solved="no", **fields)
                assert desk.status in {200, 422}, (name, step)
                assert harmless(desk), (name, step)
            desk.get(path)
            assert harmless(desk), name
        assert not Answer.objects.filter(source="person").exists()

    def test_is_kept_as_text_or_refused_in_words_on_the_page_of_a_plan(
        self, waiting: Job, second: Browser, helpdesk: Person, sit: Sit
    ) -> None:
        desk = sit(helpdesk)
        for name, text in STRANGE.items():
            for step in ("ask", "approve", "decline"):
                second.post(f"/approvals/{waiting.pk}/{step}", text=text, why=text, digest=text)
                assert second.status in {200, 422}, (name, step)
                assert harmless(second), (name, step)
            desk.get(f"/desk/cases/{waiting.case_id}")
            assert harmless(desk), name
        assert not Approval.objects.filter(decision="approve").exists()

    def test_is_no_caller_no_computer_and_nothing_to_search_for(self, employee: Person, desk: Browser) -> None:
        for name, text in STRANGE.items():
            for field in ("person", "host", "error"):
                given = {"person": "Emil", "host": "", "error": "0x904", "urgency": "2", "whereabouts": ""}
                desk.post("/desk/new", **{**given, field: text})
                assert desk.status in {200, 422}, (name, field)
                assert harmless(desk), (name, field)
            asked = dict.fromkeys(("q", "after", "site", "cause", "list"), text[:2000])
            answer = desk.client.get("/board", asked)
            assert answer.status_code == 200, name
            assert b"<script>alert" not in answer.content


class TestForgedForms:
    def test_about_what_another_site_has_find_nothing(
        self, case: Case, waiting: Job, south: Site, person: MakePerson, sit: Sit
    ) -> None:
        eve, pat = sit(person("Eve", "helpdesk", site=south)), sit(person("Pat", "approver", site=south))
        before = Entry.objects.exclude(tag="access:refuse").count()
        for step in STEPS:
            eve.post(f"/desk/cases/{case.pk}/{step}", job=str(waiting.pk), text="x", step="layer", solved="yes")
            assert eve.status == 404
        for step in VOTES:
            pat.post(f"/approvals/{waiting.pk}/{step}", digest=waiting.plan.digest, why="x", text="x")  # type: ignore[union-attr]
            assert pat.status == 404
        assert Entry.objects.exclude(tag="access:refuse").count() == before

    def test_about_what_is_not_there_find_nothing(self, desk: Browser, second: Browser) -> None:
        for number in ("0", "999999", "9" * 30, "-1", "1e3", "%00", "../1"):
            for step in STEPS:
                desk.post(f"/desk/cases/{number}/{step}")
                assert desk.status == 404
        for key in (ABSENT, "x", "%00", "1", ABSENT.upper() + "0"):
            for step in VOTES:
                second.post(f"/approvals/{key}/{step}")
                assert second.status == 404
        desk.post("/board/incidents", site="no\0where", cause="x\0y")
        assert desk.status == 404

    def test_about_a_job_of_another_case_start_and_stop_nothing(
        self, case: Case, path: str, waiting: Job, desk: Browser
    ) -> None:
        for step in ("start", "stop", "revert"):
            desk.post(f"{path}/{step}", job=str(waiting.pk))
            assert desk.status == 404
        assert Job.objects.get(pk=waiting.pk).state == JobState.WAITING_APPROVAL

    def test_do_not_change_who_acts_or_for_whom(
        self, path: str, case: Case, desk: Browser, employee: Person, helpdesk: Person
    ) -> None:
        forged = {
            "actor": str(employee.pk),
            "author": str(employee.pk),
            "beneficiary": str(helpdesk.pk),
            "internal": "",
        }
        desk.post(f"{path}/note", text="for us", **forged)
        desk.post(f"{path}/take", person=str(employee.pk), owner="")
        case.refresh_from_db()
        note = Message.objects.get()
        assert (note.author, note.internal, case.owner, case.beneficiary) == (helpdesk, True, helpdesk, employee)

    def test_with_a_key_twice_or_a_list_use_one_value_or_none(self, path: str, case: Case, desk: Browser) -> None:
        desk.client.post(f"{path}/say", {"text": ["first", "second"]})
        assert Message.objects.get().text == "second"
        desk.post(f"{path}/close", **{"solved[]": "yes"})
        assert desk.status == 422

    @pytest.mark.parametrize("solved", ["", "maybe", "YES", "true", "1"])
    def test_with_a_choice_that_is_not_offered_close_nothing(
        self, solved: str, path: str, case: Case, desk: Browser
    ) -> None:
        desk.post(f"{path}/close", solved=solved, sent_to="x")
        assert desk.status == 422
        assert Case.objects.get(pk=case.pk).closed_at is None

    def test_about_a_closed_case_change_nothing(self, path: str, case: Case, desk: Browser) -> None:
        desk.post(f"{path}/close", solved="yes")
        before = Entry.objects.count()
        for step in ("take", "plan", "answer", "ask", "read", "close"):
            desk.post(f"{path}/{step}", step="layer", value="x", solved="no", sent_to="x", why="x")
            assert desk.status in {200, 422}
        assert Entry.objects.count() == before

    def test_ask_again_only_what_was_answered_by_the_person(self, path: str, case: Case, desk: Browser) -> None:
        for step in ("", "stage", "layer", "nowhere", "x" * 10_000):
            desk.post(f"{path}/ask", step=step)
            assert desk.status == 422
        assert not Message.objects.exists()


class TestForgedRequests:
    @pytest.mark.parametrize("header", ["HX-Target", "HX-Trigger", "HX-Prompt", "HX-Current-URL"])
    def test_pick_no_part_that_a_page_does_not_offer(
        self, header: str, path: str, waiting: Job, desk: Browser, second: Browser
    ) -> None:
        for browser, address in ((desk, "/board"), (desk, path), (second, f"/approvals/{waiting.pk}")):
            for value in ("<script>", "x" * 10_000, "live#fresh", "../live", "helpdesk/case.html"):
                browser.get(address, **{"HX-Request": "true", header: value})
                assert browser.status == 200
                assert "<html" in browser.html
                assert "<script>" not in browser.html

    def test_without_a_session_get_no_part(self, path: str, waiting: Job) -> None:
        for address in ("/board", path, f"/approvals/{waiting.pk}"):
            answer = Client().get(address, headers={"HX-Request": "true", "HX-Target": "live"})
            assert (answer.status_code, answer["HX-Redirect"], answer.content) == (401, "/sign-in", b"")

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (json.dumps({"text": "x"}), "application/json"),
            ("text=x", "text/plain"),
            ("--x\r\nbroken", "multipart/form-data; boundary=x"),
            ("--x\r\nbroken", "multipart/form-data"),
            ("text=%ff%fe&text=%", "application/x-www-form-urlencoded"),
            ("&".join(f"f{number}=1" for number in range(10_000)), "application/x-www-form-urlencoded"),
        ],
    )
    def test_of_another_form_break_nothing(
        self, body: str, kind: str, path: str, waiting: Job, desk: Browser, second: Browser
    ) -> None:
        addresses = [(desk, f"{path}/{step}") for step in STEPS]
        addresses += [(second, f"/approvals/{waiting.pk}/{step}") for step in VOTES]
        addresses += [(desk, "/desk/new"), (desk, "/board/incidents"), (second, "/approvals/away")]
        for browser, address in addresses:
            answer = browser.client.generic("POST", address, body, content_type=kind)
            assert answer.status_code in {302, 400, 404, 413, 422}, address
        assert not Approval.objects.exists()
        assert not Incident.objects.exists()


class TestManyAtOnce:
    @staticmethod
    def clicks(browser: Browser, address: str, fields: dict[str, str]) -> set[int]:
        """Twenty clicks in four windows."""

        def click(_: int) -> int:
            try:
                client = Client()
                client.cookies = browser.client.cookies
                return client.post(address, fields).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as threads:
            return set(threads.map(click, range(20)))

    def test_twenty_clicks_are_one_vote(self, waiting: Job, second: Browser) -> None:
        fields = {"digest": waiting.plan.digest}  # type: ignore[union-attr]
        assert self.clicks(second, f"/approvals/{waiting.pk}/approve", fields) == {302}
        assert Approval.objects.count() == 1

    def test_twenty_clicks_are_one_start(
        self, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        job = planned(helpdesk, case, work)
        assert self.clicks(desk, f"{path}/start", {"job": str(job.pk)}) <= {302, 422}
        assert Entry.objects.filter(tag="job:queue", objects_named__ref=str(job.pk)).count() == 1

    def test_twenty_clicks_close_once(self, case: Case, path: str, desk: Browser) -> None:
        assert self.clicks(desk, f"{path}/close", {"solved": "yes"}) <= {302, 422}
        assert Entry.objects.filter(tag="case:close").count() == 1
