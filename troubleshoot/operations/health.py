"""Whether Mendpoint itself is well: database, broker, signs of life of its processes, and what needs an eye."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.functional import Promise

from troubleshoot import jobs, notifications, people
from troubleshoot.jobs import RepeatingWrite
from troubleshoot.models import Delivery, Grant, Heartbeat, Host, Person, Site

log = logging.getLogger(__name__)
ProcessKind = Literal["worker", "keeper"]

#: Seconds between two beats of a process.
BEAT_SECONDS: Final = 10
#: Beats of processes that are long gone are forgotten after this.
_FORGOTTEN: Final = dt.timedelta(days=1)
#: A message that was given up is named for this long, and of so many of them at most.
_NAMED: Final = dt.timedelta(days=7)
_LOOKED_AT: Final = 200
#: Whoever asks whether we are well costs us one check in so many seconds.
_REMEMBERED: Final = 2


@dataclass(frozen=True)
class Health:
    """The parts of which all must be well, each as yes or no."""

    database: bool
    broker: bool
    worker: bool
    keeper: bool

    @property
    def well(self) -> bool:
        """Tell whether everything is there that a case needs."""
        return self.database and self.broker and self.worker and self.keeper


def keep_beating(kind: ProcessKind, name: str, sites: Callable[[], Sequence[str]] = tuple) -> RepeatingWrite:
    """Return a block in which a process gives signs of life, also while it has nothing to do."""

    def beat() -> bool:
        note_heartbeat(kind, name, sites())
        return True

    return RepeatingWrite(f"heart of the {kind}", beat, seconds=BEAT_SECONDS, at_once=True)


def note_heartbeat(kind: ProcessKind, name: str, sites: Sequence[str] = ()) -> None:
    """Note that a process is alive, and for a worker which sites it serves."""
    now = {"beaten_at": Now(), "sites": list(sites)}
    Heartbeat.objects.update_or_create(kind=kind, name=name, defaults=now)
    Heartbeat.objects.filter(beaten_at__lt=Now() - _FORGOTTEN).delete()


def live_processes(kind: ProcessKind) -> QuerySet[Heartbeat]:
    """Return the processes of a kind that have given a sign of life lately."""
    return Heartbeat.objects.alive(kind)


def site_workers(site: Site) -> list[Heartbeat]:
    """Return the living workers that listen for jobs of this site."""
    return [one for one in live_processes("worker") if site.slug in one.sites]


def check_health() -> Health:
    """Check every part now. Nothing raises."""
    try:
        worker, keeper, database = live_processes("worker").exists(), live_processes("keeper").exists(), True
    except DatabaseError:
        log.exception("the database does not answer")
        worker = keeper = database = False
    return Health(database, jobs.broker_reachable(), worker, keeper)


def is_well() -> bool:
    """Tell whether all is well, as seen a moment ago: a stranger who asks again and again costs nothing."""
    found = cache.get(_CACHED)
    if found is None:
        found = check_health().well
        cache.set(_CACHED, found, timeout=_REMEMBERED)
    return bool(found)


_CACHED = "health.well"


@dataclass(frozen=True)
class ChannelTrouble:
    """What does not reach people by one channel."""

    title: str | Promise
    #: Since when nothing reaches anybody, and what the other side says; None when the channel works.
    down_since: dt.datetime | None
    error: str
    waiting: int
    #: The latest message to each person that was given up lately.
    given_up: Sequence[Delivery]
    #: How many people more there are, at other sites.
    elsewhere: int = 0


def channel_troubles(reader: Person | None = None) -> list[ChannelTrouble]:
    """Return the channels by which something could not be delivered; a reader is told the names of the people at their
    own sites, and how many others there are."""
    installed = notifications.installed_channels()
    found = [_trouble(name, channel.TITLE, reader) for name, channel in installed.items()]
    gone = Delivery.objects.exclude(channel__in=installed).filter(tried_at__gt=Now() - _NAMED)
    names = gone.values_list("channel", flat=True).order_by("channel").distinct()
    found += [_trouble(name, name, reader) for name in names]
    return [one for one in found if one.down_since or one.given_up or one.elsewhere]


def _trouble(name: str, title: str | Promise, reader: Person | None) -> ChannelTrouble:
    mine = Delivery.objects.filter(channel=name)
    failed = mine.filter(state=Delivery.State.FAILED, tried_at__gt=Now() - _NAMED).order_by("-tried_at")
    latest = failed.select_related("notice__person")[:_LOOKED_AT]
    by_person = {one.notice.person_id: one for one in reversed(latest)}
    shown = by_person.keys() if reader is None else _people_of(reader, by_person)
    named = [one for key, one in by_person.items() if key in shown]
    down = mine.filter(fault=Delivery.Fault.CHANNEL_DOWN).order_by("-tried_at").first()
    return ChannelTrouble(
        title=title,
        down_since=Delivery.objects.down_since(name),
        error=down.last_error if down else "",
        waiting=mine.filter(state=Delivery.State.WAITING).count(),
        given_up=named,
        elsewhere=len(by_person) - len(named),
    )


def _people_of(reader: Person, found: Iterable[UUID]) -> set[UUID]:
    """Return those of some people who hold a role at a site of the reader, or at none today."""
    grants = Grant.objects.active().filter(person__in=found)
    here = grants.filter(Q(site=None) | Q(site__in=people.permitted_sites(reader, "site.read")))
    elsewhere = set(grants.values_list("person", flat=True)) - set(here.values_list("person", flat=True))
    return set(found) - elsewhere


def hosts_in_the_clear() -> QuerySet[Host]:
    """Return hosts to which an account signs in over HTTP without a proof of who answers, by an administrator's
    permission."""
    hosts = Host.objects.filter(ntlm_over_http=True, lab=False, tls=False, transport=Host.Transport.NTLM)
    return hosts.order_by("name")
