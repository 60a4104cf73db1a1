"""Use cases about people: accounts, grants, signing in and out. Each is one transaction with its audit entry."""

import secrets
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from django.conf import settings
from django.contrib.auth import password_validation
from django.db import transaction
from django.utils import timezone

from troubleshoot import audit, engine
from troubleshoot.audit import Actor, Machine, Tag
from troubleshoot.engine import EVERY_SITE, Refusal, RefusalCode, Role
from troubleshoot.models import Grant, GrantQuerySet, Person, Site, held
from troubleshoot.people.access import grants_allowing, require_permission

#: Without letters and digits that are taken for one another.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LONGEST_GRANT = timedelta(days=366)


class SiteSettings(TypedDict, total=False):
    """What may be changed on a site; its short name is part of its queue's name and stays."""

    name: str
    phone_text: str
    workaround_text: str
    banner_text: str
    ticket_required: bool
    working_hours: str
    gateway: str
    no_pc_command: bool
    minutes_before: dict[str, int]


def one_time_password() -> str:
    """Return a new password that can be read aloud: four groups, 99 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


@transaction.atomic
def create_account(
    *,
    actor: Actor,
    email: str,
    name: str,
    password: str,
    phone: str = "",
    department: str = "",
    must_change_password: bool = False,
) -> Person:
    """Make an account without any right. Raises ValidationError for a bad address, a taken one or a weak password."""
    if isinstance(actor, Person):
        require_permission(actor, "person.create")
    person = Person(
        email=email,
        name=name.strip(),
        phone=phone,
        department=department,
        must_change_password=must_change_password,
    )
    password_validation.validate_password(password, person)
    person.set_password(password)
    person.full_clean()
    person.save(force_insert=True)
    audit.record(Tag.PEOPLE_CREATE, actor=actor, objects=[person], personal=_names(person))
    return person


@transaction.atomic
def deactivate_account(*, actor: Actor, person: Person) -> None:
    """Switch an account off. Its history stays; its sessions end with its next request."""
    if isinstance(actor, Person):
        require_permission(actor, "person.deactivate", person)
    _keep_an_administrator(person.grants.active())
    person.is_active = False
    person.save(update_fields=["is_active"])
    audit.record(Tag.PEOPLE_DEACTIVATE, actor=actor, objects=[person], personal=_names(person))


@transaction.atomic
def create_site(*, actor: Actor, slug: str, name: str) -> Site:
    """Make a site. Raises ValidationError when its name or short name is taken or malformed."""
    if isinstance(actor, Person):
        require_permission(actor, "site.create", EVERY_SITE)
    site = Site(slug=slug, name=name)
    site.full_clean()
    site.save(force_insert=True)
    audit.record(Tag.SITE_CREATE, actor=actor, objects=[site], details={"slug": slug, "name": name})
    return site


@transaction.atomic
def change_site(*, actor: Actor, site: Site, **settings: Unpack[SiteSettings]) -> Site:
    """Change what a site is called and what it tells its people; what is not named stays.

    Quietly does nothing when nothing differs. Raises ValidationError, PermissionRefused.
    """
    site = held(Site.objects.all()).get(pk=site.pk)
    if isinstance(actor, Person):
        require_permission(actor, "site.change", site)
    before: dict[str, object] = {name: getattr(site, name) for name in settings}
    after: dict[str, object] = {name: value for name, value in settings.items() if value != before[name]}
    if not after:
        return site
    for name, value in after.items():
        setattr(site, name, value)
    site.full_clean()
    site.save(update_fields=list(after))
    texts = {name: [before[name], after[name]] for name in after if name.endswith("_text")}
    plain = {name: [before[name], after[name]] for name in after if name not in texts}
    details = {"slug": site.slug, "fields": sorted(after), "changes": plain}
    audit.record(
        Tag.SITE_CHANGE, actor=actor, objects=[site], details=details, personal={"texts": texts} if texts else {}
    )
    return site


@transaction.atomic
def grant_role(*, actor: Actor, person: Person, role: str, site: Site | None, until: datetime) -> Grant:
    """Give a role at a site (None: every site) until a moment; an earlier grant of the same is replaced.

    Raises Refusal for a conflict, a grant to oneself, an end in the past or more than 366 days away.
    """
    if isinstance(actor, Person):
        require_permission(actor, "person.grant", site or EVERY_SITE)
    person = held(Person.objects.all()).get(pk=person.pk)  # two grants at once must see each other
    _refuse_grant(actor, person, Role(role), until)
    now = timezone.now()
    giver = actor if isinstance(actor, Person) else None
    Grant.objects.standing().filter(person=person, role=role, site=site).update(revoked_at=now, revoked_by=giver)
    given = Grant.objects.create(person=person, role=role, site=site, until=until, granted_at=now, granted_by=giver)
    _record(Tag.PEOPLE_GRANT, actor, given)
    return given


@transaction.atomic
def revoke_grant(*, actor: Actor, grant: Grant) -> None:
    """Take a grant back now. Quietly does nothing when it had been revoked; keeps the last administrator."""
    if isinstance(actor, Person):
        require_permission(actor, "person.grant", grant.site or EVERY_SITE)
    _keep_an_administrator(Grant.objects.active().filter(pk=grant.pk))
    taker = actor if isinstance(actor, Person) else None
    if Grant.objects.standing().filter(pk=grant.pk).update(revoked_at=timezone.now(), revoked_by=taker):
        _record(Tag.PEOPLE_REVOKE, actor, grant)
    grant.refresh_from_db()


@transaction.atomic
def record_sign_in(*, person: Person) -> None:
    """Record that the person has shown the right password; the caller opens the session in this transaction."""
    audit.record(Tag.PEOPLE_SIGN_IN, actor=person, objects=[person])


@transaction.atomic
def record_failed_sign_in(*, email: str, locked: bool) -> None:
    """Record a failed sign-in: about the account if there is one; of an unknown name nothing is kept."""
    person = Person.objects.filter(email=email).first()
    audit.record(
        Tag.PEOPLE_SIGN_IN_FAILED,
        actor=Machine("anonymous", ""),
        objects=[person] if person else [],
        details={"known": person is not None, "locked": locked},
    )


@transaction.atomic
def record_sign_out(*, person: Person) -> None:
    """Record that the person ended the session."""
    audit.record(Tag.PEOPLE_SIGN_OUT, actor=person, objects=[person])


def _refuse_grant(actor: Actor, person: Person, role: Role, until: datetime) -> None:
    if actor == person:
        raise Refusal(RefusalCode.OWN_ROLE)
    if not person.is_active:
        raise Refusal(RefusalCode.ACCOUNT_OFF)
    if person.invented:
        raise Refusal(RefusalCode.PERSON_INVENTED)
    if not timedelta() < until - timezone.now() <= LONGEST_GRANT:
        raise Refusal(RefusalCode.GRANT_TOO_LONG)
    if not settings.MENDPOINT_SOLO_MODE and (other := engine.role_conflict(role, person.roles())):
        raise Refusal(RefusalCode.ROLES_CONFLICT, name=person.name, other=str(other), role=role.value)


def _keep_an_administrator(leaving: GrantQuerySet) -> None:
    """Raise Refusal when nobody who can give roles would be left without these grants.

    Locks what it counts, so that the last two administrators cannot remove each other at the same time.
    """
    allowing = set(held(grants_allowing("person.grant").order_by("pk")).values_list("pk", flat=True))
    going = allowing & set(leaving.values_list("pk", flat=True))
    if going and going == allowing:
        raise Refusal(RefusalCode.LAST_ADMINISTRATOR)


def _record(tag: Tag, actor: Actor, grant: Grant) -> None:
    if isinstance(actor, Person):
        actor.came_with(None)  # the grants have changed, perhaps the actor's own
    audit.record(
        tag,
        actor=actor,
        objects=[grant, grant.person, *([grant.site] if grant.site else [])],
        details={"role": grant.role, "every_site": grant.site is None, "until": audit.utc_text(grant.until)},
        personal=_names(grant.person),
    )


def _names(person: Person) -> dict[str, object]:
    return {"person": {"name": person.name, "email": person.email}}
