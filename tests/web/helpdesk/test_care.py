"""Helpdesk's care for a case: taking, talking, answering for the person, closing."""

import pytest
from django.test import Client

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import Browser, Sit
from troubleshoot import cases, jobs
from troubleshoot.cases import send_message
from troubleshoot.models import Case, Entry, Message, Notice, Person, Site


class TestTakingACase:
    def test_and_handing_it_back(self, case: Case, path: str, desk: Browser) -> None:
        desk.get(path)
        assert "Owner: you" in desk.press("Take")
        assert "Owner: nobody" in desk.press("Hand back")

    def test_that_somebody_has_just_taken_overrides_nobody(
        self, case: Case, path: str, desk: Browser, person: MakePerson, north: Site, sit: Sit
    ) -> None:
        second = person("Henry", "helpdesk", site=north)
        other = sit(second)
        other.get(path)
        desk.get(path)
        desk.press("Take")
        assert "Hanna has just taken this case. Here is how things stand." in other.press("Take")
        assert other.status == 422
        assert "Owner: you" in other.press("Take over")


class TestTalking:
    def test_reaches_the_person_and_a_note_does_not(
        self, case: Case, path: str, desk: Browser, employee: Person
    ) -> None:
        desk.get(path)
        desk.press("Send", text="Please wait <b>two</b> minutes")
        page = desk.press("Keep the note", text="Same image as ACC-03")
        assert "Please wait <b>two</b> minutes" in page
        assert "Note, internal · Hanna" in page
        assert list(Message.objects.values_list("internal", flat=True)) == [False, True]
        assert Notice.objects.filter(person=employee, kind="message").count() == 1

    @pytest.mark.parametrize("text", ["", "  ", "x" * 4001, "a\0b"])
    def test_needs_something_to_say_and_keeps_what_was_typed(
        self, text: str, case: Case, path: str, desk: Browser
    ) -> None:
        for place in ("say", "note"):
            desk.post(f"{path}/{place}", text=text)
            assert desk.status == 422
            assert f'aria-describedby="{place}-error"' in desk.html
        assert not Message.objects.exists()

    def test_of_others_appears_by_itself(self, case: Case, path: str, employee: Person, desk: Browser) -> None:
        desk.get(path)
        send_message(actor=employee, case=case, text="Are you there?")
        page = desk.part(f"{path}?seen=x", "fresh")
        assert "Are you there?" in page
        assert "<textarea" not in desk.html, "nobody loses what they type"


class TestAnsweringForThePerson:
    @pytest.fixture
    def case(self, lab: MakeLab, employee: Person, work: Work) -> Case:
        return opened(employee, lab("closed-before-confirm").row, work)

    def test_keeps_who_answered_and_what_was_changed_later(self, path: str, desk: Browser) -> None:
        desk.get(path)
        desk.press("Answer for them", value="forward")
        desk.post(f"{path}/answer", step="path", value="vpn")
        page = desk.get(path)
        assert "Hanna changed later" in page
        assert "<s>" in desk.html
        assert "A VPN" in page

    @pytest.mark.parametrize(("step", "value"), [("path", ""), ("path", "x"), ("nowhere", "x"), ("stage", "ok")])
    def test_takes_only_what_is_asked(self, step: str, value: str, path: str, desk: Browser) -> None:
        desk.post(f"{path}/answer", step=step, value=value)
        assert desk.status == 422

    def test_is_told_to_a_page_that_was_opened_before(
        self, case: Case, path: str, employee: Person, desk: Browser
    ) -> None:
        desk.get(path)
        mark = desk.html.split('name="seen" value="')[1].split('"')[0]
        assert "moved on" not in desk.part(f"{path}?seen={mark}", "fresh")
        cases.answer_step(actor=employee, case=case, step="path", value="vpn")
        assert "This case has moved on" in desk.part(f"{path}?seen={mark}", "fresh")


class TestClosing:
    def test_as_solved_happens_once(self, case: Case, path: str, desk: Browser) -> None:
        for _ in range(2):
            assert "Nothing: this case is solved" in desk.post(f"{path}/close", solved="yes", ticket="INC-2")
        case.refresh_from_db()
        assert (case.outcome, case.ticket) == ("solved", "INC-2")
        assert Entry.objects.filter(tag="case:close").count() == 1
        assert "Reading LAB-01" in desk.press("Open again and read")

    def test_unsolved_says_to_whom_it_is_sent(self, case: Case, path: str, desk: Browser) -> None:
        page = desk.post(f"{path}/close", solved="no", sent_to=" ", ticket="INC-3")
        assert desk.status == 422
        assert "Say to whom it is sent on" in page
        assert 'value="INC-3"' in desk.html
        assert "sent to Network team" in desk.post(f"{path}/close", solved="no", sent_to="Network team")
        desk.post(f"{path}/close", solved="")
        assert desk.status == 422

    def test_can_take_everything_along_as_plain_text(self, case: Case, path: str, helpdesk: Person, work: Work) -> None:
        jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
        work()
        client = Client()
        client.force_login(helpdesk)
        response = client.get(f"{path}/text")
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        text = response.content.decode()
        for words in (
            "Error: 0x904 / 0x7",
            "(simulated)",
            "shown by: ",
            "How far a connection comes: ",
            "Put Remote Desktop back",
            " UTC",
        ):
            assert words in text
