"""No page of an administrator, a manager or an auditor leads to one that they may not see, or that is not there."""

import html
import re
from urllib.parse import urljoin

import pytest
from django.test import Client

from tests.bench_pages import bulk
from tests.conftest import TESTER, MakePerson
from troubleshoot import hosts, operations
from troubleshoot.models import Credential, Notice, Person, Site

pytestmark = pytest.mark.django_db
MOST = 150


def followed(client: Client, start: str) -> dict[str, int]:
    """Every page that can be reached from this one by links, each kind of address a few times, and how it answers."""
    found: dict[str, int] = {}
    kinds: dict[str, int] = {}
    waiting = [start]
    while waiting and len(found) < MOST:
        path = waiting.pop(0)
        kind = re.sub(r"[0-9a-f-]{36}|\d+", "#", path)
        kinds[kind] = kinds.get(kind, 0) + 1
        if path in found or kinds[kind] > 3:
            continue
        answer = client.get(path)
        found[path] = answer.status_code
        if answer.status_code == 302:
            waiting.append(urljoin(path, answer.headers["Location"]))
        if "html" in answer.headers.get("Content-Type", "") and not answer.streaming:
            links = re.findall(r'(?:href|hx-get)="([^"#]+)', answer.content.decode())
            here = [urljoin(path, html.unescape(link)) for link in links]
            waiting += [link for link in here if link.startswith("/") and not link.startswith("/static/")]
    return found


def test_of_an_administrator(
    client: Client, chief: Person, boss: Person, north: Site, account: Credential, person: MakePerson
) -> None:
    host = hosts.register_host(actor=TESTER, name="ACC-07", site=north, credential=account)
    person("Ann", "helpdesk", site=north)
    operations.request_connection_test(actor=boss, host=host)
    Notice.objects.create(person=chief, kind="message", text="An account leads to another secret")
    client.force_login(chief)
    found = followed(client, "/")
    assert set(found.values()) <= {200, 302}, found
    assert len(found) > 15


@pytest.mark.parametrize("role", ["manager", "auditor"])
def test_of_a_reader(client: Client, person: MakePerson, north: Site, role: str) -> None:
    emil = person("Emil", "employee", site=north)
    bulk.cases(bulk.world([emil, person("Hanna"), person("Abel")], [north], hosts=5), 80, days=20)
    client.force_login(person("Mona", role, site=north))
    found = followed(client, "/")
    assert set(found.values()) <= {200, 302}, {path: code for path, code in found.items() if code not in {200, 302}}
    assert len(found) > 15
