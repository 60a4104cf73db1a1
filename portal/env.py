"""Reads the environment: typed, complained about at start, secrets also from NAME_FILE."""

import contextlib
import ipaddress
import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Variables with this prefix hold what `env:` credential references name. Only workers may be started with them.
SECRET_PREFIX = "MENDPOINT_SECRET_"  # noqa: S105 - the prefix of a name, not a password

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that NAME_FILE points to, or the default."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error.strerror}") from error
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes-or-no variable: 1, true, yes, on · 0, false, no, off."""
    value = text(name, "on" if default else "off").lower()
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name}: {value!r} is neither yes nor no")
    return value in _TRUE


def whole(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """Return a whole number between `least` and `most`."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise ImproperlyConfigured(f"{name}: {value!r} is not a whole number from {least} to {most}")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return a list, separated by commas; blanks around the parts do not count."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def networks(name: str, default: str = "") -> tuple[Network, ...]:
    """Return a list of networks in CIDR form, for example 10.0.0.0/8, fd00::/8."""
    try:
        return tuple(ipaddress.ip_network(part) for part in words(name, default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error


def paths(name: str, default: str) -> tuple[Path, ...]:
    """Return a list of absolute paths; they need not exist on this machine."""
    found = tuple(Path(part) for part in words(name, default))
    for path in found:
        if not path.is_absolute() or ".." in path.parts:
            raise ImproperlyConfigured(f"{name}: {path} is not an absolute path in its plain spelling")
    return found


def folders(name: str) -> tuple[Path, ...]:
    """Return a list of folders, each of which must exist."""
    found = tuple(Path(part) for part in words(name))
    for folder in found:
        if not folder.is_dir():
            raise ImproperlyConfigured(f"{name}: {folder} is not a folder")
    return found


def file(name: str) -> Path | None:
    """Return the path of a file, which must exist; None where none is named."""
    path = Path(given) if (given := text(name)) else None
    if path and not (path.is_absolute() and path.is_file()):
        raise ImproperlyConfigured(f"{name}: {path} is not the absolute path of a file")
    return path


def secret_key(name: str, keep_in: Path) -> str:
    """Return the key from the environment, or one of our own made once and kept in a private file.

    Two processes may come here at the same time on first use: a whole file is linked to its name, which only one
    of them can do, so both end with the same key and nobody reads half of it.
    """
    if given := text(name):
        return given
    keep_in.parent.mkdir(parents=True, exist_ok=True)
    if not keep_in.exists():
        descriptor, made = tempfile.mkstemp(dir=keep_in.parent)  # readable by nobody else
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(made, keep_in)
        Path(made).unlink()
    return keep_in.read_text(encoding="ascii")


def refuse_credentials(process: str) -> None:
    """Stop a process that was started with host credentials in its environment, and has no business with them.

    A reference is resolved in a worker at the moment of use (design: web and keeper run without those secrets).
    Taking the variables out again would not help: the first environment stays readable for the process's life.
    """
    if found := sorted(name for name in os.environ if name.startswith(SECRET_PREFIX)):
        raise ImproperlyConfigured(f"The {process} must be started without host credentials: unset {', '.join(found)}")
