"""Access control of files. Source: Microsoft.PowerShell.Security reference, version 5.1; FileSystemSecurity: .NET."""

import re
from typing import Any

from troubleshoot.lab import key_files
from troubleshoot.lab.powershell.cmdlets.core import STOP, Cmdlet, Parameter, Use, need_administrator
from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.objects import Instance, Method, ObjectType
from troubleshoot.lab.powershell.values import NOTHING, Nothing
from troubleshoot.lab.security_descriptors import parse
from troubleshoot.lab.state import KEY_FOLDER

_WILD = re.compile(r"[/*?\[\]]")
_KEYS = KEY_FOLDER.rpartition("\\RSA\\")[0].casefold() + "\\"
_SECTIONS = "owner, access"
_DENIED = "Attempted to perform an unauthorized operation."


def owns(path: str) -> bool:
    """Tell whether a path belongs to the file system: a drive of one letter."""
    return path[1:2] == ":"


def exists(use: Use, path: str) -> bool:
    """Tell whether a file or folder exists."""
    return key_files.descriptor(use.document, _checked(path)) is not None


def _get(use: Use) -> list[Any]:
    path = use.get("LiteralPath")
    if not exists(use, path):
        raise ScriptFailed(
            f"Cannot find path '{path}' because it does not exist.",
            "GetAcl_PathNotFound_Exception,Microsoft.PowerShell.Commands.GetAclCommand",
        )
    return [_security(use, path)]


def item(use: Use, path: str) -> Instance:
    """Return a file or folder as Get-Item -Force does; ScriptFailed when there is none."""
    if not exists(use, path):
        raise ScriptFailed(
            f"Cannot find path '{path}' because it does not exist.",
            "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand",
        )
    return Instance(FILE, {"Name": path.rpartition("\\")[2], "FullName": path}, use)


def children(use: Use, path: str) -> list[Instance]:
    """Return what lies in a folder, by name."""
    item(use, path)
    return [item(use, found) for found in sorted(key_files.children(use.document, path), key=str.casefold)]


def _security(use: Use, path: str) -> Instance:
    found = parse(key_files.descriptor(use.document, path) or "")
    if found is None:
        raise ScriptFailed(_DENIED)
    return Instance(SECURITY, {}, {"found": found})


def _set(use: Use) -> list[Any]:
    path, security = use.get("LiteralPath"), use.get("AclObject")
    if not exists(use, path):
        raise ScriptFailed(f"Cannot find path '{path}' because it does not exist.")
    if security.type is not SECURITY:
        raise Unsupported("an access control list of another kind of object")
    need_administrator(use, _DENIED)
    # It writes every section, and of one that came without audit entries none are left.
    with use.state.changing() as document:
        key_files.write(document, path, security.origin["found"], audit="")
    return []


def _get_control(file: Instance, sections: str) -> Instance:
    _check_sections(sections)
    return _security(file.origin, file.values["FullName"])


def _set_control(file: Instance, security: Instance) -> Nothing:
    """Run FileSystemInfo.SetAccessControl: only what was changed is written, so audit entries stay."""
    use, path = file.origin, file.values["FullName"]
    if security.type is not SECURITY or not security.origin.get("changed"):
        raise Unsupported("SetAccessControl with what was not changed, or is no security descriptor of a file")
    message = f'Exception calling "SetAccessControl" with "1" argument(s): "{_DENIED}"'
    need_administrator(use, message, "UnauthorizedAccessException")
    audit = _security(use, path).origin["found"].audit
    with use.state.changing() as document:
        key_files.write(document, path, security.origin["found"], audit=audit)
    return NOTHING


def _sddl(security: Instance, sections: str) -> str:
    _check_sections(sections)
    text: str = security.origin["found"].text()
    return text if sections.lower() == _SECTIONS else text[text.index("D:") :]


def _set_sddl(security: Instance, sddl: str, sections: str) -> Nothing:
    _check_sections(sections)
    found = parse(sddl)
    if found is None or not found.entries or found.audit:
        raise ScriptFailed(
            'Exception calling "SetSecurityDescriptorSddlForm" with "2" argument(s): "The SDDL form of a security '
            'descriptor object is invalid.\r\nParameter name: sddlForm"',
            "ArgumentException",
        )
    security.origin.update(found=found, changed=True)
    return NOTHING


def _check_sections(sections: str) -> None:
    if sections.lower() not in {_SECTIONS, "access"}:
        raise Unsupported("of a security descriptor only 'Owner, Access' or 'Access': the rest needs more rights")


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
FILE = ObjectType(
    "System.IO.FileSystemInfo",
    "learn.microsoft.com/dotnet/api/system.io.fileinfo.setaccesscontrol (.NET Framework 4.8; also of DirectoryInfo)",
    ("Name", "FullName"),
    {
        "GetAccessControl": Method((str,), _get_control),
        "SetAccessControl": Method((Instance,), _set_control),
    },
)
_NAMED = {"LiteralPath": Parameter("text", required=True)} | STOP
CMDLETS = {
    "Get-Acl": Cmdlet(_NAMED, _get),
    "Set-Acl": Cmdlet(_NAMED | {"AclObject": Parameter("instance", required=True)}, _set),
}
TYPES = (SECURITY, FILE)
