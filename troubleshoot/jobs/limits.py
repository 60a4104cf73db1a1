"""How much may wait: in the queue of a computer, a site and a person, and for the approvers of a site."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import CHANGES, Host, Job, JobState, Person, Site, held


def refuse_full_queue(host: Host, person: Person, *, planning: bool = False) -> None:
    """Raise Refusal where enough changes wait already for a computer, for its site, or by the start of a person; when
    something is planned, the same of what is read for plans, by the wish of a person.

    Nothing else counts, and nothing else is refused: a reading for somebody with an error, an undo, and a question
    about a lost change keep nobody from a change. The caller is in the transaction that would add one more: whoever
    else adds one at the same site waits for it.
    """
    _hold(host)
    kinds = {Job.Kind.PLAN} if planning else CHANGES
    queued = Job.objects.filter(kind__in=kinds, state=JobState.QUEUED, invented=False)
    waiting = _counts(queued, host, Q(requester=person) if planning else Q(starter=person))
    if waiting["computer"] >= settings.MENDPOINT_QUEUE_PER_COMPUTER:
        raise Refusal(RefusalCode.COMPUTER_QUEUE_FULL, host=str(host), number=waiting["computer"])
    if waiting["site"] >= settings.MENDPOINT_QUEUE_PER_SITE:
        raise Refusal(RefusalCode.SITE_QUEUE_FULL, site=str(host.site), number=waiting["site"])
    if waiting["person"] >= settings.MENDPOINT_QUEUE_PER_PERSON:
        raise Refusal(RefusalCode.OWN_QUEUE_FULL, number=waiting["person"])


def refuse_full_approvals(host: Host, person: Person) -> None:
    """Raise Refusal where enough plans of a person, or for a site, wait for a second person. As with the queue: asked
    where a plan is wanted, so that nothing is read in vain, and once more where it is laid before them."""
    _hold(host)
    plans = Job.objects.filter(state=JobState.WAITING_APPROVAL, invented=False)
    waiting = _counts(plans, host, Q(requester=person))
    if waiting["site"] >= settings.MENDPOINT_APPROVALS_PER_SITE:
        raise Refusal(RefusalCode.SITE_APPROVALS_FULL, site=str(host.site), number=waiting["site"])
    if waiting["person"] >= settings.MENDPOINT_APPROVALS_PER_PERSON:
        raise Refusal(RefusalCode.OWN_APPROVALS_FULL, number=waiting["person"])


def _hold(host: Host) -> None:
    held(Site.objects.only("pk")).get(pk=host.site_id)


def _counts(waiting: QuerySet[Job], host: Host, person: Q) -> dict[str, int]:
    """Count jobs by the three for which they wait, in one question to the database."""
    mine = {"computer": Q(host=host), "site": Q(host__site=host.site_id), "person": person}
    return waiting.aggregate(**{name: Count("pk", filter=one) for name, one in mine.items()})
