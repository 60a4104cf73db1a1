"""Resolves a credential reference to its secret, in a worker, at the moment of use."""

import os
from pathlib import Path

from troubleshoot.models import Credential
from troubleshoot.remote.secret import Secret

_MOST_BYTES = 4096


class CredentialMissing(Exception):
    """The reference leads nowhere in this process. The text names the reference, never a value."""


def resolve(credential: Credential) -> Secret:
    """The password behind `env:NAME` or `file:PATH`, fetched when it is revealed; CredentialMissing is raised then."""
    return Secret(lambda: _fetch(credential))


def _fetch(credential: Credential) -> str:
    kind, _, where = credential.reference.partition(":")
    value = os.environ.get(where, "") if kind == "env" else _read(where)
    if not value:
        raise CredentialMissing(
            f"The worker finds nothing behind {credential.reference}. "
            "Set it in the environment of this site's worker, or mount the file, and start the worker again."
        )
    return value


def _read(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "strict").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        return ""
