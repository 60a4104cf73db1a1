"""The observation from the person's own PC: the command they run there, and what it printed, pasted into the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from troubleshoot import audit, diagnosis, jobs, notifications, people, probes
from troubleshoot.audit import Tag
from troubleshoot.diagnosis import case_evidence, shown_cause
from troubleshoot.engine import NoticeCode, Refusal, RefusalCode
from troubleshoot.models import Case, Host, PcBlock, Person, Reading
from troubleshoot.probes import BLOCK_MOST_CHARACTERS, BadClientBlock
from troubleshoot.remote import literal_address

#: A guide that asks for none of these is not about what the command observes.
ABOUT = frozenset({*probes.FACTS, *probes.CLIENT_FACTS})
#: The port that a program uses when no other is named.
USUAL_PORT = 3389


def command_for_case(case: Case) -> str:
    """Return the command for the person's PC; empty where it would tell nothing about what the case is about, or the
    computer has no name that can be put into one."""
    if ABOUT.isdisjoint(diagnosis.case_guide(case).facts):
        return ""
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
        found = probes.client_facts(block, ours=tuple(dict.fromkeys(_our_addresses(case))))
        case.pc = {fact: {"value": value, "readings": list(readings)} for fact, (value, readings) in found.items()}
        PcBlock.objects.create(case=case, round=case.round, by=actor, text=block.text, facts=case.pc)
        case.cause = shown_cause(case_evidence(case)) or case.cause
        case.save(update_fields=["pc", "cause"])
        audit.record(
            Tag.CASE_TOLD,
            actor=actor,
            on_behalf=case.beneficiary,
            objects=[case, *([case.host] if case.host else [])],
            details={"told": {fact: value for fact, (value, _readings) in found.items()}},
        )
        if case.owner and case.owner != actor:
            notifications.notify([case.owner], NoticeCode.REPORT_PASTED, {"who": str(actor)}, case=case)
        jobs.continue_case(case, actor=actor, requester=actor)


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
    "command_for_case",
    "latest_client_block",
    "submit_client_report",
]
