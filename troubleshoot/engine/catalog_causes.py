"""Reads what is seen of an error (`[seen.NAME]`) and the causes (`[[cause]]`) of `errors/*.toml`."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from troubleshoot.engine.action import Action, Rule
from troubleshoot.engine.catalog_actions import rule
from troubleshoot.engine.cause import Cause, SeenTerm
from troubleshoot.engine.facts import UNKNOWN, FactList
from troubleshoot.engine.toml_tables import TomlTable


def read_terms(tables: Iterable[TomlTable], facts: FactList) -> dict[str, SeenTerm]:
    """Return what is seen of an error, by name, each once."""
    found: dict[str, SeenTerm] = {}
    read = [one for table in tables for one in _seen_terms(table, facts)]
    for where, term in read:
        if found.setdefault(term.name, term) is not term:
            where.wrong("fact", f"{term.name} stands twice")
    for where, term in read:
        if term.like and term.like not in found:
            where.wrong("like", f"nothing is seen under the name {term.like}")
    return found


def read_causes(
    tables: Iterable[TomlTable],
    facts: FactList,
    terms: Mapping[str, SeenTerm],
    actions: Mapping[str, Action],
    named: Collection[str],
) -> dict[str, Cause]:
    """Return the causes by name, each once."""
    causes: dict[str, Cause] = {}
    read = [found for table in tables for found in _causes_of(table, facts, terms)]
    for where, cause in read:
        if causes.setdefault(cause.id, cause) is not cause:
            where.wrong("id", f"the cause {cause.id} stands twice")
    _check(read, actions, named)
    return causes


def _seen_terms(table: TomlTable, facts: FactList) -> list[tuple[TomlTable, SeenTerm]]:
    """Return the `[seen.NAME]` tables of one file: the sides of an error that are seen, each with where it stands."""
    return [(one, _seen_term(name, one, facts)) for name, one in table.table("seen", required=False).each()]


def _causes_of(table: TomlTable, facts: FactList, terms: Mapping[str, SeenTerm]) -> list[tuple[TomlTable, Cause]]:
    """Return the `[[cause]]` entries of one file, each with where it stands. `terms` are those of all files."""
    return [(one, _cause(one, facts, terms)) for one in table.tables("cause")]


def _check(found: Iterable[tuple[TomlTable, Cause]], actions: Mapping[str, Action], named: Collection[str]) -> None:
    """Check what causes say of each other and of remedies: what is named is there, and each remedy is for its cause.

    `named` are the actions that have a file: those that could not be read are not reported again here.
    """
    causes = list(found)
    known = {cause.id for _, cause in causes}
    for table, cause in causes:
        for index, other in enumerate(cause.before):
            if other not in known or other == cause.id:
                table.wrong("before", f"there is no other cause {other}", index)
        for index, name in enumerate(cause.remedies):
            if name not in named:
                table.wrong("remedies", f"there is no action {name}", index)
            elif name in actions and cause.id not in actions[name].causes:
                table.wrong("remedies", f"{name} does not say that it is for {cause.id}", index)


def _seen_term(name: str, table: TomlTable, facts: FactList) -> SeenTerm:
    found = SeenTerm(
        name,
        fact=table.text("fact"),
        nothing=table.texts("nothing", required=False),
        like=table.name("like", required=False),
        unless=rule(table.table("unless", required=False), facts),
        through=table.texts("through", required=False),
    )
    if found.fact not in facts:
        table.wrong("fact", f"no probe declares the fact {found.fact}")
    else:
        _check_values(found.nothing, facts.values[found.fact], table, "nothing")
        _check_values(found.through, facts.values[found.fact], table, "through")
    table.done()
    return found


def _check_values(given: Iterable[str], known: Collection[str], table: TomlTable, key: str) -> None:
    choices = [value for value in known if value != UNKNOWN]
    for index, value in enumerate(given):
        if value not in choices:
            table.wrong(key, f"is one of {', '.join(choices)}, not {value}", index)


def _produces(table: TomlTable, facts: FactList, terms: Mapping[str, SeenTerm]) -> Rule:
    """Read term → the values that a cause can bring about."""
    found = {name: table.texts(name) for name in table.data}
    for name, values in found.items():
        if name not in terms:
            table.wrong(name, f"nothing is seen under this name; it is one of {', '.join(terms)}")
        elif terms[name].fact in facts:
            _check_values(values, facts.values[terms[name].fact], table, name)
    return MappingProxyType(found)


def _cause(table: TomlTable, facts: FactList, terms: Mapping[str, SeenTerm]) -> Cause:
    cause = Cause(
        id=table.name("id"),
        title=table.text("title", limit=120),
        sentence=table.text("sentence"),
        shown_by=tuple(rule(one, facts) for one in table.tables("shown_by")),
        excluded_by=tuple(rule(one, facts) for one in table.tables("excluded_by")),
        fits=tuple(rule(one, facts) for one in table.tables("fits")),
        there=tuple(rule(one, facts) for one in table.tables("there")),
        told_by=table.text("told_by", required=False),
        produces=_produces(table.table("produces", required=False), facts, terms),
        before=table.texts("before", required=False),
        remedies=table.texts("remedies", required=False),
    )
    for key in ("shown_by", "excluded_by", "fits", "there"):
        for index, one in enumerate(getattr(cause, key)):
            if not one:
                table.wrong(key, "an empty rule would always hold", index)
    table.done()
    return cause
