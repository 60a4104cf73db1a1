"""The demo's invented history: ninety days of cases, marked as invented wherever they appear."""

from troubleshoot.management.invented.history import invent_history
from troubleshoot.management.invented.working_day import HOURS

__all__ = ["HOURS", "invent_history"]
