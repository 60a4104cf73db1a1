"""How much may wait: a full queue, and a full desk of approvers, say so where somebody presses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.computers import MakeLab, computer
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
    given: dict[str, Any] = {"kind": Job.Kind.CONNECTION_TEST, "state": JobState.QUEUED, **more}
    Job.objects.bulk_create(Job(host=host, requester=person, **given) for _ in range(number))


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
        queued(plan.host, approver, settings.MENDPOINT_QUEUE_PER_COMPUTER)
        assert refused(lambda: jobs.start_job(actor=helpdesk, job=plan)) == RefusalCode.COMPUTER_QUEUE_FULL
        asked: dict[str, Any] = {"actor": helpdesk, "host": plan.host, "action": ACTION}
        assert refused(lambda: remediation.request_plan(**asked)) == RefusalCode.COMPUTER_QUEUE_FULL

    def test_of_a_site_or_of_a_person_says_whose(
        self, plan: Job, helpdesk: Person, approver: Person, north: Site, settings: Any
    ) -> None:
        settings.MENDPOINT_QUEUE_PER_SITE, settings.MENDPOINT_QUEUE_PER_PERSON = 4, 2
        other = computer("ACC-99", north, helpdesk)
        queued(other, helpdesk, 2)
        assert refused(lambda: jobs.start_job(actor=helpdesk, job=plan)) == RefusalCode.OWN_QUEUE_FULL
        queued(other, approver, 2)
        assert refused(lambda: jobs.start_job(actor=helpdesk, job=plan)) == RefusalCode.SITE_QUEUE_FULL

    def test_of_another_site_or_with_a_place_left_is_in_nobodys_way(
        self, plan: Job, helpdesk: Person, approver: Person, south: Site, settings: Any
    ) -> None:
        settings.MENDPOINT_QUEUE_PER_SITE = 3
        queued(computer("ACC-99", south, approver), approver, 5)
        queued(plan.host, approver, 2)
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

    def test_are_free_again_when_what_they_did_not_decide_is_over(
        self, plan: Job, lab: MakeLab, helpdesk: Person, settings: Any
    ) -> None:
        settings.MENDPOINT_APPROVALS_PER_PERSON = 1
        more: dict[str, Any] = {"kind": Job.Kind.APPLY, "plan": plan.plan, "action": RISKY, "needs_approval": True}
        queued(plan.host, helpdesk, state=JobState.WAITING_APPROVAL, expires_at="2026-01-01T00:00:00Z", **more)
        operations.sweep()
        asked: dict[str, Any] = {"actor": helpdesk, "host": lab("nla-required").row, "reason": "the trust is broken"}
        assert remediation.request_plan(action=RISKY, **asked).state == JobState.QUEUED
