"""An employee's page of a case: which screen, with what on it. Reads only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import cached_property

from troubleshoot import diagnosis, engine, reports, wording
from troubleshoot.cases import was_unconfirmed
from troubleshoot.engine import (
    UNKNOWN_END,
    CaseActor,
    CaseMatter,
    CaseStatus,
    Grounds,
    GuideStep,
    Judgement,
    Reader,
    Statement,
    StatementCode,
)
from troubleshoot.models import Answer, Case, Person
from troubleshoot.web.case_parts import (
    CaseRecord,
    Causes,
    Checks,
    Contacts,
    Observed,
    OwnPc,
    Remedy,
    Several,
    Talk,
    Told,
    answer_choices,
)
from troubleshoot.web.employee.case_end import RemedyEnd
from troubleshoot.web.employee.case_heading import PersonHeading
from troubleshoot.web.employee.case_offer import RemedyOffer
from troubleshoot.web.employee.case_question import Question

#: So many causes that only fit, and so many that are ruled out, are named to the person.
MOST_FITTING, MOST_RULED_OUT = 2, 5
MOST_MESSAGES = 50
#: The screen of each matter that has one of its own.
SCREENS = {
    CaseMatter.CLOSED: "closed",
    CaseMatter.OBSERVE: "checking",
    CaseMatter.CONFIRM: "works",
    **dict.fromkeys((CaseMatter.QUESTION, CaseMatter.TRY), "question"),
    **dict.fromkeys((CaseMatter.CHANGE, CaseMatter.SETTLE, CaseMatter.DECIDE), "running"),
    **dict.fromkeys((CaseMatter.APPROVAL, CaseMatter.START, CaseMatter.PLAN, CaseMatter.BY_HAND), "waiting"),
    **dict.fromkeys((CaseMatter.UNDO, CaseMatter.UNDO_SAID, CaseMatter.UNDONE, CaseMatter.UNDO_FAILED), "undone"),
    **dict.fromkeys((CaseMatter.DO_BY_HAND, CaseMatter.HAND_CHECK), "guided"),
}
#: Where a remedy lies before the person.
OFFERED = frozenset({CaseMatter.CHOOSE, CaseMatter.AGREE, CaseMatter.LATER, CaseMatter.PLANNING})
#: Where a change is at hand; of another one than the guide's remedy it puts something back.
CHANGING = frozenset({CaseMatter.DECIDE, CaseMatter.SETTLE, CaseMatter.CHANGE, CaseMatter.APPROVAL, CaseMatter.START})
#: While helpdesk helps, the person goes on where the guide stands.
HELPED = {"ask": "question", "try": "question", "fact": "checking", "cause": "checking"}
#: Screens that change by themselves, and how often they ask for news.
LIVE = {"checking": 1, "running": 1, "waiting": 5, "desk": 5, "undone": 5}


@dataclass
class EmployeeCasePage:
    """One case, as the person sees it. `change` names an answered step that they want to answer anew."""

    case: Case
    person: Person
    change: str = ""
    reader = Reader.EMPLOYEE

    def __post_init__(self) -> None:
        self.record = CaseRecord(self.case)
        self.observed = Observed(self.record)
        self.checks = Checks(self.observed)
        self.causes = Causes(self.observed)
        self.several = Several(self.causes)
        self.own_pc = OwnPc(self.case)
        self.remedy = Remedy(self.record)
        self.offer = RemedyOffer(self.remedy, self.person)
        self.end = RemedyEnd(self.checks)
        self.question = Question(self.record, self.change)
        self.talk = Talk(self.case, internal=False, most=MOST_MESSAGES)
        self.contacts = Contacts(self.case, self.person)

    @property
    def status(self) -> CaseStatus:
        """Return where the case stands."""
        return self.record.status

    @property
    def told(self) -> Told:
        """Return what the person is told of that."""
        return Told(self.status, Reader.EMPLOYEE, str(self.case.beneficiary))

    @cached_property
    def screen(self) -> str:
        """Return the name of the screen; a template goes with each."""
        work, at = self.status.work, self.record.walk.at
        if self.question.changing and work != CaseMatter.CLOSED:
            return "question"
        if work in OFFERED:
            return "waiting" if self.status.owed else "guided" if self.remedy.by_hand else "found"
        if work == CaseMatter.BY_HAND and self.status.told.also_own:
            return "guided"
        if work in CHANGING and (self.remedy.job is None or self.remedy.puts_back):
            return "undone"
        if work == CaseMatter.HELP:
            proved = self.status.proved_at and at.kind == "try"
            return "works" if proved else HELPED.get(at.kind, "desk")
        return SCREENS[work]

    @property
    def mark(self) -> str:
        """Return the version of the page: another one once its screen says something else."""
        return f"{self.screen}-end" if self.screen == "running" and self.bad_end else self.screen

    @property
    def every(self) -> int:
        """Return the seconds between two times that the page asks for news; 0 when nothing will change by itself."""
        planning = self.status.work in {CaseMatter.PLANNING, CaseMatter.HAND_CHECK}
        return 1 if planning else LIVE.get(self.screen, 0)

    @property
    def names_actor(self) -> bool:
        """Tell whether the screen itself has a card that says who acts."""
        return self.screen in {"waiting", "desk", "undone"} or self.status.work in UNKNOWN_END

    @property
    def shared(self) -> bool:
        """Tell whether to say that helpdesk has the case, on a screen on which the person may go on meanwhile."""
        return self.status.actor == CaseActor.HELPDESK and self.screen != "closed" and not self.names_actor

    # --------------------------------------------------------------------------------------------------- the words

    @property
    def title(self) -> str:
        """Return the heading as a text."""
        return wording.statement_words(self.heading, self.reader)

    @cached_property
    def heading(self) -> Statement:
        """State in one line where the case stands, or what was found."""
        return PersonHeading(self.record, self.question, self.offer, self.end).of(
            self.screen, self.bad_end, unconfirmed=self.unconfirmed
        )

    @property
    def unconfirmed(self) -> bool:
        """Tell whether the portal closed it because nobody said whether the verified fix helped."""
        last = self.record.answers[-1] if self.record.answers else None
        if last is None or self.case.outcome != Case.Outcome.SOLVED or self.status.told.left:
            return False
        verified = last.source == Answer.Source.FIX and last.value == "verified"
        return verified and was_unconfirmed(self.case, last)

    @property
    def text(self) -> dict[str, str]:
        """Return what the guide says at this step, and apart from it what it is not."""
        step, named = self.question.step, self.record.named
        if self.unseen:
            return {"text": "", "not_your": ""}
        # What it is not was found by a look at the computer: without one nobody knows.
        not_your = wording.content(step.not_your.about(named)) if self.observed.latest else ""
        return {"text": wording.content(step.text.about(named)), "not_your": not_your}

    @property
    def unseen(self) -> Statement | None:
        """State that questions take the place of a check, of a computer that nobody has looked at."""
        asked = self.observed.latest is None and self.question.step.kind == "ask"
        host = self.record.host_name
        return Statement.of(StatementCode.NOT_LOOKED_AT, Grounds.STATUS, host=host) if asked else None

    @cached_property
    def bad_end(self) -> wording.EndWords | None:
        """Return the words for the bad end that the case stands behind, or for a change whose end is not known."""
        return self.end.words(self.end.job or (self.remedy.job if self.screen == "running" else None))

    # -------------------------------------------------------------------------------------------- what was observed

    @property
    def likely_causes(self) -> dict[str, list[Judgement]]:
        """Return what it is, and what it is not: shown causes, or else those that fit best; and some ruled out. Beside
        a cause that the error itself tells, nothing else fits: what the guide says there would exclude it."""
        fits, out = ([one for one, _why in found] for found in (self.causes.fitting, self.causes.ruled_out))
        out.sort(key=lambda one: one.cause.id not in self.causes.hint.causes)
        shown = [one for one, _why in self.causes.shown]
        found = {"shown_by": shown, "fits": [] if shown else fits[:MOST_FITTING], "ruled_out": out[:MOST_RULED_OUT]}
        found["also_found"] = [one for one, _why in self.causes.also_found]
        return found if any(found.values()) else {}

    @property
    def pc(self) -> list[Statement]:
        """State what the person's own PC can show, where nothing was found on our side, or could be looked at."""
        measured = self.observed.newest is not None
        offered = self.screen in {"question", "desk"} and (self.causes.way is not None or not measured)
        if not offered or not self.own_pc.may_observe:
            return []
        can = Statement.of(StatementCode.PC_CAN_SHOW, Grounds.CATALOG)
        return [self.causes.way, can] if self.causes.way else [can]

    @property
    def tries(self) -> tuple[GuideStep, ...]:
        """Return what the person may try on their own side while the remedy waits.

        A computer that lets nobody through is not helped from there, nor one on which a cause is shown. Where it
        answers properly from here, the cause may as well lie with the person, and what the guide would have them try
        later is worth trying now.
        """
        facts = self.observed.facts
        if not facts or self.causes.shown or not diagnosis.all_comes_through(facts.items()):
            return ()
        return engine.tries_ahead(self.record.guide, self.record.walk.at, lambda step: self._said(step, facts))

    @property
    def own_side(self) -> Statement | None:
        """State whether something on the person's own side can help; nothing where nobody knows."""
        facts = self.observed.facts
        unseen = facts.get("rdp.stage", engine.UNKNOWN) == engine.UNKNOWN or self.observed.outdated
        if unseen or (not self.tries and diagnosis.all_comes_through(facts.items())):
            return None
        code = StatementCode.PC_MAY_HELP if self.tries else StatementCode.PC_CANNOT_HELP
        return Statement.of(code, Grounds.READING, self.observed.at)

    def _said(self, step: GuideStep, facts: dict[str, str]) -> str:
        if step.kind == "cause":
            return ""
        if step.kind == "fact":
            return facts.get(step.subject, engine.UNKNOWN)
        return self.question.ahead.get(step.name, self.case.whereabouts) if step.kind == "ask" else ""

    # ------------------------------------------------------------------------------------------------ the questions

    @property
    def meanwhile(self) -> GuideStep | None:
        """Return the question to answer while the computer is being observed, unless it was answered."""
        asked = self.record.guide.meanwhile if self.screen == "checking" else ()
        return next((self.record.guide.steps[name] for name in asked[:1] if name not in self.question.ahead), None)

    @property
    def options(self) -> list[tuple[str, str]]:
        """Return the answers to choose from, with their words."""
        return answer_choices(self.meanwhile or self.question.step)

    @property
    def now_known(self) -> str:
        """Return what a checking page says once all is observed: found, asked (in the form below) or next."""
        at = self.record.walk.at
        if at.is_read:
            return ""
        if at.name in self.record.guide.meanwhile:
            return "asked"
        return "found" if at.kind in {"fix", "end"} else "next"

    @property
    def all_read(self) -> Statement:
        """State that all is read, and what that needs of the person."""
        helps = self.status.actor == CaseActor.HELPDESK
        asked = StatementCode.READ_ANSWER_HELPS if helps else StatementCode.READ_ANSWER_MISSING
        codes = {"found": StatementCode.READ_FOUND, "asked": asked}
        return Statement.of(codes.get(self.now_known, StatementCode.READ_ALL), Grounds.READING, self.observed.at)

    # ------------------------------------------------------------------------------------------------- the waiting

    @property
    def queue(self) -> Statement | None:
        """State how many cases helpdesk has before this one, counted to 100; nothing where it is not theirs to take."""
        if self.status.actor != CaseActor.HELPDESK or self.case.owner_id:
            return None
        ahead = Q(urgency__lt=self.case.urgency) | Q(urgency=self.case.urgency, pk__lt=self.case.pk)
        waiting = Case.objects.filter(ahead, site=self.case.site, closed_at=None, owner=None, invented=False)
        number = waiting.exclude(need="")[:100].count()
        return Statement.of(StatementCode.QUEUE, Grounds.STATUS, number=number)

    @property
    def usual_wait(self) -> dt.timedelta | None:
        """Return how long helpdesk usually lets a case of this site wait; None while too few times are known."""
        return reports.usual_wait(self.case.site)
