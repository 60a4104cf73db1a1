"""One simulated Windows host: its state, its two listeners and the files it shows to the outside."""

import json
import logging
import ssl
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from troubleshoot.lab import console, runner, scheduler
from troubleshoot.lab.certificates import Subject, authority, authority_signed, key_of, tls_context
from troubleshoot.lab.gateway import GatewayServer
from troubleshoot.lab.process import Process, Runner
from troubleshoot.lab.rdp import RdpServer
from troubleshoot.lab.state import Document, HostState, iso
from troubleshoot.lab.state_document import BadStateError, build_state
from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.lab.winrm.server import WinrmServer

_log = logging.getLogger(__name__)
#: Seconds between two looks of the Task Scheduler at its tasks.
_TICK = 0.5
_AUTHORITY = "CN=Simulated lab authority"
#: What tells one writing of a file from the next: its inode, its time and its size.
Mark = tuple[int, int, int]


@dataclass(frozen=True)
class LabOptions:
    """How one host is served: where it listens (port 0 = any free one) and how WinRM behaves.

    ``latency`` and ``powershell_start`` are seconds.
    """

    user: str
    password: str = field(repr=False)
    listen: str = "127.0.0.1"
    rdp_port: int = 0
    winrm_port: int = 0
    gateway_port: int = 0
    winrm_tls: bool = False
    auth: frozenset[str] = frozenset({"ntlm", "basic"})
    latency: float = 0
    powershell_start: float = 0
    state_out: Path | None = None


class LabHost:
    """A host that answers on both ports between start() and stop()."""

    def __init__(
        self,
        document: Document,
        options: LabOptions,
        *,
        limits: Limits | None = None,
        powershell: Runner = runner.run,
    ) -> None:
        """Take a checked document, and what runs the portal's bootstrap. ValueError for options that WinRM cannot
        follow.
        """
        self.state = HostState(document, on_change=self._write)
        self._options = options
        self._seen: Mark | None = None
        self._over = threading.Event()
        self._clockwork = threading.Thread(target=self._keep_time, name="scheduler", daemon=True)
        self._folder = tempfile.TemporaryDirectory(prefix="mendpoint-lab-") if options.winrm_tls else None
        self.ca_file = Path(self._folder.name) / "ca.pem" if self._folder else None
        self._rdp = RdpServer(self.state, listen=options.listen, port=options.rdp_port)
        self._gateway = GatewayServer(self.state, listen=options.listen, port=options.gateway_port)
        self._winrm = WinrmServer(
            self.state,
            listen=options.listen,
            port=options.winrm_port,
            tls=self._tls(),
            auth=options.auth,
            user=options.user,
            password=options.password,
            latency=options.latency,
            powershell_start=options.powershell_start,
            limits=limits,
            runner=powershell,
        )

    def start(self) -> None:
        """Open the ports and write the state file; OSError when a port is taken, then nothing stays open."""
        try:
            self._winrm.start()
            self._rdp.start()
            self._gateway.start()
            self._clockwork.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Close both ports and remove temporary files; the state file stays. Harmless when repeated."""
        self._over.set()
        if self._clockwork.ident:
            self._clockwork.join()
        self._rdp.stop()
        self._gateway.stop()
        self._winrm.stop()
        if self._folder is not None:
            self._folder.cleanup()

    def replace(self, document: Document) -> None:
        """Put another checked document in the place of the present one; the listeners follow at once."""
        with self.state.changing() as present:
            present.clear()
            present.update(document)

    def follow(self) -> None:
        """Take over what somebody else has written into the state file since this host last wrote or read it.

        BadStateError for what the host cannot be; it then stays as it is, and the same writing is not read again.
        """
        out = self._options.state_out
        if out is None:
            return
        with self.state.lock:  # so that the host does not write meanwhile
            found = file_mark(out)
            if found is None or found == self._seen:
                return
            self._seen = found
            document = build_state(name=self.state.document["name"], file=out)
            if document["name"] != self.state.document["name"]:
                raise BadStateError(f"{out}: a computer that runs keeps its name, {self.state.document['name']}")
            self.replace(document)

    def ready(self) -> dict[str, Any]:
        """Return what the command ``lab`` prints about a started host."""
        listen = self._options.listen
        authority = f"[{listen}]" if ":" in listen else listen
        scheme = "https" if self._options.winrm_tls else "http"
        with self.state.lock:
            name, network = self.state.document["name"], self.state.document["network"]
        gateway = {} if network["gateway"] == "absent" else {"gateway_port": self._gateway.port}
        return {
            "host": name,
            "rdp_port": self._rdp.port,
            "winrm_port": self._winrm.port,
            "winrm_url": f"{scheme}://{authority}:{self._winrm.port}/wsman",
            "ca_file": str(self.ca_file) if self.ca_file else None,
            "state_out": str(self._options.state_out) if self._options.state_out else None,
            **gateway,
        }

    def _keep_time(self) -> None:
        while not self._over.wait(_TICK):
            scheduler.tick(self.state, self._start_task)

    def _start_task(self, state: HostState, command: str, arguments: str) -> None:
        """Start what a task starts: as SYSTEM, with nobody who listens."""
        process = Process(state, lambda: b"", lambda *_: None, self._over, user="SYSTEM")
        code = console.execute(f"{command} {arguments}", process, runner.run)
        _log.info("a task of the simulated host ended with code %s", code)

    def _tls(self) -> ssl.SSLContext | None:
        """Return the TLS context of WinRM, with a certificate whose authority is written to ``ca_file``."""
        if self.ca_file is None:
            return None
        now, name = datetime.now(UTC), self.state.document["name"]
        dates = iso(now - timedelta(hours=1)), iso(now + timedelta(days=30))
        issuer = authority(Subject(_AUTHORITY, _AUTHORITY, 1, *dates))
        self.ca_file.write_bytes(issuer.public_bytes(Encoding.PEM))
        addresses = {ip_address("127.0.0.1"), ip_address(self._options.listen)}
        # Another owner than RDP: WinRM has a certificate and key of its own.
        owner = self.state.document["identity"]["machine_guid"] + "/winrm"
        issued = authority_signed(Subject(f"CN={name}", _AUTHORITY, 2, *dates), owner, sorted(addresses, key=str))
        return tls_context(issued, key_of(owner))

    def _write(self) -> None:
        """Write the state file so that a reader sees the old or the new state, never a part."""
        out = self._options.state_out
        if out is None:
            return
        partial = out.with_name(out.name + ".partial")
        try:
            partial.write_text(json.dumps(self.state.document, indent=2) + "\n", encoding="utf-8")
            self._seen = file_mark(partial)
            partial.replace(out)
        except OSError as error:  # the host goes on, as a computer does whose watcher has gone
            _log.warning("The state of the simulated host could not be written: %s", error)


def file_mark(file: Path) -> Mark | None:
    """Return what tells this writing of a file from the next; None when there is no such file."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
