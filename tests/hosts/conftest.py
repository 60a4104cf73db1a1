"""What tests about hosts share: the command as a person types it, and a credential."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from tests.conftest import TESTER
from troubleshoot import hosts
from troubleshoot.models import Credential, Entry, Host, Site


@dataclass
class Ran:
    """How `manage.py hosts` ended: exit code, text and, with --json, the document."""

    code: int
    text: str
    document: Any = field(default=None)

    @property
    def problems(self) -> list[tuple[int, str]]:
        """Row and column of every problem listed."""
        return [(one["row"], one["column"]) for one in self.document["problems"]]

    @property
    def reasons(self) -> str:
        """What the problems say, a line each."""
        return "\n".join(f"{one['value']} {one['text']}" for one in self.document["problems"])


Run = Callable[..., Ran]


@pytest.fixture
def run() -> Run:
    """`run("add", "ACC-07", "--site", "north")`: the command with its exit code and everything it printed."""

    def run(*args: object) -> Ran:
        out = StringIO()
        code, text = 0, ""
        try:
            call_command("hosts", *map(str, args), stdout=out)
        except CommandError as error:
            code, text = error.returncode, str(error)
        document = json.loads(out.getvalue()) if "--json" in args and out.getvalue() else None
        return Ran(code, out.getvalue() + text, document)

    return run


@pytest.fixture
def import_list(run: Run, tmp_path: Path) -> Run:
    """`import_list(text or bytes, *options)`: writes the list to a file and imports it, with JSON."""

    def import_list(content: str | bytes, *options: str) -> Ran:
        path = tmp_path / "list.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return run("import", path, "--json", *options)

    return import_list


@pytest.fixture
def account(north: Site) -> Credential:
    """An account at the site North."""
    return hosts.register_credential(
        actor=TESTER, name="north-admin", site=north, username="CORP\\svc", reference="env:MENDPOINT_SECRET_NORTH"
    )


IDENTITY = {"machine_guid": "9a", "smbios_uuid": "9B", "computer_sid": "S-1-5-21-1"}


def last_change() -> dict[str, Any]:
    """What the newest entry says about the only host that it names."""
    (change,) = json.loads(bytes(Entry.objects.latest("seq").canonical))["details"]["hosts"].values()
    assert isinstance(change, dict)
    return change


def faults(error: pytest.ExceptionInfo[ValidationError]) -> set[str]:
    return set(error.value.message_dict)


@pytest.fixture
def host(north: Site, account: Credential) -> Host:
    """A computer with an account, met before, on which changes are allowed."""
    made = hosts.register_host(actor=TESTER, name="ACC-07", site=north, address="10.1.2.3", credential=account)
    made.identity = IDENTITY
    made.save()
    return hosts.allow_changes(actor=TESTER, host=made)


@pytest.fixture
def _worker_knows_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door asks for it before anything is dialled."""
    monkeypatch.setenv("MENDPOINT_SECRET_NORTH", "not-used")
