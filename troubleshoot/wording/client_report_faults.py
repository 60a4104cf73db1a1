"""What is wrong with a block that a person pasted from their PC, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.engine import UNKNOWN
from troubleshoot.wording.marked_text import compose, join_texts, own_words

_AGAIN = gettext_lazy("Copy it again from the PowerShell window, not from a mail or a document.")
_RUN_AGAIN = gettext_lazy("Run the command of this page again, and paste what it prints.")
#: Reason of probes.BadClientBlock → what is wrong, and what to do.
BLOCK_FAULTS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "empty": (gettext_lazy("Nothing was pasted."), _RUN_AGAIN),
    "too_long": (gettext_lazy("That is far more than the command prints."), _AGAIN),
    "command": (
        gettext_lazy("That is the command itself, not what it printed."),
        gettext_lazy("Paste it into PowerShell first, press Enter, and wait for the line MENDPOINT END."),
    ),
    "no_block": (gettext_lazy("There is no line MENDPOINT BEGIN in it."), _RUN_AGAIN),
    "cut": (
        gettext_lazy("The beginning or the end is missing."),
        gettext_lazy("Copy everything from MENDPOINT BEGIN to MENDPOINT END."),
    ),
    "version": (gettext_lazy("It was printed by another version of the command."), _RUN_AGAIN),
    "letters": (gettext_lazy("It holds letters that the command never prints."), _AGAIN),
    "quoted": (gettext_lazy("Something was put before the lines, as mail programs do."), _AGAIN),
    "lines": (gettext_lazy("It has more lines than the command prints."), _AGAIN),
    "unknown": (gettext_lazy("The command prints no such line."), _AGAIN),
    "twice": (gettext_lazy("This line stands twice, or in the wrong place."), _AGAIN),
    "missing": (gettext_lazy("A line is missing."), _AGAIN),
    "shape": (gettext_lazy("This line is not as the command prints it."), _AGAIN),
    "contradiction": (gettext_lazy("Two lines cannot both be true."), _RUN_AGAIN),
    "check": (gettext_lazy("Some letters were lost or changed on the way."), _AGAIN),
    "other_host": (gettext_lazy("It is about another computer than this case."), _RUN_AGAIN),
    "old": (
        gettext_lazy("It is older than two hours, or the clock of your PC is behind."),
        gettext_lazy("Set the clock right if it is wrong, run the command again, and paste what it prints."),
    ),
    "ahead": (
        gettext_lazy("Its time has not come yet: the clock of your PC is ahead."),
        gettext_lazy("Set the clock right, run the command again, and paste what it prints."),
    ),
}


def block_fault(params: Mapping[str, Any]) -> str:
    """Say which line is wrong, why, and what to do; `reason`, `line` and `text` as probes.BadClientBlock has them."""
    what, do = BLOCK_FAULTS.get(str(params["reason"]), (UNKNOWN, _RUN_AGAIN))
    line, text = params["line"], own_words(params["text"])
    where = compose(_("Line %(line)s: “%(text)s”."), {"line": line, "text": text}) if line else ""
    named = compose("(%s)", text) if text and not line else ""
    return join_texts(" ", (part for part in (where, str(what), named, str(do)) if part))
