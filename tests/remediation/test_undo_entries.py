"""What is done to a computer's own undo is recorded before the visit that does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from tests.remediation.test_computer_undo import LONG_AGO
from troubleshoot import hosts, jobs, operations, remediation
from troubleshoot.models import Entry, Job, Person

Seen = dict[str, list[str]]


def tags(job: Job) -> list[str]:
    """What is recorded so far of the computer's own undo of a change."""
    found = Entry.objects.filter(tag__in=["job:arm", "job:disarm", "job:undo"], objects_named__ref=str(job.pk))
    return list(found.order_by("id").values_list("tag", flat=True))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Callable[[Job], Seen]:
    """Notes what is recorded of a change when each visit begins that writes, or takes an undo back."""

    def watch(job: Job) -> Seen:
        found: Seen = {}

        def noting(name: str) -> Callable[..., Any]:
            real = getattr(hosts, name)

            def visit(*given: Any, **more: Any) -> Any:
                found[name] = tags(job)
                return real(*given, **more)

            return visit

        for name in ("carry_out_plan", "disarm_attempt"):
            monkeypatch.setattr(hosts, name, noting(name))
        return found

    return watch


def test_arming_and_disarming_are_recorded_before_their_visits(
    lab: MakeLab, employee: Person, helpdesk: Person, work: Work, seen: Callable[[Job], Seen]
) -> None:
    job = planned(helpdesk, opened(employee, lab("firewall-closed").row, work), work, "asked")
    found = seen(job)
    jobs.start_job(actor=helpdesk, job=job)
    work()
    assert found == {"carry_out_plan": ["job:arm"], "disarm_attempt": ["job:arm", "job:disarm"]}
    assert tags(job) == ["job:arm", "job:disarm", "job:undo"]


def test_what_our_own_undo_takes_back_is_recorded_before_it(
    lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, work: Work, seen: Callable[[Job], Seen]
) -> None:
    job = planned(helpdesk, opened(employee, lab("nla-required").row, work), work, "asked")
    assert job.plan
    remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)
    jobs.start_job(actor=helpdesk, job=job)
    work()
    Job.objects.filter(pk=job.pk).update(undo_at=LONG_AGO)
    found = seen(job)
    operations.sweep()
    work()
    assert found == {"carry_out_plan": ["job:arm", "job:disarm"]}


def test_a_change_that_need_not_be_undone_has_no_such_entry(
    lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    job = planned(helpdesk, opened(employee, lab("security-layer-rdp").row, work), work)
    jobs.start_job(actor=helpdesk, job=job)
    work()
    assert tags(job) == []
