"""A real browser before the real pages: Chromium, a server in this process, and simulated hosts behind it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.chain.conftest import _quick, approver, employee, helpdesk, lab, north, work
from tests.support import need
from troubleshoot.models import Person

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
WIDTHS = (320, 390, 1280)


def pytest_configure() -> None:
    """Playwright runs an event loop in this thread; the tests' own look into the database is not part of it."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


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

    def heard(self, said: ConsoleMessage) -> None:
        """Keep a complaint. A refused form is a 422 on purpose, and the console notes every answer above 400."""
        if said.type == "error" and "422" not in said.text:
            self.complaints.append(said.text)

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
        """The one heading of the page."""
        headings = self.page.locator("h1")
        assert headings.count() == 1
        return headings.inner_text()

    def check(self) -> None:
        """axe finds nothing, at phone and desk width, in light and dark, and nothing is wider than the window."""
        self.page.wait_for_load_state()
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 900})
                spare = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                assert spare <= 0, f"{self.page.url} is {spare} px too wide at {width}"
                found = Axe().run(self.page)
                assert found.violations_count == 0, f"{width} {scheme}\n{found.generate_report()}"
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 1280, "height": 900})


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
        page.set_default_timeout(10_000)
        visit = Visit(page, context, [], live_server.url)
        page.on("console", visit.heard)
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
