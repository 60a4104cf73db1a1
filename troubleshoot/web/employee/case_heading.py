"""The heading of an employee's page of a case: where it stands, or what was found."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from troubleshoot import wording
from troubleshoot.engine import UNKNOWN_END, CaseMatter, Grounds, Hindrance, Statement, StatementCode
from troubleshoot.models import Case
from troubleshoot.web.case_parts import CaseRecord, step_heading
from troubleshoot.web.employee.case_end import RemedyEnd
from troubleshoot.web.employee.case_offer import RemedyOffer
from troubleshoot.web.employee.case_question import Question


@dataclass
class PersonHeading:
    """One line for the person, by the screen that they see."""

    record: CaseRecord
    question: Question
    offer: RemedyOffer
    end: RemedyEnd

    def of(self, screen: str, bad_end: wording.EndWords | None, *, unconfirmed: bool) -> Statement:
        """Return the heading of a screen; `bad_end` is how the remedy ended, where it ended badly."""
        work = self.record.status.work
        if screen == "undone" and work not in UNKNOWN_END:
            return self._text(self._put_back(work), Grounds.STATUS)
        if screen == "closed":
            return self._closed(unconfirmed=unconfirmed)
        if bad_end:
            return bad_end.heading
        if work in UNKNOWN_END:
            return self._text(wording.unsettled_words(undo=self.record.undo_unsettled), Grounds.JOB)
        if screen == "works":
            return self.end.heading
        return self._going(screen) or self._step()

    def _put_back(self, work: CaseMatter) -> str:
        status = self.record.status
        if status.undone:
            return wording.put_back_words(work, waits=status.told.waits, partly=status.undone.partly)
        return wording.matter_words(work, waits=status.told.waits, hindrance=status.told.hindrance)

    def _going(self, screen: str) -> Statement | None:
        """Return what is done on the computer now, on the screens that show it."""
        codes = {"checking": StatementCode.CHECKING, "running": StatementCode.FIXING}
        code = codes.get(screen)
        if code == StatementCode.FIXING and self.record.status.told.waits:
            held = self.record.status.told.hindrance == Hindrance.HELD
            code = StatementCode.FIX_HELD if held else StatementCode.FIX_WAITS
        return Statement.of(code, Grounds.JOB, host=self.record.host_name) if code else None

    def _step(self) -> Statement:
        step = self.question.step
        said = step_heading(step, self.record.named) or wording.content(step.subject)
        return self._text(said, Grounds.CATALOG)

    def _closed(self, *, unconfirmed: bool) -> Statement:
        case = self.record.case
        if left := self.record.left:
            return self._text(left, Grounds.JOB)
        if case.outcome == Case.Outcome.WITHDRAWN:
            return Statement.of(StatementCode.CLOSED_BY_YOU, Grounds.TOLD, case.closed_at)
        if case.outcome == Case.Outcome.SOLVED:
            spent = (case.closed_at or timezone.now()) - case.opened_at
            solved = _("Solved in %s") % wording.length_words(spent)
            return self._text(_("Verified, not confirmed") if unconfirmed else solved, Grounds.STATUS)
        if case.outcome == Case.Outcome.EXPLAINED:
            title = self.question.step.title.about(self.record.named)
            return self._text(wording.content(title) or _("Explained"), Grounds.CATALOG)
        return self._text(wording.sent_on_words(case.sent_to), Grounds.STATUS)

    def _text(self, text: str, rests_on: Grounds) -> Statement:
        return Statement.of(StatementCode.TEXT, rests_on, self.record.status.since, text=text)
