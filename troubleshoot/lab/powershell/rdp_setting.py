"""Win32_TSGeneralSetting: the RDP listener as WMI shows it, derived from the registry with group policy on top.

Source: learn.microsoft.com/windows/win32/termserv/win32-tsgeneralsetting and its three methods.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from troubleshoot.lab.powershell.errors import Unsupported
from troubleshoot.lab.powershell.host_data import is_unsigned
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.values import Integer
from troubleshoot.lab.renewal import valid_now
from troubleshoot.lab.state import (
    POLICY,
    REMOTE_DESKTOP_STORE,
    TERMINAL_SERVER,
    Document,
    HostState,
    find,
    listener_value,
    moment,
    registry_value,
)

_WIN_STATIONS = TERMINAL_SERVER + "\\WinStations"
# Remote Desktop Services WMI provider error codes: INVALID_OPERATION is also the answer for what policy governs.
_INVALID_PARAMETER, _INVALID_OPERATION = 0x80041008, 0x80041016
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


def listeners(document: Document) -> list[Instance]:
    """Return one instance for each key below WinStations: RDP-Tcp, and those that other products add."""
    prefix = _WIN_STATIONS.casefold() + "\\"
    keys = [key for key in document["registry"] if key.casefold().startswith(prefix)]
    return [_listener(document, key) for key in keys if "\\" not in key[len(prefix) :]]


def _listener(document: Document, key: str) -> Instance:
    digest, kind = _certificate(document, key)
    values: dict[str, Any] = {
        "TerminalName": key.rpartition("\\")[2],
        "SecurityLayer": _in_force(document, key, "SecurityLayer"),
        "MinEncryptionLevel": _in_force(document, key, "MinEncryptionLevel"),
        "UserAuthenticationRequired": _in_force(document, key, "UserAuthentication"),
        "PolicySourceSecurityLayer": _source(document, key, "SecurityLayer"),
        "PolicySourceMinEncryptionLevel": _source(document, key, "MinEncryptionLevel"),
        "PolicySourceUserAuthenticationRequired": _source(document, key, "UserAuthentication"),
        "SSLCertificateSHA1Hash": digest,
        "SSLCertificateSHA1HashType": Integer(kind, "uint32"),
    }
    return Instance(SETTING, values, key)


def _in_force(document: Document, key: str, name: str) -> Integer:
    value = listener_value(document, name, key)
    if value is not None and not is_unsigned(value):
        raise Unsupported(f"the host's state holds {str(value)[:40]!r} as {name}")
    return Integer(_DEFAULTS[name] if value is None else value, "uint32")


def _source(document: Document, key: str, name: str) -> Integer:
    if registry_value(document, POLICY, name) is not None:
        return Integer(_GROUP_POLICY, "uint32")
    local = registry_value(document, key, name)
    return Integer(_DEFAULT if local is None else _LOCAL, "uint32")


def _certificate(document: Document, key: str) -> tuple[str, int]:
    """Return the thumbprint in use and where it comes from."""
    bound = registry_value(document, key, "SSLCertificateSHA1Hash")
    if bound and not isinstance(bound, str):
        raise Unsupported(f"the host's state holds {str(bound)[:40]!r} as a thumbprint")
    if bound:
        mine = document["certificates"].get("My", [])
        usable = any(entry["thumbprint"].upper() == bound.upper() and entry["has_private_key"] for entry in mine)
        by_policy = registry_value(document, POLICY, "CertTemplateName")
        return bound.upper(), (_BY_POLICY if by_policy else _CUSTOM) if usable else _INVALID
    own = sorted(
        document["certificates"].get(REMOTE_DESKTOP_STORE, []),
        key=lambda entry: (valid_now(document, entry), moment(entry["not_after"])),
    )
    # Documented is no more than "not valid". That it is said of Windows' own certificate too is a guess.
    kind = _SELF_SIGNED if own and valid_now(document, own[-1]) else _INVALID
    return (own[-1]["thumbprint"].upper() if own else "0" * 40), kind


def _answer(code: int) -> Instance:
    return Instance(ANSWER, {"ReturnValue": Integer(code, "uint32")})


def _set(state: HostState, key: str, name: str, value: int, allowed: range) -> Instance:
    """Write the local value; what policy governs, and what is no valid value, is answered by an error code."""
    if registry_value(state.document, POLICY, name) is not None:
        return _answer(_INVALID_OPERATION)
    if value not in allowed:
        return _answer(_INVALID_PARAMETER)
    with state.changing() as document:
        values = document["registry"].setdefault(key, {})
        values[find(values, name) or name] = {"kind": "DWord", "value": value}
    return _answer(0)


def _set_security_layer(state: HostState, target: Instance, value: int) -> Instance:
    if value == 2 and _in_force(state.document, target.origin, "MinEncryptionLevel").value == 1:
        return _answer(_INVALID_PARAMETER)
    return _set(state, target.origin, "SecurityLayer", value, range(3))


def _set_encryption_level(state: HostState, target: Instance, value: int) -> Instance:
    # Documented for the property: TLS is not compatible with level 1.
    if value == 1 and _in_force(state.document, target.origin, "SecurityLayer").value == 2:
        return _answer(_INVALID_PARAMETER)
    return _set(state, target.origin, "MinEncryptionLevel", value, range(1, 5))


def _set_user_authentication(state: HostState, target: Instance, value: int) -> Instance:
    return _set(state, target.origin, "UserAuthentication", value, range(2))


METHODS = {
    "SetSecurityLayer": CimMethod({"SecurityLayer": "uint32"}, _set_security_layer, changes=True),
    "SetEncryptionLevel": CimMethod({"MinEncryptionLevel": "uint32"}, _set_encryption_level, changes=True),
    "SetUserAuthenticationRequired": CimMethod(
        {"UserAuthenticationRequired": "uint32"}, _set_user_authentication, changes=True
    ),
}
