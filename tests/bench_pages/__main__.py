"""`python -m tests.bench_pages`: prints the bench of the pages. Everything is a ratio within this run, or a count."""

import sys
from collections.abc import Callable, Sequence

from django.conf import settings
from django.core.management import call_command

from tests.bench_pages import database  # before anything that imports models
from tests.bench_pages.measures import Bench, Row, sizes, steps, weights

PARTS: list[Callable[[Bench], list[Row]]] = [steps, weights, sizes]


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 when a line misses its target. `--quick` uses a tenth of the rows."""
    # Collected files have hashed names; here the plain names will do, and every weight stays the same.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    call_command("migrate", verbosity=0)
    bench = Bench.prepared(few=1000, many=10_000 if "--quick" in arguments else 100_000)
    missed = 0
    for part in PARTS:
        for name, value, target, good in part(bench):
            missed += not good
            print(f"{'ok  ' if good else 'MISS'}  {name:66} {value:>8}   target {target}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    finally:
        database.remove()
