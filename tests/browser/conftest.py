"""A real browser before the real pages: Chromium, a server in this process, and simulated hosts behind it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.chain.conftest import _quick, approver, employee, helpdesk, lab, north, work
from tests.conftest import MakePerson
from tests.support import need
from troubleshoot.models import Person, Site

__all__ = ["_quick", "approver", "employee", "helpdesk", "lab", "north", "work"]

CHROMIUM = shutil.which("chromium")
#: No sandbox inside a container; nothing that reaches for the network by itself.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Size = tuple[Literal["light", "dark"], int]
SIZES: tuple[Size, ...] = (("light", 320), ("dark", 390), ("light", 1280))
WIDE_DARK: Size = ("dark", 1280)


def pytest_configure() -> None:
    """Playwright runs an event loop in this thread; the tests' own look into the database is not part of it."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=20_000)  # milliseconds; a machine that is busy with other tests is slow, not wrong


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    """Chromium without a window."""
    need(CHROMIUM, "Chromium (make system-deps)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """One browser window. What its console complained about is kept: a page that is blocked somewhere is a fault."""

    page: Page
    context: BrowserContext
    complaints: list[str]
    url: str
    #: Answers that are no faults: a refused form is a 422 on purpose.
    expected: frozenset[int] = frozenset({422})

    def heard(self, said: ConsoleMessage) -> None:
        """Keep a complaint. The console notes every answer above 400 as well; those are judged by their number."""
        if said.type in {"error", "warning"} and "the server responded with a status of" not in said.text:
            self.complaints.append(said.text)

    def answered(self, response: Response) -> None:
        """Keep every answer that is a fault: a page, picture or script of ours that is not there, or broken."""
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")

    def go(self, path: str) -> None:
        """Open a page of ours."""
        self.page.goto(f"{self.url}{path}")

    def sign_in(self, person: Person) -> None:
        """Be signed in, without the form."""
        client = Client()
        client.force_login(person)
        key = client.cookies["session"].value
        self.context.add_cookies([{"name": "session", "value": key, "url": self.url}])

    def title(self) -> str:
        """The one heading of the page, once it is there."""
        self.page.wait_for_load_state()
        headings = self.page.locator("h1")
        expect(headings).to_have_count(1)
        return headings.inner_text()

    def headed(self, title: str) -> None:
        """See that this is the one heading, as soon as the page that was asked for is there."""
        expect(self.page.locator("h1")).to_have_text(title)

    def reach(self, name: str) -> None:
        """Tab until this stands in focus, and see that the focus is visible."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(
                "(() => { const at = document.activeElement; const label = at.labels && at.labels[0];"
                " return [(label || at).innerText || '', getComputedStyle(at).outlineStyle,"
                " label ? getComputedStyle(label).outlineStyle : 'none']; })()"
            )
            if name in focus[0]:
                assert focus[1:] != ["none", "none"], f"the focus on {name} cannot be seen"
                return
        pytest.fail(f"{name} is not reached by Tab")

    def press(self, name: str, key: str = "Enter") -> None:
        """Reach something by Tab and press it."""
        self.reach(name)
        self.page.keyboard.press(key)

    def check(self) -> None:
        """axe finds nothing at any width, in light and dark, and nothing is wider than the window.

        Widths change the arrangement and schemes the colours: each is judged, and the wide page in both schemes.
        """
        self.page.wait_for_load_state()
        for scheme, width in (*SIZES, WIDE_DARK):
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size({"width": width, "height": 900})
            spare = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert spare <= 0, f"{self.page.url} is {spare} px too wide at {width}"
            found = Axe().run(self.page)
            assert found.violations_count == 0, f"{width} {scheme}\n{found.generate_report()}"
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def look(self) -> None:
        """What `check` asks, for many pages: each size and each colour scheme once."""
        for scheme, width in SIZES:
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size({"width": width, "height": 900})
            spare = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert spare <= 0, f"{self.page.url} is {spare} px too wide at {width}"
            if width > 320:
                found = Axe().run(self.page)
                assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"

    def tab_to(self, name: str) -> None:
        """Press Tab until what has the focus is called so."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.innerText.trim()") == name:
                return
        raise AssertionError(f"{name} is not reached by Tab on {self.page.url}")

    def types(self, label: str, text: str) -> None:
        """Press Tab until the field with this label has the focus, and type."""
        wanted = self.page.get_by_label(label, exact=True)
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("field => field === document.activeElement"):
                self.page.keyboard.type(text)
                return
        raise AssertionError(f"{label} is not reached by Tab on {self.page.url}")


OpenWindow = Callable[..., "Visit"]


@pytest.fixture
def window(browser: Browser, live_server: LiveServer, settings: Settings) -> Iterator[OpenWindow]:
    """`window(person, scripts=False)`: a new browser window, perhaps signed in, perhaps without scripts."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    opened: list[Visit] = []

    def make(person: Person | None = None, *, scripts: bool = True) -> Visit:
        context = browser.new_context(java_script_enabled=scripts, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.set_default_timeout(20_000)
        visit = Visit(page, context, [], live_server.url)
        page.on("console", visit.heard)
        page.on("response", visit.answered)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        if person:
            visit.sign_in(person)
        opened.append(visit)
        return visit

    with no_complaints(opened):
        yield make


@contextmanager
def no_complaints(opened: list[Visit]) -> Iterator[None]:
    """Close the windows; what their consoles said fails the test."""
    yield
    for visit in opened:
        visit.context.close()
    assert [text for visit in opened for text in visit.complaints] == []


def number(page: Page) -> int:
    """The number of the case whose page is open."""
    found = re.search(r"/cases/(\d+)", page.url)
    assert found, page.url
    return int(found[1])


@pytest.fixture
def boss(person: MakePerson, north: Site) -> Person:
    """Administers every site."""
    return person("Dora", "administrator")
