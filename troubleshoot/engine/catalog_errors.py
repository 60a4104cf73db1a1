"""Reads `errors/*.toml`: error codes, families and classes of codes; the order and health of facts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from troubleshoot.engine import catalog_windows
from troubleshoot.engine.action import Rule
from troubleshoot.engine.catalog_actions import rule
from troubleshoot.engine.code_entries import CERTAINTIES, CodeClass, ErrorCode, Family, Symptom
from troubleshoot.engine.code_numbers import PastedCode
from troubleshoot.engine.codes import CodeTable
from troubleshoot.engine.facts import UNKNOWN, FactList
from troubleshoot.engine.guide import Guide
from troubleshoot.engine.toml_tables import TomlTable

Progress = Mapping[str, Mapping[str, int]]
"""Fact → value → how far along it lies (equal numbers: equally far); `unknown` is nowhere."""


@dataclass(frozen=True)
class Errors:
    """What the files under `errors` hold together."""

    codes: CodeTable
    progress: Progress
    healthy: tuple[Rule, ...]


def read(
    tables: Sequence[TomlTable],
    facts: FactList,
    guides: Mapping[str, Guide],
    causes: Collection[str],
    *,
    named: Mapping[str, Collection[str]],
) -> Errors:
    """Return what all files of errors say; what is wrong goes into their problems.

    `causes` are the names of all causes; `named` are the files by kind: guides that could not be read are not reported
    again here. Terms and causes, which the same files hold, were read before.
    """
    entries: dict[PastedCode, ErrorCode] = {}
    order: dict[str, Mapping[str, int]] = {}
    groups, kinds = _kinds(tables)
    in_order = tuple(rule for table in tables for rule in healthy(table, facts))
    for table in tables:
        for where, entry in codes(table, causes, named["guides"], guides):
            if entries.setdefault(entry.code, entry) is not entry:
                where.wrong("code", f"the code {entry.code} stands twice")
        for fact, ranks in progress(table, facts).items():
            if order.setdefault(fact, ranks) is not ranks:
                table.wrong("progress", "this order stands twice", fact)
    windows = catalog_windows.read(tables, entries, guides, causes)
    for table in tables:
        table.done()
    symptoms = [Symptom(text, guide.name) for guide in guides.values() for text in guide.symptoms]
    known = CodeTable(entries.values(), kinds, groups, symptoms, windows)
    return Errors(known, order, in_order)


def _kinds(tables: Sequence[TomlTable]) -> tuple[list[Family], list[CodeClass]]:
    """Return the families and classes of codes, each once."""
    groups: dict[str, Family] = {}
    kinds: dict[object, CodeClass] = {}
    for table in tables:
        for where, family in families(table):
            if groups.setdefault(family.namespace, family) is not family:
                where.wrong("namespace", "this family stands twice")
        for where, one in classes(table):
            if kinds.setdefault((one.namespace, one.low_byte, one.first), one) is not one:
                where.wrong("first" if one.low_byte is None else "low_byte", "this class stands twice")
    return list(groups.values()), list(kinds.values())


def codes(
    table: TomlTable, known_causes: Collection[str], guides: Collection[str], read: Mapping[str, Guide]
) -> list[tuple[TomlTable, ErrorCode]]:
    """Return the `[[code]]` entries of one file, each with where it stands.

    `guides` are the names of all guides, `read` those that could be read: a broken one is not reported again.
    """
    return [(one, _code(one, known_causes, guides, read)) for one in table.tables("code")]


def classes(table: TomlTable) -> list[tuple[TomlTable, CodeClass]]:
    """Return the `[[class]]` entries of one file, each with where it stands."""
    return [(one, _class(one)) for one in table.tables("class")]


def families(table: TomlTable) -> list[tuple[TomlTable, Family]]:
    """Return the `[[family]]` entries of one file, each with where it stands."""
    return [(one, _family(one)) for one in table.tables("family")]


def healthy(table: TomlTable, facts: FactList) -> list[Rule]:
    """Return the `[[healthy]]` rules of one file: what is found where nothing is wrong."""
    found = [(one, rule(one, facts)) for one in table.tables("healthy")]
    for one, facts_in_order in found:
        if not facts_in_order:
            one.wrong(None, "an empty rule would always hold")
    return [facts_in_order for _, facts_in_order in found]


def progress(table: TomlTable, facts: FactList) -> Progress:
    """Read `[progress]`: fact → its values from the earliest to the furthest, equal ones joined by a space."""
    found: dict[str, Mapping[str, int]] = {}
    ranks = table.table("progress", required=False)
    for fact in ranks.data:
        order = {value: place for place, values in enumerate(ranks.texts(fact)) for value in values.split(" ")}
        if set(order) != set(facts.values.get(fact, ())) - {UNKNOWN}:
            ranks.wrong(fact, "must hold every value of an existing fact, without unknown")
        found[fact] = MappingProxyType(order)
    return found


def _code(
    table: TomlTable, known_causes: Collection[str], guides: Collection[str], read: Mapping[str, Guide]
) -> ErrorCode:
    extended = table.integer("extended", required=False) if "extended" in table.data else None
    entry = ErrorCode(
        code=PastedCode(table.name("namespace"), table.integer("code"), extended),
        name=table.text("name", limit=200),
        certainty=table.choice("certainty", CERTAINTIES),
        causes=table.texts("causes", required=False),
        guide=table.name("guide", required=False) or None,
        symptoms=table.texts("symptoms", required=False),
        source=table.text("source"),
        text=table.text("text", required=False),
        is_not=table.text("is_not", required=False),
        symbol=table.text("symbol", required=False, limit=120),
        start=table.name("start", required=False),
        tells=MappingProxyType(table.table("tells", required=False).mapping()),
    )
    for index, cause in enumerate(entry.causes):
        if cause not in known_causes:
            table.wrong("causes", f"there is no cause {cause}", index)
    if entry.guide and entry.guide not in guides:
        table.wrong("guide", f"there is no guide {entry.guide}")
    catalog_windows.check_start(table, entry.start, read.get(entry.guide or ""))
    if max(entry.code.code, entry.code.extended or 0) >= 2**32:
        table.wrong("code", "a code has 32 bits")
    table.done()
    return entry


def _family(table: TomlTable) -> Family:
    found = Family(table.name("namespace"), table.text("title", limit=120), table.text("text"))
    table.done()
    return found


def _class(table: TomlTable) -> CodeClass:
    """Read a class: one `low_byte`, or the codes from `first` to `last`."""
    ranged = "low_byte" not in table.data
    found = CodeClass(
        table.name("namespace"),
        None if ranged else table.integer("low_byte"),
        table.text("name"),
        table.text("source"),
        table.integer("first") if ranged else 0,
        table.integer("last") if ranged else 0,
    )
    if (found.low_byte or 0) > 0xFF:
        table.wrong("low_byte", "a byte is at most 0xff")
    if found.last < found.first:
        table.wrong("last", "must not lie before first")
    table.done()
    return found
