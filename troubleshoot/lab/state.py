"""The state of a simulated Windows host: one plain JSON document, its lock, its clock and its observers.

Everything the lab shows to the network (RDP listener, WinRM, registry, services) is derived from this document.
"""

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from troubleshoot.lab import domain, firewall, licensing, usual_services, windows_version

Document = dict[str, Any]

TERMINAL_SERVER = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server"
RDP_TCP = TERMINAL_SERVER + "\\WinStations\\RDP-Tcp"
POLICY = "HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services"
CRYPTOGRAPHY = "HKLM:\\SOFTWARE\\Microsoft\\Cryptography"
KEY_FOLDER = "C:\\ProgramData\\Microsoft\\Crypto\\RSA\\MachineKeys"
KEY_FILE_START = "f686aace6942fb7f7ceb231212eef4a4"
"""How the name of the key of the self-signed Remote Desktop certificate begins; the machine's GUID ends it."""
CONNECTION_MANAGER = "Microsoft-Windows-TerminalServices-RemoteConnectionManager"
REMOTE_DESKTOP_STORE = "Remote Desktop"
# A certificate entry carries this thumbprint until certificates.stamp() has made the real certificate.
UNSTAMPED = "0" * 40
LIFETIME = timedelta(days=182)  # six months, as Windows makes its own Remote Desktop certificates

_NAMESPACE = uuid.UUID("5c0f5b5e-6a3e-4b0e-9d3c-0f3a1c7f9e11")


class HostState:
    """The live document of one host.

    Read ``document`` under ``with state.lock:``; change it only inside ``with state.changing() as document:``.
    """

    def __init__(self, document: Document, *, on_change: Callable[[], None] | None = None) -> None:
        self.document = document
        self.lock = threading.RLock()
        self.visits: dict[int, str] = {}  # the processes of visits that are here now, and when each began
        self.attempts: dict[str, threading.Lock] = {}  # held by whoever writes for an attempt
        self.booted_at = document.get("booted_at")  # when Windows started, as far as its scheduler has noticed
        self._on_change = on_change
        self._observers: list[Callable[[], None]] = []
        self._depth = 0

    @contextlib.contextmanager
    def changing(self) -> Iterator[Document]:
        """Hold the lock and hand out the document; the outermost leave tells the observers, then on_change.

        They are told while the lock is held, so whoever waits for the lock afterwards sees their effect, and
        also when the body raised: what was written before the error stays written, as on a real host.
        """
        with self.lock:
            self._depth += 1
            try:
                yield self.document
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._tell()

    def subscribe(self, observer: Callable[[], None]) -> Callable[[], None]:
        """Call ``observer`` after every change, under the lock; returns the function that ends this."""
        with self.lock:
            self._observers.append(observer)

        def cancel() -> None:
            with self.lock, contextlib.suppress(ValueError):
                self._observers.remove(observer)

        return cancel

    def now(self) -> datetime:
        """Return the host's own clock: UTC in whole seconds, shifted by ``clock_offset_seconds``."""
        with self.lock:
            return host_now(self.document)

    def _tell(self) -> None:
        for observer in tuple(self._observers):
            observer()
        if self._on_change is not None:
            self._on_change()


def host_now(document: Document) -> datetime:
    """Return what the clock of this host shows: UTC in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=document["clock_offset_seconds"])


def iso(moment: datetime) -> str:
    """Return a UTC time as the state writes it, for example ``2026-11-22T09:00:00Z``."""
    # isoformat, because strftime("%Y") does not pad years below 1000 to four digits on Linux.
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def moment(text: str) -> datetime:
    """Return the aware UTC time that the state writes as ``text``; ValueError when it is not one."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError(f"a time needs its zone: {text!r}")
    return parsed.astimezone(UTC)


def find(mapping: dict[str, Any], name: str) -> str | None:
    """Return the key of ``mapping`` that equals ``name`` without regard to case, as Windows compares names."""
    if name in mapping:
        return name
    folded = name.casefold()
    return next((key for key in mapping if key.casefold() == folded), None)


def registry_value(document: Document, key: str, name: str) -> Any:
    """Return the data of one registry value; None when the key or the value does not exist."""
    keys = document["registry"]
    found = find(keys, key)
    if found is None:
        return None
    entry = find(keys[found], name)
    return None if entry is None else keys[found][entry]["value"]


def listener_value(document: Document, name: str, key: str = RDP_TCP) -> Any:
    """Return the setting of the RDP listener that is in force: group policy wins over the local value."""
    policy = registry_value(document, POLICY, name)
    return registry_value(document, key, name) if policy is None else policy


def own_name(document: Document) -> str:
    """Return what Windows calls itself."""
    return str(document.get("computer_name") or document["name"])


def running(document: Document, service: str) -> bool:
    """Tell whether a service is installed and running."""
    name = find(document["services"], service)
    return name is not None and document["services"][name]["state"] == "Running"


def healthy(name: str = "LAB-01") -> Document:
    """Return the document of a healthy, domain-joined Windows 10 host with NLA on, as Windows ships.

    Identities follow from the name, so that the same name is the same simulated computer after a restart.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    boot = iso(now - timedelta(days=6, hours=3))
    guid = str(uuid.uuid5(_NAMESPACE, name + "/machine"))
    return {
        "name": name,
        "computer_name": name,
        "identity": _identity(name, guid),
        "powershell": windows_version.powershell(),
        "slow": {},
        "clock_offset_seconds": 0,
        "booted_at": boot,
        "time_zone": "UTC",
        "services": usual_services.usual(boot),
        "registry": _registry(guid),
        "certificates": {REMOTE_DESKTOP_STORE: [self_signed(name, 1001, now - timedelta(days=30))], "My": []},
        "key_store": {"rdp_key": "readable"},
        "acl": _access_control(guid),
        "firewall": firewall.usual(),
        "dns_cache": [],
        "printers": [{"name": "Office printer", "local": True, "protected": False}],
        "print_jobs": [],
        "domain": domain.usual(),
        "processes": [
            {
                "name": "explorer.exe",
                "owner_domain": "CORP",
                "owner_user": "bob",
                "session_id": 2,
                "process_id": 4120,
                "created_at": iso(now - timedelta(hours=2)),
            }
        ],
        "licensing": licensing.usual(),
        "sessions": [session(2, "CORP", "bob", now - timedelta(hours=2))],
        "network": {
            "rdp": "open",
            "winrm": "open",
            "key_failure": "negotiation",
            "gateway": "absent",
            "elsewhere": [],
            "other_certificate": None,
        },
        "winrm": {"credentials": "accepted", "administrator": True, "loses_in_flight": False, "ended": []},
        "scheduler": {"running": True, "refuses": False, "loses": False, "tasks": {}},
        "runs_access": "O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)",
        "runs": {},
        "reports": {},
        "undo_orders": {},
        "undo_armed": {},
        "undo_tried": {},
        "undo_reports": {},
        "undo_disarmed": {},
        "event_log": [
            {
                "log": CONNECTION_MANAGER + "/Operational",
                "source": CONNECTION_MANAGER,
                "id": 261,
                "time": iso(now - timedelta(hours=3)),
                "message": "Listener RDP-Tcp received a connection",
            }
        ],
        "disabled_logs": [],
        "listeners": [],
        "hung": [],
    }


def self_signed(name: str, serial: int, not_before: datetime) -> Document:
    """Return the entry of a self-signed RDP certificate, valid for six months as Windows makes them."""
    return {
        "thumbprint": UNSTAMPED,
        "subject": f"CN={name}",
        "issuer": f"CN={name}",
        "serial": serial,
        "not_before": iso(not_before),
        "not_after": iso(not_before + LIFETIME),
        "has_private_key": True,
    }


def session(number: int, domain: str, user: str, since: datetime) -> Document:
    """Return the row of a session in which somebody is active."""
    sid = account_sid(domain, user)
    return {"id": number, "domain": domain, "user": user, "sid": sid, "state": "active", "since": iso(since)}


def account_sid(domain: str, user: str) -> str:
    """Return the SID of an account of a domain; its last number tells the accounts of a domain apart."""
    account = uuid.uuid5(_NAMESPACE, f"{domain}\\{user}".casefold()).int % 100_000 + 1000
    return f"{_sid(domain.casefold())}-{account}"


def _identity(name: str, guid: str) -> Document:
    return {
        "machine_guid": guid,
        "smbios_uuid": str(uuid.uuid5(_NAMESPACE, name + "/smbios")).upper(),
        "computer_sid": _sid(name),
    }


def _sid(name: str) -> str:
    """Return the SID of a computer or a domain, made of its name."""
    number = uuid.uuid5(_NAMESPACE, name + "/sid").int
    return "S-1-5-21-" + "-".join(str((number >> shift) & 0xFFFFFFFF) for shift in (0, 32, 64))


def _access_control(guid: str) -> Document:
    """Return owner and DACL of the folder of machine keys and of Remote Desktop's key, as Microsoft expects them.

    Source: the folder's in Azure/azure-support-scripts, vmassist.ps1; the key's in SupportArticles-docs,
    internal-error-has-occurred-connecting-remote-machine.
    """
    return {
        KEY_FOLDER: "O:SYD:PAI(A;;0x12019f;;;WD)(A;;FA;;;BA)",
        f"{KEY_FOLDER}\\{KEY_FILE_START}_{guid}": "O:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)",
    }


def _registry(guid: str) -> Document:
    def numbers(**values: int) -> Document:
        return {name: {"kind": "DWord", "value": value} for name, value in values.items()}

    return {
        RDP_TCP: numbers(
            SecurityLayer=2,
            MinEncryptionLevel=3,
            UserAuthentication=1,
            PortNumber=3389,
            fEnableWinStation=1,
            fLogonDisabled=0,
            fAllowSecProtocolNegotiation=1,
        ),
        TERMINAL_SERVER: numbers(fDenyTSConnections=0, TSEnabled=1, TSServerDrainMode=0, TSUserEnabled=0),
        POLICY: {},
        CRYPTOGRAPHY: {"MachineGuid": {"kind": "String", "value": guid}},
        windows_version.KEY: windows_version.values("19045", 3803, "Client"),
    }
