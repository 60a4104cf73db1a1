"""The services of compose.yaml with the demo's profile, as compose itself reads them, for processes on this machine."""

from __future__ import annotations

import json
import secrets
from typing import Any
from urllib.parse import urlsplit

from tests import postgres
from tests.docker.files import config
from troubleshoot.management.processes import Broker, free_port

#: The name under which browsers are told to reach the portal, and the only one that it answers to.
HOST = "portal.example"


class Services:
    """Command and environment of each service. Only addresses differ: here every process shares one loopback."""

    def __init__(self, database: postgres.Server, broker: Broker) -> None:
        filled = {
            "POSTGRES_PASSWORD": database.password,
            "VALKEY_PASSWORD": urlsplit(broker.url).password or "",
            "MENDPOINT_SIGNING_KEY": secrets.token_hex(32),
            "MENDPOINT_HOSTS": HOST,
        }
        read = config(filled)
        if read.returncode != 0:
            raise SystemExit(f"compose config refuses:\n{read.stderr}")
        self._read: dict[str, Any] = json.loads(read.stdout)["services"]
        self._moved = {
            f"@{name}": f"@{urlsplit(url).netloc.rpartition('@')[2]}{path}"
            for name, url, path in (
                ("broker:6379", broker.url, ""),
                ("database/mendpoint", database.url, urlsplit(database.url).path),
            )
        }
        self.port = free_port()

    def command(self, name: str) -> list[str]:
        """What the service runs."""
        found: list[str] = self._read[name]["command"]
        return found

    def env(self, name: str) -> dict[str, str]:
        """What it finds in its environment: everything that has a value."""
        given = {key: value for key, value in self._read[name]["environment"].items() if value is not None}
        for there, here in self._moved.items():
            given = {key: value.replace(there, here) for key, value in given.items()}
        return given | ({"MENDPOINT_BIND": f"127.0.0.1:{self.port}"} if name == "web" else {})

    def sign_of_life(self, name: str) -> list[str]:
        """The question of its health check, as arguments of the image."""
        test: list[str] = self._read[name]["healthcheck"]["test"]
        return test[test.index("manage.py") + 1 :]
