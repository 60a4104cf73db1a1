"""What is told of a proved remedy: what it promised and no more; of what stays for a time until when, everywhere."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, agreed, opened, planned
from tests.web.employee.pages import Page, Reader
from tests.web.helpdesk.conftest import _quick, north
from troubleshoot import cases, jobs, remediation, wording
from troubleshoot.catalog import installed_catalog
from troubleshoot.models import Case, Job, JobState, Notice, Person, Site

__all__ = ["_quick", "north"]
pytestmark = pytest.mark.django_db

#: What a computer is called of which more is claimed than was proved.
TOO_MUCH = re.compile(r"is as it should be|as it should be again")
#: Faults, and how their remedy is proved.
PROVED = {
    "nla-required": "for a time",
    "nla-required spooler-disabled": "for a time",
    "drained": "as planned",
    "expired-certificate nla-required": "as planned",
    "service-stopped": "answers properly again",
    "security-layer-rdp certificate-service-stopped": "something else is in the way",
}


def changed(case: Case, helpdesk: Person, approver: Person, work: Work) -> Job:
    """The guide's remedy, carried out, with a second person's yes where it takes one."""
    job = planned(helpdesk, case, work, why="it is broken")
    if job.state == JobState.WAITING_APPROVAL:
        agreed(approver, job)
    else:
        jobs.start_job(actor=helpdesk, job=job)
    work()
    job.refresh_from_db()
    assert job.state == JobState.VERIFIED, wording.explained(job.explanation)
    return job


def pages(case: Case, job: Job, people: Mapping[str, Person]) -> dict[str, Page]:
    """Every page on which it stands how a change ended, as the reader of each sees it."""
    addresses = {
        "employee": f"/cases/{case.pk}",
        "helpdesk": f"/desk/cases/{case.pk}",
        "approver": f"/approvals/{job.pk}",
        "manager": f"/history/changes/{job.pk}",
    }
    return {name: Reader.of(people[name]).get(address) for name, address in addresses.items()}


@pytest.fixture
def people(employee: Person, helpdesk: Person, approver: Person, person: MakePerson, north: Site) -> dict[str, Person]:
    manager = person("Maria", "manager", site=north)
    return {"employee": employee, "helpdesk": helpdesk, "approver": approver, "manager": manager}


@pytest.mark.parametrize("faults", PROVED)
def test_is_never_more_than_was_proved(faults: str, lab: MakeLab, people: dict[str, Person], work: Work) -> None:
    case = opened(people["employee"], lab(*faults.split()).row, work)
    job = changed(case, people["helpdesk"], people["approver"], work)
    told = {name: page.text for name, page in pages(case, job, people).items()}
    told["board"] = Reader.of(people["helpdesk"]).get("/board?q=LAB-01").text
    told |= {f"notice {one.pk}": wording.notice_words(one) for one in Notice.objects.filter(job=job)}
    assert {name: TOO_MUCH.findall(text) for name, text in told.items() if TOO_MUCH.search(text)} == {}
    assert (job.undo_at is not None) == (PROVED[faults] == "for a time")


@pytest.mark.parametrize("faults", [faults for faults, end in PROVED.items() if end == "for a time"])
def test_for_a_time_is_told_to_everybody_with_its_end(
    faults: str, lab: MakeLab, people: dict[str, Person], work: Work
) -> None:
    case = opened(people["employee"], lab(*faults.split()).row, work)
    job = changed(case, people["helpdesk"], people["approver"], work)
    caution = installed_catalog().actions[job.action].caution
    assert job.undo_at
    assert caution
    end = f"{timezone.localtime(job.undo_at):%H:%M}"
    for name, page in pages(case, job, people).items():
        assert end in page.text or f"{job.undo_at:%H:%M}" in page.text, name
    for person in (people["employee"], people["helpdesk"]):
        notice = Notice.objects.filter(job=job, person=person).latest("pk")
        said = wording.notice_words(notice)
        assert "for a limited time" in said
        assert f"It is put back by itself at {end}" in said
        assert caution.text in said


def pages_of(case: Case, people: Mapping[str, Person]) -> dict[str, str]:
    """Every page of an open case, and its row on the board."""
    addresses = {"employee": f"/cases/{case.pk}", "helpdesk": f"/desk/cases/{case.pk}"}
    found = {name: Reader.of(people[name]).get(address).text for name, address in addresses.items()}
    return {**found, "board": Reader.of(people["helpdesk"]).get("/board?q=LAB-01").text}


class TestATemporaryChange:
    @pytest.fixture
    def host(self, lab: MakeLab) -> Registered:
        return lab("nla-required")

    @pytest.fixture
    def case(self, host: Registered, people: dict[str, Person], work: Work) -> Case:
        return opened(people["employee"], host.row, work)

    @pytest.fixture
    def job(self, case: Case, people: dict[str, Person], work: Work) -> Job:
        return changed(case, people["helpdesk"], people["approver"], work)

    @pytest.mark.parametrize("whose", ["of the same case", "of another case", "checked again"])
    def test_is_told_on_every_page_of_a_case_of_its_computer(
        self, whose: str, case: Case, job: Job, host: Registered, people: dict[str, Person], work: Work
    ) -> None:
        seen = opened(people["helpdesk"], host.row, work) if whose == "of another case" else case
        if whose == "checked again":
            cases.check_computer_again(actor=people["helpdesk"], case=Case.objects.get(pk=case.pk))
            work()
        said = "A temporary change of the portal is in force on LAB-01 until"
        readers = {**people, "employee": seen.beneficiary}
        for name, text in pages_of(seen, readers).items():
            assert said in text, name

    def test_never_leaves_a_computer_in_order_and_its_caution_ends_with_the_repair(
        self, case: Case, job: Job, host: Registered, people: dict[str, Person], work: Work
    ) -> None:
        caution = installed_catalog().actions[job.action].caution
        assert caution
        with host.lab.state.changing() as document:
            document["domain"]["secure_channel"] = True
        for text in (one for name, one in pages_of(case, people).items() if name != "board"):
            assert caution.text in text
        cases.check_computer_again(actor=people["helpdesk"], case=Case.objects.get(pk=case.pk))
        work()
        told = pages_of(case, people)
        for name in ("employee", "helpdesk"):
            assert caution.over in told[name]
            assert caution.text not in told[name]
            assert "The computer is in order" not in told[name]
        assert "the computer is not as usual" in told["helpdesk"]
        remediation.request_revert(actor=people["helpdesk"], job=job)
        work()
        job.refresh_from_db()
        assert job.state == JobState.REVERTED
        for name, text in pages_of(case, people).items():
            assert "is in force on" not in text
            assert caution.over in text or name == "board", "who was warned is told, also after the undo"

    def test_that_is_overdue_is_said_to_be(self, case: Case, job: Job, people: dict[str, Person]) -> None:
        Job.objects.filter(pk=job.pk).update(undo_at=timezone.now() - dt.timedelta(minutes=5))
        for text in pages_of(case, people).values():
            assert "is in force on" not in text
        assert job.host_undo == Job.HostUndo.ARMED, "the computer itself may have put it back"
        assert "Whether it is back is not known" in pages_of(case, people)["employee"]
        Job.objects.filter(pk=job.pk).update(host_undo=Job.HostUndo.LOST)
        assert "That is not done yet" in pages_of(case, people)["employee"]
        asked: dict[str, Any] = {"host": job.host, "plan": job.plan, "origin": job, "requester": job.requester}
        undo = Job.objects.create(kind=Job.Kind.REVERT, state=JobState.RUNNING, **asked)
        for state in (JobState.RUNNING, JobState.UNKNOWN):
            Job.objects.filter(pk=undo.pk).update(state=state)
            assert "Whether it is back is not known" in pages_of(case, people)["employee"], state


@pytest.mark.parametrize("faults", ["nla-required", "service-stopped", "drained", "certificate-service-stopped"])
def test_what_was_judged_before_a_change_for_another_case_says_so(
    faults: str, lab: MakeLab, people: dict[str, Person], work: Work
) -> None:
    host = lab(*faults.split()).row
    first, second = (opened(people[one], host, work) for one in ("employee", "helpdesk"))
    readers = {**people, "employee": second.beneficiary}
    said = "This was judged before the portal changed the computer at"
    assert all(said not in text for text in pages_of(second, readers).values())
    changed(first, people["helpdesk"], people["approver"], work)
    told = pages_of(second, readers)
    assert said in told["helpdesk"]
    assert "What we found before the last change" in told["employee"]
    for text in told.values():
        assert "From here the computer answers all the way" not in text
        assert "The computer is in order" not in text
    cases.check_computer_again(actor=people["helpdesk"], case=Case.objects.get(pk=second.pk))
    work()
    assert said not in pages_of(second, readers)["helpdesk"]


class TestTheBoard:
    SAID = "Repaired and proved; the person says: same error"

    def row(self, case: Case, helpdesk: Person) -> str:
        return Reader.of(helpdesk).get(f"/board?q={case.pk}").text

    def says_same_error(self, case: Case, work: Work) -> None:
        page = Reader.of(case.beneficiary).get(f"/cases/{case.pk}")
        Reader.of(case.beneficiary).send(page, "answer", value="no_change")
        work()

    def test_says_same_error_only_of_the_latest_proved_change(
        self, lab: MakeLab, people: dict[str, Person], work: Work
    ) -> None:
        case = opened(people["employee"], lab("security-layer-rdp", "nla-required").row, work)
        assert changed(case, people["helpdesk"], people["approver"], work).action == "require-tls"
        assert self.SAID not in self.row(case, people["helpdesk"])
        self.says_same_error(case, work)
        assert self.SAID in self.row(case, people["helpdesk"])
        assert changed(case, people["helpdesk"], people["approver"], work).action == "lift-nla"
        assert self.SAID not in self.row(case, people["helpdesk"]), "nobody has said anything since"
