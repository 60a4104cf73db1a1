"""What the person's own PC told of a case, and the connection that they saved on it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot import cases, diagnosis, engine, wording
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

    @cached_property
    def saved(self) -> list[str]:
        """Return what the connection that the person saved says, in words; nothing where none was handed in."""
        stored = self.case.error.get("saved")
        if not stored:
            return []
        facts = diagnosis.file_facts(self.case.error, self.case.host.rdp_port if self.case.host else None)
        return wording.saved_connection_words(
            engine.SavedConnection.from_json(stored), engine.fact_values(facts.values())
        )
