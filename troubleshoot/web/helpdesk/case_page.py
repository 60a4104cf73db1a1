"""The case page of helpdesk: where the case stands, and everything that is known beside it. Reads only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from troubleshoot import cases, catalog, diagnosis, reports
from troubleshoot.cases import command_for_case, latest_client_block, people_present
from troubleshoot.diagnosis import (
    GivenAnswer,
    KnownFact,
    PutBack,
    answer_path,
    case_evidence,
    changes_put_back,
    known_facts,
    latest_observation,
    looks_healthy,
    may_reopen,
    named_causes,
    rank_all_causes,
    value_text,
    verdict_reason,
)
from troubleshoot.engine import SPEAKING_VERDICTS, Action, Fact, Judgement, fact_values, rule_holds
from troubleshoot.models import Case, Job, JobLine, Message, PcBlock, Person, Reading
from troubleshoot.web.helpdesk.next_step import NextStep

#: So many lines of a running job are shown.
LINES = 20


@dataclass
class HelpdeskCasePage(NextStep):
    """All that the page shows besides. What is costly is read when a template asks for it."""

    @cached_property
    def mark(self) -> str:
        """A word that is another one when the case has moved on: tells a page of before from one of now."""
        newest = self.jobs[0] if self.jobs else None
        state = newest.state if newest else ""
        pc = self.case.pc.get("pc.stage", {}).get("value", "")
        end = "c" if self.case.closed_at else "o"
        return f"{self.case.round}.{len(self._answers)}.{len(self.jobs)}.{state}.{pc}.{end}"

    @cached_property
    def scripts(self) -> list[dict[str, Any]]:
        """Exactly what the plan runs: the scripts, and the parameters that travel beside them."""
        resources = catalog.installed_catalog().resources
        return [
            {
                "title": item.title,
                "read": resources[item.resource].read,
                "write": resources[item.resource].write if item.desired else "",
                "params": value_text({"params": dict(item.params), "desired": dict(item.desired)}),
            }
            for item in (self.plan.items if self.plan else ())
            if item.resource in resources
        ]

    @cached_property
    def causes(self) -> list[tuple[Judgement, str]]:
        """The causes that are shown or fit, the strongest first, and what their verdicts rest on."""
        return [one for one in self._judged if one[0].verdict in SPEAKING_VERDICTS]

    @cached_property
    def not_checked(self) -> list[Judgement]:
        """The causes about which no reading says anything so far."""
        return [one for one, _ in self._judged if one.verdict == "not_checked"]

    @cached_property
    def ruled_out(self) -> list[tuple[Judgement, str]]:
        """The causes that readings rule out, and which."""
        return [one for one in self._judged if one[0].verdict == "ruled_out"]

    @cached_property
    def look(self) -> Job | None:
        """The latest whole look of this case that brought facts."""
        return latest_observation(self.case)

    @property
    def judged_at(self) -> dt.datetime | None:
        """The one time of all that the page judges: when the latest look was taken."""
        return self.look.ended_at if self.look else None

    @property
    def outdated(self) -> bool:
        """Whether that was before the last change, so that it tells of the computer as it was then."""
        return self.look is not None and not self.status.speaks(self.judged_at)

    @cached_property
    def known(self) -> list[KnownFact]:
        """The facts of the latest look, marked where the look before saw something else."""
        return known_facts(self.look) if self.look else []

    @cached_property
    def told(self) -> PcBlock | None:
        """What the person's own PC told."""
        return latest_client_block(self.case)

    @cached_property
    def pc_may_look(self) -> bool:
        """Whether the person can be asked to look from their own PC."""
        return self.case.closed_at is None and bool(command_for_case(self.case))

    @cached_property
    def different(self) -> int:
        """How many readings differ from the look before."""
        return sum(bool(one.before) for one in self.known)

    @cached_property
    def raw(self) -> list[tuple[Reading, str]]:
        """What the latest look took, word for word."""
        return [(one, value_text(one.value)) for one in self.look.readings.all()] if self.look else []

    @cached_property
    def path(self) -> list[GivenAnswer]:
        """Every answer of this round in its order, those that no longer count too."""
        return answer_path(self.case, self._round_answers, self.walk)

    @cached_property
    def course(self) -> list[GivenAnswer | PutBack]:
        """The same with the changes that were put back, in the order of time."""
        return sorted([*self.path, *changes_put_back(self.jobs)], key=lambda one: one.at)

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
        at, tried = self.walk.at, {"worked": _("It works now"), "no_change": _("No change")}
        usual = tried if at.kind == "try" else {}
        return [(value, at.answers.get(value) or usual.get(value) or at.words(value)) for value in at.to]

    @cached_property
    def messages(self) -> list[Message]:
        """What was said, and the notes that only helpdesk sees."""
        return list(self.case.messages.select_related("author"))

    @cached_property
    def ready(self) -> list[str]:
        """Texts that can be sent to the person with one click."""
        asked = [_("Please answer on the page of your case: %s") % self.walk.at.subject] if self.asks else []
        look = _("Please open this page on your own PC and follow its steps; they take about a minute: %s")
        address = f"{settings.MENDPOINT_URL}{reverse('case-pc', args=[self.case.pk])}"
        from_there = [look % address] if self.pc_may_look else []
        return [*asked, *self.walk.at.ready, *from_there, *diagnosis.case_guide(self.case).ready]

    @cached_property
    def questions(self) -> list[Message]:
        """What an approver asked about the plan that waits, and nobody has answered since."""
        waits = self.change if self.stage == "approval" else None
        asked = [one for one in self.messages if waits and one.job_id == waits.pk]
        spoke = max((one.pk for one in self.messages if waits and one.author_id == waits.requester_id), default=0)
        return [one for one in asked if one.pk > spoke]

    @cached_property
    def open_answers(self) -> list[str]:
        """The steps whose question can be asked again."""
        return cases.open_answers(self.case, self.walk)

    @cached_property
    def here(self) -> list[Person]:
        """Who else has this case open now."""
        return [one for one in people_present(self.case) if one != self.person] if not self.case.closed_at else []

    @property
    def elsewhere(self) -> list[Person]:
        """Those of them for whom the case is not: other agents."""
        return [one for one in self.here if one != self.case.beneficiary]

    @cached_property
    def earlier_cases(self) -> list[Case]:
        """The latest other cases of this computer."""
        return reports.earlier_cases(self.case)

    @cached_property
    def changes(self) -> list[reports.PastChange]:
        """The latest changes of this computer, and what is still in force."""
        return reports.earlier_changes(self.case)

    @property
    def may_reopen(self) -> bool:
        """Whether a closed case can still be opened again."""
        return may_reopen(self.case)

    @cached_property
    def beside(self) -> list[Action]:
        """What can be done by hand besides, as the readings stand, wherever the guide is."""
        if self.case.closed_at:
            return []
        known = fact_values(self._facts.values())
        found = [
            one for one in catalog.installed_catalog().actions.values() if one.beside and rule_holds(one.beside, known)
        ]
        return [one for one in found if one != self.action]

    @cached_property
    def _judged(self) -> list[tuple[Judgement, str]]:
        named = named_causes(self.case.error)
        return [(one, verdict_reason(one, self._facts)) for one in rank_all_causes(self._facts, named)]

    @cached_property
    def _facts(self) -> dict[str, Fact]:
        return case_evidence(self.case, self.walk, self.look)

    @cached_property
    def healthy(self) -> bool:
        """Whether the computer is in order as far as it was looked at since the last change."""
        return not self.outdated and looks_healthy(self._facts)
