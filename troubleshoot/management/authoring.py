"""What authors of content lean on: skeletons to begin with, and whether scripts keep to the subset of the lab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings

from troubleshoot import catalog, lab
from troubleshoot.engine import FOLDER_SEPARATOR, NAME_PATTERN, Catalog, CatalogError, ContentProblem, parse_catalog

SKELETONS = Path(__file__).parent / "skeletons"
#: What can be begun, and the folder of a catalogue where it lies.
FOLDERS = {"guide": "guides", "action": "actions", "fact": "facts", "resource": "resources"}
MOST_LINES = 60


class CannotBegin(Exception):
    """The skeleton was not written; the text says why and what to do."""


def script_problems(files: Mapping[str, bytes]) -> Iterator[ContentProblem]:
    """Yield what puts a script of a catalogue outside the subset of Windows PowerShell that scripts keep to."""
    for name, data in files.items():
        if not name.endswith(".ps1") or not data.isascii():
            continue  # the catalogue itself refuses what is not ASCII
        where, text = name.replace(FOLDER_SEPARATOR, "/"), data.decode("ascii")
        if len(text.splitlines()) > MOST_LINES:
            yield ContentProblem(where, MOST_LINES + 1, "(file)", f"has more than {MOST_LINES} lines")
        try:
            lab.check_text(text)
        except lab.ScriptRefused as refused:
            yield ContentProblem(where, refused.line, refused.construct, refused.reason)


def untried_remedies(installed: Catalog) -> Iterator[ContentProblem]:
    """Yield each shipped remedy that the portal runs and that no example tries on a fault; the tests carry them out.

    Of an organisation's own it is not asked: the lab need not have the fault that they mend.
    """
    for action in installed.actions.values():
        file = catalog.SHIPPED_CATALOG / "actions" / f"{action.name}.toml"
        mends = any(trial.end == "verified" and trial.faults for trial in action.trials)
        if action.wishes and not mends and file.exists():
            yield ContentProblem(str(file), 1, "example", "a shipped remedy has one that mends a fault of the lab")


def begin(kind: str, name: str, into: Path) -> list[Path]:
    """Write the skeleton of a guide, action, fact or resource into a catalogue folder; returns its files.

    Nothing is ever overwritten, and nothing is written that brings a fault into the catalogue. Raises CannotBegin.
    """
    if not NAME_PATTERN.fullmatch(name):
        raise CannotBegin(f"{name[:80]!r} is no name: lower-case letters, digits, - and _, 64 at most, no - first.")
    if kind == "fact" and not (name[0].isalpha() and len(name) <= 40):
        raise CannotBegin(f"{name!r} is no name for a fact: it begins with a letter and has 40 characters at most.")
    drafts = dict(_drafts(kind, name))
    _refuse_taken(kind, name, into)
    _check({f"{into}{FOLDER_SEPARATOR}{inside}": data for inside, data in drafts.items() if "/vectors/" not in inside})
    return [_write(into / inside, data) for inside, data in drafts.items()]


def _drafts(kind: str, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield path inside the catalogue and content of each file."""
    one = SKELETONS / f"{kind}.toml"
    sources = [one] if one.exists() else sorted(path for path in (SKELETONS / kind).rglob("*") if path.is_file())
    for path in sources:
        text = path.read_text(encoding="utf-8").replace("NAME", name).replace("IDENTIFIER", name.replace("-", "_"))
        below = "" if path == one else f"/{path.relative_to(SKELETONS / kind).as_posix()}"
        yield f"{FOLDERS[kind]}/{name}{below or '.toml'}", text.encode()


def _refuse_taken(kind: str, name: str, into: Path) -> None:
    """Refuse a name that is taken. Names of files are compared as Windows and macOS do, too: without regard to case."""
    ending = "" if kind == "resource" else ".toml"
    for folder in dict.fromkeys([*settings.CATALOG_DIRS, into]):
        place = folder / FOLDERS[kind]
        taken = {path.name.casefold() for path in place.iterdir()} if place.is_dir() else set()
        if f"{name}{ending}" in taken:
            raise CannotBegin(f"The {kind} {name} exists already: {place / (name + ending)}. Choose another name.")


def _check(drafts: dict[str, bytes]) -> None:
    """Refuse a draft that would bring a fault into the catalogue. Those that it has already are no reason."""
    try:
        files = catalog.read_catalog_files(settings.CATALOG_DIRS)
    except CatalogError as error:
        raise CannotBegin(f"The catalogue cannot be read (manage.py catalog): {error.problems[0]}") from error
    if brought := [problem for problem in _faults(files | drafts) if problem not in _faults(files)]:
        raise CannotBegin(f"This name does not fit beside the others: {brought[0]}")


def _faults(files: dict[str, bytes]) -> list[ContentProblem]:
    try:
        parse_catalog(files, catalog.probed_facts())
    except CatalogError as error:
        return list(error.problems)
    return []


def _write(path: Path, data: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        raise CannotBegin(f"{path} cannot be written: {error.strerror}.") from error
    return path
