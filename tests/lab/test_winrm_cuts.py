"""The simulated WinRM service when a line breaks: what goes on, what waits for whoever comes back, who ended what."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from winrm.exceptions import WSManFaultError

from tests.lab.test_winrm_protocol import Held, running
from tests.lab.winrm_hosts import command, eventually, host, is_waiting, protocol
from troubleshoot.lab import BadStateError, build_state
from troubleshoot.lab.winrm.server import WinrmServer


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def server(held: Held) -> Iterator[WinrmServer]:
    with host(runner=held) as running_host:
        yield running_host


def gives_up(server: WinrmServer, shell: str, started: str) -> None:
    """Wait for output on a connection of one's own, and hang up before there is any."""
    client = protocol(server)
    client.transport.build_session()
    client.transport.read_timeout_sec = 0.3  # type: ignore[assignment]  # requests takes parts of seconds
    with pytest.raises((requests.ReadTimeout, requests.ConnectionError)):
        client.get_command_output_raw(shell, started)


def ended(server: WinrmServer) -> list[tuple[str, str]]:
    with server.state.lock:
        return [(one["command"], one["by"]) for one in server.state.document["winrm"]["ended"]]


def test_a_command_goes_on_without_its_client_and_what_it_says_waits_for_the_next_connection(
    server: WinrmServer, held: Held
) -> None:
    shell, started = running(protocol(server), held)
    gives_up(server, shell, started)
    held.emit(b"first")
    assert eventually(lambda: not is_waiting(server)), "the one who waited for it has it, and nobody to give it to"
    held.emit(b"second")
    held.finish.set()
    assert protocol(server).get_command_output(shell, started) == (b"firstsecond", b"", 7)
    assert not held.was_cancelled
    assert ended(server) == []


def test_a_host_that_loses_what_was_in_flight_gives_the_rest(held: Held) -> None:
    with host(runner=held) as server:
        server.state.document["winrm"]["loses_in_flight"] = True
        shell, started = running(protocol(server), held)
        gives_up(server, shell, started)
        held.emit(b"first")
        assert eventually(lambda: not is_waiting(server))
        held.emit(b"second")
        held.finish.set()
        assert protocol(server).get_command_output(shell, started) == (b"second", b"", 7)


def test_the_end_of_a_command_is_told_again_to_whoever_did_not_hear_it(server: WinrmServer, held: Held) -> None:
    shell, started = running(protocol(server), held)
    gives_up(server, shell, started)
    held.finish.set()
    assert eventually(lambda: not is_waiting(server))
    client = protocol(server)
    assert client.get_command_output(shell, started) == (b"", b"", 7)
    with pytest.raises(WSManFaultError):
        client.get_command_output_raw(shell, started)


def test_who_comes_back_takes_the_place_of_who_still_waits(server: WinrmServer, held: Held) -> None:
    older, newer = protocol(server), protocol(server)
    shell, started = running(older, held)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(older.get_command_output_raw, shell, started)
        assert eventually(lambda: is_waiting(server))
        second = pool.submit(newer.get_command_output_raw, shell, started)
        with pytest.raises(WSManFaultError) as aborted:
            first.result(5)
        held.emit(b"text")
        assert second.result(5)[0] == b"text"
    assert aborted.value.wsman_fault_code == 995


@pytest.mark.parametrize("by", ["terminate", "delete", "idle"])
def test_the_state_tells_who_ended_a_command_that_still_ran(server: WinrmServer, held: Held, by: str) -> None:
    client = protocol(server)
    shell = client.open_shell(idle_timeout="PT0.3S" if by == "idle" else None)
    started = client.run_command(shell, "powershell -")
    if by == "terminate":
        client.cleanup_command(shell, started)
    elif by == "delete":
        client.close_shell(shell)
    assert eventually(lambda: ended(server) == [(started, by)])
    with contextlib.suppress(WSManFaultError):
        client.close_shell(shell)
    assert ended(server) == [(started, by)]


def test_a_command_that_ended_by_itself_was_ended_by_nobody(server: WinrmServer) -> None:
    assert command(protocol(server), "hostname")[2] == 0
    assert ended(server) == []


def test_a_shell_whose_command_runs_is_removed_all_the_same_when_nobody_comes_for_its_idle_time(
    server: WinrmServer,
) -> None:
    client = protocol(server)
    shell = client.open_shell(idle_timeout="PT0.5S")
    started = client.run_command(shell, "powershell -")
    assert eventually(lambda: len(server.service.shells) == 0)
    assert ended(server) == [(started, "idle")]


def test_a_write_that_takes_longer_than_a_day_is_refused() -> None:
    with pytest.raises(BadStateError, match="write_seconds"):
        build_state(name="LAB-01", file=None, settings={"powershell.write_seconds": "86401"})
