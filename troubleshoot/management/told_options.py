"""What a person would say or hand in, as options of a command: when it fails, from where, the block of their PC, and
the connection that they saved."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from troubleshoot import catalog, engine, probes
from troubleshoot.engine import UNKNOWN, Fact, FactWords, Guide, Refusal, RefusalCode
from troubleshoot.models import Host
from troubleshoot.probes import BadClientBlock, ClientBlock

#: Option → the fact that it tells.
_TOLD: Mapping[str, FactWords] = MappingProxyType(
    {fact.name.rpartition(".")[2]: fact for fact in probes.TOLD_WORDS},
)
_MOST_BYTES = 4 * probes.BLOCK_MOST_CHARACTERS


def add_told_options(parser: CommandParser) -> None:
    """Declare one option for each fact that people tell, and one for the block of their own PC."""
    group = parser.add_argument_group("what the person says or hands in")
    for option, fact in _TOLD.items():
        words = ", ".join(f"{value} ({said})" for value, said in fact.values.items())
        group.add_argument(f"--{option}", default="", metavar="VALUE", help=f"{fact.words}: {words}")
    group.add_argument(
        "--pc-block",
        type=Path,
        metavar="FILE",
        help="what the command for the person's own PC printed there in the last two hours",
    )
    group.add_argument(
        "--rdp-file",
        type=Path,
        metavar="FILE",
        help="the connection that the person saved (a file that ends in .rdp), as if its text were part of the error",
    )


def told_facts(options: Mapping[str, object]) -> dict[str, Fact]:
    """Return the facts that the options tell. Raises CommandError for a value that the fact does not have."""
    said = {option: str(options[option]) for option in _TOLD if options[option]}
    for option, value in said.items():
        if value not in _TOLD[option].values:
            raise CommandError(f"--{option} is one of {', '.join(_TOLD[option].values)}, not {value[:80]!r}.")
    return {_TOLD[option].name: _told(_TOLD[option], value) for option, value in said.items()}


def told_answers(guide: Guide, told: Mapping[str, Fact]) -> dict[str, str]:
    """Return the answers (step → value) to the questions of a guide that ask for what was told."""
    asked = {step.name: told[step.tells].value for step in guide.steps.values() if step.tells in told}
    return {name: value for name, value in asked.items() if value in guide.steps[name].to}


def read_block(file: Path | None, host: Host) -> ClientBlock | None:
    """Return the block in a file, None without a file. Raises CommandError for a file that cannot be read, and Refusal
    for a block that is not right, or not about this computer."""
    if file is None:
        return None
    try:
        with file.open("rb") as opened:
            text = _text(opened.read(_MOST_BYTES))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--pc-block: {file} cannot be read: {error}") from error
    try:
        return probes.read_client_block(text, name=host.name, port=host.rdp_port, now=timezone.now())
    except BadClientBlock as bad:
        raise Refusal(RefusalCode.CLIENT_BLOCK_UNFIT, reason=bad.reason, line=bad.line, text=bad.text) from bad


def with_saved_connection(error: str, file: Path | None) -> str:
    """Return the text of an error with the saved connection in a file. Raises CommandError for a file that cannot be
    read, is too large, or holds no saved connection."""
    if file is None:
        return error
    try:
        with file.open("rb") as opened:
            data = opened.read(engine.LARGEST_SAVED_CONNECTION + 1)
    except OSError as why:
        raise CommandError(f"--rdp-file: {file} cannot be read: {why}") from why
    text = engine.decode_saved_connection(data)
    if len(data) > engine.LARGEST_SAVED_CONNECTION or engine.read_saved_connection(text) is None:
        raise CommandError(f"--rdp-file: {file} is no saved connection of Remote Desktop.")
    return f"{error}\n\n{engine.without_secrets(text)}"


def block_facts(block: ClientBlock | None, ours: Iterable[str]) -> dict[str, Fact]:
    """Return what a block tells, with the addresses to which the portal itself connects; nothing without a block."""
    if block is None:
        return {}
    updates = catalog.installed_catalog().told_updates
    found = probes.client_facts(block, updates=updates, ours=tuple(dict.fromkeys(ours)))
    return {name: Fact(name, value, readings) for name, (value, readings) in found.items()}


def add_told(facts: Mapping[str, Fact], told: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return facts with those that were told where nothing else is known."""
    unknown = {name: fact for name, fact in told.items() if name not in facts or facts[name].value == UNKNOWN}
    return {**facts, **unknown}


def _told(fact: FactWords, value: str) -> Fact:
    return Fact(fact.name, value, (f"told by the person: {fact.words}: {fact.values[value]}",))


def _text(found: bytes) -> str:
    """Return the text of a file; Windows PowerShell writes UTF-16 where output is sent into one."""
    utf_16 = found.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return found.decode("utf-16" if utf_16 else "utf-8-sig")
