"""What the demo starts with: people for each role, simulated computers with faults, and a history."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from troubleshoot import cases, diagnosis, hosts, jobs, people, remediation, reports
from troubleshoot.engine import CaseMatter, Role
from troubleshoot.management import invented
from troubleshoot.management.command_base import wait_until
from troubleshoot.management.demo_mark import DOMAIN, people_file, refuse_real_use
from troubleshoot.management.process_context import operator
from troubleshoot.models import ACTIVE_STATES, Case, Credential, Host, Job, JobState, Person, Site

SITE = "north"
SITES = {SITE: "North", "south": "South"}
LAB_USER = "lab-admin"
DIALOG = "This computer can't connect to the remote computer.\nError code: 0x904\nExtended error code: 0x7"
#: Name -> faults, and whose computer it is.
FLEET: dict[str, tuple[list[str], str]] = {
    "ACC-02": (["security-layer-rdp"], "emil"),
    "ACC-03": (["closed-before-confirm"], "emil"),
    "ACC-05": (["service-stopped"], "emil"),
    "ACC-07": (["certificate-service-stopped"], "emil"),
    "ACC-11": (["key-unreadable"], "ella"),
    "ACC-12": (["nla-required"], "ella"),
}
_NAMED = (
    ("emil", "Emil Ekberg", "employee"),
    ("ella", "Ella Evans", "employee"),
    ("hanna", "Hanna Hart", "helpdesk"),
    ("abel", "Abel Abt", "approver"),
    ("arlo", "Arlo Ames", "author"),
    ("mara", "Mara Moss", "manager"),
    ("udo", "Udo Unger", "auditor"),
    ("ada", "Ada Adler", "administrator"),
)
#: A role that has nobody here gets an account that is called after it.
PEOPLE = (
    *_NAMED,
    *((role.value, role.words.capitalize(), role.value) for role in Role if role not in {held for *_, held in _NAMED}),
)


@dataclass(frozen=True)
class Account:
    """An account of the demo, as it is printed."""

    role: str
    email: str
    password: str


def people_of(role: str) -> Person:
    """Return the first person of the demo with this role."""
    key = next(key for key, _, held in PEOPLE if held == role)
    return Person.objects.get(email=f"{key}@{DOMAIN}")


def make_people() -> list[Account]:
    """Make site and people at the first start, and return the same accounts at every other."""
    refuse_real_use()
    if Person.objects.exists():
        return [Account(**one) for one in json.loads(people_file().read_text(encoding="utf-8"))]
    with transaction.atomic():
        return _make_people()


def _make_people() -> list[Account]:
    sites = [people.create_site(actor=operator(), slug=slug, name=name) for slug, name in SITES.items()]
    accounts = []
    for key, name, role in PEOPLE:
        account = Account(role, f"{key}@{DOMAIN}", f"{key}-{secrets.token_hex(6)}")
        person = people.create_account(
            actor=operator(), email=account.email, name=name, password=account.password, department="Accounts"
        )
        for site in sites[:1] if role == "employee" else sites:
            until = timezone.now() + dt.timedelta(days=90)
            people.grant_role(actor=operator(), person=person, role=role, site=site, until=until)
        accounts.append(account)
    for site in sites:
        _describe(site)
    people_file().touch(mode=0o600)
    people_file().write_text(json.dumps([asdict(one) for one in accounts]), encoding="utf-8")
    return accounts


def _describe(site: Site) -> None:
    """Say of a site the hours of its people, and how long a case took there before Mendpoint, as its boss has
    guessed."""
    people.change_site(
        actor=operator(), site=site, working_hours=invented.HOURS, minutes_before={reports.ANY_CAUSE: 90}
    )


def state_file(folder: Path, name: str) -> Path:
    """Return the file in which a simulated computer keeps its state; a person may edit it at any time."""
    return folder / f"{name}.json"


def fleet(folder: Path) -> Path:
    """Write the lab's list of hosts. At a later start they go on from the state in which they were left."""
    listed = []
    for name, (faults, _) in FLEET.items():
        state = state_file(folder, name)
        entry: dict[str, Any] = {"name": name, "auth": "ntlm", "user": LAB_USER, "state_out": str(state)}
        listed.append(entry | ({"state": str(state)} if state.exists() else {"fault": faults}))
    file = folder / "fleet.json"
    file.write_text(json.dumps(listed), encoding="utf-8")
    return file


def register(ready: Iterable[dict[str, Any]], reference: str) -> None:
    """Register the simulated hosts with changes allowed; at a later start note their new ports."""
    site = Site.objects.get(slug=SITE)
    credential = Credential.objects.filter(name="lab").first() or hosts.register_credential(
        actor=operator(), name="lab", site=site, username=LAB_USER, reference=reference
    )
    for one in ready:
        ports = {"rdp_port": one["rdp_port"], "winrm_port": one["winrm_port"]}
        if host := Host.objects.filter(name=one["host"]).first():
            hosts.change_host(actor=operator(), host=host, **ports)
            continue
        owner = Person.objects.get(email=f"{FLEET[one['host']][1]}@{DOMAIN}")
        host = hosts.register_host(
            actor=operator(),
            name=one["host"],
            site=site,
            lab=True,
            owner=owner,
            transport="ntlm",
            tls=False,
            credential=credential,
            **ports,
        )
        hosts.allow_changes(actor=operator(), host=host)


def repaired_since() -> set[str]:
    """Return the computers on which a remedy ran and was verified."""
    verified = Job.objects.filter(kind=Job.Kind.APPLY, state=JobState.VERIFIED, invented=False)
    return set(verified.values_list("host__name", flat=True))


def invent() -> None:
    """Invent the ninety days before the demo's first start, marked as invented. Made once, before anything real."""
    if Case.objects.exists():
        return
    sites = list(Site.objects.filter(slug__in=SITES).order_by("slug"))
    own = list(Person.objects.filter(email__in=[f"{key}@{DOMAIN}" for key, _, role in PEOPLE if role == "employee"]))
    desk, approver = people_of("helpdesk"), people_of("approver")
    invented.invent_history(actor=operator(), sites=sites, desk=desk, approver=approver, own=own)


def history() -> None:
    """Make a repaired computer and a case that went to the network team, by the same use cases as everything else.

    Made once, at the first start; one that was broken off in the middle is left as far as it came.
    """
    if Case.objects.filter(invented=False).exists():
        return
    helpdesk = people_of("helpdesk")
    case = _opened(helpdesk, "ACC-02")
    job = _planned(helpdesk, case)
    jobs.start_job(actor=helpdesk, job=job)
    _ended(job)
    cases.answer_step(actor=helpdesk, case=case, step=diagnosis.replay_case(case).at.name, value="worked")
    lost = _opened(helpdesk, "ACC-03")
    cases.answer_step(actor=helpdesk, case=lost, step="path", value="dont_know")


def _opened(actor: Person, name: str) -> Case:
    host = Host.objects.get(name=name)
    case = cases.open_case(actor=actor, beneficiary=host.owner or actor, error_text=DIALOG, host=host)
    wait_until(lambda: Case.objects.filter(pk=case.pk).exclude(matter=CaseMatter.OBSERVE).first(), seconds=60)
    return Case.objects.get(pk=case.pk)


def _planned(actor: Person, case: Case) -> Job:
    host = case.host or Host()
    reading = remediation.request_plan(actor=actor, host=host, action=diagnosis.replay_case(case).at.subject, case=case)
    _ended(reading)
    return Job.objects.get(plan__made_by=reading)


def _ended(job: Job) -> None:
    running = [*ACTIVE_STATES, JobState.QUEUED]
    wait_until(lambda: Job.objects.filter(pk=job.pk).exclude(state__in=running).first(), seconds=60)
