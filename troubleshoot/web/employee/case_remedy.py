"""What an employee's page shows of a remedy: its plan, how far it is, and how it ended. Reads only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troubleshoot import catalog, diagnosis, people, remediation, reports, wording
from troubleshoot.engine import Action, ChangeResult, HandCheckResult, PlanDifference, Verdict
from troubleshoot.models import Job, JobState
from troubleshoot.web.employee.case_standing import Standing
from troubleshoot.web.refusals import refusal_notice

#: A silent computer is tried this often before it is helpdesk's.
TRIES = 2


class Remedy(Standing):
    """The remedy at which one case stands, or from which it came, as one person sees it now."""

    @cached_property
    def action(self) -> Action | None:
        """The remedy at which the guide stands; None when it is no longer installed."""
        return catalog.installed_catalog().actions.get(self.walk.at.subject)

    @cached_property
    def who(self) -> str:
        """Who carries out the remedy: self, helpdesk, or nobody (`cannot` says why)."""
        if not self.by_hand and (self.case.host is None or self.action is None or self.cannot):
            return "nobody"
        if self.person == self.case.beneficiary and diagnosis.is_self_service(self.case, self.walk.at.subject):
            return "self"
        return "helpdesk"

    @property
    def doubt(self) -> str:
        """How sure it is that the remedy helps."""
        return wording.remedy_doubt_words(self.action.certainty if self.action else "")

    @property
    def cannot(self) -> str:
        """Why the portal may never do this here; empty when it may."""
        barrier = remediation.forbidden_reason(self.action, self.case.host) if self.action and self.case.host else None
        return refusal_notice(barrier) if barrier else ""

    @property
    def plan(self) -> Mapping[str, Any] | None:
        """The plan that waits for a yes, or is being carried out."""
        return self.fix.plan.document if self.fix and self.fix.plan else None

    @property
    def startable(self) -> bool:
        """Whether the person may start this very plan now."""
        job = self.fix
        return bool(job and job.state == JobState.PLANNED and people.may(self.person, "job.apply", job).allowed)

    @property
    def signed_in(self) -> str:
        """How many people use the computer: their names are not everybody's to know."""
        found = self.fix.found if self.fix else None
        users = found.signed_in if isinstance(found, ChangeResult) else None
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
        usual = reports.usual_duration(self.fix.action if self.fix else self.walk.at.subject)
        return wording.duration_words(usual) if usual else ""

    @property
    def limit(self) -> str:
        """After how long a visit to a computer ends by itself, whatever the computer does."""
        return wording.duration_words(dt.timedelta(seconds=settings.MENDPOINT_VISIT_SECONDS))

    @cached_property
    def story(self) -> list[Any]:
        """The lines of the change, as they were written."""
        return list(self.fix.lines.all()) if self.fix else []

    @property
    def steps(self) -> list[wording.CheckLine]:
        """The change as a list of what is done, under way and still to come."""
        items = enumerate((self.plan or {"items": []})["items"])
        writes = {place: item["title"] for place, item in items if item["desired"]}
        return wording.running_steps(
            self.fix.state if self.fix else "", writes, [line.explanation for line in self.story]
        )

    @property
    def may_stop(self) -> bool:
        """Whether it has not begun, so that the person can still take it back."""
        return bool(self.fix and self.fix.state == JobState.QUEUED)

    @property
    def proof(self) -> dict[str, Any]:
        """What the check saw after the change."""
        job = self.ended_fix
        after = job.readings.filter(source="network").order_by("-pk").first() if job else None
        seen = ((after.value or {}).get("certificate") or {}) if after else {}
        print_ = str(seen.get("thumbprint") or "")[:8]
        return {
            "outside": after is not None,
            "at": job.ended_at if job else None,
            "until": _moment(seen.get("not_after")),
            "thumbprint": " ".join(print_[place : place + 2] for place in range(0, len(print_), 2)),
        }

    # ----------------------------------------------------------------------------------------------------- its end

    @property
    def bad_end(self) -> wording.EndWords | None:
        """The words for the bad end that the case stands behind, or for a change whose end is not known."""
        job = self.ended_fix or (self.fix if self.screen == "running" else None)
        if job is None:
            return None
        found = job.found
        if isinstance(found, HandCheckResult) and found.verdict == Verdict.NOT_VERIFIED:
            return wording.not_helped_words(self.host)
        return wording.bad_end_words(job.state, self.host, again=self.may_try_again, denied=found.denied)

    @cached_property
    def not_put_back(self) -> list[str]:
        """What the undo of the change could not put back."""
        undone = self.status.undone
        job = next((job for job in self.every_job if undone and str(job.pk) == undone.key), None)
        return reports.not_restored(job) if job else []

    @property
    def mark(self) -> str:
        """The screen, and whether it says something else than before: a page that is watching tells of a change."""
        return f"{self.screen}-end" if self.screen == "running" and self.bad_end else self.screen

    @property
    def reason(self) -> str:
        """Why it ended so, where the words for the end do not say it and nothing else on the page shows it."""
        job = self.ended_fix
        shown = {JobState.DRIFTED, JobState.NOT_VERIFIED, JobState.REVERTED, JobState.EXPIRED, JobState.CANCELLED}
        if job is None or job.state in shown or (job.kind == Job.Kind.CHECK_BY_HAND and job.state == JobState.DONE):
            return ""
        return wording.explained(job.explanation) if job.state == JobState.FAILED else wording.reason(job.explanation)

    @property
    def retry(self) -> bool:
        """Whether trying again is what the person should do: the computer was silent, and may answer now."""
        job = self.ended_fix
        silent = job is not None and job.state == JobState.UNREACHABLE and not job.found.denied
        return silent and self.may_try_again

    @property
    def differences(self) -> list[dict[str, str]]:
        """What somebody else changed meanwhile: the setting, as it was planned with, and as it is now."""
        found = self.ended_fix.found if self.ended_fix else None
        differences = found.differences if isinstance(found, ChangeResult) else None
        return [self._difference(one) for one in differences or ()]

    def _difference(self, one: PlanDifference) -> dict[str, str]:
        items = self.ended_fix.plan.document["items"] if self.ended_fix and self.ended_fix.plan else []
        title = items[one.item]["title"] if 0 <= one.item < len(items) else one.resource
        resource = catalog.installed_catalog().resources.get(one.resource)
        field = resource.fields.get(one.field) if resource else None
        if field is None:
            return {"title": title, "setting": "", "was": "", "now": _("could not be read")}
        return {
            "title": title,
            "setting": field.words,
            "was": field.read_as(one.planned),
            "now": field.read_as(one.found),
        }

    @property
    def outside(self) -> list[wording.CheckLine]:
        """What the check found after a change that is not verified, or was put back for that."""
        job = self.ended_fix
        if job is None or job.state not in {JobState.NOT_VERIFIED, JobState.REVERTED}:
            return []
        last = job.readings.filter(source="network").order_by("-pk").first()
        if last and last.value:
            return wording.outside_lines(last.value)
        return self.inside_lines({name: str(part["value"]) for name, part in job.facts.items()})

    @property
    def may_try_again(self) -> bool:
        """Whether the readings may be taken anew from here: not once two tries met a silent computer."""
        if self.case.host is None:
            return False
        silent = [job for job in self.all_jobs if job.action and job.state == JobState.UNREACHABLE]
        return not (self.ended_fix in silent and len(silent) >= TRIES)


def _moment(text: object) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
