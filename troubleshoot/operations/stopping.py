"""A reading that somebody wants stopped: our listening ends at once, and the command on the computer with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from troubleshoot import jobs, remote
from troubleshoot.audit import Machine, Tag
from troubleshoot.engine import Code, Explanation
from troubleshoot.models import Job, JobState

#: How often a worker looks whether what it reads is still wanted, in seconds.
EVERY: Final = 1.0


class ReadingStopped(Exception):
    """Nobody wants any more what was being read."""


@contextmanager
def read_until_stopped(job: Job) -> Iterator[None]:
    """Run a block that reads a computer; raise ReadingStopped as soon as somebody wants the job stopped."""
    ending = remote.Ending()

    def look() -> bool:
        if Job.objects.filter(pk=job.pk, stop_asked_at=None).exists():
            return True
        ending.come()
        return False

    with jobs.RepeatingWrite(f"reading-{job.pk}", look, seconds=EVERY, at_once=False), ending:
        yield
    if ending.wanted:
        raise ReadingStopped


def end_stopped_reading(job: Job, *, worker: Machine) -> None:
    """End a reading that somebody has stopped: nothing of it counts."""
    job.refresh_from_db(fields=["stopper"])
    said = Explanation.of(Code.READING_STOPPED, who=str(job.stopper or ""))
    jobs.move_job(job, JobState.CANCELLED, said, tag=Tag.JOB_END, actor=worker, fence=job.fence, explanation=said)
