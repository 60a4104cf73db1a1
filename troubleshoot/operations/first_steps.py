"""The first steps of real use: what must be there before a case can be helped, what is missing, and how to get it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from troubleshoot import people
from troubleshoot.models import Credential, Host, Job, Person, Site
from troubleshoot.operations import health

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class SetupStep:
    """One step: whether it is done, what was seen, what to do, and the page that helps (the name of a URL, perhaps
    with the key of what it is about and a place on it)."""

    name: str
    title: str
    done: bool
    seen: str
    todo: str = ""
    page: str = ""
    key: int | None = None
    place: str = ""


def first_steps(reader: Person | None) -> list[SetupStep]:
    """Return every step in its order, as it stands now at the sites of a reader; None reads at the machine itself."""
    sites = _readable(Site.objects.all(), reader, "site.read")
    accounts = _readable(Credential.objects.all(), reader, "credential.read")
    hosts = _readable(Host.objects.all(), reader, "host.read")
    named = list(sites.order_by("name")[:50])
    return [_site(named), *_people(sites), _account(accounts), _host(hosts), _processes(named), _tested(hosts)]


def _readable(rows: QuerySet[Row], reader: Person | None, action: str) -> QuerySet[Row]:
    return rows if reader is None else people.permitted_rows(rows, reader, action)


def _site(sites: list[Site]) -> SetupStep:
    return SetupStep(
        "site",
        _("A site"),
        bool(sites),
        ", ".join(str(one) for one in sites[:3]),
        _("Make a site: which people serve which computers."),
        "admin-sites",
        place="new",
    )


def _people(sites: QuerySet[Site]) -> Iterator[SetupStep]:
    """Yield a step for each of those without whom nothing is decided, by what they have to be able to do."""
    others = Person.objects.filter(invented=False)[1:2].exists()
    for name, action, title, todo in (
        (
            "administrator",
            "person.grant",
            _("An administrator"),
            _("Make an account and give it the role administrator."),
        ),
        ("helpdesk", "case.take", _("Helpdesk"), _("Give somebody the role helpdesk, so that cases find an owner.")),
        (
            "approver",
            "job.approve",
            _("An approver"),
            _("Give a second person the role approver, who decides about dangerous changes."),
        ),
    ):
        here = people.grants_allowing(action).filter(Q(site=None) | Q(site__in=sites))
        held = here.select_related("person").first()
        page = "admin-people" if others else "admin-person-new"
        yield SetupStep(name, title, held is not None, str(held.person) if held else "", todo, page)


def _account(accounts: QuerySet[Credential]) -> SetupStep:
    account = accounts.order_by("name").first()
    return SetupStep(
        "credential",
        _("An account on computers"),
        account is not None,
        f"{account.name}: {account.reference}" if account else "",
        _("Register an account by a reference to its password."),
        "admin-credentials",
        place="new",
    )


def _host(hosts: QuerySet[Host]) -> SetupStep:
    host = hosts.order_by("name").first()
    return SetupStep(
        "host",
        _("A computer"),
        host is not None,
        str(host) if host else "",
        _("Register a computer, or import a list."),
        "admin-host-new",
    )


def _processes(sites: list[Site]) -> SetupStep:
    found = health.check_health()
    served = {slug for one in health.live_processes("worker") for slug in one.sites}
    missing = [
        words
        for there, words in (
            (found.database, _("the database")),
            (found.broker, _("the broker (start Redis or Valkey, and set REDIS_URL)")),
            (found.keeper, _("the keeper (manage.py keeper)")),
            (found.worker, _("a worker (manage.py worker)")),
        )
        if not there
    ]
    missing += [_("a worker for %(site)s") % {"site": one} for one in sites if found.worker and one.slug not in served]
    return SetupStep(
        "processes",
        _("Broker, worker and keeper"),
        not missing,
        _("all are alive"),
        _("Not there: %(missing)s.") % {"missing": ", ".join(missing)},
        "health",
    )


def _tested(hosts: QuerySet[Host]) -> SetupStep:
    """Tell whether any of these computers has passed the connection test, by the last test of each."""
    passed = Job.objects.passed().filter(host__in=hosts).select_related("host").first()
    untested = hosts.filter(invented=False).order_by("name").first()
    return SetupStep(
        "connection",
        _("A connection test that is passed"),
        passed is not None,
        str(passed.host) if passed else "",
        _("Open a computer and start its connection test."),
        "admin-host" if untested else "admin-host-new",
        untested.pk if untested else None,
    )
