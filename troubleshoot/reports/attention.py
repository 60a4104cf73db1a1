"""What needs somebody's attention: each as a number with its rows, or by name."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from troubleshoot import people
from troubleshoot.models import READS, Host, Job, Person, Reading
from troubleshoot.reports import history
from troubleshoot.reports.figures import FEW, MANY_CASES, MOST_NAMED, Attention, Number, Period, Seen

SOON = dt.timedelta(days=30)
CHUNK = 500


def many_cases(period: Period, seen: Sequence[Seen]) -> Attention:
    """Return computers with three or more cases."""
    counts = Counter((one.host, _kind(one)) for one in seen if one.host)
    found = sorted((-count, name, kind) for (name, kind), count in counts.items() if name and count >= MANY_CASES)
    number = Number(len(found), _("computers with 3 or more cases"), {}, _("Cases opened in this period."))
    named = [(_label(name, kind, -less), period.asked("cases", host=name)) for less, name, kind in found[:MOST_NAMED]]
    return Attention(number, named)


def guides(period: Period, seen: Sequence[Seen]) -> Attention:
    """Return guides whose closed cases were sent on more often than not; a few cases say nothing."""
    closed = Counter(one.guide for one in seen if one.way != "open")
    sent = Counter(one.guide for one in seen if one.way == "sent_on")
    found = sorted(name for name, count in closed.items() if count >= FEW and sent[name] * 2 > count)
    words = _("guides that end in “sent on” more than half the time")
    number = Number(len(found), words, {}, _("Of the cases that were closed, at least 5 of them."))
    named = [
        (f"{name}: {sent[name]} / {closed[name]}", period.asked("cases", guide=name, outcome="sent_on"))
        for name in found
    ]
    return Attention(number, named)


def computers(person: Person, period: Period) -> list[Attention]:
    """Return computers whose latest observation could not see inside, and those whose certificate soon expires."""
    hosts: Any = people.permitted_rows(Host.objects.filter(invented=False), person, "host.read")
    hosts = hosts.filter(site=period.site) if period.site else hosts
    observations = Job.objects.filter(host=OuterRef("pk"), kind__in=READS, state="done").order_by("-created_at")
    latest = observations.with_reached().values("reached")[:1]
    marked = hosts.annotate(reached=Subquery(latest), observation=Subquery(observations.values("pk")[:1]))
    found = list(marked.exclude(observation=None))
    return [_closed(found), _expiring(found)]


def _closed(hosts: list[Any]) -> Attention:
    found = [one for one in hosts if one.reached not in {None, "yes"}]
    meaning = _("At the latest look, sign-in was refused, scripts were blocked, or nothing answered.")
    number = Number(len(found), _("computers that we cannot look into"), {}, meaning)
    return Attention(number, [(history.host_words(one), _about(one)) for one in found[:MOST_NAMED]])


def _expiring(hosts: list[Any]) -> Attention:
    """Return what the latest observation saw of their certificates. One renewed since is seen at the next."""
    ends = dict(_certificates([one.observation for one in hosts]))
    limit = timezone.now() + SOON
    found = sorted(
        ((end, one) for one in hosts if (end := ends.get(one.observation)) and end <= limit), key=lambda row: row[0]
    )
    meaning = _("By the certificate that Remote Desktop showed at the latest look, expired ones included.")
    number = Number(len(found), _("certificates that expire within 30 days"), {}, meaning)
    words = [(f"{history.host_words(one)}: {date_format(end, 'j M Y')}", _about(one)) for end, one in found]
    return Attention(number, words[:MOST_NAMED])


def _certificates(observations: list[Any]) -> Iterator[tuple[Any, dt.datetime]]:
    """Yield the end of the certificate that each observation saw from outside."""
    for start in range(0, len(observations), CHUNK):
        rows = Reading.objects.filter(
            job__in=observations[start : start + CHUNK], source="network", name="remote desktop"
        )
        for job, end in rows.annotate(end=KT("value__certificate__not_after")).values_list("job", "end"):
            moment = parse_datetime(end) if end else None
            if moment is not None and timezone.is_aware(moment):
                yield job, moment


def _about(host: Host) -> dict[str, str]:
    return {"show": "cases", "host": host.name}


def _kind(seen: Seen) -> str:
    return "invented" if seen.invented else "simulated" if seen.lab else ""


def _label(name: str, kind: str, count: int) -> str:
    words = {"invented": _("%s (invented)"), "simulated": _("%s (simulated)")}.get(kind, "%s") % name
    return f"{words}: {count}"
