"""The causes of a case, as they are judged by all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot import diagnosis
from troubleshoot.engine import SPEAKING_VERDICTS, Fact, Judgement
from troubleshoot.web.case_parts.observed import Observed

#: A cause as it is judged, and in one line what that rests on.
Judged = tuple[Judgement, str]


@dataclass
class Causes:
    """Every cause with its verdict, the strongest first; none before the computer or the person's PC told something."""

    observed: Observed

    @cached_property
    def evidence(self) -> dict[str, Fact]:
        """Return the facts that causes are judged by: observed, said by the person, and told by the person's PC."""
        record = self.observed.record
        return diagnosis.case_evidence(record.case, record.walk, self.observed.latest)

    @cached_property
    def judged(self) -> list[Judged]:
        """Return every cause that these facts say something about."""
        if self.observed.latest is None and not self.observed.record.case.pc:
            return []
        found = diagnosis.rank_all_causes(self.evidence, self.named)
        return [(one, diagnosis.verdict_reason(one, self.evidence)) for one in found]

    @property
    def named(self) -> list[str]:
        """Return the names of the causes that the table of codes names for the case's error."""
        return list(diagnosis.named_causes(self.observed.record.case.error))

    @property
    def speaking(self) -> list[Judged]:
        """Return those that are shown or fit."""
        return [one for one in self.judged if one[0].verdict in SPEAKING_VERDICTS]

    @property
    def shown(self) -> list[Judged]:
        """Return those that readings show."""
        return [one for one in self.judged if one[0].verdict == "shown_by"]

    @property
    def fitting(self) -> list[Judged]:
        """Return those that only fit."""
        return [one for one in self.judged if one[0].verdict == "fits"]

    @property
    def not_checked(self) -> list[Judged]:
        """Return those about which no reading says anything so far."""
        return [one for one in self.judged if one[0].verdict == "not_checked"]

    @property
    def ruled_out(self) -> list[Judged]:
        """Return those that readings rule out."""
        return [one for one in self.judged if one[0].verdict == "ruled_out"]

    @cached_property
    def healthy(self) -> bool:
        """Tell whether the computer is in order as far as it was observed since the last change."""
        return not self.observed.outdated and diagnosis.looks_healthy(self.evidence)
