"""`manage.py jobs plan|approve|decline|apply|revert|settle|cancel|show`: the chain without pages."""

from __future__ import annotations

import uuid
from argparse import ArgumentTypeError
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from troubleshoot import jobs, remediation, reports
from troubleshoot.management.command_base import ActingCommand, wait_until
from troubleshoot.models import UNDER_WAY_STATES, Case, Host, Job, JobState, Person
from troubleshoot.people import obtain_object
from troubleshoot.remediation import SettledEnd

#: `apply` and `revert` end with this status when the change was not verified.
NOT_GOOD = 1


class Command(ActingCommand):
    """Plans, decides, starts, undoes and shows changes, for a named person."""

    help = "Plan, approve, apply, revert and show changes of registered computers."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the sub-commands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        plan = verbs.add_parser("plan", help="read a computer and say what a remedy would change")
        plan.add_argument("--case", type=int, help="the case whose guide asks for this remedy")
        plan.add_argument("--host", help="the registered computer (with a case: the case's own)")
        plan.add_argument("--action", help="the remedy (with a case: the one its guide has come to)")
        plan.add_argument("--why", default="", help="recorded; required unless the risk is low")
        self._common(plan)
        for verb, words in (
            ("approve", "say yes to exactly this plan"),
            ("decline", "say no"),
            ("apply", "let it run"),
            ("revert", "undo a finished change"),
            ("settle", "say how a change ended that the portal lost sight of, and whose computer does not answer"),
            ("cancel", "take back what has not begun"),
            ("show", "show a job"),
        ):
            one = verbs.add_parser(verb, help=words)
            one.add_argument("job", type=_job_id)
            one.add_argument("--why", default="", help="the reason, kept and shown")
            if verb == "settle":
                one.add_argument(
                    "--end", required=True, choices=[end.value for end in SettledEnd], help="what was found"
                )
            if verb == "approve":
                one.add_argument("--digest", required=True, help="the digest of the plan that was shown")
            self._common(one)

    def _common(self, parser: Any) -> None:
        self.add_actor(parser)
        parser.add_argument("--wait", type=float, default=180, metavar="SECONDS", help="how long to wait for the end")

    def handle(self, *, verb: str, actor: str, as_json: bool, **options: Any) -> None:
        """Act, wait for what was asked for, and print the job."""
        with self.acting(actor) as person:
            job = getattr(self, f"_{verb}")(person, **options)
        job = Job.objects.get(pk=job.pk)
        self.say(reports.job_document(job), as_json=as_json, text=in_words)
        if verb in {"apply", "revert"} and job.state != JobState.VERIFIED:
            raise SystemExit(NOT_GOOD)
        if verb == "plan" and job.kind == Job.Kind.PLAN:
            raise SystemExit(NOT_GOOD)

    def _plan(self, actor: Person, *, host: str | None, action: str | None, why: str, wait: float, **_: Any) -> Job:
        case = _case(actor, _.get("case"))
        if case and not action:
            shown = reports.case_document(case)
            action = shown["action"]
            if not action:
                raise CommandError("The guide of this case has not come to a remedy.")
        name = case.host.name if case and case.host else host
        if not name or not action:
            raise CommandError("Name a case, or a host and an action.")
        computer = obtain_object(Host.objects.all(), actor, "job.plan", name__iexact=name)
        reading = remediation.request_plan(actor=actor, host=computer, action=action, case=case, reason=why)
        ended = _wait(reading, wait)
        return Job.objects.filter(plan__made_by=ended).first() or ended

    def _approve(self, actor: Person, *, job: uuid.UUID, digest: str, **_: Any) -> Job:
        found = _job(actor, job, "job.approve")
        remediation.approve_plan(actor=actor, job=found, digest=digest)
        return found

    def _decline(self, actor: Person, *, job: uuid.UUID, why: str, **_: Any) -> Job:
        found = _job(actor, job, "job.approve")
        remediation.decline_plan(actor=actor, job=found, reason=why)
        return found

    def _apply(self, actor: Person, *, job: uuid.UUID, wait: float, **_: Any) -> Job:
        found = _job(actor, job, "job.apply")
        jobs.start_job(actor=actor, job=found)
        return _wait(found, wait)

    def _revert(self, actor: Person, *, job: uuid.UUID, why: str, wait: float, **_: Any) -> Job:
        undo = remediation.request_revert(actor=actor, job=_job(actor, job, "job.revert"), reason=why)
        return _wait(undo, wait)

    def _settle(self, actor: Person, *, job: uuid.UUID, end: str, why: str, **_: Any) -> Job:
        found = _job(actor, job, "job.settle")
        remediation.settle_by_hand(actor=actor, job=found, end=SettledEnd(end), reason=why)
        return found

    def _cancel(self, actor: Person, *, job: uuid.UUID, **_: Any) -> Job:
        found = _job(actor, job, "job.cancel")
        jobs.cancel_job(actor=actor, job=found)
        return found

    def _show(self, actor: Person, *, job: uuid.UUID, **_: Any) -> Job:
        return _job(actor, job, "job.read")


def _job_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise ArgumentTypeError("write the number of a job, as `jobs plan` and `cases show` print it") from None


def _job(actor: Person, key: uuid.UUID, action: str) -> Job:
    return obtain_object(Job.objects.select_related("host__site", "case", "plan"), actor, action, pk=key)


def _case(actor: Person, number: int | None) -> Case | None:
    if number is None:
        return None
    return obtain_object(Case.objects.select_related("host", "guide"), actor, "case.read", pk=number)


def _wait(job: Job, seconds: float) -> Job:
    def ended() -> Job | None:
        fresh = Job.objects.get(pk=job.pk)
        return fresh if fresh.state not in UNDER_WAY_STATES else None

    return wait_until(ended, seconds=seconds) or Job.objects.get(pk=job.pk)


def in_words(job: dict[str, Any]) -> Iterator[str]:
    """Yield a job as lines for a person."""
    simulated = " (simulated)" if job["simulated"] else ""
    what = f"{job['kind']} {job['action'] or ''}".rstrip()
    yield f"{what} on {job['host']}{simulated}: {job['state']}"
    yield f"  job {job['job']}" + (f", case {job['case']}" if job["case"] else "")
    if job["overdue"]:
        yield f"  OVERDUE: this temporary change was to be undone at {job['undo_at']}"
    if job["plan"]:
        yield from plan_in_words(job["plan"])
        yield f"    signed in: {signed_in(job['signed_in'])}"
    for vote in job["approvals"]:
        yield f"  {vote['decision']} by {vote['by']} at {vote['at']}"
    for line in job["story"]:
        yield f"  {line['at']}  {line['text']}"
    if job["explanation"]:
        yield f"  {job['explanation']}"
    if own := job["host_undo"]:
        until = f", ended at {own['ended_at']}" if own["ended_at"] else ""
        yield f"  the computer's own undo: {own['state']}, armed at {own['armed_at']}{until}"
    if asking := job["asking"]:
        asked = f"asked at {asking['asked_at']}: {asking['said']}" if asking["asked_at"] else "not asked yet"
        yield f"  the computer is asked what became of it ({asked}); next at {asking['asks_at']}"
    if job["next_actor"]:
        yield f"  next: {job['next_actor']}"


def signed_in(people: list[dict[str, str]] | None) -> str:
    """Return who would be disturbed, and since when they are there."""
    if people is None:
        return "could not be read"
    return ", ".join(f"{one['user']} since {one['since']}" for one in people) or "nobody"


def plan_in_words(plan: dict[str, Any]) -> Iterator[str]:
    """Yield a plan as a table: setting, now, afterwards; then what happens once and what cannot be put back."""
    yield f"  {plan['title']} · risk {plan['risk']} · plan {plan['digest']}"
    for item in plan["items"]:
        for change in item["changes"]:
            yield f"    {item['title']}: {change['setting']}: {change['now']} -> {change['afterwards']}"
        for event in item["events"]:
            yield f"    {item['title']}: {event}"
        if item["irreversible"]:
            yield f"    cannot be put back: {item['irreversible']}"
