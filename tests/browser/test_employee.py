"""The employee's journey in a real browser: with and without scripts, by keyboard alone, readable for everybody."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow, Visit
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work
from tests.web.employee.pages import Reader
from troubleshoot.models import Person

ERROR = "Error code: 0x904\nExtended error code: 0x7"


def opened(visit: Visit, computer: str) -> None:
    """From the box to the open case."""
    visit.go("/")
    visit.page.fill("#text", ERROR)
    visit.page.get_by_role("button", name="Check it").click()
    visit.page.get_by_label(computer).check()
    visit.page.get_by_label("In the office").check()
    visit.page.get_by_role("button", name="Check this computer").click()


def test_all_six_screens_go_on_by_themselves_and_axe_finds_nothing(
    window: OpenWindow, lab: MakeLab, employee: Person, work: Work
) -> None:
    host = lab("certificate-service-stopped", name="ACC-07")
    visit = window(employee)
    page = visit.page
    visit.go("/")
    page.locator("#text").press_sequentially("0x904 and 0x204")
    expect(page.locator("#hint")).to_contain_text("We found more than one.")
    visit.check()
    page.fill("#text", ERROR)
    expect(page.locator("#hint")).to_contain_text("The connection was made, then closed by the other side.")
    page.get_by_role("button", name="Check it").click()
    visit.check()
    page.get_by_label("In the office").check()
    page.get_by_role("button", name="Check this computer").click()

    visit.headed("Checking ACC-07")
    visit.check()
    page.get_by_label("After my password").check()
    work()
    expect(page.locator("#live")).to_contain_text("We found it. You need not answer.")
    expect(page.get_by_label("After my password")).to_be_checked()
    expect(page.locator("#said")).to_contain_text("What does Windows say inside?")

    page.get_by_role("link", name="See what we found").click()
    visit.check()
    page.get_by_role("button", name="Show what would change").click()
    work()
    expect(page.get_by_role("button", name="Fix ACC-07 now")).to_be_visible()
    visit.check()
    page.get_by_role("button", name="Fix ACC-07 now").click()
    visit.headed("The fix for ACC-07 waits for its turn")
    visit.check()
    work()
    expect(page.get_by_role("heading", level=1)).to_have_text("ACC-07 answers properly again")
    visit.check()
    page.get_by_role("button", name="It works").click()
    assert visit.title().startswith("Solved in")
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("Your word is kept.")).to_be_visible()
    visit.check()
    visit.go("/cases")
    visit.check()
    assert host.document["services"]["SessionEnv"]["state"] == "Running"


def test_the_same_journey_works_without_scripts(window: OpenWindow, lab: MakeLab, employee: Person, work: Work) -> None:
    lab("certificate-service-stopped", name="ACC-07")
    visit = window(employee, scripts=False)
    page = visit.page
    opened(visit, "ACC-07")
    expect(page.get_by_text("As we knew it at")).to_be_visible()
    work()
    page.get_by_role("link", name="Refresh").click()
    page.get_by_role("button", name="Show what would change").click()
    work()
    page.get_by_role("link", name="Refresh").click()
    page.get_by_role("button", name="Fix ACC-07 now").click()
    work()
    page.get_by_role("link", name="Refresh").click()
    page.get_by_role("button", name="It works").click()
    assert visit.title().startswith("Solved in")


def test_every_step_can_be_taken_by_keyboard_alone(
    window: OpenWindow, lab: MakeLab, employee: Person, work: Work
) -> None:
    lab("closed-before-confirm", name="ACC-03")
    visit = window(employee)
    visit.go("/")
    visit.page.keyboard.type("0x904")
    visit.press("Check it")
    visit.page.wait_for_url("**/cases/new")
    visit.press("In the office", "Space")
    visit.press("Check this computer")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Checking ACC-03")
    work()
    expect(visit.page.locator("#live")).to_contain_text("All is read.")
    visit.press("Go on")
    expect(visit.page.get_by_text("What stands between you and this computer?").first).to_be_visible()
    visit.press("A port forward", "Space")
    visit.press("Next")
    expect(visit.page.get_by_text("Please try this")).to_be_visible()
    visit.check()
    visit.press("No change")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Something on the way closes the connection")
    visit.check()


def test_a_fix_is_agreed_to_and_confirmed_by_keyboard_alone(
    window: OpenWindow, lab: MakeLab, employee: Person, work: Work
) -> None:
    page = Reader.of(employee).opens(lab("certificate-service-stopped", name="ACC-07"))
    work()
    visit = window(employee)
    visit.go(page.url)
    visit.press("How do we know?")
    expect(visit.page.get_by_text("Looked at from")).to_be_visible()
    visit.press("Show what would change")
    expect(visit.page.get_by_text("We read ACC-07 once more")).to_be_visible()
    work()
    expect(visit.page.get_by_role("button", name="Fix ACC-07 now")).to_be_visible()
    visit.press("Fix ACC-07 now")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("The fix for ACC-07 waits for its turn")
    work()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("ACC-07 answers properly again")
    visit.press("It works")
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Solved in")
    visit.press("Yes")
    expect(visit.page.get_by_text("Your word is kept.")).to_be_visible()


def test_a_stranger_signs_in_and_finds_the_text_again(window: OpenWindow, lab: MakeLab, employee: Person) -> None:
    lab(name="ACC-07")
    visit = window()
    visit.go("/")
    visit.check()
    visit.page.fill("#text", ERROR)
    visit.page.get_by_role("button", name="Check it").click()
    expect(visit.page.get_by_text("Your text is kept.")).to_be_visible()
    visit.page.fill("#id_username", employee.email)
    visit.page.fill("#id_password", "correct horse battery staple")
    visit.page.get_by_role("button", name="Sign in").click()
    visit.headed("Which computer do you want to reach?")
    visit.page.get_by_label("Another computer").check()
    visit.page.fill("#other", "NOWHERE-1")
    visit.page.get_by_label("I don't know").check()
    visit.page.get_by_role("button", name="Check this computer").click()
    visit.check()
    visit.page.get_by_role("button", name="Go on without checking").click()
    visit.page.get_by_role("button", name="Get help from a person").click()
    expect(visit.page.get_by_text("Helpdesk has your case, with")).to_be_visible()
    visit.check()
