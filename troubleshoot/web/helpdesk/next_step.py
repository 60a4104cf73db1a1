"""The box "Next" of a case's page for helpdesk: what it is about, what can be pressed, and what is in the way."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troubleshoot import people, remediation, wording
from troubleshoot.engine import CaseMatter, CasePress, Grounds, Reader, Refusal, RefusalCode, Statement, StatementCode
from troubleshoot.models import Person
from troubleshoot.web.case_parts import LostChange, Remedy, answer_choices, question_for_helpdesk
from troubleshoot.web.refusals import who_can_help

#: What the box is about, by what the case asks for.
STAGES = {
    CaseMatter.CLOSED: "closed",
    **dict.fromkeys((CaseMatter.DECIDE, CaseMatter.SETTLE), "unknown"),
    CaseMatter.APPROVAL: "approval",
    CaseMatter.HELP: "help",
    CaseMatter.PLAN: "plan",
    CaseMatter.LATER: "later",
    **dict.fromkeys((CaseMatter.CHANGE, CaseMatter.UNDO), "running"),
    **dict.fromkeys((CaseMatter.OBSERVE, CaseMatter.PLANNING, CaseMatter.HAND_CHECK), "reading"),
    **dict.fromkeys((CaseMatter.START, CaseMatter.AGREE), "start"),
    **dict.fromkeys((CaseMatter.UNDO_SAID, CaseMatter.UNDONE, CaseMatter.UNDO_FAILED), "undone"),
    **dict.fromkeys((CaseMatter.BY_HAND, CaseMatter.DO_BY_HAND), "guided"),
    **dict.fromkeys((CaseMatter.QUESTION, CaseMatter.TRY, CaseMatter.CONFIRM), "ask"),
}


@dataclass(frozen=True)
class Barrier:
    """Something that this person cannot do here: what, why, and who can help."""

    what: str
    why: Statement
    who: str = ""


@dataclass
class NextStep:
    """What helpdesk does next about one case, as far as this person may."""

    remedy: Remedy
    person: Person

    @cached_property
    def stage(self) -> str:
        """Return what the box is about."""
        work = self.remedy.record.status.work
        if work == CaseMatter.CHOOSE:
            return "guided" if self.remedy.by_hand else "plan"
        return STAGES[work]

    @property
    def leads(self) -> bool:
        """Tell whether its press is the one that leads on: not while something written waits to be answered first."""
        status = self.remedy.record.status
        return status.matter == status.work

    @property
    def follows(self) -> bool:
        """Tell whether the page follows something by itself; never while it asks a question."""
        asks = self.remedy.record.status.work == CaseMatter.SETTLE
        return self.stage in {"reading", "running", "approval"} or asks

    @property
    def asks(self) -> bool:
        """Tell whether the guide's question can be answered for the person, whoever acts."""
        return self.remedy.record.status.may(Reader.HELPDESK, CasePress.ANSWER)

    @property
    def question(self) -> Statement:
        """State what the guide asks the person, or would have them try."""
        record = self.remedy.record
        return question_for_helpdesk(record.walk.at, str(record.case.beneficiary))

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Return the answers to the question where the case stands, in words."""
        return answer_choices(self.remedy.record.walk.at)

    @property
    def asked_for_desk(self) -> Statement | None:
        """State that the person has asked for helpdesk; nothing where they have not."""
        case = self.remedy.record.case
        return self._said(StatementCode.ASKED_FOR_DESK, case.asked_for_help_at) if case.asked_for_help_at else None

    @property
    def asked_on_page(self) -> Statement:
        """State that the person is asked the same on their page."""
        return self._said(StatementCode.ASKED_ON_PAGE, self.remedy.record.status.since)

    @property
    def reads(self) -> Statement:
        """State that what follows is written for the person, and stands on their page."""
        return self._said(StatementCode.READS_THIS, self.remedy.record.status.since)

    @property
    def sees_steps(self) -> Statement | None:
        """State that the person sees the steps too; nothing where their page offers none."""
        status = self.remedy.record.status
        theirs = status.may(Reader.EMPLOYEE, CasePress.DONE)
        return self._said(StatementCode.SEES_STEPS, status.since) if theirs else None

    @property
    def hand_look(self) -> Statement:
        """State what the portal does once something was done by hand."""
        registered = self.remedy.record.case.host is not None
        code = StatementCode.PORTAL_LOOKS if registered else StatementCode.PORTAL_CANNOT_LOOK
        return Statement.of(code, Grounds.CATALOG)

    @property
    def unknown_end(self) -> Statement:
        """State that nobody knows how the last change ended."""
        record = self.remedy.record
        code = StatementCode.UNDO_UNKNOWN if record.undo_unsettled else StatementCode.END_UNKNOWN
        return Statement.of(code, Grounds.JOB, record.status.since)

    @cached_property
    def lost(self) -> LostChange | None:
        """Return the change of which nobody knows how it ended; None where there is none."""
        job = self.remedy.record.unsettled
        return LostChange(job, self.person) if job else None

    @property
    def settles(self) -> bool:
        """Tell whether it is for this person to say how that change ended."""
        pressed = self.remedy.record.status.may(Reader.HELPDESK, CasePress.SETTLE)
        return pressed and self.lost is not None and bool(self.lost.ends)

    def _said(self, code: StatementCode, at: dt.datetime | None) -> Statement:
        return Statement.of(code, Grounds.STATUS, at, who=str(self.remedy.record.case.beneficiary))

    @property
    def stoppable(self) -> bool:
        """Tell whether what is under way can be taken back, or still be stopped."""
        return self.remedy.record.status.may(Reader.HELPDESK, CasePress.STOP)

    @cached_property
    def barriers(self) -> list[Barrier]:
        """Return what this person may not do here, with the reason."""
        found = [self._unregistered(), self._forbidden(), self._undecidable(), self._unstartable()]
        return [one for one in found if one]

    @property
    def free(self) -> bool:
        """Tell whether nothing stands between this person and the button."""
        return not self.barriers

    @cached_property
    def second_person(self) -> str:
        """Return who decides besides, where the remedy needs a second person; empty where it does not."""
        case, action = self.remedy.record.case, self.remedy.action
        if action is None or case.host is None or not remediation.needs_second_person(action, case.host):
            return ""
        able = [one for one in people.approvers_on_duty(case.host.site) if one not in {self.person, case.beneficiary}]
        words = ngettext(
            "needs an approver of %(site)s; %(number)d is on duty",
            "needs an approver of %(site)s; %(number)d are on duty",
            len(able),
        )
        return words % {"site": case.host.site, "number": len(able)}

    def _unregistered(self) -> Barrier | None:
        if self.remedy.record.case.host is not None:
            return None
        why = Statement.of(StatementCode.NOT_REGISTERED, Grounds.STATUS)
        return Barrier(_("Look into the computer"), why, who_can_help(Refusal(RefusalCode.HOST_UNREGISTERED)))

    def _forbidden(self) -> Barrier | None:
        action, why = self.remedy.action, self.remedy.barrier
        return (
            Barrier(wording.content(action.title), _refused(wording.refusal_words(why)), who_can_help(why))
            if action and why
            else None
        )

    def _undecidable(self) -> Barrier | None:
        plan = self.remedy.latest_plan if self.stage == "approval" else None
        decision = people.may(self.person, "job.approve", plan.job) if plan else None
        if plan is None or decision is None or decision.allowed:
            return None
        names = ", ".join(str(one) for one in plan.deciders[:5])
        return Barrier(
            _("Approve it"), _refused(decision.reason), names or _("nobody: no approver of this site is left")
        )

    def _unstartable(self) -> Barrier | None:
        change = self.remedy.change if self.stage == "start" else None
        decision = people.may(self.person, "job.apply", change) if change else None
        if decision is None or decision.allowed:
            return None
        return Barrier(_("Start it"), _refused(decision.reason), who_can_help(decision))


def _refused(words: str) -> Statement:
    """Return why a rule says no, as a statement; its words were made of the refusal's code."""
    return Statement.of(StatementCode.TEXT, Grounds.STATUS, text=words)
