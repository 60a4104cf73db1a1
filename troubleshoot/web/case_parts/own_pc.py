"""What is told of the person's own PC of a case and the connection saved on it, and what they can still tell."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot import cases, catalog, diagnosis, engine, wording
from troubleshoot.cases import PcScript, PcScriptUnfit
from troubleshoot.engine import PcQuestion
from troubleshoot.models import Case, PcAnswer, PcBlock


@dataclass(frozen=True)
class SeenOnPc:
    """One answer of a person who looked: what was asked, and what they chose, in the catalogue's words."""

    row: PcAnswer
    ask: str
    words: str


@dataclass(frozen=True)
class ToldFact:
    """What follows from what was told, in words, and what it rests on."""

    title: str
    value: str
    readings: list[str]


@dataclass
class OwnPc:
    """The questions about the person's own PC, its script and its command, and what was told. `change` names a
    question that they want to answer anew."""

    case: Case
    change: str = ""

    @cached_property
    def may_observe(self) -> bool:
        """Tell whether the person can be asked what they see on their PC."""
        return cases.asks_about_pc(self.case)

    @cached_property
    def command(self) -> str:
        """Return the command to paste; empty where none is offered."""
        return cases.command_for_case(self.case)

    @cached_property
    def script(self) -> PcScript | None:
        """Return the script that the company has signed; None where it offers none that can be handed out."""
        try:
            return cases.signed_pc_script()
        except PcScriptUnfit:
            return None

    @property
    def target(self) -> str:
        """Return the computer as the script asks for it."""
        return cases.pc_target(self.case)

    @cached_property
    def block(self) -> PcBlock | None:
        """Return what was pasted last, with who did; None while nothing was."""
        return cases.latest_client_block(self.case)

    @cached_property
    def answers(self) -> list[SeenOnPc]:
        """Return what the person answered, the first answer first."""
        return [_in_words(row) for row in cases.pc_answers(self.case).values()]

    @cached_property
    def open(self) -> list[PcQuestion]:
        """Return what is still to be asked."""
        return cases.open_pc_questions(self.case)

    @property
    def question(self) -> PcQuestion | None:
        """Return what is asked now; None when everything was answered."""
        anew = catalog.installed_catalog().questions.get(self.change)
        return anew if anew and self.given else next(iter(self.open), None)

    @property
    def given(self) -> str:
        """Return the answer that is changed; empty for a question that was not answered yet."""
        return next((one.row.value for one in self.answers if one.row.question == self.change), "")

    @property
    def words(self) -> list[str]:
        """Return what was told in words; nothing while nothing was."""
        told = engine.stored_values(self.case.pc)
        return wording.client_report_words(told, self.case.computer_name) if told else []

    @property
    def told(self) -> list[ToldFact]:
        """Return what follows from what was told, fact by fact."""
        values = engine.stored_values(self.case.pc)
        return [
            ToldFact(diagnosis.fact_title(name), diagnosis.fact_value_title(name, values[name]), part["readings"])
            for name, part in self.case.pc.items()
        ]

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


def _in_words(row: PcAnswer) -> SeenOnPc:
    """Return an answer as it reads now; in the words of then where the catalogue no longer has the question."""
    asked = catalog.installed_catalog().questions.get(row.question)
    choice = asked.choice(row.value) if asked else None
    return SeenOnPc(row, asked.ask, choice.words) if asked and choice else SeenOnPc(row, row.words, "")
