"""Where a case stands for helpdesk: what the box "Next" is about, and what is in the way. Reads only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troubleshoot import catalog, diagnosis, engine, people, remediation, reports, wording
from troubleshoot.diagnosis import is_served, round_jobs, status_of
from troubleshoot.engine import (
    Action,
    CaseMatter,
    CasePress,
    CaseStatus,
    ChangeResult,
    GuideStep,
    PlanDifference,
    Reader,
    SignedIn,
    Walk,
    as_change,
)
from troubleshoot.models import ACTIVE_STATES, BAD_ENDS, ENDED_STATES, Answer, Case, Job, JobState, Person
from troubleshoot.web.refusals import who_can_help

#: What the box "Next" is about, by what the case asks for.
STAGES = {
    CaseMatter.CLOSED: "closed",
    CaseMatter.DECIDE: "unknown",
    CaseMatter.APPROVAL: "approval",
    CaseMatter.HELP: "help",
    CaseMatter.PLAN: "plan",
    CaseMatter.LATER: "later",
    **dict.fromkeys((CaseMatter.CHANGE, CaseMatter.UNDO), "running"),
    **dict.fromkeys((CaseMatter.OBSERVE, CaseMatter.PLANNING, CaseMatter.HAND_CHECK), "reading"),
    **dict.fromkeys((CaseMatter.START, CaseMatter.AGREE), "start"),
    **dict.fromkeys((CaseMatter.UNDONE, CaseMatter.UNDO_FAILED), "undone"),
    **dict.fromkeys((CaseMatter.BY_HAND, CaseMatter.DO_BY_HAND), "guided"),
    **dict.fromkeys((CaseMatter.QUESTION, CaseMatter.TRY, CaseMatter.CONFIRM), "ask"),
}


@dataclass(frozen=True)
class Barrier:
    """Something that this person cannot do here: what, why, and who can help."""

    what: str
    why: str
    who: str = ""


@dataclass
class NextStep:
    """One case, as the person may see it. What is costly is read when a template asks for it."""

    case: Case
    person: Person

    @cached_property
    def walk(self) -> Walk:
        """Where the case stands."""
        return engine.walk_guide(
            diagnosis.case_guide(self.case), diagnosis.current_answers(self.case, self._round_answers)
        )

    @cached_property
    def step(self) -> GuideStep:
        """The latest step of the walk that says something to a person."""
        steps = diagnosis.case_guide(self.case).steps
        told = [steps[name] for name in reversed(self.walk.steps) if steps[name].title]
        return self.walk.at if self.walk.at.title or not told else told[0]

    @cached_property
    def status(self) -> CaseStatus:
        """Who acts now, what for, and what may be pressed."""
        served = is_served(self.case, self.jobs)
        return status_of(self.case, self.walk, self._round_answers, self.jobs, worker=served)

    @property
    def who(self) -> str:
        """Who acts now, as helpdesk calls them."""
        return wording.actor_words(self.status.told, Reader.HELPDESK, person=str(self.case.beneficiary))

    @property
    def matter(self) -> str:
        """What for, in the words of the board."""
        return wording.matter_words(self.status.matter)

    @property
    def explained(self) -> list[str]:
        """What helpdesk is told of where it stands."""
        return wording.told_words(self.status, Reader.HELPDESK)

    @cached_property
    def title(self) -> str:
        """In one line what was found so far; after an undo that it was put back, and not what the remedy achieved."""
        if self.status.undone and self.case.closed_at is None:
            return wording.put_back_words(self.status.work)
        return self.step.title or str(self.case.error.get("sentence", ""))

    @cached_property
    def jobs(self) -> list[Job]:
        """The jobs of this round, the newest first."""
        return round_jobs(self.case)

    @cached_property
    def change(self) -> Job | None:
        """The latest change of this round, planned or begun."""
        return next((job for job in self.jobs if job.is_change), None)

    @cached_property
    def current(self) -> Job | None:
        """The job that is under way now."""
        under_way = (job for job in self.jobs if job.state in ACTIVE_STATES or job.state == JobState.QUEUED)
        return next(under_way, None)

    @cached_property
    def ended(self) -> Job | None:
        """The latest job of this round when it ended badly or changed something: whoever opens the page has to know."""
        latest = next((job for job in self.jobs if job.state != JobState.CANCELLED), None)
        told = BAD_ENDS | {JobState.VERIFIED, JobState.REVERTED}
        silent = latest is None or latest.state not in told or latest.kind == Job.Kind.DIAGNOSE
        return None if silent else latest

    @cached_property
    def ending(self) -> tuple[str, str]:
        """How that job ended: the tone, and the words."""
        return reports.job_ending(self.ended) if self.ended else ("", "")

    @property
    def differences(self) -> tuple[PlanDifference, ...]:
        """What somebody else had changed meanwhile, where that stopped it."""
        found = self.ended.found if self.ended else None
        return (found.differences or ()) if isinstance(found, ChangeResult) else ()

    @cached_property
    def not_put_back(self) -> list[str]:
        """What the undo of that job could not put back."""
        return reports.not_restored(self.ended) if self.ended else []

    @cached_property
    def stage(self) -> str:
        """What the box "Next" is about."""
        if self.status.work == CaseMatter.CHOOSE:
            return "guided" if self.action and self.action.manual else "plan"
        return STAGES[self.status.work]

    @property
    def asks(self) -> bool:
        """Whether the guide's question can be answered for the person, whoever acts."""
        return self.status.may(Reader.HELPDESK, CasePress.ANSWER)

    @property
    def live(self) -> bool:
        """Whether the page follows something by itself; never while it asks a question."""
        return self.stage in {"reading", "running", "approval"}

    @cached_property
    def action(self) -> Action | None:
        """The remedy that the guide has come to."""
        return catalog.installed_catalog().actions.get(self.walk.at.subject) if self.walk.at.kind == "fix" else None

    @cached_property
    def plan(self) -> engine.PlanDocument | None:
        """The plan of the latest change."""
        return remediation.job_plan(self.change) if self.change else None

    @property
    def signed_in(self) -> tuple[SignedIn, ...] | None:
        """Who was at the computer when that plan was made; None where that is not known."""
        return as_change(self.change.found).signed_in if self.change else None

    @property
    def reason(self) -> str:
        """Why somebody wanted the latest change, or wanted the one that the latest puts back."""
        asked = [self.change, self.change.origin] if self.change else []
        return next((job.reason for job in asked if job and job.reason), "")

    @property
    def plan_over(self) -> bool:
        """Whether that plan is history: its computer is no longer as the plan shows it."""
        return bool(self.change and self.change.state in ENDED_STATES)

    @property
    def usual(self) -> dt.timedelta | None:
        """How long the remedy usually takes."""
        action = self.change.action if self.change and not self.plan_over else self.walk.at.subject
        return reports.usual_duration(action)

    @property
    def visit_ends(self) -> dt.datetime | None:
        """When the visit that is under way ends by itself, whatever the computer does."""
        started = self.current.started_at if self.current else None
        return started + dt.timedelta(seconds=settings.MENDPOINT_VISIT_SECONDS) if started else None

    @cached_property
    def deciders(self) -> list[Person]:
        """Who can decide about the plan that waits."""
        return people.job_deciders(self.change) if self.change else []

    @cached_property
    def barriers(self) -> list[Barrier]:
        """What this person may not do here, with the reason."""
        case, change, found = self.case, self.change, list[Barrier]()
        if case.host is None:
            why = _("It is not registered, so nothing is read or changed.")
            found.append(Barrier(_("Look into the computer"), why, _("an administrator")))
        if (
            self.stage != "guided"
            and self.action
            and case.host
            and (forbidden := remediation.forbidden_reason(self.action, case.host))
        ):
            found.append(Barrier(self.action.title, wording.refusal_words(forbidden), who_can_help(forbidden)))
        if change and self.stage == "approval":
            decision = people.may(self.person, "job.approve", change)
            found += [] if decision.allowed else [Barrier(_("Approve it"), decision.reason, self._approvers())]
        if change and self.stage == "start":
            decision = people.may(self.person, "job.apply", change)
            found += [] if decision.allowed else [Barrier(_("Start it"), decision.reason, who_can_help(decision))]
        return found

    @cached_property
    def second_person(self) -> str:
        """Who decides besides, where the remedy that comes next needs a second person; empty where it does not."""
        host = self.case.host
        if self.action is None or host is None or not (self.action.risk == "dangerous" or host.critical):
            return ""
        able = [one for one in people.approvers_on_duty(host.site) if one not in {self.person, self.case.beneficiary}]
        words = ngettext(
            "needs an approver of %(site)s; %(number)d is on duty",
            "needs an approver of %(site)s; %(number)d are on duty",
            len(able),
        )
        return words % {"site": host.site, "number": len(able)}

    @cached_property
    def startable(self) -> bool:
        """Whether nothing stands between this person and the button."""
        return not self.barriers

    def _approvers(self) -> str:
        names = ", ".join(str(one) for one in self.deciders[:5])
        return names or _("nobody: no approver of this site is left")

    @cached_property
    def _round_answers(self) -> list[Answer]:
        return [row for row in self._answers if row.round == self.case.round]

    @cached_property
    def _answers(self) -> list[Answer]:
        return list(self.case.answers.select_related("by").order_by("number"))
