"""The people, the simulated hosts and the worker's hand of the chain, and browsers that are signed in."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client

from tests.conftest import TESTER
from tests.fixtures.chain import _quick, north
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened
from troubleshoot import diagnosis, jobs, operations
from troubleshoot.engine import Code, Explanation, Refusal, RefusalCode
from troubleshoot.models import Case, Job, JobState, Person

__all__ = ["_quick", "north"]


class Browser:
    """A signed-in browser without scripts: reads pages as text, presses buttons with the hidden fields beside them."""

    def __init__(self, person: Person) -> None:
        self.client = Client()
        self.client.force_login(person)
        self.html = ""
        self.status = 0
        self.address = ""

    def get(self, address: str, **headers: str) -> str:
        """Open a page and return its text."""
        return self._keep(self.client.get(address, headers=headers, follow=True), address)

    def part(self, address: str, target: str) -> str:
        """What a script asks for: the part of a page that fills one element."""
        return self.get(address, **{"HX-Request": "true", "HX-Target": target})

    def post(self, address: str, **fields: Any) -> str:
        """Send a form, follow where it leads, and return the text of that page."""
        return self._keep(self.client.post(address, fields, follow=True), address)

    def press(self, words: str, **fields: Any) -> str:
        """Press the button with these words on the page that is open, with the form's hidden fields."""
        for action, form in re.findall(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', self.html, re.DOTALL):
            found = re.findall(r"<button[^>]*>(.*?)</button>", form, re.DOTALL)
            buttons = [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in found]
            if words in buttons:
                hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
                return self.post(action, **{name: html.unescape(value) for name, value in hidden.items()} | fields)
        raise AssertionError(f"there is no button {words!r} on {self.address}")

    def _keep(self, response: Any, address: str) -> str:
        self.html, self.status = response.content.decode(), response.status_code
        self.address = response.redirect_chain[-1][0] if response.redirect_chain else address
        return text_of(self.html)


Sit = Callable[[Person], Browser]
RDP_TCP = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp"
LONG_AGO = "2026-01-01T00:00:00Z"
#: Every button of the case page, by the name of its address.
STEPS = ("take", "back", "plan", "start", "stop", "revert", "read", "again", "answer", "ask", "say", "note", "close")


@pytest.fixture
def desk(helpdesk: Person, sit: Sit) -> Browser:
    """Hanna's browser."""
    return sit(helpdesk)


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    """A computer with the old protection only: a mild fix that helpdesk starts."""
    return lab("security-layer-rdp")


@pytest.fixture
def case(host: Registered, employee: Person, work: Work) -> Case:
    """Its owner's case, read."""
    return opened(employee, host.row, work)


@pytest.fixture
def path(case: Case) -> str:
    """The address of its page."""
    return f"/desk/cases/{case.pk}"


def layer(host: Registered) -> int:
    """What the simulated computer itself says of its protection."""
    found: int = host.document["registry"][RDP_TCP]["SecurityLayer"]["value"]
    return found


def lose_contact(job: Job, starter: Person) -> None:
    """Start a change whose worker falls silent in the middle of it, on a computer that does not answer after that."""
    jobs.start_job(actor=starter, job=job)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, fence=1, lease_until="2026-01-01T00:00:00Z")
    operations.sweep()
    hear_nothing(job)


def hear_nothing(job: Job) -> None:
    """Let the portal have asked the computer of a lost change what became of it, in vain."""
    why = Explanation.of(Code.NO_ANSWER, stage="tcp", refused=Refusal(RefusalCode.VISIT_INTERRUPTED).to_json())
    with transaction.atomic():
        Job.objects.settling().filter(lost=job).update(why=why.to_json(), started_at=Now(), tries=1)
        diagnosis.keep_status_again(job.case_id, actor=TESTER)


def text_of(markup: str) -> str:
    """What a person reads: the main part without markup, white space folded."""
    main = re.search(r"<main.*?</main>", markup, re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main.group() if main else markup)).split())


@pytest.fixture
def sit() -> Sit:
    """`sit(person)`: a browser in which this person is signed in."""
    return Browser
