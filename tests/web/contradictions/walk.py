"""A case about a computer with one of the lab's faults, read once, through all that can happen to it."""

import functools
import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from tests.diagnosis.test_table import SECRET, row_of
from tests.web.helpdesk.conftest import Browser, text_of
from tests.web.helpdesk.histories import History
from troubleshoot import hosts, wording
from troubleshoot.engine import Reader, Statement
from troubleshoot.hosts import Observation
from troubleshoot.lab import LabHost, LabOptions, build_state
from troubleshoot.models import Job, JobState, Person, Reading

FOUND = (("worker_reads", 0), ("own_help", 0))
PLANNED = (*FOUND, ("desk_plan", 0), ("worker_reads", 0))
STARTED = (*PLANNED, ("desk_vote", 1), ("desk_start", 0))
VERIFIED = (*STARTED, ("worker_changes", 0))
LOST = (*STARTED, ("worker_changes", 4))
UNDO = (("desk_undo", 1), ("worker_changes", 0))
Steps = tuple[tuple[str, int], ...]
#: What can happen to a case, by the name of its end; a step that is not possible changes nothing.
COURSES: dict[str, Steps] = {
    "the person starts it": (
        *(("worker_reads", 0), ("own_plan", 0), ("worker_reads", 0), ("own_start", 0), ("worker_takes", 0)),
        *(("worker_changes", 0), ("own_answer", 0)),
    ),
    "put off and closed": (("worker_reads", 0), ("own_not_now", 0), ("own_withdraw", 0)),
    "never read": (("worker_reads", 4), ("own_help", 0), ("desk_close", 0)),
    "same error": (*VERIFIED, ("own_answer", 1), ("own_help", 0), ("desk_again", 0), ("worker_reads", 0)),
    "put back and closed": (*VERIFIED, *UNDO, ("desk_read", 0), ("worker_reads", 0), ("desk_close", 0)),
    "put back by the portal": (*VERIFIED, ("desk_undo", 0), ("worker_changes", 0)),
    "not put back": (*VERIFIED, ("desk_undo", 1), ("worker_changes", 6)),
    "undo lost": (*VERIFIED, ("desk_undo", 1), ("worker_changes", 4), ("desk_close", 0)),
    "put back after the end": (*VERIFIED, ("desk_close", 0), *UNDO),
    "declined": (*PLANNED, ("desk_vote", 0), ("desk_plan", 0), ("worker_reads", 0)),
    "expired": (*PLANNED, ("worker_expires", 0), ("desk_close", 0)),
    "taken back": (*PLANNED, ("desk_stop", 0), ("own_help", 0)),
    "not verified": (*STARTED, ("worker_changes", 2), ("desk_again", 0), ("worker_reads", 0)),
    "failed": (*STARTED, ("worker_changes", 3)),
    "lost": (*LOST, ("desk_read", 0), ("worker_reads", 0), ("worker_asks", 0), ("own_say", 0)),
    "lost and never begun": (*LOST, ("worker_asks", 3), ("own_again", 0), ("worker_reads", 0)),
    "lost and still running": (*LOST, ("worker_asks", 2), ("worker_asks", 4)),
    "lost, silent, and told by helpdesk": (*LOST, ("worker_asks", 0), ("desk_settle", 1), ("desk_close", 0)),
    "lost and closed": (*LOST, ("desk_close", 0), ("worker_asks", 0), ("worker_asks", 5)),
    "drifted": (*STARTED, ("worker_changes", 5)),
    "silent": (*STARTED, ("worker_changes", 6), ("own_again", 0), ("worker_reads", 0)),
    "refused": (*STARTED, ("worker_changes", 7)),
}


@functools.cache
def measured(fault: str) -> Observation:
    """A whole look, from outside and from inside, at a simulated computer with this fault."""
    lab = LabHost(
        build_state(name="LAB-01", file=None, faults=[fault]),
        LabOptions(user="mendpoint", password=SECRET, auth=frozenset({"ntlm"})),
    )
    lab.start()
    try:
        return hosts.observe(row_of(lab, "127.0.0.1"))
    finally:
        lab.stop()


class FaultHistory(History):
    """A case whose computer has one fault, whatever reads it."""

    fault = ""

    def _facts(self, number: int) -> dict[str, Any]:
        found = measured(self.fault).facts.values()
        return {one.name: {"value": one.value, "readings": list(one.readings)} for one in found}

    def worker_reads(self, number: int) -> None:
        super().worker_reads(number)
        job = self.case.jobs.filter(state=JobState.DONE, readings=None).first()
        if job and job.facts:
            taken = measured(self.fault).readings
            rows = [Reading(job=job, source=source, name=name, value=value) for source, name, value in taken]
            Reading.objects.bulk_create(rows)


class Moment:
    """Every page about a case as every reader sees it now, and what those pages state."""

    def __init__(self, history: History, manager: Person, auditor: Person) -> None:
        self.history, self.manager, self.auditor = history, manager, auditor
        self.texts: dict[str, str] = {}
        self.markup: dict[str, str] = {}
        self.stated: list[tuple[str, Statement, Reader | None]] = []

    def look(self) -> "Moment":
        """Open all of them."""
        say, page = wording.statement_words, ""

        def noted(said: Statement, reader: Reader | None = None) -> str:
            self.stated.append((page, said, reader))
            return say(said, reader)

        with patch.object(wording, "statement_words", noted):
            for page, person, address in self._pages():
                browser = Browser(person)
                browser.get(address)
                assert browser.status == 200, (page, address, browser.status)
                self.texts[page], self.markup[page] = text_of(browser.html), browser.html
                for heading in re.findall(r"<h1[^>]*>(.*?)</h1>", browser.html, re.DOTALL):
                    self.texts[f"{page}, heading"] = text_of(heading)
        return self

    @property
    def change(self) -> Job | None:
        """The latest change of the case."""
        rows = self.history.case.jobs.filter(kind__in=("apply", "revert")).select_related("plan")
        return rows.order_by("-created_at").first()

    def _pages(self) -> Iterator[tuple[str, Person, str]]:
        case, one, change = self.history.case, self.history, self.change
        yield from (("employee: case", one.employee, f"/cases/{case.pk}"), ("employee: list", one.employee, "/cases"))
        yield from (
            ("helpdesk: case", one.helpdesk, f"/desk/cases/{case.pk}"),
            ("helpdesk: board", one.helpdesk, f"/board?q={case.pk}"),
        )
        yield "helpdesk: ticket", one.helpdesk, f"/desk/cases/{case.pk}/text"
        yield "approver: list", one.approver, "/approvals"
        yield from (
            (f"{name}: notices", who, "/notices")
            for name, who in (("employee", one.employee), ("helpdesk", one.helpdesk))
        )
        for name, who in (("manager", self.manager), ("auditor", self.auditor)):
            yield f"{name}: timeline", who, f"/history/cases/{case.pk}"
            yield f"{name}: history", who, "/history"
            yield from ((f"{name}: change", who, f"/history/changes/{change.pk}") for _ in [change] if change)
        if change and Job.objects.filter(pk=change.pk, needs_approval=True).exists():
            yield "approver: plan", one.approver, f"/approvals/{change.pk}"
