"""Incidents: several computers of a site with the same cause become one matter, with one owner and one banner."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from troubleshoot import audit, notifications, people
from troubleshoot.audit import Tag
from troubleshoot.engine import NoticeCode, Refusal, RefusalCode
from troubleshoot.models import Case, Incident, Person, Site, held

#: Fewer computers than this with the same cause are no incident.
LEAST_COMPUTERS = 3


def begin_incident(*, actor: Person, site: Site, cause: str) -> Incident:
    """Make the actor the owner of every open case of this cause, and tell the site by a banner.

    Asked again, it takes the cases that came since. Raises Refusal when too few computers are left, and without a
    cause: cases of which none is known have nothing in common.
    """
    people.require_permission(actor, "incident.begin", site)
    if not cause:
        raise Refusal(RefusalCode.INCIDENT_WITHOUT_CAUSE)
    with transaction.atomic():
        open_cases = Case.objects.filter(site=site, cause=cause, closed_at=None, invented=False)
        cases = list(held(open_cases.select_related("owner").order_by("pk")))
        site = held(Site.objects.all()).get(pk=site.pk)  # two clicks make one incident
        incident = running_incidents([site]).filter(cause=cause).first()
        if incident is None:
            if len({case.host_id for case in cases}) < LEAST_COMPUTERS:
                raise Refusal(RefusalCode.INCIDENT_TOO_SMALL)
            since = min(case.opened_at for case in cases)
            incident = Incident.objects.create(site=site, cause=cause, owner=actor, since=since)
        taken = [case for case in cases if case.owner_id != actor.pk]
        _take(taken, actor, incident)
    return incident


def end_incident(*, actor: Person, incident: Incident) -> None:
    """End an incident: remove the banner and tell whoever asked. Its cases stay open, and each ends by itself.

    Saying it again changes nothing.
    """
    people.require_permission(actor, "incident.end", incident)
    with transaction.atomic():
        if not Incident.objects.filter(pk=incident.pk, ended_at=None).update(ended_at=Now()):
            return
        told = list(incident.watchers.filter(is_active=True))
        notifications.notify(told, NoticeCode.INCIDENT_OVER, {"site": str(incident.site)})
        audit.record(Tag.INCIDENT_END, actor=actor, objects=[incident, incident.site], details={"told": len(told)})


def watch_for_incidents(*, actor: Person, incident: Incident) -> None:
    """Note that the actor wants to be told when it is over. Asking again changes nothing."""
    people.require_permission(actor, "incident.watch", incident)
    with transaction.atomic():
        running = held(Incident.objects.all()).get(pk=incident.pk)
        if running.ended_at is not None:
            raise Refusal(RefusalCode.INCIDENT_OVER)
        if not running.watchers.filter(pk=actor.pk).exists():
            running.watchers.add(actor)
            audit.record(Tag.INCIDENT_WATCH, actor=actor, objects=[incident])


def running_incidents(sites: Iterable[Site]) -> QuerySet[Incident]:
    """Return the incidents that last at these sites, the newest first."""
    return Incident.objects.filter(site__in=sites, ended_at=None).select_related("site", "owner").order_by("-made_at")


def incidents_for_helpdesk(sites: Iterable[Site], person: Person) -> QuerySet[Incident]:
    """Return the running incidents, with how many ask to be told (`asked`), and whether cases came that the person does
    not own (`new`)."""
    cases = Case.objects.filter(site=OuterRef("site"), cause=OuterRef("cause"), closed_at=None, invented=False)
    return running_incidents(sites).annotate(asked=Count("watchers"), new=Exists(cases.exclude(owner=person)))


def incidents_for_person(sites: Iterable[Site], person: Person) -> QuerySet[Incident]:
    """Return the running incidents, each with whether the person asked to be told (`asked`)."""
    through = Incident.watchers.through.objects.filter(incident=OuterRef("pk"), person=person)
    return running_incidents(sites).annotate(asked=Exists(through))


def _take(cases: list[Case], actor: Person, incident: Incident) -> None:
    if not cases:
        return
    owners = {case.owner for case in cases if case.owner}
    notifications.notify(owners, NoticeCode.INCIDENT_TAKEN, {"who": str(actor), "site": str(incident.site)})
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(owner=actor)
    audit.record(
        Tag.INCIDENT_BEGIN,
        actor=actor,
        objects=[incident, incident.site, *cases],
        details={"cause": incident.cause, "cases": len(cases)},
    )
