"""Reads `facts/<name>.toml`: a reading of a resource, and the facts that follow by equality or a least number."""

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from troubleshoot.engine import known_updates
from troubleshoot.engine.declared_facts import DeclaredFact, DeclaredReading, ReadingCase
from troubleshoot.engine.facts import UNKNOWN, FactList
from troubleshoot.engine.resource import Resource, StateError, Value
from troubleshoot.engine.toml_tables import TomlTable

FACT = re.compile(r"[a-z][a-z0-9_]{0,29}(\.[a-z][a-z0-9_]{0,39}){1,2}")
"""How a fact is named: its subject, a dot, and what it tells."""
VALUE = re.compile("[a-z0-9][a-z0-9_]{0,39}")


def read(
    name: str, table: TomlTable, *, resources: Mapping[str, Resource], named: Collection[str], probed: FactList
) -> DeclaredReading:
    """Return the reading of one file; what is wrong goes into the table's problems.

    `named` are all resources that have a folder: those that could not be read are not reported again here. `probed`
    are the facts that the probes declare; content never declares one of them again.
    """
    wanted = table.name("resource")
    resource = resources.get(wanted)
    if wanted and wanted not in named:
        table.wrong("resource", f"there is no resource {wanted}")
    reading = DeclaredReading(
        name=name,
        title=table.text("title", limit=120),
        resource=wanted,
        params=MappingProxyType(dict(table.table("params", required=False).data)),
        facts=tuple(_fact(one, resource, probed) for one in table.tables("fact", required=True)),
    )
    if resource:
        try:
            resource.check_params(reading.params)
        except StateError as error:
            table.wrong("params", str(error))
    if not reading.facts and isinstance(table.data.get("fact"), list):
        table.wrong("fact", "must name at least one fact")
    table.done()
    return reading


def is_named_well(fact: DeclaredFact) -> bool:
    """Tell whether the list of all facts can hold this one; what it cannot hold is a problem already."""
    return FACT.fullmatch(fact.name) is not None and all(VALUE.fullmatch(value) for value in fact.values)


def _fact(table: TomlTable, resource: Resource | None, probed: FactList) -> DeclaredFact:
    name = table.text("name")
    if name and not FACT.fullmatch(name):
        table.wrong("name", "a fact is named with lower-case letters, digits and _, its subject before a dot")
    if name in probed:
        table.wrong("name", f"a probe declares the fact {name}")
    question, updates = table.text("question", limit=120), [known_updates.read(one) for one in table.tables("update")]
    symptoms = {one.symptom for one in updates if not one.tells}
    cases = [_case(one, resource, symptoms) for one in table.tables("values", required=True)]
    found = DeclaredFact(
        name,
        question,
        (*known_updates.cases(updates, cases, table), *filter(_has_rule, cases)),
        tuple(known_updates.told_cases(updates, probed, table)),
    )
    if updates and resource:
        known_updates.check_resource(resource, table)
    if not cases and isinstance(table.data.get("values"), list):
        table.wrong("values", "must name at least one value")
    table.done()
    return found


def _has_rule(case: ReadingCase) -> bool:
    return bool(case.when or case.at_least)


def _case(table: TomlTable, resource: Resource | None, symptoms: Collection[str]) -> ReadingCase:
    """Read one value; those that updates have as their symptom need no rule of their own."""
    when, least = table.table("when", required=False), table.table("at_least", required=False)
    case = ReadingCase(
        value=table.text("value"),
        when=MappingProxyType(dict(when.data)),
        at_least=MappingProxyType({key: least.integer(key) for key in least.data}),
        words=table.text("words", limit=120),
        bad=table.flag("bad"),
    )
    table.done()
    if case.value and not VALUE.fullmatch(case.value):
        table.wrong("value", "a value has lower-case letters, digits and _ only, 40 at most")
    if case.value == UNKNOWN:
        table.wrong("value", "unknown is what a fact is where nothing else holds; it is not given")
    if not _has_rule(case) and case.value not in symptoms:
        table.wrong(None, "an empty rule would always hold: name fields in when or at_least")
    if resource:
        for place, wanted in ((when, case.when), (least, case.at_least)):
            _check_fields(place, wanted, resource, number=place is least)
    return case


def _check_fields(table: TomlTable, wanted: Mapping[str, Value], resource: Resource, *, number: bool) -> None:
    for name, value in wanted.items():
        field = resource.fields.get(name)
        if field is None:
            table.wrong(name, f"{resource.name} has no field {name}")
        elif field.secret:
            table.wrong(name, f"{name} of {resource.name} is secret: facts are stored and shown")
        elif number and field.type != "integer":
            table.wrong(name, f"{name} of {resource.name} is no number")
        elif not field.accepts(value):
            table.wrong(name, f"{name} must be {field.type}")
