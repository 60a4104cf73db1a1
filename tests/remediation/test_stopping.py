"""A change that somebody wants stopped after it has begun: its computer decides by one file whether it can be."""

import json
import threading
from typing import Any

import pytest

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened, planned
from tests.remediation.test_remedies import listener
from troubleshoot import hosts, jobs, operations, remediation, wording
from troubleshoot.engine import Code, Refusal, RefusalCode
from troubleshoot.hosts import visits
from troubleshoot.models import Entry, Host, Job, JobState, Person, Site
from troubleshoot.people import PermissionRefused
from troubleshoot.remediation import stopping
from troubleshoot.remote import Ending, VisitProgress

LONG_AGO = "2026-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a change is still wanted is looked at more often than a person would notice."""
    monkeypatch.setattr(stopping, "EVERY", 0.05)


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    return lab("security-layer-rdp")


@pytest.fixture
def change(host: Registered, employee: Person, helpdesk: Person, work: Work) -> Job:
    """A queued change of low risk."""
    job = planned(helpdesk, opened(employee, host.row, work), work)
    jobs.start_job(actor=helpdesk, job=job)
    return Job.objects.select_related("host__site", "case", "plan", "beneficiary").get(pk=job.pk)


def slow_to_read(host: Registered, seconds: float = 1.5) -> None:
    with host.lab.state.changing() as document:
        document["slow"] = {"rdp-listener": seconds}


def slow_to_write(host: Registered, seconds: float = 1.5) -> None:
    with host.lab.state.changing() as document:
        document["powershell"]["write_seconds"] = seconds


def run_and(job: Job, when: Any, happens: Any) -> Job:
    """Run a job in a thread of its own, and let something happen once `when` says so."""
    running = threading.Thread(target=operations.run_job, args=(job.pk,))
    running.start()
    try:
        while running.is_alive() and not when():
            running.join(0.02)
        happens()
    finally:
        running.join()
    return again(job)


def again(job: Job) -> Job:
    return Job.objects.select_related("host__site", "case", "plan", "beneficiary", "stopper").get(pk=job.pk)


def in_state(job: Job, *states: JobState) -> Any:
    return lambda: Job.objects.filter(pk=job.pk, state__in=states).exists()


def codes(job: Job) -> list[Code]:
    return [line.explanation.code for line in job.lines.order_by("pk")]


class TestAChangeThatSomebodyWantsStopped:
    def test_while_it_reads_ends_cancelled_and_nothing_was_written(
        self, change: Job, host: Registered, helpdesk: Person
    ) -> None:
        slow_to_read(host)
        job = run_and(
            change, in_state(change, JobState.RUNNING), lambda: jobs.cancel_job(actor=helpdesk, job=again(change))
        )
        assert (job.state, listener(host.document, "SecurityLayer")) == (JobState.CANCELLED, 0)
        assert job.explanation is not None
        assert wording.explained(job.explanation) == (
            f"{helpdesk} stopped it before anything was written. Nothing was changed."
        )
        assert host.document["runs"][str(job.attempt)].get("tombstone") is True
        assert host.document["reports"] == {}
        assert (job.stopper, Code.STOP_WANTED in codes(job), Code.STOP_TOO_LATE in codes(job)) == (
            helpdesk,
            True,
            False,
        )

    def test_while_it_writes_goes_on_to_its_end_and_says_so(
        self, change: Job, host: Registered, helpdesk: Person
    ) -> None:
        slow_to_write(host)
        job = run_and(
            change, lambda: bool(host.document["runs"]), lambda: jobs.cancel_job(actor=helpdesk, job=again(change))
        )
        assert (job.state, listener(host.document, "SecurityLayer")) == (JobState.VERIFIED, 2)
        assert codes(job).count(Code.STOP_TOO_LATE) == 1
        assert list(host.document["reports"]) == [str(job.attempt)]

    @pytest.mark.parametrize("stage", ["", "read", "write", "check"])
    def test_is_either_cancelled_or_made_whenever_the_computer_is_told(
        self, change: Job, host: Registered, helpdesk: Person, monkeypatch: pytest.MonkeyPatch, stage: str
    ) -> None:
        carry_out, told = hosts.carry_out_plan, list[str]()

        def tell() -> None:
            job = again(change)
            jobs.cancel_job(actor=helpdesk, job=job)
            asked: dict[str, Any] = {"attempt": job.attempt_id, "job": job.pk, "case": job.case_id}
            found = hosts.cancel_attempt(job.host, remediation.job_plan(job), ending=Ending(), **asked)
            told.append(found.attempt.state if found.attempt else "")

        def carried_out(*given: Any, on_progress: Any, **options: Any) -> Any:
            def told_at(step: VisitProgress) -> None:
                on_progress(step)
                if step.stage == stage and not told:
                    tell()

            if not stage:
                tell()
            return carry_out(*given, on_progress=told_at, **options)

        monkeypatch.setattr(hosts, "carry_out_plan", carried_out)
        operations.run_job(change.pk)
        job, written = again(change), listener(host.document, "SecurityLayer") == 2
        assert (job.state, written) == ((JobState.CANCELLED, False) if told == ["never"] else (JobState.VERIFIED, True))
        assert stage or told == ["never"]

    def test_before_it_starts_is_let_be_and_the_computer_hears_nothing(
        self, change: Job, host: Registered, employee: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from_outside = visits.observe_from_outside

        def observed(*given: Any, **options: Any) -> Any:
            if in_state(change, JobState.CLAIMED)():
                jobs.cancel_job(actor=employee, job=again(change))
            return from_outside(*given, **options)

        monkeypatch.setattr(visits, "observe_from_outside", observed)
        operations.run_job(change.pk)
        job = again(change)
        assert (job.state, job.started_at, host.document["runs"]) == (JobState.CANCELLED, None, {})

    def test_is_not_tried_again_where_the_computer_is_silent(
        self, change: Job, host: Registered, helpdesk: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with host.lab.state.changing() as document:
            document["network"]["winrm"] = "refused"
        carry_out = hosts.carry_out_plan

        def asked(*given: Any, **options: Any) -> Any:
            jobs.cancel_job(actor=helpdesk, job=again(change))
            return carry_out(*given, **options)

        monkeypatch.setattr(hosts, "carry_out_plan", asked)
        operations.run_job(change.pk)
        job = again(change)
        assert (job.state, job.tries, host.document["runs"]) == (JobState.CANCELLED, 0, {})

    def test_whose_worker_died_before_the_start_is_not_given_to_another(self, change: Job, helpdesk: Person) -> None:
        Job.objects.filter(pk=change.pk).update(state=JobState.CLAIMED, lease_until=LONG_AGO)
        jobs.cancel_job(actor=helpdesk, job=again(change))
        operations.sweep()
        assert again(change).state == JobState.CANCELLED

    def test_is_told_once_however_often_it_is_wanted_and_each_wish_is_recorded_once(
        self, change: Job, helpdesk: Person, employee: Person
    ) -> None:
        Job.objects.filter(pk=change.pk).update(state=JobState.RUNNING)
        for one in (helpdesk, employee, helpdesk):
            jobs.cancel_job(actor=one, job=again(change))
        assert again(change).stopper == helpdesk
        entries = [json.loads(bytes(one.canonical)) for one in Entry.objects.filter(tag="job:cancel")]
        assert [one["details"]["asked_in"] for one in entries] == ["running"]

    def test_at_the_very_moment_of_its_claim_is_stopped_all_the_same(self, change: Job, helpdesk: Person) -> None:
        late = again(change)
        Job.objects.filter(pk=change.pk).update(state=JobState.CLAIMED)
        jobs.cancel_job(actor=helpdesk, job=late)
        assert again(change).stop_asked_at is not None


class TestNobody:
    @pytest.mark.parametrize("state", [JobState.VERIFYING, JobState.VERIFIED, JobState.FAILED])
    def test_stops_what_has_been_written(self, change: Job, helpdesk: Person, state: JobState) -> None:
        Job.objects.filter(pk=change.pk).update(state=state)
        with pytest.raises(Refusal) as refused:
            jobs.cancel_job(actor=helpdesk, job=again(change))
        assert refused.value.code == RefusalCode.HAS_BEGUN
        assert again(change).stop_asked_at is None

    def test_of_another_site_stops_a_change(self, change: Job, person: MakePerson, south: Site) -> None:
        Job.objects.filter(pk=change.pk).update(state=JobState.RUNNING)
        with pytest.raises(PermissionRefused):
            jobs.cancel_job(actor=person("Heidi", "helpdesk", site=south), job=again(change))
        assert again(change).stop_asked_at is None


class TestARightThatIsWithdrawn:
    def test_while_a_change_reads_ends_it_refused_and_says_why(self, change: Job, host: Registered) -> None:
        slow_to_read(host)
        job = run_and(
            change,
            in_state(change, JobState.RUNNING),
            lambda: Host.objects.filter(pk=host.row.pk).update(mode=Host.Mode.DIAGNOSE_ONLY),
        )
        assert (job.state, listener(host.document, "SecurityLayer")) == (JobState.REFUSED, 0)
        assert "diagnose only" in wording.explained(job.explanation)

    def test_while_a_change_writes_lets_it_go_on(self, change: Job, host: Registered) -> None:
        slow_to_write(host)
        job = run_and(
            change,
            lambda: bool(host.document["runs"]),
            lambda: Host.objects.filter(pk=host.row.pk).update(mode=Host.Mode.DIAGNOSE_ONLY),
        )
        assert (job.state, listener(host.document, "SecurityLayer")) == (JobState.VERIFIED, 2)
        assert Code.STOP_TOO_LATE in codes(job)
