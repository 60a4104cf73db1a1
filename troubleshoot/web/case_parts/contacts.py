"""Who cares for a case, and how they are reached."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot import cases, people
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
