"""Every bad end of a fix on an employee's screen: its own words, who acts next, and a way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.conftest import TESTER
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work
from tests.support import replace_everywhere
from tests.web.employee.pages import Reader, case_of
from troubleshoot import hosts, operations, remediation
from troubleshoot.lab import service_reactions as reactions
from troubleshoot.lab.powershell.errors import ScriptFailed
from troubleshoot.models import Case, Job, JobState, Person
from troubleshoot.remediation import execution as changes


@dataclass
class World:
    """A fix that somebody has agreed to, on a simulated computer, and everybody who may spoil it."""

    host: Registered
    work: Work
    approver: Person
    patch: pytest.MonkeyPatch

    def meanwhile(self, **parts: dict[str, Any]) -> None:
        """Change the computer behind the portal's back."""
        with self.host.lab.state.changing() as document:
            for name, values in parts.items():
                document[name].update(values)

    def drifted(self) -> None:
        with self.host.lab.state.changing() as document:
            document["services"]["SessionEnv"]["start_mode"] = "Auto"
        self.work()

    def refused(self) -> None:
        hosts.change_host(actor=TESTER, host=self.host.row, mode="diagnose_only")
        self.work()

    def unreachable(self) -> None:
        self.meanwhile(network={"winrm": "refused"})
        self.work()

    def credentials(self) -> None:
        self.meanwhile(winrm={"credentials": "refused"})
        self.work()

    def constrained(self) -> None:
        self.meanwhile(powershell={"language_mode": "ConstrainedLanguage"})
        self.work()

    def failed(self) -> None:
        def broken(*_: Any) -> None:
            raise ScriptFailed("Cannot start service SessionEnv on computer '.'. " + "The dependency failed. " * 12)

        self.patch.setattr(reactions, "start_asked", broken)
        self.work()

    def unknown(self) -> None:
        def cut(*_: Any) -> None:  # both ports shut, and every line with them, in the middle of a write
            self.meanwhile(network={"winrm": "refused", "rdp": "refused"})

        self.patch.setattr(reactions, "start_asked", cut)
        self.work()

    def not_verified(self) -> None:
        verify = remediation.verify_change

        def spoilt(job: Job, **given: Any) -> None:
            self.meanwhile(network={"rdp": "closed_before_confirm"})
            verify(job, **given)

        replace_everywhere(self.patch, changes, "verify_change", spoilt)
        self.patch.setattr(changes, "_take_back", lambda *_: None)
        self.work()

    def declined(self) -> None:
        job = Job.objects.get(state=JobState.WAITING_APPROVAL)
        remediation.decline_plan(
            actor=self.approver, job=job, reason="Use a local account. " + "It is there for this. " * 12
        )

    def expired(self) -> None:
        Job.objects.filter(state=JobState.WAITING_APPROVAL).update(expires_at="2026-01-01T00:00:00Z")
        operations.sweep()


@dataclass(frozen=True)
class End:
    """What happens, the heading that appears, what else is said, and what the person should press, if anything."""

    spoil: Callable[[World], None]
    title: str
    says: tuple[str, ...]
    button: str = ""


ENDS = {
    "drifted": End(
        World.drifted,
        "Someone else changed ACC-07 meanwhile",
        ("Nothing was changed by us.", "What is different now", "automatically", "Helpdesk decides what comes next."),
    ),
    "refused": End(
        World.refused,
        "The fix does not fit ACC-07",
        ("Nothing was changed.", "registered as diagnose only", "Helpdesk has it, with the reason."),
    ),
    "unreachable": End(
        World.unreachable,
        "ACC-07 stopped answering before we began",
        ("Nothing was changed.", "Try again in a moment, or leave it to helpdesk"),
        "Try again",
    ),
    "credentials refused": End(
        World.credentials,
        "ACC-07 did not accept our account",
        ("nothing was changed.", "It is not your password.", "Helpdesk has to look at the account"),
    ),
    "constrained language": End(
        World.constrained,
        "The fix does not fit ACC-07",
        ("Nothing was changed.", "constrained language mode", "Helpdesk has it, with the reason."),
    ),
    "failed": End(
        World.failed,
        "ACC-07 refused one step",
        ("Cannot start service", "Helpdesk has it, marked urgent"),
    ),
    "unknown": End(
        World.unknown,
        "We lost contact while changing ACC-07",
        ("We do not know whether it was done, and we do not repeat it.", "We ask ACC-07 ourselves what became of it"),
    ),
    "not verified": End(
        World.not_verified,
        "Done, but it still does not answer properly",
        ("Check from outside", "closes the connection before the first reply", "Helpdesk decides what comes next."),
    ),
    "declined": End(
        World.declined,
        "Not approved",
        ("Nothing was changed.", "The reason: Use a local account.", "decides what comes next"),
    ),
    "expired": End(
        World.expired,
        "Nobody decided in time",
        ("It waited for a second person", "Nothing was changed.", "decides what comes next"),
    ),
}


@pytest.fixture
def reader(employee: Person) -> Reader:
    return Reader.of(employee)


@pytest.fixture
def agreed(reader: Reader, lab: MakeLab, work: Work, approver: Person, monkeypatch: pytest.MonkeyPatch) -> World:
    """The person has said yes to the plan; nothing has begun."""
    world = World(lab("certificate-service-stopped", name="ACC-07"), work, approver, monkeypatch)
    page = reader.opens(world.host)
    work()
    page = reader.send(reader.get(page.url), "plan")
    work()
    reader.send(reader.get(page.url), "fix")
    return world


@pytest.fixture
def asked(
    reader: Reader, lab: MakeLab, work: Work, approver: Person, helpdesk: Person, monkeypatch: pytest.MonkeyPatch
) -> World:
    """Helpdesk has asked a second person for a dangerous change."""
    world = World(lab("nla-required", name="ACC-07"), work, approver, monkeypatch)
    page = reader.opens(world.host)
    work()
    reader.post(f"{page.url}/help")
    remediation.request_plan(
        actor=helpdesk, host=world.host.row, action="lift-nla", case=case_of(page), reason="broken trust"
    )
    work()
    return world


@pytest.mark.parametrize("name", ENDS)
def test_a_bad_end(name: str, request: pytest.FixtureRequest, window: OpenWindow, employee: Person) -> None:
    end = ENDS[name]
    world: World = request.getfixturevalue("asked" if name in {"declined", "expired"} else "agreed")
    case = Case.objects.get()
    visit = window(employee)
    page = visit.page
    visit.go(f"/cases/{case.pk}")
    undecided = name in {"declined", "expired"}
    before = "ACC-07 has lost the trust of its domain" if undecided else "The fix for ACC-07 waits for its turn"
    visit.headed(before)
    end.spoil(world)
    expect(page.get_by_role("heading", level=1)).to_have_text(end.title)  # by itself
    expect(page.locator("#said")).to_have_text(end.title)
    plain = window(employee, scripts=False)
    plain.go(f"/cases/{case.pk}")
    for one in (visit, plain):
        one.headed(end.title)
        for words in (*end.says, "What happens next:", "Who acts now"):
            expect(one.page.locator("main")).to_contain_text(words)
        assert one.page.locator(".btn-primary:visible").all_inner_texts() == ([end.button] if end.button else [])
        expect(one.page.locator("header").get_by_text("Get help from a person")).to_be_visible()
    visit.check()
    case.refresh_from_db()
    assert case.need == ("" if name == "unknown" else Case.Need.HELP)
    assert (case.urgency == Case.Urgency.MINUTES) == (name == "failed")


def test_a_computer_that_stays_silent_is_helpdesks_after_two_tries(
    agreed: World, reader: Reader, window: OpenWindow, employee: Person, work: Work
) -> None:
    agreed.unreachable()
    visit = window(employee)
    visit.go(f"/cases/{Case.objects.get().pk}")
    agreed.meanwhile(network={"winrm": "open"})
    visit.page.get_by_role("button", name="Try again").click()
    work()
    visit.page.get_by_role("link", name="See what we found").click()
    visit.page.get_by_role("button", name="Show what would change").click()
    work()
    visit.page.get_by_role("button", name="Fix ACC-07 now").click()
    agreed.unreachable()
    expect(visit.page.get_by_text("It did not answer twice, so helpdesk takes over.")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(visit.page.get_by_text("Who acts now")).to_be_visible()
