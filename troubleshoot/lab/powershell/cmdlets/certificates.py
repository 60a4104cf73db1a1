"""The certificate provider. Source: about_Certificate_Provider 5.1; X509Certificate2: .NET API reference."""

import re
from typing import Any

from troubleshoot.lab.certificates import purposes_of
from troubleshoot.lab.distinguished_names import distinguished_name
from troubleshoot.lab.powershell.cmdlets.core import Use, need_administrator
from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.host_data import local_time
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.state import Document, find

_PATH = re.compile(r"Cert:\\LocalMachine\\([^\\/*?\[\]]+)(?:\\([^\\/*?\[\]]+))?", re.IGNORECASE)

CERTIFICATE = ObjectType(
    "System.Security.Cryptography.X509Certificates.X509Certificate2",
    "learn.microsoft.com/dotnet/api/system.security.cryptography.x509certificates.x509certificate2",
    (
        "Subject",
        "Issuer",
        "Thumbprint",
        "SerialNumber",
        "NotBefore",
        "NotAfter",
        "HasPrivateKey",
        "EnhancedKeyUsageList",
    ),
)
STORE = ObjectType(
    "Microsoft.PowerShell.Commands.X509StoreLocation", "about_Certificate_Provider, navigation", ("Name",)
)
USAGE = ObjectType(
    "Microsoft.PowerShell.Commands.EnhancedKeyUsageRepresentation",
    "about_Certificate_Provider, property EnhancedKeyUsageList",
    ("ObjectId",),
)
TYPES = (CERTIFICATE, STORE, USAGE)


def owns(path: str) -> bool:
    """Tell whether a path belongs to the certificate drive."""
    return path.lower().startswith("cert:")


def exists(use: Use, path: str) -> bool:
    """Tell whether a store, or a certificate in a store, exists."""
    store, thumbprint = _split(path)
    found = find(use.document["certificates"], store)
    if found is None or thumbprint is None:
        return found is not None
    return any(_named(entry, thumbprint) for entry in use.document["certificates"][found])


def item(use: Use, path: str) -> Instance:
    """Return a store or a certificate; ScriptFailed when there is none."""
    _must_exist(use, path)
    store, thumbprint = _split(path)
    if thumbprint is None:
        return Instance(STORE, {"Name": store})
    entries = use.document["certificates"][find(use.document["certificates"], store)]
    return _certificate(next(entry for entry in entries if _named(entry, thumbprint)))


def children(use: Use, path: str) -> list[Instance]:
    """Return the certificates of a store; ScriptFailed when there is no such store."""
    _must_exist(use, path)
    store, thumbprint = _split(path)
    if thumbprint is not None:
        raise Unsupported("the children of a certificate")
    return [_certificate(entry) for entry in use.document["certificates"][find(use.document["certificates"], store)]]


def remove(use: Use, path: str) -> None:
    """Remove one certificate; its private key stays, as without -DeleteKey."""
    _must_exist(use, path)
    store, thumbprint = _split(path)
    if thumbprint is None:
        raise Unsupported("removing a whole store")
    need_administrator(
        use, "Access is denied.", "System.UnauthorizedAccessException,Microsoft.PowerShell.Commands.RemoveItemCommand"
    )
    with use.state.changing() as document:
        entries = document["certificates"][find(document["certificates"], store)]
        entries[:] = [entry for entry in entries if not _named(entry, thumbprint)]


def _must_exist(use: Use, path: str) -> None:
    if not exists(use, path):
        raise ScriptFailed(f"Cannot find path '{path[len('Cert:') :]}' because it does not exist.")


def _split(path: str) -> tuple[str, str | None]:
    found = _PATH.fullmatch(path)
    if found is None:
        raise Unsupported(f"the path {path!r}: only Cert:\\LocalMachine\\store and a thumbprint below it")
    return found[1], found[2]


def _named(entry: Document, thumbprint: str) -> bool:
    return bool(entry["thumbprint"].lower() == thumbprint.lower())


def _certificate(entry: Document) -> Instance:
    values: dict[str, Any] = {
        "Subject": distinguished_name(entry["subject"]),
        "Issuer": distinguished_name(entry["issuer"]),
        "Thumbprint": entry["thumbprint"].upper(),
        "SerialNumber": _serial(entry["serial"]),
        "NotBefore": local_time(entry["not_before"]),
        "NotAfter": local_time(entry["not_after"]),
        "HasPrivateKey": bool(entry["has_private_key"]),
        "EnhancedKeyUsageList": [Instance(USAGE, {"ObjectId": one}) for one in purposes_of(entry)],
    }
    return Instance(CERTIFICATE, values)


def _serial(number: int) -> str:
    """Return the serial number as .NET prints it: hexadecimal in whole bytes."""
    text = f"{number:X}"
    return text.rjust(len(text) + len(text) % 2, "0")
