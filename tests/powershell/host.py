"""The host that a real PowerShell sees: its stand-ins ask here, and the lab's cmdlets answer from a state document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.powershell.runner_commands import RUNNER, TASKS
from tests.powershell.shell import Wire
from troubleshoot.lab.powershell.cmdlets import CMDLETS
from troubleshoot.lab.powershell.cmdlets.core import Cmdlet, Use, bind
from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.objects import Instance, call_method
from troubleshoot.lab.powershell.values import RANGES, Hashtable, Integer, Moment, Nothing
from troubleshoot.lab.state import HostState


class Host:
    """One host, for one run of a script; ``refused`` keeps what the lab would not answer, ``hears`` is told of each
    command before it is carried out.
    """

    def __init__(self, state: HostState, hears: Callable[[str], None] = lambda _: None) -> None:
        self.state = state
        self._hears = hears
        self.refused: str | None = None
        self._objects: list[Instance] = []

    def serve(self, wire: Wire) -> Any:
        """Answer what stand-ins ask; return the first message that is no question, None when the other side is gone."""
        while (asked := wire.receive()) is not None:
            if not {"command", "method"} & asked.keys():
                return asked
            wire.send(self._answer(asked))
        return None

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"failed": "", "value": self._method(asked) if "method" in asked else self._command(asked)}
        except ScriptFailed as error:
            return {"failed": _inner(str(error)) if "method" in asked else str(error), "id": error.identifier}
        except Unsupported as reason:
            self.refused = self.refused or f"{asked.get('command') or asked['method']}: {reason}"
            return {"failed": f"the lab refuses this: {reason}", "id": "Refused"}

    def _command(self, asked: dict[str, Any]) -> list[Any]:
        name = asked["command"].lower()
        self._hears(name)
        cmdlet = CMDLETS.get(name)
        given = {key: self._taken(value) for key, value in asked["with"].items()}
        given = {key: _bound(cmdlet, key, value) for key, value in given.items()}
        use = Use(given, [], self.state, _no_block)
        with self.state.lock:
            call = RUNNER.get(name) or TASKS.get(name) or CMDLETS[name].call
            return [self._handed(one) for one in call(use)]

    def _method(self, asked: dict[str, Any]) -> Any:
        arguments = [self._taken(one) for one in asked["with"]]
        return self._handed(call_method(self._objects[asked["object"]], asked["method"], arguments, {}))

    def _taken(self, sent: Any) -> Any:
        """Return a value as the evaluator would hold it."""
        if isinstance(sent, list):
            return [self._taken(one) for one in sent]
        if isinstance(sent, dict) and "object" in sent:
            return self._objects[sent["object"]]
        if isinstance(sent, dict):
            table = Hashtable()
            for key, value in sent["table"]:
                table.set(key, self._taken(value))
            return table
        kind, _, text = sent.partition(":")
        if kind in RANGES:
            return Integer(int(text), kind)
        return _TAKEN[kind](text)

    def _handed(self, value: Any) -> Any:
        """Return a value of the evaluator as it goes over the wire."""
        if isinstance(value, Instance):
            self._objects.append(value)
            shown = {name: self._handed(one) for name, one in value.values.items()}
            return {"object": len(self._objects) - 1, "values": shown, "methods": list(value.type.methods)}
        if isinstance(value, list):
            return [self._handed(one) for one in value]
        return _HANDED[type(value)](value)


_HANDED: dict[type, Callable[[Any], str]] = {
    Nothing: lambda _: "nothing:",
    type(None): lambda _: "null:",
    bool: lambda value: f"bool:{int(value)}",
    str: lambda value: f"text:{value}",
    bytes: lambda value: f"bytes:{value.hex()}",
    Integer: lambda value: f"{value.kind}:{value.value}",
    Moment: lambda value: ("Utc:" if value.universal else "Local:") + value.value.strftime("%Y-%m-%dT%H:%M:%SZ"),
}


def _bound(cmdlet: Cmdlet | None, name: str, value: Any) -> Any:
    """Return an argument in the shape that the lab knows: 5.1 takes lists where the lab takes one."""
    known = None if cmdlet is None else cmdlet.parameters.get(name)
    if isinstance(value, list) and len(value) == 1 and (known is None or known.kind not in {"names", "any"}):
        value = value[0]
    return value if known is None else bind(name, known, value)


def _other(what: str) -> Any:
    raise Unsupported(f"a value that the lab has no kind for: {what}")


_TAKEN: dict[str, Callable[[str], Any]] = {
    "null": lambda _: None,
    "text": str,
    "bool": lambda text: text == "1",
    "bytes": bytes.fromhex,
    "Utc": lambda text: Moment(_moment(text), universal=True),
    "Local": lambda text: Moment(_moment(text), universal=False),
    "other": _other,
}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(microsecond=0)


def _inner(message: str) -> str:
    """Return what a method says itself; PowerShell puts `Exception calling …` around it once more."""
    start, found, rest = message.partition('argument(s): "')
    return rest.removesuffix('"') if found and start.startswith("Exception calling") else message


def _no_block(*_: Any) -> list[Any]:
    raise Unsupported("a script block as an argument of a command that needs Windows")
