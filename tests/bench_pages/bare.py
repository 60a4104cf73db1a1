"""The page that a guide step is compared with: Django's own middleware, a session, one query, and nothing else."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from troubleshoot.models import Site

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def bare(request: HttpRequest) -> HttpResponse:
    """Read the session and one row; a POST also writes the session, as the least that a change writes."""
    seen = request.session.get("seen", 0)
    if request.method == "POST":
        request.session["seen"] = seen + 1
    return HttpResponse(f"{seen} {Site.objects.first()}")


urlpatterns = [path("bare", bare)]
