"""What becomes of a case's jobs when it closes: nothing begins to change a computer for a case that is over."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tests.bench_pages import bulk
from tests.fixtures.computers import MakeLab, computer
from tests.fixtures.steps import ERROR, Work, asked, at, opened, planned
from tests.support import replace_everywhere
from tests.web.helpdesk.conftest import Browser, lose_contact, text_of
from tests.web.helpdesk.one_status import Pages
from troubleshoot import cases, catalog, diagnosis, hosts, jobs, operations, remediation, wording
from troubleshoot.engine import NoticeCode, plan_to_document
from troubleshoot.models import (
    ACTIVE_STATES,
    WAITING_STATES,
    Answer,
    Case,
    Entry,
    Host,
    Job,
    JobState,
    Notice,
    Person,
    Plan,
    Site,
)
from troubleshoot.remediation import request_plan
from troubleshoot.templatetags.moments import moment

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
    # An undo is about the computer: a change is in force on it, whatever has become of the case. Only helpdesk's own
    # word takes back one that somebody asked for.
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
        with transaction.atomic():
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
        with transaction.atomic():
            diagnosis.keep_status_again(room.case.pk, actor=employee)
        way(room)
        room.case.refresh_from_db()
        job.refresh_from_db()
        closes = may_close(way, kind, state)
        found[kind, state, starter] = (room.case.closed_at is not None, job.state, wording.explained(job.explanation))
        desk = way in {solved, sent_on} and kind == "revert" and state in WAITING_STATES
        gone = closes and (after == GONE or (desk and not (state == S.QUEUED and not starter)))
        said = "Taken back, because the case was closed" if gone else ""
        wanted[kind, state, starter] = (closes, GONE if gone else state, said)
    assert found == wanted


def may_close(way: Callable[[Room], None], kind: str, state: JobState) -> bool:
    """Whether this way of closing a case is open while it has such a job."""
    if way is unconfirmed:
        return kind == "diagnose"  # it waits for the person's word alone
    if kind not in {"apply", "revert"}:
        return True
    if way is withdrawn:
        return kind == "apply" and state not in BEGUN
    if way is works:
        return kind == "apply" and state in WAITING_STATES
    return state not in ACTIVE_STATES


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
            said = Browser(helpdesk).post(f"/desk/cases/{job.case_id}/close", solved="yes")
            assert "A change is being made on the computer." in said
            self.closed(job)
            return observe(*args, **more)

        replace_everywhere(monkeypatch, hosts, "observe", close_meanwhile)
        operations.run_job(job.pk)
        job.refresh_from_db()
        assert (job.state, wording.explained(job.explanation)) == (S.REFUSED, "This case is closed.")
        assert (job.started_at, job.approvals.get().used_at) == (None, None)


@pytest.fixture
def solved_case(lab: MakeLab, employee: Person, helpdesk: Person, work: Work) -> Case:
    """A case that helpdesk closed after a change that is in force."""
    case = asked(employee, lab("security-layer-rdp").row, work)
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work, why="It is needed"))
    work()
    cases.close_case(actor=helpdesk, case=Case.objects.get(pk=case.pk), solved=True)
    return Case.objects.get(pk=case.pk)


def test_an_undo_that_is_asked_for_opens_the_case_again_and_belongs_to_its_round(
    solved_case: Case, employee: Person, helpdesk: Person, approver: Person, work: Work
) -> None:
    case, desk, job = solved_case, Browser(helpdesk), Job.objects.get(kind="apply")
    desk.post(f"/desk/cases/{case.pk}/revert", job=job.pk, why="a thin client needs it")
    undo = Job.objects.get(origin=job)
    assert undo.plan
    pages = Pages(case, helpdesk, employee)
    assert (pages.look().actor, pages.on_the_board) == ("approver", ["others"])
    Browser(approver).post(f"/approvals/{undo.pk}/approve", digest=undo.plan.digest)
    desk.post(f"/desk/cases/{case.pk}/start", job=undo.pk)
    assert pages.look().actor == "portal"
    work()
    job.refresh_from_db()
    assert job.state == S.REVERTED
    assert (pages.look().actor, pages.on_the_board) == ("helpdesk", ["you"])
    for page in (pages.look().desk, pages.own):
        assert "<h1>It was put back as it was</h1>" in page.html
        assert "Solved" not in text_of(page.html).replace("Solved Not solved, sent on", "")
    case.refresh_from_db()
    assert (case.round, case.outcome, case.owner) == (1, "", helpdesk)
    assert Entry.objects.filter(tag="case:reopen").count() == 1
    (told,) = [one for one in Notice.objects.filter(person=employee) if one.code == NoticeCode.CASE_UNDO]
    assert "Hanna puts the change back" in wording.notice_words(told)


def test_an_undo_that_the_portal_promised_opens_nothing_and_every_page_says_when_it_was(
    solved_case: Case, employee: Person, helpdesk: Person, work: Work
) -> None:
    pages, job = Pages(solved_case, helpdesk, employee), Job.objects.get(kind="apply")
    Job.objects.filter(pk=job.pk).update(undo_at=job.created_at)
    operations.sweep()
    assert Job.objects.get(origin=job).state == S.QUEUED
    assert pages.look().actor == "portal"
    for page in (pages.desk, pages.own):
        assert "The portal has not begun to put the change back." in text_of(page.html), "no worker lives"
        assert "pen again" not in text_of(page.html)
    assert "Closed; the portal is not done with the computer" in pages.own.get("/cases")
    work()
    solved_case.refresh_from_db()
    assert solved_case.closed_at is not None
    assert pages.look().actor == "nobody"
    ended = Job.objects.get(origin=job).ended_at
    assert ended
    for page in (pages.look().desk, pages.own):
        text = text_of(page.html)
        assert "The change was made for a time, which is over, so it was put back." in text
        assert f"Put back {text_of(moment(ended))} ." in text


def test_a_case_that_was_closed_with_an_end_unknown_goes_on_saying_so(
    lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = asked(employee, lab("certificate-service-stopped").row, work)
    lose_contact(planned(helpdesk, case, work), helpdesk)
    Browser(helpdesk).post(f"/desk/cases/{case.pk}/close", solved="yes")
    pages = Pages(case, helpdesk, employee).look()
    assert Case.objects.get(pk=case.pk).closed_at is not None
    assert pages.actor == "helpdesk"
    for page in (pages.desk, pages.own):
        assert "How a change ended is not known. Helpdesk looks after the computer: it is held" in text_of(page.html)
        assert "Nothing: this case is solved" not in text_of(page.html)
    for there in (pages.own.get("/cases"), pages.board.get(f"/board?q={case.pk}")):
        assert "Closed; helpdesk looks after the computer" in there
    assert "How a change ended is not known." in pages.desk.get(f"/desk/cases/{case.pk}/text")


def test_a_running_change_leaves_helpdesk_no_way_to_close(
    lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = asked(employee, lab("certificate-service-stopped").row, work)
    job = planned(helpdesk, case, work)
    jobs.start_job(actor=helpdesk, job=job)
    desk = Browser(helpdesk)
    desk.get(f"/desk/cases/{case.pk}")
    assert "Close the case" in desk.html
    Job.objects.filter(pk=job.pk).update(state=S.RUNNING, fence=1)
    assert "Close the case" not in desk.get(f"/desk/cases/{case.pk}")
    assert "A change is being made on the computer." in desk.post(f"/desk/cases/{case.pk}/close", solved="yes")
    assert Case.objects.get(pk=case.pk).closed_at is None


def test_a_case_that_was_closed_with_a_fix_waiting_is_not_called_verified(
    lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = asked(employee, lab("certificate-service-stopped").row, work)
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
    Browser(helpdesk).post(f"/desk/cases/{case.pk}/close", solved="yes")
    own = Browser(employee).get(f"/cases/{case.pk}")
    assert "Verified, not confirmed" not in own
    assert "nobody said whether it works for you" not in own
