"""Win32_TSGeneralSetting: the RDP listener as WMI shows it, derived from the registry with group policy on top.

Source: learn.microsoft.com/windows/win32/termserv/win32-tsgeneralsetting and its three methods.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from troubleshoot.lab.powershell.errors import ScriptFailed
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.values import Integer
from troubleshoot.lab.reactions import valid_now
from troubleshoot.lab.state import (
    POLICY,
    RDP_TCP,
    REMOTE_DESKTOP_STORE,
    Document,
    HostState,
    find,
    listener_value,
    moment,
    registry_value,
)

# What is in force when neither policy nor the local key holds a value.
_DEFAULTS = {"SecurityLayer": 2, "MinEncryptionLevel": 3, "UserAuthentication": 0}
# PolicySource*: who decides.
_LOCAL, _GROUP_POLICY, _DEFAULT = 0, 1, 2
# SSLCertificateSHA1HashType.
_INVALID, _SELF_SIGNED, _BY_POLICY, _CUSTOM = 0, 1, 2, 3


@dataclass(frozen=True)
class CimMethod:
    """A CIM method: parameter names with their types, what it does, whether it changes the host."""

    parameters: Mapping[str, str]
    call: Callable[..., Instance]
    changes: bool = False


SETTING = ObjectType(
    "Win32_TSGeneralSetting",
    "learn.microsoft.com/windows/win32/termserv/win32-tsgeneralsetting",
    (
        "TerminalName",
        "SecurityLayer",
        "MinEncryptionLevel",
        "UserAuthenticationRequired",
        "PolicySourceSecurityLayer",
        "PolicySourceMinEncryptionLevel",
        "PolicySourceUserAuthenticationRequired",
        "SSLCertificateSHA1Hash",
        "SSLCertificateSHA1HashType",
    ),
)
ANSWER = ObjectType(
    "Win32_TSGeneralSetting method result", "learn.microsoft.com/windows/win32/termserv", ("ReturnValue",)
)


def listener(document: Document) -> list[Instance]:
    """Return the one listener, RDP-Tcp."""
    digest, kind = _certificate(document)
    values: dict[str, Any] = {
        "TerminalName": "RDP-Tcp",
        "SecurityLayer": _in_force(document, "SecurityLayer"),
        "MinEncryptionLevel": _in_force(document, "MinEncryptionLevel"),
        "UserAuthenticationRequired": _in_force(document, "UserAuthentication"),
        "PolicySourceSecurityLayer": _source(document, "SecurityLayer"),
        "PolicySourceMinEncryptionLevel": _source(document, "MinEncryptionLevel"),
        "PolicySourceUserAuthenticationRequired": _source(document, "UserAuthentication"),
        "SSLCertificateSHA1Hash": digest,
        "SSLCertificateSHA1HashType": Integer(kind, "uint32"),
    }
    return [Instance(SETTING, values)]


def _in_force(document: Document, name: str) -> Integer:
    value = listener_value(document, name)
    return Integer(_DEFAULTS[name] if value is None else value, "uint32")


def _source(document: Document, name: str) -> Integer:
    if registry_value(document, POLICY, name) is not None:
        return Integer(_GROUP_POLICY, "uint32")
    local = registry_value(document, RDP_TCP, name)
    return Integer(_DEFAULT if local is None else _LOCAL, "uint32")


def _certificate(document: Document) -> tuple[str, int]:
    """Return the thumbprint in use and where it comes from."""
    bound = registry_value(document, RDP_TCP, "SSLCertificateSHA1Hash")
    if bound:
        mine = document["certificates"].get("My", [])
        usable = any(entry["thumbprint"].upper() == bound.upper() and entry["has_private_key"] for entry in mine)
        by_policy = registry_value(document, POLICY, "CertTemplateName")
        return bound.upper(), (_BY_POLICY if by_policy else _CUSTOM) if usable else _INVALID
    own = sorted(
        document["certificates"].get(REMOTE_DESKTOP_STORE, []),
        key=lambda entry: (valid_now(document, entry), moment(entry["not_after"])),
    )
    return (own[-1]["thumbprint"].upper() if own else "0" * 40), _SELF_SIGNED


def _set(state: HostState, name: str, value: int, allowed: range) -> Instance:
    """Write the local value; a value that policy governs is WBEM_E_INVALID_OPERATION, a bad one INVALID_PARAMETER."""
    if registry_value(state.document, POLICY, name) is not None:
        raise ScriptFailed("Invalid operation ")
    if value not in allowed:
        raise ScriptFailed("Invalid parameter ")
    with state.changing() as document:
        key = find(document["registry"], RDP_TCP) or RDP_TCP
        values = document["registry"].setdefault(key, {})
        values[find(values, name) or name] = {"kind": "DWord", "value": value}
    return Instance(ANSWER, {"ReturnValue": Integer(0, "uint32")})


def _set_security_layer(state: HostState, target: Instance, value: int) -> Instance:
    del target
    if value == 2 and _in_force(state.document, "MinEncryptionLevel").value == 1:
        raise ScriptFailed("Invalid parameter ")
    return _set(state, "SecurityLayer", value, range(3))


def _set_encryption_level(state: HostState, target: Instance, value: int) -> Instance:
    del target
    # Documented for the property: TLS is not compatible with level 1.
    if value == 1 and _in_force(state.document, "SecurityLayer").value == 2:
        raise ScriptFailed("Invalid parameter ")
    return _set(state, "MinEncryptionLevel", value, range(1, 5))


def _set_user_authentication(state: HostState, target: Instance, value: int) -> Instance:
    del target
    return _set(state, "UserAuthentication", value, range(2))


METHODS = {
    "SetSecurityLayer": CimMethod({"SecurityLayer": "uint32"}, _set_security_layer, changes=True),
    "SetEncryptionLevel": CimMethod({"MinEncryptionLevel": "uint32"}, _set_encryption_level, changes=True),
    "SetUserAuthenticationRequired": CimMethod(
        {"UserAuthenticationRequired": "uint32"}, _set_user_authentication, changes=True
    ),
}
