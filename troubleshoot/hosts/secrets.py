"""Resolves a credential reference to its secret, in a worker, at the moment of use."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.models import Credential
from troubleshoot.remote import Secret

_MOST_BYTES = 4096


class CredentialMissing(Refusal):
    """The reference leads nowhere in this process. It names the reference, never a value."""


def resolve_secret(credential: Credential) -> Secret:
    """Return the password behind `env:NAME` or `file:PATH`, fetched when it is revealed; CredentialMissing is raised
    then."""
    return Secret(lambda: _fetch(credential))


def in_folder(path: str, folders: Iterable[Path]) -> bool:
    """Tell whether a path lies in one of the folders, as it is spelt."""
    return any(folder in Path(path).parents for folder in folders)


def _fetch(credential: Credential) -> str:
    kind, _, where = credential.reference.partition(":")
    value = os.environ.get(where, "") if kind == "env" else _read(where, confined=credential.pk is not None)
    if not value:
        raise CredentialMissing(RefusalCode.SECRET_MISSING, reference=credential.reference)
    return value


def _read(path: str, *, confined: bool) -> str:
    """Return the file's text; nothing when a link leads out of the folders. What an operator names in a terminal is
    theirs."""
    try:
        real = Path(path).resolve(strict=True)
        if confined and not in_folder(str(real), [one.resolve() for one in settings.MENDPOINT_CREDENTIAL_FOLDERS]):
            return ""
        with real.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "strict").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        return ""
