"""What stands on the pages of the history, and in its files."""

import csv
import io
import re
from collections.abc import Callable, Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

CASE = re.compile(r"/history/cases/(\d+)")


def rows_of(page: str) -> list[str]:
    """The sentences of a page, without markup."""
    found = re.findall(r'<li(?: class="[^"]*")?>\s*<time.*?</time>\s*<span>(.*?)</span>\s*</li>', page, re.DOTALL)
    return [text_of(one) for one in found]


def heading(page: str) -> str:
    """The one heading of a page, without markup."""
    (found,) = re.findall(r"<h1>(.*?)</h1>", page, re.DOTALL)
    return text_of(found)


def text_of(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", markup).split())


def cases_of(page: str) -> list[int]:
    return [int(number) for number in CASE.findall(page)]


def walk(go: Callable[[str], str], address: str, rel: str) -> Iterator[str]:
    """This page and every further one in a direction."""
    while True:
        page = go(address)
        yield page
        link = re.search(rf'href="(\?[^"]*)" rel="{rel}"', page)
        if link is None:
            return
        address = "/history" + link[1].replace("&amp;", "&")


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def read(client: Client, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment;")
    body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "\n" not in body.replace("\r\n", "").replace('"', "")
    return list(csv.DictReader(io.StringIO(body, newline="")))
