"""What an employee sees when a computer, or the way into it, does not answer: own words each, and who acts next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work
from tests.web.employee.pages import Reader
from troubleshoot.models import Person


@dataclass(frozen=True)
class Reading:
    """A computer's faults, the heading they lead to, what else is said, and whose turn it is."""

    faults: tuple[str, ...]
    title: str
    says: tuple[str, ...]
    acts: str
    network: tuple[tuple[str, str], ...] = ()


HELPDESK = "Helpdesk has your case, with everything you see here."
READINGS = {
    "host down": Reading(
        ("unreachable",),
        "ACC-07 does not answer at all",
        ("It is not your password.", "No. It may be off, asleep, or blocked", "it stays off until someone starts it"),
        "Is the computer switched on?",
    ),
    "credentials refused": Reading(
        ("certificate-service-stopped", "credentials-refused"),
        "Windows refused the account that looks inside",
        ("Nothing was changed.", "Windows refused the account that looks inside", "it has no usable certificate"),
        HELPDESK,
    ),
    "management closed": Reading(
        ("certificate-service-stopped",),
        "We cannot look inside ACC-07",
        ("It does not answer on the port for remote management", "it gives no answer to remote management"),
        HELPDESK,
        network=(("winrm", "refused"),),
    ),
    "constrained language": Reading(
        ("certificate-service-stopped", "constrained-language"),
        "ACC-07 allows only restricted scripts",
        ("That is a protection somebody chose; we do not go around it.", "it allows only restricted scripts"),
        HELPDESK,
    ),
    "credentials refused, else healthy": Reading(
        ("credentials-refused",),
        "ACC-07 answers properly from outside, but we cannot look inside",
        ("We may not look inside this computer: Windows refused the account that looks inside",),
        "When does it close?",
    ),
    "closed on the way": Reading(
        ("closed-before-confirm",),
        "Something between us and ACC-07 closes the connection",
        ("It is not your password.", "Changing the computer would not help"),
        "What stands between you and this computer?",
    ),
    "old protection": Reading(
        ("security-layer-rdp",),
        "ACC-07 only offers an old, unprotected connection",
        ("Nothing on your PC will help here.", "Helpdesk starts this fix."),
        "Ask helpdesk to fix it",
    ),
    "key": Reading(
        ("key-unreadable",),
        "ACC-07 has a certificate, but cannot use its key",
        ("a second person has to agree", "Nothing else in the folder is touched."),
        "Ask helpdesk to fix it",
    ),
}


@pytest.mark.parametrize("name", READINGS)
def test_a_reading(name: str, window: OpenWindow, lab: MakeLab, employee: Person, work: Work) -> None:
    reading = READINGS[name]
    host = lab(*reading.faults, name="ACC-07")
    with host.lab.state.changing() as document:
        document["network"].update(dict[str, Any](reading.network))
    opened = Reader.of(employee).opens(host)
    visit = window(employee)
    visit.go(opened.url)
    visit.headed("Checking ACC-07")
    work()
    onward = visit.page.locator("#live .foot")
    expect(onward).to_be_visible()
    if onward.get_by_role("link").count():
        onward.get_by_role("link").click()
    else:
        visit.go(opened.url)
    visit.headed(reading.title)
    visit.page.get_by_text("How do we know?").click()
    plain = window(employee, scripts=False)
    plain.go(opened.url)
    for one in (visit, plain):
        for words in (*reading.says, reading.acts):
            expect(one.page.locator("main")).to_contain_text(words)
        expect(one.page.locator("header").get_by_text("Get help from a person")).to_be_visible()
    visit.check()
