"""What every response passes through: strict headers, and sign-in before anything that is not public."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from troubleshoot import access

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types default"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
    # Pages show who is signed in and hold a CSRF token; the files that may be cached never come this way.
    "Cache-Control": "no-store",
}


def response_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Add the headers that no page may go without; Django's SecurityMiddleware adds the rest."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        return response

    return middleware


class SignInRequired(LoginRequiredMiddleware):
    """Turns away whoever is not signed in: a page with a redirect, a fragment with 401 and HX-Redirect.

    A sign-in form swapped into the middle of a page would be a trap for the password, so a fragment never gets one.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseBase:  # type: ignore[override]
        """Answer for a view that is not public; the refusal is counted, not written down."""
        access.count_anonymous()
        wanted = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401, headers={"HX-Redirect": reverse(settings.LOGIN_URL)})
        query = f"?{urlencode({'next': wanted})}" if wanted and wanted != "/" else ""
        return HttpResponseRedirect(reverse(settings.LOGIN_URL) + query)
