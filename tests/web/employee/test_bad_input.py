"""What browsers and people send that no form of ours asked for: refused in words, kept as data, never a fault."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work
from tests.web.employee.pages import ERROR, Page, Reader, case_of
from troubleshoot.models import Answer, Case, Message, Person
from troubleshoot.web import rate_limits as limits

STRANGE = {
    "nul": "0x904\0",
    "surrogate": "0x904 \ud800",
    "zalgo": "0x904 " + "e\u0301" * 5000,
    "bidi": "\u202e409x0 0x904 \u0430",
    "script": "<script>alert(1)</script><svg onload=alert(1)> javascript:alert(1) 0x904",
    "htmx": '<b hx-get="/sign-out" hx-trigger="load" hx-on:click="x()">0x904</b></textarea><script>',
    "emoji": "\U0001f600 0x904 \U0001f469\u200d\U0001f4bb",
    "sql": "0x904'; DROP TABLE x; --%00\r\n",
    "long": "0x904 " + "x" * 99_000,
}
FORGED = ("<script>", "x" * 10_000, "live#checks", "../live", "employee/case.html")
ACTIONS = ("answer", "help", "plan", "fix", "stop", "again", "say", "rate")


@pytest.fixture
def reader(employee: Person) -> Reader:
    return Reader.of(employee)


@pytest.fixture
def page(lab: MakeLab, reader: Reader, work: Work) -> Page:
    """A case that asks a question."""
    page = reader.opens(lab("closed-before-confirm"))
    work()
    return reader.get(page.url)


def harmless(page: Page) -> bool:
    """Whether nothing that was typed became markup."""
    return not any(sign in page.source for sign in ("<script>alert", "<svg onload", '<b hx-get="/sign-out"'))


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
class TestStrangeText:
    def test_opens_a_case_and_is_shown_as_text(self, text: str, reader: Reader) -> None:
        sent = text.encode("utf-8", "replace").decode()
        assert harmless(reader.post("/preview", text=sent))
        assert harmless(reader.post("/cases/check", text=sent))
        page = reader.opens(None, text=sent)
        assert page.status == 200
        assert harmless(page)
        assert case_of(page).error["code"] == "0x904"

    def test_is_a_message_like_any_other_or_refused_in_words(self, text: str, reader: Reader) -> None:
        sent = text.encode("utf-8", "replace").decode()
        page = reader.opens(None)
        said = reader.post(f"{page.url}/say", text=sent)
        assert said.status in {200, 422}
        assert harmless(said)
        assert Message.objects.count() == (said.status == 200)

    def test_is_no_answer(self, text: str, page: Page, reader: Reader) -> None:
        sent = text.encode("utf-8", "replace").decode()
        before = Answer.objects.count()
        for data in ({"step": sent, "value": "vpn"}, {"step": "path", "value": sent}):
            answer = reader.post(f"{page.url}/answer", round="1", **data)
            assert answer.status == 422
            assert harmless(answer)
        assert Answer.objects.count() == before


class TestForgedForms:
    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"step": "path", "value": ""},
            {"step": "way", "value": "office"},
            {"step": "stage", "value": "ok"},
            {"step": "solved", "value": "worked"},
            {"step": "path", "value": "elsewhere"},
            {"step[]": "path", "value[]": "vpn"},
            {"step": "path", "value": "vpn", "round": "0"},
            {"step": "path", "value": "vpn", "ahead": "1"},
        ],
    )
    def test_answer_nothing(self, data: dict[str, str], page: Page, reader: Reader) -> None:
        before = Answer.objects.count()
        answer = reader.post(f"{page.url}/answer", **{"round": "1", **data})
        assert answer.status == 422
        assert answer.title == page.title, "the page shows how things stand"
        assert Answer.objects.count() == before

    def test_do_not_change_who_acts_or_on_what(self, lab: MakeLab, reader: Reader, employee: Person) -> None:
        page = reader.opens(
            lab(), user="1", actor="x", beneficiary="x", state="verified", site="x", owner="x", closed_at="2020-01-01"
        )
        case = case_of(page)
        assert (case.opened_by, case.beneficiary, case.owner, case.closed_at) == (employee, employee, None, None)

    def test_with_a_key_twice_use_one_value(self, page: Page, reader: Reader) -> None:
        reader.client.post(f"{page.url}/answer", {"step": "path", "round": "1", "value": ["forward", "vpn"]})
        assert Answer.objects.get(step="path").value == "vpn"

    def test_about_jobs_of_other_cases_find_nothing(self, page: Page, reader: Reader) -> None:
        for job in ("", "x", "01890a5d-ac96-774b-bcce-b302099a8057", "{}", "../1"):
            for action in ("fix", "stop"):
                assert reader.client.post(f"{page.url}/{action}", {"job": job, "digest": "x"}).status_code == 404

    def test_about_cases_that_do_not_exist_find_nothing(self, reader: Reader) -> None:
        for number in ("0", "999999", str(2**31), str(2**63), "9" * 30, "-1", "1e3", "%00", "1;", "../1"):
            assert reader.client.get(f"/cases/{number}").status_code == 404
            for action in ACTIONS:
                assert reader.client.post(f"/cases/{number}/{action}").status_code == 404

    def test_for_a_closed_case_change_nothing(self, page: Page, reader: Reader) -> None:
        reader.send(page, "answer", value="vpn")
        reader.post(f"{page.url}/answer", step="vpn", value="worked", round="1")
        rows = Answer.objects.count()
        for action in ("answer", "help"):
            late = reader.post(f"{page.url}/{action}", step="path", value="forward", round="1")
            assert late.status == 422
        assert (Answer.objects.count(), case_of(page).outcome) == (rows, "solved")


class TestForgedRequests:
    @pytest.mark.parametrize("header", ["HX-Target", "HX-Trigger", "HX-Prompt", "HX-Current-URL"])
    def test_pick_no_part_that_a_page_does_not_offer(self, header: str, page: Page, reader: Reader) -> None:
        for value in FORGED:
            answer = reader.get(page.url, **{"HX-Request": "true", header: value})
            assert answer.status == 200
            assert "<html" in answer.source
            assert "<script>" not in answer.source

    def test_without_a_session_get_no_part(self, page: Page) -> None:
        answer = Client().get(page.url, headers={"HX-Request": "true", "HX-Target": "live"})
        assert (answer.status_code, answer["HX-Redirect"], answer.content) == (401, "/sign-in", b"")

    def test_without_the_forms_token_are_refused(self, employee: Person, page: Page) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(employee)
        for path in ("/cases/check", "/cases/open", "/preview", *(f"{page.url}/{action}" for action in ACTIONS)):
            assert client.post(path, {"text": ERROR}).status_code == 403

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (json.dumps({"text": ERROR}), "application/json"),
            ("text=" + ERROR, "text/plain"),
            ("--x\r\nbroken", "multipart/form-data; boundary=x"),
            ("--x\r\nbroken", "multipart/form-data"),
            ("text=%ff%fe&text=%", "application/x-www-form-urlencoded"),
            ("&".join(f"f{number}=1" for number in range(10_000)), "application/x-www-form-urlencoded"),
            ("text=" + "x" * 1_100_000, "application/x-www-form-urlencoded"),
        ],
    )
    def test_of_another_form_open_nothing_and_break_nothing(self, body: str, kind: str, reader: Reader) -> None:
        for path in ("/cases/check", "/cases/open"):
            answer = reader.client.generic("POST", path, body, content_type=kind)
            assert answer.status_code in {302, 400, 413, 422}
        assert not Case.objects.exists()


class TestAFieldThatIsTooSmall:
    @pytest.mark.parametrize("field", ["host", "other", "code", "page", "whereabouts", "urgency"])
    def test_refuses_half_a_megabyte_and_does_not_send_it_back(self, field: str, reader: Reader) -> None:
        page = reader.opens(None, unchecked="", **{field: "x" * 500_000})
        assert page.status == 422
        assert len(page.source) < 30_000
        assert not Case.objects.exists()

    @pytest.mark.parametrize("field", ["step", "value", "round", "text"])
    def test_of_an_answer_or_a_message_refuses_it_too(self, field: str, page: Page, reader: Reader) -> None:
        data = {"step": "path", "value": "vpn", "round": "1", field: "x" * 500_000}
        action = "say" if field == "text" else "answer"
        assert reader.client.post(f"{page.url}/{action}", data).status_code == 422
        assert not Message.objects.exists()


class TestSignsInEveryField:
    @pytest.mark.parametrize("sign", ["\U0001f600", "\u202e", "e\u0301" * 20, "\u0661"])
    def test_are_refused_or_kept_as_text(self, sign: str, reader: Reader) -> None:
        fields = ("text", "code", "page", "host", "other", "whereabouts", "urgency", "unchecked", "help")
        assert reader.post("/cases/open", **dict.fromkeys(fields, sign)).status == 422
        page = reader.opens(None, other=f"PC{sign}7", text=f"0x904 {sign}", code=sign)
        assert page.status == 200
        assert "\u202e" not in case_of(page).named_host
        for action in ACTIONS:
            answer = reader.client.post(f"{page.url}/{action}", dict.fromkeys(("step", "value", "job", "digest"), sign))
            assert answer.status_code in {302, 404, 422}


class TestAPageOfBefore:
    def test_of_the_box_and_the_computer_leads_to_the_case_that_it_opened(self, reader: Reader) -> None:
        chosen = reader.post("/cases/check", text=ERROR)
        data = {"text": ERROR, "host": "other", "unchecked": "on", "whereabouts": "office", "urgency": "2"}
        data |= chosen.fields("open")
        first = reader.post("/cases/open", **data)
        data["whereabouts"] = "home"
        assert reader.post("/cases/open", **data).url == first.url
        assert (Case.objects.count(), case_of(first).whereabouts) == (1, "office")

    def test_that_asks_for_a_person_twice_opens_one_case(self, reader: Reader) -> None:
        box = reader.get("/")
        hidden = {**box.fields("check"), "text": "", "help": "on"}
        assert reader.post("/cases/open", **hidden).url == reader.post("/cases/open", **hidden).url
        assert Case.objects.get().need == Case.Need.HELP


class TestTooMuchInAMinute:
    def test_is_refused_and_the_text_stays(self, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "OF_A_PERSON", 8)
        assert reader.post("/preview", text=ERROR).status == 200
        first = reader.opens(None)
        assert first.status == 429
        assert ERROR in first.source
        assert "Nothing you typed is lost" in first.text
        for path in ("/preview", "/cases/check"):
            late = reader.post(path, text=ERROR)
            assert late.status == 429
            assert "wait a minute, then try again" in late.text or "wait a minute, then try again" in late.source
        assert not Case.objects.exists()

    def test_is_no_flood_of_messages_to_helpdesk(
        self, page: Page, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "OF_A_PERSON", 40)
        answers = [reader.post(f"{page.url}/say", text=f"message {number}") for number in range(9)]
        assert (answers[0].status, answers[-1].status) == (200, 422)
        assert "wait a minute, then try again" in answers[-1].text
        assert "message 8" in answers[-1].source
        assert Message.objects.count() < 8

    def test_counts_each_stranger_by_address_and_nobody_else(
        self, employee: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "OF_AN_ADDRESS", 3)
        statuses = [
            Client(REMOTE_ADDR=address).post("/preview", {"text": ERROR}).status_code
            for address in ("198.51.100.7",) * 5 + ("198.51.100.8",)
        ]
        assert statuses == [200, 200, 200, 429, 429, 200]
        client = Client(REMOTE_ADDR="198.51.100.7")
        client.force_login(employee)
        assert client.post("/preview", {"text": ERROR}).status_code == 200

    def test_is_less_for_long_texts(self, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
        monkeypatch.setattr(limits, "OF_AN_ADDRESS", 60)
        client = Client(REMOTE_ADDR="198.51.100.9")
        long = {"text": "0x904 " + "x" * 99_000}
        assert [client.post("/preview", long).status_code for _ in range(2)] == [200, 429]


class TestManyAtOnce:
    def test_twenty_clicks_open_one_case(self, reader: Reader, employee: Person) -> None:
        data = {"text": ERROR, "host": "other", "unchecked": "on", "whereabouts": "office", "urgency": "2"}
        data["page"] = "01890a5d-ac96-774b-bcce-b302099a8057"

        def click(_: int) -> int:
            try:
                client = Client()
                client.cookies = reader.client.cookies
                return client.post("/cases/open", data).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as threads:
            assert set(threads.map(click, range(20))) == {302}
        assert Case.objects.count() == 1

    def test_twenty_clicks_are_one_answer(self, page: Page, reader: Reader) -> None:
        def click(_: int) -> int:
            try:
                client = Client()
                client.cookies = reader.client.cookies
                return client.post(f"{page.url}/answer", {"step": "path", "value": "vpn", "round": "1"}).status_code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as threads:
            assert set(threads.map(click, range(20))) == {302}
        assert Answer.objects.filter(step="path").count() == 1
