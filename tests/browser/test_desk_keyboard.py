"""Helpdesk without a mouse, with and without scripts: each thing that the case page and the board can do."""

from playwright.sync_api import expect

from tests.browser.conftest import Sit
from tests.fixtures.computers import MakeLab, computer
from tests.fixtures.steps import Work, asked, asking, opened, planned
from troubleshoot import cases, jobs, remediation
from troubleshoot.models import Case, Person, Site


def test_a_case_is_taken_handed_back_and_taken_over(
    lab: MakeLab, employee: Person, helpdesk: Person, work: Work, sit: Sit
) -> None:
    asked(employee, lab("security-layer-rdp", name="ACC-07").row, work)
    hanna = sit(helpdesk)
    hanna.visit.go("/board")
    hanna.follow("The two sides want different protection")
    hanna.press("Take")
    expect(hanna.visit.page.locator("#head")).to_contain_text("Owner: you")
    hanna.press("Hand back")
    expect(hanna.visit.page.locator("#head")).to_contain_text("Owner: nobody")


def test_people_are_written_to_asked_again_and_noted_about(
    lab: MakeLab, employee: Person, helpdesk: Person, work: Work, sit: Sit
) -> None:
    case = opened(employee, lab("closed-before-confirm", name="ACC-03").row, work)
    cases.answer_step(actor=employee, case=case, step="path", value="forward")
    hanna, emil = sit(helpdesk), sit(employee)
    page = hanna.visit.page
    hanna.visit.go(f"/desk/cases/{case.pk}")
    hanna.type("Message to Emil", "Please look at the forward")
    hanna.press("Send")
    expect(page.locator("#talk")).to_contain_text("Please look at the forward")
    hanna.unfold("Ready texts")
    hanna.press("Send: “We have your case and are looking at it.")
    expect(page.locator("#talk")).to_contain_text("You need not do anything now.")
    hanna.unfold("Write an internal note")
    hanna.type("Note; the person does not see it", "Same image as ACC-02")
    hanna.press("Keep the note")
    expect(page.locator("#talk .is-internal")).to_contain_text("Same image as ACC-02")
    hanna.press("Ask again")
    expect(page.locator("#talk")).to_contain_text("Please answer this once more: What stands between you")
    hanna.sound()
    emil.visit.go(f"/cases/{case.pk}")
    expect(emil.visit.page.locator("#talk")).not_to_contain_text("Same image")
    emil.follow("Answer it")
    expect(emil.visit.page.get_by_role("group", name="What stands between you")).to_be_visible()
    emil.choose("A VPN")
    emil.press("Next")
    expect(emil.visit.page.get_by_role("group", name="What stands between you")).to_have_count(0)
    hanna.visit.go(f"/desk/cases/{case.pk}")
    expect(page.locator(".timeline")).to_contain_text("changed later")


def test_a_change_is_undone_with_a_reason(
    lab: MakeLab, employee: Person, helpdesk: Person, work: Work, sit: Sit
) -> None:
    host = lab("certificate-service-stopped", name="ACC-07")
    case = opened(employee, host.row, work)
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
    work()
    hanna = sit(helpdesk)
    hanna.visit.go(f"/desk/cases/{case.pk}")
    hanna.unfold("Undo")
    hanna.type("Why", "It was wanted so")
    hanna.press("Undo on ACC-07")
    expect(
        hanna.visit.page.get_by_role("heading", name="Putting a change back waits for its turn on ACC-07")
    ).to_be_visible()
    work()
    hanna.visit.go(f"/desk/cases/{case.pk}")
    expect(hanna.visit.page.get_by_text("Undone on ACC-07, but not all of it")).to_be_visible()
    expect(hanna.visit.page.get_by_role("heading", name="The last undoing")).to_be_visible()
    hanna.sound()


def test_a_plan_that_was_declined_says_why_and_the_case_is_closed(
    lab: MakeLab,
    employee: Person,
    helpdesk: Person,
    approver: Person,
    work: Work,
    sit: Sit,
) -> None:
    case = opened(employee, lab("nla-required", name="ACC-12").row, work)
    hanna = sit(helpdesk)
    page = hanna.visit.page
    hanna.visit.go(f"/desk/cases/{case.pk}")
    expect(page.get_by_text("needs an approver of North; 1 is on duty")).to_be_visible()
    hanna.type("Why", "The trust is broken")
    hanna.press("Make the plan")
    expect(page.get_by_role("heading", name="Reading ACC-12")).to_be_visible()
    work()
    hanna.visit.go(f"/desk/cases/{case.pk}")
    barred = page.get_by_role("button", name="Approve it")
    expect(barred).to_have_attribute("aria-disabled", "true")
    hanna.reach(barred)
    expect(page.get_by_text("Who can help: Abel.")).to_be_visible()
    hanna.sound()
    remediation.decline_plan(actor=approver, job=case.jobs.get(kind="apply"), reason="Use a local account")
    hanna.visit.go(f"/desk/cases/{case.pk}")
    expect(page.get_by_text("Not approved", exact=True)).to_be_visible()
    expect(page.get_by_text("Use a local account").first).to_be_visible()
    hanna.choose("Not solved, sent on")
    hanna.type("Sent to", "Directory team")
    hanna.press("Close the case")
    expect(page.get_by_role("heading", name="Nothing: this case is closed")).to_be_visible()
    hanna.sound()


def test_several_cases_are_treated_as_one_incident_until_it_is_over(
    north: Site, employee: Person, helpdesk: Person, sit: Sit
) -> None:
    for number in range(3):
        asking(employee, host=computer(f"ACC-{number}", north, employee))
    Case.objects.update(cause="certificate_expired")
    hanna, emil = sit(helpdesk), sit(employee)
    hanna.visit.go("/board")
    hanna.sound()
    hanna.press("Treat as one incident")
    expect(hanna.visit.page.get_by_text("You care for it.")).to_be_visible()
    hanna.sound()
    emil.visit.go("/")
    expect(emil.visit.page.get_by_text("You need not open a case.")).to_be_visible()
    emil.sound()
    emil.press("Tell me when it is over")
    expect(emil.visit.page.get_by_text("We tell you here when it is over.")).to_be_visible()
    hanna.visit.go("/board")
    hanna.press("It is over")
    expect(hanna.visit.page.get_by_text("Incident at North")).to_have_count(0)
    emil.visit.go("/notices")
    expect(emil.visit.page.get_by_text("It is over: the computers at North work again")).to_be_visible()
