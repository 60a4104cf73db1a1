"""Reads the catalogue's folders from disk: bounded in size and number, no symbolic links, no YAML."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from troubleshoot.engine import (
    CONTENT_KINDS,
    CONTENT_SIZE_LIMIT,
    FOLDER_SEPARATOR,
    Catalog,
    CatalogError,
    ContentProblem,
    FactList,
    parse_catalog,
)

SHIPPED_CATALOG = Path(__file__).parent
"""The content that ships with the product; an organisation's own folders come after it."""

MOST_FILES = 5000
_KINDS = (*CONTENT_KINDS, "resources")
_YAML = (".yaml", ".yml")


def load_catalog(directories: Iterable[Path], facts: FactList) -> Catalog:
    """Read and parse the catalogue. Raises CatalogError with every problem found."""
    return parse_catalog(read_catalog_files(directories), facts)


def read_catalog_files(directories: Iterable[Path]) -> dict[str, bytes]:
    """Return name → bytes of every content file of the folders, in their order.

    Vectors beside the resources and *.md files are left out. Raises CatalogError for a missing folder, a symbolic
    link, anything that is not a regular file, YAML, and a file or a number of files beyond the limits.
    """
    problems: list[ContentProblem] = []
    files: dict[str, bytes] = {}
    for directory in directories:
        if not directory.is_dir():
            problems.append(ContentProblem(str(directory), 1, "(folder)", "is not a folder"))
        for kind in _KINDS:
            for path in _walk(directory / kind, problems):
                name = f"{directory}{FOLDER_SEPARATOR}{path.relative_to(directory).as_posix()}"
                files[name] = _bytes(path, problems)
                if len(files) > MOST_FILES:
                    raise CatalogError([ContentProblem(name, 1, "(file)", f"more than {MOST_FILES} files")])
    if problems:
        raise CatalogError(problems)
    return files


def _walk(folder: Path, problems: list[ContentProblem]) -> Iterator[Path]:
    """Yield the regular files below a folder by name; what is neither file nor folder is a problem."""
    if not folder.is_symlink() and not folder.exists():
        return
    if folder.is_symlink():
        problems.append(ContentProblem(str(folder), 1, "(folder)", "is a symbolic link, which is never followed"))
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False) and entry.name != "vectors":
            yield from _walk(path, problems)
        elif text := _refused(entry):
            problems.append(ContentProblem(str(path), 1, "(file)", text))
        elif entry.is_file(follow_symlinks=False) and path.suffix != ".md":
            yield path


def _refused(entry: os.DirEntry[str]) -> str | None:
    if entry.is_symlink():
        return "is a symbolic link, which is never followed"
    if entry.name.endswith(_YAML):
        return "is YAML; content is written in TOML"
    if not entry.is_file(follow_symlinks=False) and entry.name != "vectors":
        return "is not a regular file"
    return None


def _bytes(path: Path, problems: list[ContentProblem]) -> bytes:
    """Read at most one byte more than allowed; the file may have been exchanged since it was listed."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        problems.append(ContentProblem(str(path), 1, "(file)", f"cannot be read: {error.strerror}"))
        return b""
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            problems.append(ContentProblem(str(path), 1, "(file)", "is not a regular file"))
            return b""
        data = file.read(CONTENT_SIZE_LIMIT + 1)
    if len(data) > CONTENT_SIZE_LIMIT:
        problems.append(ContentProblem(str(path), 1, "(file)", f"is larger than {CONTENT_SIZE_LIMIT} bytes"))
    return data
