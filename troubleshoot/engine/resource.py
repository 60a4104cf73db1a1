"""Resources: what the state of one looks like, what may be written, and how a person reads its values."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from troubleshoot.engine.canonical import INTEGER_LIMIT
from troubleshoot.engine.descriptors import same_descriptor
from troubleshoot.engine.windows_proofs import WindowsProof, scripts_digest

Value = str | int | bool | list[str] | None
ResourceState = Mapping[str, Value]

#: The most items of a parameter that is a list.
LONGEST_LIST = 100
_CONTROL_SET = re.compile(r"(?i)(?<=^HKLM:\\SYSTEM\\)ControlSet\d{3}(?=\\|$)")
_OTHER_VIEW = re.compile(r"(?i)(?<=^HKLM:\\SOFTWARE)\\WOW6432Node(?=\\|$)")
TYPES = {"string": str, "integer": int, "boolean": bool, "list": list}


class StateError(ValueError):
    """A state, parameter or wish that does not fit its resource. The text is for authors; `fields` say what is odd."""

    def __init__(self, text: str, fields: Iterable[str] = ()) -> None:
        super().__init__(text)
        self.fields = tuple(fields)


@dataclass(frozen=True)
class ResourceField:
    """One named value of a state."""

    name: str
    type: str
    """string, integer, boolean or list (of strings); null is a value of every type."""
    writable: bool
    compare: bool
    """True: it counts for the plan's digest and for drift."""
    secret: bool
    words: str
    values: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By another field and its value: the pattern that a wished text fits, as it is read back afterwards."""
    descriptor: bool = False
    """True: it holds a security descriptor, which Windows reads back in a form of its own."""

    def read_as(self, value: Value) -> str:
        """Return a value as a person reads it; a secret one is never shown."""
        if self.secret:
            return "hidden"
        if value is None:
            return self.values.get("null", "not set")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text in self.values:
            return self.values[text]
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(value) or "none"
        return text or "empty"

    def accepts(self, value: object) -> bool:
        """Tell whether a value has this field's type (an integer is never a boolean, nor the other way round)."""
        if value is None:
            return True
        if self.type == "integer":
            return type(value) is int and abs(value) < INTEGER_LIMIT
        if self.type == "list":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        return type(value) is TYPES[self.type]

    def differs(self, one: Value, other: Value) -> bool:
        """Tell whether two values of this field mean something else."""
        if self.descriptor and isinstance(one, str) and isinstance(other, str):
            return not same_descriptor(one, other)
        return values_differ(one, other)

    def misshapen(self, desired: ResourceState) -> str:
        """Return the pattern that a wish for this field does not fit; empty when it may be written as it stands."""
        wished = desired.get(self.name)
        patterns = (by_value.get(str(desired.get(other)), "") for other, by_value in self.forms.items())
        return next((one for one in patterns if one and isinstance(wished, str) and not _matches(one, wished)), "")


@dataclass(frozen=True)
class ResourceEvent:
    """Something a write can do that leaves no field of its own behind, such as a restart."""

    name: str
    words: str
    shown_by: str | None = None
    """The field that is another one afterwards, such as a service's start time."""
    unseen: str = ""
    """What it means where that field stays the same all the same."""
    unless: Mapping[str, Value] = field(default_factory=dict)
    """A state before in which it is no more than a change of these fields: a stopped service is started."""
    passes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By field, the values through which it passes: where it was cut, one of them stays."""
    undo_only: bool = False
    """True: it tells the script that recorded values come back. No action wishes it, and nothing of it is seen."""

    def happens(self, before: ResourceState, changed: Collection[str]) -> bool:
        """Tell whether it is more than what changes anyway."""
        same = all(before.get(name) == value and name in changed for name, value in self.unless.items())
        return not (self.undo_only or (self.unless and same))


@dataclass(frozen=True)
class ResourceParameter:
    """What says which of many a resource is about, such as the name of a service."""

    name: str
    type: str
    pattern: str | None

    def accepts(self, value: object) -> bool:
        """Tell whether a value has the type, and it or each of its items matches the pattern from end to end.

        No text may be taken by Windows for another one: a registry path that goes up again, a name that loses blanks.
        """
        if self.type == "integer":
            return type(value) is int and abs(value) < INTEGER_LIMIT
        if self.type == "boolean":
            return type(value) is bool
        if self.type == "list":
            return isinstance(value, list) and len(value) <= LONGEST_LIST and all(self._text(item) for item in value)
        return self._text(value)

    def _text(self, value: object) -> bool:
        if not isinstance(value, str) or len(value) > 1000 or not all(map(_stays_itself, value.split("\\"))):
            return False
        return not self.pattern or _matches(self.pattern, value)


@dataclass(frozen=True)
class Resource:
    """Something on a host with a readable state and, when `write` is there, a writable one."""

    name: str
    title: str
    revert: str
    """exact: writing the state before brings it back; none: it does not, for `revert_reason`."""
    revert_reason: str
    params: Mapping[str, ResourceParameter]
    fields: Mapping[str, ResourceField]
    events: Mapping[str, ResourceEvent]
    read: str = field(repr=False)
    write: str | None = field(repr=False)
    digest: str
    """SHA-256 over the description and both scripts."""
    proof: WindowsProof | None = None
    """The newest run on a Windows in which all agreed that was tried of exactly these scripts; None: never."""
    signs_out: bool = False
    """True: writing it signs out the people whom its plan names, and nobody else."""
    disconnects: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    """By parameter, which of them end the sessions of whoever is signed in, and by field or event, when they do."""
    endangers: Mapping[str, tuple[str, ...]] | None = None
    """What may cut our own way into the computer: everything where it is empty, nothing where it is None; else by
    parameter, which of them do (also what lies below such a path)."""

    def endangers_access(self, params: Mapping[str, Value]) -> bool:
        """Tell whether writing this may cut our own way into the computer."""
        return self.endangers is not None and all(
            any(_lies_at(str(params.get(name)), place) for place in places) for name, places in self.endangers.items()
        )

    @property
    def scripts(self) -> Mapping[str, str]:
        """Return the texts of its scripts by the names of their files."""
        return {"read.ps1": self.read} | ({} if self.write is None else {"write.ps1": self.write})

    @property
    def scripts_digest(self) -> str:
        """Return what a proof names: SHA-256 over the scripts alone."""
        return scripts_digest(self.scripts)

    def ends_sessions(self, params: Mapping[str, Value], desired: Mapping[str, Value]) -> bool:
        """Tell whether writing this disconnects whoever is signed in."""
        return self._carries_sessions(params) and any(
            desired[name] in values
            for name, values in self.disconnects.items()
            if name in desired and name not in self.params
        )

    def carries_nobody(self, params: Mapping[str, Value], before: Mapping[str, Value]) -> bool | None:
        """Tell whether nobody can be connected through it: it was read in a state that ends sessions. None where a
        state that would tell was not read."""
        telling = [name for name in self.disconnects if name in self.fields]
        if not telling or not self._carries_sessions(params):
            return False
        read = [(name, before[name]) for name in telling if before.get(name) is not None]
        return any(value in self.disconnects[name] for name, value in read) if read else None

    def _carries_sessions(self, params: Mapping[str, Value]) -> bool:
        named = [name for name in self.disconnects if name in self.params]
        return bool(self.disconnects) and all(params.get(name) in self.disconnects[name] for name in named)

    def check_params(self, params: Mapping[str, object]) -> None:
        """Raise StateError unless exactly the declared parameters are given, each of its type and pattern."""
        if set(params) != set(self.params):
            raise StateError(f"{self.name} takes the parameters {sorted(self.params)}, not {sorted(params)}")
        for name, value in params.items():
            if not self.params[name].accepts(value):
                raise StateError(f"{self.name}: the parameter {name} may not be {value!r}")

    def check_state(self, state: Mapping[str, object]) -> None:
        """Raise StateError unless a state that a host reported has exactly the declared fields and types."""
        if set(state) != set(self.fields):
            odd = ", ".join(sorted(str(one) for one in set(state) ^ set(self.fields)))[:200]
            raise StateError(f"{self.name}: the reading does not fit its description: {odd}", [odd])
        for name, value in state.items():
            if not self.fields[name].accepts(value):
                text = f"{self.name}: {name} must be {self.fields[name].type}, not {str(value)[:80]!r}"
                raise StateError(text, [name])

    def compared(self, state: ResourceState) -> dict[str, Value]:
        """Return the part of a state that counts for digest and drift."""
        return {name: state[name] for name, one in self.fields.items() if one.compare}


def values_differ(one: Value, other: Value) -> bool:
    """Compare ordinally and by type: 1 is not true, and a missing value is not an empty one."""
    return type(one) is not type(other) or one != other


def _lies_at(value: str, place: str) -> bool:
    """Tell whether a name or path of Windows is this place, or lies below it: case means nothing there, and a numbered
    control set or the view of 32-bit programs may be the one that counts."""
    usual = _OTHER_VIEW.sub("", _CONTROL_SET.sub("CurrentControlSet", value))
    return f"{usual}\\".casefold().startswith(f"{place}\\".casefold())


def _stays_itself(part: str) -> bool:
    return part not in {"", ".", ".."} and part == part.strip()


def _matches(pattern: str, value: str) -> bool:
    return re.fullmatch(pattern, value) is not None
