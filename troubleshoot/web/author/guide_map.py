"""Guides as pictures: which boxes and lines, and where each lies. A guide of many parts has a picture for each.

The order of boxes and the way of long lines come from a layered layout (Sugiyama). One guide gives one picture, always.
"""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from django.utils.translation import gettext as _

from troubleshoot.engine import CAUSES_PART, Guide, GuideStep
from troubleshoot.web.author.graph_layout import layers, stacked

#: Sizes in the units of the picture, which are pixels at its natural size.
WIDTH, GAP, EDGE = 232, 68, 12
LETTERS, LINE, KIND = 31, 17, 22
MOST_LINES = 4
#: A guide without parts, or one whose parts are no longer known, is one picture.
WHOLE = ""


def part_in_words(part: str) -> str:
    """Return the name of a part as a page says it; empty for the guide's own steps."""
    return _("remedies of the causes") if part == CAUSES_PART else part.replace("-", " ")


@dataclass
class MapRow:
    """The answers of a box that lead to one place, the line that leads there, and whether a case went that way."""

    answers: tuple[str, ...]
    target: str
    lines: tuple[str, ...]
    y: float = 0

    @property
    def middle(self) -> float:
        """Return the place where the line begins."""
        return self.y + LINE * len(self.lines) / 2 - 3


@dataclass
class MapBox:
    """One step, or the way out to a step of another part (`part`)."""

    step: GuideStep
    lines: tuple[str, ...]
    rows: tuple[MapRow, ...] = ()
    part: str | None = None
    x: float = 0
    y: float = 0

    wide = WIDTH
    right = WIDTH - EDGE

    @property
    def height(self) -> float:
        """Return how much room it takes."""
        rows = sum(LINE * len(row.lines) + 6 for row in self.rows)
        return EDGE + KIND + LINE * len(self.lines) + rows + 8

    @property
    def part_title(self) -> str:
        """Return the other part in words."""
        return part_in_words(self.part or WHOLE)

    @property
    def text(self) -> list[tuple[int, str]]:
        """Return what the step says, each line with its place in the box."""
        return [(EDGE + KIND + 5 + LINE * number, line) for number, line in enumerate(self.lines)]

    @property
    def drawn_rows(self) -> list[list[tuple[int, str]]]:
        """Return the answers, each line with its place in the box."""
        return [
            [(round(row.y - self.y) + 12 + LINE * number, line) for number, line in enumerate(row.lines)]
            for row in self.rows
        ]


@dataclass(frozen=True)
class MapPath:
    """The line from a row to a box, as SVG draws it."""

    step: str
    answers: tuple[str, ...]
    target: str
    d: str
    end: tuple[float, float]

    @property
    def tip(self) -> str:
        """Return the head of the arrow."""
        x, y = self.end
        return f"M{x:.0f} {y - 4:.0f}l6 4l-6 4z"


@dataclass
class GuidePicture:
    """The steps of one part with the ways out of it."""

    part: str
    boxes: list[MapBox]
    paths: list[MapPath] = field(default_factory=list)
    width: float = 0
    height: float = 0

    @property
    def steps(self) -> list[GuideStep]:
        """Return the steps that are at home here, in the order in which a reader meets them."""
        return [box.step for box in self.boxes if box.part is None]


def guide_pictures(guide: Guide) -> tuple[GuidePicture, ...]:
    """Return one picture for each part, those first that a walk can meet first; kept for each version of a guide."""
    return _drawn(_ByDigest(guide))


@dataclass(frozen=True)
class _ByDigest:
    """A guide that equals another of the same text: what a digest names never changes."""

    guide: Guide

    def __hash__(self) -> int:
        return hash(self.guide.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByDigest) and other._parts == self._parts

    @property
    def _parts(self) -> tuple[str, tuple[str, ...]]:
        return self.guide.digest, tuple(step.part for step in self.guide.steps.values())


@lru_cache(maxsize=64)
def _drawn(keyed: _ByDigest) -> tuple[GuidePicture, ...]:
    guide = keyed.guide
    by_part: dict[str, list[GuideStep]] = defaultdict(list)
    for step in steps_in_order(guide):
        by_part[step.part].append(step)
    return tuple(_picture(guide, part, steps) for part, steps in by_part.items())


def steps_in_order(guide: Guide) -> list[GuideStep]:
    """Return the steps so that each comes after every step that leads on to it, nearest to the start first. What comes
    back to a judgement does not lead on."""
    onward = {
        name: [one for one in dict.fromkeys(step.to.values()) if not guide.comes_back(name, one)]
        for name, step in guide.steps.items()
    }
    waiting = Counter(target for targets in onward.values() for target in targets)
    ready = [name for name in dict.fromkeys((guide.start, *guide.starts)) if not waiting[name]]
    found = list[GuideStep]()
    while ready:
        step = guide.steps[ready.pop(0)]
        found.append(step)
        for target in onward[step.name]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return found


def _picture(guide: Guide, part: str, steps: list[GuideStep]) -> GuidePicture:
    boxes = {step.name: _box(step) for step in steps}
    for target in dict.fromkeys(target for step in steps for target in step.to.values()):
        if target not in boxes:
            step = guide.steps[target]
            boxes[target] = MapBox(step, _wrapped(step.title or step.subject), part=step.part)
    picture = GuidePicture(part, list(boxes.values()))
    back = {(name, row.target) for name, box in boxes.items() for row in box.rows if guide.comes_back(name, row.target)}
    _place(picture, boxes, back)
    return picture


def _box(step: GuideStep) -> MapBox:
    to: dict[str, list[str]] = defaultdict(list)
    for answer, target in step.to.items():
        to[target].append(answer)
    rows = tuple(
        MapRow(tuple(answers), target, _wrapped(", ".join(step.words(one) for one in answers), most=8))
        for target, answers in to.items()
    )
    return MapBox(step, _wrapped(step.title or step.subject), rows)


def _wrapped(text: str, most: int = MOST_LINES) -> tuple[str, ...]:
    return tuple(textwrap.wrap(text, LETTERS, max_lines=most, placeholder=" …")) or ("",)


def _place(picture: GuidePicture, boxes: Mapping[str, MapBox], back: Set[tuple[str, str]]) -> None:
    """Give every box and line its place. An answer that comes back to a judgement has a line across the picture."""
    names = list(boxes)
    every = [(name, row.target) for name, box in boxes.items() for row in box.rows]
    edges = [(names.index(name), names.index(target)) for name, target in every if (name, target) not in back]
    columns, ways = layers(edges, len(names))
    middles = stacked(columns, [box.height for box in boxes.values()])
    at = {node: (x * (WIDTH + GAP), middles[node]) for x, column in enumerate(columns) for node, _ in column}
    for node, box in enumerate(boxes.values()):
        box.x, box.y = at[node][0], at[node][1] - box.height / 2

    def bends(name: str, row: MapRow) -> list[tuple[float, float]]:
        return [at[node] for node in ways.get((names.index(name), names.index(row.target)), [])]

    for name, box in boxes.items():
        first = {row.target: [*bends(name, row), at[names.index(row.target)]][0][1] for row in box.rows}
        # Answers stand in the order in which their lines leave, so that these do not cross each other.
        box.rows = tuple(sorted(box.rows, key=lambda row: first[row.target]))
    _inside(picture)
    for name, box in boxes.items():
        for row in box.rows:
            end = (boxes[row.target].x - 6, boxes[row.target].y + EDGE + 12)
            picture.paths.append(MapPath(name, row.answers, row.target, _line(box, row, bends(name, row), end), end))


def _inside(picture: GuidePicture) -> None:
    """Measure the picture, and give the rows of each box their place."""
    for box in picture.boxes:
        y = box.y + EDGE + KIND + LINE * len(box.lines) + 8
        for row in box.rows:
            row.y, y = y, y + LINE * len(row.lines) + 6
    picture.width = max(box.x for box in picture.boxes) + WIDTH
    picture.height = max(box.y + box.height for box in picture.boxes)


def _line(box: MapBox, row: MapRow, bends: Sequence[tuple[float, float]], end: tuple[float, float]) -> str:
    """Return the curve from a row, by the free lanes between other boxes, to the left side of a box."""
    points = [(box.x + WIDTH, row.middle)]
    for x, y in bends:
        points += [(x, y), (x + WIDTH, y)]
    points.append(end)
    return f"M{_at(points[0])}" + "".join(_curve(one, other) for one, other in pairwise(points))


def _curve(one: tuple[float, float], other: tuple[float, float]) -> str:
    if one[1] == other[1]:
        return f"L{_at(other)}"
    half = (one[0] + other[0]) / 2
    return f"C{_at((half, one[1]))} {_at((half, other[1]))} {_at(other)}"


def _at(point: tuple[float, float]) -> str:
    return f"{point[0]:.0f} {point[1]:.0f}"
