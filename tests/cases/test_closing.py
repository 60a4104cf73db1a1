"""What becomes of a case's jobs when it closes: nothing begins to change a computer for a case that is over."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from tests.bench_pages import bulk
from tests.fixtures.computers import MakeLab, computer
from tests.fixtures.steps import ERROR, Work, asked, at, opened, planned
from tests.support import replace_everywhere
from tests.web.helpdesk.conftest import Browser
from troubleshoot import cases, catalog, diagnosis, hosts, jobs, operations, remediation, wording
from troubleshoot.engine import plan_to_document
from troubleshoot.models import ACTIVE_STATES, Answer, Case, Host, Job, JobState, Person, Plan, Site
from troubleshoot.remediation import request_plan

ACTION = "renew-rdp-certificate"
S = JobState
GONE, STAYS = S.CANCELLED, None
#: Kind, state, who started it ("": nobody) → where it stands once the case is closed.
JOBS: dict[tuple[str, JobState, str], JobState | None] = {
    ("diagnose", S.QUEUED, ""): GONE,
    ("diagnose", S.CLAIMED, ""): STAYS,
    ("plan", S.QUEUED, ""): GONE,
    ("plan", S.CLAIMED, ""): STAYS,
    ("check_by_hand", S.QUEUED, ""): GONE,
    ("check_by_hand", S.CLAIMED, ""): STAYS,
    ("apply", S.PLANNED, ""): GONE,
    ("apply", S.WAITING_APPROVAL, ""): GONE,
    ("apply", S.APPROVED, ""): GONE,
    ("apply", S.QUEUED, "helpdesk"): GONE,
    ("apply", S.CLAIMED, "helpdesk"): STAYS,
    ("apply", S.STARTING, "helpdesk"): STAYS,
    ("apply", S.RUNNING, "helpdesk"): STAYS,
    ("apply", S.VERIFYING, "helpdesk"): STAYS,
    ("apply", S.UNKNOWN, "helpdesk"): STAYS,
    # An undo is about the computer: a change is in force on it, whatever has become of the case.
    ("revert", S.WAITING_APPROVAL, ""): STAYS,
    ("revert", S.APPROVED, ""): STAYS,
    ("revert", S.QUEUED, "helpdesk"): STAYS,
    ("revert", S.QUEUED, ""): STAYS,  # the portal has promised it
    ("revert", S.CLAIMED, "helpdesk"): STAYS,
    ("revert", S.RUNNING, "helpdesk"): STAYS,
}
#: While a change may move the computer, the person does not withdraw, and the keeper closes nothing.
BEGUN = {S.QUEUED, S.UNKNOWN, *ACTIVE_STATES}


class Room:
    """One case that waits for the person's word after a proved fix, and those who may end it."""

    def __init__(self, site: Site, employee: Person, helpdesk: Person) -> None:
        self.employee, self.helpdesk = employee, helpdesk
        self.host = computer(f"PC-{Host.objects.count()}", site, employee)
        Host.objects.filter(pk=self.host.pk).update(mode=Host.Mode.CHANGES_ALLOWED)
        self.host.refresh_from_db()
        self.case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=self.host)
        self.case.jobs.update(state=S.DONE, ended_at=timezone.now())
        wish = catalog.installed_catalog().actions[ACTION]
        document = bulk.plan_of(wish)
        self.plan = Plan.objects.create(
            host=self.host, action=ACTION, document=plan_to_document(document), digest=document.digest
        )
        self.fixed = self.job("apply", S.VERIFIED, started_at=timezone.now(), ended_at=timezone.now())
        self._walk()

    def job(self, kind: str, state: JobState, **fields: Any) -> Job:
        """A job of the case, as a row."""
        if kind in {"apply", "revert"}:
            fields = {"plan": self.plan, **fields}
        return Job.objects.create(
            kind=kind,
            host=self.host,
            case=self.case,
            action="" if kind == "diagnose" else ACTION,
            requester=self.helpdesk,
            beneficiary=self.employee,
            state=state,
            **fields,
        )

    def _walk(self) -> None:
        """Answer as a journey of the guide has it, up to the question whether the fix helped."""
        guide = diagnosis.case_guide(self.case)
        journey = next(
            one
            for example in guide.examples
            for one in example.journeys()
            if (example.start or guide.start) == guide.start and _to_confirm(guide, one)
        )
        for number, (step, value) in enumerate(_to_confirm(guide, journey), start=1):
            fix = guide.steps[step].kind == "fix"
            Answer.objects.create(
                case=self.case,
                number=number,
                step=step,
                value=value,
                source="fix" if fix else "reading",
                job=self.fixed if fix else None,
                at=timezone.now() - dt.timedelta(days=2),
            )
        diagnosis.keep_status_again(self.case.pk, actor=self.employee)
        self.case.refresh_from_db()
        assert self.case.matter == "confirm"


def _to_confirm(guide: Any, journey: dict[str, str]) -> list[tuple[str, str]]:
    """The answers of a journey up to the first question after a verified fix; none where it has no such question."""
    names = list(journey)
    for place, name in enumerate(names[1:], start=1):
        before = names[place - 1]
        fixed = guide.steps[before].kind == "fix" and journey[before] == "verified"
        if fixed and guide.steps[name].kind == "try" and guide.steps[name].to.get("worked"):
            return [(one, journey[one]) for one in names[:place]]
    return []


def withdrawn(room: Room) -> None:
    Browser(room.employee).post(f"/cases/{room.case.pk}/withdraw")


def solved(room: Room) -> None:
    Browser(room.helpdesk).post(f"/desk/cases/{room.case.pk}/close", solved="yes")


def sent_on(room: Room) -> None:
    Browser(room.helpdesk).post(f"/desk/cases/{room.case.pk}/close", solved="no", sent_to="the directory team")


def unconfirmed(_room: Room) -> None:
    operations.sweep()


def works(room: Room) -> None:
    Browser(room.employee).post(f"/cases/{room.case.pk}/answer", step=room.case.at_step, value="worked", round=1)


WAYS: list[Callable[[Room], None]] = [withdrawn, solved, sent_on, unconfirmed, works]


@pytest.mark.parametrize("way", WAYS)
def test_what_waits_ends_with_its_case_but_an_undo(
    way: Callable[[Room], None], north: Site, employee: Person, helpdesk: Person
) -> None:
    later = timezone.now() + dt.timedelta(hours=1)
    found, wanted = {}, {}
    for (kind, state, starter), after in JOBS.items():
        room = Room(north, employee, helpdesk)
        fields: dict[str, Any] = {"starter": helpdesk if starter else None}
        fields |= {"origin": room.fixed} if kind == "revert" else {}
        job = room.job(kind, state, expires_at=later, ring_at=later, lease_until=later, **fields)
        diagnosis.keep_status_again(room.case.pk, actor=employee)
        way(room)
        room.case.refresh_from_db()
        job.refresh_from_db()
        closes = may_close(way, kind, state)
        found[kind, state, starter] = (room.case.closed_at is not None, job.state, wording.explained(job.explanation))
        gone = closes and after == GONE
        said = "Taken back, because the case was closed" if gone else ""
        wanted[kind, state, starter] = (closes, GONE if gone else state, said)
    assert found == wanted


def may_close(way: Callable[[Room], None], kind: str, state: JobState) -> bool:
    """Whether this way of closing a case is open while it has such a job."""
    if way is unconfirmed:
        return kind == "diagnose"  # it waits for the person's word alone
    return way is not withdrawn or kind not in {"apply", "revert"} or state not in BEGUN


class TestAPlanThatIsAskedFor:
    """The reading for it waits or runs while the case closes."""

    def test_ends_with_the_case(self, lab: MakeLab, employee: Person, work: Work) -> None:
        case = opened(employee, lab("expired-certificate").row, work)
        mine = Browser(employee)
        mine.post(f"/cases/{case.pk}/plan")
        mine.post(f"/cases/{case.pk}/withdraw")
        work()
        assert [(job.kind, job.state) for job in case.jobs.exclude(kind="diagnose")] == [("plan", S.CANCELLED)]
        case.refresh_from_db()
        mine.post(f"/cases/{case.pk}/again", round=case.round)
        case.refresh_from_db()
        assert case.closed_at is None

    def test_offers_nothing_where_the_reading_had_begun(
        self, lab: MakeLab, employee: Person, helpdesk: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host = lab("expired-certificate").row
        case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=host)
        operations.run_job(case.jobs.get().pk)
        reading = request_plan(actor=employee, host=host, action=at(case), case=case)
        observe = hosts.observe

        def close_meanwhile(*args: Any, **more: Any) -> Any:
            Browser(helpdesk).post(f"/desk/cases/{case.pk}/close", solved="yes")
            return observe(*args, **more)

        replace_everywhere(monkeypatch, hosts, "observe", close_meanwhile)
        operations.run_job(reading.pk)
        reading.refresh_from_db()
        assert (reading.state, wording.explained(reading.explanation)) == (S.REFUSED, "This case is closed.")
        assert not case.jobs.filter(kind="apply").exists()


class TestAChangeOfAClosedCase:
    @pytest.fixture
    def job(self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work) -> Job:
        case = asked(employee, lab("certificate-service-stopped").row, work)
        Host.objects.update(critical=True)
        return planned(helpdesk, case, work, why="It is needed")

    def closed(self, job: Job) -> Job:
        """As if it had been missed when the case closed."""
        assert job.case
        Case.objects.filter(pk=job.case.pk).update(closed_at=timezone.now(), outcome=Case.Outcome.WITHDRAWN)
        return Job.objects.select_related("case", "plan", "host__site", "requester").get(pk=job.pk)

    def test_is_not_voted_on(self, job: Job, approver: Person) -> None:
        job, boss = self.closed(job), Browser(approver)
        assert job.plan
        assert "This case is closed." in boss.post(f"/approvals/{job.pk}/approve", digest=job.plan.digest)
        assert "This case is closed." in boss.post(f"/approvals/{job.pk}/decline", why="no")
        assert "This case is closed." in boss.post(f"/approvals/{job.pk}/ask", text="why?")
        assert not job.approvals.exists()

    def test_is_not_started(self, job: Job, approver: Person, helpdesk: Person) -> None:
        assert job.plan
        remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)
        job = self.closed(job)
        assert "This case is closed." in Browser(helpdesk).post(f"/desk/cases/{job.case_id}/start", job=job.pk)
        job.refresh_from_db()
        assert job.state == S.APPROVED

    def test_is_refused_by_the_worker_that_had_claimed_it(
        self, job: Job, approver: Person, helpdesk: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert job.plan
        remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)
        jobs.start_job(actor=helpdesk, job=job)
        observe = hosts.observe

        def close_meanwhile(*args: Any, **more: Any) -> Any:
            Browser(helpdesk).post(f"/desk/cases/{job.case_id}/close", solved="yes")
            return observe(*args, **more)

        replace_everywhere(monkeypatch, hosts, "observe", close_meanwhile)
        operations.run_job(job.pk)
        job.refresh_from_db()
        assert (job.state, wording.explained(job.explanation)) == (S.REFUSED, "This case is closed.")
        assert (job.started_at, job.approvals.get().used_at) == (None, None)


def test_an_undo_may_be_asked_for_and_runs_after_the_case_is_closed(
    lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, work: Work
) -> None:
    case = asked(employee, lab("security-layer-rdp").row, work)
    job = planned(helpdesk, case, work, why="It is needed")
    jobs.start_job(actor=helpdesk, job=job)
    work()
    cases.close_case(actor=helpdesk, case=Case.objects.get(pk=case.pk), solved=True)
    desk = Browser(helpdesk)
    desk.post(f"/desk/cases/{case.pk}/revert", job=job.pk, why="a thin client needs it")
    undo = Job.objects.get(origin=job)
    assert undo.plan
    Browser(approver).post(f"/approvals/{undo.pk}/approve", digest=undo.plan.digest)
    desk.post(f"/desk/cases/{case.pk}/start", job=undo.pk)
    work()
    job.refresh_from_db()
    assert job.state == S.REVERTED
