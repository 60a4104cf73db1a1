"""The CIM classes of the lab as closed tables, each derived from the host's state, each with its source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from troubleshoot.lab import firewall
from troubleshoot.lab.powershell import net_classes, service_control, terminal_setting
from troubleshoot.lab.powershell.errors import ScriptFailed
from troubleshoot.lab.powershell.host_data import local_time
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.printing import CANCELLED, PRINT_JOB, PRINTER, documents, printers
from troubleshoot.lab.powershell.printing import METHODS as PRINTER_METHODS
from troubleshoot.lab.powershell.rdp_setting import ANSWER, SETTING, CimMethod, listeners
from troubleshoot.lab.powershell.rdp_setting import METHODS as LISTENER_METHODS
from troubleshoot.lab.powershell.values import Integer
from troubleshoot.lab.sessions import further_processes, sid_of
from troubleshoot.lab.state import Document, HostState, own_name

_CIMV2 = "root/cimv2"
# WBEM_E_NOT_FOUND and WBEM_E_FAILED, as the command gives a number of WMI.
_NOT_FOUND = "HRESULT 0x80041002,Microsoft.Management.Infrastructure.CimCmdlets.InvokeCimMethodCommand"
_FAILED = _NOT_FOUND.replace("0x80041002", "0x80041001")
_DOCS = "learn.microsoft.com/windows/win32/cimwin32prov/"
# The accounts of services that need no password.
_BUILT_IN = frozenset({"localsystem", "nt authority\\localservice", "nt authority\\networkservice"})


@dataclass(frozen=True)
class CimClass:
    """A class: the namespace it lives in, its properties, and its instances on one host."""

    namespace: str
    type: ObjectType
    rows: Callable[[Document], list[Instance]]


SERVICE = ObjectType(
    "Win32_Service",
    _DOCS + "win32-service",
    ("Name", "DisplayName", "State", "StartMode", "StartName", "Started", "ProcessId"),
)
PROCESS = ObjectType("Win32_Process", _DOCS + "win32-process", ("Name", "ProcessId", "SessionId", "CreationDate"))
COMPUTER = ObjectType(
    "Win32_ComputerSystem", _DOCS + "win32-computersystem", ("Name", "Domain", "DomainRole", "PartOfDomain")
)
OPERATING_SYSTEM = ObjectType(
    "Win32_OperatingSystem", _DOCS + "win32-operatingsystem", ("SystemDrive", "SystemDirectory")
)
CHANGED = ObjectType("Win32_Service.Change result", _DOCS + "change-method-in-class-win32-service", ("ReturnValue",))
OWNER = ObjectType(
    "Win32_Process.GetOwner result", _DOCS + "getowner-method-in-class-win32-process", ("ReturnValue", "Domain", "User")
)

OWNER_SID = ObjectType(
    "Win32_Process.GetOwnerSid result",
    _DOCS + "getownersid-method-in-class-win32-process",
    ("ReturnValue", "Sid"),
)


def _services(document: Document) -> list[Instance]:
    """Return the services of the state, and that of the firewall, which another section tells of."""
    running = firewall.runs(document)
    itself: Document = {"display_name": "Windows Defender Firewall", "state": "Running" if running else "Stopped"}
    itself |= {"start_mode": "Auto", "account": "NT Authority\\LocalService", "process_id": 1220 if running else 0}
    return [_service(name, one) for name, one in ({firewall.SERVICE: itself} | document["services"]).items()]


def _service(name: str, service: Document) -> Instance:
    values = {
        "Name": name,
        "DisplayName": service["display_name"],
        "State": service["state"],
        "StartMode": service["start_mode"],
        "StartName": service["account"],
        "Started": service["state"] != "Stopped",
        "ProcessId": Integer(service["process_id"], "uint32"),
    }
    return Instance(SERVICE, values, name)


def _processes(document: Document) -> list[Instance]:
    """Return the idle process, the listed ones, and one svchost.exe for each process id of a running service."""
    rows = [_process("System Idle Process", 0, 0, None, None)]
    rows += [
        _process(row["name"], row["process_id"], row["session_id"], row["created_at"], row)
        for row in (*document["processes"], *further_processes(document))
    ]
    hosts = {service["process_id"]: service for service in document["services"].values() if service["started_at"]}
    rows += [_process("svchost.exe", number, 0, row["started_at"], None) for number, row in hosts.items()]
    return rows


def _process(name: str, number: int, session: int, created: str | None, origin: Document | None) -> Instance:
    values = {
        "Name": name,
        "ProcessId": Integer(number, "uint32"),
        "SessionId": Integer(session, "uint32"),
        "CreationDate": None if created is None else local_time(created),
    }
    return Instance(PROCESS, values, origin)


def _computer(document: Document) -> list[Instance]:
    domain = document["domain"]
    # 0 standalone workstation, 1 member workstation, 4 backup and 5 primary domain controller.
    role = (5 if domain.get("primary", True) else 4) if domain["controller"] else int(bool(domain["joined"]))
    values = {
        "Name": own_name(document),
        "Domain": domain["name"],
        "DomainRole": Integer(role, "uint16"),
        "PartOfDomain": bool(domain["joined"]),
    }
    return [Instance(COMPUTER, values)]


def _operating_system(document: Document) -> list[Instance]:
    del document
    return [Instance(OPERATING_SYSTEM, {"SystemDrive": "C:", "SystemDirectory": "C:\\Windows\\system32"})]


def _change(state: HostState, service: Instance, account: str, password: str) -> Instance:
    """Run Win32_Service.Change with the account alone: 0, or 22 for an account that the lab cannot know to exist."""
    known = account.lower() in _BUILT_IN and not password
    if known:
        with state.changing() as document:
            document["services"][service.origin]["account"] = account
    return Instance(CHANGED, {"ReturnValue": Integer(0 if known else 22, "uint32")})


def _owner(state: HostState, process: Instance) -> Instance:
    """Run Win32_Process.GetOwner: 0 and the account; 2 (access denied) where the state does not tell the owner."""
    del state
    _still_there(process)
    if process.origin is None or not process.origin["owner_user"]:
        return Instance(OWNER, {"ReturnValue": Integer(2, "uint32"), "Domain": None, "User": None})
    user, domain = process.origin["owner_user"], process.origin["owner_domain"]
    return Instance(OWNER, {"ReturnValue": Integer(0, "uint32"), "Domain": domain, "User": user})


def _still_there(process: Instance) -> None:
    row = process.origin or {}
    if row.get("ended"):
        raise ScriptFailed("Not found ", _NOT_FOUND)
    if row.get("failing"):
        raise ScriptFailed("Generic failure ", _FAILED)


def _owner_sid(state: HostState, process: Instance) -> Instance:
    """Run Win32_Process.GetOwnerSid: 0 and the SID; 2 (access denied) where the state does not tell the owner."""
    _still_there(process)
    row = process.origin
    if row is None or not row["owner_user"]:
        return Instance(OWNER_SID, {"ReturnValue": Integer(2, "uint32"), "Sid": None})
    sid = sid_of(state.document, row["session_id"], row["owner_domain"], row["owner_user"])
    return Instance(OWNER_SID, {"ReturnValue": Integer(0, "uint32"), "Sid": sid})


CLASSES = {
    known.type.name.lower(): known
    for known in (
        CimClass(_CIMV2, SERVICE, _services),
        CimClass(_CIMV2, PROCESS, _processes),
        CimClass(_CIMV2, COMPUTER, _computer),
        CimClass(_CIMV2, OPERATING_SYSTEM, _operating_system),
        CimClass(_CIMV2, PRINTER, printers),
        CimClass(_CIMV2, PRINT_JOB, documents),
        CimClass("root/cimv2/terminalservices", SETTING, listeners),
        CimClass("root/cimv2/terminalservices", terminal_setting.SETTING, terminal_setting.settings),
        CimClass(net_classes.NAMESPACE, net_classes.TCP, net_classes.connections),
    )
}
RESULTS = (OWNER, OWNER_SID, CHANGED, service_control.ANSWER, CANCELLED, ANSWER, *terminal_setting.RESULTS)
METHODS: Mapping[str, Mapping[str, CimMethod]] = {
    PROCESS.name: {"GetOwner": CimMethod({}, _owner), "GetOwnerSid": CimMethod({}, _owner_sid)},
    SERVICE.name: {
        "Change": CimMethod({"StartName": "string", "StartPassword": "string"}, _change, changes=True),
        "StartService": CimMethod({}, service_control.start_method),
        "StopService": CimMethod({}, service_control.stop_method),
    },
    PRINTER.name: PRINTER_METHODS,
    SETTING.name: LISTENER_METHODS,
    terminal_setting.SETTING.name: terminal_setting.METHODS,
}
