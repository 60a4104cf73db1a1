"""Win32_TerminalServiceSetting: what a host says of its licences.

Source: learn.microsoft.com/windows/win32/termserv/win32-terminalservicesetting and its methods.
"""

from typing import Any

from troubleshoot.lab import licensing
from troubleshoot.lab.powershell.errors import Unsupported
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.rdp_setting import CimMethod
from troubleshoot.lab.powershell.values import Integer
from troubleshoot.lab.state import Document, HostState

_DOCS = "learn.microsoft.com/windows/win32/termserv/"
#: The answer for a name that is none of the licence servers of a host.
_INVALID_PARAMETER = 0x80041008
SETTING = ObjectType(
    "Win32_TerminalServiceSetting",
    _DOCS + "win32-terminalservicesetting",
    ("TerminalServerMode", "LicensingType"),
)
DAYS = ObjectType(
    "Win32_TerminalServiceSetting.GetGracePeriodDays result",
    _DOCS + "getgraceperioddays-win32-terminalservicesetting",
    ("ReturnValue", "DaysLeft"),
)
SERVERS = ObjectType(
    "Win32_TerminalServiceSetting.GetSpecifiedLicenseServerList result",
    _DOCS + "getspecifiedlicenseserverlist-win32-terminalservicesetting",
    ("ReturnValue", "SpecifiedLSList"),
)
WAY = ObjectType(
    "Win32_TerminalServiceSetting.GetTStoLSConnectivityStatus result",
    _DOCS + "gettstolsconnectivitystatus-win32-terminalservicesetting",
    ("ReturnValue", "TStoLSConnectivityStatus"),
)


def settings(document: Document) -> list[Instance]:
    """Return the one instance that each host has."""
    found = _section(document)
    mode, kind = Integer(int(found["shares_desktops"]), "uint32"), Integer(licensing.MODES[found["mode"]], "uint32")
    return [Instance(SETTING, {"TerminalServerMode": mode, "LicensingType": kind})]


def _section(document: Document) -> dict[str, Any]:
    return {**licensing.usual(), **document.get("licensing", {})}


def _shared(state: HostState) -> dict[str, Any]:
    found = _section(state.document)
    if not found["shares_desktops"]:
        raise Unsupported("what Windows says of licences where no desktop is shared is not documented")
    return found


def _days(state: HostState, setting: Instance) -> Instance:
    del setting
    days = Integer(_shared(state)["grace_days"], "uint32")
    return Instance(DAYS, {"ReturnValue": Integer(0, "uint32"), "DaysLeft": days})


def _servers(state: HostState, setting: Instance) -> Instance:
    del setting
    names = [one["name"] for one in _shared(state)["servers"]]
    return Instance(SERVERS, {"ReturnValue": Integer(0, "uint32"), "SpecifiedLSList": names})


def _way(state: HostState, setting: Instance, name: str) -> Instance:
    del setting
    known = {one["name"]: licensing.WAYS[one["way"]] for one in _shared(state)["servers"]}
    code = Integer(0 if name in known else _INVALID_PARAMETER, "uint32")
    return Instance(WAY, {"ReturnValue": code, "TStoLSConnectivityStatus": Integer(known.get(name, 0), "uint32")})


METHODS = {
    "GetGracePeriodDays": CimMethod({}, _days),
    "GetSpecifiedLicenseServerList": CimMethod({}, _servers),
    "GetTStoLSConnectivityStatus": CimMethod({"ServerName": "string"}, _way),
}
RESULTS = (DAYS, SERVERS, WAY)
