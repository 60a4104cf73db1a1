"""Whether Mendpoint is well: one word for the machines that watch it, the details for administrators and auditors."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from troubleshoot import operations, people
from troubleshoot.models import FRESH, Heartbeat, Host, Job, Person, Site
from troubleshoot.pictures import picture_state
from troubleshoot.web.view_rules import public, rule, visitor

SHOWN = 20


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when a case can be helped from its start to its end, else 503. Says nothing else to strangers."""
    well = operations.is_well()
    return HttpResponse("ok\n" if well else "not well\n", content_type="text/plain", status=200 if well else 503)


@rule("health.read")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show each part, each process with its last sign of life, and what an administrator should know about."""
    beats = list(Heartbeat.objects.order_by("kind", "name"))
    living = timezone.now() - FRESH
    served = {slug for one in beats if one.kind == "worker" and one.beaten_at >= living for slug in one.sites}
    context = {
        "health": operations.check_health(),
        "beats": [(one, one.beaten_at >= living) for one in beats],
        **_troubles(visitor(request), served),
        "solo": settings.MENDPOINT_SOLO_MODE,
        "turned_away": people.anonymous_refusals(),
        "mail": settings.EMAIL_HOST,
        "pictures": picture_state(),
        "channel_troubles": operations.channel_troubles(visitor(request)),
    }
    return render(request, "administrator/health.html", context)


def _troubles(person: Person, served: set[str]) -> dict[str, Any]:
    """Return what is wrong at the sites of a person by name, and of other sites how much it is."""
    own = set(people.permitted_sites(person, "site.read"))
    hosts = people.permitted_rows(Host.objects.all(), person, "host.read")
    unserved = [site for site in Site.objects.all() if site.slug not in served]
    overdue, clear = Job.objects.overdue(), operations.hosts_in_the_clear()
    here, signed_in = overdue.filter(host__in=hosts), clear.filter(pk__in=hosts)
    return {
        "unserved": [site for site in unserved if site in own],
        "unserved_elsewhere": sum(site not in own for site in unserved),
        "overdue": list(here.select_related("host").prefetch_related("reverts")[:SHOWN]),
        "overdue_elsewhere": overdue.count() - here.count(),
        "clear": list(signed_in[:SHOWN]),
        "clear_elsewhere": clear.count() - signed_in.count(),
        "simulated_hosts": list(hosts.filter(lab=True, invented=False).values_list("name", flat=True)[:SHOWN]),
    }
