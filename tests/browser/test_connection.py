"""A connection test in the administrator's browser: watched to its end, and each way in which it stops."""

from collections.abc import Callable
from threading import Thread

from django.db import connection as database
from playwright.sync_api import expect
from pytest_django import Settings

from tests.browser.conftest import OpenWindow
from tests.chain.conftest import MakeLab, Registered
from tests.conftest import TESTER
from troubleshoot import connection, hosts
from troubleshoot.models import Credential, Host, Person, Site
from troubleshoot.probes.windows import READINGS

COMPUTERS = "/administration/computers"


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
        expect(visit.page.locator("#said")).to_have_text(
            f"Can Windows be read? {len(READINGS)} of {len(READINGS)} readings"
        )
        expect(visit.page.locator(".checks li.is-ok")).to_have_count(len(connection.STAGES) - 1)  # TLS: not over HTTP
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

    def test_is_started_by_keyboard_alone(
        self, window: OpenWindow, boss: Person, lab: MakeLab, work: Callable[[], None]
    ) -> None:
        host = lab(name="ACC-07").row
        visit = window(boss)
        visit.go(COMPUTERS)
        for name, path in (
            ("ACC-07", f"{COMPUTERS}/*"),
            ("Test the connection", "**/test"),
            ("Start the test", "**/test"),
        ):
            visit.tab_to(name)
            visit.page.keyboard.press("Enter")
            visit.page.wait_for_url(f"**{path}".replace("****", "**"))
        expect(visit.page.get_by_text("asked for")).to_be_visible()
        assert connection.tests_of(host).count() == 1


#: What is wrong with a computer → the stage at which its test stops.
BAD: dict[str, tuple[str, ...]] = {
    "tls": (),
    "sign-in": ("credentials-refused",),
    "rights": (),
    "powershell": (),
    "language": ("constrained-language",),
    "readings": (),
}


def spoil(host: Registered, stage: str) -> None:
    """Make a computer fail at a stage for which the lab has no named fault."""
    with host.lab.state.changing() as document:
        if stage == "rights":
            document["winrm"]["administrator"] = False
        elif stage == "powershell":
            document["powershell"]["version"] = "4.0"
        elif stage == "readings":
            document["powershell"]["antimalware_blocks"] = True
    if stage == "tls":
        Host.objects.filter(pk=host.row.pk).update(tls=True)


def test_each_bad_stage_is_named_with_its_likely_cure(
    window: OpenWindow, boss: Person, north: Site, lab: MakeLab, work: Callable[[], None], settings: Settings
) -> None:
    settings.MENDPOINT_VISIT_SECONDS = 10
    found: dict[str, Host] = {}
    for stage, faults in BAD.items():
        host = lab(*faults, name=f"ACC-{len(found):02}")
        spoil(host, stage)
        found[stage] = host.row
    account = Credential.objects.get()
    found["name"] = hosts.register(actor=TESTER, name="no-such-computer.invalid", site=north, credential=account)
    visit = window(boss, scripts=False)
    for row in found.values():
        visit.go(f"{COMPUTERS}/{row.pk}/test")
        visit.page.get_by_role("button", name="Start the test").click()
        expect(visit.page.get_by_role("link", name="Refresh")).to_be_visible()
    work()
    for stage, row in found.items():
        visit.go(f"{COMPUTERS}/{row.pk}/test")
        expect(visit.page.get_by_text(f"It stops at: {connection.STAGES[stage]}")).to_be_visible()
        expect(visit.page.locator(".is-bad")).to_have_count(1)
        expect(visit.page.locator(".is-bad")).to_contain_text("Likely cure:")
        expect(visit.page.locator(".is-bad .q")).to_have_text(str(connection.STAGES[stage]))
