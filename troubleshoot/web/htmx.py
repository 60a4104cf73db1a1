"""The only place that knows about HTMX: the server picks the part of a page that a request may replace."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    parts: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show a page, or the one named part of it that the request aims at.

    `parts` maps the id of an element to the partial that fills it. The browser never names a template: an id that
    is not listed gets the whole page.
    """
    target = request.headers.get("HX-Target", "") if request.headers.get("HX-Request") == "true" else ""
    part = (parts or {}).get(target)
    response = render(request, f"{template}#{part}" if part else template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
