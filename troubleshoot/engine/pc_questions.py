"""Questions about a person's own PC that they answer by looking at it, and the facts that each answer tells. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from troubleshoot.engine.instructions import NOTHING, HowTo


@dataclass(frozen=True)
class PcChoice:
    """One answer to choose: its words, and the facts that follow (none: it says that nobody knows)."""

    value: str
    words: str
    tells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PcQuestion:
    """One question, asked only where the facts of `only` have one of the values that stand there."""

    name: str
    ask: str
    text: str
    how: HowTo = NOTHING
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choices: tuple[PcChoice, ...] = ()

    @property
    def facts(self) -> frozenset[str]:
        """Return the facts that its answers can tell."""
        return frozenset(name for one in self.choices for name in one.tells)

    def choice(self, value: str) -> PcChoice | None:
        """Return the answer with this value; None where it has no such one."""
        return next((one for one in self.choices if one.value == value), None)

    def fits(self, known: Mapping[str, str]) -> bool:
        """Tell whether it makes sense to ask, by what is known."""
        return all(known.get(name) in values for name, values in self.only.items())


def open_questions(
    questions: Iterable[PcQuestion], known: Mapping[str, str], answered: Collection[str]
) -> list[PcQuestion]:
    """Return what is still to be asked, in order; what was answered is not asked again by itself."""
    return [one for one in questions if one.name not in answered and one.fits(known)]
