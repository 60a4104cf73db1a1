"""The simulated WinRM service, as two independent clients see it, ..."""

import base64
import contextlib
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pypsrp.exceptions import WSManFaultError as PsrpFault
from pypsrp.shell import Process, SignalCode, WinRS
from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError
from winrm.protocol import Protocol

from tests.lab.winrm_hosts import BOOTSTRAP_LINE, command, create, eventually, host, is_waiting, protocol, start, wsman
from troubleshoot.lab.state import HostState
from troubleshoot.lab.winrm.server import WinrmServer


class Held:
    """Stands in for the portal's runner: keeps a command running until the test lets it go on."""

    def __init__(self) -> None:
        self.stdin = b""
        self.started = threading.Event()
        self.emit: Callable[[bytes], None] = lambda _: None
        self.finish = threading.Event()
        self.was_cancelled = False

    def __call__(
        self, state: HostState, stdin: bytes, emit: Callable[[bytes], None], cancelled: threading.Event
    ) -> int:
        assert state.document["name"] == "LAB-01"
        self.stdin, self.emit = stdin, emit
        self.started.set()
        while not (self.finish.wait(0.01) or cancelled.is_set()):
            pass
        self.was_cancelled = cancelled.is_set()
        return 7


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def server(held: Held) -> Iterator[WinrmServer]:
    with host(runner=held) as running:
        yield running


@pytest.fixture
def client(server: WinrmServer) -> Protocol:
    return protocol(server)


def running(client: Protocol, held: Held, stdin: bytes = b"{}\n") -> tuple[str, str]:
    """Start the bootstrap in a new shell and wait until its runner runs."""
    shell = client.open_shell(codepage=65001)
    started = client.run_command(shell, BOOTSTRAP_LINE, console_mode_stdin=False)
    client.send_command_input(shell, started, stdin, end=True)
    assert held.started.wait(5)
    return shell, started


def test_runs_a_command_line(client: Protocol) -> None:
    assert command(client, "hostname") == (b"LAB-01\r\n", b"", 0)


def test_takes_24_bit_and_negative_exit_codes_as_unsigned(client: Protocol) -> None:
    assert command(client, "exit 1234567")[2] == 1234567
    assert command(client, "exit -1")[2] == 0xFFFFFFFF


def test_gives_standard_input_as_octets_to_the_bootstrap(client: Protocol, held: Held) -> None:
    data = bytes(range(256)) * 1200
    shell = client.open_shell()
    started = client.run_command(shell, BOOTSTRAP_LINE, console_mode_stdin=False)
    client.send_command_input(shell, started, data[:200_000], end=False)
    assert not held.started.wait(0.05), "the bootstrap waits for the end of its input"
    client.send_command_input(shell, started, data[200_000:], end=True)
    held.finish.set()
    assert client.get_command_output(shell, started)[2] == 7
    assert held.stdin == data


def test_returns_output_as_soon_as_there_is_some(server: WinrmServer, client: Protocol, held: Held) -> None:
    shell, started = running(client, held)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get_command_output_raw, shell, started)
        assert eventually(lambda: is_waiting(server))
        assert not waiting.done(), "nothing to receive yet"
        begun = time.monotonic()
        held.emit(b"first")
        assert waiting.result(4) == (b"first", b"", -1, False)
        assert time.monotonic() - begun < 3  # far from the time-out of 5 s
    held.emit(b"second")
    held.finish.set()
    assert client.get_command_output(shell, started) == (b"second", b"", 7)


def test_says_timed_out_when_there_is_no_output_in_time(server: WinrmServer, held: Held) -> None:
    client = protocol(server, operation_timeout_sec=1, read_timeout_sec=5)
    shell, started = running(client, held)
    begun = time.monotonic()
    with pytest.raises(WinRMOperationTimeoutError):
        client.get_command_output_raw(shell, started)
    assert 0.9 < time.monotonic() - begun < 4


def test_cuts_large_output_to_the_envelope_that_the_client_accepts(client: Protocol, held: Held) -> None:
    shell, started = running(client, held)
    data = bytes(range(256)) * 4096
    held.emit(data)
    held.finish.set()
    first, _, _, done = client.get_command_output_raw(shell, started)
    assert 100_000 < len(first) < 120_000  # what a real reply of 150 KiB carries
    assert not done
    assert first + client.get_command_output(shell, started)[0] == data


def test_ends_a_running_command_at_terminate(client: Protocol, held: Held) -> None:
    shell, started = running(client, held)
    client.cleanup_command(shell, started)
    with pytest.raises(WSManFaultError) as gone:
        client.get_command_output_raw(shell, started)
    assert gone.value.wsman_fault_code == 2150858843
    client.close_shell(shell)


def test_lets_a_command_interrupted_by_ctrl_c_be_received_to_its_end(server: WinrmServer, held: Held) -> None:
    with wsman(server) as connection, WinRS(connection) as shell:
        process = Process(shell, BOOTSTRAP_LINE)
        process.begin_invoke()
        process.send(b"{}\n")
        assert held.started.wait(5)
        process.signal(SignalCode.CTRL_C)
        process.end_invoke()
        assert process.rc == 0xC000013A  # STATUS_CONTROL_C_EXIT
        assert held.was_cancelled


def test_wakes_a_waiting_receive_when_its_shell_is_deleted(server: WinrmServer, client: Protocol, held: Held) -> None:
    shell, started = running(client, held)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get_command_output_raw, shell, started)
        assert eventually(lambda: is_waiting(server))
        protocol(server).close_shell(shell)
        with pytest.raises(WSManFaultError) as aborted:
            waiting.result(4)
    assert aborted.value.wsman_fault_code == 995


def test_takes_the_ids_that_the_client_chooses_in_any_case(client: Protocol) -> None:
    shell, started = str(uuid.uuid4()), str(uuid.uuid4())
    assert f'Name="ShellId">{shell}<' in create(client, shell)
    assert f"<rsp:CommandId>{started}</rsp:CommandId>" in start(client, shell, "hostname", started)
    assert client.get_command_output(shell.upper(), started.upper()) == (b"LAB-01\r\n", b"", 0)


def test_recovers_a_command_whose_reply_was_lost_by_the_id_chosen_for_it(server: WinrmServer) -> None:
    first, shell, started = protocol(server), str(uuid.uuid4()), str(uuid.uuid4())
    create(first, shell)
    start(first, shell, "hostname", started)
    first.transport.close_session()
    again = protocol(server)
    with pytest.raises(WSManFaultError, match="already exists"):
        start(again, shell, "hostname", started)
    assert again.get_command_output(shell, started) == (b"LAB-01\r\n", b"", 0)


def test_refuses_an_id_that_is_taken(client: Protocol) -> None:
    shell = str(uuid.uuid4())
    create(client, shell)
    with pytest.raises(WSManFaultError) as taken:
        create(client, shell.upper())
    assert (taken.value.wsman_fault_code, taken.value.fault_subcode) == (2150858803, "w:AlreadyExists")


@pytest.mark.parametrize("chosen", ["1", "../../etc", "g" * 36, "<x/>"])
def test_refuses_an_id_that_is_no_guid(client: Protocol, chosen: str) -> None:
    with pytest.raises(WSManFaultError) as refused:
        create(client, chosen)
    assert refused.value.wsman_fault_code == 2150858817


def test_makes_ids_of_its_own_like_windows(client: Protocol) -> None:
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", client.open_shell())


def test_describes_a_new_shell_as_recorded_on_windows(client: Protocol) -> None:
    settings: dict[str, Any] = {
        "rsp:Environment": {"rsp:Variable": [{"@Name": '<&"', "#text": "a<b&c"}]},
        "rsp:WorkingDirectory": "C:\\Windows",
        "rsp:IdleTimeOut": "PT60S",
    }
    reply = create(client, **settings)
    body = reply[reply.index("<rsp:Shell>") :]
    assert re.findall(r"<rsp:(\w+)[ >]", body) == [
        *("Shell", "ShellId", "ResourceUri", "Owner", "ClientIP", "Environment", "Variable", "WorkingDirectory"),
        *("IdleTimeOut", "InputStreams", "OutputStreams", "ShellRunTime", "ShellInactivity"),
    ]
    assert "<rsp:ClientIP>127.0.0.1<" in body
    assert "<rsp:IdleTimeOut>PT60.000S<" in body
    assert "a&lt;b&amp;c" in body


def test_serves_twenty_shells_at_a_time(server: WinrmServer) -> None:
    def visit(number: int) -> tuple[bytes, bytes, int]:
        return command(protocol(server), f"echo {number}")

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(visit, range(20)))
    assert results == [(f"{number}\r\n".encode(), b"", 0) for number in range(20)]
    assert len(server.service.shells) == 0


def test_keeps_many_hosts_with_different_accounts_apart_in_one_process() -> None:
    accounts = [("same-name", f"password {number}") for number in range(4)] + [("CORP\\other", "a:b:c")]

    def visit(index: int) -> bytes:
        user, password = accounts[index % 5]
        return command(protocol(servers[index % 5], username=user, password=password), "hostname")[0]

    with contextlib.ExitStack() as hosts, ThreadPoolExecutor(10) as pool:
        servers = [
            hosts.enter_context(host(f"LAB-0{number}", user=user, password=password))
            for number, (user, password) in enumerate(accounts)
        ]
        names = list(pool.map(visit, range(20)))
    assert names == [f"LAB-0{index % 5}\r\n".encode() for index in range(20)]


def test_keeps_the_shells_of_a_host_when_its_connection_is_lost(client: Protocol, held: Held) -> None:
    shell, started = running(client, held)
    client.transport.close_session()
    held.emit(b"still here")
    held.finish.set()
    assert client.get_command_output(shell, started) == (b"still here", b"", 7)


def test_answers_receive_without_a_command_with_the_fault_of_the_plugin(server: WinrmServer) -> None:
    with wsman(server) as connection, WinRS(connection) as shell:
        with pytest.raises(PsrpFault) as refused:
            Process(shell, "hostname").poll_invoke()
        assert (refused.value.code, refused.value.provider) == (87, "Shell cmd plugin")


def test_carries_any_octets_in_its_streams(client: Protocol, held: Held) -> None:
    shell, started = running(client, held)
    data = b"--Encrypted Boundary--\r\n\x00\xff--Encrypted Boundary\r\n" + base64.b64encode(b"x")
    held.emit(data)
    held.finish.set()
    assert client.get_command_output(shell, started)[0] == data
