"""A small, strict evaluator for resource scripts: Windows PowerShell 5.1's meaning, or a refusal; never a guess.

A pass here is a pass on a simulated host. It is no proof on Windows.
"""

import functools
from collections.abc import Mapping

from troubleshoot.lab.powershell import operators
from troubleshoot.lab.powershell.checker import check_script
from troubleshoot.lab.powershell.errors import ScriptFailed, ScriptRefused, Unsupported
from troubleshoot.lab.powershell.evaluator import Evaluator
from troubleshoot.lab.powershell.nodes import Script
from troubleshoot.lab.powershell.statements import read_script
from troubleshoot.lab.powershell.values import from_python, to_python
from troubleshoot.lab.state import HostState

__all__ = ["ScriptFailed", "ScriptRefused", "check_text", "run"]

Value = str | int | bool | None | list[str] | Mapping[str, "Value"]


def check_text(source: str) -> None:
    """Pass over the whole script without running it; Refused names line and construct outside the subset."""
    _checked(source)


@functools.lru_cache(maxsize=128)
def _checked(source: str) -> Script:
    """Return the script as it was read and checked: the same few are run again and again, and a tree never changes."""
    script = read_script(source)
    check_script(script)
    return script


def run(source: str, params: Mapping[str, Value], state: HostState) -> list[object]:
    """Check a script, run it on a host and return what it put out, hashtables as dicts, integers as int.

    ``params`` must name exactly the script's parameters, in any case. Refused: the script or a value lies outside
    the subset. ScriptFailed: the script ended with a terminating PowerShell error.
    """
    script = _checked(source)
    try:
        variables = _bind(script, params)
        with state.lock:
            output = Evaluator(state, variables).statements(script.body)
        return [to_python(item) for item in output]
    except Unsupported as reason:
        raise ScriptRefused(1, "script", str(reason)) from None


def _bind(script: Script, params: Mapping[str, Value]) -> dict[str, object]:
    given = {name.lower(): value for name, value in params.items()}
    declared = {param.name: param for param in script.params}
    if set(given) != set(declared) or len(given) != len(params):
        raise Unsupported(f"takes the parameters {sorted(declared)}, not {sorted(given)}")
    bound = {name: from_python(value) for name, value in given.items()}
    for name, value in bound.items():
        if not operators.fits(declared[name].type, value):
            raise Unsupported(f"the parameter {name} is a [{declared[name].type}]: 5.1 would convert this value")
    return bound
