"""A line that breaks once the command was asked for is taken up again, and nobody ends what may write."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.remote.conftest import Tls, work
from tests.remote.hostile import Asked, Host, fault, http, output, polite, result, state, stream
from tests.remote.test_hostile import fails
from tests.remote.test_visit import change, go
from troubleshoot.engine import RefusalCode
from troubleshoot.remote import ContactLost, SignInDenied, VisitItem, VisitProgress, VisitRefused, visit_host


@pytest.fixture
def host(tls: Tls) -> Iterator[Host]:
    with Host(tls) as found:
        yield found


def hangs_up(asked: Asked) -> Iterator[bytes]:
    yield b""
    raise OSError


def at_first(host: Host, action: str, answer: Callable[[Asked], bytes | Iterator[bytes]]) -> None:
    """Answer the first message of this kind so, and the others politely."""
    host.answers[action] = lambda asked: answer(asked) if host.seen[action] == 1 else polite(asked)


@pytest.mark.parametrize("action", ["Command", "Send", "Receive"])
def test_a_broken_line_is_taken_up_again_under_the_same_ids(host: Host, action: str) -> None:
    at_first(host, action, hangs_up)
    found = go(host.door())
    assert (found.outcome, host.connections) == ("done", 2)
    assert (host.seen["Create"], host.seen["Command"], host.seen["Delete"]) == (1, 1, 1)
    assert found.round_trips == sum(host.seen.values())


def test_a_line_that_breaks_again_and_again_is_lost(host: Host) -> None:
    host.answers["Receive"] = hangs_up
    fails(host, ContactLost)
    assert host.seen["Receive"] == 4  # the first, and one after each of three pauses


@pytest.mark.parametrize("garbage", [b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nxyz", http(b"", "503 Busy")])
def test_an_answer_that_cannot_be_read_is_asked_for_again(host: Host, garbage: bytes) -> None:
    at_first(host, "Receive", lambda _: garbage)
    assert go(host.door()).outcome == "done"


def test_a_host_that_falls_silent_is_asked_again_on_a_fresh_connection(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("troubleshoot.remote.winrm.OPERATION_SECONDS", 1)
    monkeypatch.setattr("troubleshoot.remote.winrm.PATIENCE_SECONDS", 0.2)
    released = threading.Event()

    def falls_silent(asked: Asked) -> bytes:
        released.wait(8)
        return polite(asked)

    at_first(host, "Receive", falls_silent)
    began = time.monotonic()
    assert go(host.door()).outcome == "done"
    assert time.monotonic() - began < 6
    released.set()


def test_an_account_that_is_refused_on_the_way_back_is_not_tried_again(host: Host) -> None:
    host.answers["Receive"] = lambda asked: (
        hangs_up(asked) if host.seen["Receive"] == 1 else http(b"", "401 No", "WWW-Authenticate: Basic")
    )
    assert fails(host, ContactLost).stage == "receive"
    assert host.seen["Receive"] == 2


@pytest.mark.parametrize(("mode", "signals"), [("read", 1), ("apply", 0)])
@pytest.mark.parametrize("action", ["Send", "Receive"])
def test_a_change_that_may_be_under_way_is_ended_by_nobody(host: Host, action: str, mode: str, signals: int) -> None:
    host.answers[action] = hangs_up
    with pytest.raises(ContactLost):
        go(host.door(), change() if mode == "apply" else None)
    assert (host.seen["Signal"], host.seen["Delete"]) == (signals, signals)


@pytest.mark.parametrize("mode", ["read", "apply"])
def test_a_command_that_never_got_its_request_is_ended(host: Host, mode: str) -> None:
    host.answers["Command"] = lambda asked: fault(asked, 995)
    host.answers["Send"] = lambda asked: fault(asked, 2150858843)
    with pytest.raises(VisitRefused):
        go(host.door(), change() if mode == "apply" else None)
    assert (host.seen["Signal"], host.seen["Delete"]) == (1, 1)


@pytest.mark.parametrize(("mode", "idle"), [("read", "PT300S"), ("apply", "PT3900S")])
def test_a_shell_is_asked_to_end_by_itself_once_nothing_can_be_written_any_more(
    host: Host, mode: str, idle: str
) -> None:
    bodies: list[bytes] = []

    def create(asked: Asked) -> bytes:
        bodies.append(asked.body)
        return polite(asked)

    host.answers["Create"] = create
    host.answers["Command"] = lambda asked: fault(asked, 5)
    with pytest.raises(SignInDenied):
        go(host.door(), change() if mode == "apply" else None)
    assert f"<rsp:IdleTimeOut>{idle}</rsp:IdleTimeOut>".encode() in bodies[0]


def test_output_that_comes_twice_counts_once(host: Host) -> None:
    steps: list[VisitProgress] = []

    def receive(asked: Asked) -> bytes | Iterator[bytes]:
        step = f'#mendpoint {asked.nonce} progress {{"item":0,"stage":"read","text":"x"}}\r\n'.encode()
        if host.seen["Receive"] == 2:
            return hangs_up(asked)
        if host.seen["Receive"] < 4:
            return output(asked, stream(asked, step), state(asked, "Running"))
        return polite(asked)

    host.answers["Receive"] = receive
    found = visit_host(host.door(), work(), seconds=10, on_progress=steps.append)
    assert (found.outcome, len(steps)) == ("done", 1)


def test_a_line_of_which_the_break_took_a_part_is_not_put_together(host: Host) -> None:
    def receive(asked: Asked) -> bytes | Iterator[bytes]:
        text = result(asked)
        parts = {1: text[:-30], 3: text[-30:]}
        if host.seen["Receive"] == 2:
            return hangs_up(asked)
        return output(
            asked,
            stream(asked, parts[host.seen["Receive"]]),
            state(asked, "Running" if host.seen["Receive"] == 1 else "Done"),
        )

    host.answers["Receive"] = receive
    failure = fails(host, ContactLost)
    assert (failure.code, failure.stage) == (RefusalCode.RESULT_MISSING, "result")


@pytest.mark.parametrize("end", ["for good", "in flight"])
def test_what_was_read_before_the_line_broke_is_kept(host: Host, end: str) -> None:
    items = [VisitItem(name, {}, "@{ a = 1 }") for name in ("first", "second")]

    def receive(asked: Asked) -> bytes | Iterator[bytes]:
        read = f'#mendpoint {asked.nonce} state {{"item":0,"stage":"read","state":{{"a":1}}}}\r\n'.encode()
        if host.seen["Receive"] == 1:
            return output(asked, stream(asked, read), state(asked, "Running"))
        if end == "for good" or host.seen["Receive"] == 2:
            return hangs_up(asked)
        last = result(asked).partition(b"\r\n")[2].splitlines(keepends=True)[-1]
        return output(asked, stream(asked, last), state(asked))

    host.answers["Receive"] = receive
    with pytest.raises(ContactLost) as caught:
        go(host.door(), work(*items))
    assert caught.value.before == ({"a": 1}, None)
