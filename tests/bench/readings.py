"""What each reading of a computer costs in the lab, those that every look takes and those that only a cause asks for.

The scripts run in the lab's evaluator, on a simulated computer: the ratios say which reading is the heavy one of ours.
What a cmdlet costs on Windows they cannot say.
"""

import os
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()  # the catalogue's folders are a setting

from troubleshoot import catalog, probes  # noqa: E402
from troubleshoot.engine import Value  # noqa: E402
from troubleshoot.lab.powershell import run  # noqa: E402
from troubleshoot.lab.state import HostState, healthy  # noqa: E402

ROUNDS = 15


@dataclass(frozen=True)
class Cost:
    """What one reading takes: processor time, and what its script adds to the request."""

    name: str
    milliseconds: float
    script_bytes: int
    askers: int | None
    """How many causes and remedies ask for what it tells; None where every look takes it."""


def main() -> None:
    """Print a line for each reading, and what all those that every look takes cost together."""
    always, asked = list(_of_every_look()), list(_of_causes())
    whole = sum(one.milliseconds for one in always)
    print("Readings of a computer (lab, not Windows): processor time of the script, as a part of a whole look")
    for one in [*always, *asked]:
        who = "every look" if one.askers is None else f"asked for by {one.askers} causes and remedies"
        part = f"{one.milliseconds / whole:6.1%} of a look"
        print(f"  {one.name:<52} {one.milliseconds:6.2f} ms {part}   {one.script_bytes:>5} bytes   {who}")
    besides = f"all that is asked for besides: {len(asked)} readings"
    print(f"  {f'a look: {len(always)} readings':<52} {whole:6.2f} ms")
    print(f"  {besides:<52} {_together(asked) / whole:6.2f} x a look\n")


def _together(costs: list[Cost]) -> float:
    return sum(one.milliseconds for one in costs)


def _of_every_look() -> Iterator[Cost]:
    for one in probes.WINDOWS_READINGS:
        yield _cost(one.words, one.resource, one.params, None)


def _of_causes() -> Iterator[Cost]:
    installed = catalog.installed_catalog()
    asked = [*installed.facts_about.values(), *(set(action.facts) for action in installed.actions.values())]
    for one in installed.readings.values():
        told = {fact.name for fact in one.facts}
        yield _cost(one.title, one.resource, one.params, sum(not told.isdisjoint(facts) for facts in asked))


def _cost(name: str, resource: str, params: Mapping[str, Value], askers: int | None) -> Cost:
    script = catalog.installed_catalog().resources[resource].read
    spent = []
    for _ in range(ROUNDS):
        state = HostState(healthy())
        begin = time.process_time()
        run(script, dict(params), state)
        spent.append(1000 * (time.process_time() - begin))
    return Cost(name, statistics.median(spent), len(script), askers)


if __name__ == "__main__":
    main()
