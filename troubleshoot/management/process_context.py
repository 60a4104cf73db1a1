"""What commands share about the process they run in: who acts, and which secrets may not be near."""

import getpass
import os
import socket
from typing import Literal

from django.core.management.base import CommandError

from troubleshoot.audit import Machine
from troubleshoot.models import Person, normalise_email

#: Variables with this prefix hold what `env:` credential references name. Only workers may be started with them.
SECRET_PREFIX = "MENDPOINT_SECRET_"  # noqa: S105 - the prefix of a name, not a password


def machine(kind: Literal["worker", "keeper"]) -> Machine:
    """Return this process as an actor."""
    return Machine(kind, f"{socket.gethostname()}:{os.getpid()}")


def operator() -> Machine:
    """Return whoever runs a command on the server itself: `cli:<user of the operating system>`."""
    return Machine("cli", getpass.getuser())


def person(email: str) -> Person:
    """Return the active person with this e-mail address. Raises CommandError."""
    found = Person.objects.filter(email=normalise_email(email), is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active person with the address {email}.")
    return found


def refuse_credentials(process: str) -> None:
    """End a process that was started with host credentials and has no business with them.

    Taking the variables out of the environment would not help: the first environment stays readable for the
    process's whole life.
    """
    if found := sorted(name for name in os.environ if name.startswith(SECRET_PREFIX)):
        raise CommandError(f"The {process} must be started without host credentials: unset {', '.join(found)}")
