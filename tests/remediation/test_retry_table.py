"""What is tried again, what is not, and what is asked about: each row of the table, by what a worker then does.

The door's half of it (which answer of a host means which failure) is tried in tests/remote/test_hostile.py.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened, planned
from troubleshoot import hosts, jobs
from troubleshoot.engine import RefusalCode
from troubleshoot.lab.run_records import new_file
from troubleshoot.models import Entry, Job, JobState, Person
from troubleshoot.remediation import execution
from troubleshoot.remote import ContactLost

Patch = pytest.MonkeyPatch
Happens = Callable[[Registered, Job, Patch], None]


def _state(*path: str, value: object) -> Happens:
    """Something of the computer's own state is so when the change is to begin."""

    def happens(host: Registered, _job: Job, _patch: Patch) -> None:
        with host.lab.state.changing() as document:
            at: Any = document
            for name in path[:-1]:
                at = at[name]
            at[path[-1]] = value

    return happens


def _record(host: Registered, job: Job, _patch: Patch) -> None:
    """The computer has a record of this very attempt already."""
    body = {"items": [], "process": 4, "started": "", "boot": ""}
    new_file(host.lab.state, "runs", str(uuid.uuid5(job.pk, "1")), body)


def _lost(_host: Registered, _job: Job, patch: Patch) -> None:
    error = ContactLost(RefusalCode.VISIT_BROKEN_OFF, "command", mode="apply", kind="OSError")
    _raises(patch, hosts, "carry_out_plan", error)


def _defect_before(_host: Registered, _job: Job, patch: Patch) -> None:
    _raises(patch, execution, "last_gate", ZeroDivisionError())


def _defect_after(_host: Registered, _job: Job, patch: Patch) -> None:
    _raises(patch, hosts, "carry_out_plan", ZeroDivisionError())


def _raises(patch: Patch, module: Any, name: str, error: Exception) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    patch.setattr(module, name, fails)


@dataclass(frozen=True)
class Line:
    """What happens; where the change stands then, how often it was started, whether its computer is asked about it."""

    happens: Happens
    state: JobState
    starts: int
    asked: bool = False


REFUSED, UNKNOWN, TRIES = JobState.REFUSED, JobState.UNKNOWN, execution.TRIES
TABLE = {
    "nobody listens": Line(_state("network", "winrm", value="refused"), JobState.UNREACHABLE, TRIES),
    "the account is refused": Line(_state("winrm", "credentials", value="refused"), JobState.UNREACHABLE, 1),
    "the account is no administrator": Line(_state("winrm", "administrator", value=False), JobState.UNREACHABLE, 1),
    "another computer answers": Line(_state("identity", "machine_guid", value=str(uuid.UUID(int=7))), REFUSED, 1),
    "language": Line(_state("powershell", "language_mode", value="ConstrainedLanguage"), REFUSED, 1),
    "antimalware": Line(_state("powershell", "antimalware_blocks", value=True), REFUSED, 1),
    "the command was sent, and then silence": Line(_lost, UNKNOWN, 1, asked=True),
    "the record of the attempt is there already": Line(_record, UNKNOWN, 1, asked=True),
    "our own defect before the start": Line(_defect_before, REFUSED, 0),
    "our own defect after the start": Line(_defect_after, UNKNOWN, 1, asked=True),
}


@pytest.mark.parametrize("line", TABLE.values(), ids=TABLE.keys())
def test_a_change_is_tried_again_only_where_nothing_can_have_begun(
    line: Line, lab: MakeLab, quick: None, helpdesk: Person, work: Work, monkeypatch: Patch
) -> None:
    host = lab("expired-certificate")
    job = planned(helpdesk, opened(helpdesk, host.row, work), work)
    jobs.start_job(actor=helpdesk, job=job)
    line.happens(host, job, monkeypatch)

    try:
        work()
    except ZeroDivisionError:
        """A defect is told to whoever watches the worker too."""

    job.refresh_from_db()
    assert job.state == line.state, job.explanation
    assert Entry.objects.filter(tag="job:start").count() == line.starts
    assert job.settles.exists() == line.asked
    assert host.document["reports"] == {}, "nothing was written"


def test_the_pauses_grow_and_are_never_the_same_for_all() -> None:
    least, most = execution.TRY_AGAIN
    for tries in range(TRIES + 3):
        drawn = {execution._pause(tries) for _ in range(100)}
        assert least <= min(drawn) < max(drawn) <= min(most, least * 2 ** (tries + 1))
