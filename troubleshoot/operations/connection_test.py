"""The connection test: whether a worker of a host's site can sign in there and read, stage by stage, with the cure."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from troubleshoot import hosts, jobs, people, wording
from troubleshoot.audit import Machine, Tag
from troubleshoot.engine import Code, ConnectionTestResult, Explanation
from troubleshoot.hosts import Observation
from troubleshoot.models import ACTIVE_STATES, ENDED_STATES, Host, Job, JobState, Person, Reading, held
from troubleshoot.remote import OLDEST_POWERSHELL
from troubleshoot.wording import CURES, STAGES

SOURCE: Final = "connection"
MOST_DETAIL: Final = 600
#: Kerberos refuses tickets when clocks differ by more than this many seconds (its default on Windows).
MOST_SKEW: Final = 300

#: Stages that a visit names otherwise.
_ALSO: Final = {
    "settings": "name",
    "command": "powershell",
    "receive": "powershell",
    "result": "powershell",
    "identity": "readings",
}


@dataclass(frozen=True)
class ConnectionStage:
    """One line of the test. `state`: waiting, now, good, bad, off (does not apply) or skipped (never reached)."""

    name: str
    question: str
    state: str
    detail: str = ""
    cure: str = ""
    took: str = ""
    #: Whether `detail` was kept as a sentence, and so stays in the language that it was written in.
    written: bool = False


def request_connection_test(*, actor: Person, host: Host) -> Job:
    """Ask a worker of the host's site to try the way in; return the test that is open already, if there is one."""
    people.require_permission(actor, "host.test", host)
    with transaction.atomic():
        held(Host.objects.all()).get(pk=host.pk)  # two presses of the button are one test
        found = connection_tests(host).exclude(state__in=ENDED_STATES).first()
        kind = Job.Kind.CONNECTION_TEST
        return found or jobs.queue_reading(kind, host=host, case=None, requester=actor, beneficiary=None)


def connection_tests(host: Host) -> QuerySet[Job]:
    """Return the connection tests of a host, newest first."""
    return Job.objects.filter(kind=Job.Kind.CONNECTION_TEST, host=host).order_by("-created_at")


def run_connection_test(job: Job) -> Observation:
    """Try the way in, and write down each stage as soon as it is known. Bounded in time; no host makes it raise."""
    stages = _StageWriter(job)
    observation = hosts.try_sign_in(job.host, attempt=job.pk, on_stage=stages.passed)
    if observation.trouble:
        stages.stopped(observation, observation.trouble)
    else:
        stages.read(observation)
    return observation


def end_connection_test(job: Job, observation: Observation, *, worker: Machine) -> bool:
    """End the test; False when the lease has been lost."""
    bad = [name for name, value in _written(job).items() if value["ok"] is False]
    said = Explanation.of(Code.TEST_NOT_PASSED, stage=bad[-1]) if bad else Explanation(Code.TEST_PASSED)
    return jobs.move_job(
        job,
        JobState.DONE,
        said,
        tag=Tag.JOB_END,
        actor=worker,
        fence=job.fence,
        found=ConnectionTestResult(reached=observation.reached, stage=bad[-1] if bad else ""),
        explanation=observation.trouble,
    )


def connection_stages(job: Job | None) -> list[ConnectionStage]:
    """Return the lines of a test as they are known now; all of them waiting before there is a test."""
    seen = _written(job) if job else {}
    names = list(STAGES)
    reached = max((names.index(name) for name in seen), default=-1)
    stopped = any(value["ok"] is False for name, value in seen.items() if name != "clock")
    under_way = job is not None and job.state in ACTIVE_STATES and not stopped
    lines = []
    for place, (name, question) in enumerate(STAGES.items()):
        if name in seen:
            lines.append(_seen(name, str(question), seen[name]))
        elif job is not None and (job.has_ended or place < reached):
            lines.append(ConnectionStage(name, str(question), "skipped"))
        else:
            lines.append(
                ConnectionStage(name, str(question), "now" if under_way and place == reached + 1 else "waiting")
            )
    return lines


def _written(job: Job) -> dict[str, dict[str, Any]]:
    """Return what the worker wrote down, by stage in the order of time; what it wrote last about a stage counts."""
    return {one.name: one.value or {} for one in job.readings.filter(source=SOURCE)}


def _seen(name: str, question: str, value: dict[str, Any]) -> ConnectionStage:
    state = {True: "good", False: "bad", None: "off"}[value["ok"]]
    cure = str(CURES[name]) if value["ok"] is False else ""
    return ConnectionStage(name, question, state, _detail(value), cure, _took(value["ms"]), "detail" in value)


def _detail(value: dict[str, Any]) -> str:
    """Return what was seen at a stage; before there were codes, its sentence was kept."""
    return str(value["detail"]) if "detail" in value else wording.explained(Explanation.from_json(value.get("said")))


def _took(ms: int) -> str:
    return wording.length_words(dt.timedelta(milliseconds=ms), precise=True)


class _StageWriter:
    """What stores each stage of a visit's way, once, as soon as it is known."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._since = time.monotonic()
        self._written: dict[str, bool | None] = {}

    def passed(self, stage: str, seen: str) -> None:
        """Judge what was seen at a stage that the visit has passed."""
        if stage == "tcp" and not self._job.host.tls:
            self._write(stage, True, _seen_there(seen))
            self._write("tls", None, Explanation(Code.SEALED_MESSAGES))
        elif stage == "clock":
            self._write(stage, *_judged_clock(seen))
        elif stage == "powershell":
            version = tuple(int(part) for part in seen.split(".")[:2])
            self._write(stage, version >= OLDEST_POWERSHELL, _seen_there(seen))
        elif stage == "language":
            self._write(stage, seen == "FullLanguage", _seen_there(seen))
        else:
            self._write(stage, True, _seen_there(seen))

    def stopped(self, observation: Observation, why: Explanation) -> None:
        """Note where a visit ended without a result: at the stage that it names, or after the last that it passed."""
        stage = _ALSO.get(observation.stage, observation.stage)
        if observation.reached in {"constrained_language", "blocked"}:
            stage = "readings" if self._written.get("language") else "language"
        if observation.cut and stage == "powershell":
            stage = "tcp"  # whether PowerShell is there was not seen: the computer was no longer reached
        if self._job.host.tls and "tcp" in self._written and "tls" not in self._written:
            stage = "tls"  # a visit that ran out of time names where it wanted to go, not where it stood
        if False not in {ok for name, ok in self._written.items() if name != "clock"}:
            # The page names the stage itself.
            seen = Explanation(Code.REFUSED, why.params) if why.code == Code.WAY_ENDED else why
            self._write(stage, False, seen, again=True)

    def read(self, observation: Observation) -> None:
        """Note what a visit read that came back with what a diagnosis reads."""
        taken = [value for source, _name, value in observation.readings if source == "windows"]
        good = sum("error" not in value for value in taken)
        self._write("readings", good == len(taken), Explanation.of(Code.READINGS_COUNTED, good=good, all=len(taken)))

    def _write(self, stage: str, ok: bool | None, said: Explanation, *, again: bool = False) -> None:
        if stage in self._written and not again:
            return
        self._written[stage] = ok
        now = time.monotonic()
        value = {"ok": ok, "said": said.to_json(), "ms": int((now - self._since) * 1000)}
        self._since = now
        Reading.objects.create(job=self._job, source=SOURCE, name=stage, value=value)


def _seen_there(text: str) -> Explanation:
    return Explanation.sentence(text[:MOST_DETAIL])


def _judged_clock(date: str) -> tuple[bool | None, Explanation]:
    """Return what an HTTP date says about the host's clock, compared with this worker's."""
    try:
        skew = round((parsedate_to_datetime(date) - timezone.now()).total_seconds())
    except (ValueError, TypeError):
        return None, Explanation(Code.CLOCK_UNREADABLE)
    if abs(skew) <= 2:  # the date has whole seconds, and travelled
        return True, Explanation(Code.CLOCK_AGREES)
    code = Code.CLOCK_AHEAD if skew > 0 else Code.CLOCK_BEHIND
    return abs(skew) <= MOST_SKEW, Explanation.of(code, seconds=abs(skew))
