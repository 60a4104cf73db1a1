"""Finds code that decides by a sentence: text is shown to people, it is never data.

A sentence is a text with a letter on both sides of a blank, or anything that gettext returned. Comparing with one,
looking one up, stripping or splitting by one breaks as soon as the sentence is reworded or translated.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: What recognises pasted text, reads a host's output, is a file format, or is the lab.
EXEMPT = (
    "engine/pasted_names.py",
    "engine/pasted_text.py",
    "engine/code_shapes.py",
    "engine/saved_connection.py",  # a file format whose keys have blanks
    "engine/instructions.py",  # commands of Windows
    "engine/toml.py",
    "cases/pc_script.py",  # the form of a signature
    "hosts/csv_reader.py",  # the file format of a list of computers
    "probes/client_block.py",
    "probes/tls.py",  # the words in which OpenSSL names an alert
    "probes/windows_facts/",  # values as Windows spells them
    "remote/reply.py",
    "lab/",
    "migrations/",
)
#: Formats that have blanks: the head of a PEM file, a statement of SQL.
_FORMATS = ("PRIVATE KEY-----", "CREATE TRIGGER ")
_SENTENCE = re.compile(r"[^\W\d_][^\w\s]*\s+[^\w\s]*[^\W\d_]")
_TAKING_OFF = frozenset(["removeprefix", "removesuffix", "strip", "lstrip", "rstrip", "replace"])
_TAKING_APART = frozenset(["split", "rsplit", "partition", "rpartition"])
_FINDING = frozenset(["startswith", "endswith", "find", "rfind", "index", "rindex", "count"])
_METHODS = _TAKING_OFF | _TAKING_APART | _FINDING
_GETTEXT = frozenset(
    ["_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"]
)
_REGEX = frozenset(["match", "fullmatch", "search", "split", "sub", "subn", "findall", "finditer", "compile"])


@dataclass(frozen=True, order=True)
class Finding:
    """One place that decides by a sentence."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclass
class Names:
    """What names of one module stand for: sentences, and functions that answer with one."""

    sentences: set[str] = field(default_factory=set)
    speaking: set[str] = field(default_factory=set)


def sentences(source: str, path: str, imported: Names | None = None) -> list[Finding]:
    """Return every place of a module that decides by a sentence."""
    tree = ast.parse(source)
    known = _module_names(tree, _as_imported(tree, imported or Names()))
    found = list(_judged(_outside_functions(tree), known))
    for function in _functions(tree):
        nodes = list(ast.walk(function))
        found += _judged(nodes, _with_assigned(nodes, known))
    return sorted({Finding(path, node.lineno, what) for node, what in found})


def in_product(root: Path = ROOT / "troubleshoot") -> Iterator[Finding]:
    """Yield the findings of the whole product; names that a module exports are known to all others."""
    files = [path for path in sorted(root.rglob("*.py")) if not _is_exempt(path.relative_to(root))]
    everywhere = Names()
    for path in files:
        found = _module_names(ast.parse(path.read_text("utf-8")), Names())
        everywhere.sentences |= {name for name in found.sentences if name.isupper() and not name.startswith("_")}
        everywhere.speaking |= {name for name in found.speaking if not name.startswith("_")}
    for path in files:
        yield from sentences(path.read_text("utf-8"), path.relative_to(root.parent).as_posix(), everywhere)


def _as_imported(tree: ast.Module, everywhere: Names) -> Names:
    """Of what other modules export, what this one can mean by a bare name, or by an attribute of a package."""
    bare = {one.asname or one.name for node in tree.body if isinstance(node, ast.ImportFrom) for one in node.names}
    taken = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return Names(everywhere.sentences & (bare | taken), everywhere.speaking & (bare | taken))


def _is_exempt(path: Path) -> bool:
    return any(path.as_posix().startswith(start) for start in EXEMPT)


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _outside_functions(tree: ast.Module) -> list[ast.AST]:
    inside = {id(node) for function in _functions(tree) for node in ast.walk(function)}
    return [node for node in ast.walk(tree) if id(node) not in inside]


def _module_names(tree: ast.Module, known: Names) -> Names:
    """The module's constants that are or hold sentences, and its functions that return what gettext returned."""
    names = _with_assigned(tree.body, known)
    spoken = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and _answers_with_gettext(node)}
    return Names(names.sentences, names.speaking | spoken)


def _with_assigned(nodes: Iterable[ast.AST], known: Names) -> Names:
    names = Names(set(known.sentences), set(known.speaking))
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and _speaks(node.value, names):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.sentences |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def _answers_with_gettext(function: ast.FunctionDef) -> bool:
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    return any(isinstance(value, ast.Call) and _called(value) in _GETTEXT for value in returned)


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _speaks(node: ast.AST | None, names: Names) -> bool:
    """Whether an expression is a sentence, a collection that holds one, or what gettext answers."""
    match node:
        case ast.Constant() | ast.JoinedStr():
            return bool(_SENTENCE.search(_written(node))) and not any(one in _written(node) for one in _FORMATS)
        case ast.BinOp(left=left, right=right):
            return _speaks(left, names) or _speaks(right, names)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return any(_speaks(part, names) for part in parts)
        case ast.Call():
            return _called(node) in _GETTEXT | names.speaking
    return _stands_for_a_sentence(node, names)


def _stands_for_a_sentence(node: ast.AST | None, names: Names) -> bool:
    if isinstance(node, ast.Name):
        return node.id in names.sentences
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return False
    # A constant of a module; the member of an enumeration of the same name is a code.
    return node.value.id.islower() and node.attr.isupper() and node.attr in names.sentences


def _written(node: ast.Constant | ast.JoinedStr) -> str:
    """The text of a literal; what an f-string puts in counts as a word."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "a" for part in parts)


def _judged(nodes: Iterable[ast.AST], names: Names) -> Iterator[tuple[ast.expr, str]]:
    for node in nodes:
        if isinstance(node, ast.Compare) and any(_speaks(one, names) for one in [node.left, *node.comparators]):
            yield node, "compares with a sentence"
        elif isinstance(node, ast.MatchValue) and _speaks(node.value, names):
            yield node.value, "matches a sentence"
        elif isinstance(node, ast.Subscript) and _speaks(node.slice, names):
            yield node, "looks a sentence up"
        elif isinstance(node, ast.Call):
            yield from _called_with(node, names)


def _called_with(call: ast.Call, names: Names) -> Iterator[tuple[ast.expr, str]]:
    if not isinstance(call.func, ast.Attribute):
        return
    on_regex = isinstance(call.func.value, ast.Name) and call.func.value.id == "re"
    if on_regex and call.func.attr in _REGEX and any(_speaks(one, names) for one in call.args[:1]):
        yield call, "searches for a sentence"
    elif call.func.attr in _METHODS and not on_regex:
        if _speaks(call.func.value, names) and _is_told(call.func.value, names):
            yield call, "takes a sentence apart"
        elif any(_speaks(one, names) for one in call.args[:1]):
            yield call, "strips or splits by a sentence"


def _is_told(node: ast.expr, names: Names) -> bool:
    """Whether gettext answered: a constant that holds words for code (`"a b".split()`) is a list, not a sentence."""
    return isinstance(node, ast.Call) and _called(node) in _GETTEXT | names.speaking


def main(findings: Iterable[Finding]) -> int:
    """Print what was found; 1 when there is anything."""
    code = 0
    for finding in findings:
        print(finding, file=sys.stderr)
        code = 1
    return code


if __name__ == "__main__":
    sys.exit(main(in_product()))
