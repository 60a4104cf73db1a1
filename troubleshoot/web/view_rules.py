"""Every view declares who may enter: `@rule("case.read")`, `@signed_in` or `@public`; a check insists on it."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from uuid6 import uuid7

from troubleshoot import audit, engine, people
from troubleshoot.models import Person
from troubleshoot.web.refusals import who_can_help

P = ParamSpec("P")
Answer = TypeVar("Answer", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], Answer]

PUBLIC = "public"
SIGNED_IN = "signed_in"


def rule(action: str) -> Callable[[View[P, Answer]], View[P, Answer]]:
    """Let in whoever holds a role that may do this somewhere; the view then asks `access` about the object.

    Raises KeyError at import when the table of rules does not know the action.
    """
    engine.RULES[action]

    def declare(view: View[P, Answer]) -> View[P, Answer]:
        return _door(view, action)

    return declare


def signed_in(view: View[P, Answer]) -> View[P, Answer]:
    """Let in everybody who is signed in, whatever their roles: pages about the visitor alone."""
    return _door(view, SIGNED_IN)


def public(view: View[P, Answer]) -> View[P, Answer]:
    """Let in everybody."""
    return login_not_required(_door(view, PUBLIC))


def public_when(setting: str) -> Callable[[View[P, Answer]], View[P, Answer]]:
    """Let in everybody while an administrator's setting says so, and otherwise everybody who is signed in.

    The setting is read at each request, by the middleware that asks for signing in.
    """

    def declare(view: View[P, Answer]) -> View[P, Answer]:
        entered = _door(view, PUBLIC)
        entered.public_when = setting  # type: ignore[attr-defined]
        return entered

    return declare


def declared_rule(view: object) -> str | None:
    """Return the rule that a view declares, or None."""
    return getattr(view, "declared_rule", None)


def visitor(request: HttpRequest) -> Person:
    """Return the person behind the request, inside a view that is not public."""
    if not isinstance(request.user, Person):
        raise TypeError("only a public view may be entered without signing in")
    return request.user


def asked(request: HttpRequest, part: str, most: int = 100) -> str:
    """Return a part of the address as it can be searched for: bounded, and without what no database holds."""
    return request.GET.get(part, "").replace("\0", "").strip()[:most]


def _door(view: View[P, Answer], declared: str) -> View[P, Answer]:
    """Wrap a view: note for the audit log where the request comes from, ask the rule, record and explain a refusal."""

    def enter(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            with (
                audit.acting_through(_source(request, request.session.session_key)),
                people.refusals_recorded(request.user),
            ):
                if declared not in {PUBLIC, SIGNED_IN}:
                    people.require_permission(request.user, declared)
                return view(request, *args, **kwargs)
        except people.PermissionRefused as refusal:
            said = {"decision": refusal.decision, "who_can_help": who_can_help(refusal.decision)}
            return render(request, "403.html", said, status=403)

    declaring = wraps(view)(enter)
    declaring.declared_rule = declared  # type: ignore[attr-defined]
    return cast("View[P, Answer]", declaring)


def _source(request: HttpRequest, key: str | None) -> Callable[[], audit.Source]:
    """Return a function that says where this request comes from, for the audit log, worked out when first asked.

    The session, which `key` opens as the request comes in, is named by a keyed hash: a log never holds its key.
    """

    @cache
    def name() -> audit.Source:
        session = salted_hmac("troubleshoot.audit.session", key, algorithm="sha256").hexdigest() if key else None
        return audit.Source("web", str(uuid7()), session, request.META.get("REMOTE_ADDR") or None)

    return name
