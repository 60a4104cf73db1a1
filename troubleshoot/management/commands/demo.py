"""`manage.py demo`: the whole chain in this terminal, on simulated hosts, with real processes and protocols."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from troubleshoot import approvals, cases, documents, hosts, jobs, people, plans
from troubleshoot.management import processes
from troubleshoot.management.commands.jobs import plan_in_words, signed_in
from troubleshoot.management.doors import wait_until
from troubleshoot.management.surroundings import SECRET_PREFIX, operator
from troubleshoot.models import Case, Entry, Host, Job, Person, Site
from troubleshoot.models.job import ACTIVE, State

T = TypeVar("T")
LAB_USER = "lab-admin"
SECRET = f"{SECRET_PREFIX}LAB"
DIALOG = """[Window Title]
Remote Desktop Connection
[Content]
This computer can't connect to the remote computer.
Error code: 0x904
Extended error code: 0x7
[OK]"""
FLEET = {
    "ACC-07": ["certificate-service-stopped"],
    "ACC-12": ["nla-required"],
    "ACC-03": ["closed-before-confirm"],
}


class Command(BaseCommand):
    """Sets everything up in an empty folder, walks three cases, and ends every process that it started."""

    help = "Walk the whole chain on simulated hosts, readable, and end cleanly."

    def handle(self, **options: Any) -> None:
        """Walk; Ctrl-C ends it, and every process with it."""
        call_command("migrate", verbosity=0)
        if Site.objects.exists():
            raise CommandError("The demo wants a database of its own: start it with make demo.")
        try:
            with _world(self.stdout.write) as world:
                self._walk(world)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")

    def _walk(self, world: World) -> None:
        self._certificate(world)
        self._sign_in(world)
        self._path(world)
        self._title("History: what the audit log holds")
        for entry in Entry.objects.order_by("at", "id"):
            self.stdout.write(f"  {entry.at:%H:%M:%S}  {entry.tag:20} {entry.actor_kind}")
        call_command("audit", "verify", stdout=self.stdout)

    def _certificate(self, world: World) -> None:
        self._title("1. An employee cannot connect to ACC-07 (simulated)")
        self._say(DIALOG)
        case = self._open(world.employee, "ACC-07")
        job = self._plan(world.employee, case, why="")
        self._title("The employee agrees to exactly this plan")
        jobs.start(actor=world.employee, job=job)
        self._end(job)
        self._title("The employee tries again: it works")
        self._answer(world.employee, case, {"worked"})
        self._state(world, "ACC-07", "certificates", "services.SessionEnv.state")

    def _sign_in(self, world: World) -> None:
        self._title("2. Helpdesk opens a case for a caller: ACC-12 (simulated)")
        case = self._open(world.helpdesk, "ACC-12", beneficiary=world.employee)
        job = self._plan(world.helpdesk, case, why="The caller's domain controller cannot be reached until noon")
        self._title("Dangerous: a second person decides about this plan")
        approvals.approve(actor=world.approver, job=job, digest=digest(job))
        self.stdout.write(f"  {world.approver} approved plan {digest(job)[:16]}")
        jobs.start(actor=world.helpdesk, job=Job.objects.get(pk=job.pk))
        self._end(job)
        self._title("It would undo itself in 2 hours; helpdesk undoes it now")
        undo = plans.revert(actor=world.helpdesk, job=Job.objects.get(pk=job.pk), reason="The caller is done")
        self._end(undo)
        self.stdout.write(f"  the first job is now: {Job.objects.get(pk=job.pk).state}")

    def _path(self, world: World) -> None:
        self._title("3. Something between us and ACC-03 (simulated) closes the connection")
        self._open(world.employee, "ACC-03")

    def _open(self, actor: Person, name: str, *, beneficiary: Person | None = None) -> Case:
        host = Host.objects.get(name=name)
        case = cases.open_case(actor=actor, beneficiary=beneficiary or actor, error_text=DIALOG, host=host)
        _wait(lambda: Case.objects.exclude(waiting_for="reading").filter(pk=case.pk).first(), "the readings")
        reading = Job.objects.get(case=case)
        self.stdout.write(f"  {case.error['sentence']}")
        self._title("Readings")
        outside: Any = reading.readings.get(source="network").value
        for stage in outside["stages"]:
            self.stdout.write(f"  {stage['name']:12} {'good' if stage['ok'] else 'BAD '}  {stage['detail']}")
        for one in reading.readings.filter(source="windows"):
            self.stdout.write(f"  inside       {one.name}: {json.dumps(one.value)[:110]}")
        self._title("Diagnosis")
        self._case(case)
        return case

    def _case(self, case: Case) -> None:
        shown = documents.case(Case.objects.get(pk=case.pk))
        for step in shown["path"]:
            self.stdout.write(f"  {step['step']} = {step['value']} ({step['source']})")
        for cause in shown["causes"]:
            if cause["verdict"] in {"shown by", "fits"}:
                self.stdout.write(f"  {cause['verdict']}: {cause['title']}")
        for question in shown["questions"]:
            self.stdout.write(f"  asks: {question['text']}")
        self.stdout.write(f"  outcome: {shown['outcome']}" if shown["outcome"] else f"  next: {shown['waiting_for']}")

    def _plan(self, actor: Person, case: Case, *, why: str) -> Job:
        shown = documents.case(Case.objects.get(pk=case.pk))
        if not shown["action"]:
            raise CommandError("The guide did not come to a remedy.")
        self._title("Plan")
        reading = plans.request(actor=actor, host=case.host or Host(), action=shown["action"], case=case, reason=why)
        _wait(lambda: Job.objects.filter(pk=reading.pk).exclude(state__in=[*ACTIVE, State.QUEUED]).first(), "the plan")
        job = Job.objects.filter(plan__made_by=reading).first()
        if job is None or job.plan is None:
            raise CommandError(Job.objects.get(pk=reading.pk).explanation)
        for line in plan_in_words(job.plan.document):
            self.stdout.write(line)
        self.stdout.write(f"    signed in: {signed_in(job.result['signed_in'])}")
        return job

    def _end(self, job: Job) -> None:
        """Follow a job's story until it ends."""
        shown = 0

        def over() -> Job | None:
            nonlocal shown
            for line in Job.objects.get(pk=job.pk).lines.all()[shown:]:
                self.stdout.write(f"  {line.at:%H:%M:%S}  {line.text}")
                shown += 1
            return Job.objects.filter(pk=job.pk).exclude(state__in=[*ACTIVE, State.QUEUED]).first()

        ended = _wait(over, "the end of the job")
        over()
        if ended.state != State.VERIFIED:
            raise CommandError(f"{ended}: {ended.state}. {ended.explanation}")
        self.stdout.write(f"  => {ended.state}")

    def _answer(self, actor: Person, case: Case, wanted: set[str]) -> None:
        for question in documents.case(Case.objects.get(pk=case.pk))["questions"]:
            value = next(value for value in question["answers"] if value in wanted)
            cases.answer(actor=actor, case=case, step=question["step"], value=value)
        self._case(case)

    def _state(self, world: World, name: str, *paths: str) -> None:
        """Show what the simulated computer itself says, not what our database says."""
        state = json.loads((world.folder / f"{name}.json").read_text(encoding="utf-8"))
        for path in paths:
            value: Any = state
            for part in path.split("."):
                value = value[part]
            self.stdout.write(f"  {name}'s own state file: {path} = {json.dumps(value)[:150]}")

    def _title(self, text: str) -> None:
        self.stdout.write(f"\n{self.style.MIGRATE_HEADING(text)}")

    def _say(self, text: str) -> None:
        for line in text.splitlines():
            self.stdout.write(f"  | {line}")


def digest(job: Job) -> str:
    """The digest of a job's plan."""
    return job.plan.digest if job.plan else ""


class World:
    """The people, the site, the simulated hosts and the processes of the demo."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.operator = operator()
        self.site = people.create_site(actor=self.operator, slug="north", name="North")
        self.employee = self._person("Emil Employee", "employee")
        self.helpdesk = self._person("Hanna Helpdesk", "helpdesk")
        self.approver = self._person("Abel Approver", "approver")

    def _person(self, name: str, role: str) -> Person:
        person = people.create(
            actor=self.operator, email=f"{role}@demo.example", name=name, password=secrets.token_urlsafe(16)
        )
        until = timezone.now() + dt.timedelta(days=30)
        people.grant(actor=self.operator, person=person, role=role, site=self.site, until=until)
        return person

    def register(self, hosts_ready: Iterable[dict[str, Any]]) -> None:
        """Register the simulated hosts, with changes allowed."""
        credential = hosts.register_credential(
            actor=self.operator, name="lab", site=self.site, username=LAB_USER, reference=f"env:{SECRET}"
        )
        for ready in hosts_ready:
            host = hosts.register(
                actor=self.operator,
                name=ready["host"],
                site=self.site,
                lab=True,
                owner=self.employee,
                rdp_port=ready["rdp_port"],
                winrm_port=ready["winrm_port"],
                transport="ntlm",
                tls=False,
                credential=credential,
            )
            hosts.allow_changes(actor=self.operator, host=host)


@contextmanager
def _world(say: Callable[[str], object]) -> Iterator[World]:
    """Broker, lab, worker and keeper, each a process of its own; all of them end with the block."""
    folder = settings.VAR_DIR
    password = secrets.token_urlsafe(24)
    plain = {name: value for name, value in os.environ.items() if not name.startswith(SECRET_PREFIX)}
    with ExitStack() as stack:
        broker = stack.enter_context(processes.Broker())
        current_app.conf.update(broker_url=broker.url)
        plain["REDIS_URL"] = broker.url
        world = World(folder)
        lab = _start(stack, "lab", plain | {"MENDPOINT_LAB_PASSWORD": password}, folder, "--fleet", _fleet(folder))
        world.register(_ready(lab, len(FLEET)))
        _start(stack, "worker", plain | {SECRET: password}, folder)
        _start(stack, "keeper", plain, folder)
        say("Started: broker, 3 simulated hosts, worker, keeper. Only the worker knows the hosts' password.")
        yield world


def _fleet(folder: Path) -> str:
    file = folder / "fleet.json"
    file.write_text(
        json.dumps(
            [
                {
                    "name": name,
                    "fault": faults,
                    "auth": "ntlm",
                    "user": LAB_USER,
                    "state_out": str(folder / f"{name}.json"),
                }
                for name, faults in FLEET.items()
            ]
        ),
        encoding="utf-8",
    )
    return str(file)


def _start(stack: ExitStack, name: str, env: dict[str, str], folder: Path, *options: str) -> Path:
    log = folder / f"{name}.log"
    process = processes.spawn([sys.executable, "manage.py", name, *options], env=env, log=log)
    stack.callback(processes.stop, process)
    return log


def _ready(log: Path, number: int) -> list[dict[str, Any]]:
    """What the lab printed about its hosts."""

    def lines() -> list[dict[str, Any]] | None:
        found = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        return found if len(found) == number else None

    return _wait(lines, "the simulated hosts")


def _wait(ready: Callable[[], T | None], what: str) -> T:
    found = wait_until(ready, seconds=150)
    if found is None:
        raise CommandError(f"Waited in vain for {what}; see the logs in {settings.VAR_DIR}.")
    return found
