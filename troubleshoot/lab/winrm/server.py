"""The WinRM endpoint of one simulated host: its port, which follows the host's state, and its connections."""

import socket
import ssl
import threading
from collections.abc import Callable

from troubleshoot.lab import runner as stand_in
from troubleshoot.lab.behind_port import OTHER_NAME
from troubleshoot.lab.other_addresses import WINRM_MODES, Elsewhere
from troubleshoot.lab.process import Runner
from troubleshoot.lab.state import Document, HostState, find, healthy, own_name
from troubleshoot.lab.tcp_port import Mode, Port
from troubleshoot.lab.winrm.auth import Gate
from troubleshoot.lab.winrm.connection import Connection, Endpoint
from troubleshoot.lab.winrm.credentials import Account
from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.lab.winrm.service import Behaviour, Service

METHODS = frozenset({"ntlm", "basic"})
_SWEEP_SECONDS = 1.0
# The limits end an idle connection; this only bounds one that is busy for ever.
_LONGEST_CONNECTION = 7 * 24 * 3600.0


class WinrmServer:
    """The WinRM service of one simulated host; ``port`` is its number once started."""

    def __init__(
        self,
        state: HostState,
        *,
        listen: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        auth: frozenset[str] = METHODS,
        user: str,
        password: str,
        latency: float = 0,
        powershell_start: float = 0,
        limits: Limits | None = None,
        runner: Runner = stand_in.run,
    ) -> None:
        """Take ``auth``, of "ntlm" and "basic" (over TLS only); ``latency``, seconds before each reply; and
        ``powershell_start``, seconds that powershell.exe takes to start. ValueError for an unknown method.
        """
        if not auth or not auth <= METHODS:
            raise ValueError(f"authentication must be among {', '.join(sorted(METHODS))}")
        self.port, self.listen = port, listen
        self.state, self.tls = state, tls
        self._limits = limits or Limits()
        self._stopping = threading.Event()
        self._latency = latency
        self._port: Port | None = None
        self._sweeper: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        behaviour = Behaviour(powershell_start, runner)
        self.service = Service(state, self._limits, behaviour)
        # The other computer of an address elsewhere has a state of its own, and the same account.
        other = HostState(healthy(OTHER_NAME))
        self._services = {"same": self.service, "other": Service(other, self._limits, behaviour)}
        states = {"same": state, "other": other}
        self._endpoints = {who: self._shared(who, states[who], auth, user, password) for who in states}
        self._elsewhere: Elsewhere | None = None

    def start(self) -> None:
        """Bind the port and follow the state from now on; OSError when the port is taken."""
        self._stopping.clear()
        self._port = Port(
            self.listen,
            self.port,
            self._serve,
            connections=self._limits.connections,
            seconds=_LONGEST_CONNECTION,
        )
        self.port = self._port.number
        self._elsewhere = Elsewhere(self.port, self._serve, modes=WINRM_MODES, seconds=_LONGEST_CONNECTION)
        with self.state.lock:
            self._unsubscribe = self.state.subscribe(self._follow)
            self._follow()
        self._sweeper = threading.Thread(target=self._sweep, name=f"lab-winrm-{self.port}", daemon=True)
        self._sweeper.start()

    def stop(self) -> None:
        """End every connection, shell and command; the number is free afterwards. Harmless when repeated."""
        self._stopping.set()
        self._unsubscribe()
        self._stop_shells()  # wakes the connections that wait for output
        if self._port is not None:
            self._port.close()
            self._port = None
        if self._elsewhere is not None:
            self._elsewhere.close()
            self._elsewhere = None
        self._stop_shells()  # what a last request may have opened meanwhile
        if self._sweeper is not None:
            self._sweeper.join()
            self._sweeper = None

    def _stop_shells(self) -> None:
        for service in self._services.values():
            service.shells.stop()

    def _shared(self, who: str, state: HostState, auth: frozenset[str], user: str, password: str) -> Endpoint:
        with state.lock:
            known, domain = state.document, state.document["domain"]
            names = (domain["name"].partition(".")[0], domain["name"]) if domain["joined"] else ()
        account = Account(user, password, (own_name(known), known["name"], *names))
        tls = self.tls is not None
        return Endpoint(
            service=self._services[who],
            limits=self._limits,
            user=user,
            tls=tls,
            gate=lambda: Gate(account, auth, tls=tls, open_door=self._accepts_credentials),
            pause=self._pause,
            now=state.now,
        )

    def _pause(self) -> None:
        if self._latency > 0:
            self._stopping.wait(self._latency)

    def _follow(self) -> None:
        mode = port_mode(self.state.document)
        if self._port is not None:
            self._port.set(mode)
        if self._elsewhere is not None:
            self._elsewhere.follow(self.state.document, mode)

    def _accepts_credentials(self) -> bool:
        with self.state.lock:
            return bool(self.state.document["winrm"]["credentials"] == "accepted")

    def _serve(self, connection: socket.socket, answers: str = "same") -> None:
        endpoint = self._endpoints[answers]
        if self.tls is None:
            Connection(endpoint, connection).serve()
            return
        connection.settimeout(self._limits.request_seconds)
        try:
            # A duplicate, because wrapping takes the descriptor away from whoever watches over the connection.
            protected = self.tls.wrap_socket(connection.dup(), server_side=True)
        except OSError:  # ssl.SSLError is one: the client went away or speaks no TLS
            return
        with protected:
            Connection(endpoint, protected).serve()

    def _sweep(self) -> None:
        while not self._stopping.wait(_SWEEP_SECONDS):
            for service in self._services.values():
                service.shells.expire()


def port_mode(document: Document) -> Mode:
    """Return what connecting to WinRM does now: answered, refused, or swallowed by the network."""
    wanted = document["network"]["winrm"]
    if wanted == "silent":
        return "silent"
    service = find(document["services"], "WinRM")
    stopped = service is not None and document["services"][service]["state"] != "Running"
    return "refused" if stopped or wanted == "refused" else "open"
