"""Who decides today: the approvers of a site who are not away, and the deputies of those who are. Reads only."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from troubleshoot.models import Absence, Job, Person, Site
from troubleshoot.people import access


def current_absences() -> QuerySet[Absence]:
    """Return the absences that last now."""
    return Absence.objects.filter(until__gt=Now())


def approvers_on_duty(site: Site) -> list[Person]:
    """Return the approvers of a site who are not away."""
    away = set(current_absences().values_list("person", flat=True))
    return [one for one in access.permission_holders("job.approve", site) if one.pk not in away]


def job_deciders(job: Job) -> list[Person]:
    """Return the approvers of the job's site who may decide about it and are not away; all of them when nobody is
    left."""
    able = [
        one
        for one in access.permission_holders("job.approve", job.host.site)
        if access.may(one, "job.approve", job).allowed
    ]
    away = {one.person_id for one in current_absences().filter(person__in=able)}
    return [one for one in able if one.pk not in away] or able


def deputies_of(site: Site) -> dict[Person, list[Person]]:
    """Return each deputy with those of a site's approvers for whom they stand in now."""
    found: dict[Person, list[Person]] = {}
    holders = access.permission_holders("job.approve", site)
    for one in current_absences().filter(person__in=holders, deputy__in=holders).select_related("person", "deputy"):
        if one.deputy:
            found.setdefault(one.deputy, []).append(one.person)
    return found


def possible_deputies(person: Person) -> list[Person]:
    """Return who could be a deputy: the other approvers of a site for which the person decides."""
    grants = access.grants_allowing("job.approve").filter(
        Q(site__in=access.permitted_sites(person, "job.approve")) | Q(site=None)
    )
    found = {grant.person for grant in grants.exclude(person=person).select_related("person")}
    return sorted(found, key=str)
