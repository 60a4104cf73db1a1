"""Enumerations as objects: 5.1 turns them into strings and numbers by itself, the lab only on request."""

from troubleshoot.lab.powershell.objects import Instance, Method, ObjectType

ENUMERATION = ObjectType(
    "System.Enum",
    "learn.microsoft.com/dotnet/api/system.enum.tostring",
    methods={"ToString": Method((), lambda value: value.origin)},
)


def enumeration(member: str) -> Instance:
    """Return one member of an enumeration; ``ToString()`` gives its name."""
    return Instance(ENUMERATION, {}, member)
