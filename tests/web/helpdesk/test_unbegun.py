"""A fix that never began, or was stopped in time: each ending is told as what it is, whoever reads it and wherever."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, asked, opened, planned
from tests.web.helpdesk.conftest import LONG_AGO, Browser
from troubleshoot import jobs, operations, remediation
from troubleshoot.models import Case, Job, JobState, Notice, Person, Site
from troubleshoot.wording import notice_words


@dataclass
class World:
    """Everybody who has to do with a case, and how its fix is made to end."""

    lab: MakeLab
    work: Work
    employee: Person
    helpdesk: Person
    approver: Person

    def dangerous(self) -> Job:
        """The plan that waits for a second person."""
        case = asked(self.employee, self.lab("nla-required").row, self.work)
        return planned(self.helpdesk, case, self.work, why="The trust is broken")

    def own(self) -> Job:
        """The plan that lies before the person."""
        case = opened(self.employee, self.lab("certificate-service-stopped").row, self.work)
        return planned(self.employee, case, self.work)

    def approved(self) -> Job:
        job = self.dangerous()
        assert job.plan
        remediation.approve_plan(actor=self.approver, job=job, digest=job.plan.digest)
        return job

    def declined(self) -> Job:
        job = self.dangerous()
        remediation.decline_plan(actor=self.approver, job=job, reason="Use a local account")
        return job

    def undecided(self) -> Job:
        return self._late(self.dangerous())

    def approved_late(self) -> Job:
        return self._late(self.approved())

    def own_late(self) -> Job:
        return self._late(self.own())

    def taken_back(self) -> Job:
        job = self.own()
        jobs.start_job(actor=self.employee, job=job)
        jobs.cancel_job(actor=self.employee, job=Job.objects.get(pk=job.pk))
        return job

    def stopped(self) -> Job:
        job = self.approved()
        jobs.cancel_job(actor=self.helpdesk, job=Job.objects.get(pk=job.pk))
        return job

    def stopped_in_time(self) -> Job:
        job = self.own()
        jobs.start_job(actor=self.employee, job=job)
        row = Job.objects.filter(pk=job.pk)
        row.update(state=JobState.CLAIMED, lease_until=LONG_AGO)
        jobs.cancel_job(actor=self.helpdesk, job=row.get())
        operations.sweep()
        return job

    def no_worker(self) -> Job:
        job = self.own()
        jobs.start_job(actor=self.employee, job=job)
        return self._late(job)

    def _late(self, job: Job) -> Job:
        Job.objects.filter(pk=job.pk).update(expires_at=LONG_AGO)
        operations.sweep()
        return job


@dataclass(frozen=True)
class End:
    """An ending: its title, in a word or two, what the person reads, and the line of its story."""

    happens: Callable[[World], Job]
    title: str
    short: str
    to_person: str
    said: str


ENDS = {
    "declined": End(
        World.declined,
        "Not approved",
        "declined",
        "A second person decided against it. Nothing was changed.",
        "Abel declined: Use a local account",
    ),
    "undecided": End(
        World.undecided,
        "Nobody decided in time",
        "nobody decided in time",
        "It waited for a second person until the plan was too old. Nothing was changed.",
        "Nobody decided in time.",
    ),
    "approved, not started": End(
        World.approved_late,
        "Approved, but not started in time",
        "approved, and not started in time",
        "A second person agreed, and nobody started it before that ran out. Nothing was changed.",
        "It was approved, and nobody started it in time.",
    ),
    "own plan, not started": End(
        World.own_late,
        "Not started in time",
        "not started in time",
        "Nobody started it before the plan was too old. Nothing was changed.",
        "Nobody started it in time.",
    ),
    "taken back": End(
        World.taken_back,
        "Taken back before it began",
        "taken back",
        "You took it back. Nothing was changed.",
        "Emil took it back",
    ),
    "stopped": End(
        World.stopped,
        "Stopped before it began",
        "stopped before it began",
        "Hanna of helpdesk stopped it. Nothing was changed.",
        "Hanna stopped it before it began",
    ),
    "stopped in time": End(
        World.stopped_in_time,
        "Stopped before it changed anything",
        "stopped before it changed anything",
        "Hanna stopped it. Nothing was changed.",
        "Hanna stopped it before anything was written",
    ),
    "no worker": End(
        World.no_worker,
        "Not begun in time",
        "not begun in time",
        "The portal did not come to it in time. Nothing was changed.",
        "No worker of its site took it in time.",
    ),
}
#: What may be said only where it is true, and what nobody has a button for.
TITLES = {one.title for one in ENDS.values()}
NEVER = ("another way", "can ask again", "not wanted or not approved", "Unavailable", "Cancelled", "Expired")


@pytest.fixture
def world(lab: MakeLab, work: Work, employee: Person, helpdesk: Person, approver: Person) -> World:
    return World(lab, work, employee, helpdesk, approver)


def pages(world: World, job: Job, manager: Person) -> Iterator[str]:
    """Every page that tells of the case and of its fix."""
    for person, address in (
        (world.employee, f"/cases/{job.case_id}"),
        (world.helpdesk, f"/desk/cases/{job.case_id}"),
        (world.helpdesk, f"/desk/cases/{job.case_id}/text"),
        (world.approver, f"/approvals/{job.pk}"),
        (manager, f"/history/cases/{job.case_id}"),
        (manager, f"/history/changes/{job.pk}"),
    ):
        yield Browser(person).get(address)


@pytest.mark.parametrize("name", ENDS)
def test_is_told_as_what_it_is_on_every_page(name: str, world: World, person: MakePerson, north: Site) -> None:
    end = ENDS[name]
    job = end.happens(world)
    own, desk, ticket, approval, timeline, change = pages(world, job, person("Mia", "manager", site=north))
    for page in (own, desk, approval):
        assert end.title in page
        assert not [one for one in TITLES if one not in end.title and f" {one} " in page]
    assert end.to_person in own
    for page in (desk, ticket, timeline, change):
        assert end.short in page
    for page in (desk, timeline):
        assert f": {end.short}" in page, "the path says it too"
        assert ("Declined" in page) == (name == "declined" and page == timeline)
    assert (end.said if end.short != "declined" else "(Use a local account)") in timeline, "the vote itself tells it"
    for page in (own, desk, ticket, approval, timeline, change):
        assert not [words for words in NEVER if words in page]
    notices = [notice_words(one) for one in Notice.objects.filter(job=job, code="change_ended")]
    assert all(end.said in one for one in notices)


@pytest.mark.parametrize("name", ENDS)
def test_offers_only_what_has_a_button(name: str, world: World) -> None:
    job = ENDS[name].happens(world)
    desk, own = Browser(world.helpdesk), Browser(world.employee)
    assert "Helpdesk has your case and decides what comes next." in own.get(f"/cases/{job.case_id}")
    desk.get(f"/desk/cases/{job.case_id}")
    desk.press("Check again from the beginning")
    assert Case.objects.get().round == 2
