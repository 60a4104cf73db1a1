"""`manage.py catalog proof add`: what a run on a real Windows wrote is taken in, or refused with the reason."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.support import shipped_catalog
from troubleshoot import wording
from troubleshoot.catalog import SHIPPED_CATALOG
from troubleshoot.catalog.loader import load_catalog
from troubleshoot.catalog.registry import probed_facts
from troubleshoot.engine import CatalogError, Resource, in_groups
from troubleshoot.management import windows_proofs

SERVICE = shipped_catalog().resources["service"]
SESSIONS = shipped_catalog().resources["sessions"]
Spoil = Callable[[dict[str, Any]], object]


def result() -> dict[str, Any]:
    """What proof.ps1 writes where all agrees."""
    return {
        "v": 1,
        "at": "2026-11-30T12:00:00Z",
        "build": "26100.4652",
        "edition": "Server Core",
        "powershell": "5.1.26100.4652",
        "culture": "en-US",
        "zone": "Pacific Standard Time",
        "destructive": True,
        "resources": {
            "service": entry(SERVICE, "reading: service", "change: restart-remote-desktop 1"),
            "sessions": entry(SESSIONS, "reading: sessions"),
        },
    }


def entry(of: Resource, *passed: str) -> dict[str, Any]:
    """What it writes of one resource."""
    return {"scripts": of.scripts_digest, "passed": list(passed), "failed": [], "left_out": 0}


def added(folder: Path, body: object) -> str:
    """What the command says of this file."""
    file, out = folder / "proof.json", StringIO()
    file.write_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())
    call_command("catalog", "proof", "add", str(file), "--into", str(folder / "own"), stdout=out)
    return out.getvalue()


def proofs(folder: Path) -> dict[str, str]:
    """What is said of the resources of a catalogue with this folder."""
    known = load_catalog([SHIPPED_CATALOG, folder / "own"], probed_facts()).resources
    return {name: wording.proof_words(one) for name, one in known.items()}


def test_a_run_in_which_all_agreed_is_kept_and_told_of_each_resource(tmp_path: Path) -> None:
    assert "2 resources are proved on Windows 26100.4652" in added(tmp_path, result())
    said = proofs(tmp_path)
    assert said["service"] == "proved on Windows 26100.4652 on 2026-11-30"
    assert said["sessions"] == "proved on Windows 26100.4652 on 2026-11-30"
    assert said["event-log"] == "never proved on a Windows"


def test_of_what_can_be_written_it_is_told_where_only_the_reading_was_tried(tmp_path: Path) -> None:
    body = result()
    body["resources"]["service"]["passed"] = ["reading: service"]
    added(tmp_path, body)
    assert proofs(tmp_path)["service"] == "proved on Windows 26100.4652 on 2026-11-30, reading only"


def test_a_resource_of_which_something_does_not_agree_is_named_and_not_proved(tmp_path: Path) -> None:
    body = result()
    body["resources"]["service"]["failed"] = ["change: restart-remote-desktop 1: state is \u001b[31mStopped"]
    said = added(tmp_path, body)
    assert "not service: change: restart-remote-desktop 1: state is \\x1b[31mStopped" in said
    assert proofs(tmp_path)["service"] == "never proved on a Windows"


def test_the_newest_run_is_told(tmp_path: Path) -> None:
    added(tmp_path, result() | {"at": "2026-11-28T12:00:00Z", "build": "20348.2113"})
    added(tmp_path, result())
    added(tmp_path, result() | {"at": "2026-11-29T12:00:00Z", "build": "20348.2113"})
    assert proofs(tmp_path)["service"] == "proved on Windows 26100.4652 on 2026-11-30"


def test_a_proof_changes_nothing_of_what_the_catalogue_is(tmp_path: Path) -> None:
    added(tmp_path, result())
    assert load_catalog([SHIPPED_CATALOG, tmp_path / "own"], probed_facts()).digest == shipped_catalog().digest


def test_another_script_is_not_proved_by_it(tmp_path: Path) -> None:
    added(tmp_path, result())
    (kept,) = (tmp_path / "own" / "proofs").iterdir()
    kept.write_text(kept.read_text().replace(in_groups(SERVICE.scripts_digest), in_groups("0" * 64)))
    assert proofs(tmp_path)["service"] == "never proved on a Windows"


def test_a_kept_file_whose_run_tried_nothing_is_a_fault_of_the_catalogue(tmp_path: Path) -> None:
    added(tmp_path, result())
    (kept,) = (tmp_path / "own" / "proofs").iterdir()
    kept.write_text(kept.read_text().replace("cases   = 2", "cases   = 0"))
    with pytest.raises(CatalogError, match="a run that tried nothing proves nothing"):
        load_catalog([SHIPPED_CATALOG, tmp_path / "own"], probed_facts())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    added(tmp_path, result())
    with pytest.raises(CommandError, match="is there already"):
        added(tmp_path, result())


def test_the_folder_has_to_be_named_where_there_is_none_of_ones_own(tmp_path: Path, settings: Settings) -> None:
    settings.CATALOG_DIRS = [SHIPPED_CATALOG]
    with pytest.raises(CommandError, match="Say where"):
        call_command("catalog", "proof", "add", str(tmp_path / "proof.json"))


def _of(name: str, key: str, value: object) -> Spoil:
    return lambda body: body["resources"][name].update({key: value})


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda body: body.update(more=1), "unknown key 'more'"),
        (lambda body: body.pop("zone"), "lacks the key 'zone'"),
        (lambda body: body.update(v=2), "another form"),
        (lambda body: body.update(v=True), "another form"),
        (lambda body: body.update(destructive=1), "another form"),
        (lambda body: body.update(resources=[]), "another form"),
        (lambda body: body.update(powershell="7.6.9"), "not run by Windows PowerShell 5.1"),
        (lambda body: body.update(powershell=5), "says of powershell"),
        (lambda body: body.update(build="26100"), "says of build"),
        (lambda body: body.update(edition='Server"\nx = 1'), "says of edition"),
        (lambda body: body.update(zone="Z\u00fcrich"), "says of zone"),
        (lambda body: body.update(culture="../en"), "says of culture"),
        (lambda body: body.update(at="2026-13-30T12:00:00Z"), "says of at"),
        (lambda body: body.update(at="2099-01-01T00:00:00Z"), "which has not come yet"),
        (lambda body: body.update(resources={}), "proves nothing"),
        (lambda body: body["resources"].update(other=entry(SERVICE)), "No resource 'other'"),
        (lambda body: body["resources"].update(service=[]), "no table where service"),
        (_of("service", "more", 1), "In service: it has an unknown key 'more'"),
        (_of("service", "passed", ["x", 1]), "lists of texts"),
        (_of("service", "failed", "x"), "lists of texts"),
        (lambda body: body.update(destructive=False), "made a change in a run that makes none"),
        (_of("service", "passed", [""]), "no case of proof.ps1"),
        (_of("service", "passed", ["reading: service", "all is well"]), "no case of proof.ps1"),
        (_of("service", "passed", ["reading: "]), "no case of proof.ps1"),
        (_of("service", "failed", ["looking: service: no"]), "no case of proof.ps1"),
        (_of("service", "passed", ["reading: service"] * 2), "stands there twice"),
        (_of("service", "left_out", -1), "is a number"),
        (_of("service", "left_out", True), "is a number"),
        (_of("service", "scripts", "abc"), "is no digest"),
        (_of("service", "scripts", "0" * 64), "other scripts of service"),
    ],
)
def test_what_it_is_not_meant_to_say_is_refused(spoil: Spoil, said: str, tmp_path: Path) -> None:
    body = result()
    spoil(body)
    with pytest.raises(CommandError, match=said):
        added(tmp_path, body)
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is not what proof.ps1 writes"),
        (b"[]", "is not what proof.ps1 writes"),
        (b"\xff\xfe{}", "is not what proof.ps1 writes"),
        (b"[" * 100_000, "is not what proof.ps1 writes"),
        (b'{"v": 1, "v": 1}', "a name is given twice"),
        (b'{"v": 1.5}', "is not what proof.ps1 writes"),
        (b" " * (windows_proofs.MOST_BYTES + 1), "is larger than"),
    ],
)
def test_what_is_no_result_at_all_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=said):
        added(tmp_path, data)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(windows_proofs.ProofRefused, match="cannot be read: No such file"):
        windows_proofs.read_result(tmp_path / "x", shipped_catalog(), now=dt.datetime.now(dt.UTC))
