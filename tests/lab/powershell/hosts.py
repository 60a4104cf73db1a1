"""A small host and a short way to run a snippet on it."""

from typing import Any

from troubleshoot.lab.powershell import run
from troubleshoot.lab.state import HostState, healthy


def host(**sections: Any) -> HostState:
    """Return a healthy host with some sections replaced."""
    return HostState(healthy("ACC-07") | sections)


def output(body: str, state: HostState | None = None, **params: Any) -> list[object]:
    """Run the statements of ``body`` with string, integer, table and list parameters named by their types."""
    types = {str: "string", int: "int", bool: "bool", dict: "hashtable", list: "string[]"}
    block = ", ".join(f"[{types[type(value)]}] ${name}" for name, value in params.items())
    return run(f"param({block})\n{body}", params, state or host())
