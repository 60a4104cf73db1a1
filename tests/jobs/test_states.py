"""How a job moves: only along its moves, only under its fence, only once."""

import ast
import datetime as dt
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

import troubleshoot
from tests.conftest import TESTER
from troubleshoot import audit, hosts, jobs, people, wording
from troubleshoot.audit import Machine, Tag
from troubleshoot.engine import Explanation, JobKind, JobPhase, JobView
from troubleshoot.jobs import lease_time
from troubleshoot.models import (
    ACTIVE_STATES,
    ENDED_STATES,
    STARTED_STATES,
    WAITING_STATES,
    WRITTEN_STATES,
    Entry,
    Job,
    JobState,
    Plan,
    job_state,
)
from troubleshoot.models.job_state import JOB_MOVES

WORKER = Machine("worker", "tests")
MOVED = Explanation.sentence("moved")


def test_every_state_is_waiting_active_or_an_end() -> None:
    assert set(JobState) == WAITING_STATES | ACTIVE_STATES | ENDED_STATES
    assert not WAITING_STATES & ACTIVE_STATES
    assert STARTED_STATES < ACTIVE_STATES


@pytest.mark.parametrize("state", JobState)
def test_pages_and_the_engine_agree_on_whether_something_may_have_been_written(state: JobState) -> None:
    view = JobView(JobKind.APPLY, JobPhase(state), "restart-remote-desktop", dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    assert view.may_have_written == (state in WRITTEN_STATES)
    assert wording.unread_value_words(state) == ("not read afterwards" if view.may_have_written else "not changed")
    assert (state not in STARTED_STATES) or view.may_have_written


def test_no_module_spells_out_a_set_of_states_that_has_a_name() -> None:
    named = {frozenset(found): name for name, found in vars(job_state).items() if isinstance(found, frozenset)}
    spelt = [
        f"{path.name}:{node.lineno} is {named[states]}"
        for path in sorted(Path(troubleshoot.__file__).parent.rglob("*.py"))
        if path.name not in {"job_state.py", "status_inputs.py"}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Set) and (states := _states(node)) in named and len(states) > 1
    ]
    assert spelt == []


def _states(node: ast.Set) -> frozenset[JobState]:
    """The states of a set display, those of the sets in it included; none where it holds anything else."""
    found: set[JobState] = set()
    for one in node.elts:
        inner = one.value if isinstance(one, ast.Starred) else one
        if isinstance(inner, ast.Name) and isinstance(known := getattr(job_state, inner.id, None), frozenset):
            found |= known
        elif isinstance(inner, ast.Attribute) and inner.attr in JobState.__members__:
            found.add(JobState[inner.attr])
        else:
            return frozenset()
    return frozenset(found)


def test_ends_are_left_only_to_be_reverted_or_settled() -> None:
    assert {state: JOB_MOVES[state] for state in ENDED_STATES if JOB_MOVES.get(state)} == {
        JobState.VERIFIED: {JobState.REVERTED},
        JobState.NOT_VERIFIED: {JobState.REVERTED},
        JobState.FAILED: {JobState.REVERTED},
        JobState.UNKNOWN: {
            *(JobState.VERIFYING, JobState.DRIFTED, JobState.UNREACHABLE),
            *(JobState.NOT_VERIFIED, JobState.FAILED, JobState.REVERTED),
        },
    }


def test_nothing_is_repeated_after_a_start_that_might_have_happened() -> None:
    assert (
        JobState.QUEUED not in JOB_MOVES[JobState.RUNNING] | JOB_MOVES[JobState.VERIFYING] | JOB_MOVES[JobState.UNKNOWN]
    )


def test_whether_a_change_waits_for_approval_is_settled_when_it_is_planned() -> None:
    assert {state for state, to in JOB_MOVES.items() if JobState.WAITING_APPROVAL in to} == set()


def test_every_state_can_be_reached_and_every_way_ends() -> None:
    reached, fresh = set[JobState](), {JobState.PLANNED, JobState.WAITING_APPROVAL}
    while fresh:
        reached |= fresh
        fresh = {to for state in fresh for to in JOB_MOVES.get(state, frozenset())} - reached
    assert reached == set(JobState)


class TestAJob(TransactionTestCase):
    def _job(self, state: JobState = JobState.PLANNED) -> Job:
        site = people.create_site(actor=TESTER, slug="north", name="North")
        asker = people.create_account(
            actor=TESTER, email="h@corp.example", name="Hanna", password="correct horse battery staple"
        )
        host = hosts.register_host(actor=TESTER, name="ACC-07", site=site, lab=True, transport="ntlm", tls=False)
        plan = Plan.objects.create(host=host, action="x", document={}, digest="d" * 64)
        return Job.objects.create(kind="apply", host=host, plan=plan, requester=asker, state=state)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(wishes=st.lists(st.sampled_from(list(JobState)), max_size=12))
    def test_moves_only_along_its_moves_and_records_each(self, wishes: list[JobState]) -> None:
        job, entries = self._job(), Entry.objects.count()
        moves = 0
        for wish in wishes:
            was = JobState(job.state)
            if wish in JOB_MOVES.get(was, frozenset()):
                assert jobs.move_job(job, wish, MOVED, tag=Tag.JOB_PROGRESS, actor=WORKER, fence=job.fence)
                moves += 1
            else:
                with pytest.raises(ValueError, match="never goes"):
                    jobs.move_job(job, wish, MOVED, tag=Tag.JOB_PROGRESS, actor=WORKER, fence=job.fence)
            job.refresh_from_db()
            assert job.state in {was, wish}
        assert Entry.objects.count() - entries == moves
        assert (job.ended_at is not None) == (job.state in ENDED_STATES)

    def test_is_claimed_once_with_a_new_fence(self) -> None:
        job = self._job(JobState.QUEUED)
        first, second = Job.objects.get(pk=job.pk), Job.objects.get(pk=job.pk)
        assert Job.objects.claim(first, worker="a", lease=lease_time())
        assert not Job.objects.claim(second, worker="b", lease=lease_time())
        assert (first.fence, first.worker, first.state) == (1, "a", JobState.CLAIMED)

    def test_is_not_moved_by_a_worker_whose_lease_was_given_away(self) -> None:
        job = self._job(JobState.QUEUED)
        Job.objects.claim(job, worker="a", lease=lease_time())
        paused = Job.objects.get(pk=job.pk)
        Job.objects.filter(pk=job.pk).update(fence=job.fence + 1)
        entries = Entry.objects.count()
        moved = jobs.move_job(paused, JobState.STARTING, MOVED, tag=Tag.JOB_START, actor=WORKER, fence=paused.fence)
        assert not moved
        assert Entry.objects.count() == entries
        assert not Job.objects.renew(paused, lease=lease_time())

    def test_does_not_move_when_its_entry_cannot_be_written(self) -> None:
        job = self._job()
        with pytest.raises(audit.Unrecordable), transaction.atomic():
            jobs.move_job(job, JobState.QUEUED, MOVED, tag=Tag.JOB_QUEUE, actor=WORKER, details={"password": "x"})
        assert Job.objects.get(pk=job.pk).state == JobState.PLANNED
        assert not job.lines.exists()
