"""What the bench measures: the queries of a guide step, the weight of pages, and lists at two sizes."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.bench_pages import bulk
from troubleshoot import audit, cases, diagnosis, people
from troubleshoot.models import Case, Job, Person, Site

Row = tuple[str, str, str, bool]
CLI = audit.Machine("cli", "bench")
TIMES = 60
MOST_QUERIES, MOST_BYTES, MOST_GROWTH = {"GET": 12, "POST": 25}, 40 * 1024, 2
_LINKED = re.compile(r'(?:href|src)="(/static/[^"#]+)')


@dataclass
class Bench:
    """People, and rows that become more."""

    employee: Person
    helpdesk: Person
    manager: Person
    world: bulk.World
    few: int
    many: int

    @classmethod
    def prepared(cls, *, few: int, many: int) -> Bench:
        """An empty portal with two sites and five hundred computers."""
        sites = [people.create_site(actor=CLI, slug=name, name=name.title()) for name in ("north", "south")]
        made = {role: _person(role, sites[0]) for role in ("employee", "helpdesk", "manager")}
        others = [_person(f"person{number}", sites[number % 2], "employee") for number in range(50)]
        world = bulk.world([made["helpdesk"], *others], sites, hosts=500)
        return cls(made["employee"], made["helpdesk"], made["manager"], world, few, many)


def steps(bench: Bench) -> list[Row]:
    """What a guide step asks of the database when it is seen and when it is answered."""
    case = cases.open_case(actor=bench.employee, beneficiary=bench.employee, error_text="0x904 0x7", host=None)
    case.refresh_from_db()
    client = _client(bench.employee)
    step, page = case.at_step, f"/cases/{case.pk}"
    guide = diagnosis.case_guide(case)
    value = next(value for value, leads in guide.steps[step].to.items() if guide.steps[leads].kind in {"ask", "try"})
    body = {"step": step, "value": value, "round": case.round}
    asks: dict[str, Callable[[], Any]] = {
        "GET": lambda: client.get(page),
        "POST": lambda: client.post(f"{page}/answer", body),
    }
    found: list[Row] = []
    for method, ask in asks.items():
        with CaptureQueriesContext(connection) as seen:
            assert ask().status_code in {200, 302}
        queries = sum(1 for query in seen if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")))
        most = MOST_QUERIES[method]
        found.append((f"guide step, {method}, queries", str(queries), str(most), queries <= most))
    return found


def weights(bench: Bench) -> list[Row]:
    """Pages as a browser loads them, gzip, with everything they link to but the font."""
    bulk.cases(bench.world, bench.few)
    bulk.cases(replace(bench.world, hosts=bench.world.hosts[:1]), 150)  # one computer whose rows fill a page
    own = Case.objects.filter(beneficiary=bench.employee).latest("pk")
    any_case = Job.objects.filter(host__site__slug="north", case__isnull=False).latest("pk").case_id
    pages = [
        ("home", bench.employee, "/"),
        ("case of an employee", bench.employee, f"/cases/{own.pk}"),
        ("board", bench.helpdesk, "/board"),
        ("case at the desk", bench.helpdesk, f"/desk/cases/{any_case}"),
        ("history", bench.manager, "/history"),
        ("one case as a timeline", bench.manager, f"/history/cases/{any_case}"),
        ("summary", bench.manager, "/summary"),
    ]
    found: list[Row] = []
    for name, person, address in pages:
        size = _weight(_client(person).get(address))
        found.append((f"weight of {name}", f"{size / 1024:.1f} KB", "40 KB", size <= MOST_BYTES))
    return found


def sizes(bench: Bench) -> list[Row]:
    """Board, case and history with many cases against a few; how the database goes about the history."""
    desk, manager = _client(bench.helpdesk), _client(bench.manager)
    number = Job.objects.filter(host__site__slug="north", case__isnull=False).earliest("pk").case_id
    host = bench.world.hosts[0].name
    month = (timezone.localdate() - dt.timedelta(days=200), timezone.localdate() - dt.timedelta(days=170))
    asked: dict[str, tuple[Client, str]] = {
        "board": (desk, "/board"),
        "case at the desk": (desk, f"/desk/cases/{number}"),
        "case as a timeline": (manager, f"/history/cases/{number}"),
        "history, changes": (manager, "/history"),
        "history, cases": (manager, "/history?show=cases"),
        "history of one computer": (manager, f"/history?host={host}"),
        "history of one site": (manager, "/history?site=north"),
        "history, one outcome": (manager, "/history?outcome=verified"),
        "history, cases, one outcome": (manager, "/history?show=cases&outcome=sent_on"),
        "history, one month": (manager, f"/history?since={month[0]}&until={month[1]}"),
        "history, far back": (manager, f"/history?after={_far_back()}"),
    }
    before = {name: best(lambda c=client, a=address: c.get(a)) for name, (client, address) in asked.items()}  # type: ignore[misc]
    bulk.cases(bench.world, bench.many - Case.objects.count())
    asked["history, far back"] = (manager, f"/history?after={_far_back()}")
    found: list[Row] = []
    for name, (client, address) in asked.items():
        ratio = best(lambda c=client, a=address: c.get(a)) / before[name]  # type: ignore[misc]
        label = f"{name}, {bench.many:,} cases against {bench.few:,}"
        found.append((label, f"{ratio:.1f} x", f"{MOST_GROWTH} x", ratio <= MOST_GROWTH))
    return found


def best(work: Callable[[], object], times: int = TIMES) -> float:
    """Seconds of the fastest tenth: what the work costs when nothing else gets in its way."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.mean(sorted(taken)[: max(1, len(taken) // 10)])


def _person(name: str, site: Site, role: str = "") -> Person:
    made = people.create_account(
        actor=CLI, email=f"{name}@corp.example", name=name.title(), password="correct horse battery"
    )
    until = timezone.now() + dt.timedelta(days=30)
    people.grant_role(actor=CLI, person=made, role=role or name, site=site, until=until)
    return made


def _client(person: Person) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    return client


def _weight(response: Any) -> int:
    assert response.status_code == 200
    page = response.content.decode()
    files = {urlsplit(found).path.removeprefix("/static/") for found in _LINKED.findall(page) if "fonts/" not in found}
    parts = [response.content]
    for name in files:
        path = finders.find(name)
        assert path, name
        parts.append(Path(path).read_bytes())
    return sum(len(gzip.compress(part, 9)) for part in parts)


def _far_back() -> str:
    """The key of a change in the middle of all of them."""
    rows = Job.objects.filter(plan__isnull=False).order_by("-created_at", "-pk")
    return str(rows[rows.count() // 2].pk)
