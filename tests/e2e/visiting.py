"""A person at a browser without scripts: real HTTP, cookies, and forms filled in and sent as the page has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tests.e2e.world import wait_for

_FIELDS = {"input", "textarea", "select"}
_EMPTY = {"input", "meta", "link", "br", "hr", "img", "use"}
_MINUTE = 60
#: As browsers do: what was sent on a connection that was just being shut is sent once more on a new one.
_ANOTHER_CONNECTION = Retry(total=1, connect=0, read=1, status=0, redirect=0, allowed_methods=None)


@dataclass
class Form:
    """One form: where it goes, what it holds, the labels of its choices and its buttons."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    #: What a person reads beside a radio button -> its name and value.
    choices: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: What a person reads on a button -> its name and value, nameless buttons with empty ones.
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class Page(HTMLParser):
    """What a page says and which forms it has."""

    def __init__(self, address: str, status: int, html: str) -> None:
        super().__init__()
        self.address, self.status, self.html = address, status, html
        self.title, self.text = "", ""
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str], int]] = []
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form and its fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif tag == "input" and self._within("form") and "name" in given:
            self._input(given)
        if tag not in _EMPTY:
            self._open.append((tag, given, len(self.text)))

    def _input(self, given: dict[str, str]) -> None:
        if given.get("type") in {"radio", "checkbox"}:
            if label := self._within("label"):
                label[1].update(choice_name=given["name"], choice_value=given.get("value", "on"))
            if "checked" not in given:
                return
        self.forms[-1].values[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        """Collect what can be read."""
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Close the element, and those in it that were left open; note what it said."""
        if self._within(tag) is None:
            return  # an element that is never opened, such as <use/>
        while self._open:
            name, given, start = self._open.pop()
            if name == tag:
                self._said(tag, given, self.text[start:])
                self.text += " "
                return

    def _said(self, tag: str, given: dict[str, str], raw: str) -> None:
        said, inside = " ".join(raw.split()), self._within("form")
        if tag == "h1":
            self.title = said
        elif tag == "a" and "href" in given:
            self.links[said] = given["href"]
        elif tag == "textarea" and inside:
            self.forms[-1].values[given["name"]] = raw.removeprefix("\n")
        elif tag == "button" and inside:
            self.forms[-1].buttons[said] = (given.get("name", ""), given.get("value", ""))
        elif tag == "label" and inside and "choice_name" in given:
            self.forms[-1].choices[said] = (given["choice_name"], given["choice_value"])

    def _within(self, tag: str) -> tuple[str, dict[str, str], int] | None:
        return next((one for one in reversed(self._open) if one[0] == tag), None)

    def has(self, button: str) -> bool:
        """Whether there is a button with these words."""
        return any(button in form.buttons for form in self.forms)

    def form(self, button: str) -> Form:
        """The form that has this button."""
        found = [form for form in self.forms if button in form.buttons]
        offered = [one for form in self.forms for one in form.buttons]
        assert found, f"{self.address} ({self.title}) has no button {button!r}, but {offered}\n{self.text[:3000]}"
        return found[0]


class Visitor:
    """One person with one browser."""

    def __init__(self, portal: str) -> None:
        self.portal = portal
        self._browser = requests.Session()
        self._browser.trust_env = False  # a proxy of the machine is no way to loopback
        self._browser.mount(self.portal, HTTPAdapter(max_retries=_ANOTHER_CONNECTION))
        self.page = Page("", 0, "")

    def open(self, path: str) -> Page:
        """Look at a page."""
        return self._saw(self._browser.get(urljoin(self.portal, path), timeout=_MINUTE))

    def press(self, button: str, *chosen: str, **typed: str) -> Page:
        """Fill in the form of this button on the present page, choose by label, and press."""
        form = self.page.form(button)
        values = dict(form.values) | typed
        for label in chosen:
            name, value = next(found for said, found in form.choices.items() if said.startswith(label))
            values[name] = value
        name, value = form.buttons[button]
        values |= {name: value} if name else {}
        where = urljoin(self.page.address, form.action)
        said = self._browser.request(
            form.method.upper(), where, data=values, headers={"Referer": self.page.address}, timeout=_MINUTE
        )
        return self._saw(said)

    def signs_in(self, email: str, password: str) -> Page:
        """Through the front door."""
        self.open("/sign-in")
        return self.press("Sign in", username=email, password=password)

    def until(self, *wanted: str, path: str = "", unless: str = "", seconds: float = 60) -> Page:
        """Look at the page again and again until it shows one of these texts."""
        return self._until(lambda page: any(one in page.text for one in wanted), wanted, path, unless, seconds)

    def until_headed(self, *wanted: str, path: str = "") -> Page:
        """Look at the page again and again until its heading ends with one of these texts."""
        return self._until(lambda page: page.title.endswith(wanted), wanted, path, "", 60)

    def _until(
        self, there: Callable[[Page], bool], wanted: tuple[str, ...], path: str, unless: str, seconds: float
    ) -> Page:
        path = path or self.page.address

        def shown() -> Page | None:
            page = self.open(path)
            assert not (unless and unless in page.text), page.text
            return page if there(page) else None

        try:
            return wait_for(shown, f"{wanted} on {path}", every=0.5, seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.page.title}\n{self.page.text[:3000]}") from None

    def _saw(self, response: requests.Response) -> Page:
        asks = response.status_code == HTTPStatus.CONFLICT  # whether to go on with a case that is open
        assert response.status_code < 400 or asks, (
            f"{response.status_code} {response.url}\n{Page('', 0, response.text).text}"
        )
        self.page = Page(response.url, response.status_code, response.text)
        return self.page
