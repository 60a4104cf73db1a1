"""Pages as a person reads them: a heading, text, forms that can be filled in and sent."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.fixtures.computers import Registered
from troubleshoot.models import Case, Person

ERROR = "Error code: 0x904\nExtended error code: 0x7"


@dataclass
class Page:
    """One answer of the portal."""

    status: int
    source: str
    url: str

    @property
    def title(self) -> str:
        """The one heading."""
        (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", self.source, re.DOTALL)
        return words(found)

    @property
    def text(self) -> str:
        """Everything that can be read on it."""
        return words(re.sub(r"(?s)^.*?<main|<footer.*", "", self.source))

    @property
    def live(self) -> bool:
        """Whether it looks for news by itself."""
        return re.search(r'<div id="live"[^>]* hx-trigger=', self.source) is not None

    def fields(self, action: str) -> dict[str, str]:
        """The hidden fields of the form that is sent to a path ending like this."""
        found = re.search(rf'(?s)<form[^>]*action="[^"]*/{action}".*?</form>', self.source)
        assert found, f"no form for {action} in {self.text}"
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', found[0])
        return {name: html.unescape(value) for name, value in hidden if name != "csrfmiddlewaretoken"}


def words(source: str) -> str:
    """Markup as text."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", source))).strip()


@dataclass
class Reader:
    """A person before the portal."""

    client: Client

    @classmethod
    def of(cls, person: Person | None = None) -> Reader:
        """Somebody, signed in unless nobody."""
        client = Client()
        if person:
            client.force_login(person)
        return cls(client)

    def get(self, url: str, **headers: str) -> Page:
        """Open a page."""
        response = self.client.get(url, headers=headers)
        return self.get(response["Location"]) if response.status_code == 302 else self._page(response, url)

    def post(self, url: str, **data: Any) -> Page:
        """Send a form and follow where it leads."""
        response = self.client.post(url, data)
        if response.status_code == 302:
            return self.get(response["Location"])
        return self._page(response, url)

    def send(self, page: Page, action: str, **data: Any) -> Page:
        """Send a form of a page as it stands, with what is filled in."""
        return self.post(f"{page.url}/{action}", **page.fields(action), **data)

    def opens(self, computer: Registered | None, **data: Any) -> Page:
        """Walk from the pasted error to the open case."""
        chosen = self.post("/cases/check", text=ERROR)
        filled = {"text": ERROR, "whereabouts": "office", "urgency": "2", **chosen.fields("open")}
        filled |= {"host": str(computer.row.pk)} if computer else {"host": "other", "unchecked": "on"}
        return self.post("/cases/open", **{**filled, **data})

    @staticmethod
    def _page(response: Any, url: str) -> Page:
        assert isinstance(response, HttpResponse)
        return Page(response.status_code, response.content.decode(), url.partition("?")[0])


def case_of(page: Page) -> Case:
    """The case that a page shows."""
    return Case.objects.get(pk=int(page.url.split("/")[2]))
