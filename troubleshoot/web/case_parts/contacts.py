"""Who cares for a case, and how they are reached."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot import cases, people, wording
from troubleshoot.engine import Grounds, Statement, StatementCode
from troubleshoot.models import Case, Person, Site


@dataclass
class Contacts:
    """The sites and people that have to do with a case, for the person who reads its page."""

    case: Case
    reader: Person

    @cached_property
    def sites(self) -> list[Site]:
        """Return whose helpdesk cares for it: the computer's site, or the sites where the reader works."""
        if self.case.site:
            return [self.case.site]
        return list(people.permitted_sites(self.reader, "help.ask")[:3])

    @property
    def phones(self) -> list[str]:
        """Return how to reach a person."""
        return [site.phone_text for site in self.sites if site.phone_text]

    @property
    def workarounds(self) -> list[str]:
        """Return what to do until it works, as the sites' administrators say."""
        return [] if self.case.closed_at else [site.workaround_text for site in self.sites if site.workaround_text]

    @cached_property
    def present(self) -> list[Person]:
        """Return who else has the page of the case open now."""
        return [one for one in cases.people_present(self.case) if one != self.reader] if not self.case.closed_at else []

    @property
    def colleagues(self) -> list[Person]:
        """Return those of them for whom the case is not."""
        return [one for one in self.present if one != self.case.beneficiary]

    @property
    def looks_now(self) -> Statement | None:
        """State that the person has the page of the case open now; nothing while they do not."""
        here = self.case.beneficiary in self.present
        return self._said(StatementCode.LOOKS_NOW, str(self.case.beneficiary)) if here else None

    @property
    def open_at(self) -> Statement | None:
        """State which colleagues have it open now; nothing where none does."""
        names = ", ".join(map(str, self.colleagues))
        return self._said(StatementCode.OPEN_AT, names) if names else None

    @property
    def cares(self) -> Statement | None:
        """State who of helpdesk has taken the case; nothing while nobody has."""
        return self._said(StatementCode.CARES, str(self.case.owner)) if self.case.owner else None

    @property
    def sent_on(self) -> Statement | None:
        """State to whom helpdesk has sent the case on; nothing where it has not."""
        to = wording.own_words(self.case.sent_to)
        return Statement.of(StatementCode.SENT_ON, Grounds.STATUS, self.case.closed_at, to=to) if to else None

    def _said(self, code: StatementCode, who: str) -> Statement:
        return Statement.of(code, Grounds.STATUS, who=who)
