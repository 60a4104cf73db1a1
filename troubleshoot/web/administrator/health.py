"""Whether Mendpoint is well: one word for the machines that watch it, the details for administrators and auditors."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from troubleshoot import operations, people
from troubleshoot.models import FRESH, Heartbeat, Host, Job, Site
from troubleshoot.web.view_rules import public, rule

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
        "unserved": [site for site in Site.objects.all() if site.slug not in served],
        "overdue": list(Job.objects.overdue().select_related("host")[:SHOWN]),
        "clear": list(operations.hosts_in_the_clear()[:SHOWN]),
        "solo": settings.MENDPOINT_SOLO_MODE,
        "simulated_hosts": list(Host.objects.filter(lab=True, invented=False).values_list("name", flat=True)[:SHOWN]),
        "turned_away": people.anonymous_refusals(),
        "mail": settings.EMAIL_HOST,
        "channel_troubles": operations.channel_troubles(),
    }
    return render(request, "administrator/health.html", context)
