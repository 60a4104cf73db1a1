"""What helpdesk sees of a case: where it stands, what comes next and what stands in the way. Reads only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from troubleshoot import access, approvals, diagnosis, evidence, library, past, plans
from troubleshoot.care import REOPEN_WITHIN
from troubleshoot.engine import guide as guides
from troubleshoot.engine import plan as plan_rules
from troubleshoot.engine.action import Action, Judgement
from troubleshoot.engine.guide import Step, Walk
from troubleshoot.models import Answer, Case, Job, JobLine, Message, Person, Reading
from troubleshoot.models.job import ACTIVE, ENDED, WAITING, State

#: So many lines of a running job are shown.
LINES = 20
#: The bad ends of a job that somebody has to know before anything else is done.
BAD_ENDS = ENDED - {State.DONE, State.VERIFIED, State.CANCELLED, State.REVERTED}


@dataclass(frozen=True)
class Barrier:
    """Something that this person cannot do here: what, why, and who can help."""

    what: str
    why: str
    who: str = ""


@dataclass
class Sheet:
    """One case, as the person may see it. What is costly is read when a template asks for it."""

    case: Case
    person: Person

    @cached_property
    def walk(self) -> Walk:
        """Where the case stands."""
        return guides.walk(diagnosis.guide_of(self.case), diagnosis.answers(self.case, self._round_answers))

    @cached_property
    def step(self) -> Step:
        """The latest step of the walk that says something to a person."""
        steps = diagnosis.guide_of(self.case).steps
        told = [steps[name] for name in reversed(self.walk.steps) if steps[name].title]
        return self.walk.at if self.walk.at.title or not told else told[0]

    @cached_property
    def title(self) -> str:
        """In one line what was found so far."""
        return self.step.title or str(self.case.error.get("sentence", ""))

    @cached_property
    def jobs(self) -> list[Job]:
        """The jobs of this round, the newest first."""
        rows = self.case.jobs.filter(created_at__gte=F("case__round_began_at")).order_by("-created_at")
        return list(rows.select_related("plan", "requester", "host__site", "case"))

    @cached_property
    def change(self) -> Job | None:
        """The latest change of this round, planned or begun."""
        return next((job for job in self.jobs if job.kind != Job.Kind.READ), None)

    @cached_property
    def current(self) -> Job | None:
        """The job that is under way now."""
        under_way = (job for job in self.jobs if job.state in ACTIVE or job.state == State.QUEUED)
        return next(under_way, None)

    @cached_property
    def ended(self) -> Job | None:
        """The latest job of this round when it ended badly or changed something: whoever opens the page has to know."""
        latest = next((job for job in self.jobs if job.state != State.CANCELLED), None)
        told = BAD_ENDS | {State.VERIFIED, State.REVERTED}
        silent = latest is None or latest.state not in told or (latest.kind == Job.Kind.READ and not latest.action)
        return None if silent else latest

    @cached_property
    def ending(self) -> tuple[str, str]:
        """How that job ended: the tone, and the words."""
        return past.ending(self.ended) if self.ended else ("", "")

    @cached_property
    def stage(self) -> str:
        """What the box "Next" is about."""
        change = self.change
        if self.case.closed_at:
            return "closed"
        if change and change.state == State.UNKNOWN:
            return "unknown"
        if self.current:
            return "reading" if self.current.kind == Job.Kind.READ else "running"
        if change and change.state in WAITING:
            return "approval" if change.state == State.WAITING_APPROVAL else "start"
        return {"fix": "plan", "ask": "ask", "try": "ask", "end": "help", "fact": "stuck"}[self.walk.at.kind]

    @property
    def live(self) -> bool:
        """Whether the page follows something by itself; never while it asks a question."""
        return self.stage in {"reading", "running", "approval"}

    @cached_property
    def mark(self) -> str:
        """A word that is another one when the case has moved on: tells a page of before from one of now."""
        newest = self.jobs[0] if self.jobs else None
        told = newest.state if newest else ""
        return f"{self.case.round}.{len(self._answers)}.{len(self.jobs)}.{told}.{'c' if self.case.closed_at else 'o'}"

    @cached_property
    def action(self) -> Action | None:
        """The remedy that the guide has come to."""
        return library.installed().actions.get(self.walk.at.subject) if self.walk.at.kind == "fix" else None

    @cached_property
    def plan(self) -> plan_rules.Plan | None:
        """The plan of the latest change."""
        return plans.of(self.change) if self.change else None

    @property
    def usual(self) -> dt.timedelta | None:
        """How long the remedy usually takes."""
        action = self.change.action if self.change else self.walk.at.subject
        return past.usual(action)

    @property
    def visit_ends(self) -> dt.datetime | None:
        """When the visit that is under way ends by itself, whatever the computer does."""
        started = self.current.started_at if self.current else None
        return started + dt.timedelta(seconds=settings.MENDPOINT_VISIT_SECONDS) if started else None

    @cached_property
    def scripts(self) -> list[dict[str, Any]]:
        """Exactly what the plan runs: the scripts, and the parameters that travel beside them."""
        resources = library.installed().resources
        return [
            {
                "title": item.title,
                "read": resources[item.resource].read,
                "write": resources[item.resource].write if item.desired else "",
                "params": evidence.pretty({"params": dict(item.params), "desired": dict(item.desired)}),
            }
            for item in (self.plan.items if self.plan else ())
            if item.resource in resources
        ]

    @cached_property
    def deciders(self) -> list[Person]:
        """Who can decide about the plan that waits."""
        return approvals.deciders(self.change) if self.change else []

    @cached_property
    def barriers(self) -> list[Barrier]:
        """What this person may not do here, with the reason."""
        case, change, found = self.case, self.change, list[Barrier]()
        if case.host is None:
            why = _("It is not registered, so nothing is read or changed.")
            found.append(Barrier(_("Look into the computer"), why, _("an administrator")))
        if self.action and case.host and (why := plans.forbidden(self.action, case.host)):
            found.append(Barrier(self.action.title, why))
        if change and self.stage == "approval":
            decision = access.may(self.person, "job.approve", change)
            found += [] if decision.allowed else [Barrier(_("Approve it"), decision.reason, self._approvers())]
        if change and self.stage == "start":
            decision = access.may(self.person, "job.apply", change)
            found += [] if decision.allowed else [Barrier(_("Start it"), decision.reason, decision.who_can_help)]
        return found

    @cached_property
    def startable(self) -> bool:
        """Whether nothing stands between this person and the button."""
        return not self.barriers

    @cached_property
    def causes(self) -> list[tuple[Judgement, str]]:
        """Every cause that is not ruled out, the strongest first, and what its verdict rests on."""
        return [one for one in self._judged if one[0].verdict != "ruled out"]

    @cached_property
    def ruled_out(self) -> list[tuple[Judgement, str]]:
        """The causes that readings rule out, and which."""
        return [one for one in self._judged if one[0].verdict == "ruled out"]

    @cached_property
    def look(self) -> Job | None:
        """The latest whole look of this case that brought facts."""
        return evidence.latest_look(self.case)

    @cached_property
    def known(self) -> list[evidence.Known]:
        """The facts of the latest look, marked where the look before saw something else."""
        return evidence.known(self.look) if self.look else []

    @cached_property
    def different(self) -> int:
        """How many readings differ from the look before."""
        return sum(bool(one.before) for one in self.known)

    @cached_property
    def raw(self) -> list[tuple[Reading, str]]:
        """What the latest look took, word for word."""
        return [(one, evidence.pretty(one.value)) for one in self.look.readings.all()] if self.look else []

    @cached_property
    def path(self) -> list[evidence.Said]:
        """Every answer of this round in its order, those that no longer count too."""
        return evidence.path(self.case, self._round_answers, self.walk)

    @cached_property
    def lines(self) -> list[JobLine]:
        """The latest lines of the change that is or was under way."""
        job = self.current or self.change
        return list(reversed(job.lines.order_by("-pk")[:LINES])) if job else []

    @cached_property
    def line(self) -> str:
        """The key of the newest of them, so that a page can tell whether something was said since."""
        return str(self.lines[-1].pk) if self.lines else ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The answers to the question where the case stands, in words."""
        return [(value, self.walk.at.words(value)) for value in self.walk.at.to]

    @cached_property
    def messages(self) -> list[Message]:
        """What was said, and the notes that only helpdesk sees."""
        return list(self.case.messages.select_related("author"))

    @cached_property
    def ready(self) -> list[str]:
        """Texts that can be sent to the person with one click."""
        asked = [_("Please answer on the page of your case: %s") % self.walk.at.subject] if self.stage == "ask" else []
        return [
            *asked,
            _("We have your case and are looking at it."),
            _("Please connect again now and tell us on the page of your case whether it works."),
        ]

    @cached_property
    def earlier_cases(self) -> list[Case]:
        """The latest other cases of this computer."""
        return past.cases(self.case)

    @cached_property
    def changes(self) -> list[past.Change]:
        """The latest changes of this computer, and what is still in force."""
        return past.changes(self.case)

    @property
    def may_reopen(self) -> bool:
        """Whether a closed case can still be opened again."""
        closed = self.case.closed_at
        return closed is not None and timezone.now() - closed <= REOPEN_WITHIN

    def _approvers(self) -> str:
        names = ", ".join(str(one) for one in self.deciders[:5])
        return names or _("nobody: no approver of this site is left")

    @cached_property
    def _answers(self) -> list[Answer]:
        return list(self.case.answers.select_related("by").order_by("number"))

    @cached_property
    def _round_answers(self) -> list[Answer]:
        return [row for row in self._answers if row.round == self.case.round]

    @cached_property
    def _judged(self) -> list[tuple[Judgement, str]]:
        facts = diagnosis.stored_facts(self.look.facts) if self.look else {}
        return [(one, evidence.because(one, facts)) for one in diagnosis.causes(facts)]
