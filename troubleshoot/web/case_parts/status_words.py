"""What a reader of a case's page is told of where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from troubleshoot import wording
from troubleshoot.engine import CasePress, CaseStatus, Reader


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
        """Return what they act for, in the words of lists."""
        return wording.matter_words(self.status.matter, waits=self.status.told.waits)

    @property
    def sentences(self) -> list[str]:
        """Return what this reader is told, the sentence on what is done now first."""
        return wording.told_words(self.status, self.reader)

    @property
    def hindrance(self) -> str:
        """Return what keeps the portal from beginning, and who can help; empty for nothing."""
        return wording.hindrance_words(self.status.told.hindrance)

    @property
    def may(self) -> dict[str, bool]:
        """Return for each button whether this reader may press it."""
        return {str(press): self.status.may(self.reader, press) for press in CasePress}
