"""Who may do what: decides by the table, makes lists of it, and has the only function that gives a view an object."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import Http404

from troubleshoot import audit, engine, wording
from troubleshoot.engine import Denial
from troubleshoot.models import Grant, GrantQuerySet, Person, Site
from troubleshoot.people import relations
from troubleshoot.people.relations import Holder

Visitor = Person | AnonymousUser
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Decision:
    """The answer of the table. `rule` names the line that decided, `site` where the object belongs."""

    allowed: bool
    action: str
    rule: str
    denial: Denial | None = None
    site: str = ""
    objects: tuple[tuple[str, str], ...] = ()

    @property
    def reason(self) -> str:
        """Return why it was refused, for the person who was refused; nothing when it was allowed."""
        return wording.denial_words(self.denial) if self.denial else ""

    @property
    def who_can_help(self) -> str:
        """Return who may do it instead; nothing when it was allowed, or when nobody may."""
        if self.denial in {None, Denial.INVENTED}:
            return ""
        return wording.helper_words(self.action, site=self.site, another=self.denial == Denial.OWN_REQUEST)


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
    row = engine.RULES[action]
    if not (isinstance(person, Person) and person.is_active):
        return _denial(action, Denial.NO_ROLE, obj)
    if getattr(obj, "invented", False) and engine.changes_something(action):
        return _denial(action, Denial.INVENTED, obj)
    denial = Denial.NO_ROLE
    for role, holder in relations.held_by(person).items():
        if role not in row:
            continue
        missed = _missed(row[role], holder, obj)
        if missed is None:
            return Decision(True, action, f"{action}:{role}:{row[role][0].value}")
        denial = missed
    return _denial(action, denial, obj)


def require_permission(person: Visitor, action: str, obj: object = None) -> None:
    """Raise PermissionRefused unless the person may."""
    decision = may(person, action, obj)
    if not decision.allowed:
        raise PermissionRefused(decision)


def obtain_object(rows: QuerySet[Row], person: Visitor, action: str, **key: Any) -> Row:
    """Return the one row with this key, for this action. The only way in which a view gets an object.

    Raises ObjectHidden when it is absent, when the key is malformed and when the person may not read it;
    PermissionRefused when the person may read it but not do this.
    """
    kind = f"{rows.model._meta.model_name}"  # noqa: SLF001 - Django's documented Model API
    try:
        found = rows.filter(**key).first()
    except (ValidationError, ValueError, OverflowError):
        found = None
    if found is None:
        raise ObjectHidden(_denial(f"{kind}.read", Denial.ABSENT, None))
    read = may(person, f"{kind}.read", found)
    if not read.allowed:
        raise ObjectHidden(read)
    if action != f"{kind}.read":
        require_permission(person, action, found)
    return found


def permitted_rows(rows: QuerySet[Row], person: Person, action: str) -> QuerySet[Row]:
    """Return the rows on which the person may do this today: what `may` decides of one object, asked of the database.

    Raises KeyError for an action that the table does not know.
    """
    found = relations.NOTHING
    for role, holder in relations.held_by(person).items():
        if right := engine.RULES[action].get(role):
            found |= Q(*(relations.relation_rows(relation, holder, rows.model) for relation in right))
    if engine.changes_something(action) and rows.model in relations.MAY_BE_INVENTED:
        found &= Q(invented=False)
    return rows.filter(found)


def permitted_sites(person: Person, action: str) -> QuerySet[Site]:
    """Return the sites at which the person may do this today. A grant for every site counts for those to come as
    well."""
    return permitted_rows(Site.objects.all(), person, action)


def grants_allowing(action: str) -> GrantQuerySet:
    """Return the grants in force, of active people, that let them do this for others."""
    return Grant.objects.active().filter(role__in=engine.roles_serving(action), person__is_active=True)


def permission_holders(action: str, site: Site | None) -> list[Person]:
    """Return the active people who may do this for others at a site today; without a site, at any."""
    grants = grants_allowing(action).select_related("person")
    if site is not None:
        grants = grants.filter(Q(site=site) | Q(site=None))
    return list({grant.person.pk: grant.person for grant in grants}.values())


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
    """Count how often this process has turned away somebody who was not signed in."""
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


def _missed(right: engine.Right, holder: Holder, obj: object) -> Denial | None:
    """Return the code of the first relation that does not hold; None when the right reaches the object."""
    for relation in right if obj is not None else ():
        if not relations.relation_holds(relation, holder, obj):
            return engine.REFUSED_AS.get(relation, Denial.OUT_OF_REACH)
    return None


def _denial(action: str, denial: Denial, obj: object) -> Decision:
    named = ((obj._meta.model_name or "", str(obj.pk)),) if isinstance(obj, Model) else ()  # noqa: SLF001
    return Decision(False, action, f"{action}:{denial}", denial, _site_name(obj), named)


def _site_name(obj: object) -> str:
    site = obj if isinstance(obj, Site) else getattr(getattr(obj, "host", None) or obj, "site", None)
    return str(site) if isinstance(site, Site) else ""
