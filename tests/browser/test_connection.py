"""A connection test in the administrator's browser: watched to its end, and each way in which it stops."""

import re
from collections.abc import Callable
from threading import Thread

from django.db import connection as database
from playwright.sync_api import expect
from pytest_django import Settings

from tests.browser.conftest import OpenWindow
from tests.conftest import TESTER
from tests.fixtures.computers import MakeLab
from troubleshoot import hosts, operations
from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.models import Credential, Host, Person
from troubleshoot.probes import WINDOWS_READINGS
from troubleshoot.wording import STAGES

COMPUTERS = "/administration/computers"
ALL_READ = f"{len(WINDOWS_READINGS)} of {len(WINDOWS_READINGS)} readings"


def in_background(work: Callable[[], None]) -> Thread:
    """A worker's hand beside the browser."""

    def run() -> None:
        try:
            work()
        finally:
            database.close()

    thread = Thread(target=run)
    thread.start()
    return thread


class TestAConnectionTest:
    def test_is_watched_to_its_end(
        self, window: OpenWindow, boss: Person, lab: MakeLab, work: Callable[[], None]
    ) -> None:
        host = lab(name="ACC-07", latency=0.15).row
        visit = window(boss)
        visit.go(f"{COMPUTERS}/{host.pk}/test")
        visit.page.get_by_role("button", name="Start the test").click()
        expect(visit.page.get_by_text("No worker of North has given a sign of life")).to_be_visible()
        thread = in_background(work)
        expect(visit.page.get_by_text("Every stage is passed")).to_be_visible(timeout=20_000)
        thread.join()
        expect(visit.page.locator("#said")).to_have_text(f"Can Windows be read? {ALL_READ}")
        expect(visit.page.locator(".checks li.is-ok")).to_have_count(len(STAGES) - 1)  # TLS: not over HTTP
        expect(visit.page.locator("[hx-trigger]")).to_have_count(0)

    def test_says_where_it_stops_and_what_to_do_also_without_scripts(
        self, window: OpenWindow, boss: Person, lab: MakeLab, work: Callable[[], None]
    ) -> None:
        host = lab("credentials-refused", name="ACC-12").row
        visit = window(boss, scripts=False)
        visit.go(f"{COMPUTERS}/{host.pk}/test")
        visit.page.get_by_role("button", name="Start the test").click()
        work()
        visit.page.get_by_role("link", name="Refresh").click()
        expect(visit.page.get_by_text("It stops at: Is the account accepted?")).to_be_visible()
        expect(visit.page.locator(".is-bad")).to_contain_text("Likely cure:")


#: The stage at which a test stops → words of the cure that stands beside it.
CURES = {
    "name": "Correct the address of the registration",
    "tcp": "winrm quickconfig -transport:https",
    "tls": "Give WinRM a certificate with the registered name.",
    "sign-in": "Do not repeat the test many times: Windows may lock the account.",
    "rights": "local group Administrators",
    "shell": "winrm get winrm/config/winrs",
    "powershell": "Install Windows Management Framework 5.1",
    "language": "allow Mendpoint's scripts",
    "readings": "look at the antimalware program's log",
}
#: What is wrong in the state of a simulated computer whose test stops there.
STATES: dict[str, dict[str, dict[str, object]]] = {
    "tcp": {"network": {"winrm": "refused"}},
    "sign-in": {"winrm": {"credentials": "refused"}},
    "rights": {"winrm": {"administrator": False}},
    "powershell": {"powershell": {"version": "4.0"}},
    "language": {"powershell": {"language_mode": "ConstrainedLanguage"}},
    "readings": {"powershell": {"antimalware_blocks": True}},
}


def spoilt(lab: MakeLab, stage: str) -> Host:
    """A computer whose connection test stops at this stage."""
    name = f"ACC-{stage}"
    if stage == "name":
        account = Credential.objects.get()
        return hosts.register_host(actor=TESTER, name="no-such.invalid", site=account.site, credential=account)
    host = lab(name=name, limits=Limits(shells_per_user=0)) if stage == "shell" else lab(name=name)
    with host.lab.state.changing() as document:
        for part, values in STATES.get(stage, {}).items():
            document[part] |= values
    if stage == "tls":
        Host.objects.filter(pk=host.row.pk).update(tls=True)  # where only HTTP is spoken
    return host.row


def test_each_bad_stage_is_named_with_its_likely_cure(
    window: OpenWindow, boss: Person, lab: MakeLab, work: Callable[[], None], settings: Settings
) -> None:
    settings.MENDPOINT_VISIT_SECONDS = 2
    assert list(CURES) == [name for name in STAGES if name != "clock"]
    rows = {stage: spoilt(lab, stage) for stage in CURES}
    visit = window(boss, scripts=False)
    for row in rows.values():
        visit.go(f"{COMPUTERS}/{row.pk}/test")
        visit.page.get_by_role("button", name="Start the test").click()
        expect(visit.page.get_by_role("link", name="Refresh")).to_be_visible()
    work()
    for stage, row in rows.items():
        visit.go(f"{COMPUTERS}/{row.pk}/test")
        expect(visit.page.get_by_text(f"It stops at: {STAGES[stage]}")).to_be_visible()
        expect(visit.page.locator(".is-bad")).to_have_count(1)
        expect(visit.page.locator(".is-bad .q")).to_have_text(str(STAGES[stage]))
        expect(visit.page.locator(".is-bad")).to_contain_text(re.compile(f"Likely cure:.*{re.escape(CURES[stage])}"))
        before = list(STAGES)[: list(STAGES).index(stage)]
        for line in visit.page.locator(".checks li").all()[: len(before)]:
            expect(line).not_to_contain_text("Not tried")


def test_clocks_that_differ_are_said_with_their_cure_and_do_not_close_the_way(
    window: OpenWindow, boss: Person, lab: MakeLab, work: Callable[[], None]
) -> None:
    host = lab(name="ACC-07")
    with host.lab.state.changing() as document:
        document["clock_offset_seconds"] = -3600
    operations.request_connection_test(actor=boss, host=host.row)
    work()
    visit = window(boss)
    visit.go(f"{COMPUTERS}/{host.row.pk}/test")
    expect(visit.page.get_by_text("The way in is open, but the clocks differ")).to_be_visible()
    expect(visit.page.locator(".is-bad")).to_contain_text("behind the worker")
    expect(visit.page.locator(".is-bad")).to_contain_text("w32tm /resync")
    expect(visit.page.locator(".checks li").last).to_contain_text(ALL_READ)
    visit.check()
