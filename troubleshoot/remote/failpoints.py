"""The points at which a process may die, by name. At each of them nothing happens, unless a test put something there.

What the tests put there stands in `operations/failing.py`; here is only where it would happen.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final


class Failpoint(StrEnum):
    """A boundary between two things that have to hold together, whoever dies between them."""

    BEFORE_BELL = "before_bell"  # the job is queued, and nobody has rung for it
    BEFORE_CLAIM = "before_claim"
    AFTER_CLAIM = "after_claim"
    AFTER_START = "after_start"  # "about to start" is written, and nothing is sent
    BEFORE_COMMAND = "before_command"  # a shell is open
    BEFORE_SEND = "before_send"  # the command waits for its request
    AFTER_SEND = "after_send"  # it may have it
    BETWEEN_RECEIVES = "between_receives"  # something of it was heard
    AFTER_VISIT = "after_visit"  # its result is here, and nowhere else
    AFTER_RUN = "after_run"  # it is kept, and nothing is checked
    BEFORE_END = "before_end"  # it is checked, and that is not kept
    AFTER_END = "after_end"  # all is kept, and nobody has rung for the next
    BEFORE_SETTLED = "before_settled"  # the computer has said what became of a lost change
    AFTER_SETTLED = "after_settled"  # that is kept, and nobody has rung for its check
    BETWEEN_DUTIES = "between_duties"  # the keeper has done one duty, and not the next
    AFTER_RING = "after_ring"  # the keeper has rung for one job, and not for the next


_PUT: Final[dict[Failpoint, Callable[[], None]]] = {}


def failpoint(at: Failpoint) -> None:
    """Do what a test has put at this point: nothing, in real use."""
    if act := _PUT.get(at):
        act()


def put_at_failpoints(acts: dict[Failpoint, Callable[[], None]]) -> None:
    """Put something at some points, in the place of whatever was there."""
    _PUT.clear()
    _PUT.update(acts)
