"""What a person tells of their own PC: they look and answer questions, or paste what a command printed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from troubleshoot import audit, diagnosis, engine, jobs, notifications, people, probes
from troubleshoot.audit import Tag
from troubleshoot.catalog import installed_catalog
from troubleshoot.diagnosis import case_evidence
from troubleshoot.engine import UNKNOWN, NoticeCode, PcChoice, PcQuestion, Refusal, RefusalCode
from troubleshoot.models import Case, Host, PcAnswer, PcBlock, Person, Reading
from troubleshoot.probes import BLOCK_MOST_CHARACTERS, NOT_TOLD, BadClientBlock
from troubleshoot.remote import literal_address

#: A guide that asks for none of these is not about what the command observes.
ABOUT = frozenset({*probes.FACTS, *probes.CLIENT_FACTS})
#: Values by which a fact says nothing.
SAYS_NOTHING = frozenset({NOT_TOLD, UNKNOWN})
#: The port that a program uses when no other is named.
USUAL_PORT = 3389


def asks_about_pc(case: Case) -> bool:
    """Tell whether what the person's PC meets says something about this open case, whose computer has a real name."""
    return case.closed_at is None and bool(_command(case)) and not ABOUT.isdisjoint(diagnosis.case_guide(case).facts)


def command_for_case(case: Case) -> str:
    """Return the command for the person's PC; empty where it would tell nothing, or the site offers none."""
    return _command(case) if asks_about_pc(case) and not (case.site and case.site.no_pc_command) else ""


def pc_target(case: Case) -> str:
    """Return computer and port as the signed script asks for them."""
    return ":".join(map(str, _target(case)))


def _command(case: Case) -> str:
    try:
        return probes.client_command(*_target(case))
    except ValueError:
        return ""


def submit_client_report(*, actor: Person, case: Case, text: str) -> None:
    """Keep what the person's PC told, and let the case go on with it. The same block once more changes nothing.

    Raises PermissionRefused, and Refusal with the line that is wrong and what to do.
    """
    people.require_permission(actor, "case.answer", case)
    name, port = _target(case)
    try:
        block = probes.read_client_block(text, name=name, port=port, now=timezone.now())
    except BadClientBlock as bad:
        raise Refusal(RefusalCode.CLIENT_BLOCK_UNFIT, reason=bad.reason, line=bad.line, text=bad.text) from bad
    with transaction.atomic():
        case.hold()
        if case.closed_at is not None:
            raise Refusal(RefusalCode.CASE_CLOSED)
        latest = case.pc_blocks.filter(round=case.round).last()
        if latest and latest.text == block.text:
            return
        ours = tuple(dict.fromkeys(_our_addresses(case)))
        told = probes.client_facts(block, updates=installed_catalog().told_updates, ours=ours)
        facts = {fact: {"value": value, "readings": list(readings)} for fact, (value, readings) in told.items()}
        PcBlock.objects.create(case=case, round=case.round, by=actor, text=block.text, facts=facts)
        _go_on_with(case, actor, facts, NoticeCode.REPORT_PASTED)


def answer_pc_question(*, actor: Person, case: Case, question: str, value: str) -> None:
    """Keep what the person saw on their PC when they were asked, and let the case go on with it.

    The same answer once more changes nothing; another one counts in its place. Raises PermissionRefused and Refusal.
    """
    people.require_permission(actor, "case.answer", case)
    asked, choice = _asked(question, value)
    reading = f"told by the person: {asked.ask} {choice.words}"
    with transaction.atomic():
        case.hold()
        if case.closed_at is not None:
            raise Refusal(RefusalCode.CASE_CLOSED)
        latest = pc_answers(case).get(question)
        if latest and latest.value == value:
            return
        facts = {fact: {"value": said, "readings": [reading]} for fact, said in choice.tells.items()}
        PcAnswer.objects.create(
            case=case,
            round=case.round,
            by=actor,
            question=question,
            value=value,
            words=reading,
            facts=facts,
        )
        _go_on_with(case, actor, facts, None if open_pc_questions(case) else NoticeCode.PC_ANSWERED)


def _asked(question: str, value: str) -> tuple[PcQuestion, PcChoice]:
    """Return a question and the answer that was chosen. Raises Refusal where there is no such one."""
    asked = installed_catalog().questions.get(question)
    if asked is None:
        raise Refusal(RefusalCode.NOT_ASKED_NOW)
    choice = asked.choice(value)
    if choice is None:
        raise Refusal(RefusalCode.NO_ANSWER_CHOSEN)
    return asked, choice


def _go_on_with(case: Case, actor: Person, facts: Mapping[str, Any], notice: NoticeCode | None) -> None:
    """Judge the case by what was told, record what is new of it, and go on."""
    case.pc = _told_so_far(case)
    case.save(update_fields=["pc"])
    audit.record(
        Tag.CASE_TOLD,
        actor=actor,
        on_behalf=case.beneficiary,
        objects=[case, *([case.host] if case.host else [])],
        details={"told": {fact: part["value"] for fact, part in facts.items()}},
    )
    if notice and case.owner and case.owner != actor:
        notifications.notify([case.owner], notice, {"who": str(actor)}, case=case)
    jobs.continue_case(case, actor=actor, requester=actor, learned=True)


def _told_so_far(case: Case) -> dict[str, Any]:
    """Return what counts of the latest block and the latest answers: the later word, unless it says nothing."""
    words: list[PcBlock | PcAnswer] = list(pc_answers(case).values())
    if block := case.pc_blocks.filter(round=case.round).last():
        words.append(block)
    told: dict[str, Any] = {}
    for one in sorted(words, key=lambda one: one.at):
        told = {**one.facts, **told, **{fact: part for fact, part in one.facts.items() if _says(part)}}
    return told


def _says(part: Mapping[str, Any]) -> bool:
    return part["value"] not in SAYS_NOTHING


def pc_answers(case: Case) -> dict[str, PcAnswer]:
    """Return the answers that count about the person's PC, by question."""
    return {row.question: row for row in case.pc_answers.filter(round=case.round).select_related("by")}


def open_pc_questions(case: Case) -> list[PcQuestion]:
    """Return what is still to be asked about the person's PC, in order."""
    known = {name: fact.value for name, fact in case_evidence(case).items()}
    return engine.open_questions(installed_catalog().questions.values(), known, pc_answers(case))


def latest_client_block(case: Case) -> PcBlock | None:
    """Return the block that counts, with who pasted it; None, without asking the database, while nothing was pasted."""
    return case.pc_blocks.filter(round=case.round).select_related("by").last() if case.pc else None


def _target(case: Case) -> tuple[str, int]:
    """Return the computer as the person's program knows it: registered, or as they called it."""
    return (case.host.name, case.host.rdp_port) if case.host else (case.named_host, USUAL_PORT)


def _our_addresses(case: Case) -> Iterator[str]:
    """Yield the addresses to which the portal itself connects, as far as they are known."""
    seen = Reading.objects.filter(job__case=case, source="network").order_by("-pk").first()
    yield from addresses_dialled(case.host, seen.value if seen else None)


def addresses_dialled(host: Host | None, seen: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield the addresses of a computer to which the portal connects, and those that its network probe saw."""
    if host and literal_address(host.address):
        yield host.address
    for stage in (seen or {}).get("stages", []):
        if stage.get("name") == "name":
            yield from (part for part in str(stage.get("detail", "")).split(", ") if literal_address(part))


__all__ = [
    "BLOCK_MOST_CHARACTERS",
    "addresses_dialled",
    "answer_pc_question",
    "asks_about_pc",
    "command_for_case",
    "latest_client_block",
    "open_pc_questions",
    "pc_answers",
    "pc_target",
    "submit_client_report",
]
