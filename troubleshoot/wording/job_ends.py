"""How a job stands or has ended, by its state and the code of why: in a word or two, or at length if it never began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.engine import Code, Grounds, Statement, StatementCode
from troubleshoot.models import Job, JobState
from troubleshoot.wording.job_states import STATES
from troubleshoot.wording.marked_text import compose

#: How a job that never began has ended, where the code of why says more than its state.
_UNBEGUN: Mapping[Code, str | Promise] = {
    Code.UNDECIDED: gettext_lazy("nobody decided in time"),
    Code.APPROVED_NOT_STARTED: gettext_lazy("approved, and not started in time"),
    Code.PLAN_NOT_STARTED: gettext_lazy("not started in time"),
    Code.NO_WORKER: gettext_lazy("not begun in time"),
    Code.HELD_TOO_LONG: gettext_lazy("not begun in time"),
    Code.STOPPED: gettext_lazy("stopped before it began"),
    Code.STOPPED_IN_TIME: gettext_lazy("stopped before it changed anything"),
    Code.CASE_ENDED: gettext_lazy("taken back with its case"),
    Code.NEWER_PLAN: gettext_lazy("replaced by a newer plan"),
}
#: How a change ended of which the portal had lost sight, by the word of a person who looked.
_SETTLED: Mapping[Code, str | Promise] = {
    Code.SETTLED_DONE: gettext_lazy("made, by helpdesk's word"),
    Code.SETTLED_NOT_DONE: gettext_lazy("not made, by helpdesk's word"),
    Code.SETTLED_PUT_BACK: gettext_lazy("put back, by helpdesk's word"),
}
#: The same, by what its computer has kept of it.
_FOUND_OUT: Mapping[Code, str | Promise] = {
    Code.NEVER_BEGAN: gettext_lazy("never begun"),
    Code.CUT_AS_BEFORE: gettext_lazy("cut before it changed anything"),
    Code.CUT_HALF_WAY: gettext_lazy("cut half-way"),
    Code.CUT_NO_TRACE: gettext_lazy("cut half-way"),
}
#: A remedy that ended so was not carried out, or not to its end: more than a guide's answer to it says.
_NOT_CARRIED_OUT = frozenset(
    {
        *(JobState.DECLINED, JobState.EXPIRED, JobState.CANCELLED, JobState.DRIFTED, JobState.REFUSED),
        *(JobState.UNREACHABLE, JobState.FAILED),
    }
)


@dataclass(frozen=True)
class EndWords:
    """A bad end of a fix: what it is called, what it means, who acts next."""

    title: str
    text: str
    next: str

    @property
    def heading(self) -> Statement:
        """State how it ended."""
        return Statement.of(StatementCode.TEXT, Grounds.JOB, text=self.title)

    @property
    def meaning(self) -> Statement:
        """State what that means."""
        return Statement.of(StatementCode.TEXT, Grounds.JOB, text=self.text)

    @property
    def coming(self) -> Statement:
        """State what comes next, and who acts."""
        return Statement.of(StatementCode.TEXT, Grounds.JOB, text=self.next)


def job_state_words(job: Job) -> str:
    """Return how a job stands or has ended, in a word or two. Of an undo that is proved: what it did."""
    if job.kind == Job.Kind.REVERT and job.state == JobState.VERIFIED:
        return _("put back")
    code = _code(job)
    words = _UNBEGUN.get(code) if code else _settled_word(job)
    return str(words or STATES[JobState(job.state)])


def _settled_word(job: Job) -> str | Promise | None:
    """Return how a change ended of which the portal had lost sight, in a word or two; None for any other."""
    if job.explanation is None:
        return None
    if job.is_settled_by_word:
        return _SETTLED[job.explanation.code]
    return _FOUND_OUT.get(job.explanation.code) if job.state in _NOT_CARRIED_OUT else None


def remedy_end_words(job: Job) -> str:
    """Return how a remedy ended that was not carried out, or only by a person's word, in a word or two; empty for one
    that was."""
    if job.explanation and job.explanation.code == Code.HAND_TOLD:
        return _("Done by hand")
    return job_state_words(job) if job.state in _NOT_CARRIED_OUT else ""


def unbegun_words(job: Job, *, own: bool = False) -> EndWords | None:
    """Return the words for a fix that never began, because of people, time or its case; None for any other end.

    `own`: whoever reads this is the person whose case it is.
    """
    code = _code(job)
    if code is None:
        return None
    who = str(job.explanation.params.get("who", "")) if job.explanation else ""
    title, why = _unbegun(code, who, own=own)
    nothing = _("Nothing was changed.")
    return EndWords(title, f"{why} {nothing}" if why else nothing, after_unbegun())


def settled_words(job: Job) -> EndWords | None:
    """Return the words for a change of which the portal had lost sight, and whose end a person has told since, or its
    computer; else None."""
    if job.explanation is None or not (job.is_settled_by_word or _settled_word(job)):
        return None
    if not job.is_settled_by_word:
        return _found_out(job.explanation.code)
    title = {
        Code.SETTLED_DONE: _("The change was made, and nobody has checked it"),
        Code.SETTLED_NOT_DONE: _("The change was not made, or only in part"),
        Code.SETTLED_PUT_BACK: _("It is as it was before"),
    }[job.explanation.code]
    return EndWords(title, _("We had lost contact, so helpdesk has looked at the computer."), after_unbegun())


def _found_out(code: Code) -> EndWords:
    title = {
        Code.NEVER_BEGAN: _("It never began on the computer"),
        Code.CUT_AS_BEFORE: _("It was cut off before it changed anything"),
        Code.CUT_HALF_WAY: _("It was cut off half-way"),
        Code.CUT_NO_TRACE: _("It was cut off half-way"),
    }[code]
    untouched = code in {Code.NEVER_BEGAN, Code.CUT_AS_BEFORE}
    kept = _("We had lost contact, and the computer has told us since.")
    return EndWords(title, f"{kept} {_('Nothing was changed.')}" if untouched else kept, after_unbegun())


def settled_end_words(end: str) -> str:
    """Return what helpdesk can say of how a change ended that the portal lost sight of."""
    return {
        "done": _("The change was made"),
        "not_done": _("It was not made, or only in part"),
        "put_back": _("Everything is as it was before"),
    }[end]


def after_unbegun() -> str:
    """Return what comes after a fix that never began."""
    return _("Helpdesk has your case and decides what comes next.")


def _unbegun(code: Code, who: str, *, own: bool) -> tuple[str, str]:
    """Return the title of an end, and what it means."""
    taken_back = _("You took it back.") if own or not who else compose(_("%s took it back."), who)
    no_worker = _("The portal did not come to it in time.") if own else _("No worker of its site took it in time.")
    stopped = compose(_("%s of helpdesk stopped it."), who) if who else ""
    return {
        Code.DECLINED: (_("Not approved"), _("A second person decided against it.")),
        Code.UNDECIDED: (_("Nobody decided in time"), _("It waited for a second person until the plan was too old.")),
        Code.APPROVED_NOT_STARTED: (
            _("Approved, but not started in time"),
            _("A second person agreed, and nobody started it before that ran out."),
        ),
        Code.PLAN_NOT_STARTED: (_("Not started in time"), _("Nobody started it before the plan was too old.")),
        Code.NO_WORKER: (_("Not begun in time"), no_worker),
        Code.HELD_TOO_LONG: (
            _("Not begun in time"),
            _("How another change of the computer ended was not known, and it was held until then."),
        ),
        Code.TAKEN_BACK: (_("Taken back before it began"), taken_back),
        Code.STOPPED: (_("Stopped before it began"), stopped),
        Code.STOPPED_IN_TIME: (_("Stopped before it changed anything"), compose(_("%s stopped it."), who)),
        Code.CASE_ENDED: (_("Taken back with its case"), _("The case was closed before it began.")),
        Code.NEWER_PLAN: (_("A newer plan took its place"), ""),
    }[code]


def _code(job: Job) -> Code | None:
    """Return why a job never began; None for one that did, or that may still begin.

    What ended before each of these ends had a code of its own is told apart by what else its row says.
    """
    why = job.explanation.code if job.explanation else None
    if job.state == JobState.DECLINED:
        return Code.DECLINED
    if job.state == JobState.CANCELLED:
        stopped = {Code.STOPPED, Code.STOPPED_IN_TIME, Code.CASE_ENDED, Code.NEWER_PLAN}
        return why if why in stopped else Code.TAKEN_BACK
    if job.state != JobState.EXPIRED:
        return None
    if why == Code.UNDECIDED and not job.needs_approval:
        return Code.PLAN_NOT_STARTED
    return why if why in _UNBEGUN else Code.PLAN_NOT_STARTED
