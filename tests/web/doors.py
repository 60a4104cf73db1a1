"""A URL map for tests about the doors themselves: one view per kind of answer, and one that declares nothing."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from troubleshoot import audit, people
from troubleshoot.models import Site
from troubleshoot.people import obtain_object
from troubleshoot.web.view_rules import public, rule, visitor


@rule("site.read")
def site(request: HttpRequest, pk: str) -> HttpResponse:
    return HttpResponse(obtain_object(Site.objects.all(), visitor(request), "site.read", pk=pk).name)


@rule("site.read")
def change_site(request: HttpRequest, pk: str) -> HttpResponse:
    with transaction.atomic():
        people.create_site(actor=audit.Machine("cli", "tests"), slug="undone", name="Undone")
        obtain_object(Site.objects.all(), visitor(request), "host.change", pk=pk)
    return HttpResponse()


@rule("audit.export")
def export(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@public
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a bug with a secret: hunter2")


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("sites/<str:pk>", site),
    path("sites/<str:pk>/change", change_site),
    path("export", export),
    path("broken", broken),
    path("undeclared", undeclared),
    path("", include("troubleshoot.web.urls")),
]
