"""The check that stops a start: a view without a rule."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from troubleshoot.web.view_rules import declared_rule


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every route of the URL map with its view, whatever it is nested in."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from routes(pattern, route)


@register(Tags.security)
def check_rules(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Deny by default: a view that declares no rule does not start the server."""
    return [
        Error(
            f"The view at '{route}' declares no rule.",
            hint="Put @rule, @signed_in or @public from troubleshoot.web.view_rules outermost on it.",
            id="troubleshoot.E001",
        )
        for route, view in routes()
        if declared_rule(view) is None
    ]
