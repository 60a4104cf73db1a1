"""The map of ARCHITECTURE.md, made from the first lines of the packages: `--check` compares, `--write` renews it."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- map: made by `make map` -->\n", "<!-- end of map -->\n"
_WIDTH = 16


def layers() -> list[list[str]]:
    """Return the rows of the import contract, from the top; a row may hold several packages."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return [row.split(" | ") for row in next(one["layers"] for one in contracts if one["type"] == "layers")]


def render() -> str:
    """Return the map: a line for each package in the order of the layers, with its modules below."""
    lines = ["portal/".ljust(_WIDTH + 2) + _first_line(ROOT / "portal" / "__init__.py"), "troubleshoot/"]
    for row in layers():
        for name in row:
            lines += _room(ROOT / "troubleshoot" / name, "  ")
    lines += _room(ROOT / "troubleshoot" / "lab", "  ")
    return BEGIN + "```\n" + "\n".join(lines) + "\n```\n" + END


def _room(place: Path, indent: str) -> Iterator[str]:
    """A module is one line; a package is one line, its modules by name, and its packages likewise."""
    if not place.is_dir():
        yield f"{indent}{place.name + '.py':<{_WIDTH}}{_first_line(place.with_suffix('.py'))}"
        return
    yield f"{indent}{place.name + '/':<{_WIDTH}}{_first_line(place / '__init__.py')}"
    modules = sorted(path.stem for path in place.glob("*.py") if path.stem != "__init__")
    yield from _wrapped(modules, indent + " " * _WIDTH)
    for inner in sorted(path.parent for path in place.glob("*/__init__.py")):
        yield from _room(inner, indent + "  ")


def _wrapped(names: list[str], indent: str) -> Iterator[str]:
    line = indent
    for name in names:
        if len(line) + len(name) > 118 and line.strip():
            yield line.rstrip()
            line = indent
        line += name + "  "
    if line.strip():
        yield line.rstrip()


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]


def main(argument: str) -> int:
    """Renew the map, or say that it is out of date."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    renewed = before + render() + rest.partition(END)[2]
    if argument == "--write":
        PAGE.write_text(renewed, "utf-8")
    elif renewed != text:
        print("ARCHITECTURE.md: the map is not what the packages say; `make map` renews it", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
