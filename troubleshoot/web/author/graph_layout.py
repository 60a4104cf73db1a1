"""Where the nodes of a graph without circles lie: a column for each layer, few crossings, none on top of another."""

from __future__ import annotations

from collections import defaultdict

from fast_sugiyama import from_edges
from fast_sugiyama.layout import Layouts

#: Neighbours in a column would like their middles so far apart; a long line that passes by takes a lane of its own.
SPREAD, LANE, BETWEEN = 120.0, 14.0, 18.0

Columns = list[list[tuple[int, float]]]
Ways = dict[tuple[int, int], list[int]]


def layers(edges: list[tuple[int, int]], count: int) -> tuple[Columns, Ways]:
    """Return the columns (nodes with where they would like to be), and for each edge the nodes that it passes by.

    Nodes from `count` on are such lanes. Groups that no line joins lie below each other.
    """
    joined = sorted({node for edge in edges for node in edge})
    alone = [node for node in range(count) if node not in joined]
    columns: Columns = [[(node, float(place)) for place, node in enumerate(alone)]]
    ways: Ways = {}
    below, lane = float(len(alone)), count
    dense = [(joined.index(one), joined.index(other)) for one, other in edges]
    for places, width, _, drawn in _laid_out(dense):
        names = {int(node): joined[int(node)] for node, _ in places if int(node) < len(joined)}
        for node, _ in places:
            if int(node) not in names:
                names[int(node)], lane = lane, lane + 1
        top = max(y for _, (_, y) in places)
        for node, (x, y) in places:
            depth = round(top - y)
            columns += [[] for _ in range(depth + 1 - len(columns))]
            columns[depth].append((names[int(node)], below + x))
        ways |= _ways([(names[int(one)], names[int(other)]) for one, other in drawn or ()], count)
        below += width + 1
    return columns, ways


def _laid_out(edges: list[tuple[int, int]]) -> Layouts:
    """Return the layered layout of the library, one for each group that lines join; the first layer lies highest."""
    if not edges:
        return Layouts()
    return from_edges(edges, vertex_spacing=1, minimum_length=1, dummy_vertices=True, dummy_size=0.5)


def _ways(drawn: list[tuple[int, int]], count: int) -> Ways:
    """Return the lanes of each edge, from the pieces into which the layout cut it."""
    follows: dict[int, list[int]] = defaultdict(list)
    for one, other in drawn:
        follows[one].append(other)
    found: Ways = {}
    for source in [node for node in follows if node < count]:
        for first in follows[source]:
            way = [first]
            while way[-1] >= count:
                way.append(follows[way[-1]][0])
            found[source, way[-1]] = way[:-1]
    return found


def stacked(columns: Columns, heights: list[float]) -> dict[int, float]:
    """Return the middle of every node: near to where it would like to be, and no two of a column over each other."""
    middles: dict[int, float] = {}
    for column in columns:
        lowest, moved = float("-inf"), list[float]()
        for node, wish in sorted(column, key=lambda one: one[1]):
            height = heights[node] if node < len(heights) else LANE
            middles[node] = max(wish * SPREAD, lowest + height / 2)
            moved.append(middles[node] - wish * SPREAD)
            lowest = middles[node] + height / 2 + BETWEEN
        back = sum(moved) / len(moved)
        for node, _ in column:
            middles[node] -= back
    top = min(middles[node] - (heights[node] if node < len(heights) else LANE) / 2 for node in middles)
    return {node: middle - top + 2 for node, middle in middles.items()}
