"""The command that observes from a person's own PC, and the block that it prints: made here, and read back strictly.

The block is text that somebody pasted: bounded, plain ASCII, every line known, and refused with the line that is wrong.
The check value shows that letters were lost or changed on the way; whoever wants to can compute it for any text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from troubleshoot.remote import is_host_name, literal_address

VERSION = 1
BLOCK_MOST_CHARACTERS = 20_000
"""Of what may be pasted: a whole window with the command and what it printed is a quarter of it."""
MOST_LINES = 24
MOST_LETTERS = 80
"""In one line; the command prints no longer one, so that no window breaks it."""
LONGEST_NAME = 60
MOST_AGE = timedelta(hours=2)
AHEAD = timedelta(minutes=10)
"""So far the clock of a PC may be ahead of ours."""
NONE, UNTOLD = "none", "untold"

_SCRIPT = Path(__file__).with_name("person.ps1").read_text(encoding="ascii")
_PLACE = "$name = 'COMPUTER'; $port = 3389"
#: In a file nothing can be put in, since it is signed: it asks, and waits before its window closes.
_ASKED = r"""$name, $port = "$(Read-Host 'Computer, as the page of your case shows it')".Trim() -split ':(?=\d+$)'
  if (-not $port) { $port = 3389 }"""
_WAITS = "[void](Read-Host 'Mark the lines from BEGIN to END and press Ctrl+C. Enter closes this window')\n"
_BEGIN = re.compile(r"MENDPOINT BEGIN ([0-9]{1,6})")
_END = re.compile(r"MENDPOINT END ([0-9]{1,5})")
_TIME = r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})Z"
#: The lines of a block in their order: first word, what follows it, how many there are.
_LINES: tuple[tuple[str, re.Pattern[str], int, int], ...] = (
    ("for", re.compile(r"([A-Za-z0-9._:-]{1,64}):([0-9]{1,5})"), 1, 1),
    ("time", re.compile(_TIME), 1, 1),
    ("address", re.compile(r"(none|untold|[0-9A-Fa-f.:]{2,45}(?:%[0-9]{1,10})?)"), 1, 4),
    ("tcp", re.compile(r"(open|silent|untold|[A-Z][A-Za-z]{2,40})"), 1, 1),
    ("reply", re.compile(r"(closed|silent|untold|(?:[0-9a-f]{2}){1,19})"), 1, 1),
    ("udp", re.compile(r"(on|off)"), 1, 1),
    ("gateway", re.compile(r"(none|file|policy)"), 1, 1),
    # The command of before did not print it, and a company may have signed that one.
    ("build", re.compile(r"(untold|[1-9][0-9]{3,5}\.(?:0|[1-9][0-9]{0,5}))"), 0, 1),
    ("log", re.compile(r"([0-8]|untold)"), 1, 1),
    ("event", re.compile(rf"(226|1024|1026|1102) (-|[0-9]{{1,10}}) {_TIME}"), 0, 8),
)


class BadClientBlock(ValueError):
    """Why a pasted text is not taken: one of REASONS, and the line of the text that it is about (0: none)."""

    REASONS = (
        *("empty", "too_long", "command", "no_block", "cut", "version", "letters", "quoted", "lines", "unknown"),
        *("twice", "missing", "shape", "contradiction", "check", "other_host", "old", "ahead"),
    )

    def __init__(self, reason: str, line: int = 0, text: str = "") -> None:
        super().__init__(f"{reason}, line {line}: {text!r}")
        self.reason, self.line, self.text = reason, line, text[:MOST_LETTERS]


@dataclass(frozen=True)
class ClientEvent:
    """One event of the Remote Desktop program's log: its number, and for 1026 the reason in decimal."""

    number: int
    reason: int | None
    at: datetime


@dataclass(frozen=True)
class ClientBlock:
    """What one block says, in the words of the command."""

    name: str
    port: int
    at: datetime
    addresses: tuple[str, ...]
    """Addresses, or one of NONE and UNTOLD."""
    tcp: str
    """open, silent, untold, or a word of .NET's SocketError."""
    reply: str
    """closed, silent, untold, or the first bytes of the answer in hexadecimal."""
    udp: str
    gateway: str
    build: str
    """Of Windows, such as 26100.7623, or UNTOLD."""
    log: int | None
    """How many events follow; None when the log could not be read."""
    events: tuple[ClientEvent, ...]
    text: str
    """The lines of the block, as they were checked."""


def client_command(name: str, port: int) -> str:
    """Return the command for one computer. Raises ValueError for a name or port that could be anything else.

    They are the only things put into it. A name holds letters, digits, `.`, `_` and `-` (an IPv6 address also `:`),
    none of which PowerShell reads as more than itself inside single quotes.
    """
    plain = re.fullmatch(r"[A-Za-z0-9._:-]+", name) and (is_host_name(name) or literal_address(name) is not None)
    if not plain or len(name) > LONGEST_NAME or not 0 < port < 65536:
        raise ValueError(f"no command for {name[:80]!r} port {port}")
    return _SCRIPT.replace(_PLACE, f"$name = '{name}'; $port = {port}")


def client_script() -> str:
    """Return the same as a script file, which asks for the computer: for a company to read, and to sign itself."""
    return f"{_SCRIPT.replace(_PLACE, _ASKED).rstrip()}\n{_WAITS}"


def read_client_block(text: str, *, name: str, port: int, now: datetime) -> ClientBlock:
    """Return the last block of a pasted text, for this computer and of the last two hours. Raises BadClientBlock."""
    if len(text) > BLOCK_MOST_CHARACTERS:
        raise BadClientBlock("too_long")
    lines, check = _cut_out(text)
    fields = _fields(lines)
    if check != checksum([line for _, line in lines]):
        raise BadClientBlock("check")
    block = _block("\n".join(line for _, line in lines), fields)
    if (block.name.lower(), block.port) != (name.lower(), port):
        raise BadClientBlock("other_host", lines[0][0], f"{block.name}:{block.port}")
    if not now - MOST_AGE <= block.at <= now + AHEAD:
        raise BadClientBlock("ahead" if block.at > now else "old", *lines[1])
    return block


def checksum(lines: list[str]) -> int:
    """Return the check value of a block's lines, as the command computes it."""
    value = 0
    for letter in "\n".join(lines):
        value = (value * 31 + ord(letter)) % 65521
    return value


def _cut_out(text: str) -> tuple[list[tuple[int, str]], int]:
    """Return the lines of the last block with their places in the text, and the check value that follows them."""
    lines = [line.strip(" \t\r") for line in text.split("\n")]
    begins = [(number, hit) for number, line in enumerate(lines) if (hit := _BEGIN.fullmatch(line))]
    if not begins:
        raise _without_begin(text, lines)
    begin, version = begins[-1]
    if version[1] != str(VERSION):
        raise BadClientBlock("version", begin + 1, lines[begin])
    for number in range(begin + 1, len(lines)):
        if end := _END.fullmatch(lines[number]):
            return [(place + 1, lines[place]) for place in range(begin + 1, number) if lines[place]], int(end[1])
    raise BadClientBlock("cut", begin + 1)


def _without_begin(text: str, lines: list[str]) -> BadClientBlock:
    if not text.strip():
        return BadClientBlock("empty")
    if "$lines;" in text:
        return BadClientBlock("command")
    for number, line in enumerate(lines, 1):
        if "MENDPOINT BEGIN" in line:
            return BadClientBlock("quoted", number, line)
        if _END.fullmatch(line):
            return BadClientBlock("cut", number)
    return BadClientBlock("no_block")


def _fields(lines: list[tuple[int, str]]) -> dict[str, list[re.Match[str]]]:
    """Return the lines by their first word, each checked, in the order in which the command prints them."""
    if len(lines) > MOST_LINES:
        raise BadClientBlock("lines", *lines[MOST_LINES])
    order = [word for word, *_ in _LINES]
    found: dict[str, list[re.Match[str]]] = {word: [] for word in order}
    last = 0
    for number, line in lines:
        word = _first_word(number, line)
        _, shape, _, most = _LINES[order.index(word)]
        if len(found[word]) == most or order.index(word) < last:
            raise BadClientBlock("twice", number, line)
        if len(line) > MOST_LETTERS or not (hit := shape.fullmatch(line.partition(" ")[2])):
            raise BadClientBlock("shape", number, line)
        found[word].append(hit)
        last = order.index(word)
    if missing := [word for word, _, least, _ in _LINES if len(found[word]) < least]:
        raise BadClientBlock("missing", 0, missing[0])
    return found


def _first_word(number: int, line: str) -> str:
    """Return the word that says what a line is about. Raises BadClientBlock when no such line is ever printed."""
    word = line.partition(" ")[0]
    if not line.isascii() or not line.isprintable():
        raise BadClientBlock("letters", number, line)
    if word not in {known for known, *_ in _LINES}:
        raise BadClientBlock("quoted" if word[:1] in {">", "|"} else "unknown", number, line)
    return word


def _block(text: str, fields: dict[str, list[re.Match[str]]]) -> ClientBlock:
    """Return the block of well-formed lines. Raises BadClientBlock where they are not possible, or not together."""

    def one(word: str) -> str:
        return fields[word][0][1]

    block = ClientBlock(
        name=one("for"),
        port=int(fields["for"][0][2]),
        at=_moment(one("time")),
        addresses=tuple(_address(hit[1]) for hit in fields["address"]),
        tcp=one("tcp"),
        reply=one("reply"),
        udp=one("udp"),
        gateway=one("gateway"),
        build=one("build") if fields["build"] else UNTOLD,
        log=None if one("log") == UNTOLD else int(one("log")),
        events=tuple(_event(hit) for hit in fields["event"]),
        text=text,
    )
    if odd := next(_contradictions(block), ""):
        raise BadClientBlock("contradiction", 0, odd)
    return block


def _contradictions(block: ClientBlock) -> Iterator[str]:
    """Yield what the command never prints together."""
    words = {NONE, UNTOLD} & set(block.addresses)
    if words and len(block.addresses) > 1:
        yield "address"
    if (block.tcp == UNTOLD) != bool(words):
        yield "address, tcp"
    if (block.reply == UNTOLD) != (block.tcp != "open"):
        yield "tcp, reply"
    if len(block.events) != (block.log or 0):
        yield "log, event"


def _address(text: str) -> str:
    if text not in {NONE, UNTOLD}:
        try:
            ip_address(text)
        except ValueError:
            raise BadClientBlock("shape", 0, f"address {text}") from None
    return text


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise BadClientBlock("shape", 0, f"time {text}Z") from None


def _event(hit: re.Match[str]) -> ClientEvent:
    return ClientEvent(int(hit[1]), None if hit[2] == "-" else int(hit[2]), _moment(hit[3]))
