"""`manage.py diagnose`: the whole walk without browser, worker or broker. Reads only; never applies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from troubleshoot import audit, cases, catalog, diagnosis, engine, hosts, probes, remediation, reports, wording
from troubleshoot.diagnosis import code_hint, file_facts, judge_health, rank_all_causes
from troubleshoot.engine import Fact, Guide, Identified, Walk
from troubleshoot.hosts import Observation
from troubleshoot.management.command_base import PlainCommand
from troubleshoot.management.commands.cases import found_in_words, host_in_words
from troubleshoot.management.process_context import operator
from troubleshoot.management.told_options import (
    add_told,
    add_told_options,
    block_facts,
    read_block,
    told_answers,
    told_facts,
    with_saved_connection,
)
from troubleshoot.models import Credential, Host
from troubleshoot.remote import DialError, RegistrationUnfit

OUTCOME, QUESTIONS, NOT_REACHED = 0, 2, 3


class Command(PlainCommand):
    """From an error text and a computer to a diagnosis."""

    help = (
        "Diagnose an error on a computer: exit 0 outcome reached, 2 questions remain, 3 the computer was not reached."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--error", required=True, metavar="TEXT", help="the error window's text, or its number")
        parser.add_argument("--host", required=True, metavar="NAME", help="a registered computer")
        parser.add_argument("--answer", action="append", default=[], metavar="STEP=VALUE", help="repeatable")
        parser.add_argument("--json", action="store_true", dest="as_json")
        add_told_options(parser)
        lab = parser.add_argument_group("a simulated computer that is not registered")
        lab.add_argument("--address", metavar="A", help="its loopback address, or a name that leads to one")
        lab.add_argument("--credential-ref", metavar="R", help="env:MENDPOINT_SECRET_NAME or file:/PATH")
        lab.add_argument("--username", default="mendpoint")
        lab.add_argument("--rdp-port", type=int, default=3389)
        lab.add_argument("--winrm-port", type=int, default=5985)
        lab.add_argument("--ca-file", default="", help="the authority of its WinRM certificate; means HTTPS with Basic")

    def handle(self, *, error: str, as_json: bool, **options: Any) -> None:
        """Observe, walk, print, and leave with the status that says how far it came."""
        host = _host(options)
        told, block = told_facts(options), read_block(options["pc_block"], host)
        try:
            given = dict(_pair(text) for text in options["answer"])
            found = catalog.installed_catalog().codes.identify(with_saved_connection(error, options["rdp_file"]))
            guide = catalog.installed_catalog().guides[cases.guide_for_error(found)].begun_at(found.leads_to[1])
            observation = hosts.observe(host, about=catalog.installed_catalog().facts_of(guide))
            told |= block_facts(block, cases.addresses_dialled(host, _seen(observation)))
            document, walk = _diagnose(found, guide, host, observation, given=given, told=told)
        except (DialError, RegistrationUnfit) as refusal:
            raise CommandError(f"{host.name}: {wording.refusal_words(refusal)}") from refusal
        except ValueError as error_of_input:
            raise CommandError(f"{host.name}: {error_of_input}") from error_of_input
        _record(host, document)
        self.say(document, as_json=as_json, text=_in_words)
        raise SystemExit(_status(observation, walk))


def _host(options: dict[str, Any]) -> Host:
    if not options["address"]:
        host = Host.objects.select_related("site", "credential").filter(name__iexact=options["host"]).first()
        if host is None:
            raise CommandError(f"There is no registered computer called {options['host']}.")
        return host
    tls = bool(options["ca_file"])
    host = Host(
        name=options["host"],
        address=options["address"],
        lab=True,
        rdp_port=options["rdp_port"],
        winrm_port=options["winrm_port"],
        transport="basic" if tls else "ntlm",
        tls=tls,
        ca_file=options["ca_file"],
    )
    if options["credential_ref"]:
        host.credential = Credential(name=host.name, username=options["username"], reference=options["credential_ref"])
    try:
        host.clean_fields(exclude=["site", "credential"])
        if host.credential:
            host.credential.clean_fields(exclude=["site"])
    except ValidationError as error:
        raise CommandError("; ".join(error.messages)) from error
    return host


def _pair(text: str) -> tuple[str, str]:
    step, equals, value = text.partition("=")
    if not equals:
        raise CommandError(f"Write an answer as STEP=VALUE, not {text[:80]!r}.")
    return step, value


def _diagnose(
    found: Identified,
    guide: Guide,
    host: Host,
    observation: Observation,
    *,
    given: dict[str, str],
    told: dict[str, Fact],
) -> tuple[dict[str, Any], Walk]:
    described = cases.describe_error(found)
    told = told | file_facts(described, host.rdp_port)
    measured = add_told(observation.facts, told)
    hint = code_hint(described)
    walk, sources = diagnosis.consult_guide(guide, measured, told_answers(guide, told) | given, hint)
    known = add_told({**measured, **probes.answer_facts(guide, walk.path)}, told)
    action = walk.at.subject if walk.at.kind == "fix" else None
    outcome = {"end": walk.at.subject, "fix": "fix"}.get(walk.at.kind)
    return {
        "error": described,
        "host": host.name,
        "simulated": host.lab,
        "guide": guide.name,
        "version": guide.digest,
        "path": reports.path_document(guide, walk, sources),
        "facts": reports.facts_document(known),
        "causes": reports.causes_document(rank_all_causes(known, hint)),
        **reports.health_document(judge_health(known)),
        "outcome": outcome,
        "says": walk.at.title or walk.at.text,
        "action": action,
        "refusals": _refusals(action, host, observation) if action else [],
        "trouble": _trouble(observation),
        "questions": reports.open_questions(walk),
    }, walk


def _seen(observation: Observation) -> dict[str, Any] | None:
    """Return the report of the network probe; None where nothing was looked at from outside."""
    return next((value for source, _, value in observation.readings if source == "network"), None)


def _trouble(observation: Observation) -> dict[str, str] | None:
    why = observation.trouble
    return {"stage": observation.stage, "text": wording.explained(why)} if why else None


def _refusals(action: str, host: Host, observation: Observation) -> list[str]:
    """Return why this remedy would not be run as things stand."""
    wish = remediation.installed_action(action)
    found = [refusal.text for refusal in engine.unmet_guards(wish, engine.fact_values(observation.facts.values()))]
    barrier = remediation.forbidden_reason(wish, host)
    return [*found, wording.refusal_words(barrier)] if barrier else found


def _record(host: Host, document: dict[str, Any]) -> None:
    with audit.acting_through(audit.Source("cli")), transaction.atomic():
        audit.record(
            audit.Tag.HOST_READ,
            actor=operator(),
            objects=[host] if host.pk else [("host", host.name)],
            details={"guide": document["version"], "outcome": document["outcome"], "action": document["action"]},
        )


def _status(observation: Observation, walk: Walk) -> int:
    if not observation.answered:
        return NOT_REACHED
    return OUTCOME if walk.at.kind in {"end", "fix"} else QUESTIONS


def _in_words(document: dict[str, Any]) -> Iterator[str]:
    yield host_in_words(document)
    yield from found_in_words({**document, "waiting_for": "an answer"})
    if document["says"]:
        yield f"  {document['says']}"
    if document["trouble"]:
        yield f"  inside: {document['trouble']['text']}"
    for refusal in document["refusals"]:
        yield f"  not now: {refusal}"
