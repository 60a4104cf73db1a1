"""Writers: a sequence without gaps, whatever is rolled back and whoever else writes."""

import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tests.conftest import TESTER
from troubleshoot import audit
from troubleshoot.models import Entry, Writer


class Abandoned(Exception):
    """A transaction that changed its mind."""


def write_some(seed: int, rounds: int) -> int:
    """Transactions of one to four entries; some roll back as a whole, some in part. Returns how many entries stay."""
    dice, kept = random.Random(seed), 0
    for _ in range(rounds):
        stays = 0
        try:
            with transaction.atomic():
                for _ in range(dice.randint(1, 4)):
                    stays += _one(dice)
                if dice.random() < 0.3:
                    raise Abandoned
        except Abandoned:
            continue
        kept += stays
    return kept


def _one(dice: random.Random) -> int:
    try:
        with transaction.atomic():
            audit.record("job:progress", actor=TESTER)
            if dice.random() < 0.2:
                raise Abandoned
    except Abandoned:
        return 0
    return 1


def write_one() -> None:
    with transaction.atomic():
        audit.record("job:progress", actor=TESTER)


def in_another_thread(work: Callable[[], None]) -> None:
    def run() -> None:
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def _in_process(database: dict[str, object], seed: int, results: "multiprocessing.Queue[int]") -> None:
    connections.close_all()
    connections["default"].settings_dict.update(database)
    results.put(write_some(seed, 12))
    connections.close_all()


def assert_gapless(expected: int) -> None:
    assert Entry.objects.count() == expected
    assert list(audit.verify()) == []
    assert sum(Writer.objects.values_list("seq", flat=True)) == expected


@pytest.mark.django_db(transaction=True)
class TestWriters:
    def test_move_on_with_the_entry_in_one_statement(self) -> None:
        write_some(1, 3)
        with transaction.atomic(), CaptureQueriesContext(connection) as seen:
            audit.record("job:progress", actor=TESTER)
        about = [query["sql"].partition(" ")[0] for query in seen if "troubleshoot_writer" in query["sql"]]
        assert about == ["UPDATE"]

    def test_that_moved_on_meanwhile_are_asked_where_they_stand(self) -> None:
        for _ in range(3):
            write_one()
            in_another_thread(write_one)
        assert_gapless(6)
        assert Writer.objects.count() == 1

    def test_are_never_taken_to_stand_where_a_rollback_left_them(self) -> None:
        write_one()
        with transaction.atomic():
            write_one()
            transaction.set_rollback(True)
        in_another_thread(write_one)  # the same number, another head
        write_one()
        assert_gapless(3)

    def test_leave_no_gap_after_random_rollbacks(self) -> None:
        assert_gapless(write_some(1, 60))
        assert Writer.objects.count() <= 1

    def test_leave_no_gap_in_parallel_threads(self) -> None:
        kept: Counter[int] = Counter()

        def work(seed: int) -> None:
            kept[seed] = write_some(seed, 20)
            connection.close()

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert_gapless(kept.total())
        assert Writer.objects.count() <= len(threads)

    def test_leave_no_gap_in_parallel_processes(self) -> None:
        fork = multiprocessing.get_context("fork")
        results: multiprocessing.Queue[int] = fork.Queue()
        database = {"NAME": connection.settings_dict["NAME"]}
        connections.close_all()
        workers = [fork.Process(target=_in_process, args=(database, seed, results)) for seed in range(4)]
        for worker in workers:
            worker.start()
        kept = sum(results.get(timeout=60) for _ in workers)
        for worker in workers:
            worker.join()
        assert_gapless(kept)

    @pytest.mark.postgres
    def test_never_wait_for_a_transaction_that_takes_long(self) -> None:
        holding, done = threading.Event(), threading.Event()

        def hold() -> None:
            with transaction.atomic():
                audit.record("job:progress", actor=TESTER)
                holding.set()
                assert done.wait(20)
            connection.close()

        with transaction.atomic():
            audit.record("job:progress", actor=TESTER)
        holder = threading.Thread(target=hold)
        holder.start()
        assert holding.wait(20)
        began = time.monotonic()
        with transaction.atomic():
            audit.record("job:progress", actor=TESTER)
        assert time.monotonic() - began < 5
        done.set()
        holder.join()
        assert_gapless(3)
        assert Writer.objects.count() == 2
