"""What a reader of a case's page is told of where it stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from troubleshoot import wording
from troubleshoot.engine import CaseActor, CasePress, CaseStatus, Grounds, Hindrance, Reader, Statement, StatementCode


def asking_statement(asked: dt.datetime | None, asks: dt.datetime | None) -> Statement:
    """State when the portal has asked a computer what became of a lost change, and when it asks next."""
    if asked is None:
        return Statement.of(StatementCode.ASKS_COMPUTER, Grounds.JOB)
    return Statement.of(StatementCode.ASKED_COMPUTER, Grounds.JOB, asked, asked=asked, asks=asks)


@dataclass(frozen=True)
class Told:
    """The status of a case in the words for one kind of reader; `person` is the name of whom the case is for."""

    status: CaseStatus
    reader: Reader
    person: str

    @property
    def who(self) -> str:
        """Return who acts now, as this reader calls them."""
        return wording.actor_words(self.status.told, self.reader, person=self.person)

    @property
    def matter(self) -> str:
        """Return what they act for, in the words of lists; of a closed case for what its changes have left."""
        told = self.status.told
        return wording.matter_words(told.left or self.status.matter, waits=told.waits, hindrance=told.hindrance)

    @property
    def sentences(self) -> list[str]:
        """Return what this reader is told, the sentence on what is done now first."""
        return wording.told_words(self.status, self.reader)

    @property
    def hindrance(self) -> str:
        """Return what keeps the portal from beginning, and who can help; empty for nothing."""
        return wording.hindrance_words(self.status.told.hindrance)

    @property
    def acts(self) -> Statement:
        """State who acts now."""
        return self._said(StatementCode.ACTOR, told=self.status.told, person=self.person)

    @property
    def now(self) -> Statement:
        """State where the case stands, what is done now first."""
        return self._said(StatementCode.STANDS, status=self.status)

    @property
    def asking(self) -> Statement | None:
        """State when the portal has asked a computer what became of a lost change, and when it asks next; nothing where
        nothing was lost."""
        lost = self.status.lost
        return asking_statement(lost.asked_at, lost.asks_at) if lost else None

    @property
    def left(self) -> Statement | None:
        """State, of a closed case, what its changes have left; nothing where they left nothing."""
        return self.now if self.status.told.left else None

    @property
    def over(self) -> Statement | None:
        """State that nothing more is done, where nobody acts any more."""
        ended = self.status.actor == CaseActor.NOBODY and not self.status.told.left
        return self._said(StatementCode.NOTHING_LEFT) if ended else None

    @property
    def desk_has_it(self) -> Statement:
        """State that helpdesk has the case, and reads what is written there."""
        return self._said(StatementCode.DESK_HAS_IT)

    def _said(self, code: StatementCode, **values: object) -> Statement:
        return Statement.of(code, Grounds.STATUS, self.status.since, **values)

    @property
    def kept(self) -> bool:
        """Tell whether something keeps the portal from the computer itself: then it is nobody's turn."""
        return self.status.told.hindrance in {Hindrance.AWAY, Hindrance.HELD}

    @property
    def may(self) -> dict[str, bool]:
        """Return for each button whether this reader may press it."""
        return {str(press): self.status.may(self.reader, press) for press in CasePress}
