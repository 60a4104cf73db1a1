"""What a test lets happen at the points where a process may die: `MENDPOINT_FAILPOINTS=after_claim:kill`, and no such
setting in real use."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from django.core.exceptions import ImproperlyConfigured

from troubleshoot.remote import Failpoint, put_at_failpoints

log = logging.getLogger(__name__)
Act = Callable[[], None]


class FailpointReached(RuntimeError):
    """A test wanted a defect here."""


def arm_failpoints(wanted: str) -> None:
    """Put at failpoints what a setting says: `POINT:kill`, `POINT:raise` or `POINT:sleep=SECONDS`, separated by commas.

    `FIRST>POINT:…` happens at a point only once another one has been passed: a job may pass it several times. Raises
    ImproperlyConfigured for what is none of these.
    """
    acts: dict[Failpoint, Act] = {}
    for one in filter(None, wanted.split(",")):
        acts |= _acts(one)
    put_at_failpoints(acts)
    if acts:
        log.warning("failpoints are armed: this process is not for real use")


def _acts(wanted: str) -> dict[Failpoint, Act]:
    points, _, act = wanted.partition(":")
    first, after, point = points.rpartition(">")
    name, _, value = act.partition("=")
    try:
        happens = _ACTS[name](value)
        return _once_passed(Failpoint(first), Failpoint(point), happens) if after else {Failpoint(point): happens}
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"MENDPOINT_FAILPOINTS: {wanted!r} is no failpoint and act") from error


def _once_passed(first: Failpoint, point: Failpoint, happens: Callable[[], None]) -> dict[Failpoint, Act]:
    passed = threading.Event()

    def act() -> None:
        if passed.is_set():
            happens()

    return {first: passed.set, point: act}


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raise() -> None:
    raise FailpointReached


_ACTS: Final[Mapping[str, Callable[[str], Act]]] = {
    "kill": lambda _: _kill,
    "raise": lambda _: _raise,
    "sleep": lambda seconds: partial(time.sleep, float(seconds)),
}
