"""What every response passes through: strict headers, and sign-in before anything that is not public."""

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from troubleshoot import people

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


#: The largest list of computers (10 MB) and what a form adds to it.
MOST_BYTES = 11 * 1024 * 1024


def behind_proxy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Take the visitor's address and scheme from a proxy that the operator named; from anybody else drop them.

    Without it a portal behind a proxy would lock out everybody when one address guesses passwords, because all of
    them seem to come from the proxy.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if _is_proxy(request.META.get("REMOTE_ADDR", "")):
            hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            # From the right: whatever stands left of the first address that no proxy of ours has, a visitor wrote.
            outside = next((hop for hop in reversed(hops) if not _is_proxy(hop)), "")
            if _address(outside):
                request.META["REMOTE_ADDR"] = outside
        else:
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return get_response(request)

    return middleware


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _is_proxy(text: str) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in settings.MENDPOINT_PROXIES)


def response_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Add the headers that no page may go without; Django's SecurityMiddleware adds the rest."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        return response

    return middleware


def bounded(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Turn away what is larger than anything a page sends, before a byte of it is kept.

    Django bounds texts but not files: a stranger could fill the disk, since a form is read before it is known whose.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > MOST_BYTES:
            return HttpResponse(_("This is too large.") + "\n", content_type="text/plain; charset=utf-8", status=413)
        return get_response(request)

    return middleware


class NewPasswordFirst:
    """A password that somebody else made opens nothing but the page on which it is changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on; the page is known only later."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_args: Any) -> HttpResponse | None:
        """Send to that page whoever signed in with such a password."""
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in {"password", "sign-in", "sign-out", "theme", "healthz", "icon"}:
            return None
        if not getattr(request.user, "must_change_password", False):
            return None
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401, headers={"HX-Redirect": reverse("password")})
        return HttpResponseRedirect(reverse("password"))


class SignInRequired(LoginRequiredMiddleware):
    """Turns away whoever is not signed in: a page with a redirect, a fragment with 401 and HX-Redirect.

    A sign-in form swapped into the middle of a page would be a trap for the password, so a fragment never gets one.
    """

    def process_view(self, request: HttpRequest, view_func: Any, *more: Any) -> HttpResponseBase | None:
        """Let a stranger pass where the view is public, or public by a setting that is on."""
        setting = getattr(view_func, "public_when", "")
        if setting and getattr(settings, setting):
            return None
        return super().process_view(request, view_func, *more)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseBase:  # type: ignore[override]
        """Answer for a view that is not public; the refusal is counted, not written down."""
        people.count_anonymous()
        wanted = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401, headers={"HX-Redirect": reverse(settings.LOGIN_URL)})
        query = f"?{urlencode({'next': wanted})}" if wanted and wanted != "/" else ""
        return HttpResponseRedirect(reverse(settings.LOGIN_URL) + query)
