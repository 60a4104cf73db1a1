"""Who acts in a case now, for readers who only look on."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot.engine import Reader
from troubleshoot.models import Case
from troubleshoot.web.case_parts import CaseRecord, Told


@dataclass
class CaseStanding:
    """Where a case stands, as it is told to somebody who presses nothing: names are names, and nobody is "you"."""

    case: Case
    reader = Reader.HELPDESK

    @cached_property
    def told(self) -> Told:
        """Return who acts, what for, and since when."""
        return Told(CaseRecord(self.case).status, self.reader, str(self.case.beneficiary))
