"""Computers that strangers to the code wrote down, from what is known of Remote Desktop and the form of a state alone…

Each says which cause stands first, which remedies are right for it, and which must not be offered. Where we decided
otherwise, the entry says what and why.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.diagnosis.test_table import _quick as quick
from tests.diagnosis.test_table import row_of
from troubleshoot import cases, catalog, diagnosis, hosts
from troubleshoot.diagnosis import code_hint, judge_health, rank_all_causes
from troubleshoot.engine import Fact, Judgement, Walk
from troubleshoot.lab import LabHost, LabOptions, build_state

__all__ = ["quick"]  # the fixture of the table holds here too
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
#: A person declines each remedy, says of each trial that it changed nothing, and otherwise answers what they told.
MOST_STEPS = 14


@dataclass(frozen=True)
class Told:
    """One computer as it was written down, when it was, and what belongs to it."""

    name: str
    written: datetime
    entry: dict[str, Any]

    def __str__(self) -> str:
        return self.name

    @property
    def first(self) -> str:
        """The cause that stands first; empty for a computer with nothing wrong."""
        return str(self.entry.get("decided", self.entry)["first"])

    @property
    def allowed(self) -> list[str]:
        """The causes that may stand first, by what the stranger says."""
        return [self.first, *([] if "decided" in self.entry else self.entry.get("first_or", []))]

    @property
    def told(self) -> dict[str, Fact]:
        said = {f"told.{name}": self.entry[name] for name in ("when", "where") if self.entry.get(name)}
        return {name: Fact(name, value) for name, value in said.items()}

    def state(self, folder: Path) -> dict[str, Any]:
        """The computer now: as long after everything in its log as when it was written down."""
        later = timezone.now() - self.written
        events = [one for folded in self.entry["state"].get("event_log", []) for one in _unfolded(folded)]
        document = self.entry["state"] | ({"event_log": events} if events else {})
        text = TIME.sub(lambda hit: _text(datetime.fromisoformat(hit[0]) + later), json.dumps(document))
        file = folder / "state.json"
        file.write_text(text, "utf-8")
        return build_state(name="LAB-01", file=file, faults=[])


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _unfolded(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What an entry stands for that happened many times, with so many seconds between."""
    event = {name: value for name, value in entry.items() if name not in {"times", "every"}}
    begun = datetime.fromisoformat(entry["time"])
    for number in range(entry.get("times", 1)):
        yield event | {"time": _text(begun + timedelta(seconds=entry.get("every", 0) * number))}


def _every() -> Iterator[Told]:
    for file in sorted(Path(__file__).with_name("strangers").glob("*.json")):
        found = json.loads(file.read_text("utf-8"))
        for entry in found["states"]:
            yield Told(f"{file.stem} {entry['n']}: {entry['title']}", datetime.fromisoformat(found["written"]), entry)


EVERY = list(_every())
#: Drawn once; the others are judged by `make soak`.
SAMPLE = random.Random(11).sample(EVERY, 150)[:40]


@dataclass(frozen=True)
class Found:
    """What the portal makes of a computer: the causes in their order, and the remedies that it offers."""

    judged: list[Judgement]
    health: str
    offered: list[str]
    asked: int

    @property
    def shown(self) -> list[str]:
        return [one.cause.id for one in self.judged if one.verdict == "shown_by"]

    @property
    def first(self) -> str:
        speaks = self.judged and self.judged[0].verdict in {"shown_by", "fits"}
        return self.judged[0].cause.id if speaks else ""


@pytest.fixture(params=[one if one in SAMPLE else pytest.param(one, marks=pytest.mark.soak) for one in EVERY], ids=str)
def told(request: pytest.FixtureRequest) -> Told:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def found(told: Told, tmp_path: Path) -> Found:
    shipped = catalog.installed_catalog()
    read = shipped.codes.identify(told.entry["error"])
    guide = shipped.guides[cases.guide_for_error(read)].begun_at(read.leads_to[1])
    lab = LabHost(told.state(tmp_path), LabOptions(user="mendpoint", password="lab-only-password"))
    lab.start()
    try:
        facts = hosts.observe(row_of(lab, "127.0.0.1"), about=shipped.facts_of(guide)).facts
    finally:
        lab.stop()
    hint = code_hint(cases.describe_error(read))
    known = {**facts, **told.told}
    given: dict[str, str] = {}
    offered, asked = list[str](), 0
    for _ in range(MOST_STEPS):
        walk, _who = diagnosis.consult_guide(guide, known, given, hint)
        if walk.at.kind == "end":
            break
        if walk.at.kind == "fix":
            offered.append(walk.at.subject)
        said = _said(walk, told)
        asked += not offered and not said
        answers = (said, "declined", "dont_know", "no_change", *walk.at.to)
        given[walk.at.name] = next(one for one in answers if one in walk.at.to)
    return Found(rank_all_causes(known, hint), judge_health(known).state, offered, asked)


def _said(walk: Walk, told: Told) -> str:
    fact = told.told.get(walk.at.tells)
    return fact.value if fact else ""


def test_is_judged_as_it_is(told: Told, found: Found) -> None:
    if told.first or found.first in told.allowed:
        assert found.first in told.allowed
    else:
        assert (found.shown, found.health in {"healthy", "no_fault_seen"}) == ([], True)
    for name in told.entry["never"]:
        assert name not in found.offered[:1]
    if found.shown and found.offered:
        decided = told.entry.get("decided", {}).get("remedy")
        assert found.offered[0] in ([decided] if decided else found.judged[0].cause.remedies)
    assert found.asked <= 2 or not found.shown


@cache
def _kinds() -> set[str]:
    return {one.entry["kind"] for one in EVERY}


def test_tells_of_every_kind_of_computer() -> None:
    assert _kinds() == {"single", "double", "triple", "healthy", "changed"}
    assert len(EVERY) >= 300
    assert len({one.first for one in EVERY}) >= 30
