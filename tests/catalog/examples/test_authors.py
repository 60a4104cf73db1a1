"""What docs/authors.md says, done as it says it, in a folder of one's own: a remedy for a service nobody knew."""

import io
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command, get_commands
from pytest_django import Settings

from tests.conftest import TESTER
from tests.fixtures.computers import SECRET, impatient
from tests.support import replace_everywhere
from troubleshoot import cases, hosts, jobs, remediation, wording
from troubleshoot.catalog import loader as content
from troubleshoot.catalog import registry as library
from troubleshoot.lab import LabHost, LabOptions, build_state, parse_setting
from troubleshoot.models import Case, Host, Job, JobState, Person

PAGE = (Path(__file__).parents[3] / "docs" / "authors.md").read_text(encoding="utf-8")
SYMPTOM = "The clock of my computer is wrong."
COMMANDS = [
    shlex.split(line) for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
]


def command(name: str) -> list[list[str]]:
    """The arguments of each call of a command on the page."""
    return [words[2:] for words in COMMANDS if words[:2] == ["manage.py", name]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Steps 1 to 3 of the page: a folder, skeletons in it, and each file written as it stands there."""
    folder = tmp_path_factory.mktemp("catalog")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "CATALOG_DIRS", (content.SHIPPED_CATALOG, folder))
        for arguments in command("new"):
            call_command("new", *arguments, stdout=io.StringIO())
    begun = {path.relative_to(folder).as_posix() for path in folder.rglob("*.toml")}
    written = dict(re.findall(r"```toml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL))
    assert set(written) == begun
    for name, text in written.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def own(folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder is installed."""
    settings.CATALOG_DIRS = (content.SHIPPED_CATALOG, folder)
    replace_everywhere(monkeypatch, library, "installed_catalog", lambda: impatient(folder))
    return folder


@pytest.fixture
def simulated(tmp_path: Path) -> Any:
    """Step 5: the simulated computer of the page."""
    ((*_, setting),) = command("lab")
    path, value = parse_setting(setting)
    document = build_state(name="LAB-01", file=None, settings={path: value})
    host = LabHost(document, LabOptions(user="mendpoint", password=SECRET, auth=frozenset({"ntlm"})))
    host.start()
    yield host
    host.stop()


def test_every_command_of_the_page_is_there() -> None:
    named = {words[1] for words in COMMANDS if words[0] == "manage.py"}
    assert named == {"new", "catalog", "lab", "diagnose", "hosts", "cases", "jobs"}
    assert named <= set(get_commands())


def test_what_the_page_writes_is_sound_and_every_branch_is_walked(own: Path) -> None:
    out = io.StringIO()
    call_command("catalog", as_json=True, stdout=out)
    listed = json.loads(out.getvalue())["entries"]
    assert {"windows-time"} <= set(listed["facts"])
    assert {"start-windows-time"} <= set(listed["actions"])


def test_a_diagnosis_names_the_remedy_and_changes_nothing(
    own: Path, simulated: LabHost, transactional_db: None, tmp_path: Path
) -> None:
    ((*arguments, _),) = command("diagnose")
    ready, secret = simulated.ready(), tmp_path / "password"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    places = {
        "RDP": str(ready["rdp_port"]),
        "WINRM": str(ready["winrm_port"]),
        "file:/path/to/password": f"file:{secret}",
    }
    out, before = io.StringIO(), json.dumps(simulated.state.document)
    with pytest.raises(SystemExit) as ended:
        call_command("diagnose", *[places.get(one, one) for one in arguments], "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert (ended.value.code, said["guide"], said["action"]) == (0, "clock-is-wrong", "start-windows-time")
    looked = {name: value for name, value in said["facts"].items() if not name.startswith("told.")}
    assert looked == {"clock.service": "stopped", "windows.reached": "yes"}
    assert json.dumps(simulated.state.document) == before


def test_the_remedy_is_planned_run_and_proved(
    own: Path, simulated: LabHost, employee: Person, registered: Callable[[LabHost], Host], work: Callable[[], None]
) -> None:
    host = registered(simulated)
    case = cases.open_case(actor=employee, beneficiary=employee, error_text=SYMPTOM, host=host)
    work()
    reading = remediation.request_plan(
        actor=employee, host=host, action="start-windows-time", case=Case.objects.get(pk=case.pk)
    )
    work()
    job = Job.objects.get(plan__made_by=reading)
    assert [item["title"] for item in job.plan.document["items"]] == ["Windows service W32Time"]  # type: ignore[union-attr]
    jobs.start_job(actor=employee, job=job)
    work()
    job.refresh_from_db()
    assert job.state == JobState.VERIFIED
    assert wording.explained(job.explanation) == "Read again, twice: “Does the time service run?”: “Yes”."
    assert simulated.state.document["services"]["W32Time"]["state"] == "Running"


@pytest.fixture
def registered(employee: Person, monkeypatch: pytest.MonkeyPatch) -> Callable[[LabHost], Host]:
    """Step 6: the simulated computer, registered like any other."""
    monkeypatch.setenv("MENDPOINT_SECRET_LAB", SECRET)

    def register(lab: LabHost) -> Host:
        site, ready = employee.grants.get().site, lab.ready()
        assert site
        credential = hosts.register_credential(
            actor=TESTER, name="lab", site=site, username="mendpoint", reference="env:MENDPOINT_SECRET_LAB"
        )
        row = hosts.register_host(
            actor=TESTER,
            name="LAB-01",
            address="127.0.0.1",
            site=site,
            owner=employee,
            lab=True,
            rdp_port=ready["rdp_port"],
            winrm_port=ready["winrm_port"],
            transport="ntlm",
            tls=False,
            credential=credential,
        )
        hosts.allow_changes(actor=TESTER, host=row)
        row.refresh_from_db()
        return row

    return register
