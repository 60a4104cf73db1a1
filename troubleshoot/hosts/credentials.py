"""The use cases about accounts on computers: where a worker finds a secret, never the secret itself."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot import audit
from troubleshoot.audit import Actor, Tag
from troubleshoot.engine import NoticeCode
from troubleshoot.hosts.admin_notices import notify_administrators
from troubleshoot.hosts.secrets import in_folder
from troubleshoot.hosts.unique_names import unless_taken
from troubleshoot.models import SECRET_REFERENCE, Credential, Person, Site, held
from troubleshoot.people import require_permission

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._ -]{0,78}[A-Za-z0-9])?")
_USERNAME = re.compile(r"\S(?:.{0,198}\S)?")
#: The kernel's views: behind them lie environments and descriptors of processes, not mounted secrets.
_KERNEL = frozenset({"proc", "sys", "dev"})
_MOST_NAMED = 5
_TAKEN = gettext_lazy("An account of this name is registered already.")


@transaction.atomic
def register_credential(*, actor: Actor, name: str, site: Site, username: str, reference: str) -> Credential:
    """Register an account of a site's hosts by the reference to its secret.

    `reference` is env:MENDPOINT_SECRET_NAME or file:/absolute/path in a folder of the settings, read by a worker when
    it is used. Raises ValidationError for anything else, without repeating it: it may be the secret itself, pasted by
    mistake.
    """
    if isinstance(actor, Person):
        require_permission(actor, "credential.change", site)
    credential = Credential(name=name, site=site, username=username, reference=reference)
    _check(credential)
    with unless_taken(str(_TAKEN)):
        credential.save(force_insert=True)
    audit.record(
        Tag.CREDENTIAL_REGISTER,
        actor=actor,
        objects=[credential, site],
        details={"name": name, "site": site.slug, "reference": reference},
        personal={"username": username},
    )
    return credential


@transaction.atomic
def change_credential(
    *, actor: Actor, credential: Credential, name: str, username: str, reference: str = ""
) -> Credential:
    """Change an account; an empty reference stays as it is, and so does the site.

    Quietly does nothing when nothing differs. When computers will be signed in to otherwise, the other administrators
    of the site are told: nobody leads an account to another secret unseen. Raises ValidationError, PermissionRefused.
    """
    credential = _locked(actor, credential)
    before = {"name": credential.name, "username": credential.username, "reference": credential.reference}
    given = {"name": name, "username": username, "reference": reference or credential.reference}
    fields = [field for field, value in given.items() if value != before[field]]
    if not fields:
        return credential
    for field in fields:
        setattr(credential, field, given[field])
    _check(credential)
    with unless_taken(str(_TAKEN)):
        credential.save(update_fields=fields)
    plain = {field: [before[field], given[field]] for field in fields if field != "username"}
    audit.record(
        Tag.CREDENTIAL_CHANGE,
        actor=actor,
        objects=[credential, credential.site],
        details={"fields": fields, "changes": plain},
        personal={"username": [before["username"], username]} if "username" in fields else {},
    )
    if fields != ["name"]:
        values = {"name": name, "site": str(credential.site)}
        notify_administrators(actor, credential.site, NoticeCode.CREDENTIAL_CHANGED, values)
    return credential


@transaction.atomic
def remove_credential(*, actor: Actor, credential: Credential) -> None:
    """Forget an account and its reference; the secret itself lies elsewhere and stays there.

    Raises ValidationError, with their names, while computers use it; PermissionRefused.
    """
    credential = _locked(actor, credential)
    using = list(credential.hosts.order_by("name").values_list("name", flat=True)[: _MOST_NAMED + 1])
    if using:
        named = ", ".join(using[:_MOST_NAMED]) + (" …" if len(using) > _MOST_NAMED else "")
        raise ValidationError(_("It is in use: %s. Give these computers another account first, or none.") % named)
    audit.record(
        Tag.CREDENTIAL_REMOVE,
        actor=actor,
        objects=[credential, credential.site],
        details={"name": credential.name, "site": credential.site.slug, "reference": credential.reference},
        personal={"username": credential.username},
    )
    credential.delete()


def _locked(actor: Actor, credential: Credential) -> Credential:
    found = held(Credential.objects.select_related("site"), to_remove=True).get(pk=credential.pk)
    if isinstance(actor, Person):
        require_permission(actor, "credential.change", found)
    return found


def _check(credential: Credential) -> None:
    faults = {}
    others = Credential.objects.filter(name__iexact=credential.name).exclude(pk=credential.pk)
    if not _NAME.fullmatch(credential.name):
        faults["name"] = _("Write letters, digits, dots, hyphens, underscores and inner spaces, at most 80.")
    elif others.exists():
        faults["name"] = str(_TAKEN)
    if not (_USERNAME.fullmatch(credential.username) and credential.username.isprintable()):
        faults["username"] = _("Write the account as its hosts know it, such as CORP\\mendpoint.")
    if not _is_reference(credential.reference):
        faults["reference"] = _(
            "This is no reference, so it was not kept. Write env:MENDPOINT_SECRET_NAME or file:/absolute/path; "
            "if a password was pasted here, change it."
        )
    elif not _is_allowed(credential.reference):
        faults["reference"] = _("Files with secrets lie in %(folders)s. An operator can change that.") % {
            "folders": ", ".join(map(str, settings.MENDPOINT_CREDENTIAL_FOLDERS)) or _("no folder")
        }
    if faults:
        raise ValidationError(faults)


def _is_reference(text: str) -> bool:
    try:
        SECRET_REFERENCE(text)
    except ValidationError:
        return False
    kind, _colon, path = text.partition(":")
    return kind == "env" or _is_plain_path(path)


def _is_allowed(reference: str) -> bool:
    kind, _colon, path = reference.partition(":")
    return kind == "env" or in_folder(path, settings.MENDPOINT_CREDENTIAL_FOLDERS)


def _is_plain_path(path: str) -> bool:
    """Tell whether a path is absolute and in its only spelling: no part is empty or leads elsewhere."""
    _root, *parts = path.split("/")
    return {"", ".", ".."}.isdisjoint(parts) and parts[0] not in _KERNEL
