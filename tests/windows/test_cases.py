"""What `proof.ps1` tries: it is asked here, without any PowerShell, whether anything is left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import shipped_catalog
from tests.windows import cases

FOUND = cases.cases()


def of(kind: str) -> list[cases.Case]:
    return [one for one in FOUND if one["kind"] == kind]


def test_every_resource_is_there_with_its_scripts_and_is_read() -> None:
    shipped = shipped_catalog().resources
    assert {one["resource"] for one in of("resource")} == shipped.keys()
    assert {one["resource"] for one in of("reading")} == shipped.keys()


def test_every_change_of_a_remedy_is_tried() -> None:
    wishes = [wish for action in shipped_catalog().actions.values() for wish in action.wishes]
    assert [(one["resource"], one["params"]) for one in of("change")] == [(one.resource, one.params) for one in wishes]


def test_the_vectors_that_can_be_arranged_are_those_about_values_that_parameters_name() -> None:
    vectors = [*of("read"), *of("write")]
    assert {one["resource"] for one in vectors} == {"registry-value", "registry-values"}
    assert len(vectors) > 70
    assert all(path.startswith("HKLM:\\") for one in vectors for path in (*one["registry"], *one["left"]))
    assert not [
        one for one in vectors for key in one["registry"].values() for value in key.values() if cases._odd(value)
    ]


def test_a_case_is_a_line_of_ascii_that_does_not_end_the_comment() -> None:
    lines = cases.block().splitlines()
    assert (lines[0], lines[-1]) == ("<# cases", "#>")
    assert [json.loads(line) for line in lines[1:-1]] == FOUND
    assert all(line.isascii() and "#>" not in line for line in lines[1:-1])


def test_what_is_written_by_hand_stays_as_it_is() -> None:
    text = "# by hand\n" + cases.BEGIN + "{}\n" + cases.END
    assert cases.renewed(text) == "# by hand\n" + cases.block()
    assert cases.renewed(cases.renewed(text)) == cases.renewed(text)


def test_cases_that_are_not_those_of_the_catalogue_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "proof.ps1"
    old.write_text(cases.BEGIN + "{}\n" + cases.END)
    monkeypatch.setattr(cases, "PROOF", old)
    assert cases.main([]) == 1
    assert "make map" in capsys.readouterr().err
    assert (cases.main(["--write"]), cases.main([])) == (0, 0)
