"""Faults of the Task Scheduler: nothing of Remote Desktop is wrong, but a computer can undo nothing by itself."""

from troubleshoot.lab.state import Document


def _stopped(document: Document) -> None:
    """The Task Scheduler is stopped: no task can be made, and none is started."""
    document["scheduler"]["running"] = False


def _refused(document: Document) -> None:
    """A policy refuses new scheduled tasks."""
    document["scheduler"]["refuses"] = True


def _vanish(document: Document) -> None:
    """A security product removes every new scheduled task at once, and nobody is told."""
    document["scheduler"]["loses"] = True


FAULTS = {"scheduler-stopped": _stopped, "tasks-refused": _refused, "tasks-vanish": _vanish}
