"""What the person's own PC told of a case."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot import cases, engine, wording
from troubleshoot.models import Case, PcBlock


@dataclass
class OwnPc:
    """The observation that the person's own PC makes: the command for it, and what was pasted of its answer."""

    case: Case

    @cached_property
    def command(self) -> str:
        """Return the command; empty where it would tell nothing, or nobody would read it any more."""
        return cases.command_for_case(self.case) if self.case.closed_at is None else ""

    @property
    def may_observe(self) -> bool:
        """Tell whether the person can be asked to let their PC observe."""
        return bool(self.command)

    @cached_property
    def block(self) -> PcBlock | None:
        """Return what was pasted last, with who did; None while nothing was."""
        return cases.latest_client_block(self.case)

    @property
    def words(self) -> list[str]:
        """Return what it told in words; nothing while nothing was pasted."""
        told = engine.stored_values(self.case.pc)
        return wording.client_report_words(told, self.case.computer_name) if told else []
