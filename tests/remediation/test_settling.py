"""A temporary change of which the portal lost sight, and what somebody who looked says of it…"""

import pytest
from django.test import Client

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened, planned
from tests.remediation.test_remedies import RDP_TCP, listener
from tests.remediation.test_review_undo import LONG_AGO
from tests.web.helpdesk.conftest import lose_contact
from troubleshoot import operations, remediation
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import Entry, Job, JobState, Notice, Person, PersonalPart, Site
from troubleshoot.people import PermissionRefused
from troubleshoot.remediation import SettledEnd
from troubleshoot.reports.outcome_groups import CHANGE_ENDS

Lost = tuple[Registered, Job]


@pytest.fixture
def lost(lab: MakeLab, helpdesk: Person, approver: Person, work: Work) -> Lost:
    """The early check of accounts was to be lifted for two hours; whether it was, nobody knows."""
    host = lab("nla-required")
    job = planned(helpdesk, opened(helpdesk, host.row, work), work, why="the trust is broken")
    assert job.plan
    remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)
    lose_contact(job, helpdesk)
    Job.objects.filter(pk=job.pk).update(undo_at=LONG_AGO)
    return host, Job.objects.get(pk=job.pk)


@pytest.fixture
def another(person: MakePerson, north: Site) -> Person:
    """Somebody else of helpdesk."""
    return person("Hugo", "helpdesk", site=north)


def settle(job: Job, who: Person, end: SettledEnd, reason: str = "I looked.") -> Job:
    remediation.settle_by_hand(actor=who, job=job, end=end, reason=reason)
    return Job.objects.get(pk=job.pk)


@pytest.mark.parametrize("end", [SettledEnd.DONE, SettledEnd.NOT_DONE])
def test_is_put_back_in_time_whatever_was_said(lost: Lost, another: Person, work: Work, end: SettledEnd) -> None:
    host, job = lost
    if end == SettledEnd.DONE:
        host.document["registry"][RDP_TCP]["UserAuthentication"]["value"] = 0  # it was made, after all
    settled = settle(job, another, end)
    assert settled.undo_at is not None
    operations.sweep()
    work()
    settled.refresh_from_db()
    assert listener(host.document, "UserAuthentication") == 1
    assert settled.state == JobState.REVERTED or settled.undo_at is not None


def test_is_settled_by_somebody_else_than_who_asked_for_it(lost: Lost, helpdesk: Person, another: Person) -> None:
    _, job = lost
    with pytest.raises(PermissionRefused):
        settle(job, helpdesk, SettledEnd.DONE)
    assert not remediation.may_settle(helpdesk, job)
    page = Client()
    page.force_login(helpdesk)
    assert (
        "a colleague of helpdesk has to say how it ended" in page.get(f"/desk/cases/{job.case_id}").getvalue().decode()
    )
    assert settle(job, another, SettledEnd.PUT_BACK).state == JobState.REVERTED


def test_tells_who_approved_it_and_records_why(lost: Lost, approver: Person, another: Person) -> None:
    _, job = lost
    settle(job, another, SettledEnd.DONE, "The setting is 0.")
    assert Notice.objects.filter(person=approver, job=job).exists()
    entry = Entry.objects.get(tag="job:settle")
    assert b'"end":"done"' in bytes(entry.canonical)
    assert PersonalPart.objects.filter(entry=entry).count() == 1


def test_ends_as_an_undo_may_end(lost: Lost, another: Person) -> None:
    _, job = lost
    job.kind = Job.Kind.REVERT
    with pytest.raises(Refusal) as refused:
        settle(job, another, SettledEnd.DONE)
    assert refused.value.code == RefusalCode.NOT_AS_THINGS_STAND


def test_of_another_site_is_nobody_elses_to_settle(lost: Lost, person: MakePerson, south: Site) -> None:
    _, job = lost
    with pytest.raises(PermissionRefused):
        settle(job, person("Heidi", "helpdesk", site=south), SettledEnd.NOT_DONE)


@pytest.mark.parametrize("end", list(SettledEnd))
def test_is_told_apart_from_what_the_portal_saw_until_it_is_really_put_back(
    lost: Lost, another: Person, end: SettledEnd
) -> None:
    _, job = lost
    settle(job, another, end)

    def groups() -> list[str]:
        return [name for name, group in CHANGE_ENDS.items() if Job.objects.filter(group.rows, pk=job.pk).exists()]

    assert groups() == ["told"]
    if end != SettledEnd.PUT_BACK:
        Job.objects.filter(pk=job.pk).update(state=JobState.REVERTED)
        assert groups() == ["undone"]
        assert not Job.objects.get(pk=job.pk).is_settled_by_word
