"""Guides: a decision tree, and where a person stands in it, replayed from the answers every time."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

from troubleshoot.engine.guide_texts import speaks_to_reader
from troubleshoot.engine.instructions import NOTHING, HowTo
from troubleshoot.engine.placeholders import NO_TEXT, Text
from troubleshoot.engine.refusal import Refusal, RefusalCode

TRY_ANSWERS = ("worked", "no_change")
FIX_ANSWERS = ("verified", "not_verified", "declined", "unavailable")
ENDS = ("solved", "escalate", "explained")
CAUSE_ANSWERS = ("healthy", "none", "other")
"""What a judgement may come to beside a cause: all is well, nothing is shown, or a cause for which nothing is said."""
VISIT = "~"
"""Between the name of a step and the number of its visit, from the second on."""
MOST_VISITS = 9
"""So often a walk judges anew; then what is left is handed over."""


class AnswerRefused(Refusal):
    """An answer that the guide does not know, or that may not be given or changed now."""


@dataclass(frozen=True)
class GuideStep:
    """A node of a guide."""

    name: str
    kind: str
    """fact (answered by a reading), cause (by judging all readings), ask and try (by the person), fix (by a remedy's
    outcome), or end."""
    subject: str
    """The fact's name, what is judged, the question, what to try, the action's name, or the outcome (one of ENDS)."""
    to: Mapping[str, str]
    """Answer → next step; empty for an end."""
    title: Text = NO_TEXT
    text: Text = NO_TEXT
    not_your: Text = NO_TEXT
    """What it is not: not your password, not your PC. Pages set it apart from the text."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Answer → words for it; a missing one reads as its own name."""
    ready: tuple[str, ...] = ()
    """Messages that helpdesk may send to the person with one click while the case stands here."""
    how: HowTo = NOTHING
    """What the person, or helpdesk at an end, does here step by step."""
    tells: str = ""
    """The fact that the answer to this question tells, or nothing."""
    part: str = ""
    """The part that this step comes from; empty for a guide's own."""
    asks: tuple[str, ...] = ()
    """The questions that may be asked before a cause is named, where an answer can change which one stands first."""

    @property
    def plain(self) -> str:
        """Return the name without the number of the visit."""
        return self.name.partition(VISIT)[0]

    @property
    def visit(self) -> int:
        """Return which visit of a walk this is, from 1."""
        return int(self.name.partition(VISIT)[2] or 1)

    @property
    def is_read(self) -> bool:
        """Tell whether readings answer it, and nobody."""
        return self.kind in {"fact", "cause"}

    @property
    def full_text(self) -> str:
        """Return the text with what it is not behind it, for whoever does not set the two apart."""
        return " ".join(filter(None, (self.text, self.not_your)))

    @property
    def speaks_to_person(self) -> bool:
        """Tell whether its heading addresses the person of the case; others read whose words these are."""
        return speaks_to_reader(self.title or self.subject)

    @property
    def asks_person(self) -> bool:
        """Tell whether its question or its try addresses the person of the case."""
        return speaks_to_reader(self.subject)

    def words(self, answer: str) -> str:
        """Return an answer as a person reads it."""
        return self.answers.get(answer) or answer.replace("_", " ").capitalize()


@dataclass(frozen=True)
class GuideSteps(Mapping[str, GuideStep]):
    """The steps of a guide by name.

    `why~2` is the step `why` when a walk has come back to it. Judging is the only thing that a walk does again; what
    follows from it bears the same number.
    """

    plain: Mapping[str, GuideStep]

    def __getitem__(self, name: str) -> GuideStep:
        plain, again, visit = name.partition(VISIT)
        step = self.plain[plain]
        if not again:
            return step
        if visit not in _VISITS:
            raise KeyError(name)
        return replace(step, name=name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.plain)

    def __len__(self) -> int:
        return len(self.plain)

    def behind(self, judgement: str) -> frozenset[str]:
        """Return the steps to which a judgement may lead; none for any other step."""
        return self._behind.get(judgement, frozenset())

    # Kept with the steps, which the copies of a guide share: to follow every branch takes long.
    @cached_property
    def _behind(self) -> Mapping[str, frozenset[str]]:
        return {name: frozenset(self._from(name)) for name, step in self.plain.items() if step.kind == "cause"}

    def _from(self, name: str) -> Iterator[str]:
        found, todo = set[str](), [name]
        while todo:
            new = {one for one in self.plain[todo.pop()].to.values() if one in self.plain} - found
            yield from new
            found |= new
            todo.extend(new)


_VISITS = {str(number) for number in range(2, MOST_VISITS + 1)}


@dataclass(frozen=True)
class GuideExample:
    """A journey that must hold. An answer given as several values stands for one journey for each of them."""

    name: str
    answers: Mapping[str, tuple[str, ...]]
    end: str
    start: str = ""
    """Where it begins; empty for the guide's start. One of a part begins where the part takes over."""

    def journeys(self) -> Iterator[dict[str, str]]:
        """Yield the answers of every journey."""
        for values in product(*self.answers.values()):
            yield dict(zip(self.answers, values, strict=True))


@dataclass(frozen=True)
class Guide:
    """One decision tree, addressed by its digest; `source` is the file's text, kept by the cases that finish on it."""

    name: str
    title: str
    start: str
    steps: GuideSteps
    examples: tuple[GuideExample, ...]
    digest: str
    source: str = field(repr=False)
    meanwhile: tuple[str, ...] = ()
    """The steps that ask what a person may answer while the first readings are being taken: the answer is for all."""
    ready: tuple[str, ...] = ()
    """Messages that helpdesk may send with one click wherever the case stands."""
    symptoms: tuple[str, ...] = ()
    """What a person without a number sees, word for word; each leads here."""
    default: bool = False
    """True: for whatever leads nowhere else."""
    starts: tuple[str, ...] = ()
    """Further steps at which it may begin, for whom an error code says more than that this guide fits."""
    tells: Mapping[str, str] = field(default_factory=dict)
    """What its errors tell by themselves (fact → value), as long as the person says nothing else."""

    def after(self, step: GuideStep, answer: str) -> GuideStep:
        """Return where an answer to a step leads; back at a judgement, to its next visit, as long as there is one."""
        target, visit = step.to[answer], step.visit
        if step.plain in self.steps.behind(target):
            visit += 1
            if visit > MOST_VISITS:
                target, visit = self.steps[target].to["other"], MOST_VISITS
        return self.steps[target if visit == 1 else f"{target}{VISIT}{visit}"]

    def comes_back(self, step: str, target: str) -> bool:
        """Tell whether a step leads back to a judgement before it, which a walk then makes anew."""
        return step in self.steps.behind(target)

    def begun_at(self, start: str) -> "Guide":
        """Return this guide with another beginning; itself where it may not begin there."""
        return replace(self, start=start) if start in self.starts else self

    @property
    def remedies(self) -> tuple[str, ...]:
        """Return the names of the actions this guide may come to."""
        return tuple(dict.fromkeys(step.subject for step in self.steps.values() if step.kind == "fix"))

    @property
    def judges(self) -> bool:
        """Tell whether it judges causes by readings."""
        return any(step.kind == "cause" for step in self.steps.values())

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the names of the facts this guide asks for."""
        return tuple(dict.fromkeys(step.subject for step in self.steps.values() if step.kind == "fact"))


@dataclass(frozen=True)
class Walk:
    """The answers that count, in order, and the step where they lead."""

    path: tuple[tuple[str, str], ...]
    at: GuideStep

    @property
    def waiting_for(self) -> str | None:
        """Return the kind of answer that is needed next (fact, ask, try, fix), or None at an end. Judging needs no more
        than readings."""
        return {"end": None, "cause": "fact"}.get(self.at.kind, self.at.kind)

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the names of the answered steps, in order."""
        return tuple(name for name, _ in self.path)


def walk_guide(guide: Guide, answers: Mapping[str, str]) -> Walk:
    """Replay the answers (step → value, the latest that is not superseded) from the start.

    Raises AnswerRefused when an answer names a step or a value that the guide does not have. Answers to steps
    that the walk does not reach are left out of its path.
    """
    for name, value in answers.items():
        _check(guide, name, value)
    path: list[tuple[str, str]] = []
    step = guide.steps[guide.start]
    while step.name in answers:
        path.append((step.name, answers[step.name]))
        step = guide.after(step, answers[step.name])
    return Walk(tuple(path), step)


def answer_guide(
    guide: Guide, answers: Mapping[str, str], step: str, value: str, *, started: Collection[str] = ()
) -> dict[str, str]:
    """Return the answers after one was given or changed; a change supersedes every answer after it on the walk.

    `started` names the fix steps whose remedy has begun: they, and what led to them, can no longer be changed.
    Raises AnswerRefused for an unknown step or value, a step not reached, or a change before a started fix.
    """
    _check(guide, step, value)
    current = walk_guide(guide, answers)
    if step == current.at.name:
        return {**dict(current.path), step: value}
    if step not in current.steps:
        raise AnswerRefused(RefusalCode.STEP_NOT_REACHED, step=step)
    if answers[step] == value:
        return dict(current.path)
    kept = current.steps.index(step)
    if fixed := {*current.steps[kept:], current.at.name} & set(started):
        raise AnswerRefused(RefusalCode.REMEDY_STARTED, step=min(fixed))
    return {**dict(current.path[:kept]), step: value}


def tries_ahead(guide: Guide, at: GuideStep, said: Callable[[GuideStep], str]) -> tuple[GuideStep, ...]:
    """Return the things to try to which a walk from `at` may still lead, in their order.

    `said` gives the answer to a step that is known already, and nothing ("") where every answer is possible. The check
    right behind a remedy, which asks whether it helped, is none of them. A judgement that is still to be made is
    followed to where it finds nothing wrong with the computer: only then is the person's side left.
    """
    found: dict[str, GuideStep] = {}
    seen, waiting = set[str](), [(at, False)]
    while waiting:
        step, checks = waiting.pop(0)
        if step.name in seen:
            continue
        seen.add(step.name)
        if step.kind == "try" and not checks:
            found[step.name] = step
        answers = {"try": ["no_change"], "cause": ["healthy"]}.get(step.kind) or [said(step)]
        targets = [step.to[one] for one in answers if one in step.to] or list(step.to.values())
        waiting += [(guide.steps[name], step.kind == "fix") for name in targets]
    return tuple(found.values())


def _check(guide: Guide, name: str, value: str) -> None:
    step = guide.steps.get(name)
    if step is None:
        raise AnswerRefused(RefusalCode.STEP_UNKNOWN, step=name[:80])
    if value not in step.to:
        raise AnswerRefused(RefusalCode.ANSWER_UNKNOWN, step=name, value=value[:80], known=list(step.to))
