"""One case as a timeline: everything that happened to it, in the order of time, as far as the reader may know it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot import diagnosis, engine, people, wording
from troubleshoot.audit import Tag
from troubleshoot.diagnosis import answer_in_words
from troubleshoot.engine import Code
from troubleshoot.models import Answer, Approval, Case, Entry, Job, JobLine, Message, Person
from troubleshoot.reports.change_record import ChangeRecord, change_records
from troubleshoot.reports.filters import action_choices

#: The most of each kind that one page shows; it says so when there is more.
MOST = 500
KINDS = {
    "case": gettext_lazy("case"),
    "answer": gettext_lazy("answer"),
    "reading": gettext_lazy("reading"),
    "job": gettext_lazy("change"),
    "approval": gettext_lazy("approval"),
    "message": gettext_lazy("message"),
    "note": gettext_lazy("internal note"),
    "audit": gettext_lazy("audit"),
}
#: Who answered, where it was not a person.
_SOURCES = {
    Answer.Source.READING: gettext_lazy("the reading"),
    Answer.Source.FIX: gettext_lazy("the fix"),
    Answer.Source.TOLD: gettext_lazy("told by the person's PC"),
}


#: What the story of a job says as well, and a vote or a message by itself: once is enough.
_TOLD_BY_ITSELF = frozenset({Code.APPROVED, Code.DECLINED, Code.ASKED})
#: What ends a case and what begins it again.
_TURNS = [Tag.CASE_CLOSE.value, Tag.CASE_REOPEN.value]


@dataclass(frozen=True)
class TimelineMoment:
    """One thing that happened. `kind` says what it is; `old` that it no longer counts."""

    at: dt.datetime
    kind: str
    text: str
    who: str = ""
    tone: str = ""
    old: bool = False

    @property
    def kind_words(self) -> str:
        """Return what kind of moment it is, in words."""
        return str(KINDS[self.kind])


@dataclass(frozen=True)
class Timeline:
    """The moments of a case, oldest first, and its changes in all they were; `cut` when some are left out."""

    moments: list[TimelineMoment]
    changes: list[ChangeRecord]
    cut: bool


def case_timeline(case: Case, person: Person) -> Timeline:
    """Return everything about a case that this person may read. Raises nothing: the caller has obtained the case."""
    parts = [
        [TimelineMoment(case.opened_at, "case", _("The case was opened"), str(case.opened_by))],
        list(_turns(case)),
        list(_answers(case)),
        list(_lines(case, notes=people.may(person, "desk.read", case).allowed)),
        list(_votes(case)),
        list(_messages(case, person)),
        list(_told(case)),
        list(_entries(case, person)),
    ]
    found = sorted((moment for part in parts for moment in part), key=lambda one: one.at)
    changes = _changes(case, person)
    return Timeline(found, changes, len(changes) >= MOST or any(len(part) >= MOST for part in parts))


def _turns(case: Case) -> Iterator[TimelineMoment]:
    """Yield each time that the case was closed, opened again or begun anew: of the audit log no more than when, and by
    whom, which whoever reads the case may know."""
    rows = Entry.objects.filter(objects_named__kind="case", objects_named__ref=str(case.pk), tag__in=_TURNS)
    closed = False
    for entry in rows.select_related("personal").order_by("id")[:MOST]:
        said, closed = _turn(entry, was_closed=closed)
        who = _actor(entry) if entry.actor_kind == "person" else wording.portal_name()
        yield TimelineMoment(entry.at, "case", said, who, tone="is-ok" if closed else "")
    if case.closed_at and not closed:
        yield TimelineMoment(case.closed_at, "case", _("The case was closed"), tone="is-ok")


def _turn(entry: Entry, *, was_closed: bool) -> tuple[str, bool]:
    if entry.tag == Tag.CASE_CLOSE.value:
        return _("The case was closed"), True
    return (_("The case was opened again") if was_closed else _("The case was begun anew")), False


def _changes(case: Case, person: Person) -> list[ChangeRecord]:
    """Return the changes of the case that this person may read, the oldest first."""
    rows = people.permitted_rows(Job.objects.changes().filter(case=case), person, "job.read")
    related = rows.select_related("plan", "requester", "beneficiary", "starter", "host")
    return change_records(related.order_by("created_at", "pk")[:MOST], person)


def _answers(case: Case) -> Iterator[TimelineMoment]:
    """Yield answers by persons, readings and fixes. One that a later answer replaced, or of an earlier walk, is old."""
    guide = diagnosis.case_guide(case)
    rows = list(case.answers.select_related("by", "job").order_by("number")[:MOST])
    counting = _counting(case, rows)
    for row in rows:
        if diagnosis.is_untold(row):
            continue
        step = guide.steps.get(row.step)
        asks, says = answer_in_words(step, row.value, row.job) if step else _unknown_step(row)
        who = str(row.by) if row.by else str(_SOURCES[Answer.Source(row.source)])
        text = wording.join_texts(" " if asks.endswith((".", "?", "!")) else ": ", [asks, says])
        yield TimelineMoment(row.at, "answer", text, who, old=row.pk not in counting)


def _unknown_step(row: Answer) -> tuple[str, str]:
    return wording.content(row.step), wording.own_words(row.value)


def _told(case: Case) -> Iterator[TimelineMoment]:
    """Yield what was told of the person's own PC: blocks that were pasted, and answers of people who looked."""
    for block in case.pc_blocks.select_related("by").order_by("pk")[:MOST]:
        said = wording.client_report_words(engine.stored_values(block.facts), _computer(case))
        text = wording.compose(_("Told by the person's PC: %s"), wording.join_texts(" ", said))
        yield TimelineMoment(block.at, "answer", text, str(block.by))
    rows = list(case.pc_answers.select_related("by").order_by("pk")[:MOST])
    counting = {(row.round, row.question): row.pk for row in rows}
    for row in rows:
        old = row.round != case.round or counting[row.round, row.question] != row.pk
        yield TimelineMoment(row.at, "answer", wording.content(row.words), str(row.by), old=old)


def _computer(case: Case) -> str:
    return case.computer_name


def _counting(case: Case, rows: list[Answer]) -> set[int]:
    """Return the answers on which the case stands: those of the present walk that nothing has superseded."""
    guide = diagnosis.case_guide(case)
    found: dict[str, str] = {}
    latest: dict[str, int] = {}
    for row in rows:
        if row.round != case.round:
            continue
        try:
            found = engine.answer_guide(guide, found, row.step, row.value)
        except engine.AnswerRefused:
            continue
        latest[row.step] = row.pk
    return {latest[step] for step in found}


def _lines(case: Case, *, notes: bool) -> Iterator[TimelineMoment]:
    """Yield the stories of the case's jobs, each line when it was written; `notes`: internal notes are told as well."""
    words = action_choices()
    rows = JobLine.objects.filter(job__case=case).select_related("job__host").defer("job__facts", "job__result")
    for line in rows.order_by("pk")[:MOST]:
        if _is_told(line, notes=notes):
            continue
        action = words.get(line.job.action, line.job.action)
        what = wording.content(action) if action else _("Diagnosis")
        text = wording.join_texts(": ", [what, wording.explained(line.explanation)])
        tone = "is-bad" if line.job.state in {"failed", "unknown", "not_verified"} else ""
        yield TimelineMoment(line.at, "job" if line.job.is_change else "reading", text, tone=tone)


def _is_told(line: JobLine, *, notes: bool) -> bool:
    """Tell whether something else in the timeline says the same at the same moment."""
    code = line.explanation.code
    if code == Code.PLAN_READY:
        return line.job.kind == Job.Kind.PLAN  # the plan's own story begins with it
    return code in _TOLD_BY_ITSELF or (notes and code == Code.ASKED_INTERNALLY)


def _votes(case: Case) -> Iterator[TimelineMoment]:
    words = action_choices()
    for vote in Approval.objects.filter(job__case=case).select_related("approver", "job").order_by("made_at")[:MOST]:
        what = wording.content(words.get(vote.job.action, vote.job.action))
        said = _("Approved: %s") if vote.decision == Approval.Decision.APPROVE else _("Declined: %s")
        reason = wording.compose(" (%s)", wording.own_words(vote.reason)) if vote.reason else ""
        text = wording.join_texts("", [wording.compose(said, what), reason])
        yield TimelineMoment(vote.made_at, "approval", text, str(vote.approver))


def _messages(case: Case, person: Person) -> Iterator[TimelineMoment]:
    """Yield what people wrote; internal notes only for those who see the case as helpdesk does."""
    rows = Message.objects.filter(case=case).select_related("author").order_by("pk")
    if not people.may(person, "desk.read", case).allowed:
        rows = rows.filter(internal=False)
    for message in rows[:MOST]:
        kind, text = "note" if message.internal else "message", wording.own_words(message.text)
        yield TimelineMoment(message.at, kind, text, str(message.author))


def _entries(case: Case, person: Person) -> Iterator[TimelineMoment]:
    """Yield the audit entries about the case, with their tags, for those who may read the log."""
    if not people.may(person, "audit.read").allowed:
        return
    rows = Entry.objects.filter(objects_named__kind="case", objects_named__ref=str(case.pk))
    for entry in rows.select_related("personal").order_by("id")[:MOST]:
        yield TimelineMoment(entry.at, "audit", entry.tag, _actor(entry))


def _actor(entry: Entry) -> str:
    """Return who did it: the name as it was recorded, or the machine; an erased name stays erased."""
    if entry.actor_kind != "person":
        return f"{entry.actor_kind} {entry.actor}"
    part = getattr(entry, "personal", None)
    if part is None:
        return _("erased")
    return str(json.loads(bytes(part.payload)).get("actor", {}).get("name", ""))
