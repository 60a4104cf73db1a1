"""What pages say while a computer is asked what became of a lost change, and where that is settled without a case."""

import pytest

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import Browser, Sit, hear_nothing, lose_contact, text_of
from tests.web.helpdesk.one_status import Pages
from troubleshoot import jobs, operations, remediation, wording
from troubleshoot.engine import Code, Hindrance, Reader
from troubleshoot.models import Host, Job, JobState, Person, Site
from troubleshoot.operations import health

ASKS = "The portal asks the computer by itself. No answer has come yet."
HALF = "What may be half done"
QUESTION = "If you have looked at the computer: how did it end?"


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    return lab("security-layer-rdp")


def lose(job: Job, starter: Person) -> Job:
    """A change whose worker has just fallen silent: nobody has asked the computer yet."""
    jobs.start_job(actor=starter, job=job)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, fence=1, lease_until="2026-01-01T00:00:00Z")
    operations.sweep()
    return Job.objects.get(pk=job.pk)


@pytest.fixture
def alone(host: Registered, helpdesk: Person, work: Work) -> Job:
    """A lost change that belongs to no case."""
    reading = remediation.request_plan(actor=helpdesk, host=host.row, action="require-tls", reason="it has to be")
    work()
    return lose(Job.objects.get(plan__made_by=reading), helpdesk)


def test_every_page_says_that_the_portal_asks_and_then_that_helpdesk_is_needed(
    host: Registered, employee: Person, helpdesk: Person, work: Work, north: Site
) -> None:
    health.note_heartbeat("worker", "w1", [north.slug])
    case = opened(employee, host.row, work)
    job = lose(planned(helpdesk, case, work), helpdesk)
    pages = Pages(case, helpdesk, employee).look()
    assert (pages.actor, pages.on_the_board) == ("portal", ["running"])
    pages.look()
    for page in (pages.own, pages.desk):
        assert ASKS in text_of(page.html)
    assert HALF in text_of(pages.desk.html)
    assert QUESTION not in text_of(pages.desk.html)
    hear_nothing(job)
    assert (pages.look().actor, pages.on_the_board) == ("helpdesk", ["you"])
    pages.look()
    for page in (pages.own, pages.desk):
        assert "It asks again by itself at" in text_of(page.html)
    assert QUESTION in text_of(pages.desk.html)


def test_no_worker_to_ask_is_said_on_every_page(
    host: Registered, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = opened(employee, host.row, work)
    lose(planned(helpdesk, case, work), helpdesk)
    pages = Pages(case, helpdesk, employee).look()
    for page, reader in ((pages.own, Reader.EMPLOYEE), (pages.desk, None), (pages.board, None)):
        assert wording.hindrance_words(Hindrance.NO_WORKER, reader) in text_of(page.html)


class TestWithoutACase:
    def test_it_is_settled_on_the_page_of_the_change(self, alone: Job, desk: Browser) -> None:
        address = f"/history/changes/{alone.pk}"
        page = desk.get(address)
        assert ASKS in page
        assert HALF in page
        assert QUESTION not in page
        hear_nothing(alone)
        assert QUESTION in desk.get(address)
        refused = desk.press("Settle it", end="not_done", why=" ")
        assert "Say what you saw on the computer" in refused
        desk.press("Settle it", end="not_done", why="I looked at its screen.")
        assert Job.objects.get(pk=alone.pk).state == JobState.FAILED
        assert QUESTION not in desk.get(address)

    def test_a_person_is_not_heard_before_the_computer_was_asked(self, alone: Job, desk: Browser) -> None:
        said = desk.post(
            f"/history/changes/{alone.pk}/settle", job=str(alone.pk), end="done", why="I looked at its screen."
        )
        assert "The portal asks LAB-01 itself what became of the change" in said
        assert Job.objects.get(pk=alone.pk).state == JobState.UNKNOWN

    def test_helpdesk_of_the_site_to_which_the_computer_moved_settles_it(
        self, alone: Job, desk: Browser, sit: Sit, person: MakePerson, south: Site
    ) -> None:
        hear_nothing(alone)
        Host.objects.filter(pk=alone.host_id).update(site=south)
        page = sit(person("Heidi", "helpdesk", site=south))
        assert QUESTION in page.get(f"/history/changes/{alone.pk}")
        desk.get(f"/history/changes/{alone.pk}")
        assert desk.status == 404
        page.press("Settle it", end="put_back", why="It is as before.")
        assert Job.objects.get(pk=alone.pk).state == JobState.REVERTED

    def test_who_only_reads_history_is_not_asked(self, alone: Job, sit: Sit, person: MakePerson, north: Site) -> None:
        hear_nothing(alone)
        page = sit(person("Maria", "manager", site=north))
        assert QUESTION not in page.get(f"/history/changes/{alone.pk}")
        page.post(f"/history/changes/{alone.pk}/settle", job=str(alone.pk), end="done", why="No.")
        assert page.status == 403


def test_a_queued_change_says_by_which_lost_one_its_computer_is_held(
    host: Registered, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = opened(employee, host.row, work)
    waiting = planned(helpdesk, case, work)
    other = planned(helpdesk, opened(employee, host.row, work), work)
    jobs.start_job(actor=helpdesk, job=waiting)
    lose_contact(other, helpdesk)
    for _ in range(2):
        operations.run_job(waiting.pk)
    said = [line.explanation for line in waiting.lines.all() if line.explanation.code == Code.HELD_BY_CASE]
    assert [one.params["case"] for one in said] == [other.case_id]
    pages = Pages(case, helpdesk, employee).look()
    for page in (pages.own, pages.desk):
        assert f"(case {other.case_id}) ended on this computer is not known" in text_of(page.html)
    Job.objects.filter(pk=waiting.pk).update(expires_at="2026-01-01T00:00:00Z")
    operations.sweep()
    ended = Job.objects.get(pk=waiting.pk)
    assert ended.explanation is not None
    assert ended.explanation.code == Code.HELD_TOO_LONG
