"""What helpdesk sees of a computer beside one case: its other cases, and what was changed on it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot import reports, wording
from troubleshoot.engine import Grounds, Reader, Statement, StatementCode
from troubleshoot.models import Case, Person
from troubleshoot.web.case_parts import cause_of


@dataclass
class ComputerBefore:
    """The computer of a case, apart from that case, as far as one person may read it."""

    case: Case
    person: Person

    @cached_property
    def cases(self) -> list[Case]:
        """Return the latest other cases of this computer."""
        return reports.earlier_cases(self.case, self.person)

    @property
    def open_too(self) -> list[tuple[Case, Statement]]:
        """State which other cases of this computer are open and have another cause, each with its row."""
        others = [] if self.case.closed_at else [one for one in self.cases if not one.closed_at]
        return [(one, _open_too(one)) for one in others if one.cause != self.case.cause and not one.invented]

    @cached_property
    def changes(self) -> list[reports.PastChange]:
        """Return the latest changes of this computer, and what is still in force."""
        return reports.earlier_changes(self.case, self.person)

    @property
    def unchanged(self) -> Statement | None:
        """State that the portal never changed this computer; nothing where it did."""
        return None if self.changes else Statement.of(StatementCode.NEVER_CHANGED, Grounds.JOB)


def _open_too(other: Case) -> Statement:
    cause = wording.statement_words(cause_of(other), Reader.HELPDESK)
    values = {"number": other.pk, "who": str(other.beneficiary), "cause": cause}
    return Statement.of(StatementCode.OPEN_TOO, Grounds.STATUS, other.opened_at, **values)
