"""Real Remote Desktop servers of Debian (xrdp, freerdp-shadow) on loopback, each with its own settings."""

import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.probes.hostile import KEY, certificate

BINARIES = ("xrdp", "freerdp-shadow-cli", "Xvfb", "openssl")
_SECONDS = 20.0

_XRDP = """\
[Globals]
ini_version=1
fork=true
port=tcp://.:{port}
tcp_nodelay=true
crypt_level=high
{settings}
rsakeys_ini=/etc/xrdp/rsakeys.ini
[Logging]
LogFile={folder}/xrdp.log
LogLevel=INFO
EnableSyslog=false
[Xorg]
name=Xorg
lib=libxup.so
username=ask
password=ask
port=-1
"""
_OLD_TLS = """\
openssl_conf = default
[default]
ssl_conf = ssl
[ssl]
system_default = old
[old]
MinProtocol = TLSv1
CipherString = DEFAULT:@SECLEVEL=0
"""


def missing() -> list[str]:
    """The programs that are not installed here."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
    return [binary for binary in BINARIES if shutil.which(binary, path=path) is None]


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for acc-07."""

    sha1: bool = False
    expired: bool = False

    def write(self, folder: Path) -> None:
        if self.sha1:  # the Python library signs nothing with SHA-1 any more
            files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
            request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=acc-07", "-sha1"]
            subprocess.run([*request, "-days", "30", *files], check=True, capture_output=True, timeout=_SECONDS)
            return
        ends = datetime.now(UTC) + timedelta(days=-3 if self.expired else 30)
        issued = certificate(common_name="acc-07", begins=ends - timedelta(days=60), ends=ends)
        (folder / "certificate.pem").write_bytes(issued.public_bytes(Encoding.PEM))
        # The traditional form: freerdp 2 reads no other.
        private = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        (folder / "key.pem").write_bytes(private)


@dataclass(frozen=True)
class Xrdp:
    """xrdp with these settings; without a certificate it is given paths where none is."""

    settings: Mapping[str, str]
    certificate: Certificate | None = field(default_factory=Certificate)
    environment: Mapping[str, str] = field(default_factory=dict)

    @contextlib.contextmanager
    def run(self, folder: Path, port: int) -> Iterator[None]:
        if self.certificate is not None:
            self.certificate.write(folder)
        files = {"certificate": f"{folder}/certificate.pem", "key_file": f"{folder}/key.pem"}
        settings = "\n".join(f"{name}={value}" for name, value in (files | dict(self.settings)).items())
        (folder / "old.cnf").write_text(_OLD_TLS)
        ini = folder / "xrdp.ini"
        ini.write_text(_XRDP.format(port=port, settings=settings, folder=folder))
        environment = {name: value.format(folder=folder) for name, value in self.environment.items()}
        command = ["/usr/sbin/xrdp", "--nodaemon", "--config", str(ini)]
        with process(command, environment=environment, log=folder / "out.log"):
            listens(port)
            yield


@dataclass(frozen=True)
class FreerdpNla:
    """freerdp-shadow on a virtual screen; it accepts NLA only."""

    @contextlib.contextmanager
    def run(self, folder: Path, port: int) -> Iterator[None]:
        own = folder / ".config" / "freerdp" / "shadow"
        own.mkdir(parents=True)
        Certificate().write(folder)
        shutil.copy(folder / "certificate.pem", own / "shadow.crt")
        shutil.copy(folder / "key.pem", own / "shadow.key")
        accounts = folder / "sam"
        accounts.write_text(f"nobody:::{hashlib.sha256(os.urandom(16)).hexdigest()[:32]}:::\n")
        with screen(folder) as display:
            environment = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config"), "DISPLAY": display}
            command = ["freerdp-shadow-cli", f"/port:{port}", "/bind-address:127.0.0.1", "/sec:nla"]
            with process([*command, f"/sam-file:{accounts}"], environment=environment, log=folder / "out.log"):
                listens(port)
                yield


@contextlib.contextmanager
def screen(folder: Path) -> Iterator[str]:
    """A virtual X screen on a number that the server chooses itself; yields its name."""
    read, write = os.pipe()
    # freerdp connects twice: without -noreset the first leaving resets the screen under the second.
    command = ["Xvfb", "-noreset", "-displayfd", str(write), "-screen", "0", "640x480x24", "-nolisten", "tcp"]
    with process(command, log=folder / "screen.log", pass_fds=(write,)):
        os.close(write)
        with os.fdopen(read) as numbers:
            number = numbers.readline().strip()  # ends also when Xvfb does
        assert number, (folder / "screen.log").read_text()
        yield f":{number}"


@contextlib.contextmanager
def process(
    command: list[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    pass_fds: tuple[int, ...] = (),
) -> Iterator[None]:
    """Run a server in a process group of its own and end the whole group afterwards."""
    with log.open("wb") as output:
        started = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | dict(environment or {}),
            pass_fds=pass_fds,
            start_new_session=True,
        )
    try:
        yield
    finally:
        end(started)


def end(started: "subprocess.Popen[bytes]") -> None:
    """End a process and everything it forked; nothing else is in its group."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, sent)
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(timeout=3)


def listens(port: int) -> None:
    """Wait until a server accepts connections; AssertionError when it does not in time."""
    deadline = time.monotonic() + _SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert time.monotonic() < deadline, f"nothing listens on port {port}"
        time.sleep(0.05)


def exposed(port: int) -> list[str]:
    """The addresses other than loopback on which something listens on this port (from the kernel's table)."""
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            address, _, number = line.split()[1].rpartition(":")
            listening = line.split()[3] == "0A" and int(number, 16) == port
            if listening and address not in {"0100007F", "00000000000000000000000001000000"}:
                found.append(address)
    return found


def free_port() -> int:
    """A port that was free a moment ago, chosen by the kernel."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
