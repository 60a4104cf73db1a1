"""What an employee's page of a case shows: which screen, with what on it. Reads only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troubleshoot import access, care, changes, diagnosis, library, past, plans, wording
from troubleshoot.engine.action import Action, Judgement
from troubleshoot.engine.guide import Step
from troubleshoot.models import Case, Job, Reading, Site
from troubleshoot.models.job import State
from troubleshoot.probes.windows import CERTIFICATE
from troubleshoot.views.case_standing import Standing

#: A silent computer is tried this often before it is helpdesk's.
TRIES = 2


class Scene(Standing):
    """The page of one case, as one person sees it now: words and numbers for its templates."""

    # -------------------------------------------------------------------------------------------- what was measured

    @cached_property
    def look(self) -> Job | None:
        """The latest look of this round: the one going on, or the last that ended."""
        return next((job for job in self.jobs if job.kind == Job.Kind.READ and not job.action), None)

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
    def lines(self) -> list[wording.Line]:
        """The list of checks, as far as it is known."""
        if self.look is None:
            return []
        network, certificate = self._readings.get("network"), self._readings.get("windows")
        ended, facts = self.look.ended_at, None
        if ended:
            facts = {name: str(part["value"]) for name, part in self.look.facts.items()}
        inside = (ended - network.taken_at).total_seconds() if ended and network else 0
        return wording.checks(
            network=network.value if network else None,
            facts=facts,
            certificate=(certificate.value if certificate else None) or {},
            state=self.look.state,
            inside=inside,
        )

    @property
    def over(self) -> int:
        """How many checks have their result."""
        return sum(line.over for line in self.lines)

    @cached_property
    def causes(self) -> dict[str, list[Judgement]]:
        """Causes by verdict, judged by the latest whole look."""
        facts = diagnosis.stored_facts(self.look.facts) if self.look and self.look.facts else {}
        found: dict[str, list[Judgement]] = {}
        for one in diagnosis.causes(facts) if facts else []:
            found.setdefault(one.verdict.replace(" ", "_"), []).append(one)
        return found

    # --------------------------------------------------------------------------------------------------- the words

    @property
    def bad_end(self) -> wording.End | None:
        """The words for the bad end that the case stands behind, or for a change whose end is not known."""
        job = self.ended_fix or (self.fix if self.screen == "running" else None)
        return wording.bad_end(job.state, self.host) if job else None

    @property
    def title(self) -> str:
        """The heading of the page."""
        fixed = {
            "checking": _("Checking %s") % self.host,
            "running": _("Fixing %s") % self.host,
            "works": _("%s answers properly again") % self.host,
        }
        if self.bad_end:
            return self.bad_end.title
        if self.screen == "closed":
            return self._closed_title
        untitled = _("One thing to try") if self.step.kind == "try" else self.step.subject
        return fixed.get(self.screen) or wording.named(self.step.title, self.host) or untitled

    @property
    def _closed_title(self) -> str:
        if self.case.outcome == Case.Outcome.SOLVED:
            spent = (self.case.closed_at or timezone.now()) - self.case.opened_at
            return _("Solved in %s") % wording.duration(spent)
        if self.case.sent_to:
            return _("Sent on to %s") % self.case.sent_to
        return wording.named(self.step.title, self.host) or _("This case is closed")

    @property
    def text(self) -> dict[str, Any]:
        """What the guide says at this step, and apart from it what it is not."""
        text, *relief = wording.relief(wording.named(self.step.text, self.host))
        return {"text": text, "relief": relief}

    @property
    def answers(self) -> list[dict[str, Any]]:
        """What the person said so far, each with whether it can still be changed."""
        fixed = [place for place, (name, _) in enumerate(self.walk.path) if self.guide.steps[name].kind == "fix"]
        last = len(self.walk.path) if self.fix and self.fix.started_at else max(fixed, default=-1)
        return [
            {"step": step, "words": step.words(value), "open": place > last and self.case.closed_at is None}
            for place, (name, value) in enumerate(self.walk.path)
            if (step := self.guide.steps[name]).kind in {"ask", "try"}
        ]

    @property
    def options(self) -> list[tuple[str, str]]:
        """The answers to choose from, with their words."""
        step = self.meanwhile or self.step
        return [(value, step.words(value)) for value in step.to]

    @property
    def worked(self) -> str:
        """The words of a try that helped."""
        return self.step.answers.get("worked") or _("It works now")

    @property
    def no_change(self) -> str:
        """The words of a try that did not."""
        return self.step.answers.get("no_change") or _("No change")

    @property
    def given(self) -> str:
        """The answer that the form shows as chosen: the one given before, or what was said when the case began."""
        if self.changing:
            return dict(self.walk.path)[self.step.name]
        return self.case.whereabouts if self.case.whereabouts in self.step.to else ""

    @property
    def meanwhile(self) -> Step | None:
        """The question to answer while the readings are being taken, unless it was answered."""
        step = self.guide.steps.get(self.guide.meanwhile)
        return step if step and self.screen == "checking" and step.subject not in self.case.ahead else None

    @property
    def now_known(self) -> str:
        """What a checking page says once the readings are there: found, asked (in the form below) or next."""
        if self.walk.at.kind == "fact":
            return ""
        step = self.guide.steps.get(self.guide.meanwhile)
        if self.walk.at.kind == "ask" and step and step.subject == self.walk.at.subject:
            return "asked"
        return "found" if self.walk.at.kind in {"fix", "end"} else "next"

    # ------------------------------------------------------------------------------------------------------ the fix

    @cached_property
    def action(self) -> Action | None:
        """The remedy at which the guide stands; None when it is no longer installed."""
        return library.installed().actions.get(self.walk.at.subject)

    @cached_property
    def who(self) -> str:
        """Who carries out the remedy: self, helpdesk, or nobody (`cannot` says why)."""
        if self.case.host is None or self.action is None or self.cannot:
            return "nobody"
        if self.person == self.case.beneficiary and diagnosis.self_service(self.case, self.action.name):
            return "self"
        return "helpdesk"

    @property
    def cannot(self) -> str:
        """Why the portal may never do this here; empty when it may."""
        return plans.forbidden(self.action, self.case.host) if self.action and self.case.host else ""

    @property
    def plan(self) -> Mapping[str, Any] | None:
        """The plan that waits for a yes, or is being carried out."""
        return self.fix.plan.document if self.fix and self.fix.plan else None

    @property
    def startable(self) -> bool:
        """Whether the person may start this very plan now."""
        job = self.fix
        return bool(job and job.state == State.PLANNED and access.may(self.person, "job.apply", job).allowed)

    @property
    def signed_in(self) -> str:
        """How many people use the computer: their names are not everybody's to know."""
        users = self.fix.result.get("signed_in") if self.fix else None
        if users is None:
            return _("could not be read")
        return ngettext("%d person", "%d people", len(users)) % len(users) if users else _("nobody")

    @property
    def irreversible(self) -> list[str]:
        """What the plan cannot take back."""
        return [item["irreversible"] for item in (self.plan or {"items": []})["items"] if item["irreversible"]]

    @property
    def usual(self) -> str:
        """How long this remedy usually takes; empty while too few times are known."""
        action = self.fix.action if self.fix else self.walk.at.subject
        usual = past.usual(action)
        return wording.duration(usual) if usual else ""

    @cached_property
    def story(self) -> list[Any]:
        """The lines of the change, as they were written."""
        return list(self.fix.lines.all()) if self.fix else []

    @property
    def steps(self) -> list[wording.Line]:
        """The change as a list of what is done, under way and still to come."""
        items = [item["title"] for item in (self.plan or {"items": []})["items"] if item["desired"]]
        told = [line.text for line in self.story]
        return wording.fixing(self.fix.state if self.fix else "", items, told, changes.PROGRESS_WORDS["write"])

    @property
    def may_stop(self) -> bool:
        """Whether it has not begun, so that the person can still take it back."""
        return bool(self.fix and self.fix.state == State.QUEUED)

    @property
    def proof(self) -> dict[str, Any]:
        """What the check from outside saw after the change."""
        job = self.ended_fix
        after = job.readings.filter(source="network").order_by("-pk").first() if job else None
        seen = ((after.value or {}).get("certificate") or {}) if after else {}
        print_ = str(seen.get("thumbprint") or "")[:8]
        return {
            "at": job.ended_at if job else None,
            "until": _moment(seen.get("not_after")),
            "thumbprint": " ".join(print_[place : place + 2] for place in range(0, len(print_), 2)),
        }

    # ----------------------------------------------------------------------------------------------------- the care

    @property
    def before(self) -> int:
        """How many cases helpdesk has before this one; counted to 100."""
        ahead = Q(urgency__lt=self.case.urgency) | Q(urgency=self.case.urgency, pk__lt=self.case.pk)
        waiting = Case.objects.filter(ahead, site=self.case.site, closed_at=None, owner=None).exclude(need="")
        return waiting[:100].count()

    @cached_property
    def phones(self) -> list[str]:
        """How to reach a person: of the computer's site, or of the sites where the person works."""
        sites = [self.case.site] if self.case.site else list(Site.objects.where(self.person, ["employee"])[:3])
        return [site.phone_text for site in sites if site.phone_text]

    @property
    def messages(self) -> Any:
        """The talk with helpdesk, without helpdesk's own notes."""
        said = self.case.messages.filter(internal=False).select_related("author").order_by("-pk")
        return said.only("text", "at", "author__name")[:50][::-1]

    @property
    def may_try_again(self) -> bool:
        """Whether the readings may be taken anew from here: not while two tries in a row met a silent computer."""
        if self.case.host is None:
            return False
        silent = [job for job in self.all_jobs if job.kind == Job.Kind.APPLY and job.state == State.UNREACHABLE]
        return not (self.ended_fix in silent and len(silent) >= TRIES)

    @property
    def may_reopen(self) -> bool:
        """Whether a closed case can still be opened again."""
        return bool(self.case.closed_at and timezone.now() - self.case.closed_at <= care.REOPEN_WITHIN)


def _moment(text: object) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
