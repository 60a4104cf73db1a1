"""What a visit to a host is for, and which of these kinds write to it."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobKind(models.TextChoices):
    """What a visit is for. All but the last two change nothing."""

    DIAGNOSE = "diagnose", _("Diagnosis")  # what a case's guide asks
    PLAN = "plan", _("Plan")  # what a remedy would change
    CHECK_BY_HAND = "check_by_hand", _("Check by hand")  # whether what a person did has helped
    CONNECTION_TEST = "connection_test", _("Connection test")  # whether the way in is good
    SETTLE = "settle", _("Settle")  # what became of a change of which the portal lost sight
    APPLY = "apply", _("Apply")  # carries out a plan
    REVERT = "revert", _("Revert")  # puts a change back


#: The kinds that write to a host, and those that look at it; what asks about a lost change brings no facts.
CHANGES: Final = frozenset({JobKind.APPLY, JobKind.REVERT})
READS: Final = frozenset(JobKind) - CHANGES - {JobKind.SETTLE}
