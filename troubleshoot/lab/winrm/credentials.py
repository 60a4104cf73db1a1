"""The accounts of simulated hosts, in the one form that the NTLM acceptor of pyspnego can read.

That acceptor looks accounts up in the file which NTLM_USER_FILE names, for the whole process. The variable is set
once; the file lies in a private folder, is written for one step of one login, holds hashes instead of the
password, and is removed after the step. A lock lets hosts with different accounts take turns.
"""

import atexit
import contextlib
import hmac
import os
import secrets
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from spnego._ntlm_raw.crypto import ntowfv1


@dataclass(frozen=True)
class Account:
    """The one account of a simulated host: ``user`` (perhaps as DOMAIN\\user) and the domains it may be named in."""

    user: str
    password: str = field(repr=False)
    domains: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name or any(mark in self.user for mark in ":\r\n/"):
            raise ValueError("a user name is not empty and has no colon, slash or line break")

    @property
    def name(self) -> str:
        """Return the user name without its domain."""
        return self.user.rpartition("\\")[2]

    def names(self) -> tuple[str, ...]:
        """Return every spelling under which this account may sign in."""
        own = self.user.rpartition("\\")[0]
        prefixes = dict.fromkeys(domain.upper() for domain in (own, ".", "WORKSTATION", *self.domains) if domain)
        return (self.name, *(f"{prefix}\\{self.name}" for prefix in prefixes))

    def accepts(self, user: str, password: str) -> bool:
        """Compare a clear-text login (Basic), without telling by the time taken what was wrong."""
        known = user.upper() in {name.upper() for name in self.names()}
        same = hmac.compare_digest(password.encode(), self.password.encode())
        return known and same

    def entries(self) -> str:
        """Return the account in the smbpasswd format, one line per spelling."""
        # Only the NT hash can be used: a random LM hash answers no LM response.
        lanman = secrets.token_hex(16).upper()
        nt = ntowfv1(self.password).hex().upper()
        return "".join(f"{name}:0:{lanman}:{nt}:[U]:LCT-0\n" for name in self.names())


class _UserFile:
    """The file behind NTLM_USER_FILE: exists only while a login takes a step."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @contextlib.contextmanager
    def holding(self, account: Account) -> Iterator[None]:
        with self._lock:
            path = self._path()
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(account.entries())
                yield
            finally:
                path.unlink()

    def _path(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="simulated-winrm-")
            atexit.register(self._folder.cleanup)
        path = Path(self._folder.name) / "accounts"
        # Set once and left alone: changing the environment while other threads read it is not safe in C libraries.
        if os.environ.get("NTLM_USER_FILE") != str(path):
            os.environ["NTLM_USER_FILE"] = str(path)
        return path


_user_file = _UserFile()
acceptor_knows = _user_file.holding
