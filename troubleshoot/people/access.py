"""Who may do what: the rules as one table, the decision, and the only function that hands an object to a view."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from troubleshoot import audit
from troubleshoot.models import Grant, Person, Prepared, Role, Site

Visitor = Person | AnonymousUser
Row = TypeVar("Row", bound=Model)


class Reach(Enum):
    """How far a role's right goes, seen from the object."""

    OWN = "own"  # a host one owns or is assigned to; a case or job asked for by oneself or for oneself
    OWN_HOST = "own host"  # the same, and the host of that case or job is one's own today
    SITE = "site"  # the object's site is one at which the role is held
    ANY = "any"  # the role is enough, wherever it is held


class EverySite(Enum):
    """The object of an action that touches all sites: only a grant for every site reaches it."""

    EVERY_SITE = "every site"


EVERY_SITE: Final = EverySite.EVERY_SITE

_E, _H, _P, _A = Role.EMPLOYEE, Role.HELPDESK, Role.APPROVER, Role.AUTHOR
_M, _U, _D = Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR
_READERS = {_E: Reach.OWN, _H: Reach.SITE, _P: Reach.SITE, _M: Reach.SITE, _U: Reach.SITE}

#: action -> role -> how far. What is not written here is refused. "anything.read" decides who may know that an
#: object exists. Managers and auditors appear only where nothing is changed.
RULES: Final[Mapping[str, Mapping[Role, Reach]]] = {
    "case.open": {_E: Reach.OWN, _H: Reach.SITE},
    "case.open_for_other": {_H: Reach.SITE},
    "case.read": _READERS,
    "case.answer": {_E: Reach.OWN, _H: Reach.SITE},
    "case.close": {_E: Reach.OWN, _H: Reach.SITE},
    "case.take": {_H: Reach.SITE},
    "case.close_for": {_H: Reach.SITE},
    "job.plan": {_E: Reach.OWN_HOST, _H: Reach.SITE},
    "job.read": _READERS,
    "job.approve": {_P: Reach.SITE},
    "job.apply": {_E: Reach.OWN_HOST, _H: Reach.SITE},
    "job.revert": {_E: Reach.OWN_HOST, _H: Reach.SITE},
    "job.cancel": {_E: Reach.OWN, _H: Reach.SITE, _P: Reach.SITE},
    "guide.read": dict.fromkeys((_H, _P, _A, _M, _U, _D), Reach.ANY),
    "host.read": {**_READERS, _D: Reach.SITE},
    "host.import": {_D: Reach.SITE},
    "host.change": {_D: Reach.SITE},
    "host.test": {_D: Reach.SITE},
    "credential.read": {_U: Reach.SITE, _D: Reach.SITE},
    "credential.change": {_D: Reach.SITE},
    "person.read": {_U: Reach.ANY, _D: Reach.ANY},
    "person.create": {_D: Reach.ANY},
    "person.deactivate": {_D: Reach.ANY},
    "person.password": {_D: Reach.ANY},
    "person.grant": {_D: Reach.SITE},
    "site.read": {_H: Reach.SITE, _P: Reach.SITE, _M: Reach.SITE, _U: Reach.SITE, _D: Reach.SITE},
    "site.create": {_D: Reach.SITE},
    "site.change": {_D: Reach.SITE},
    "administration.read": {_D: Reach.ANY},
    "health.read": {_U: Reach.ANY, _D: Reach.ANY},
    "summary.read": {_M: Reach.SITE, _U: Reach.SITE},
    "board.read": {_H: Reach.SITE},
    "incident.read": {_E: Reach.SITE, _H: Reach.SITE},
    "incident.watch": {_E: Reach.SITE},
    "incident.begin": {_H: Reach.SITE},
    "incident.end": {_H: Reach.SITE},
    "history.read": _READERS,
    "audit.read": {_U: Reach.ANY},
    "audit.verify": {_M: Reach.ANY, _U: Reach.ANY, _D: Reach.ANY},
    "audit.export": {_U: Reach.ANY},
}

#: Nobody gets hold of an account, or rid of it, that reaches further than they do themselves.
_TAKES_AN_ACCOUNT = frozenset({"person.password", "person.deactivate"})


@dataclass(frozen=True)
class Decision:
    """The answer of the table. `rule` names the line that decided; the texts are for the person who was refused."""

    allowed: bool
    action: str
    rule: str
    reason: str = ""
    who_can_help: str = ""
    objects: tuple[tuple[str, str], ...] = ()


class PermissionRefused(PermissionDenied):
    """The person may see the object but not do this: answered 403 with the rule and who can help."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason)
        self.decision = decision


class ObjectHidden(Http404):
    """The object is absent or not this person's to know: the same 404 for both."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.rule)
        self.decision = decision


def may(person: Visitor, action: str, obj: object = None) -> Decision:
    """Decide from the grants in force now. Without an object: whether the person may ever do this somewhere.

    Raises KeyError for an action that the table does not know.
    """
    row = RULES[action]
    if not (isinstance(person, Person) and person.is_active):
        return _denial(action, "no_role", obj)
    missed = "no_role"
    for grant in person.held():
        role = Role(grant.role)
        if role not in row:
            continue
        if not _reaches(row[role], person, grant, obj):
            missed = "out_of_reach"
        elif limit := _limit(action, role, person, obj):
            missed = limit
        else:
            return Decision(True, action, f"{action}:{role}:{row[role].value}")
    return _denial(action, missed, obj)


def require_permission(person: Visitor, action: str, obj: object = None) -> None:
    """Raise Refused unless the person may."""
    decision = may(person, action, obj)
    if not decision.allowed:
        raise PermissionRefused(decision)


def obtain_object(rows: QuerySet[Row] | Prepared[Row], person: Visitor, action: str, **key: Any) -> Row:
    """The one row with this key, for this action. The only way in which a view gets an object.

    Raises Hidden when it is absent, when the key is malformed and when the person may not read it;
    Refused when the person may read it but not do this.
    """
    kind = f"{rows.model._meta.model_name}"  # noqa: SLF001 - Django's documented Model API
    try:
        found = rows.first(**key) if isinstance(rows, Prepared) else rows.filter(**key).first()
    except (ValidationError, ValueError, OverflowError):
        found = None
    if found is None:
        raise ObjectHidden(_denial(f"{kind}.read", "absent", None))
    read = may(person, f"{kind}.read", found)
    if not read.allowed:
        raise ObjectHidden(read)
    if action != f"{kind}.read":
        require_permission(person, action, found)
    return found


@contextmanager
def refusals_recorded(actor: audit.Actor | AnonymousUser) -> Iterator[None]:
    """Record a refusal that leaves the block, then let it go on. Stands at a door, outside every transaction.

    The change that was refused has been rolled back by then, so the entry gets a transaction of its own.
    """
    try:
        yield
    except (PermissionRefused, ObjectHidden) as refusal:
        if isinstance(actor, AnonymousUser):
            count_anonymous()
        else:
            _record(refusal.decision, actor, hidden=isinstance(refusal, ObjectHidden))
        raise


def count_anonymous() -> None:
    """Count a refusal to somebody who is not signed in; writing each down would let strangers fill the disk."""
    if not cache.add(_ANONYMOUS, 1, timeout=None):
        cache.incr(_ANONYMOUS)


def anonymous_refusals() -> int:
    """How many people who were not signed in this process has turned away."""
    return int(cache.get(_ANONYMOUS, 0))


_ANONYMOUS = "access.anonymous_refusals"


def _record(decision: Decision, actor: audit.Actor, *, hidden: bool) -> None:
    with transaction.atomic(durable=True):
        audit.record(
            audit.Tag.ACCESS_REFUSE,
            actor=actor,
            objects=decision.objects,
            details={"action": decision.action, "rule": decision.rule, "hidden": hidden},
        )


def _reaches(reach: Reach, person: Person, grant: Grant, obj: object) -> bool:
    if obj is None or reach is Reach.ANY:
        return True
    if reach is Reach.OWN:
        return _is_own(obj, person)
    if reach is Reach.OWN_HOST:
        return _is_own(obj, person) and _is_own(getattr(obj, "host", obj), person)
    if obj is EVERY_SITE or grant.site_id is None:
        return grant.site_id is None
    site = _site_of(obj)
    return grant.site_id == site or (site is None and _is_case(obj))


def _is_own(obj: object, person: Person) -> bool:
    """Whether the person is named on the object: host (owner, assigned), case (opened by, for), job (asked by, for)."""
    named = {getattr(obj, field, None) for field in ("owner_id", "opened_by_id", "requester_id", "beneficiary_id")}
    assigned = getattr(obj, "assigned", None)
    return person.pk in named or (assigned is not None and assigned.filter(pk=person.pk).exists())


def _parts(job: object) -> list[object]:
    """A job, and what it came from and goes to: whoever opened its case, or whose computer it is, decides nothing."""
    return [job, getattr(job, "case", None), getattr(job, "host", None)]


def _is_case(obj: object) -> bool:
    """A case about a computer that nobody registered has no site: every helpdesk sees it, or nobody would help."""
    return hasattr(obj, "opened_by_id")


def _site_of(obj: object) -> UUID | None:
    """The object's own site, else its computer's: a case stays where it was opened when its computer moves."""
    if isinstance(obj, Site):
        return obj.pk
    return getattr(obj, "site_id", None) or getattr(getattr(obj, "host", None), "site_id", None)


def _limit(action: str, role: Role, person: Person, obj: object) -> str:
    """Why a right that reaches the object still does not hold; empty when it does."""
    if obj is None:
        return ""
    if action == "job.approve" and any(_is_own(part, person) for part in _parts(obj)):
        return "own_request"
    if action in _TAKES_AN_ACCOUNT and isinstance(obj, Person) and not _administers(person, obj):
        return "out_of_reach"
    if action in {"job.apply", "job.revert"} and role is Role.EMPLOYEE:
        mild = getattr(obj, "risk", None) == "low" and getattr(obj, "self_service", False) is True
        return "" if mild else "not_self_service"
    return ""


def _administers(person: Person, other: Person) -> bool:
    """Whether one is administrator wherever the other holds anything: whoever holds a password could be its owner."""
    sites = {grant.site_id for grant in person.held() if grant.role == Role.ADMINISTRATOR}
    return None in sites or {grant.site_id for grant in other.held()} <= sites


def _denial(action: str, missed: str, obj: object) -> Decision:
    roles = " / ".join(str(role.label) for role in RULES[action] if role is not Role.EMPLOYEE)
    site = _site_name(obj)
    place = _("%(roles)s of %(site)s") % {"roles": roles, "site": site} if site else roles
    reasons = {
        "no_role": _("This needs a role that you do not hold."),
        "out_of_reach": _("Your roles do not reach this one."),
        "own_request": _("Nobody approves a request of their own, or one that is for them."),
        "not_self_service": _("You may start only fixes that disturb nobody and are marked for self-service."),
        "absent": "",
    }
    helper = _("another %(place)s") % {"place": place} if missed == "own_request" else place
    named = ((obj._meta.model_name or "", str(obj.pk)),) if isinstance(obj, Model) else ()  # noqa: SLF001
    return Decision(False, action, f"{action}:{missed}", reasons[missed], helper, named)


def _site_name(obj: object) -> str:
    site = obj if isinstance(obj, Site) else getattr(getattr(obj, "host", None) or obj, "site", None)
    return str(site) if isinstance(site, Site) else ""
