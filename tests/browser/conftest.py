"""A real browser before the real pages: Chromium, a server in this process, and simulated hosts behind it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe, AxeResults
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.hands import Hands
from tests.conftest import MakePerson
from tests.fixtures.chain import _quick, north
from tests.support import need
from troubleshoot.models import Person, Site

__all__ = ["_quick", "north"]

#: The shell without a user interface of its own: a window opens in a quarter of the time.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
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
#: What axe is asked where. Widths change the arrangement, schemes the colours alone; the wide page shows every colour
#: that a narrow one shows. WCAG 2.2's size of what is pressed is judged where fingers press.
_ALL: dict[str, Any] = {"resultTypes": ["violations"]}
_ARRANGEMENT = _ALL | {"rules": {"color-contrast": {"enabled": False}, "target-size": {"enabled": True}}}
_COLOURS = _ALL | {"runOnly": ["color-contrast", "link-in-text-block"]}
Scheme = Literal["light", "dark"]
SIZES: tuple[tuple[Scheme, int, dict[str, Any] | None], ...] = (
    ("light", 320, _ARRANGEMENT),
    ("light", 390, None),
    ("light", 1280, _ALL),
    ("dark", 1280, _COLOURS),
)
#: The whole of axe is half a megabyte: a page is given it once.
_ONCE = "typeof axe === 'undefined'"


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
    scripts: bool = True
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
        """axe finds nothing on a phone and on a screen, in light and dark, and nothing is wider than the window."""
        self.page.wait_for_load_state()
        for scheme, width, asked in SIZES:
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size({"width": width, "height": 900})
            spare = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert spare <= 0, f"{self.page.url} is {spare} px too wide at {width}"
            if asked:
                found = self.axe(asked)
                assert found.violations_count == 0, f"{self.page.url} {width} {scheme}\n{found.generate_report()}"
        self.page.emulate_media(color_scheme="light")

    def axe(self, asked: dict[str, Any]) -> AxeResults:
        """What axe finds on the page as it stands."""
        if self.page.evaluate(_ONCE):
            self.page.evaluate(Axe().axe_script)
        return AxeResults(self.page.evaluate("asked => axe.run(asked)", asked))


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
        context = browser.new_context(
            java_script_enabled=scripts, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        visit = Visit(page, context, [], live_server.url, scripts)
        page.on("console", visit.heard)
        page.on("response", visit.answered)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        if person:
            visit.sign_in(person)
        opened.append(visit)
        return visit

    with no_complaints(opened):
        yield make


Sit = Callable[..., Hands]


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def sit(request: pytest.FixtureRequest, window: OpenWindow) -> Sit:
    """`sit(person)`: hands on this person's keyboard, before a window with scripts and before one without."""

    def hands(person: Person | None = None) -> Hands:
        return Hands(window(person, scripts=request.param))

    return hands


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
