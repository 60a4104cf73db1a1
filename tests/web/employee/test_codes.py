"""The book of codes: a page that says what a code means, and the list to find it."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.web.employee.pages import ERROR, Reader, case_of
from troubleshoot import catalog, engine
from troubleshoot.models import Person

PAIR = "/codes/mstsc/0x904/0x7"


class TestThePageOfACode:
    def test_says_what_it_means_and_is_not_how_sure_and_from_where(self, db: None) -> None:
        page = Reader.of().get(PAIR)
        assert page.title == "What does 0x904 / 0x7 mean?"
        assert "The connection was made, then closed by the other side." in page.text
        assert "It is not your password" in page.text
        assert "Not documented; many people who met it report this meaning." in page.text
        assert "dockur/windows#345" in page.text
        assert "disconnectReasonAtClientWinsockFDCLOSE" in page.text
        assert "2308" in page.text

    def test_names_the_causes_and_what_tells_them_apart(self, db: None) -> None:
        page = Reader.of().get(PAIR)
        assert "Something in between closes the connection" in page.text
        assert "The log of the computer has nothing at that second." in page.text

    def test_leads_to_the_code_of_the_second_number_and_to_others(self, db: None) -> None:
        page = Reader.of().get(PAIR)
        assert 'href="/codes/extended/0x7"' in page.source
        assert 'href="/codes/mstsc/0x904"' in page.source

    def test_begins_a_case_with_one_button(self, employee: Person) -> None:
        reader = Reader.of(employee)
        page = reader.get(PAIR)
        typed = dict(re.findall(r'type="hidden" name="(text|code)" value="([^"]+)"', page.source))
        assert typed == {"text": "0x904 / 0x7", "code": "mstsc:0x904 / 0x7"}
        assert reader.post("/cases/check", **typed).title == "Which computer do you want to reach?"

    def test_explains_a_pair_whose_halves_are_known(self, db: None) -> None:
        page = Reader.of().get("/codes/mstsc/0x204/0xC")
        assert page.status == 200
        assert "The second number, 0xC, adds: The session was signed out." in page.text

    def test_explains_a_windows_error_inside_a_result(self, db: None) -> None:
        page = Reader.of().get("/codes/hresult/0x8007274D")
        assert "The computer is on, but nothing listens." in page.text
        assert 'href="/codes/win32/0x274D"' in page.source

    def test_of_an_unknown_code_says_so_and_offers_to_measure(self, db: None) -> None:
        page = Reader.of().get("/codes/mstsc/0xF04")
        assert page.status == 404
        assert (
            "We do not know this code. Codes that look like this are usually about the network connection" in page.text
        )
        assert "Check a computer for this" in page.text

    @pytest.mark.parametrize(
        ("path", "to"),
        [
            ("/codes/mstsc/0x0904", "/codes/mstsc/0x904"),
            ("/codes/mstsc/0x904/0X07", PAIR),
            ("/codes/hresult/0x8009030d", "/codes/hresult/0x8009030D"),
            ("/codes/event/01058", "/codes/event/1058"),
        ],
    )
    def test_has_one_address(self, client: Client, db: None, path: str, to: str) -> None:
        assert client.get(path)["Location"] == to

    @pytest.mark.parametrize(
        "path",
        [
            *(
                "mstsc/904",
                "mstsc/x",
                "nothing/0x904",
                "mstsc/0x123456789",
                "event/0x5",
                "event/1058/7",
                "mstsc/0x904/7",
            ),
            *("mstsc/%D9%A9", "mstsc/0x904%00", "mstsc/0x904/0x7/0x7", "MSTSC/0x904", "mstsc/0x-1", "bugcheck/0x7E"),
        ],
    )
    def test_is_absent_for_what_is_no_address(self, client: Client, db: None, path: str) -> None:
        assert client.get(f"/codes/{path}").status_code == 404

    def test_exists_for_every_code_and_leads_only_to_pages_that_exist(self, client: Client, db: None) -> None:
        seen: set[str] = set()
        for code in catalog.installed_catalog().codes.entries:
            response = client.get(f"/codes/{engine.code_address(code)}")
            assert response.status_code == 200, code
            seen |= set(re.findall(r'href="(/codes/[^"?]+)"', response.content.decode()))
        known = {f"/codes/{engine.code_address(code)}" for code in catalog.installed_catalog().codes.entries}
        assert seen <= known

    def test_is_found_again_from_the_text_that_its_button_sends(self) -> None:
        table = catalog.installed_catalog().codes
        for code in table.entries:
            used = table.identify(engine.code_as_pasted(code), prefer=code.key).used
            assert used is not None
            assert (used.code, used.ask) == (code, False)


class TestTheList:
    def test_goes_by_what_one_sees_and_by_kind(self, db: None) -> None:
        page = Reader.of().get("/codes")
        assert "It closes at once." in page.text
        assert "Event-log line" in page.text
        assert f"{len(catalog.installed_catalog().codes.entries)} codes" in page.text

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("2308", "/codes/mstsc/0x904"),
            ("0x904 / 0x7", PAIR),
            ("-2146893043", "/codes/hresult/0x8009030D"),
            ("certificate expired", "/codes/mstsc/0x1B07"),
            ("SEC_E_CERT_EXPIRED", "/codes/hresult/0x80090328"),
            ("event 1058", "/codes/event/1058"),
            ("Fehlercode: 0x204", "/codes/mstsc/0x204"),
        ],
    )
    def test_finds_a_code_by_number_name_or_words(self, db: None, asked: str, found: str) -> None:
        assert f'href="{found}"' in Reader.of().client.get("/codes", {"q": asked}).content.decode()

    @pytest.mark.parametrize("asked", ["xyzzy", "\0", "<script>", "%", "0x" + "9" * 300])
    def test_says_when_nothing_fits(self, db: None, asked: str) -> None:
        page = Reader.of().client.get("/codes", {"q": asked}).content.decode()
        assert "Nothing in the table fits." in page
        assert "<script>" not in page.replace("<script src", "")

    def test_of_a_family_holds_all_of_it(self, db: None) -> None:
        page = Reader.of().get("/codes?family=negotiation")
        assert page.source.count('href="/codes/negotiation/0x') == 6
        assert Reader.of().get("/codes?family=nothing").status == 200


class TestWhoMayRead:
    @pytest.mark.parametrize("path", ["/codes", PAIR])
    def test_is_everybody_unless_the_administrator_says_otherwise(
        self, client: Client, settings: Settings, employee: Person, path: str
    ) -> None:
        assert client.get(path).status_code == 200
        settings.MENDPOINT_PUBLIC_CODES = False
        assert client.get(path)["Location"].startswith("/sign-in?next=%2Fcodes")
        assert client.get(path, headers={"HX-Request": "true"}).status_code == 401
        client.force_login(employee)
        assert client.get(path).status_code == 200

    def test_needs_no_database_for_strangers(
        self, client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for path in ("/codes", "/codes?q=904", PAIR):
            with django_assert_num_queries(0):
                client.get(path)

    def test_asks_the_database_only_who_reads(
        self, client: Client, employee: Person, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client.force_login(employee)
        with django_assert_num_queries(2):
            client.get(PAIR)


class TestTheWayThere:
    def test_leads_from_the_first_page(self, db: None) -> None:
        hint = Reader.of().post("/preview", text=ERROR)
        assert f'href="{PAIR}"' in hint.source
        assert "/codes/" not in Reader.of().post("/preview", text="0xABCD").source

    def test_leads_from_the_case(self, employee: Person) -> None:
        reader = Reader.of(employee)
        page = reader.opens(None, text=ERROR)
        assert case_of(page).error["page"] == "mstsc/0x904/0x7"
        assert f'href="{PAIR}"' in reader.get(page.url).source

    def test_asks_where_a_character_was_guessed(self, employee: Person) -> None:
        hint: Any = Reader.of().post("/preview", text="0x9O4")
        assert "We had to guess a character. Is this the code in your window?" in hint.text
        page = Reader.of(employee).opens(None, text="0x9O4", code="mstsc:0x904")
        assert case_of(page).error["ask"] is False
