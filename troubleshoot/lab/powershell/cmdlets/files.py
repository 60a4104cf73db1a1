"""Access control of files. Source: Microsoft.PowerShell.Security reference, version 5.1; FileSystemSecurity: .NET."""

import re
from typing import Any

from troubleshoot.lab import key_files
from troubleshoot.lab.powershell.cmdlets.core import STOP, Cmdlet, Parameter, Use, need_administrator
from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.objects import Instance, Method, ObjectType
from troubleshoot.lab.powershell.values import NOTHING, Nothing
from troubleshoot.lab.state import KEY_FOLDER

_WILD = re.compile(r"[/*?\[\]]")
_KEYS = KEY_FOLDER.rpartition("\\RSA\\")[0].casefold() + "\\"
_SECTIONS = "owner, access"
# Owner, then the entries of the DACL; a form that ConvertStringSecurityDescriptor would take (MS-DTYP 2.5.1.1).
_SDDL = re.compile(r"O:[A-Za-z0-9-]+D:[A-Z]*(\([A-Z]+;[A-Z]*;[A-Za-z0-9]*;;;[A-Za-z0-9-]+\))+")


def owns(path: str) -> bool:
    """Tell whether a path belongs to the file system: a drive of one letter."""
    return path[1:2] == ":"


def exists(use: Use, path: str) -> bool:
    """Tell whether a file or folder exists."""
    return key_files.descriptor(use.document, _checked(path)) is not None


def _get(use: Use) -> list[Any]:
    path = use.get("LiteralPath")
    if not exists(use, path):
        raise ScriptFailed(f"Cannot find path '{path}' because it does not exist.")
    return [Instance(SECURITY, {}, {"sddl": key_files.descriptor(use.document, path)})]


def _set(use: Use) -> list[Any]:
    path, security = use.get("LiteralPath"), use.get("AclObject")
    if not exists(use, path):
        raise ScriptFailed(f"Cannot find path '{path}' because it does not exist.")
    if security.type is not SECURITY:
        raise Unsupported("an access control list of another kind of object")
    need_administrator(use, "Attempted to perform an unauthorized operation.")
    with use.state.changing() as document:
        key_files.describe(document, path, security.origin["sddl"])
    return []


def _sddl(security: Instance, sections: str) -> str:
    _check_sections(sections)
    return str(security.origin["sddl"])


def _set_sddl(security: Instance, sddl: str, sections: str) -> Nothing:
    _check_sections(sections)
    if _SDDL.fullmatch(sddl) is None:
        raise ScriptFailed(
            'Exception calling "SetSecurityDescriptorSddlForm" with "2" argument(s): "The SDDL string contains an '
            'invalid sid or a sid that cannot be translated."'
        )
    security.origin["sddl"] = sddl
    return NOTHING


def _check_sections(sections: str) -> None:
    if sections.lower() != _SECTIONS:
        raise Unsupported("of a security descriptor only 'Owner, Access': the rest needs rights that a visit lacks")


def _checked(path: str) -> str:
    if not path.casefold().startswith(_KEYS) or _WILD.search(path):
        raise Unsupported(f"the path {path!r}: of files only the folders of keys are modelled")
    return path


SECURITY = ObjectType(
    "System.Security.AccessControl.FileSecurity",
    "learn.microsoft.com/dotnet/api/system.security.accesscontrol.objectsecurity",
    (),
    {
        "GetSecurityDescriptorSddlForm": Method((str,), _sddl),
        "SetSecurityDescriptorSddlForm": Method((str, str), _set_sddl),
    },
)
_NAMED = {"LiteralPath": Parameter("text", required=True)} | STOP
CMDLETS = {
    "Get-Acl": Cmdlet(_NAMED, _get),
    "Set-Acl": Cmdlet(_NAMED | {"AclObject": Parameter("instance", required=True)}, _set),
}
TYPES = (SECURITY,)
