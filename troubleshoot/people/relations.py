"""What an object must be to a person: each relation of the table as one predicate and, beside it, as one Q."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Model, Q

from troubleshoot.engine import EVERY_SITE, Relation, Role
from troubleshoot.models import Case, Credential, Grant, Host, Incident, Job, Person, Site

NOTHING, EVERYTHING = Q(pk__in=[]), ~Q(pk__in=[])


@dataclass(frozen=True)
class Kind:
    """Where the rows of one table name whose they are, their site and their computer; empty where they do not."""

    people: tuple[str, ...] = ()
    #: Who asked for it: theirs too, where it is for nobody else. Whoever asks for others has the right of a role at the
    #: site, and only as long as it is held.
    asker: str = ""
    #: Named by many rows of another table.
    crowd: str = ""
    #: Who has a hand in it without its being theirs: they do not approve it either.
    involved: tuple[str, ...] = ()
    site: str = ""
    #: Rows without a site are everybody's who may do this at some site, or nobody would help.
    shared_without_site: bool = False
    host: bool = False
    case: bool = False


KINDS: Final[Mapping[type[Model], Kind]] = {
    Site: Kind(site="pk"),
    Host: Kind(people=("owner",), crowd="assigned", site="site"),
    # A case stays where it was opened when its computer moves.
    Case: Kind(
        people=("beneficiary",), involved=("opened_by", "owner"), site="site", shared_without_site=True, host=True
    ),
    Job: Kind(people=("beneficiary",), asker="requester", site="host__site", host=True, case=True),
    Credential: Kind(site="site"),
    Incident: Kind(site="site"),
}
_NO_KIND = Kind()
#: Rows of a demo's invented history: they are looked at, and nothing else is done with them.
MAY_BE_INVENTED: Final = frozenset({Host, Case, Job, Person})


@dataclass(frozen=True)
class Holder:
    """A person in one of their roles, with the sites at which they hold it today."""

    person: Person
    sites: frozenset[UUID]
    everywhere: bool


def held_by(person: Person) -> dict[Role, Holder]:
    """Return each role that the person holds today, and where."""
    held: dict[Role, set[UUID | None]] = {}
    for grant in person.held():
        held.setdefault(Role(grant.role), set()).add(grant.site_id)
    return {
        role: Holder(person, frozenset(site for site in sites if site), None in sites) for role, sites in held.items()
    }


def relation_holds(relation: Relation, holder: Holder, obj: object) -> bool:
    """Decide whether an object is this to a person in this role."""
    return _RELATIONS[relation].holds(holder, obj)


def relation_rows(relation: Relation, holder: Holder, model: type[Model]) -> Q:
    """Return the condition for the rows of a table that are this to a person in this role."""
    return _RELATIONS[relation].rows(holder, model)


def at_sites(model: type[Model], sites: Iterable[UUID]) -> Q:
    """Return the rows that belong to one of these sites, and those without a site that are shared."""
    kind = _kind(model)
    if not kind.site:
        return NOTHING
    found = Q(**{f"{kind.site}__in": list(sites)})
    return found | Q(**{kind.site: None}) if kind.shared_without_site else found


def site_of(obj: object) -> UUID | None:
    """Return the site to which an object belongs."""
    *path, last = _kind(type(obj)).site.split("__")
    for name in path:
        obj = getattr(obj, name)
    found: UUID | None = getattr(obj, last if last == "pk" else f"{last}_id") if last else None
    return found


def _kind(model: type[object]) -> Kind:
    return KINDS.get(model, _NO_KIND) if issubclass(model, Model) else _NO_KIND


def _any_holds(_holder: Holder, _obj: object) -> bool:
    return True


def _any_rows(_holder: Holder, _model: type[Model]) -> Q:
    return EVERYTHING


def _site_holds(holder: Holder, obj: object) -> bool:
    if holder.everywhere or obj is EVERY_SITE:
        return holder.everywhere
    site = site_of(obj)
    return _kind(type(obj)).shared_without_site if site is None else site in holder.sites


def _site_rows(holder: Holder, model: type[Model]) -> Q:
    return EVERYTHING if holder.everywhere else at_sites(model, holder.sites)


def _own_holds(holder: Holder, obj: object) -> bool:
    kind, person = _kind(type(obj)), holder.person
    if any(getattr(obj, f"{name}_id") == person.pk for name in kind.people):
        return True
    if kind.asker and getattr(obj, f"{kind.asker}_id") == person.pk:
        return all(getattr(obj, f"{name}_id") is None for name in kind.people)
    return bool(kind.crowd) and getattr(obj, kind.crowd).filter(pk=person.pk).exists()


def _own_rows(holder: Holder, model: type[Model]) -> Q:
    kind, found = _kind(model), NOTHING
    for name in kind.people:
        found |= Q(**{name: holder.person})
    if kind.asker:
        found |= Q(**{kind.asker: holder.person}, **dict.fromkeys(kind.people))
    if kind.crowd:  # not joined: a row that names many people stays one row
        found |= Q(pk__in=model._default_manager.filter(**{kind.crowd: holder.person}).values("pk"))  # noqa: SLF001
    return found


def _own_host_holds(holder: Holder, obj: object) -> bool:
    return _own_holds(holder, obj) and (not _kind(type(obj)).host or _own_holds(holder, getattr(obj, "host", None)))


def _own_host_rows(holder: Holder, model: type[Model]) -> Q:
    own = _own_rows(holder, model)
    return own & Q(host__in=Host.objects.filter(_own_rows(holder, Host))) if _kind(model).host else own


def _others_holds(holder: Holder, obj: object) -> bool:
    """Tell whether the person is none of those whom it concerns: who asked, for whom, whose case or computer it is."""
    return not any(_touches(holder, part) for part in (obj, getattr(obj, "case", None), getattr(obj, "host", None)))


def _touches(holder: Holder, obj: object) -> bool:
    involved = (getattr(obj, f"{name}_id") for name in _involved(type(obj)))
    return holder.person.pk in involved or _own_holds(holder, obj)


def _involved(model: type[object]) -> tuple[str, ...]:
    kind = _kind(model)
    return (*kind.involved, *([kind.asker] if kind.asker else []))


def _others_rows(holder: Holder, model: type[Model]) -> Q:
    kind, touched = _kind(model), _touched_rows(holder, model)
    if kind.case:
        touched |= Q(case__in=Case.objects.filter(_touched_rows(holder, Case)))
    if kind.host:
        touched |= Q(host__in=Host.objects.filter(_touched_rows(holder, Host)))
    return ~touched


def _touched_rows(holder: Holder, model: type[Model]) -> Q:
    found = _own_rows(holder, model)
    for name in _involved(model):
        found |= Q(**{name: holder.person})
    return found


def _mild_holds(_holder: Holder, obj: object) -> bool:
    return isinstance(obj, Job) and obj.risk == "low" and obj.self_service


def _mild_rows(_holder: Holder, model: type[Model]) -> Q:
    return Q(risk="low", self_service=True) if model is Job else NOTHING


def _within_holds(holder: Holder, obj: object) -> bool:
    """Tell whether the account reaches no further than the person: nobody gets hold of a greater one, or rid of it."""
    if not isinstance(obj, Person) or holder.everywhere:
        return True
    return {grant.site_id for grant in obj.held()} <= holder.sites


def _within_rows(holder: Holder, model: type[Model]) -> Q:
    if model is not Person or holder.everywhere:
        return EVERYTHING
    further = Grant.objects.active().filter(person__is_active=True).exclude(site__in=holder.sites)
    return ~Q(pk__in=further.values("person"))


@dataclass(frozen=True)
class _Decided:
    """How a relation is decided about one object, and about the rows of a table. A property test compares the two."""

    holds: Callable[[Holder, object], bool]
    rows: Callable[[Holder, type[Model]], Q]


_RELATIONS: Final[Mapping[Relation, _Decided]] = {
    Relation.ANY: _Decided(_any_holds, _any_rows),
    Relation.SITE: _Decided(_site_holds, _site_rows),
    Relation.OWN: _Decided(_own_holds, _own_rows),
    Relation.OWN_HOST: _Decided(_own_host_holds, _own_host_rows),
    Relation.OTHERS: _Decided(_others_holds, _others_rows),
    Relation.MILD: _Decided(_mild_holds, _mild_rows),
    Relation.WITHIN: _Decided(_within_holds, _within_rows),
}
