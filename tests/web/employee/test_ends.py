"""Each bad end of a fix has its own title, says whether anything was changed, and who acts next."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work
from tests.support import replace_everywhere
from tests.web.employee.pages import Page, Reader, case_of
from tests.web.helpdesk.conftest import hear_nothing
from troubleshoot import hosts, operations, remediation, remote
from troubleshoot.audit import Machine
from troubleshoot.engine import RefusalCode
from troubleshoot.hosts import change_visits
from troubleshoot.models import Case, Job, JobState, Person
from troubleshoot.remediation import execution as changes
from troubleshoot.remote import VisitResult
from troubleshoot.remote.envelope import ItemError
from troubleshoot.web.case_parts import CaseRecord
from troubleshoot.web.employee.case_page import EmployeeCasePage

TESTER = Machine("cli", "tests")


@pytest.fixture
def reader(employee: Person) -> Reader:
    return Reader.of(employee)


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    return lab("certificate-service-stopped", name="ACC-07")


@pytest.fixture
def agreed(reader: Reader, host: Registered, work: Work) -> Page:
    """The page of a fix that the person has agreed to and that has not begun."""
    page = reader.opens(host)
    work()
    page = reader.send(reader.get(page.url), "plan")
    work()
    return reader.send(reader.get(page.url), "fix")


def before_the_check(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Lets something happen between a change and its check."""
    verify = remediation.verify_change

    def wrapped(job: Job, *, worker: Machine) -> None:
        happens()
        verify(job, worker=worker)

    replace_everywhere(monkeypatch, changes, "verify_change", wrapped)


def test_that_no_worker_took_is_not_told_as_undecided(agreed: Page, reader: Reader) -> None:
    Job.objects.filter(state=JobState.QUEUED).update(expires_at="2026-01-01T00:00:00Z")
    operations.sweep()
    page = reader.get(agreed.url)
    assert page.title == "Not begun in time"
    assert "The portal did not come to it in time." in page.text
    assert "decided" not in page.text.split("Helpdesk has your case")[0]


def test_drifted(agreed: Page, reader: Reader, host: Registered, work: Work) -> None:
    with host.lab.state.changing() as document:
        document["services"]["SessionEnv"]["start_mode"] = "Auto"
    work()
    page = reader.get(agreed.url)
    assert page.title == "Someone else changed ACC-07 meanwhile"
    assert "Nothing was changed by us." in page.text
    assert "Helpdesk decides what comes next. You need not do anything." in page.text


def test_refused(agreed: Page, reader: Reader, host: Registered, work: Work) -> None:
    hosts.change_host(actor=TESTER, host=host.row, mode="diagnose_only")
    work()
    page = reader.get(agreed.url)
    assert page.title == "The fix does not fit ACC-07"
    assert "Nothing was changed." in page.text
    assert "Helpdesk has it, with the reason." in page.text
    assert "registered as diagnose only" in page.text


def test_unreachable_can_be_tried_again_once(agreed: Page, reader: Reader, host: Registered, work: Work) -> None:
    def silent(how: str) -> None:
        with host.lab.state.changing() as document:
            document["network"]["winrm"] = how

    silent("refused")
    work()
    page = reader.get(agreed.url)
    assert page.title == "ACC-07 stopped answering before we began"
    assert "Nothing was changed." in page.text
    silent("open")
    again = reader.send(page, "again")
    assert again.title == "Checking ACC-07"
    work()
    page = reader.send(reader.get(page.url), "plan")
    work()
    page = reader.send(reader.get(page.url), "fix")
    silent("refused")
    work()
    page = reader.get(page.url)
    assert page.title == "ACC-07 stopped answering before we began"
    assert not re.search(r"Try again\s*</button>", page.source), "after two tries it is helpdesk's"


def test_failed(agreed: Page, reader: Reader, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(*given: Any, **more: Any) -> VisitResult:
        return VisitResult(
            "failed",
            before=({"usable": False}, {}),
            after=({"usable": True}, {}),
            written=(0,),
            errors=(ItemError(1, "write", "no"),),
        )

    replace_everywhere(monkeypatch, change_visits, "carry_out_plan", half)
    work()
    page = reader.get(agreed.url)
    assert page.title == "ACC-07 refused one step"
    assert "Changed before that, and still changed: Remote Desktop certificate." in page.text
    assert "Helpdesk has it, marked urgent" in page.text


def test_unknown(agreed: Page, reader: Reader, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*given: Any, **more: Any) -> VisitResult:
        raise remote.ContactLost(RefusalCode.VISIT_BROKEN_OFF, "receive", mode="apply", kind="TimeoutError")

    replace_everywhere(monkeypatch, change_visits, "carry_out_plan", lost)
    work()
    page = reader.get(agreed.url)
    assert page.title == "We lost contact while changing ACC-07"
    assert "We do not know whether it was done, and we do not repeat it." in page.text
    assert "We ask ACC-07 ourselves what became of it" in page.text
    assert page.live
    assert "case-stop" not in page.source
    assert case_of(page).need == ""
    hear_nothing(Job.objects.get(state=JobState.UNKNOWN))
    page = reader.get(agreed.url)
    assert "Helpdesk looks at ACC-07 and decides" in page.text
    assert "asks again by itself" in page.text
    assert case_of(page).need == Case.Need.DECIDE


def test_not_verified(
    agreed: Page, reader: Reader, host: Registered, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil() -> None:
        with host.lab.state.changing() as document:
            document["network"]["rdp"] = "closed_before_confirm"

    before_the_check(monkeypatch, spoil)
    monkeypatch.setattr(changes, "_take_back", lambda *_: None)
    work()
    page = reader.get(agreed.url)
    assert page.title == "Done, but it still does not answer properly"
    assert "Check from outside" in page.text
    assert "closes the connection before the first reply" in page.text


def test_that_comes_between_two_reads_of_a_page_is_seen_as_a_whole(
    agreed: Page, host: Registered, employee: Person, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts.change_host(actor=TESTER, host=host.row, mode="diagnose_only")
    replay, seen = CaseRecord._replay, []

    def slow(self: CaseRecord) -> None:
        replay(self)
        seen.append(self.walk.at.name)
        if len(seen) == 1:
            work()

    monkeypatch.setattr(CaseRecord, "_replay", slow)
    page = EmployeeCasePage(case_of(agreed), employee)
    assert (page.title, seen) == ("The fix does not fit ACC-07", ["renew", "fix_unavailable"])


class TestADangerousFix:
    @pytest.fixture
    def waiting(self, lab: MakeLab, reader: Reader, helpdesk: Person, work: Work) -> Page:
        page = reader.opens(lab("nla-required", name="ACC-12"))
        work()
        reader.post(f"{page.url}/help")
        case = case_of(page)
        assert case.host
        remediation.request_plan(
            actor=helpdesk, host=case.host, action="lift-nla", case=case, reason="the trust is broken"
        )
        work()
        return reader.get(page.url)

    def test_waits_for_a_second_person_and_says_so(self, waiting: Page) -> None:
        assert "Waiting for a second person's approval." in waiting.text
        assert waiting.live

    def test_that_is_declined_shows_the_reason(self, waiting: Page, reader: Reader, approver: Person) -> None:
        job = Job.objects.get(state=JobState.WAITING_APPROVAL)
        remediation.decline_plan(actor=approver, job=job, reason="Use a local account")
        page = reader.get(waiting.url)
        assert page.title == "Not approved"
        assert "The reason: Use a local account" in page.text
        assert "Helpdesk has your case and decides what comes next." in page.text

    def test_that_nobody_decided_in_time_says_so(self, waiting: Page, reader: Reader) -> None:
        Job.objects.filter(state=JobState.WAITING_APPROVAL).update(expires_at="2026-01-01T00:00:00Z")
        operations.sweep()
        page = reader.get(waiting.url)
        assert page.title == "Nobody decided in time"
        assert "Nothing was changed." in page.text
