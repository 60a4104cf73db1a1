"""A throw-away PostgreSQL server: found binaries, a folder of its own, a Unix socket unless a port is asked for."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


def binaries() -> Path | None:
    """The folder with initdb and postgres: the newest that the system's packages installed, or one on PATH."""
    packaged = [
        folder
        for folder in Path("/usr/lib/postgresql").glob("*/bin")
        if (folder / "initdb").exists() and (folder / "postgres").exists()
    ]
    if packaged:
        return max(packaged, key=lambda folder: int(folder.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass
class Server:
    """A running server. PostgreSQL refuses to run as root, so root drops to nobody."""

    folder: Path
    programs: Path
    port: int = 0
    password: str = ""

    @classmethod
    def start(cls, programs: Path, *, port: int = 0, password: str = "") -> "Server":
        """Make a cluster and start it.

        It listens on a socket in its own folder, which only its user may enter; with a port on loopback as well, and
        then for whoever has the password.
        """
        server = cls(Path(tempfile.mkdtemp(prefix="mendpoint-pg-")), programs, port, password)
        secret = server.folder / "password"
        secret.write_text(password)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in (server.folder, secret):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        way = ["-A", "scram-sha-256", f"--pwfile={secret}"] if password else ["-A", "trust"]
        try:
            server._run("initdb", *way, "-U", "mendpoint", "-E", "UTF8", "--locale=C", "--no-sync")
            listens = f"-c listen_addresses=127.0.0.1 -c port={port}" if port else "-c listen_addresses=''"
            settings = f"{listens} -c unix_socket_directories={server.folder} -c fsync=off"
            settings += " -c full_page_writes=off -c max_connections=60 -c shared_buffers=64MB"
            server._run("pg_ctl", "-w", "-t", "60", "-l", str(server.folder / "log"), "-o", settings, "start")
        except BaseException:
            shutil.rmtree(server.folder, ignore_errors=True)
            raise
        return server

    @property
    def url(self) -> str:
        """The address for DATABASE_URL: the socket's folder stands percent-encoded where a host name would."""
        if self.port:
            return f"postgres://mendpoint:{self.password}@127.0.0.1:{self.port}/postgres"
        return f"postgres://mendpoint@{str(self.folder).replace('/', '%2F')}/postgres"

    def stop(self) -> None:
        """End every connection and remove the cluster."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        as_root = os.geteuid() == 0
        subprocess.run(
            [self.programs / program, "-D", self.folder / "data", *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            user="nobody" if as_root else None,
            group="nogroup" if as_root else None,
            extra_groups=[] if as_root else None,
        )
