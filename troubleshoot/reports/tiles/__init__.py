"""The tiles at the top of the summary, and in its file: one module each, found by scanning.

A module names its place by `PLACE`, a number, and has `tile(summary)`, which makes the tile of a period's summary.
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib
import pkgutil
from dataclasses import dataclass, field
from types import ModuleType

from troubleshoot.reports.figures import Number, Summary


@dataclass(frozen=True)
class TileLine:
    """A smaller line under the number of a tile; with the rows that it counts, where it counts some."""

    words: str
    number: Number | None = None


@dataclass(frozen=True)
class Tile:
    """One number in large type: its title, what it is, what it means, and what stands under it."""

    title: str
    number: Number
    """What is counted, where its rows are, and its meaning."""
    lines: list[TileLine] = field(default_factory=list)
    times: dict[str, dt.timedelta | None] = field(default_factory=dict)
    """Where the tile shows lengths of time in place of a count: each by its name; the first is in large type."""

    @property
    def time(self) -> dt.timedelta | None:
        """Return the length of time in large type, if there is one and enough cases to say it."""
        return next(iter(self.times.values()), None)

    @property
    def numbers(self) -> list[Number]:
        """Return every number of it that counts rows, for the file."""
        counted = [] if self.times else [self.number]
        return [*counted, *(line.number for line in self.lines if line.number)]


def summary_tiles(found: Summary) -> list[Tile]:
    """Return the tiles of a summary in their order."""
    return [module.tile(found) for module in _modules()]


@functools.cache
def _modules() -> list[ModuleType]:
    found = [importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__)]
    return sorted(found, key=lambda module: module.PLACE)
