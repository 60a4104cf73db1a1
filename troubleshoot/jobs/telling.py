"""Who is told how a change ended: whoever asked for it, and the person whose computer it is."""

from __future__ import annotations

from troubleshoot import catalog, notifications
from troubleshoot.audit import Actor
from troubleshoot.engine import Explanation, Json, NoticeCode
from troubleshoot.models import WRITTEN_STATES, Job, JobState


def tell_end(job: Job, said: Explanation, actor: Actor) -> None:
    """Tell how a change, or the check of what was done by hand, ended: whoever asked for it, and in other words the
    person whose computer it is."""
    if _was_told(job):
        return
    for one in {job.requester, *([job.beneficiary] if job.beneficiary else [])} - {actor}:
        values: dict[str, Json] = {"host": str(job.host), "why": said.to_json()}
        values |= {"to_person": True} if one == job.beneficiary else {}
        values |= _for_a_time(job)
        notifications.notify([one], NoticeCode.CHANGE_ENDED, values, case=job.case, job=job)


def _for_a_time(job: Job) -> dict[str, Json]:
    """Return until when a temporary change stays that may be in force, and what nobody must do until then."""
    if job.undo_at is None or job.state not in WRITTEN_STATES - {JobState.REVERTED}:
        return {}
    action = catalog.installed_catalog().actions.get(job.action)
    caution: dict[str, Json] = {"caution": action.caution.text} if action and action.caution else {}
    return {"until": job.undo_at.isoformat(), **caution}


def _was_told(job: Job) -> bool:
    """Tell of an undo that the portal tries again and again whether an earlier try ended alike: once is enough."""
    if not job.is_undo_by_portal or job.origin is None:
        return False
    return job.origin.reverts.exclude(pk=job.pk).filter(state=job.state, starter=None).exists()
