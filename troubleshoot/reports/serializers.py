"""Cases and jobs as plain values: what commands print and what an interface will answer. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from troubleshoot import diagnosis, wording
from troubleshoot.diagnosis import case_evidence, judge_health, judged_causes, latest_observation
from troubleshoot.engine import Fact, Guide, Health, Judgement, Walk
from troubleshoot.models import WAITING_STATES, Approval, Case, Job, JobState


def utc_or_none(moment: datetime | None) -> str | None:
    """Return a moment in UTC, to the second, as every export writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def case_document(one: Case) -> dict[str, Any]:
    """Return a case: error, path with sources, facts, causes, what it waits for, its jobs."""
    guide, walk = diagnosis.case_guide(one), diagnosis.replay_case(one)
    known = {**(diagnosis.case_facts(one) or {}), **diagnosis.stored_facts(one.pc)}
    observation = latest_observation(one)
    found = case_evidence(one, walk, observation)
    sources = {row.step: row.source for row in one.answers.order_by("number")}
    return {
        "case": one.pk,
        "error": one.error,
        "host": one.host.name if one.host else None,
        "simulated": bool(one.host and one.host.simulated),
        "invented": one.invented,
        "for": str(one.beneficiary),
        "opened_by": str(one.opened_by),
        "opened_at": utc_or_none(one.opened_at),
        "closed_at": utc_or_none(one.closed_at),
        "guide": guide.name,
        "version": guide.digest,
        "path": path_document(guide, walk, sources),
        "facts": {name: fact.value for name, fact in known.items()},
        "causes": causes_document(judged_causes(one, walk, observation)),
        **health_document(judge_health(found)),
        "waiting_for": one.waiting_for,
        "matter": one.matter,
        "outcome": one.outcome or None,
        "action": walk.at.subject if walk.at.kind == "fix" else None,
        "questions": open_questions(walk),
        "jobs": [str(key) for key in one.jobs.order_by("created_at").values_list("pk", flat=True)],
    }


def path_document(guide: Guide, walk: Walk, sources: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the answered steps in order, each with its value and who or what answered."""
    return [
        {
            "step": step,
            "asks": guide.steps[step].title or guide.steps[step].subject,
            "value": value,
            "source": sources.get(step, "reading"),
        }
        for step, value in walk.path
    ]


def open_questions(walk: Walk) -> list[dict[str, Any]]:
    """Return what a person has to answer next; nothing while a reading or a fix has to."""
    if walk.at.kind not in {"ask", "try"}:
        return []
    step = walk.at
    return [
        {
            "step": step.name,
            "kind": step.kind,
            "text": step.subject,
            "more": step.full_text,
            "answers": {value: step.words(value) for value in step.to},
        }
    ]


def health_document(health: Health) -> dict[str, Any]:
    """Return whether a computer is healthy, and what that would need besides: the facts that nobody looked at."""
    return {"healthy": health.state == "healthy", "health": health.state, "not_looked_at": list(health.unseen)}


def causes_document(judged: Iterable[Judgement]) -> list[dict[str, Any]]:
    """Return causes with their verdicts and the readings that say so."""
    return [
        {
            "id": one.cause.id,
            "title": one.cause.title,
            "verdict": one.said.replace("_", " "),
            "readings": list(one.readings),
        }
        for one in judged
    ]


def facts_document(known: Mapping[str, Fact]) -> dict[str, str]:
    """Return facts as name and value."""
    return {name: fact.value for name, fact in sorted(known.items())}


def job_document(one: Job) -> dict[str, Any]:
    """Return a job: what it is about, where it stands and why, its plan, votes, story and result."""
    found = one.found.to_json()
    return {
        "job": str(one.pk),
        "kind": one.kind,
        "host": one.host.name,
        "simulated": one.host.simulated,
        "invented": one.invented,
        "case": one.case_id,
        "action": one.action or None,
        "risk": one.risk,
        "state": one.state,
        "explanation": wording.explained(one.explanation),
        "explanation_code": one.explanation.code.value if one.explanation else None,
        "next_actor": one.next_actor or None,
        "requester": str(one.requester),
        "for": str(one.beneficiary) if one.beneficiary else None,
        "reason": one.reason,
        "needs_approval": one.needs_approval,
        "created_at": utc_or_none(one.created_at),
        "started_at": utc_or_none(one.started_at),
        "ended_at": utc_or_none(one.ended_at),
        "expires_at": utc_or_none(one.expires_at) if one.state in WAITING_STATES else None,
        "undo_at": utc_or_none(one.undo_at),
        "overdue": Job.objects.overdue().filter(pk=one.pk).exists(),
        "asking": asking_document(one),
        "host_undo": host_undo_document(one),
        "reverts": str(one.origin_id) if one.origin_id else None,
        "reverted_by": [str(key) for key in one.reverts.order_by("created_at").values_list("pk", flat=True)],
        "signed_in": found.get("signed_in"),
        "plan": one.plan.document if one.plan else None,
        "offers": [str(key) for key in Job.objects.filter(plan__made_by=one).values_list("pk", flat=True)],
        "approvals": [approval_document(vote) for vote in one.approvals.order_by("made_at")],
        "story": [
            {"at": utc_or_none(line.at), "text": wording.explained(line.explanation)} for line in one.lines.all()
        ],
        "result": found,
    }


def host_undo_document(one: Job) -> dict[str, Any] | None:
    """Return what stands of the undo that a computer makes by itself, and its times; None where none was armed."""
    if not one.host_undo:
        return None
    return {
        "state": one.host_undo,
        "armed_at": utc_or_none(one.armed_at),
        "ended_at": utc_or_none(one.host_undo_ended_at),
    }


def asking_document(one: Job) -> dict[str, Any] | None:
    """Return when a computer was asked what became of a lost change, and when it is asked next; None for any other."""
    asking = one.asking if one.is_change and one.state == JobState.UNKNOWN else None
    if asking is None:
        return None
    return {
        "asked_at": utc_or_none(asking.started_at),
        "asks_at": utc_or_none(asking.not_before),
        "said": wording.explained(asking.explanation),
    }


def approval_document(vote: Approval) -> dict[str, Any]:
    """Return one vote."""
    return {
        "by": str(vote.approver),
        "decision": vote.decision,
        "digest": vote.digest,
        "reason": vote.reason,
        "at": utc_or_none(vote.made_at),
        "expires_at": utc_or_none(vote.expires_at),
        "used_at": utc_or_none(vote.used_at),
    }
