"""Ninety days of cases, invented in one transaction with one audit entry that says so; in the demo alone."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction
from django.utils import timezone

from troubleshoot import audit, cases, catalog, diagnosis
from troubleshoot.audit import Actor, Tag
from troubleshoot.management.demo_mark import refuse_inventing
from troubleshoot.management.invented import cast
from troubleshoot.management.invented.cast import Place
from troubleshoot.management.invented.evidence import gather_evidence
from troubleshoot.management.invented.rows import CHANGE, Rows
from troubleshoot.management.invented.stories import DAYS, OPEN, STORIES, Story
from troubleshoot.management.invented.telling import Setting, Telling
from troubleshoot.management.invented.whole_case import tell_case
from troubleshoot.management.invented.working_day import days_back, latest_moments, some_moment
from troubleshoot.models import Case, Host, Person, Site

_SEED: Final = 0x904
#: North has more people.
_SHARES: Final = (3, 2)
_MONTH: Final = 30
#: A repaired computer stays well for so long at least, but for some.
_HOLDS: Final = dt.timedelta(days=10)
_COMES_BACK: Final = 0.15


@dataclass
class _World:
    """Where the cases of the history happen, and what of them is finished so far."""

    places: list[Place]
    approver: Person
    settings: dict[str, Setting]
    now: dt.datetime
    chance: random.Random = field(default_factory=lambda: random.Random(_SEED))  # noqa: S311 - the same each time
    rows: Rows = field(default_factory=Rows)
    last: dict[tuple[str, str], dt.datetime] = field(default_factory=dict)
    """Computer and story → when it was that last."""


def invent_history(*, actor: Actor, sites: Sequence[Site], desk: Person, approver: Person, own: list[Person]) -> None:
    """Make the history of the days before now at these sites; `desk`, `approver` and `own` (employees of the first
    site) have real accounts of the demo and appear in it as well.

    Raises CommandError in any database but the demo's.
    """
    refuse_inventing()
    now = timezone.now()
    places = [cast.make_place(site, number, desk, own if number == 0 else []) for number, site in enumerate(sites)]
    world = _World(places, approver, {story.name: _setting(story, now) for story in STORIES}, now)
    _past(world)
    _present(world)
    with transaction.atomic():  # it takes others' turn, so all of it was thought out before
        _create(places)
        world.rows.save()
        diagnosis.reindex_cases(Case.objects.for_status().filter(invented=True, closed_at=None))
        audit.record(Tag.DEMO_INVENT, actor=actor, objects=list(sites), details=_account(world))


def _setting(story: Story, now: dt.datetime) -> Setting:
    found = catalog.installed_catalog().codes.identify(story.text)
    guide = catalog.installed_catalog().guides[cases.guide_for_error(found)].begun_at(found.leads_to[1])
    error = cases.describe_error(found)
    code = diagnosis.code_hint(error)
    evidence = gather_evidence(story, guide, code, now)
    return Setting(
        story=story,
        guide=guide,
        version=diagnosis.publish_guide(guide),
        facts_digest=catalog.all_facts().digest,
        error=error,
        evidence=evidence,
        cause=diagnosis.shown_cause(evidence.ill, code),
        now=now,
    )


def _past(world: _World) -> None:
    """Write the cases that have come to an end, oldest first."""
    days = days_back(timezone.localdate(world.now), DAYS - 1)
    begun = [moment for day in days for moment in _moments(world, day, days)]
    for late, moment, story in sorted(begun, key=lambda one: one[1]):
        told = _told(world, story, moment, late)
        tell_case(told)
        if told.clock < world.now:
            world.rows.take(told.rows)


def _moments(world: _World, day: dt.date, days: Sequence[dt.date]) -> Iterable[tuple[float, dt.datetime, str]]:
    """Yield when on this day somebody met an error, and which story it is, with how late in the history that is."""
    passed = (day - days[0]).days
    for story in STORIES:
        weekly = story.weekly[min(passed // _MONTH, len(story.weekly) - 1)]
        for _case in range(world.chance.choices((0, 1, 2), weights=_weights(weekly))[0]):
            yield passed / DAYS, some_moment(day, world.chance), story.name


def _weights(weekly: int) -> tuple[float, float, float]:
    """Return how often a day has none, one or two cases of a story that has so many a week."""
    daily = weekly / 5
    two = daily / 4
    return max(0.0, 1 - daily + two), max(0.0, daily - 2 * two), two


def _present(world: _World) -> None:
    """Write the cases that are still open."""
    moments = latest_moments(world.now, len(OPEN), world.chance)
    for moment, (story, stop, urgency) in sorted(zip(moments, OPEN, strict=True)):
        told = _told(world, story, moment, 1.0, is_open=True)
        told.case.urgency = urgency
        tell_case(told, stop=stop)
        world.rows.take(told.rows)


def _told(world: _World, story: str, moment: dt.datetime, late: float, *, is_open: bool = False) -> Telling:
    place = world.chance.choices(world.places, weights=_SHARES[: len(world.places)])[0]
    own = [host for host in place.computers if host.owner and not host.owner.invented]
    host = _computer(world, [host for host in place.computers if not (is_open and host in own)], story, moment)
    return Telling(world.settings[story], place, host, world.chance, moment, late, world.approver)


def _computer(world: _World, hosts: list[Host], story: str, moment: dt.datetime) -> Host:
    """Choose a computer that has been well for some days: mostly a repair holds. Now and then one that had just
    this."""
    lately = {name: known for (name, known), at in world.last.items() if moment - at < _HOLDS}
    again = [host for host in hosts if lately.get(host.name) == story]
    rested = [host for host in hosts if host.name not in lately]
    found = world.chance.choice(again if again and world.chance.random() < _COMES_BACK else rested or hosts)
    world.last[found.name, story] = moment
    return found


def _create(places: Iterable[Place]) -> None:
    for place in places:
        Person.objects.bulk_create(place.people)
        Host.objects.bulk_create(place.computers)


def _account(world: _World) -> dict[str, object]:
    rows = world.rows
    return {
        "cases": len(rows.cases),
        "changes": sum(job.kind == CHANGE for job in rows.jobs),
        "jobs": len(rows.jobs),
        "people": Person.objects.filter(invented=True).count(),
        "computers": sum(len(place.computers) for place in world.places),
        "since": audit.utc_text(min(case.opened_at for case in rows.cases)),
        "until": audit.utc_text(world.now),
    }
