"""People who ask for jobs all the time: they plan, start, put back, take back, and test connections on a page."""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import requests

from tests.e2e.bench import ADMINISTRATOR, QUICK, is_repaired
from tests.e2e.fleet import RDP_TCP
from tests.e2e.visiting import Visitor
from tests.e2e.walks import APPROVER, HELPDESK, Person
from tests.e2e.world import Answer, Computer
from tests.soak_faults.chain import Chain
from tests.soak_faults.table import ENDED, OFFERED, UNREADABLE, Row
from troubleshoot.remote import Failpoint

#: Ends after which a change may still be there.
STANDS = frozenset({"verified", "not_verified", "failed"})
#: So many of a hundred asks are something else than the next step of the change.
TEST, CANCEL, DYING = 30, 3, 3
#: Of the changes that stand, so many are put back by the portal, the others by hand.
REVERTS = 0.5
#: A simulated computer follows its file within this many seconds.
FOLLOWS = 0.5
START = ("Start the test", "Test again")


class Asking:
    """For each computer one ask at a time; what it is follows from the rows of its jobs."""

    def __init__(self, chain: Chain, pool: ThreadPoolExecutor, seed: int) -> None:
        self.chain, self._pool, self._random = chain, pool, random.Random(seed)
        #: Jobs that somebody was told of.
        self.promised: set[str] = set()
        self.presses = 0
        self._asked: dict[str, Future[None]] = {}
        self._left: set[str] = set()  # changes that are not to be put back
        #: When somebody changed a computer by hand.
        self.by_hand: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._visitor, self._browser = Visitor(f"http://{chain.web}"), threading.Lock()

    def step(self) -> None:
        """Ask for whatever comes next, wherever nobody waits for an answer."""
        for computer in self.chain.computers:
            if (asked := self._asked.get(computer.name)) is None or asked.done():
                self._asked[computer.name] = self._pool.submit(self._ask, computer)

    def _ask(self, computer: Computer) -> None:
        try:
            rows = self.chain.table.jobs(computer.name)
        except UNREADABLE:
            return
        chance = self._random.randrange(100)
        under_way = [row for row in rows if row.state not in ENDED | OFFERED and row.kind != "settle"]
        if under_way and chance < CANCEL:
            self._command("cancel", under_way[-1].key)
        elif chance < TEST and not any(row.kind == "connection_test" for row in under_way):
            self._test(computer)
        elif not under_way:
            self._next(computer, rows, dying=chance >= 100 - DYING)

    def _next(self, computer: Computer, rows: list[Row], *, dying: bool) -> None:
        offered = [row for row in rows if row.state in OFFERED]
        stands = [row for row in rows if row.kind == "apply" and row.state in STANDS and row.key not in self._left]
        if offered and offered[-1].state == "waiting_approval":
            self._approve(offered[-1].key)
        elif offered and dying:
            self._dying(offered[-1].key)
        elif offered:
            self._command("apply", offered[-1].key)
        elif stands and self._random.random() < REVERTS and not self._command("revert", stands[-1].key).code:
            """Asked for: it waits for a second person now."""
        elif stands or is_repaired(computer):
            self._left |= {row.key for row in stands}
            self._break(computer)
        else:
            self._command("plan", "--host", computer.name, "--action", QUICK)

    def _break(self, computer: Computer) -> None:
        """Let somebody change the computer by hand, so that there is something to repair again."""
        state = computer.state
        state["registry"][RDP_TCP]["SecurityLayer"]["value"] = 0
        written = computer.state_file.with_suffix(".by-hand")
        written.write_text(json.dumps(state), encoding="utf-8")
        written.replace(computer.state_file)
        self.by_hand[computer.name] = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
        time.sleep(FOLLOWS)

    def _approve(self, job: str) -> None:
        digest = self.chain.shown(job)["plan"]["digest"]
        Person(self.chain.world, APPROVER).do("jobs", "approve", job, "--digest", digest)

    def _command(self, *command: str) -> Answer:
        """Ask and wait for nothing; whoever is told of a job relies on it."""
        answer = self.chain.helpdesk.do("jobs", *command, "--why", "Soak", "--wait", "0")
        with suppress(AssertionError):
            self.promised.add(str(answer.json["job"]))
        return answer

    def _dying(self, job: str) -> None:
        """Start a change in a process that dies between the row and its ring."""
        command = ("manage.py", "jobs", "apply", job, "--wait", "0", "--actor", HELPDESK)
        death = {"MENDPOINT_FAILPOINTS": f"{Failpoint.BEFORE_BELL}:kill"}
        self.chain.died += self.chain.world.start("apply", *command, **death).wait(timeout=60) < 0

    def sign_in(self) -> None:
        """Sign in once, while nothing is broken."""
        self._visitor.signs_in(ADMINISTRATOR, self.chain.world.account)

    def _test(self, computer: Computer) -> None:
        """Press the button of the connection test on its page; the web may be dead, or die."""
        with suppress(requests.RequestException, AssertionError), self._browser:
            page = self._visitor.open(f"/administration/computers/{self._number(computer)}/test")
            for button in START:
                if page.has(button):
                    self._visitor.press(button)
                    self.presses += 1
                    return

    def _number(self, computer: Computer) -> int:
        if computer.name not in self._numbers:
            page = self._visitor.open(f"/administration/computers?q={computer.name}")
            link = next(where for said, where in page.links.items() if computer.name in said)
            self._numbers[computer.name] = int(link.rpartition("/")[2])
        return self._numbers[computer.name]
