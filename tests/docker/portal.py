"""A browser without a window before the portal that was built: sign-in, a connection test, a diagnosis."""

from __future__ import annotations

import html
import http.cookiejar
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable

from tests.docker.services import HOST

DIALOG = "Error code: 0x904\nExtended error code: 0x7"
COMPUTER = "ACC-07"


class Portal:
    """One visitor with their cookies. Raises SystemExit with the reason when a page is not what it must be."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(strict_domain=False))
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.path = ""

    def get(self, path: str, form: dict[str, str] | None = None) -> str:
        """A page, after whatever redirects there are; with a form, what its POST leads to."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self._base + path, data, {"Host": HOST})
        with self._opener.open(request, timeout=10) as answer:
            self.path = urllib.parse.urlsplit(answer.url).path
            text: str = answer.read().decode()
        return text

    def status(self, path: str) -> int:
        """The status alone; 0 when nothing answers."""
        try:
            self.get(path)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0
        return 200

    def sign_in(self, role: str, accounts: str) -> str:
        """Sign in with the account of a role that `seed` printed; the page that follows."""
        found = re.search(rf"^ *{role}\s+(\S+)\s+(\S+)$", accounts, re.MULTILINE)
        page = self.get("/sign-in")
        style = re.search(r'href="(/static/portal[^"]*\.css)"', page)
        if not found or not style or "--accent" not in self.get(style[1]):
            raise SystemExit("The sign-in page or its style sheet is not served.")
        home = self.get("/sign-in", {**token(page), "username": found[1], "password": found[2]})
        if "/sign-out" not in home:
            raise SystemExit(f"The {role} could not sign in.")
        return home

    def starts_test(self) -> str:
        """Start the connection test of a simulated computer; the path of its page."""
        listed = re.search(
            rf'href="(/administration/computers/\d+)"[^>]*><strong>{COMPUTER}', self.get("/administration/computers")
        )
        if not listed:
            raise SystemExit(f"{COMPUTER} is not listed.")
        path = f"{listed[1]}/test"
        self.get(path, token(self.get(path)))
        return path

    def opens_case(self) -> int:
        """Paste the error, choose the computer, and open the case; its number."""
        page = self.get("/cases/check", {**token(self.get("/")), "text": DIALOG})
        key = re.search(r'name="page" value="([^"]+)"', page)
        host = re.search(rf'name="host" value="(\d+)"[^>]*>\s*<span>\s*<strong>{COMPUTER}', page)
        if not key or not host:
            raise SystemExit(f"{COMPUTER} cannot be chosen.")
        chosen = {"page": key[1], "host": host[1], "whereabouts": "office", "urgency": "2", "text": DIALOG}
        self.get("/cases/open", {**token(page), **chosen})
        if not (number := re.fullmatch(r"/cases/(\d+)", self.path)):
            raise SystemExit(f"No case was opened; the portal led to {self.path}.")
        return int(number[1])


def token(page: str) -> dict[str, str]:
    """The field that proves that a form comes from a page of the portal's own."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return {"csrfmiddlewaretoken": html.unescape(found[1]) if found else ""}


def until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait, but not for ever."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise SystemExit(f"Waited in vain for {what}.")
        time.sleep(0.2)
