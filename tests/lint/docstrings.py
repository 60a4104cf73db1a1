"""Finds function docstrings that do not begin with an imperative verb: "Return the code", not "The code"."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("troubleshoot", "portal")
#: The verbs in use. Another one is added here; a noun, "Returns" or "Whether" is not.
VERBS = frozenset(  # as a text, to be read and added to
    """
    Act Add Allow Answer Append Ask Be Become Begin Bind Bring Call Cancel Carry Change Check Choose Claim Close
    Come Compare Connect Count Create Cut Decide Declare Decode Deny Describe Do Draw End Find Forget Free Give
    Glance Go Group Hand Have Hold Import Invent Join Judge Keep Leave Let Listen Lock Make Mark Measure Move
    Name Normalise Note Observe Open Parse Pass Press Print Probe Put Queue Raise Read Rebuild Record Refuse
    Register Remember Remind Remove Render Renew Replace Replay Report Return Ring Run Save Say Send Serve Set
    Show Shut Sign Spend Split Start State Stop Store Subtract Sweep Switch Take Tell Think Treat Try Turn Undo Wait
    Walk Weigh Work Wrap Write Yield
    """.split()  # noqa: SIM905
)
#: A fault's docstring is the sentence that a person reads who chooses one: it says what is wrong with the host.
SPOKEN = ("troubleshoot/lab/faults/",)


def findings(code: str, path: str) -> Iterator[str]:
    """Every function of a module whose docstring begins otherwise; a property may be named by a noun."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_property(node):
            words = (ast.get_docstring(node) or "").split()
            if words and words[0].rstrip(".,:;") not in VERBS:
                yield f"{path}:{node.lineno}: {node.name}: a docstring begins with an imperative verb, not {words[0]!r}"


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("property" in ast.unparse(one) for one in node.decorator_list)


def main() -> int:
    """Print what is found; 1 when anything is."""
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    named = [(path, path.relative_to(ROOT).as_posix()) for path in paths]
    found = [
        finding
        for path, name in named
        if not name.startswith(SPOKEN)
        for finding in findings(path.read_text("utf-8"), name)
    ]
    print("\n".join(found) or "docstrings of functions: each begins with an imperative verb")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
