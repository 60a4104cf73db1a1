"""Makes mutants of a resource script from its syntax tree: one change each, as text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from troubleshoot.lab.powershell.cmdlets import CMDLETS
from troubleshoot.lab.powershell.reader import line_of, parse, text_of

_STATEMENTS = frozenset(
    {
        "pipeline",
        "if_statement",
        "foreach_statement",
        "for_statement",
        "flow_control_statement",
        "elseif_clause",
        "else_clause",
    }
)
_OPERATORS = {
    "-eq": ("-ne",),
    "-ne": ("-eq",),
    "-lt": ("-le", "-ge"),
    "-le": ("-lt", "-gt"),
    "-gt": ("-ge", "-le"),
    "-ge": ("-gt", "-lt"),
    "-in": ("-notin",),
    "-and": ("-or",),
    "-or": ("-and",),
    "+": ("-",),
    "-not": ("",),
}
# Cmdlets that take the same arguments, so that a swap is not noticed by its parameters alone.
_SIBLINGS = {
    "Start-Service": ("Stop-Service", "Restart-Service", "Get-Service"),
    "Stop-Service": ("Restart-Service",),
    "Restart-Service": ("Stop-Service",),
    "Get-ChildItem": ("Get-Item",),
    "Get-Item": ("Get-ChildItem",),
    "Remove-Item": ("Get-Item",),
    "Remove-ItemProperty": ("Get-ItemPropertyValue",),
    "Where-Object": ("ForEach-Object",),
}
# Properties of the same object and a like type.
_LIKE_PROPERTIES = (
    ("DisplayName", "State", "StartMode", "StartName", "Name"),
    ("SecurityLayer", "MinEncryptionLevel", "PolicySourceSecurityLayer", "UserAuthenticationRequired"),
    ("NotBefore", "NotAfter"),
    ("Thumbprint", "Subject", "Issuer"),
    ("Domain", "User"),
    ("ProcessId", "SessionId"),
)


# Kind, first byte, end byte, new text; and the same for a whole node: kind, new text, another end if not its own.
Change = tuple[str, int, int, str]
Edit = tuple[str, str, int | None]


@dataclass(frozen=True)
class Mutant:
    """A changed script: what was done, in which line, to which text."""

    kind: str
    line: int
    change: str
    script: str


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a script; the script itself and duplicates are left out."""
    seen = {source}
    for node in _walk(parse(source)):
        for kind, start, end, new in _changes(node):
            script = source[:start] + new + source[end:]
            if script not in seen:
                seen.add(script)
                yield Mutant(kind, line_of(node), f"{source[start:end].strip()[:60]!r} -> {new[:60]!r}", script)


def _walk(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def _changes(node: Node) -> Iterator[Change]:
    text = text_of(node)
    end = node.end_byte
    start = end - len((node.text or b"").lstrip())
    if _is_statement(node):
        yield "delete statement", start, end, ""
    rule = _RULES.get(node.type, _operator)
    for kind, new, stop in rule(node, text):
        yield kind, start, stop or end, new


def _cmdlet(_: Node, text: str) -> Iterator[Edit]:
    yield "rename cmdlet", text + "X", None
    for sibling in _SIBLINGS.get(text, ()):
        yield "rename cmdlet", sibling, None


def _parameter(node: Node, text: str) -> Iterator[Edit]:
    yield "rename parameter", text + "X", None
    value = node.next_sibling.next_sibling if node.next_sibling is not None else None
    yield "delete argument", "", None if value is None or value.type == "command_parameter" else value.end_byte
    command = node.parent.parent if node.parent is not None else None
    name = text_of(command.children[0]).lower() if command is not None else ""
    for other in CMDLETS[name].parameters:
        yield "rename parameter", "-" + other, None


def _member(_: Node, text: str) -> Iterator[Edit]:
    yield "rename member", text + "X", None
    for group in _LIKE_PROPERTIES:
        for other in group if text in group else ():
            yield "rename member", other, None


def _operator(_: Node, text: str) -> Iterator[Edit]:
    for other in _OPERATORS.get(text.lower(), ()):
        yield "change operator", other, None


def _number(_: Node, text: str) -> Iterator[Edit]:
    yield "change literal", str(int(text) + 1), None


def _string(_: Node, text: str) -> Iterator[Edit]:
    yield "change literal", text[:-1] + "x" + text[-1], None
    yield "change literal", text[0] + text[-1], None


def _word(_: Node, text: str) -> Iterator[Edit]:
    yield "change literal", text + "X", None


def _variable(_: Node, text: str) -> Iterator[Edit]:
    opposite = {"$true": "$false", "$false": "$true"}.get(text.lower())
    if opposite is not None:
        yield "change literal", opposite, None


def _cast(node: Node, _: str) -> Iterator[Edit]:
    yield "delete cast", text_of(node.children[-1]), None


def _key(node: Node, text: str) -> Iterator[Edit]:
    if node.parent is not None and node.parent.type == "key_expression":
        yield "rename key", text + "x", None


def _entry(_: Node, __: str) -> Iterator[Edit]:
    yield "delete entry", "", None


_RULES: dict[str, Callable[[Node, str], Iterator[Edit]]] = {
    "command_name": _cmdlet,
    "command_parameter": _parameter,
    "member_name": _member,
    "decimal_integer_literal": _number,
    "verbatim_string_characters": _string,
    "expandable_string_literal": _string,
    "generic_token": _word,
    "variable": _variable,
    "cast_expression": _cast,
    "simple_name": _key,
    "hash_entry": _entry,
}


def _is_statement(node: Node) -> bool:
    if node.type in {"elseif_clause", "else_clause"}:
        return True
    inside = node.parent is not None and node.parent.type == "statement_list"
    return inside and node.type in _STATEMENTS
