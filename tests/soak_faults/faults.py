"""What happens to the chain: kills, pauses and cuts, drawn by a seed."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

import psycopg
import redis

from tests.soak_faults.chain import LEASE, WORKERS, Chain
from tests.soak_faults.line import Cut
from troubleshoot.remote import Failpoint

#: Where a keeper and a worker may die.
OF_KEEPER: Final = (Failpoint.BETWEEN_DUTIES, Failpoint.AFTER_RING)
OF_WORKER: Final = tuple(one for one in Failpoint if one not in {*OF_KEEPER, Failpoint.BEFORE_BELL})
#: A reading passes these as well: so that it is a change that is hit, once one was begun.
OF_VISIT: Final = (Failpoint.BEFORE_COMMAND, Failpoint.BEFORE_SEND, Failpoint.AFTER_SEND, Failpoint.BETWEEN_RECEIVES)
#: Octets of a whole visit, each way; a line that has gone on for longer breaks at once.
MOST: Final = {"request": 60_000, "reply": 12_000}
#: A cut line is cheap: so many of these happen for one of everything else.
CUTS: Final = 3


class Faults:
    """Does one fault after another, and counts them by their kind."""

    def __init__(self, chain: Chain, seed: int) -> None:
        self.chain, self.random = chain, random.Random(seed)
        self.done: Counter[str] = Counter()
        self._kinds: dict[str, Callable[[], bool]] = {
            "worker killed": lambda: chain.kill(self._worker()),
            "worker paused": lambda: chain.pause(chain.parts[self._worker()], 2 * LEASE),
            "keeper killed": lambda: chain.kill("keeper"),
            "web killed": lambda: chain.kill("web"),
            "broker wiped": self._wipe,
            "broker killed": self._kill_broker,
            "broker paused": self._pause_broker,
            "database cut": self._cut_database,
            "computers silent": lambda: chain.pause(chain.parts[self._lab()], self.random.uniform(1, 12)),
            "computers without power": lambda: chain.kill(self._lab()),
        }
        #: How often each of them is drawn.
        self._weights = [6, 1, 2, 2, 3, 2, 1, 3, 1, 2]

    @property
    def number(self) -> int:
        """How many have happened."""
        return sum(self.counts().values())

    def counts(self) -> dict[str, int]:
        """How many of each kind: a cut counts once a line is broken, a death at a failpoint once it is seen."""
        broken = sum(line.broken for line in self.chain.lines.values())
        return {**self.done, "lines cut": broken, "died at a failpoint": self.chain.died}

    def happen(self) -> None:
        """Let one of everything happen, and have some lines break."""
        (kind,) = self.random.choices([*self._kinds], self._weights)
        self.done[kind] += self._kinds[kind]()
        for _ in range(CUTS):
            side = self.random.choice([*MOST])
            cut = Cut(side, self.random.randrange(MOST[side]), self.random.choice([0, 0, 0, 2, 8]))
            self.random.choice([*self.chain.lines.values()]).break_at(cut)

    def revive(self, name: str) -> None:
        """Start a part again, at times one that dies at a failpoint."""
        points = OF_WORKER if name in WORKERS else OF_KEEPER if name == "keeper" else ()
        if not points or self.random.random() < 0.5:
            self.chain.start(name)
            return
        point = self.random.choice(points)
        first = f"{Failpoint.AFTER_START}>" if point in OF_VISIT else ""
        self.chain.start(name, dies_at=f"{first}{point}")

    def _worker(self) -> str:
        return self.random.choice(WORKERS)

    def _lab(self) -> str:
        return self.random.choice([*self.chain.labs])

    def _broker(self) -> redis.Redis:
        return redis.Redis.from_url(self.chain.world.broker.url, socket_timeout=2)

    def _wipe(self) -> bool:
        try:
            return bool(self._broker().flushall())
        except redis.RedisError:  # it is down
            return False

    def _kill_broker(self) -> bool:
        world = self.chain.world
        if world.broker.has_ended:
            return False
        world.kill_broker()
        self.chain.later(self.random.uniform(0, 12), world.start_broker)
        return True

    def _pause_broker(self) -> bool:
        process = self.chain.world.broker._process
        return process is not None and self.chain.pause(process, self.random.uniform(1, 8))

    def _cut_database(self) -> bool:
        """End every connection to the database; where it is a file, hold it, so that everybody waits."""
        with self.chain.table.connected() as opened:
            if isinstance(opened, psycopg.Connection):
                others = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                opened.execute(f"{others} and backend_type = 'client backend'")
            else:
                opened.execute("begin immediate")
                time.sleep(self.random.uniform(1, 6))
        return True
