"""What is told of the person's own PC: facts that follow from the block that its command printed and the person pasted.
Questions of the catalogue tell them as well, of people who looked.

It is word of mouth: nothing here was measured by the portal, and a block can be written by hand.
"""

from collections.abc import Collection, Mapping, Sequence
from ipaddress import ip_address

from troubleshoot.engine import NONE_LISTED, UNKNOWN, FactWords, ReadingCase, values_by_name
from troubleshoot.probes import network, x224
from troubleshoot.probes.client_block import NONE, UNTOLD, ClientBlock

NOT_TOLD = "not_told"
"""A block was pasted, and it does not say this. Without a block a fact is `unknown`."""
TOLD = "told by the person's PC: "
"""How every reading of these facts begins."""


def _told(name: str, words: str, values: Mapping[str, str]) -> FactWords:
    return FactWords(name, words, "told", {**values, NOT_TOLD: "the block does not say"})


_STAGES = next(fact.values for fact in network.WORDS if fact.name == "rdp.stage")
WORDS = (
    # `ok`: the computer confirmed. The command stops there, so it never says what only TLS would show.
    _told("pc.stage", "How far the person's own PC comes", _STAGES),
    _told("pc.name", "The name, on the person's own PC", {"resolves": "known", "not_found": "not known"}),
    _told(
        "pc.same_address", "Address of the name there", {"same": "the same as here", "differs": "another one than here"}
    ),
    _told("pc.udp", "UDP on the person's own PC", {"on": "on", "off": "off"}),
    _told("pc.gateway", "Gateway on the person's own PC", {"none": "none is used", "used": "one is used"}),
    _told(
        "pc.log",
        "Log of the person's own PC",
        {"none": "nothing", "disconnect_904": "ended with 0x904", "other": "something else"},
    ),
    _told("pc.udp_used", "UDP in the last day, on the person's own PC", {"yes": "was used", "no": "was not used"}),
    # The symptoms of the updates in the catalogue that break a PC that connects.
    _told(
        "pc.bad_update",
        "Updates on the person's own PC",
        {
            "sign_in": "one is known to break the sign-in of Remote Desktop",
            NONE_LISTED: "none of those that are known to break Remote Desktop",
        },
    ),
    # No block says these: people do, when they are asked.
    _told(
        "pc.other_network", "From another network, with the person's own PC", {"works": "it works", "fails": "fails"}
    ),
    _told(
        "pc.certificate_name",
        "Name in the certificate that the person's own PC shows",
        {"own": "that of the computer", "another": "that of another computer"},
    ),
    _told("pc.other_pc", "From another PC in the same place", {"works": "it works", "fails": "it fails too"}),
)
FACTS = values_by_name(WORDS)
Found = dict[str, tuple[str, tuple[str, ...]]]
Updates = Mapping[str, Sequence[ReadingCase]]
"""Fact → when it holds, by the `build` and the `revision` of Windows."""

_OFFER = x224.TLS | x224.HYBRID
#: How a connection ended before it began, in the words of .NET's SocketError; whatever else means no answer.
_NO_CONNECTION = {
    "ConnectionRefused": "refused",
    "ConnectionReset": "closed_before_confirm",
    "ConnectionAborted": "closed_before_confirm",
}
#: Reasons of event 1026: 0x904; and those by which a session that worked comes to its end.
_CLOSED_BY_OTHER_SIDE, _ORDERLY = 0x904, frozenset({1, 2, 3, 263})
_UDP_BEGAN, _DISCONNECTED, _STATE_ERROR = 1102, 1026, 226


def client_facts(block: ClientBlock, *, updates: Updates, ours: Collection[str] = ()) -> Found:
    """Return every fact that a block tells, with what it follows from; never raises.

    `updates` are those of the catalogue that are known to break a PC that connects. `ours` are the addresses to which
    the portal itself connects; without any nothing is compared.
    """
    to = f"{block.name} port {block.port}"
    stage, answer = _stage(block)
    events = tuple(f"{TOLD}{line}" for line in _events(block))
    return {
        "pc.stage": (stage, (f"{TOLD}{to}: {answer}",)),
        "pc.name": (_name(block), (f"{TOLD}{block.name} leads to {', '.join(block.addresses)}",)),
        "pc.same_address": (
            _same_address(block, ours),
            (f"{TOLD}{', '.join(block.addresses)}; the portal uses {', '.join(ours) or 'no known address'}",),
        ),
        "pc.udp": (block.udp, (f"{TOLD}UDP is {block.udp} by policy",)),
        "pc.gateway": (NONE if block.gateway == NONE else "used", (f"{TOLD}gateway setting: {block.gateway}",)),
        "pc.log": (_log(block), events),
        "pc.udp_used": (_udp_used(block), events),
        **{fact: _known_update(block, cases) for fact, cases in updates.items()},
    }


def _stage(block: ClientBlock) -> tuple[str, str]:
    """Return how far the PC came, and what it met there."""
    if block.addresses == (UNTOLD,):
        return NOT_TOLD, "could not be tried, because this PC does not let commands open connections"
    if block.addresses == (NONE,):
        return "no_name", "the name leads to no address"
    if block.tcp != "open":
        return _NO_CONNECTION.get(block.tcp, "timed_out"), f"no connection ({block.tcp})"
    if block.reply in {"closed", "silent"}:
        return "closed_before_confirm", f"connected, then {block.reply}"
    return _answered(bytes.fromhex(block.reply))


def _answered(reply: bytes) -> tuple[str, str]:
    """Judge the first bytes of an answer as the portal's own probe does."""
    length = int.from_bytes(reply[2:4].ljust(2, b"\xff"))
    if reply[0] == 3 and len(reply) < length:
        return "closed_before_confirm", f"connected, and {len(reply)} bytes of an answer"
    answer = x224.parse(reply, _OFFER)
    stages = {x224.Selected: "ok", x224.ConnectionRefused: "negotiation_refused"}
    return stages.get(type(answer), "not_rdp"), str(answer)


def _name(block: ClientBlock) -> str:
    return {UNTOLD: NOT_TOLD, NONE: "not_found"}.get(block.addresses[0], "resolves")


def _same_address(block: ClientBlock, ours: Collection[str]) -> str:
    if _name(block) != "resolves":
        return NOT_TOLD
    theirs = {ip_address(one.partition("%")[0]) for one in block.addresses}
    known = {ip_address(one.partition("%")[0]) for one in ours}
    return UNKNOWN if not known else "same" if theirs & known else "differs"


def _log(block: ClientBlock) -> str:
    """Judge how connections ended, by the log: 0x904 counts first."""
    if block.log is None:
        return NOT_TOLD
    reasons = [one.reason for one in block.events if one.number == _DISCONNECTED]
    if _CLOSED_BY_OTHER_SIDE in reasons:
        return "disconnect_904"
    odd = set(reasons) - _ORDERLY or any(one.number == _STATE_ERROR for one in block.events)
    return "other" if odd else "none"


def _udp_used(block: ClientBlock) -> str:
    """Tell whether the fast way was in use, however a connection ended."""
    if block.log is None:
        return NOT_TOLD
    return "yes" if any(one.number == _UDP_BEGAN for one in block.events) else "no"


def _known_update(block: ClientBlock, cases: Sequence[ReadingCase]) -> tuple[str, tuple[str, ...]]:
    """Judge the build of Windows there by a list of updates."""
    build, _, revision = block.build.partition(".")
    if not revision:
        return NOT_TOLD, (f"{TOLD}the build of Windows is not known",)
    found = next((case for case in cases if case.holds({"build": build, "revision": int(revision)})), None)
    note = f": {found.note}" if found else ""
    return found.value if found else NONE_LISTED, (f"{TOLD}build {block.build} of Windows{note}",)


def _events(block: ClientBlock) -> list[str]:
    if block.log is None:
        return ["the log of the Remote Desktop program could not be read"]
    lines = [
        f"event {one.number}"
        + ("" if one.reason is None else f", reason {one.reason} (0x{one.reason:X})")
        + f", {one.at:%Y-%m-%d %H:%M:%S} UTC"
        for one in block.events
    ]
    return lines or ["nothing in the log of the Remote Desktop program in the last day"]
