"""The use case that registers a credential: where a worker finds a secret, never the secret itself."""

import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from troubleshoot import audit
from troubleshoot.access import require
from troubleshoot.audit import Actor, Tag
from troubleshoot.models import Credential, Person, Site
from troubleshoot.models.credential import REFERENCE

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._ -]{0,78}[A-Za-z0-9])?")
_USERNAME = re.compile(r"\S(?:.{0,198}\S)?")
#: The kernel's views: behind them lie environments and descriptors of processes, not mounted secrets.
_KERNEL = frozenset({"proc", "sys", "dev"})


@transaction.atomic
def register_credential(*, actor: Actor, name: str, site: Site, username: str, reference: str) -> Credential:
    """Register an account of a site's hosts by the reference to its secret.

    `reference` is env:MENDPOINT_SECRET_NAME or file:/absolute/path, read by a worker when it is used. Raises
    ValidationError for anything else, without repeating it: it may be the secret itself, pasted by mistake.
    """
    if isinstance(actor, Person):
        require(actor, "credential.change", site)
    _check(name, username, reference)
    credential = Credential.objects.create(name=name, site=site, username=username, reference=reference)
    audit.record(
        Tag.CREDENTIAL_REGISTER,
        actor=actor,
        objects=[credential, site],
        details={"name": name, "site": site.slug, "reference": reference},
        personal={"username": username},
    )
    return credential


def _check(name: str, username: str, reference: str) -> None:
    faults = {}
    if not _NAME.fullmatch(name):
        faults["name"] = _("Write letters, digits, dots, hyphens, underscores and inner spaces, at most 80.")
    elif Credential.objects.filter(name__iexact=name).exists():
        faults["name"] = _("An account of this name is registered already.")
    if not (_USERNAME.fullmatch(username) and username.isprintable()):
        faults["username"] = _("Write the account as its hosts know it, such as CORP\\mendpoint.")
    if not _is_reference(reference):
        faults["reference"] = _(
            "This is no reference, so it was not kept. Write env:MENDPOINT_SECRET_NAME or file:/absolute/path; "
            "if a password was pasted here, change it."
        )
    if faults:
        raise ValidationError(faults)


def _is_reference(text: str) -> bool:
    try:
        REFERENCE(text)
    except ValidationError:
        return False
    kind, _colon, path = text.partition(":")
    return kind == "env" or _is_plain_path(path)


def _is_plain_path(path: str) -> bool:
    """Absolute and in its only spelling: no part is empty or leads elsewhere."""
    _root, *parts = path.split("/")
    return {"", ".", ".."}.isdisjoint(parts) and parts[0] not in _KERNEL
