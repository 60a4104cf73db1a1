"""Histories of a case, as people and a worker make them, without a computer: for what must hold in all of them."""

import contextlib
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from django.db import transaction
from django.db.models.functions import Now

from tests.bench_pages import bulk
from tests.conftest import TESTER
from tests.fixtures.steps import ask_computers
from troubleshoot import cases, catalog, diagnosis, hosts, jobs, people, remediation
from troubleshoot.audit import Tag
from troubleshoot.cases import (
    ask_for_help,
    check_computer_again,
    close_case,
    put_off_remedy,
    read_computer_again,
    send_message,
    withdraw_case,
)
from troubleshoot.diagnosis import status_of
from troubleshoot.engine import (
    CaseActor,
    CaseMatter,
    Explanation,
    Guide,
    Reader,
    Refusal,
    RefusalCode,
    plan_to_document,
)
from troubleshoot.engine.guide import GuideExample
from troubleshoot.engine.status_terms import UNSETTLED
from troubleshoot.models import ACTIVE_STATES, UNDOABLE_STATES, Case, Host, Job, JobState, Person, Plan, Site
from troubleshoot.remote import AttemptState, ContactLost, VisitResult

ERROR = "Error code: 0x904\nExtended error code: 0x7"
#: Where a worker leaves what it was given.
READ_ENDS = (JobState.DONE, JobState.UNREACHABLE, JobState.REFUSED)
CHANGE_ENDS = (
    *(JobState.VERIFIED, JobState.VERIFIED, JobState.NOT_VERIFIED, JobState.FAILED, JobState.UNKNOWN, JobState.DRIFTED),
    *(JobState.UNREACHABLE, JobState.REFUSED),
)
#: The states through which a change comes to its end.
WAYS = {JobState.VERIFIED: 3, JobState.NOT_VERIFIED: 3, JobState.FAILED: 2, JobState.UNKNOWN: 2}
STATIONS = (JobState.STARTING, JobState.RUNNING, JobState.VERIFYING)


class History:
    """One case of an own computer, and everything that can happen to it; what is not possible now changes nothing."""

    def __init__(self, site: Site, employee: Person, helpdesk: Person, approver: Person, *, for_them: bool) -> None:
        self.employee, self.helpdesk, self.approver = employee, helpdesk, approver
        number = Host.objects.count()
        self.host = Host.objects.create(
            name=f"PC-{number:05}", address="127.0.0.1", site=site, owner=employee, lab=True, mode="changes_allowed"
        )
        opener = helpdesk if for_them else employee
        self.case = cases.open_case(actor=opener, beneficiary=employee, error_text=ERROR, host=self.host)
        self.since = self.case.opened_at
        self.acts: dict[str, Callable[[int], object]] = {
            name: getattr(self, name) for name in dir(type(self)) if name.startswith(("desk_", "own_", "worker_"))
        }

    def act(self, name: str, number: int) -> None:
        """Let one thing happen, or nothing where it is not possible."""
        self.case = Case.objects.get(pk=self.case.pk)
        with contextlib.suppress(Refusal, people.PermissionRefused):
            self.acts[name](number)
        self.case = Case.objects.for_status().get(pk=self.case.pk)

    def at_hand(self) -> list[str]:
        """What is likely to happen now: what those who act may press, what the worker has to do, an undo."""
        status = status_of(self.case)
        own = [f"own_{press}" for press in sorted(status.presses[Reader.EMPLOYEE])]
        desk = [f"desk_{press}" for press in sorted(status.presses[Reader.HELPDESK])]
        found = {
            CaseActor.PERSON: own,
            CaseActor.HELPDESK: [*desk, "own_answer", *(("worker_asks",) if status.lost else ())],
            CaseActor.PORTAL: [
                *(self._works(status.work),) * 3,
                "own_help",
            ],
            CaseActor.APPROVER: ["desk_vote", "desk_vote", "worker_expires"],
            CaseActor.NOBODY: ["own_again", "desk_again", "worker_changes"],
        }[status.actor]
        if self.case.closed_at is not None:
            found = ["own_again", "desk_again", "worker_changes", "worker_asks", "desk_settle"]
        undo = ["desk_undo"] if self._changes(*UNDOABLE_STATES) else []
        return [name for name in [*found, *undo] if name in self.acts]

    def _works(self, work: CaseMatter) -> str:
        """What a worker does about what the portal has to do."""
        if work == CaseMatter.SETTLE:
            return "worker_asks"
        return "worker_changes" if work in UNSETTLED else "worker_reads"

    # ------------------------------------------------------------------------------------------------- the person

    def own_answer(self, number: int) -> None:
        at = diagnosis.replay_case(self.case).at
        values = list(at.to) if at.kind in {"ask", "try"} else []
        if values:
            value = values[number % len(values)]
            cases.answer_step(actor=self.employee, case=self.case, step=at.name, value=value)

    def own_help(self, _number: int) -> None:
        ask_for_help(actor=self.employee, case=self.case)

    def own_not_now(self, _number: int) -> None:
        put_off_remedy(actor=self.employee, case=self.case)

    def own_withdraw(self, number: int) -> None:
        if number % 4 == 0:  # seldom: it ends the history
            withdraw_case(actor=self.employee, case=self.case)

    def own_say(self, number: int) -> None:
        send_message(actor=self.employee, case=self.case, text=f"Hello {number}")

    def own_plan(self, _number: int) -> None:
        self._plan(self.employee)

    def own_start(self, _number: int) -> None:
        self._start(self.employee)

    def own_again(self, _number: int) -> None:
        check_computer_again(actor=self.employee, case=self.case)

    def own_done(self, number: int) -> None:
        remediation.report_done_by_hand(
            actor=self.employee, case=self.case, step=self.case.at_step, done=number % 2 == 0
        )

    # --------------------------------------------------------------------------------------------------- helpdesk

    def desk_say(self, number: int) -> None:
        send_message(actor=self.helpdesk, case=self.case, text=f"Yes {number}")

    def desk_plan(self, _number: int) -> None:
        self._plan(self.helpdesk)

    def desk_start(self, _number: int) -> None:
        self._start(self.helpdesk)

    def desk_stop(self, _number: int) -> None:
        if job := self._jobs(JobState.QUEUED, JobState.PLANNED, JobState.WAITING_APPROVAL, JobState.APPROVED):
            jobs.cancel_job(actor=self.helpdesk, job=job)

    def desk_read(self, _number: int) -> None:
        read_computer_again(actor=self.helpdesk, case=self.case)

    def desk_settle(self, number: int) -> None:
        if job := self._changes(JobState.UNKNOWN):
            ends = remediation.settled_ends(job)
            end = ends[number % len(ends)]
            remediation.settle_by_hand(actor=self.helpdesk, job=job, end=end, reason="I looked at it.")

    def desk_again(self, _number: int) -> None:
        check_computer_again(actor=self.helpdesk, case=self.case)

    def desk_undo(self, number: int) -> None:
        """Put the last change back: because somebody asked, or by the portal itself."""
        change = self._changes(*UNDOABLE_STATES)
        if change is None or change.reverts.exclude(state__in=[JobState.CANCELLED, JobState.DRIFTED]).exists():
            return
        actor = self.helpdesk if number % 2 else TESTER
        if number % 2:
            with transaction.atomic():
                diagnosis.open_for_undo(change, self.helpdesk)
        undo = Job.objects.create(
            kind="revert",
            host=self.host,
            case=self.case,
            action=change.action,
            plan=change.plan,
            origin=change,
            requester=self.helpdesk,
            beneficiary=self.employee,
            state=JobState.PLANNED,
        )
        jobs.enqueue_job(undo, actor=actor, said=Explanation.sentence("Undoing"))

    def desk_vote(self, number: int) -> None:
        job = self._jobs(JobState.WAITING_APPROVAL)
        if job and job.plan and number % 2:
            remediation.approve_plan(actor=self.approver, job=job, digest=job.plan.digest)
        elif job:
            remediation.decline_plan(actor=self.approver, job=job, reason="No")

    def desk_close(self, number: int) -> None:
        if number % 4 == 0:
            close_case(actor=self.helpdesk, case=self.case, solved=True)

    # ---------------------------------------------------------------------------------------- the worker, the keeper

    def worker_reads(self, number: int) -> None:
        """End a look with the facts of one of the guide's own journeys."""
        if job := self._claimed("diagnose", "plan", "check_by_hand"):
            end = READ_ENDS[max(number % 6 - 3, 0)] if job.kind != Job.Kind.DIAGNOSE else READ_ENDS[number % 5 // 4]
            if end == JobState.DONE and job.kind == Job.Kind.PLAN:
                self._offer(job)
            facts = self._facts(number) if end == JobState.DONE else {}
            jobs.move_job(job, end, Explanation.sentence("Read"), tag=Tag.JOB_END, actor=TESTER, facts=facts)

    def worker_takes(self, _number: int) -> None:
        """A worker has it, and is not at its end yet."""
        self._claimed("apply", "revert")

    def worker_asks(self, number: int) -> None:
        """Ask the computer what became of a lost change; it is silent, or says anything that it can say."""
        lost = self._jobs(JobState.UNKNOWN, kinds=("apply", "revert"))
        if lost is None:
            return
        before = tuple(dict.fromkeys(item["before"]) for item in (lost.plan or Plan()).document["items"])
        said: list[VisitResult | Exception] = [
            ContactLost(RefusalCode.VISIT_INTERRUPTED, "tcp"),
            VisitResult("identity_changed"),
            VisitResult("done", before=before, attempt=AttemptState("running", before=before)),
            VisitResult("done", before=before, attempt=AttemptState("never")),
            VisitResult("done", before=before, attempt=AttemptState("cut", before=before)),
            VisitResult("done", before=before, attempt=AttemptState("ended", "failed", before, before)),
        ]
        with patch.object(hosts, "settle_attempt", side_effect=[said[number % len(said)]]):
            ask_computers()

    def worker_changes(self, number: int) -> None:
        """End a change in any way in which one can."""
        if checked := self._jobs(JobState.VERIFYING, kinds=("apply", "revert")):
            to = JobState.VERIFIED if number % 2 else JobState.NOT_VERIFIED
            jobs.move_job(checked, to, Explanation.sentence("Checked"), tag=Tag.JOB_END, actor=TESTER)
        if job := self._claimed("apply", "revert"):
            end = CHANGE_ENDS[number % len(CHANGE_ENDS)]
            for station in STATIONS[: WAYS.get(end, 1 if end == JobState.DRIFTED else 0)]:
                began: dict[str, Any] = {"started_at": Now()} if station == JobState.STARTING else {}
                jobs.move_job(job, station, Explanation.sentence(station), tag=Tag.JOB_PROGRESS, actor=TESTER, **began)
            jobs.move_job(job, end, Explanation.sentence("Ended"), tag=Tag.JOB_END, actor=TESTER)
            if job.origin and end == JobState.VERIFIED:
                jobs.move_job(
                    job.origin, JobState.REVERTED, Explanation.sentence("Undone"), tag=Tag.JOB_REVERT, actor=TESTER
                )

    def worker_expires(self, _number: int) -> None:
        """Nobody decided, or no worker came, in time."""
        if job := self._jobs(JobState.QUEUED, JobState.PLANNED, JobState.WAITING_APPROVAL, JobState.APPROVED):
            jobs.move_job(job, JobState.EXPIRED, Explanation.sentence("In time"), tag=Tag.JOB_END, actor=TESTER)

    def _plan(self, actor: Person) -> None:
        at = diagnosis.replay_case(self.case).at
        if at.kind == "fix":
            remediation.request_plan(
                actor=actor, host=self.host, action=at.subject, case=self.case, reason="It is needed"
            )

    def _start(self, actor: Person) -> None:
        if job := self._jobs(JobState.PLANNED, JobState.APPROVED):
            jobs.start_job(actor=actor, job=job)

    def _offer(self, reading: Job) -> None:
        wish = catalog.installed_catalog().actions[reading.action]
        if wish.manual:
            return
        plan = bulk.plan_of(wish)
        row = Plan.objects.create(
            host=self.host, action=wish.name, document=plan_to_document(plan), digest=plan.digest, made_by=reading
        )
        more: dict[str, Any] = {"needs_approval": wish.risk == "dangerous", "self_service": wish.self_service}
        jobs.offer_plan(reading, plan=row, risk=wish.risk, facts={}, signed_in=(), **more)

    def _facts(self, number: int) -> dict[str, Any]:
        guide = catalog.installed_catalog().guides[diagnosis.case_guide(self.case).name]
        journeys = [example for example in guide.examples if not example.start or example.start == guide.start]
        journeys.sort(key=lambda one: not any(guide.steps[name].kind == "fix" for name in one.answers))
        seen = _seen(guide, journeys[number % len(journeys)])
        return {
            name: {"value": seen.get(name, "unknown"), "readings": []} for name in sorted(catalog.all_facts().values)
        }

    def _claimed(self, *kinds: str) -> Job | None:
        job = self._jobs(JobState.QUEUED, *ACTIVE_STATES, kinds=kinds)
        if job and job.state == JobState.QUEUED:
            Job.objects.filter(pk=job.pk).update(state=JobState.CLAIMED, fence=1)
            job.refresh_from_db()
        return job if job and job.state == JobState.CLAIMED else None

    def _changes(self, *states: JobState) -> Job | None:
        return self._jobs(*states, kinds=("apply",))

    def _jobs(
        self, *states: JobState, kinds: tuple[str, ...] = ("diagnose", "plan", "check_by_hand", "apply", "revert")
    ) -> Job | None:
        rows = self.case.jobs.filter(state__in=states, kind__in=kinds)
        related = ("host__site", "plan", "case", "requester", "beneficiary", "origin__case")
        return rows.select_related(*related).order_by("-created_at").first()


def _seen(guide: Guide, example: GuideExample) -> dict[str, str]:
    """The facts of a journey."""
    journey = next(example.journeys())
    return {guide.steps[name].subject: value for name, value in journey.items() if guide.steps[name].kind == "fact"}
