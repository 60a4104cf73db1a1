"""Cases that walk the guide's own examples, and their changes, in bulk: for numbers and speed, never for the rules."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from django.utils import timezone
from uuid6 import uuid7

from troubleshoot import diagnosis, engine
from troubleshoot.catalog import installed_catalog
from troubleshoot.catalog import registry as library
from troubleshoot.engine import Action, Guide, GuideStep, walk_guide
from troubleshoot.models import Answer, Approval, Case, GuideVersion, Host, Job, JobState, Person, Plan, Site

CHUNK = 5000
CATALOG = Path(library.__file__).parent
#: Answer of a fix → how its job may have ended.
ENDS = {
    "verified": (JobState.VERIFIED,),
    "not_verified": (JobState.NOT_VERIFIED, JobState.FAILED, JobState.REVERTED),
    "declined": (JobState.DECLINED, JobState.EXPIRED, JobState.CANCELLED),
    "unavailable": (JobState.DRIFTED, JobState.REFUSED, JobState.UNREACHABLE),
}
Steps = Sequence[tuple[str, str, str]]


@dataclass
class World:
    """Where rows may be made: sites, their computers, and people."""

    people: list[Person]
    hosts: list[Host]
    guide: GuideVersion
    walks: list[tuple[Steps, GuideStep]]
    plans: dict[tuple[int, str], Plan]
    chance: random.Random
    now: dt.datetime
    ends: dict[str, Iterator[JobState]] = field(default_factory=lambda: {one: cycle(of) for one, of in ENDS.items()})
    """The ends of each answer in turn, so that few cases have each of them."""


def world(people: list[Person], sites: list[Site], *, hosts: int, seed: int = 1) -> World:
    """Some computers at each site, and the shipped guide."""
    chance = random.Random(seed)
    rows = [
        Host(name=f"PC-{number:05}", address="127.0.0.1", site=chance.choice(sites), lab=True)
        for number in range(hosts)
    ]
    Host.objects.bulk_create(rows, batch_size=CHUNK)
    documents = [plan_of(action) for action in installed_catalog().actions.values()]
    plans = [
        Plan(host=host, action=one.action, document=engine.plan_to_document(one), digest=one.digest)
        for host in rows
        for one in documents
    ]
    Plan.objects.bulk_create(plans, batch_size=500)
    guide = installed_catalog().guides["rdp-connection-closed"]
    journeys = [journey for example in guide.examples for journey in example.journeys()]
    # An example may begin where only some errors begin, and one of a part may lead into another part.
    walks = [_walk(guide, journey) for journey in journeys if _way_to(guide, next(iter(journey))) is not None]
    walks = [one for one in walks if one[1].kind == "end"]
    return World(
        people,
        rows,
        diagnosis.publish_guide(guide),
        walks,
        {(plan.host_id, plan.action): plan for plan in plans},
        chance,
        timezone.now(),
    )


def plan_of(action: Action) -> engine.PlanDocument:
    """The plan of an action for a computer that reads as the first vector of each resource says."""
    catalog, states = installed_catalog(), []
    for wish in action.wishes:
        vectors = json.loads((CATALOG / "resources" / wish.resource / "vectors" / "read.json").read_text())
        states.append(next(one["result"] for one in vectors["vectors"] if "result" in one))
    return engine.make_plan(action, catalog, states, identity={}, runner="0" * 64)


def _walk(guide: Guide, journey: dict[str, str]) -> tuple[Steps, GuideStep]:
    """A journey of the guide's own examples: its answers, who gave each, and the end. One of a part begins in the
    middle, so the shortest way there comes first.
    """
    journey = {**(_way_to(guide, next(iter(journey))) or {}), **journey}
    sources = {"fact": "reading", "fix": "fix"}
    steps = [(name, value, sources.get(guide.steps[name].kind, "person")) for name, value in journey.items()]
    return steps, walk_guide(guide, journey).at


def _way_to(guide: Guide, wanted: str) -> dict[str, str] | None:
    """The shortest way from the guide's start to a step; None where there is none."""
    ways: dict[str, dict[str, str]] = {guide.start: {}}
    todo = [guide.start]
    while wanted not in ways and todo:
        step = todo.pop(0)
        for value, leads in guide.steps[step].to.items():
            if leads not in ways:
                ways[leads] = {**ways[step], step: value}
                todo.append(leads)
    return ways.get(wanted)


def cases(made: World, count: int, *, days: float = 365) -> None:
    """Cases over the last days, oldest first, with what a person, a reading and a fix answered, and their changes."""
    moments = sorted(made.now - dt.timedelta(days=made.chance.random() * days) for _ in range(count))
    for start in range(0, count, CHUNK):
        _some(made, [_case(made, moment) for moment in moments[start : start + CHUNK]])


def _case(made: World, moment: dt.datetime) -> Case:
    chance = made.chance
    person, helper = chance.choice(made.people), chance.choice(made.people)
    host = chance.choice(made.hosts) if made.hosts and chance.random() < 0.9 else None
    case = Case(
        opened_by=helper if chance.random() < 0.3 else person,
        beneficiary=person,
        site_id=host.site_id if host else None,
        host=host,
        error_text="0x904 0x7",
        error={"code": "0x904 / 0x7", "how": "exact", "sentence": "", "name": None},
        guide=made.guide,
        facts_digest="0" * 64,
        urgency=chance.choice([1, 2, 2, 3]),
        opened_at=moment,
        round_began_at=moment,
        cause=chance.choice(["", *installed_catalog().causes]),
    )
    if chance.random() < 0.97:
        case.closed_at = min(made.now, moment + _some_time(made))
    return case


def _some(made: World, rows: list[Case]) -> None:
    """Gives cases their walks, and keeps everything."""
    chance = made.chance
    fixed = [one for one in made.walks if any(source == "fix" for _step, _value, source in one[0])]
    walked = [(case, *chance.choice(fixed if chance.random() < 0.5 else made.walks)) for case in rows]
    for case, steps, end in walked:
        _stand(made, case, steps, end)
    Case.objects.bulk_create(rows, batch_size=500)
    jobs: list[Job] = []
    answers: list[Answer] = []
    for case, steps, _end in walked:
        change: Job | None = None
        for number, (step, value, source) in enumerate(steps, 1):
            row = Answer(case=case, number=number, step=step, value=value, source=source)
            if source == "fix" and case.host_id:
                row.job = change = _job(made, case, step, value)
                jobs.append(change)
            elif source == "person" and change and change.state == JobState.VERIFIED:
                change.word = "works" if value == "worked" else "same_error"
            row.by = case.beneficiary if source == "person" else None
            answers.append(row)
    _keep(made, jobs)
    Answer.objects.bulk_create(answers, batch_size=500)


def _stand(made: World, case: Case, steps: Steps, end: GuideStep) -> None:
    """Where a case stands after its walk, as `diagnosis` would keep it; now and then helpdesk has closed it."""
    fixed = any(source == "fix" and value == "verified" for _step, value, source in steps)
    if fixed and steps[-1][2] == "person":
        case.word = "works" if steps[-1][1] == "worked" else "same_error"
    case.at_step, case.outcome = end.name, end.subject
    if end.subject == "escalate" and made.chance.random() < 0.3:
        case.outcome = "solved" if case.closed_at else case.outcome
    elif end.subject != "escalate":
        case.closed_at = case.closed_at or made.now
    case.waiting_for, case.matter = ("nobody", "closed") if case.closed_at else ("helpdesk", "help")
    case.need = "" if case.closed_at else "help"


def _keep(made: World, jobs: list[Job]) -> None:
    """The database takes a vote only for a job that waits for it, so those that have one end afterwards."""
    votes = {job.pk: vote for job in jobs if (vote := _vote(made, job))}
    ends = {job.pk: job.state for job in jobs}
    for job in jobs:
        job.state = JobState.WAITING_APPROVAL if job.pk in votes else job.state
    Job.objects.bulk_create(jobs, batch_size=500)
    Approval.objects.bulk_create(votes.values(), batch_size=500)
    voted = [job for job in jobs if job.pk in votes]
    for job in voted:
        job.state = ends[job.pk]
    Job.objects.bulk_update(voted, ["state"], batch_size=500)


def _job(made: World, case: Case, step: str, value: str) -> Job:
    """The job of a fix that ended as its answer says."""
    chance = made.chance
    asked = case.opened_at + dt.timedelta(seconds=chance.randrange(5, 600))
    state = next(made.ends[value])
    ran = state not in {*ENDS["declined"], JobState.REFUSED}
    dangerous = chance.random() < 0.1
    action = diagnosis.case_guide(case).steps[step].subject
    return Job(
        id=uuid7(),
        kind="apply",
        host=case.host or made.hosts[0],
        case=case,
        action=action,
        risk="dangerous" if dangerous else chance.choice(["low", "low", "disruptive"]),
        plan=made.plans[case.host_id or 0, action],
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
        digest=job.plan.digest if job.plan else "",
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
    row.at_step = "stage"
    row.closed_at = moment + dt.timedelta(minutes=10) if outcome else None
    row.save()
    return row


def follow(
    made: World,
    case: Case,
    steps: Steps,
    *,
    requester: Person,
    self_service: bool = True,
    needs_approval: bool = False,
) -> None:
    """Gives a case these answers (step, value, source), and the job of a fix among them."""
    job = None
    for number, (step, value, source) in enumerate(steps, 1):
        if source == "fix":
            job = _job(made, case, step, value)
            job.requester, job.state, job.risk, job.case = requester, JobState(value), "low", case
            job.self_service, job.needs_approval = self_service, needs_approval
            job.save(force_insert=True)
        elif source == "person" and job and job.state == JobState.VERIFIED:
            Job.objects.filter(pk=job.pk).update(word="works" if value == "worked" else "same_error")
        Answer.objects.create(
            case=case, number=number, step=step, value=value, source=source, job=job if source == "fix" else None
        )
