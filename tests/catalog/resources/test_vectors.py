"""Every resource, against its vectors on a simulated host. Nothing here was proved on Windows."""

import re
from pathlib import Path

import pytest

from tests.catalog.resources.vectors import RESOURCES, Vector, everywhere, load, script_of
from troubleshoot.engine import StateError, catalog_resources
from troubleshoot.engine.resource import Resource
from troubleshoot.lab import check_text

VECTORS = load()
SCRIPTS = everywhere("*/*.ps1")
_THROWN = re.compile("throw (?:'([^']*)'|\"([^\"]*)\")")
FOLDERS = [path.parent for path in everywhere("*/resource.toml")]


def described(folder: Path) -> Resource:
    """Return the description of a resource; fails when it has problems."""
    problems: list[object] = []
    files = {path.name: (str(path), path.read_bytes()) for path in folder.iterdir() if path.is_file()}
    found = catalog_resources.read(folder.name, files, problems)  # type: ignore[arg-type]
    assert not problems
    assert found is not None
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector.resource}: {vector.title}")
def test_a_resource_does_what_its_vector_says(vector: Vector) -> None:
    assert vector.fault(script_of(vector.resource, vector.operation)) is None


@pytest.mark.parametrize(
    ("resource", "params"),
    [
        ("service", {"name": "Term*"}),
        ("service", {"name": ""}),
        ("registry-values", {"paths": ["HKLM:\\SOFTWARE", "HKLM:\\SOFTWARE\\*"], "names": ["x", "x"]}),
        ("registry-values", {"paths": "HKLM:\\SOFTWARE", "names": ["x"]}),
        ("registry-values", {"paths": ["HKLM:\\SOFTWARE"] * 101, "names": ["x"] * 101}),
        ("registry-values", {"paths": [5], "names": ["x"]}),
        ("services", {"names": ["Term*"]}),
        ("event-log", {"log": "Application"}),
        ("event-log", {"log": "system"}),
        ("registry-value", {"path": "HKLM:\\SOFTWARE\\*", "name": "x"}),
        ("registry-value", {"path": "HKCU:\\SOFTWARE", "name": "x"}),
        ("registry-value", {"path": "HKLM:\\SOFTWARE\\", "name": "x"}),
        ("registry-value", {"path": "HKLM:\\SOFTWARE/x", "name": "x"}),
        ("registry-value", {"path": "HKLM:\\SOFTWARE", "name": "(Default)"}),
        ("registry-value", {"path": "HKLM:\\SOFTWARE", "name": "[x]"}),
        ("registry-value", {"path": "HKLM:\\SOFTWARE\\A\\..\\x", "name": "x"}),
        ("registry-values", {"paths": ["HKLM:\\SOFTWARE\\A "], "names": ["x"]}),
        ("service", {"name": "TermService "}),
        ("services", {"names": ["."]}),
    ],
)
def test_a_resource_does_not_accept_parameters_that_powershell_would_expand(
    resource: str, params: dict[str, str]
) -> None:
    with pytest.raises(StateError):
        described(RESOURCES / resource).check_params(params)


WISHES = [
    ({"kind": "QWord", "text": "00000000000000FF"}, True),
    ({"kind": "QWord", "text": "00000000000000ff"}, False),
    ({"kind": "QWord", "text": "FF"}, False),
    ({"kind": "QWord", "text": ""}, False),
    ({"kind": "Binary", "text": "00FF"}, True),
    ({"kind": "Binary", "text": ""}, True),
    ({"kind": "Binary", "text": "00F"}, False),
    ({"kind": "Binary", "text": "00ff"}, False),
    ({"kind": "String", "text": "00ff"}, True),
    ({"text": "00ff"}, True),
    ({"kind": "DWord", "number": 5}, True),
]


@pytest.mark.parametrize(("desired", "sound"), WISHES, ids=str)
def test_a_wish_is_refused_in_a_form_in_which_it_would_never_be_read_back(
    desired: dict[str, str | int], sound: bool
) -> None:
    text = described(RESOURCES / "registry-value").fields["text"]
    assert (text.misshapen(desired) == "") is sound


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.name}")
class TestAScript:
    def test_lies_inside_the_subset(self, path: Path) -> None:
        check_text(path.read_text(encoding="ascii"))

    def test_has_at_most_sixty_lines(self, path: Path) -> None:
        assert len(path.read_text(encoding="ascii").splitlines()) <= 60

    def test_throws_the_words_that_its_vectors_expect(self, path: Path) -> None:
        """An error of Windows is expected by its identifier: its words are others by language and edition of .NET."""
        thrown = [one or other for one, other in _THROWN.findall(path.read_text(encoding="ascii"))]
        own = [re.sub(r"\\\$(\\\{)?\w+(\\\})?", ".+", re.escape(text)) for text in thrown]
        mine = [one.case for one in VECTORS if (one.resource, one.operation) == (path.parent.name, path.stem)]
        words = [case["fails"] for case in mine if "fails" in case]
        assert [text for text in words if not any(re.fullmatch(one, text) for one in own)] == []

    def test_has_vectors(self, path: Path) -> None:
        assert any(one.resource == path.parent.name and one.operation == path.stem for one in VECTORS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
class TestADescription:
    def test_declares_exactly_the_fields_that_are_read_with_their_types(self, folder: Path) -> None:
        resource = described(folder)
        results = [one.case["result"] for one in VECTORS if one.resource == folder.name and "result" in one.case]
        for result in results:
            resource.check_state(result)
        seen = {name for result in results for name, value in result.items() if value is not None}
        assert seen == set(resource.fields)

    def test_declares_exactly_what_can_be_written(self, folder: Path) -> None:
        resource = described(folder)
        writes = [one.case for one in VECTORS if one.resource == folder.name and one.operation == "write"]
        desired = {name for case in writes for name in case["desired"]}
        assert desired == {f.name for f in resource.fields.values() if f.writable} | set(resource.events)

    def test_accepts_the_parameters_of_its_own_vectors(self, folder: Path) -> None:
        resource = described(folder)
        for vector in VECTORS:
            if vector.resource != folder.name:
                continue
            if vector.case.get("hostile"):
                with pytest.raises(StateError):
                    resource.check_params(vector.case["params"])
            else:
                resource.check_params(vector.case["params"])
