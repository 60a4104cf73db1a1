"""The vectors, against mutants of every resource script: a change of meaning must turn a vector red or be refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.catalog.resources.mutants import Mutant, mutants
from tests.catalog.resources.vectors import Vector, everywhere, load
from troubleshoot.lab import ScriptRefused

SCRIPTS = everywhere("*/*.ps1")
# Mutants that mean the same, each with its reason.
EQUIVALENT = {
    ("sessions/read", "'$true' -> '$false'"): "only the key of $seen counts, its value is never read",
}


@dataclass
class Tally:
    """What became of the mutants of one script."""

    script: str
    made: int = 0
    killed: int = 0
    refused: int = 0
    equivalent: list[str] = field(default_factory=list)
    survived: list[str] = field(default_factory=list)

    def row(self) -> str:
        """Return one line of the table."""
        numbers = (self.made, self.killed, self.refused, len(self.survived), len(self.equivalent))
        return f"{self.script:<26}" + "".join(f"{number:>11}" for number in numbers)


def verdict(mutant: Mutant, vectors: list[Vector]) -> str:
    """Return killed, refused or survived; an evaluator that breaks proves nothing, so that counts as survived."""
    for vector in vectors:
        try:
            if vector.fault(mutant.script) is not None:
                return "killed"
        except ScriptRefused:
            return "refused"
        except Exception as error:  # noqa: BLE001  any crash must show up in the table
            return f"survived: {type(error).__name__}"
    return "survived"


def judge(path: Path, vectors: list[Vector]) -> Tally:
    """Run every mutant of one script against its vectors."""
    tally = Tally(f"{path.parent.name}/{path.stem}")
    for mutant in mutants(path.read_text(encoding="ascii")):
        tally.made += 1
        outcome = verdict(mutant, vectors)
        if outcome == "killed":
            tally.killed += 1
        elif outcome == "refused":
            tally.refused += 1
        elif (reason := EQUIVALENT.get((tally.script, mutant.change))) is not None:
            tally.equivalent.append(f"{tally.script} line {mutant.line}: {mutant.change}: {reason}")
        else:
            tally.survived.append(f"{tally.script} line {mutant.line}: {mutant.kind} {mutant.change} {outcome}")
    return tally


@pytest.fixture(scope="module")
def tallies() -> list[Tally]:
    vectors = load()
    mine = {
        path: [v for v in vectors if (v.resource, v.operation) == (path.parent.name, path.stem)] for path in SCRIPTS
    }
    return [judge(path, mine[path]) for path in SCRIPTS]


@pytest.fixture(scope="module", autouse=True)
def _table(tallies: list[Tally], request: pytest.FixtureRequest) -> Iterator[None]:
    """Print the table when the module is done, also when everything passed."""
    yield
    heads = ("mutants", "killed", "refused", "survived", "equivalent")
    lines = ["", f"{'script':<26}" + "".join(f"{head:>11}" for head in heads)]
    lines += [tally.row() for tally in tallies]
    lines += [f"  {text}" for tally in tallies for text in (*tally.survived, *tally.equivalent)]
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n".join(lines))


class TestTheVectors:
    def test_kill_at_least_95_percent_of_the_mutants_of_each_script(self, tallies: list[Tally]) -> None:
        for tally in tallies:
            counted = tally.made - len(tally.equivalent)
            assert counted >= 10, tally.script
            assert (tally.killed + tally.refused) / counted >= 0.95, tally.survived

    def test_kill_mutants_by_what_they_do_and_not_only_by_names(self, tallies: list[Tally]) -> None:
        for tally in tallies:
            # A fifth: of a line for another program (nltest), the evaluator refuses whatever is not that very line.
            assert tally.killed >= tally.made / 5, tally.row()

    def test_never_break_the_evaluator(self, tallies: list[Tally]) -> None:
        assert [text for tally in tallies for text in tally.survived if "survived:" in text] == []

    def test_excuse_no_mutant_that_does_not_exist(self, tallies: list[Tally]) -> None:
        assert sum(len(tally.equivalent) for tally in tallies) == len(EQUIVALENT)
