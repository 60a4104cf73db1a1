"""Use cases about one host: register, change, allow changes. Each is one transaction with its audit entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from troubleshoot import wording
from troubleshoot.audit import Actor, Tag
from troubleshoot.engine import NoticeCode, Refusal, RefusalCode
from troubleshoot.hosts import registration_rules
from troubleshoot.hosts.admin_notices import notify_administrators
from troubleshoot.hosts.audit_details import (
    Description,
    HostChange,
    describe_host,
    host_difference,
    record_host_changes,
)
from troubleshoot.hosts.unique_names import unless_taken
from troubleshoot.models import Credential, Host, Person, Site, held
from troubleshoot.people import require_permission

MOST_ASSIGNED = 50

#: Why `change` and a list refuse to re-point a host that has an account.


class Settings(TypedDict, total=False):
    """What may be said about a host when it is registered and later. `winrm_port`: WinRM's own unless said."""

    address: str
    owner: Person | None
    assigned: Collection[Person]
    critical: bool
    rdp_port: int
    winrm_port: int
    transport: str
    tls: bool
    ntlm_over_http: bool
    ca_file: str
    credential: Credential | None


class Changes(Settings, total=False):
    """What may be changed besides."""

    name: str
    site: Site
    mode: str


@transaction.atomic
def register_host(*, actor: Actor, name: str, site: Site, lab: bool = False, **settings: Unpack[Settings]) -> Host:
    """Register a computer as diagnose only. The address is the name unless said, 127.0.0.1 for a lab host.

    Raises ValidationError with every fault by field, PermissionRefused.
    """
    if isinstance(actor, Person):
        require_permission(actor, "host.change", site)
    host = Host(name=name, address="127.0.0.1" if lab else name, site=site, lab=lab)
    assigned = _apply(host, Settings, settings, ())
    if "winrm_port" not in settings:
        host.winrm_port = registration_rules.winrm_port(tls=host.tls)
    made = host_difference(host, {}, _described(host, assigned))
    _check(made, assigned)
    with unless_taken(_("A computer of this name is registered already.")):
        host.save(force_insert=True)
    host.assigned.set(assigned)
    record_host_changes(Tag.HOST_REGISTER, actor=actor, changes=[made])
    return host


@transaction.atomic
def change_host(*, actor: Actor, host: Host, forget_identity: bool = False, **changes: Unpack[Changes]) -> Host:
    """Change a registration; what is not named stays. Quietly does nothing when nothing differs.

    Another name, address or WinRM port keeps the learned identity, so that another computer is refused there, and
    needs `credential` to be said again, so that no account follows by itself. `forget_identity` takes the
    computer for a new one: it falls back to diagnose only unless `mode` is said.

    Raises ValidationError with every fault by field, PermissionRefused.
    """
    host = _locked(host)
    _require_both(actor, host, changes.get("site", host.site))
    people = list(host.assigned.all())
    before = _described(host, people)
    assigned = _apply(host, Changes, changes, people)
    if forget_identity and host.identity is not None:
        host.identity = host.identity_learned_at = None
        host.mode = changes.get("mode", Host.Mode.DIAGNOSE_ONLY)
    made = host_difference(host, before, _described(host, assigned))
    if not made.after:
        return host
    _check(made, assigned)
    if "credential" not in changes and account_follows(made):
        raise ValidationError({"credential": [wording.refusal_words(Refusal(RefusalCode.ACCOUNT_TO_NAME))]})
    with unless_taken(_("A computer of this name is registered already.")):
        host.save(force_update=True)
    host.assigned.set(assigned)
    record_host_changes(Tag.HOST_CHANGE, actor=actor, changes=[made])
    if account_follows(made):
        notify_administrators(actor, host.site, NoticeCode.HOST_LED_ELSEWHERE, {"host": str(host)})
    return host


def allow_changes(*, actor: Actor, host: Host) -> Host:
    """Let the portal change this computer, not only observe it. Raises PermissionRefused."""
    return change_host(actor=actor, host=host, mode=Host.Mode.CHANGES_ALLOWED)


def account_follows(change: HostChange) -> bool:
    """Tell whether the change leads an account to another place. A lab host cannot leave loopback."""
    host = change.host
    return host.credential is not None and not host.lab and not registration_rules.POINTING.isdisjoint(change.fields)


def _locked(host: Host) -> Host:
    return held(Host.objects.select_related("site", "credential", "owner")).get(pk=host.pk)


def _require_both(actor: Actor, host: Host, to: Site) -> None:
    if isinstance(actor, Person):
        require_permission(actor, "host.change", host)
        require_permission(actor, "host.change", to)


def _apply(host: Host, kind: type, values: Changes | Settings, people: Iterable[Person]) -> list[Person]:
    """Set what is named on the host; return who is assigned. TypeError for a field that nobody may set."""
    if unknown := values.keys() - kind.__annotations__.keys():
        raise TypeError(f"a host has no setting {', '.join(sorted(unknown))}")
    for field, value in values.items():
        if field != "assigned":
            setattr(host, field, value)
    return list(dict.fromkeys(values.get("assigned", people)))


def _check(made: HostChange, assigned: Collection[Person]) -> None:
    host, fields = made.host, made.fields
    faults = registration_rules.registration_faults(host, fields)
    if "owner" in fields and host.owner is not None and not host.owner.is_active:
        faults["owner"] = [_("This person's account is switched off.")]
    if "assigned" in fields and (len(assigned) > MOST_ASSIGNED or not all(one.is_active for one in assigned)):
        faults["assigned"] = [_("Assign at most %(most)d people with active accounts.") % {"most": MOST_ASSIGNED}]
    for field, text in registration_rules.TakenNames(_near(host)).faults(host, fields):
        faults.setdefault(field, []).append(text)
    if faults:
        raise ValidationError(faults)


def _near(host: Host) -> Iterable[Host]:
    """Return the other hosts that could have the same name or endpoint."""
    alike = Q(name__iexact=host.name) | Q(address__iexact=host.address)
    return Host.objects.filter(alike).exclude(pk=host.pk)


def _described(host: Host, assigned: Iterable[Person]) -> Description:
    ids: list[UUID] = [one.pk for one in assigned]
    return describe_host(host, ids)
