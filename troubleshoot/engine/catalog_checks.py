"""What a sound catalogue still owes to people: words for everything, and examples for every branch.

A start does without these checks. `manage.py catalog` makes them, and so do the tests of the shipped catalogue.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import product
from typing import Any

from troubleshoot.engine import toml
from troubleshoot.engine.action import Action
from troubleshoot.engine.catalog import Catalog
from troubleshoot.engine.catalog_files import FOLDER_SEPARATOR
from troubleshoot.engine.cause import Cause, CodeHint
from troubleshoot.engine.facts import UNKNOWN, Fact
from troubleshoot.engine.guide import Guide, GuideStep, walk_guide
from troubleshoot.engine.guide_examples import uncovered
from troubleshoot.engine.guide_texts import speaks_to_reader
from troubleshoot.engine.instructions import HowTo
from troubleshoot.engine.judging import Judge
from troubleshoot.engine.toml import ContentProblem, Document, Path

MOST_QUESTIONS = 2
"""Questions, and things to try, before a remedy: a person under pressure answers no more."""
_LINE_OF_THE_FILE = re.compile(r"^\w+ *= *[\[{\"]", re.MULTILINE)
_FOR_EVERY_READER = "addresses one reader (your, you), and helpdesk reads it as well"
_PLACE_IS_WHERE = "begins with the place, which belongs into `where`"
_DECLARED_IN_CODE = "(probes)"
_GIVES = {"shown_by": ("shown_by", "also_found"), "ruled_out": ("ruled_out", "does_not_explain"), "fits": ("fits",)}
"""The verdicts that the rules of each kind may give."""
_KEYS = {"shown_by": "shown_by", "ruled_out": "excluded_by", "fits": "fits"}
"""Verdict → the key of the rules that give it."""
_NEVER_SAID = {
    "fits": "no rule speaks for this cause, here or in shown_by, and no documented code names it alone",
    "excluded_by": "nothing speaks against this cause, and nothing that is seen is beyond it",
}


def faults(catalog: Catalog, files: Mapping[str, bytes], simulated: Collection[str]) -> Iterator[ContentProblem]:
    """Yield what is still owed, each with file, line and key.

    `files` are those that the catalogue was parsed from; `simulated` are the faults that the lab knows.
    """
    read = _Files(files)
    yield from _facts(catalog)
    yield from _branches(catalog, read)
    yield from _steps(catalog, read)
    yield from _actions(catalog, read, simulated)
    yield from _codes(catalog, read)
    yield from _causes(catalog, read)


class _Files:
    """The files by their names inside the catalogue: one is read again only when a line of it has to be named."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._named = {name.rpartition(FOLDER_SEPARATOR)[2]: name for name in files}
        self._files = files

    def problem(self, file: str, path: Path, text: str) -> ContentProblem:
        """Return a problem at a key of a file."""
        return self._document(file).problem(path, text)

    def entry(self, kind: str, wanted: Mapping[str, Any], text: str, *key: str | int) -> ContentProblem:
        """Return a problem at a key of the one entry, in any file of errors, that has these values."""
        for file in sorted(name for name in self._named if name.startswith("errors/")):
            document = self._document(file)
            for index, one in enumerate(document.data.get(kind, ())):
                if all(one.get(name) == value for name, value in wanted.items()):
                    return document.problem((kind, index, *key), text)
        raise LookupError(f"no [[{kind}]] has {dict(wanted)}")

    def _document(self, file: str) -> Document:
        name = self._named[file]
        return toml.load(name.replace(FOLDER_SEPARATOR, "/"), self._files[name])


def _facts(catalog: Catalog) -> Iterator[ContentProblem]:
    """Check that each fact of a probe, and each value of it, has words; the format demands them of content."""
    for name, values in catalog.facts.values.items():
        words = catalog.words.get(name)
        if words is None:
            yield ContentProblem(_DECLARED_IN_CODE, 1, name, "this fact has no words: its probe declares it without")
            continue
        for value in values:
            if value not in words.values and value != UNKNOWN:
                yield ContentProblem(_DECLARED_IN_CODE, 1, f"{name}.{value}", "this value has no words")


def _branches(catalog: Catalog, read: _Files) -> Iterator[ContentProblem]:
    """Check that an example walks every branch; one of a part, an example of any guide that has it."""
    told: set[ContentProblem] = set()
    for guide, step, value in uncovered(catalog.guides.values()):
        told.add(read.problem(_file(guide, step), ("steps", step.name, "to", value), "no example walks this branch"))
    yield from sorted(told)


def _steps(catalog: Catalog, read: _Files) -> Iterator[ContentProblem]:
    told: set[ContentProblem] = set()
    for guide in catalog.guides.values():
        for step in guide.steps.values():
            for key, text in (("title", step.title), ("text", step.text), ("not_your", step.not_your)):
                if _LINE_OF_THE_FILE.search(text):
                    said = "holds a line of the file: a quotation mark is missing"
                    told.add(read.problem(_file(guide, step), ("steps", step.name, key), said))
            for place in _placed_below(step.how):
                told.add(read.problem(_file(guide, step), ("steps", step.name, *place), _PLACE_IS_WHERE))
        for step, number in _asked_before(guide):
            said = f"{number} questions come before this remedy, {MOST_QUESTIONS} at most"
            told.add(read.problem(_file(guide, step), ("steps", step.name), said))
    yield from sorted(told)


def _placed_below(how: HowTo) -> Iterator[Path]:
    """Yield the warning of each command that begins with where it is run: its heading says another place."""
    yield from (("commands", number, "warning") for number, one in enumerate(how.commands) if one.warns_of_place)


def _asked_before(guide: Guide) -> Iterator[tuple[GuideStep, int]]:
    """Yield each remedy that a journey from the start comes to first, and how much it asked until then, if too much."""
    for example in guide.examples:
        for answers in example.journeys() if example.start in ("", guide.start, *guide.starts) else ():
            begun = guide.begun_at(example.start)
            steps = [guide.steps[name] for name in walk_guide(begun, answers).steps]
            first = next((place for place, step in enumerate(steps) if step.kind == "fix"), 0)
            number = sum(step.kind in ("ask", "try") for step in steps[:first])
            if number > MOST_QUESTIONS:
                yield steps[first], number


def _actions(catalog: Catalog, read: _Files, simulated: Collection[str]) -> Iterator[ContentProblem]:
    """Check that whoever is held back by a guard is told why, and that examples speak of faults that there are."""
    for action in catalog.actions.values():
        file = f"actions/{action.name}.toml"
        if speaks_to_reader(action.title):
            yield read.problem(file, ("title",), _FOR_EVERY_READER)
        for below in _placed_below(action.how):
            yield read.problem(file, below, _PLACE_IS_WHERE)
        for fact in _whole_way(action, catalog):
            said = "another fault in the way would deny it: name what this remedy itself promises"
            yield read.problem(file, ("verify", fact), said)
        for fact in action.guards:
            if fact not in action.refusals:
                yield read.problem(file, ("guards", fact), "has no words in [refusals]")
        for place, trial in enumerate(action.trials):
            for name in sorted(set(trial.faults) - set(simulated)):
                yield read.problem(file, ("example", place, "faults"), f"the lab knows no fault {name}")


def _whole_way(action: Action, catalog: Catalog) -> Iterator[str]:
    """Yield what demands, where the portal runs the remedy, that something comes so far: that is looked at after every
    change anyway."""
    if not action.manual:
        yield from (name for name in action.verify.facts if name in catalog.progress)


def _codes(catalog: Catalog, read: _Files) -> Iterator[ContentProblem]:
    """Check that a code says what it means and what it does not, leads to a guide, and that its family has words."""
    for entry in catalog.codes.entries.values():
        wanted = {"namespace": entry.code.namespace, "code": entry.code.code, "extended": entry.code.extended}
        missing = [key for key, value in (("text", entry.text), ("is_not", entry.is_not)) if not value]
        if not (entry.guide or catalog.default_guide):
            missing.append("guide")
        for key in missing:
            yield read.entry("code", wanted, "is missing", key)
    for family in catalog.codes.families.values():
        if not family.text:
            said = "no [[family]] gives this namespace words"
            yield read.entry("code", {"namespace": family.namespace}, said, "namespace")


def _causes(catalog: Catalog, read: _Files) -> Iterator[ContentProblem]:
    """Check that something can speak for a cause and against it, and that each rule gives its own verdict.

    Readings speak for it, or a documented code that names it alone. A rule that does not give its verdict, by its own
    facts, never decides: a stronger one always comes before it. What shows a cause may name an end that the cause
    cannot bring about: there it is found beside the reason.
    """
    told = {one.hint.told for one in catalog.codes.entries.values()}
    told |= {one.hint(CodeHint()).told for one in catalog.codes.windows.windows}
    for cause in catalog.causes.values():
        if speaks_to_reader(cause.title):
            yield read.entry("cause", {"id": cause.id}, _FOR_EVERY_READER, "title")
        for_it = bool(cause.shown_by or cause.fits or cause.id in told)
        said = {"fits": for_it, "excluded_by": bool(cause.excluded_by or cause.produces)}
        for key, there in said.items():
            if not there:
                yield read.entry("cause", {"id": cause.id}, _NEVER_SAID[key], key)
        for key, index, found in _overruled(cause, catalog.judge):
            why = f"never decides: by these facts the cause is “{found}”"
            yield read.entry("cause", {"id": cause.id}, why, key, index)


def _overruled(cause: Cause, judge: Judge) -> Iterator[tuple[str, int, str]]:
    for verdict, rules in cause.rules:
        for index, rule in enumerate(rules):
            for values in product(*rule.values()):
                known = {name: Fact(name, value) for name, value in zip(rule, values, strict=True)}
                if (found := judge.weigh(cause, known).verdict) not in _GIVES[verdict]:
                    yield _KEYS[verdict], index, found.replace("_", " ")
                    break


def _file(guide: Guide, step: GuideStep) -> str:
    return f"parts/{step.part}.toml" if step.part else f"guides/{guide.name}.toml"
