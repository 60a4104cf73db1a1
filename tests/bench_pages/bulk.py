"""Cases, answers and changes in bulk, by random choice: for numbers and for speed, never for the rules of the chain."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import timezone
from uuid6 import uuid7

from troubleshoot import diagnosis, library
from troubleshoot.models import Answer, Approval, Case, GuideVersion, Host, Job, Person, Plan, Site
from troubleshoot.models.job import State

CHUNK = 5000
ENDS = [State.VERIFIED] * 8 + [
    *(State.NOT_VERIFIED, State.REVERTED, State.FAILED, State.UNREACHABLE, State.DRIFTED, State.REFUSED),
    *(State.DECLINED, State.EXPIRED, State.CANCELLED),
]


@dataclass
class World:
    """Where rows may be made: sites, their computers, and people."""

    people: list[Person]
    hosts: list[Host]
    guide: GuideVersion
    plans: dict[int, Plan]
    chance: random.Random
    now: dt.datetime


def world(people: list[Person], sites: list[Site], *, hosts: int, seed: int = 1) -> World:
    """Some computers at each site, and the shipped guide."""
    chance = random.Random(seed)
    rows = [
        Host(name=f"PC-{number:05}", address="127.0.0.1", site=chance.choice(sites), lab=True)
        for number in range(hosts)
    ]
    Host.objects.bulk_create(rows, batch_size=CHUNK)
    plans = [Plan(host=host, action="renew-rdp-certificate", document={}, digest="0" * 64) for host in rows]
    Plan.objects.bulk_create(plans, batch_size=CHUNK)
    guide = diagnosis.publish(library.installed().guides["rdp-connection-closed"])
    return World(people, rows, guide, {plan.host_id: plan for plan in plans}, chance, timezone.now())


def cases(made: World, count: int, *, days: float = 365) -> None:
    """Cases over the last days, oldest first, with what a person, a reading and a fix answered, and their changes."""
    moments = sorted(made.now - dt.timedelta(days=made.chance.random() * days) for _ in range(count))
    with _times_as_given():
        for start in range(0, count, CHUNK):
            _some(made, [_case(made, moment) for moment in moments[start : start + CHUNK]])


@contextmanager
def _times_as_given() -> Iterator[None]:
    """A case's time of opening is the present, except here."""
    field = Case._meta.get_field("opened_at")
    field.auto_now_add = False
    try:
        yield
    finally:
        field.auto_now_add = True


def _case(made: World, moment: dt.datetime) -> Case:
    chance = made.chance
    person, helper = chance.choice(made.people), chance.choice(made.people)
    host = chance.choice(made.hosts) if made.hosts and chance.random() < 0.9 else None
    outcome = chance.choice(["solved"] * 6 + ["escalate", "escalate", "explained", ""])
    closed = min(made.now, moment + _some_time(made)) if outcome and chance.random() < 0.95 else None
    return Case(
        opened_by=helper if chance.random() < 0.3 else person,
        beneficiary=person,
        site_id=host.site_id if host else None,
        host=host,
        error_text="0x904 0x7",
        error={"code": "0x904 / 0x7", "how": "exact", "sentence": "", "name": None},
        guide=made.guide,
        facts_digest="0" * 64,
        urgency=chance.choice([1, 2, 2, 3]),
        outcome=outcome,
        opened_at=moment,
        closed_at=closed,
        round_began_at=moment,
        waiting_for="nobody" if closed else chance.choice(["person", "helpdesk", "fix"]),
        need="" if closed else chance.choice(["", "start", "help", "decide"]),
        cause=chance.choice(["", *library.installed().causes]),
        at_step="stage",
    )


def _some(made: World, rows: list[Case]) -> None:
    chance = made.chance
    Case.objects.bulk_create(rows, batch_size=500)
    jobs: list[Job] = []
    answers: list[Answer] = []
    words: list[Case] = []
    for case in rows:
        steps = [("stage", "negotiation_refused", "reading")]
        job = None
        if case.host_id and chance.random() < 0.6:
            job = _job(made, case)
            jobs.append(job)
            if job.state in {State.VERIFIED, State.NOT_VERIFIED}:
                steps.append(("renew", str(job.state), "fix"))
        tried = chance.sample(["confirm", "vpn", "own_pc"], chance.randrange(3))
        steps += [(step, chance.choice(["worked", "no_change"]), "person") for step in tried]
        if job and job.state == State.VERIFIED and steps[-1][2] == "person":
            case.word = "works" if steps[-1][1] == "worked" else "same_error"
            words.append(case)
        answers += [
            Answer(
                case=case,
                number=number,
                step=step,
                value=value,
                source=source,
                by=case.beneficiary if source == "person" else None,
                job=job if source == "fix" else None,
            )
            for number, (step, value, source) in enumerate(steps, 1)
        ]
    Case.objects.bulk_update(words, ["word"], batch_size=500)
    _keep(made, jobs)
    Answer.objects.bulk_create(answers, batch_size=500)


def _keep(made: World, jobs: list[Job]) -> None:
    """The database takes a vote only for a job that waits for it, so those that have one end afterwards."""
    votes = {job.pk: vote for job in jobs if (vote := _vote(made, job))}
    ends = {job.pk: job.state for job in jobs}
    for job in jobs:
        job.state = State.WAITING_APPROVAL if job.pk in votes else job.state
    Job.objects.bulk_create(jobs, batch_size=500)
    Approval.objects.bulk_create(votes.values(), batch_size=500)
    voted = [job for job in jobs if job.pk in votes]
    for job in voted:
        job.state = ends[job.pk]
    Job.objects.bulk_update(voted, ["state"], batch_size=500)


def _job(made: World, case: Case) -> Job:
    chance = made.chance
    asked = case.opened_at + dt.timedelta(seconds=chance.randrange(5, 600))
    state = chance.choice(ENDS)
    ran = state not in {State.DECLINED, State.EXPIRED, State.CANCELLED, State.REFUSED}
    dangerous = chance.random() < 0.1
    return Job(
        id=uuid7(),
        kind="apply",
        host=case.host or made.hosts[0],
        case=case,
        action=chance.choice(sorted(library.installed().actions)),
        risk="dangerous" if dangerous else chance.choice(["low", "low", "disruptive"]),
        plan=made.plans[case.host_id or 0],
        requester=case.opened_by,
        beneficiary=case.beneficiary,
        needs_approval=dangerous,
        self_service=chance.random() < 0.5,
        state=state,
        created_at=asked,
        started_at=asked + dt.timedelta(seconds=5) if ran else None,
        ended_at=asked + dt.timedelta(seconds=40),
        undo_at=asked + dt.timedelta(hours=2) if dangerous and ran else None,
        result={"signed_in": []},
    )


def _vote(made: World, job: Job) -> Approval | None:
    """The approval of a dangerous change that ran."""
    others = [one for one in made.people if one.pk not in {job.requester_id, job.beneficiary_id}]
    if not (job.needs_approval and job.started_at and others):
        return None
    return Approval(
        job=job,
        digest="0" * 64,
        approver=made.chance.choice(others),
        requester=job.requester,
        beneficiary=job.beneficiary,
        decision="approve",
        made_at=job.created_at,
        expires_at=job.created_at,
        used_at=job.started_at,
    )


def _some_time(made: World) -> dt.timedelta:
    return dt.timedelta(
        seconds=made.chance.choice([60, 250, 400, 3000, 20_000, 200_000]) * (0.5 + made.chance.random())
    )


def blank_case(made: World, person: Person, host: Host, *, outcome: str, ago: float = 1, cause: str = "") -> Case:
    """One case without answers, opened so many days ago."""
    moment = made.now - dt.timedelta(days=ago)
    row = _case(made, moment)
    row.opened_by = row.beneficiary = person
    row.host, row.site_id, row.outcome, row.cause = host, host.site_id, outcome, cause
    row.closed_at = moment + dt.timedelta(minutes=10) if outcome else None
    with _times_as_given():
        row.save()
    return row


def follow(
    made: World,
    case: Case,
    steps: Sequence[tuple[str, str, str]],
    *,
    requester: Person,
    self_service: bool = True,
    needs_approval: bool = False,
) -> None:
    """Gives a case these answers (step, value, source), and the job of a fix among them."""
    job = None
    for number, (step, value, source) in enumerate(steps, 1):
        if source == "fix":
            job = _job(made, case)
            job.requester, job.state, job.risk, job.case = requester, State(value), "low", case
            job.self_service, job.needs_approval = self_service, needs_approval
            job.save(force_insert=True)
        Answer.objects.create(
            case=case, number=number, step=step, value=value, source=source, job=job if source == "fix" else None
        )
