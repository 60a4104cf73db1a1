"""The catalogue: codes, causes, facts, guides, their parts, actions and resources, checked against each other."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from troubleshoot.engine import (
    canonical,
    catalog_actions,
    catalog_causes,
    catalog_errors,
    catalog_facts,
    catalog_guides,
    catalog_questions,
    catalog_resources,
    guide_causes,
    guide_parts,
    toml,
)
from troubleshoot.engine.action import Action, Rule
from troubleshoot.engine.catalog_errors import Progress
from troubleshoot.engine.catalog_files import ContentFiles, sort_files
from troubleshoot.engine.catalog_guides import Declared
from troubleshoot.engine.cause import Cause, SeenTerm
from troubleshoot.engine.codes import CodeTable
from troubleshoot.engine.declared_facts import DeclaredReading, ReadingCase
from troubleshoot.engine.facts import FactList, FactWords
from troubleshoot.engine.guide import Guide
from troubleshoot.engine.guide_parts import ANY_PART, Expanded, GuidePart, Piece
from troubleshoot.engine.judging import Judge
from troubleshoot.engine.pc_questions import PcQuestion
from troubleshoot.engine.resource import Resource
from troubleshoot.engine.toml import ContentProblem
from troubleshoot.engine.toml_tables import TomlTable, top
from troubleshoot.engine.windows_proofs import read_proofs


class CatalogError(Exception):
    """The content is not sound; `problems` names every fault found, by file, line and key."""

    def __init__(self, problems: list[ContentProblem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Catalog:
    """Everything installed. Nothing in it can be changed; names look up in constant time."""

    codes: CodeTable
    causes: Mapping[str, Cause]
    guides: Mapping[str, Guide]
    parts: Mapping[str, GuidePart]
    actions: Mapping[str, Action]
    resources: Mapping[str, Resource]
    readings: Mapping[str, DeclaredReading]
    questions: Mapping[str, PcQuestion]
    """What a person is asked about their own PC, in order."""
    progress: Progress
    words: Mapping[str, FactWords]
    """Fact → how people read it."""
    terms: tuple[SeenTerm, ...]
    """What is seen of an error, and which facts say it."""
    healthy: tuple[Rule, ...]
    """What is found where nothing is wrong; one that holds is enough."""
    facts: FactList
    """What probes declare, and what the readings of this catalogue add."""
    default_guide: str
    """The guide for whatever leads nowhere else; empty where no guide says that it is."""
    digests: Mapping[str, str]
    """Path inside the catalogue (`guides/x.toml`) → SHA-256 of the file."""
    digest: str
    """SHA-256 over all of them and the fact list."""

    @cached_property
    def judge(self) -> Judge:
        """Return who judges causes by the terms and the facts of this catalogue."""
        return Judge(self.terms, self.words)

    @cached_property
    def facts_about(self) -> Mapping[str, frozenset[str]]:
        """Return the facts that say something about each cause."""
        return {name: self.judge.facts_about(cause) for name, cause in self.causes.items()}

    @cached_property
    def named_with(self) -> Mapping[str, frozenset[str]]:
        """Return the causes that codes name together with each cause."""
        beside: dict[str, set[str]] = {name: set() for name in self.causes}
        for entry in self.codes.entries.values():
            for name in entry.causes:
                beside[name].update(entry.causes)
        return {name: frozenset(found) for name, found in beside.items()}

    @property
    def told_updates(self) -> dict[str, list[ReadingCase]]:
        """Return the updates that break the PC that connects, by the told fact that each gives a value."""
        found: dict[str, list[ReadingCase]] = {}
        for reading in self.readings.values():
            for name, case in (one for fact in reading.facts for one in fact.told):
                found.setdefault(name, []).append(case)
        return found

    def causes_of(self, guide: Guide) -> list[Cause]:
        """Return the causes of a guide's subject: those that can bring about what it looks at."""
        return guide_causes.of_subject(self.causes.values(), self.terms, guide.facts)

    def facts_of(self, guide: Guide) -> frozenset[str]:
        """Return the facts that a guide asks for, and those that guard and prove its remedies, and judge the causes of
        the codes that lead to it: of all causes of its subject where it judges itself."""
        remedies = [self.actions[name] for name in guide.remedies if name in self.actions]
        codes = [one for one in self.codes.entries.values() if (one.guide or self.default_guide) == guide.name]
        causes = {name: self.causes[name] for one in codes for name in one.causes}
        if guide.judges:
            causes |= {cause.id: cause for cause in self.causes_of(guide)}
        return frozenset(guide.facts).union(
            *(one.facts for one in remedies), *map(self.judge.facts_about, causes.values())
        )


def parse_catalog(files: Mapping[str, bytes], probed: FactList) -> Catalog:
    """Return the catalogue of all files (name → bytes; the name may start with its folder and `//`).

    `probed` are the facts that the probes declare. Later folders may add, never replace. Raises CatalogError with
    every problem found.
    """
    problems: list[ContentProblem] = []
    sorted_files = sort_files(files, problems)
    resources = _resources(sorted_files, problems)
    readings, facts = _readings(sorted_files, resources, probed, problems)
    read = _actions(sorted_files, resources, facts, problems)
    actions = {name: action for name, (_, action) in read.items()}
    shared = _parts(sorted_files, problems)
    questions = _questions(sorted_files, probed, problems)
    refused = {name for name, action in actions.items() if action.refused}
    tables = [table for _, table, _ in _tables(sorted_files, "errors", problems)]
    terms = catalog_causes.read_terms(tables, facts)
    causes = catalog_causes.read_causes(tables, facts, terms, actions, sorted_files.toml["actions"])
    declared = Declared(facts, set(sorted_files.toml["actions"]) - refused, causes, tuple(terms.values()))
    guides = _guides(sorted_files, shared, declared, problems)
    errors = catalog_errors.read(tables, facts, guides, causes, named=sorted_files.toml)
    for table, action in read.values() if not problems else ():  # a cause may stand in a file that could not be read
        catalog_actions.check_causes(action, table, causes)
    if problems:
        raise CatalogError(problems)
    return Catalog(
        codes=errors.codes,
        causes=MappingProxyType(causes),
        guides=MappingProxyType(guides),
        parts=MappingProxyType(shared),
        actions=MappingProxyType(actions),
        resources=MappingProxyType(resources),
        readings=MappingProxyType(readings),
        questions=MappingProxyType(questions),
        progress=MappingProxyType(errors.progress),
        words=MappingProxyType({**probed.words, **_words(readings)}),
        terms=tuple(terms.values()),
        healthy=errors.healthy,
        facts=facts,
        default_guide=next((guide.name for guide in guides.values() if guide.default), ""),
        digests=MappingProxyType(sorted_files.digests),
        digest=canonical.canonical_digest({"files": sorted_files.digests, "facts": facts.digest}, limit=2**22),
    )


def _actions(
    files: ContentFiles, resources: Mapping[str, Resource], facts: FactList, problems: list[ContentProblem]
) -> dict[str, tuple[TomlTable, Action]]:
    """Return the actions by name, each with where it stands."""
    beside: dict[str, Any] = {"resources": resources, "named": files.resources, "facts": facts}
    return {
        name: (table, catalog_actions.read(name, table, digest=digest, **beside))
        for name, table, digest in _tables(files, "actions", problems)
    }


def parse_guide(name: str, source: bytes, facts: FactList | None) -> Guide:
    """Return one guide from its stored text, so that a case can finish on it. Raises CatalogError.

    `facts` None leaves them unchecked: what a probe or a folder declared then may be gone, or have more values, now.
    """
    problems: list[ContentProblem] = []
    table = _table(where := f"guides/{name}.toml", source, problems)
    # A stored text holds its parts already, and no longer knows which step came from which.
    text = Expanded(source, (Piece(1, where, ANY_PART if table and "parts" in table.data else ""),))
    guide = catalog_guides.read(name, text, table, Declared(facts), formats=catalog_guides.EVER) if table else None
    if problems or guide is None:
        raise CatalogError(problems)
    return guide


def _table(where: str, data: bytes, problems: list[ContentProblem]) -> TomlTable | None:
    try:
        return top(toml.load(where, data), problems)
    except toml.TomlError as error:
        problems.append(error.problem)
        return None


def _tables(files: ContentFiles, kind: str, problems: list[ContentProblem]) -> Iterator[tuple[str, TomlTable, str]]:
    """Yield name, top table and digest of each readable file of a kind."""
    for name, (where, data) in sorted(files.toml[kind].items()):
        if table := _table(where, data, problems):
            if kind not in ("guides", "parts"):  # whose steps say where something is put in
                table.without_placeholders("params", "commands")
            yield name, table, hashlib.sha256(data).hexdigest()


def _resources(files: ContentFiles, problems: list[ContentProblem]) -> dict[str, Resource]:
    read = {name: catalog_resources.read(name, folder, problems) for name, folder in sorted(files.resources.items())}
    proofs = read_proofs(table for _, table, _ in _tables(files, "proofs", problems))
    return {
        name: replace(resource, proof=proofs.get((name, resource.scripts_digest)))
        for name, resource in read.items()
        if resource
    }


def _parts(files: ContentFiles, problems: list[ContentProblem]) -> dict[str, GuidePart]:
    """Return the parts that are sound by themselves; their steps are read in each guide that names them."""
    read = [
        GuidePart(name, table, files.toml["parts"][name][1], digest)
        for name, table, digest in _tables(files, "parts", problems)
    ]
    return {part.name: part for part in read if guide_parts.check(part)}


def _guides(
    files: ContentFiles,
    known: Mapping[str, GuidePart],
    declared: Declared,
    problems: list[ContentProblem],
) -> dict[str, Guide]:
    found: dict[str, Guide] = {}
    causes, offered = (declared.causes or {}).values(), declared.actions or ()
    for name, own, _ in _tables(files, "guides", problems):
        where, data = files.toml["guides"][name]
        named = guide_parts.named(own, files.toml["parts"], known)
        if named is None or guide_parts.doubled(own, named):
            continue
        tables = [own, *(part.table for part in named)]
        made = guide_causes.generated(tables, causes, declared.terms, offered)
        named += [made] if made else []
        text, in_text = guide_parts.expand(own, data, named), list[ContentProblem]()
        document = guide_parts.joined(own, named, text)
        if table := top(document, in_text) if document else _table(where, text.data, in_text):
            found[name] = catalog_guides.read(name, text, table, declared)
        problems.extend(map(text.at_home, in_text))
        if name in found:
            catalog_guides.check_beside(found[name], [one for one in found.values() if one.name != name], own)
    if not problems:
        guide_parts.check_use(known.values(), found.values())
    return found


def _readings(
    files: ContentFiles, resources: Mapping[str, Resource], probed: FactList, problems: list[ContentProblem]
) -> tuple[dict[str, DeclaredReading], FactList]:
    """Return the readings that the files declare, and all facts: those of the probes, and each of theirs once."""
    found: dict[str, DeclaredReading] = {}
    declared: dict[str, tuple[str, ...]] = {}
    for name, table, _ in _tables(files, "facts", problems):
        found[name] = catalog_facts.read(name, table, resources=resources, named=files.resources, probed=probed)
        for index, fact in enumerate(found[name].facts):
            if fact.name in declared:
                table.wrong("fact", f"the fact {fact.name} stands twice", index, "name")
            elif catalog_facts.is_named_well(fact) and fact.name not in probed:
                declared[fact.name] = fact.values
    return found, FactList(probed.values, declared)


def _questions(files: ContentFiles, facts: FactList, problems: list[ContentProblem]) -> dict[str, PcQuestion]:
    found: dict[str, PcQuestion] = {}
    for _, table, _ in _tables(files, "questions", problems):
        found |= catalog_questions.read(table, facts, found)
    return found


def _words(readings: Mapping[str, DeclaredReading]) -> dict[str, FactWords]:
    """Return the words that readings give to their own facts."""
    return {
        fact.name: FactWords(
            fact.name, fact.question, "inside", {one: found.words for one in fact.values if (found := fact.of(one))}
        )
        for reading in readings.values()
        for fact in reading.facts
    }
