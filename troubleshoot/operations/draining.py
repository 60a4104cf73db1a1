"""The end of a worker that is told to end: it claims nothing more, finishes what runs, and does not wait for ever."""

from __future__ import annotations

import logging
import os
import threading
from typing import Final

from django.conf import settings

log = logging.getLogger(__name__)
_DRAINING: Final = threading.Event()
#: With this a worker ends that has left something to others, as `sysexits.h` calls a temporary failure.
LEFT_TO_OTHERS: Final = 75


def drain() -> None:
    """Let this process claim nothing more, and end it when its time is over, whatever still runs in it.

    What runs until then is left to its lease: what had not begun goes back into the queue, a check is taken over by
    another worker, and of a change its computer is asked what became of it.
    """
    if _DRAINING.is_set():
        return
    _DRAINING.set()
    late = threading.Timer(settings.MENDPOINT_DRAIN_SECONDS, _leave)
    late.daemon = True
    late.start()


def is_draining() -> bool:
    """Tell whether this process claims nothing more."""
    return _DRAINING.is_set()


def _leave() -> None:
    log.warning("what still runs is left to its lease: the time to finish it is over")
    os._exit(LEFT_TO_OTHERS)
