"""What an employee's page of a case shows: which screen, with what on it. Reads only."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from troubleshoot import cases, diagnosis, engine, people, reports, wording
from troubleshoot.diagnosis import case_evidence, may_reopen, named_causes, rank_all_causes
from troubleshoot.engine import UNKNOWN, CaseMatter, GuideStep, Judgement
from troubleshoot.models import Answer, Case, Job, Message, Reading, Site
from troubleshoot.probes import CERTIFICATE
from troubleshoot.web.employee.case_remedy import Remedy

#: So many causes that only fit, and so many that are ruled out, are named to the person.
MOST_FITTING, MOST_RULED_OUT = 2, 5
#: A look that takes longer than this is waiting for something that does not come by itself.
SLOW = dt.timedelta(seconds=60)
MOST_MESSAGES = 50


class Scene(Remedy):
    """The page of one case, as one person sees it now: words and numbers for its templates."""

    # -------------------------------------------------------------------------------------------- what was measured

    @cached_property
    def look(self) -> Job | None:
        """The latest look of this round: the one going on, or the last that ended."""
        return next((job for job in self.jobs if job.kind == Job.Kind.DIAGNOSE), None)

    @cached_property
    def _readings(self) -> dict[str, Reading]:
        found = self.look.readings.filter(Q(source="network") | Q(name=CERTIFICATE.words)) if self.look else ()
        return {reading.source: reading for reading in found}

    @property
    def origin(self) -> str:
        """The computer that looked."""
        network = self._readings.get("network")
        return str(network.value["from"]) if network and network.value else ""

    @cached_property
    def lines(self) -> list[wording.CheckLine]:
        """The list of checks, as far as it is known."""
        if self.look is None:
            return []
        network, certificate = self._readings.get("network"), self._readings.get("windows")
        ended, facts = self.look.ended_at, None
        if ended:
            facts = {name: str(part["value"]) for name, part in self.look.facts.items()}
        if not self.scope.outside:
            asked = [fact.question for fact in self.asked_inside]
            spent = (ended - self.look.created_at).total_seconds() if ended else 0
            told = self.inside_lines(facts or {})
            return wording.inside_line(questions=asked, told=told, facts=facts, state=self.look.state, inside=spent)
        inside = (ended - network.taken_at).total_seconds() if ended and network else 0
        seen = wording.check_lines(
            network=network.value if network else None,
            facts=facts,
            certificate=(certificate.value if certificate else None) or {},
            state=self.look.state,
            inside=inside,
        )
        return [*seen, *(self.inside_lines(facts) if facts else ())]

    @property
    def usual_look(self) -> str:
        """How long a look usually takes; empty while too few times are known."""
        usual = reports.usual_observation()
        return wording.duration_words(usual) if usual else ""

    @property
    def slow(self) -> bool:
        """Whether the look takes so long that nobody should wait for it."""
        return bool(self.look and not self.look.ended_at and timezone.now() - self.look.created_at > SLOW)

    @property
    def over(self) -> int:
        """How many checks have their result."""
        return sum(line.over for line in self.lines)

    @cached_property
    def causes(self) -> dict[str, list[Judgement]]:
        """What it is, and what it is not, of all that the code may mean: shown causes, or else those that fit best."""
        if not (self.look and self.look.facts) and not self.case.pc:
            return {}
        named = named_causes(self.case.error)
        judged = rank_all_causes(case_evidence(self.case, self.walk, self.look), named)
        shown = [one for one in judged if one.verdict == "shown_by"]
        fits = [one for one in judged if one.verdict == "fits"] if not shown else []
        out = [one for one in judged if one.verdict == "ruled_out"]
        out.sort(key=lambda one: one.cause.id not in named)
        return {"shown_by": shown, "fits": fits[:MOST_FITTING], "ruled_out": out[:MOST_RULED_OUT]}

    @property
    def pc_may_look(self) -> bool:
        """Whether a look from the person's own PC can tell more: nothing was found on our side, or nothing seen."""
        latest = next((job.facts for job in self.jobs if job.facts), None) or {}
        known = [(name, part["value"]) for name, part in latest.items() if part["value"] != UNKNOWN]
        offered = self.screen in {"question", "desk"} and diagnosis.all_comes_through(known)
        return offered and self.case.closed_at is None and bool(cases.command_for_case(self.case))

    @cached_property
    def told_by_pc(self) -> list[str]:
        """What the person's own PC told, in words; nothing while nothing was pasted."""
        return (
            []
            if not self.case.pc
            else wording.client_report_words({name: part["value"] for name, part in self.case.pc.items()}, self.host)
        )

    @property
    def mended(self) -> bool:
        """Whether the latest look was taken before the last change, so that it tells of before."""
        seen = self.look.ended_at if self.look else None
        return seen is not None and not self.status.speaks(seen)

    # --------------------------------------------------------------------------------------------------- the words

    @cached_property
    def title(self) -> str:
        """The heading of the page."""
        fixed = {"checking": _("Checking %s"), "running": _("Fixing %s"), "works": _("%s answers properly again")}
        if self.screen == "undone" and self.status.work != CaseMatter.DECIDE:
            return (
                wording.put_back_words(self.status.work)
                if self.status.undone
                else wording.matter_words(self.status.work)
            )
        if self.bad_end:
            return self.bad_end.title
        if self.screen == "closed":
            return self._closed_title
        if self.screen in fixed:
            return fixed[self.screen] % self.host
        untitled = _("One thing to try") if self.step.kind == "try" else self.step.subject
        return self.step.title.about(self._name) or untitled

    @property
    def _name(self) -> str:
        """The computer's name, as far as it has one."""
        return self.case.host.name if self.case.host else self.case.named_host

    @property
    def _closed_title(self) -> str:
        if self.case.outcome == Case.Outcome.WITHDRAWN:
            return _("You closed this case")
        if self.case.outcome == Case.Outcome.SOLVED:
            spent = (self.case.closed_at or timezone.now()) - self.case.opened_at
            return (
                _("Verified, not confirmed") if self.unconfirmed else _("Solved in %s") % wording.duration_words(spent)
            )
        if self.case.sent_to:
            return _("Sent on to %s") % self.case.sent_to
        return self.step.title.about(self._name) or _("This case is closed")

    @property
    def unconfirmed(self) -> bool:
        """Whether it was closed because nobody said whether the verified fix helped."""
        last = self.rows[-1] if self.rows else None
        return bool(last and last.source == Answer.Source.FIX and self.case.outcome == Case.Outcome.SOLVED)

    @property
    def text(self) -> dict[str, str]:
        """What the guide says at this step, and apart from it what it is not."""
        if self.case.host is None and self.step.kind == "ask":
            words = _("We could not look at %s, so questions take the place of the check. Helpdesk sees your answers.")
            return {"text": words % self.host, "not_your": ""}
        return {"text": self.step.text.about(self._name), "not_your": self.step.not_your.about(self._name)}

    @property
    def answers(self) -> list[dict[str, Any]]:
        """What the person said so far, each with whether it can still be changed."""
        fixed = [place for place, (name, _) in enumerate(self.walk.path) if self.guide.steps[name].kind == "fix"]
        last = len(self.walk.path) if self.fix and self.fix.started_at else max(fixed, default=-1)
        return [
            {
                "step": step,
                "words": wording.answer_words(step, value),
                "open": place > last and self.case.closed_at is None,
            }
            for place, (name, value) in enumerate(self.walk.path)
            if (step := self.guide.steps[name]).kind in {"ask", "try"}
        ]

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        """The answers to choose from, with their words."""
        step = self.meanwhile or self.step
        return [(value, wording.answer_words(step, value)) for value in step.to]

    @property
    def worked(self) -> str:
        """The words of a try that helped."""
        return self.step.answers.get("worked") or _("It works now")

    @property
    def no_change(self) -> str:
        """The words of a try that did not."""
        return self.step.answers.get("no_change") or _("No change")

    @cached_property
    def given(self) -> str:
        """The answer that the form shows as chosen: the one given before, or what was said when the case began."""
        if self.changing:
            return dict(self.walk.path)[self.step.name]
        return self.case.whereabouts if self.case.whereabouts in self.step.to else ""

    @property
    def tries(self) -> tuple[GuideStep, ...]:
        """What the person may try on their own side while the remedy waits.

        A computer that lets nobody through is not helped from there. Where it answers properly from here, the cause
        may as well lie with the person, and what the guide would have them try later is worth trying now.
        """
        facts = self.look.facts if self.look else {}
        if not facts or not diagnosis.all_comes_through((name, part["value"]) for name, part in facts.items()):
            return ()
        return engine.tries_ahead(self.guide, self.walk.at, lambda step: self._said(step, facts))

    def _said(self, step: GuideStep, facts: dict[str, Any]) -> str:
        if step.kind == "fact":
            return str(facts.get(step.subject, {}).get("value", "unknown"))
        return self.ahead.get(step.name, self.case.whereabouts) if step.kind == "ask" else ""

    @property
    def meanwhile(self) -> GuideStep | None:
        """The question to answer while the readings are being taken, unless it was answered."""
        asked = self.guide.meanwhile if self.screen == "checking" else ()
        return next((self.guide.steps[name] for name in asked[:1] if name not in self.ahead), None)

    @cached_property
    def ahead(self) -> dict[str, str]:
        """What was answered while the readings were being taken."""
        return diagnosis.said_ahead(self.case)

    @property
    def now_known(self) -> str:
        """What a checking page says once the readings are there: found, asked (in the form below) or next."""
        if self.walk.at.kind == "fact":
            return ""
        if self.walk.at.name in self.guide.meanwhile:
            return "asked"
        return "found" if self.walk.at.kind in {"fix", "end"} else "next"

    # ----------------------------------------------------------------------------------------------------- the care

    @property
    def before(self) -> int:
        """How many cases helpdesk has before this one; counted to 100."""
        ahead = Q(urgency__lt=self.case.urgency) | Q(urgency=self.case.urgency, pk__lt=self.case.pk)
        waiting = Case.objects.filter(ahead, site=self.case.site, closed_at=None, owner=None, invented=False).exclude(
            need=""
        )
        return waiting[:100].count()

    @property
    def usual_wait(self) -> str:
        """How long helpdesk usually lets a case of this site wait; empty while too few times are known."""
        usual = reports.usual_wait(self.case.site)
        return wording.duration_words(usual) if usual else ""

    @cached_property
    def sites(self) -> list[Site]:
        """Whose helpdesk cares for this case: the computer's site, or the sites where the person works."""
        if self.case.site:
            return [self.case.site]
        return list(people.permitted_sites(self.person, "help.ask")[:3])

    @property
    def phones(self) -> list[str]:
        """How to reach a person."""
        return [site.phone_text for site in self.sites if site.phone_text]

    @property
    def workarounds(self) -> list[str]:
        """What to do until it works, as the sites' administrators say."""
        return [] if self.case.closed_at else [site.workaround_text for site in self.sites if site.workaround_text]

    @property
    def messages(self) -> Any:
        """The talk with helpdesk, without helpdesk's own notes."""
        said = Message.objects.filter(case=self.case, internal=False).order_by("-pk")
        return said.values("text", "at", "step", "author__name")[:MOST_MESSAGES][::-1]

    @property
    def may_reopen(self) -> bool:
        """Whether a closed case can still be opened again."""
        return may_reopen(self.case)
