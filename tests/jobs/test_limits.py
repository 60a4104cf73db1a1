"""How much may wait: a full queue, and a full desk of approvers, say so where somebody presses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.computers import MakeLab, computer
from tests.fixtures.lock_order import Locks
from tests.fixtures.steps import Work, opened, planned
from troubleshoot import cases, jobs, operations, remediation, wording
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import Job, JobState, Person, Site

ACTION, RISKY = "require-tls", "lift-nla"


@pytest.fixture
def plan(lab: MakeLab, employee: Person, helpdesk: Person, work: Work) -> Job:
    """A plan of helpdesk that can be started."""
    return planned(helpdesk, opened(employee, lab("security-layer-rdp").row, work), work)


def queued(host: Any, person: Person, number: int = 1, **more: Any) -> None:
    """So many jobs wait: a reading for a plan, unless something else is said."""
    given: dict[str, Any] = {"kind": Job.Kind.PLAN, "action": ACTION, "state": JobState.QUEUED, **more}
    Job.objects.bulk_create(Job(host=host, requester=person, **given) for _ in range(number))


def started(plan: Job, host: Any, starter: Person, number: int = 1) -> None:
    """So many changes wait that this person has started and somebody else has planned."""
    more = {"kind": Job.Kind.APPLY, "plan": plan.plan, "starter": starter}
    queued(host, plan.beneficiary or starter, number, **more)


def refused(press: Any) -> RefusalCode:
    before = Job.objects.order_by("pk").values_list("pk", "state")
    was = list(before)
    with pytest.raises(Refusal) as found:
        press()
    assert list(before.all()) == was, "nothing was added, and nothing moved"
    assert wording.refusal_words(found.value)
    return found.value.code


class TestAFullQueue:
    def test_of_a_computer_starts_and_plans_nothing_more_on_it(
        self, plan: Job, helpdesk: Person, approver: Person, settings: Any
    ) -> None:
        started(plan, plan.host, approver, settings.MENDPOINT_QUEUE_PER_COMPUTER)
        assert refused(lambda: jobs.start_job(actor=helpdesk, job=plan)) == RefusalCode.COMPUTER_QUEUE_FULL
        queued(plan.host, approver, settings.MENDPOINT_QUEUE_PER_COMPUTER)
        asked: dict[str, Any] = {"actor": helpdesk, "host": plan.host, "action": ACTION}
        assert refused(lambda: remediation.request_plan(**asked)) == RefusalCode.COMPUTER_QUEUE_FULL

    def test_of_a_site_or_of_a_person_says_whose(
        self, plan: Job, helpdesk: Person, approver: Person, north: Site, settings: Any
    ) -> None:
        settings.MENDPOINT_QUEUE_PER_SITE, settings.MENDPOINT_QUEUE_PER_PERSON = 4, 2
        other = computer("ACC-99", north, helpdesk)
        started(plan, other, helpdesk, 2)
        assert refused(lambda: jobs.start_job(actor=helpdesk, job=plan)) == RefusalCode.OWN_QUEUE_FULL
        started(plan, other, approver, 2)
        assert refused(lambda: jobs.start_job(actor=helpdesk, job=plan)) == RefusalCode.SITE_QUEUE_FULL

    def test_of_readings_keeps_nobody_from_a_change(
        self, plan: Job, helpdesk: Person, employee: Person, settings: Any
    ) -> None:
        settings.MENDPOINT_QUEUE_PER_SITE, settings.MENDPOINT_QUEUE_PER_PERSON = 4, 2
        for kind in (Job.Kind.CONNECTION_TEST, Job.Kind.PLAN, Job.Kind.CHECK_BY_HAND):
            named = "" if kind == Job.Kind.CONNECTION_TEST else ACTION
            queued(plan.host, helpdesk, 9, kind=kind, action=named)
        jobs.start_job(actor=helpdesk, job=plan)
        assert Job.objects.get(pk=plan.pk).state == JobState.QUEUED

    def test_of_whoever_starts_is_counted_and_not_that_of_whoever_planned(
        self, plan: Job, helpdesk: Person, approver: Person, north: Site, settings: Any
    ) -> None:
        settings.MENDPOINT_QUEUE_PER_PERSON = 2
        other = computer("ACC-99", north, helpdesk)
        theirs = {"kind": Job.Kind.APPLY, "plan": plan.plan, "starter": approver}
        queued(other, helpdesk, 3, **theirs)
        jobs.start_job(actor=helpdesk, job=plan)
        assert Job.objects.get(pk=plan.pk).starter == helpdesk

    def test_of_another_site_or_with_a_place_left_is_in_nobodys_way(
        self, plan: Job, helpdesk: Person, approver: Person, south: Site, settings: Any
    ) -> None:
        settings.MENDPOINT_QUEUE_PER_SITE = 3
        started(plan, computer("ACC-99", south, approver), approver, 5)
        started(plan, plan.host, approver, 2)
        queued(plan.host, approver, 9, state=JobState.DONE)
        jobs.start_job(actor=helpdesk, job=plan)
        plan.refresh_from_db()
        assert plan.state == JobState.QUEUED

    def test_keeps_nobody_with_an_error_from_being_helped(
        self, plan: Job, employee: Person, approver: Person, settings: Any
    ) -> None:
        queued(plan.host, approver, settings.MENDPOINT_QUEUE_PER_COMPUTER)
        case = cases.open_case(actor=employee, beneficiary=employee, error_text="0x904", host=plan.host)
        assert case.jobs.get().state == JobState.QUEUED


class TestApproversWithEnoughToDecide:
    @pytest.mark.parametrize(
        ("setting", "code"),
        [
            ("MENDPOINT_APPROVALS_PER_PERSON", RefusalCode.OWN_APPROVALS_FULL),
            ("MENDPOINT_APPROVALS_PER_SITE", RefusalCode.SITE_APPROVALS_FULL),
        ],
    )
    def test_are_asked_for_nothing_more(
        self, lab: MakeLab, helpdesk: Person, plan: Job, settings: Any, setting: str, code: RefusalCode
    ) -> None:
        setattr(settings, setting, 1)
        more: dict[str, Any] = {"kind": Job.Kind.APPLY, "plan": plan.plan, "action": RISKY, "needs_approval": True}
        queued(plan.host, helpdesk, state=JobState.WAITING_APPROVAL, **more)
        host = lab("nla-required").row
        asked: dict[str, Any] = {"actor": helpdesk, "host": host, "reason": "the trust is broken"}
        assert refused(lambda: remediation.request_plan(action=RISKY, **asked)) == code
        assert remediation.request_plan(action=ACTION, **asked).state == JobState.QUEUED, "this one needs nobody else"

    @pytest.mark.parametrize("setting", ["MENDPOINT_APPROVALS_PER_PERSON", "MENDPOINT_APPROVALS_PER_SITE"])
    def test_get_no_more_than_that_although_several_were_planned_at_the_same_time(
        self, setting: str, lab: MakeLab, helpdesk: Person, work: Work, locks: Locks, settings: Any
    ) -> None:
        setattr(settings, setting, 1)
        asked: dict[str, Any] = {"actor": helpdesk, "action": RISKY, "reason": "the trust is broken"}
        readings = [remediation.request_plan(host=lab("nla-required").row, **asked) for _ in range(2)]
        locks.transactions.clear()
        work()
        assert Job.objects.filter(state=JobState.WAITING_APPROVAL).count() == 1
        late = Job.objects.get(pk=readings[1].pk)
        assert late.explanation
        why = Refusal.from_json(late.explanation.params.get("refused")).code
        assert why in {RefusalCode.SITE_APPROVALS_FULL, RefusalCode.OWN_APPROVALS_FULL}
        assert sum("site" in held for held in locks.transactions) == 2, "counted and added under one lock"

    def test_are_free_again_when_what_they_did_not_decide_is_over(
        self, plan: Job, lab: MakeLab, helpdesk: Person, settings: Any
    ) -> None:
        settings.MENDPOINT_APPROVALS_PER_PERSON = 1
        more: dict[str, Any] = {"kind": Job.Kind.APPLY, "plan": plan.plan, "action": RISKY, "needs_approval": True}
        queued(plan.host, helpdesk, state=JobState.WAITING_APPROVAL, expires_at="2026-01-01T00:00:00Z", **more)
        operations.sweep()
        asked: dict[str, Any] = {"actor": helpdesk, "host": lab("nla-required").row, "reason": "the trust is broken"}
        assert remediation.request_plan(action=RISKY, **asked).state == JobState.QUEUED
