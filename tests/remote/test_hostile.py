"""Whatever a hostile host answers, a visit ends in time, within its limits, in the right kind of failure."""

from __future__ import annotations

import gzip
import re
import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from tests.remote.conftest import Lab, MakeLab, Tls
from tests.remote.hostile import Asked, Host, Proxy, fault, http, output, polite, result, soap, state, stream
from tests.remote.test_visit import change, go, with_value
from troubleshoot.engine import RefusalCode
from troubleshoot.lab.winrm import sealing
from troubleshoot.remote import ContactLost, DoorError, HostUnreachable, SignInDenied, VisitRefused

GRACE = 2.0
TIMED_OUT = 2150858793


@pytest.fixture
def host(tls: Tls) -> Iterator[Host]:
    with Host(tls) as found:
        yield found


def fails(host: Host, kind: type[DoorError], seconds: float = 10) -> DoorError:
    began = time.monotonic()
    with pytest.raises(kind) as caught:
        go(host.door(), seconds=seconds)
    assert time.monotonic() - began < seconds + GRACE
    return caught.value


def chunked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield http(b"", "200 OK", "Transfer-Encoding: chunked")
    for piece in pieces:
        yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"


def for_ever(piece: bytes) -> Iterator[bytes]:
    while True:
        yield piece


def test_a_polite_host_is_served_by_six_round_trips(host: Host) -> None:
    found = go(host.door())
    assert (found.outcome, found.round_trips) == ("done", 6)
    assert host.seen == {"Create": 1, "Command": 1, "Send": 1, "Receive": 1, "Signal": 1, "Delete": 1}
    assert host.connections == 1
    assert all(b"accept-encoding: identity" in head.lower() for head in host.headers)


# Endless things end.


def test_output_without_end_is_cut_and_memory_stays_bounded(host: Host) -> None:
    host.answers["Receive"] = lambda asked: output(asked, stream(asked, b"x" * 600_000), state(asked, "Running"))
    tracemalloc.start()
    failure = fails(host, ContactLost)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert failure.stage == "receive"
    assert peak < 80 * 1024 * 1024
    assert host.seen["Delete"] == 1


def test_one_answer_without_end_is_cut(host: Host) -> None:
    host.answers["Receive"] = lambda asked: chunked(for_ever(b"x" * 50_000))
    assert fails(host, ContactLost).stage == "receive"
    assert host.seen["Delete"] == 1


@pytest.mark.parametrize("name", ["Running", "Pending"])
def test_a_command_that_is_never_done_ends_at_the_deadline(host: Host, name: str) -> None:
    host.answers["Receive"] = lambda asked: output(asked, state(asked, name))
    assert fails(host, ContactLost, seconds=1).stage == "receive"
    assert host.seen["Receive"] <= 25
    assert host.seen["Delete"] == 1


def test_operation_time_outs_without_end_end_at_the_deadline(host: Host) -> None:
    host.answers["Receive"] = lambda asked: fault(asked, TIMED_OUT)
    assert fails(host, ContactLost, seconds=1).stage == "receive"
    assert host.seen["Receive"] <= 25


def slowly(data: bytes) -> Iterator[bytes]:
    for byte in data:
        time.sleep(0.1)
        yield bytes([byte])


@pytest.mark.parametrize(
    ("action", "kind"), [("Create", HostUnreachable), ("Command", HostUnreachable), ("Receive", ContactLost)]
)
def test_an_answer_in_drips_ends_at_the_deadline(host: Host, action: str, kind: type[DoorError]) -> None:
    host.answers[action] = lambda asked: slowly(polite(asked))
    host.answers["Delete"] = lambda asked: slowly(polite(asked))
    fails(host, kind, seconds=1)


@pytest.mark.parametrize("over", ["ntlm", "basic"])
@pytest.mark.parametrize("free", [0, 700, 4000])
def test_a_connection_that_drips_ends_at_the_deadline(over: str, free: int, make_lab: MakeLab) -> None:
    lab = make_lab(over)
    with Proxy(lab.server.port, free=free) as proxy:
        began = time.monotonic()
        with pytest.raises((HostUnreachable, ContactLost)):
            go(lab.door(proxy.port), seconds=1)
        assert time.monotonic() - began < 1 + GRACE


# HTTP is taken narrowly.


def test_a_compressed_answer_is_not_unpacked(host: Host) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    host.answers["Create"] = lambda asked: http(bomb, "200 OK", "Content-Encoding: gzip")
    tracemalloc.start()
    failure = fails(host, VisitRefused)
    assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    tracemalloc.stop()
    assert failure.stage == "shell"


@pytest.mark.parametrize("encoding", ["deflate", "br", "x-unknown", "gzip, gzip"])
def test_any_other_coding_is_refused(host: Host, encoding: str) -> None:
    host.answers["Create"] = lambda asked: http(b"x", "200 OK", f"Content-Encoding: {encoding}")
    fails(host, VisitRefused)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize(
    ("action", "kind"), [("Create", VisitRefused), ("Command", VisitRefused), ("Receive", ContactLost)]
)
def test_a_redirect_is_not_followed(host: Host, tls: Tls, status: str, action: str, kind: type[DoorError]) -> None:
    with Host(tls) as elsewhere:
        place = f"Location: https://localhost:{elsewhere.port}/wsman"
        host.answers[action] = lambda asked: http(b"", status, place)
        fails(host, kind)
        assert elsewhere.connections == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\0" * 100 + b"\r\n",
        b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["many headers", "long header", "negative length", "two lengths", "empty", "bad chunk", "ssh", "zeros", "999"],
)
def test_an_answer_that_is_not_http_as_agreed_fails_before_anything_starts(host: Host, raw: bytes) -> None:
    def answer(asked: Asked) -> Iterator[bytes]:
        yield raw
        raise OSError  # and hang up

    host.answers["Create"] = answer
    with pytest.raises((VisitRefused, HostUnreachable)):
        go(host.door(), seconds=5)


def test_slow_headers_end_at_the_deadline(host: Host) -> None:
    host.answers["Create"] = lambda asked: slowly(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000)
    fails(host, HostUnreachable, seconds=1)


# XML is checked before it is parsed.

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>"""


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<a>" * 100_000 + b"</a>" * 100_000,
        b"<a>" + b"<b/>" * 200_000 + b"</a>",
        b"not xml",
        b"<html><body>Bad gateway</body></html>",
        b"<s:Envelope",
        "<a>\u00e9</a>".encode("latin-1"),
        '<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="cp037"?><a/>',
    ],
    ids=["entities", "external", "deep", "wide", "text", "html", "cut", "latin-1", "utf-16", "ebcdic"],
)
@pytest.mark.parametrize(
    ("action", "kind", "status"),
    [
        ("Create", VisitRefused, "200 OK"),
        ("Create", VisitRefused, "500 Fault"),
        ("Command", VisitRefused, "200 OK"),
        ("Send", ContactLost, "200 OK"),
        ("Receive", ContactLost, "200 OK"),
    ],
)
def test_strange_xml_is_never_trusted(host: Host, body: bytes, action: str, kind: type[DoorError], status: str) -> None:
    host.answers[action] = lambda asked: http(body, status)
    began = time.monotonic()
    fails(host, kind)
    assert time.monotonic() - began < 3


def test_an_answer_to_another_message_is_not_taken(host: Host) -> None:
    def other(asked: Asked) -> bytes:
        return polite(asked).replace(asked.message_id.encode(), b"11111111-1111-4111-8111-111111111111")

    host.answers["Command"] = other
    assert fails(host, VisitRefused).stage == "command"
    host.answers = {"Receive": other}
    assert fails(host, ContactLost).stage == "receive"


def test_an_answer_without_shell_id_is_refused_and_the_shell_removed(host: Host) -> None:
    host.answers["Create"] = lambda asked: http(soap(asked, ""))
    assert fails(host, VisitRefused).stage == "shell"
    assert (host.seen["Command"], host.seen["Delete"]) == (0, 1)


def test_an_answer_without_command_id_is_refused_and_the_command_ended(host: Host) -> None:
    host.answers["Command"] = lambda asked: http(soap(asked, ""))
    assert fails(host, VisitRefused).stage == "command"
    assert (host.seen["Send"], host.seen["Signal"], host.seen["Delete"]) == (0, 1, 1)


OTHER = "11111111-1111-4111-8111-111111111111"
Parts = Callable[[Asked], bytes]


@pytest.mark.parametrize(
    "answer",
    [
        lambda a: output(a, stream(a, result(a), command=OTHER), state(a)),
        lambda a: output(a, stream(a, result(a)), state(a, command=OTHER)),
        lambda a: output(a, stream(a, result(a)), state(a), state(a)),
        lambda a: output(a, stream(a, result(a)), state(a), state(a, "Running")),
        lambda a: output(a, stream(a, result(a)), state(a, code="zero")),
        lambda a: output(a, stream(a, result(a)), state(a, code="")),
        lambda a: output(a, stream(a, result(a)), state(a, code="9" * 24)),
        lambda a: output(a, stream(a, result(a)), state(a, code="1")),
        lambda a: output(a, stream(a, result(a)), state(a, code="-1")),
        lambda a: output(a, stream(a, result(a), name="stdall"), state(a)),
        lambda a: output(a, stream(a, b"abc").replace("YWJj", "Y!!j"), state(a)),
        lambda a: output(a, stream(a, b"abc").replace("YWJj", "YWJjé"), state(a)),
        lambda a: output(a, stream(a, b"abc").replace("YWJj", "YWJ"), state(a)),
        lambda a: output(a, state(a)),
        lambda a: output(a, stream(a, result(a, nonce="f" * 32)), state(a)),
        lambda a: output(a, stream(a, result(a).replace(b'"name":"x"', b'"name":{}')), state(a)),
        lambda a: output(a, stream(a, result(a)[:-10]), state(a)),
        lambda a: output(a, stream(a, result(a), name="stderr"), state(a)),
    ],
    ids=[
        "output of another command", "state of another command", "done twice", "done and running", "exit code in words",
        "no exit code", "long exit code", "exit code 1", "exit code -1", "unknown stream", "bad base64",
        "base64 outside ASCII", "short base64", "nothing and exit code 0", "forged nonce", "result of another shape",
        "cut result", "result on stderr",
    ],
)  # fmt: skip
def test_an_end_that_is_not_clear_is_lost(host: Host, answer: Parts) -> None:
    host.answers["Receive"] = answer
    assert fails(host, ContactLost).stage in {"receive", "result"}
    assert (host.seen["Signal"], host.seen["Delete"]) == (1, 1)


def test_nothing_printed_and_exit_code_0_says_so(host: Host) -> None:
    host.answers["Receive"] = lambda asked: output(
        asked, stream(asked, b"odd <b>\x1b]52;", name="stderr"), state(asked)
    )
    failure = fails(host, ContactLost)
    assert (failure.code, failure.params["exit"]) == (RefusalCode.RESULT_MISSING, 0)
    assert failure.said.startswith("odd")


def test_an_antimalware_block_of_the_bootstrap_itself_is_a_refusal(host: Host) -> None:
    words = b"#< CLIXML\r\n<Objs>ScriptContainedMaliciousContent,Microsoft.PowerShell</Objs>"
    host.answers["Receive"] = lambda asked: output(asked, stream(asked, words, name="stderr"), state(asked, code="1"))
    found = go(host.door())
    assert (found.outcome, found.reason) == ("refused", "antimalware")


def test_clixml_of_sixteen_thousand_namespaces_costs_nothing(host: Host) -> None:
    words = b"#< CLIXML\r\n" + b'<Objs xmlns="x"><S S="Error">_x000D__x000A_</S></Objs>' * 8000
    host.answers["Receive"] = lambda asked: output(
        asked, stream(asked, words, name="stderr"), stream(asked, result(asked)), state(asked)
    )
    began = time.monotonic()
    assert go(host.door()).outcome == "done"
    assert time.monotonic() - began < 2


# What the faults mean depends on what had been sent.


@pytest.mark.parametrize("action", ["Create", "Command"])
@pytest.mark.parametrize(
    ("code", "kind", "stage"),
    [(5, SignInDenied, "rights"), (2150859173, HostUnreachable, ""), (2150859174, HostUnreachable, ""),
     (2147942606, VisitRefused, ""), (2147943418, HostUnreachable, ""), (170, HostUnreachable, ""),
     (2150858843, VisitRefused, ""), (87, VisitRefused, "")],
)  # fmt: skip
def test_a_fault_before_the_start_changed_nothing(
    host: Host, action: str, code: int, kind: type[DoorError], stage: str
) -> None:
    host.answers[action] = lambda asked: fault(asked, code)
    failure = fails(host, kind)
    assert failure.stage == (stage or ("shell" if action == "Create" else "command"))
    assert host.seen["Send"] == 0


@pytest.mark.parametrize(("action", "code"), [("Send", 170), ("Send", 87), ("Receive", 5), ("Receive", 2150858843)])
def test_a_fault_after_the_start_is_lost(host: Host, action: str, code: int) -> None:
    host.answers[action] = lambda asked: fault(asked, code)
    fails(host, ContactLost)
    assert host.seen["Delete"] == 1


@pytest.mark.parametrize(
    ("action", "code"), [("Command", 995), ("Command", TIMED_OUT), ("Send", TIMED_OUT), ("Send", 170), ("Receive", 995)]
)
def test_a_fault_that_leaves_open_whether_it_ran_is_asked_about(host: Host, action: str, code: int) -> None:
    host.answers[action] = lambda asked: polite(asked) if host.seen[action] > 1 else fault(asked, code)
    assert go(host.door()).outcome == "done"
    assert (host.seen["Create"], host.seen["Command"], host.seen["Delete"]) == (1, 1, 1)


@pytest.mark.parametrize("code", [5, 2150858843])
def test_a_request_that_the_host_did_not_take_changed_nothing(host: Host, code: int) -> None:
    host.answers["Send"] = lambda asked: fault(asked, code)
    with pytest.raises((VisitRefused, SignInDenied)):
        go(host.door(), change())
    assert (host.seen["Receive"], host.seen["Delete"]) == (0, 1)


@pytest.mark.parametrize("code", [109, 232, 2147942509, 2147942632])
@pytest.mark.parametrize("receive", ["ended", "gone"])
def test_a_powershell_that_ended_before_its_request_changed_nothing(host: Host, code: int, receive: str) -> None:
    host.answers["Send"] = lambda asked: fault(asked, code)
    host.answers["Receive"] = lambda asked: (
        output(asked, stream(asked, b"killed", name="stderr"), state(asked, code="1"))
        if receive == "ended"
        else fault(asked, 2150858843)
    )
    with pytest.raises(VisitRefused) as caught:
        go(host.door(), change())
    assert caught.value.code == RefusalCode.POWERSHELL_ENDED
    assert caught.value.said == ("killed" if receive == "ended" else "")
    assert host.seen["Delete"] == 1


def test_a_powershell_that_says_why_it_ended_before_its_request_is_believed(host: Host) -> None:
    hello = b'#mendpoint - hello {"ps":"5.1.1.1","mode":"ConstrainedLanguage"}\r\n'
    host.answers["Send"] = lambda asked: fault(asked, 109)
    host.answers["Receive"] = lambda asked: output(asked, stream(asked, hello), state(asked, code="3"))
    assert go(host.door(), change()).reason == "constrained_language"


@pytest.mark.parametrize("own", ["ABCDEF01-1111-4111-8111-111111111111", "abcdef01-1111-4111-8111-111111111111"])
def test_the_ids_that_a_host_gives_are_taken(host: Host, own: str) -> None:
    asked_for: dict[str, set[str]] = {}

    def renamed(asked: Asked) -> bytes:
        asked_for.setdefault(asked.action, set()).add(f"{asked.shell_id} {asked.command_id}")
        return re.sub(b"(Name=.ShellId.>|<rsp:CommandId>)[^<]+", rb"\g<1>" + own.encode(), polite(asked))

    host.answers = dict.fromkeys(("Create", "Command", "Send", "Receive", "Signal", "Delete"), renamed)
    assert go(host.door()).outcome == "done"
    assert asked_for["Receive"] == asked_for["Send"] == asked_for["Signal"] == {f"{own} {own}"}
    assert asked_for["Delete"] == {f"{own} "}


@pytest.mark.parametrize(
    ("status", "kind"),
    [("400 Bad", VisitRefused), ("403 No", SignInDenied), ("404 No", VisitRefused), ("413 Big", VisitRefused),
     ("500 Oops", VisitRefused), ("503 Busy", HostUnreachable)],
)  # fmt: skip
def test_a_bare_status_before_the_start_is_explained(host: Host, status: str, kind: type[DoorError]) -> None:
    host.answers["Create"] = lambda asked: http(b"", status)
    assert fails(host, kind).params["status"] == int(status.split(maxsplit=1)[0])
    host.answers = {"Command": lambda asked: http(b"", status)}
    assert fails(host, kind).stage in {"command", "sign-in"}
    host.answers = {"Send": lambda asked: http(b"", status)}
    fails(host, ContactLost)


def test_a_401_is_not_tried_again(host: Host) -> None:
    host.answers["Create"] = lambda asked: http(b"", "401 No", 'WWW-Authenticate: Basic realm="WSMAN"')
    assert fails(host, SignInDenied).stage == "sign-in"
    assert sum(host.seen.values()) == 1


@pytest.mark.parametrize("action", ["Signal", "Delete"])
def test_trouble_while_tidying_up_does_not_change_the_result(host: Host, action: str) -> None:
    host.answers[action] = lambda asked: http(b"", "400 Bad")
    assert go(host.door()).outcome == "done"
    host.answers[action] = lambda asked: fault(asked, 2150858843)
    assert go(host.door()).outcome == "done"


def test_a_result_that_came_before_the_connection_broke_is_kept(host: Host) -> None:
    def receive(asked: Asked) -> Iterator[bytes]:
        if host.seen["Receive"] == 1:
            yield output(asked, stream(asked, result(asked)), state(asked, "Running"))
        else:
            raise OSError

    host.answers["Receive"] = receive
    assert go(host.door()).outcome == "done"
    assert host.seen["Delete"] == 1


# Cut at many places, over both ways.


@pytest.mark.parametrize("over", ["ntlm", "basic"])
def test_a_connection_cut_at_any_place_is_unreachable_or_lost_and_never_a_guess(over: str, make_lab: MakeLab) -> None:
    total = passing(make_lab(over, with_value()), free=10**9)[1]
    assert total > 1000
    kinds = set()
    for free in [*range(0, total, max(1, total // 16)), total - 1]:
        lab = make_lab(over, with_value())
        outcome, _ = passing(lab, free=free)
        kinds.add(outcome)
        changed = lab.state.document["registry"]["HKLM:\\SOFTWARE\\MendpointVectors"]["One"]["value"] == 2
        if changed:
            assert outcome in {"done", "ContactLost"}
        lab.server.stop()
    assert kinds >= {"HostUnreachable", "done"}
    assert kinds <= {"HostUnreachable", "ContactLost", "done"}


def passing(lab: Lab, *, free: int) -> tuple[str, int]:
    with Proxy(lab.server.port, free=free, cut=True) as proxy:
        try:
            return go(lab.door(proxy.port), change(), seconds=5).outcome, proxy.passed
        except DoorError as failure:
            return type(failure).__name__, proxy.passed


def test_a_host_that_hangs_up_in_the_tls_handshake_is_unreachable_at_stage_tls(make_lab: MakeLab) -> None:
    lab = make_lab("basic")
    with Proxy(lab.server.port, free=10, cut=True) as proxy, pytest.raises(HostUnreachable) as caught:
        go(lab.door(proxy.port), seconds=5)
    assert caught.value.stage == "tls"
    assert caught.value.code == RefusalCode.HANDSHAKE_CUT


def test_a_clear_answer_to_a_sealed_message_is_not_taken(make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "seal", lambda envelope, context: envelope)
    monkeypatch.setattr(sealing, "CONTENT_TYPE", "application/soap+xml;charset=UTF-8")
    with pytest.raises(VisitRefused, match="answer_unsealed"):
        go(make_lab("ntlm").door())
