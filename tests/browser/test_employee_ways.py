"""Ways to leave the path: closing the page and coming back, wanting a person, pasting anything at all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow, number
from tests.conftest import TESTER
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import ERROR, Work
from tests.web.employee.pages import Reader, case_of
from troubleshoot import cases, hosts
from troubleshoot.cases import follow_up
from troubleshoot.models import Case, Message, Person, Site
from troubleshoot.web import rate_limits as limits

HELP = "Get help from a person"
WITH_HELPDESK = "Helpdesk has your case, with everything you see here."
#: A dialog in Hebrew, the other way round, with a number inside.
RIGHT_TO_LEFT = "שולחן עבודה מרוחק\nקוד שגיאה: 0x904\nקוד שגיאה מורחב: 0x7"  # noqa: RUF001 - Hebrew letters
HOSTILE = (
    '<b hx-get="/sign-out" hx-trigger="load" hx-on:click="x()">0x904</b></textarea><script>alert(1)</script>'
    "<svg onload=alert(1)><template><p>t</p></template> javascript:alert(1) {{ 7 }} \u202e7x0"
)
LONG = "W" + "X" * 58 + "9"


@pytest.fixture
def reader(employee: Person) -> Reader:
    return Reader.of(employee)


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
class TestWhoeverWantsAPerson:
    def test_gets_one_from_the_first_screen_with_what_was_typed(
        self, scripts: bool, window: OpenWindow, employee: Person, helpdesk: Person
    ) -> None:
        visit = window(employee, scripts=scripts)
        visit.go("/")
        visit.page.fill("#text", "It says 0x904 and I have a meeting")
        visit.page.get_by_role("button", name=HELP).click()
        expect(visit.page.get_by_text(WITH_HELPDESK).first).to_be_visible()
        case = Case.objects.get(pk=number(visit.page))
        assert (case.error_text, case.need, case.asked_for_help_at is None) == (
            "It says 0x904 and I have a meeting",
            "help",
            False,
        )

    def test_need_not_type_anything(self, scripts: bool, window: OpenWindow, employee: Person) -> None:
        visit = window(employee, scripts=scripts)
        visit.go("/")
        visit.page.get_by_role("button", name=HELP).click()
        expect(visit.page.get_by_text(WITH_HELPDESK).first).to_be_visible()
        assert Case.objects.get().error_text == "No error text: a person was asked for at once."

    def test_gets_one_from_the_second_screen_as_it_stands(
        self, scripts: bool, window: OpenWindow, employee: Person, lab: MakeLab
    ) -> None:
        host = lab(name="ACC-07")
        visit = window(employee, scripts=scripts)
        visit.go("/")
        visit.page.fill("#text", ERROR)
        visit.page.get_by_role("button", name="Check it").click()
        visit.page.get_by_label("In minutes").check()
        visit.page.get_by_role("button", name=HELP).click()
        expect(visit.page.get_by_text(WITH_HELPDESK).first).to_be_visible()
        case = Case.objects.get()
        assert (case.host, case.urgency, case.whereabouts) == (host.row, Case.Urgency.MINUTES, "")

    def test_gets_one_while_it_is_checked_found_and_fixed(
        self, scripts: bool, window: OpenWindow, lab: MakeLab, reader: Reader, employee: Person, work: Work
    ) -> None:
        host = lab("certificate-service-stopped", name="ACC-07")
        visit = window(employee, scripts=scripts)
        for steps in range(4):
            page = reader.opens(host)
            for action in ("", "plan", "fix")[:steps]:
                if action:
                    reader.send(reader.get(page.url), action)
                work()
            visit.go(page.url)
            visit.page.get_by_role("button", name=HELP).click()
            expect(visit.page.get_by_text("Helpdesk has your case, with everything").first).to_be_visible()
            assert case_of(page).waiting_for == Case.WaitingFor.HELPDESK
            expect(visit.page.get_by_role("link", name=HELP)).to_be_visible()
            work()
            Case.objects.filter(pk=case_of(page).pk).update(closed_at="2026-11-01T00:00:00Z", outcome="solved")


class TestWhoeverComesBack:
    def test_finds_the_case_where_it_stood(
        self, window: OpenWindow, lab: MakeLab, reader: Reader, employee: Person, work: Work
    ) -> None:
        page = reader.opens(lab("certificate-service-stopped", name="ACC-07"))
        visit = window(employee)
        visit.go(page.url)
        visit.page.close()
        work()  # goes on without anybody looking
        back = window(employee)
        back.go("/")
        expect(back.page.get_by_text("ACC-07 · A fix was found")).to_be_visible()
        back.check()
        back.page.get_by_role("link", name=re.compile("Go on with case")).click()
        heading(back.page, "ACC-07 cannot use its own certificate")
        back.go("/cases")
        expect(back.page.get_by_text("A fix was found")).to_be_visible()

    def test_opens_a_solved_case_again_within_seven_days(
        self, window: OpenWindow, lab: MakeLab, reader: Reader, employee: Person, work: Work
    ) -> None:
        host = lab("closed-before-confirm", name="ACC-07")
        page = reader.opens(host)
        work()
        tried = reader.send(reader.get(page.url), "answer", value="vpn")
        reader.send(tried, "answer", value="worked")
        visit = window(employee)
        visit.go(page.url)
        assert visit.title().startswith("Solved in")
        visit.check()
        visit.page.get_by_role("button", name="It came back: open this case again").click()
        heading(visit.page, "Checking ACC-07")
        work()
        expect(visit.page.locator("#live")).to_contain_text("All is read.")
        assert case_of(page).round == 2
        Case.objects.update(closed_at="2026-01-01T00:00:00Z", outcome="solved")
        visit.go(page.url)
        expect(visit.page.get_by_role("button", name="open this case again")).to_have_count(0)
        visit.check()

    def test_is_told_that_a_fix_was_verified_and_not_confirmed(
        self,
        window: OpenWindow,
        lab: MakeLab,
        reader: Reader,
        employee: Person,
        work: Work,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        page = reader.opens(lab("certificate-service-stopped", name="ACC-07"))
        work()
        reader.send(reader.get(page.url), "plan")
        work()
        reader.send(reader.get(page.url), "fix")
        work()
        monkeypatch.setattr(follow_up, "CLOSE_AFTER", -follow_up.CLOSE_AFTER)
        cases.follow_up_unconfirmed(actor=TESTER)
        visit = window(employee)
        visit.go(page.url)
        heading(visit.page, "Verified, not confirmed")
        expect(visit.page.get_by_text("nobody said whether it works for you")).to_be_visible()
        visit.check()


class TestTwoTabs:
    def test_of_one_case_the_older_says_how_things_stand(
        self, window: OpenWindow, lab: MakeLab, reader: Reader, employee: Person, work: Work
    ) -> None:
        page = reader.opens(lab("closed-before-confirm", name="ACC-07"))
        work()
        visit = window(employee)
        visit.go(page.url)
        tab = visit.page
        tab.get_by_label("A VPN").first.check()
        tab.get_by_role("button", name="Next").click()
        expect(tab.get_by_text("Disconnect the VPN, connect it again").first).to_be_visible()
        other = visit.context.new_page()
        other.goto(f"{tab.url}?change=path")
        other.get_by_label("A port forward").check()
        other.get_by_role("button", name="Next").click()
        expect(other.get_by_text("Check that the forward leads to the right computer").first).to_be_visible()
        tab.get_by_role("button", name="No change").click()
        expect(tab.get_by_text("This page was out of date. Here is how things stand.")).to_be_visible()
        expect(tab.get_by_text("Check that the forward leads to the right computer").first).to_be_visible()
        visit.check()
        tab.go_back()
        expect(tab.get_by_text("Check that the forward leads to the right computer").first).to_be_visible()

    def test_a_message_sent_twice_is_one(self, window: OpenWindow, reader: Reader, employee: Person) -> None:
        visit = window(employee)
        visit.go(reader.opens(None).url)
        page = visit.page
        page.get_by_text("Write a message").click()
        page.fill("#message", "Please hurry")
        page.get_by_role("button", name="Send").dblclick()
        expect(page.locator(".talk").get_by_text("Please hurry")).to_have_count(1)
        assert Message.objects.count() == 1


class TestAnythingAtAll:
    def test_pasted_is_shown_as_text_and_runs_nothing(self, window: OpenWindow, employee: Person) -> None:
        visit = window(employee)
        asked: list[str] = []
        visit.page.on("request", lambda request: asked.append(request.url))
        visit.go("/")
        visit.page.fill("#text", HOSTILE)
        visit.page.locator("#text").press("End")
        visit.page.get_by_role("button", name="Check it").click()
        visit.page.fill("#other", HOSTILE[:200])
        visit.page.get_by_label("I don't know").check()
        visit.page.get_by_role("button", name="Check this computer").click()
        visit.page.get_by_role("button", name="Go on without checking").click()
        visit.page.get_by_text("Write a message").click()
        visit.page.fill("#message", HOSTILE)
        visit.page.get_by_role("button", name="Send").click()
        assert visit.page.locator(".talk li").inner_text().endswith(HOSTILE)
        visit.go("/cases")
        assert not [url for url in asked if "sign-out" in url]
        visit.check()

    def test_from_right_to_left_keeps_its_direction(self, window: OpenWindow, employee: Person) -> None:
        visit = window(employee)
        visit.go("/")
        visit.page.fill("#text", RIGHT_TO_LEFT)
        expect(visit.page.locator("#hint")).to_contain_text("The connection was made, then closed by the other side.")
        direction = "getComputedStyle(document.querySelector('#text')).direction"
        assert visit.page.evaluate(direction) == "rtl"
        visit.check()

    def test_long_fits_the_smallest_screen(
        self, window: OpenWindow, lab: MakeLab, reader: Reader, employee: Person, work: Work
    ) -> None:
        host = lab("certificate-service-stopped", name=LONG)
        page = reader.opens(host)
        visit = window(employee)
        visit.go(page.url)
        visit.check()
        work()
        reader.send(reader.get(page.url), "plan")
        work()
        visit.go(page.url)
        expect(visit.page.get_by_role("button", name=f"Fix {LONG} now")).to_be_visible()
        inside = "[...document.querySelectorAll('.card')].every(card => card.scrollWidth <= card.clientWidth)"
        assert visit.page.evaluate(inside)
        visit.check()
        visit.go("/cases")
        assert visit.page.evaluate(inside)
        visit.check()
        visit.go("/")
        visit.page.fill("#text", ERROR)
        visit.page.get_by_role("button", name="Check it").click()
        visit.check()

    def test_too_much_is_refused_and_nothing_typed_is_lost(
        self, window: OpenWindow, employee: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "OF_A_PERSON", 0)
        visit = window(employee)
        visit.go("/")
        visit.page.fill("#text", "0x1")
        visit.page.wait_for_timeout(400)
        visit.page.fill("#text", ERROR)
        expect(visit.page.locator("#hint")).to_contain_text("wait a minute, then try again")
        visit.page.get_by_role("button", name="Check it").click()
        expect(visit.page.get_by_role("alert")).to_contain_text("Nothing you typed is lost")
        assert visit.page.locator("#text").input_value() == ERROR
        visit.complaints[:] = [text for text in visit.complaints if "429" not in text]


def test_a_computer_that_is_not_ones_own_is_handed_to_helpdesk(
    window: OpenWindow, employee: Person, north: Site, helpdesk: Person
) -> None:
    hosts.register_host(actor=TESTER, name="ACC-33", site=north)
    Site.objects.update(phone_text="Extension 4400.", workaround_text="Use the web client at portal.example.")
    visit = window(employee)
    page = visit.page
    visit.go("/")
    page.get_by_text("I have no number").click()
    visit.check()
    page.get_by_role("button", name="It worked, then it dropped.").click()
    page.get_by_label("In minutes").check()
    page.get_by_label("At home, no VPN").check()
    page.fill("#other", "acc-33")
    page.keyboard.press("Enter")  # the form's own button, not the first that stands on the page
    expect(page.get_by_text("We cannot check this computer for you.").first).to_be_visible()
    visit.check()
    page.get_by_role("button", name="Go on without checking").click()
    expect(page.get_by_text("Until it works: Use the web client at portal.example.").first).to_be_visible()
    visit.check()
    assert Case.objects.get(pk=number(page)).host is None
