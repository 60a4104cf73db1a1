"""The catalogue of a process: read once, however many ask for it at the same time."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support import shipped_catalog
from troubleshoot.catalog import installed_catalog, loader, registry
from troubleshoot.engine import Catalog


def test_is_read_once_for_threads_that_ask_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []

    def load(*asked: object) -> Catalog:
        time.sleep(0.05)
        read.append(asked)
        return shipped_catalog()

    shipped_catalog()
    monkeypatch.setattr(loader, "load_catalog", load)
    registry._installed.cache_clear()
    try:
        with ThreadPoolExecutor(8) as threads:
            found = set(map(id, threads.map(lambda _: installed_catalog(), range(32))))
    finally:
        registry._installed.cache_clear()
    assert (len(read), len(found)) == (1, 1)
