"""Enumerations and errors as objects: 5.1 turns them into strings and numbers by itself, the lab only on request."""

from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.objects import Instance, Method, ObjectType

ENUMERATION = ObjectType(
    "System.Enum",
    "learn.microsoft.com/dotnet/api/system.enum.tostring",
    methods={"ToString": Method((), lambda value: value.origin)},
)


def enumeration(member: str) -> Instance:
    """Return one member of an enumeration; ``ToString()`` gives its name."""
    return Instance(ENUMERATION, {}, member)


ERROR = ObjectType(
    "System.Management.Automation.ErrorRecord",
    "learn.microsoft.com/dotnet/api/system.management.automation.errorrecord",
    ("FullyQualifiedErrorId",),
)


class _Unnamed(dict[str, str]):
    """The properties of an error whose identifier no table has: whoever asks for it is refused."""

    def __missing__(self, name: str) -> str:
        raise Unsupported(f"the {name} of this error is not in the lab's tables")


def error_record(error: ScriptFailed) -> Instance:
    """Return what ``$_`` is where an error was caught; unlike the message, the identifier is in no language."""
    known = {"FullyQualifiedErrorId": error.identifier} if error.identifier else {}
    return Instance(ERROR, _Unnamed(known), error)
