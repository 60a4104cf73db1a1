"""The WinRM endpoint of a simulated host ..."""

import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from pypsrp.exceptions import AuthenticationError
from pypsrp.shell import WinRS
from winrm.exceptions import InvalidCredentialsError, WSManFaultError

from tests.lab.winrm_hosts import BOOTSTRAP_LINE, command, eventually, host, is_waiting, protocol, wsman
from tests.support import need
from troubleshoot.lab.state import HostState, healthy
from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.lab.winrm.server import WinrmServer


def test_keeps_its_port_number_while_the_state_closes_and_opens_it() -> None:
    with host() as server:
        port = server.port
        for _ in range(3):
            assert command(protocol(server), "hostname")[2] == 0
            with server.state.changing() as document:
                document["network"]["winrm"] = "refused"
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), timeout=5)
            with server.state.changing() as document:
                document["network"]["winrm"] = "open"
        assert (server.port, command(protocol(server), "hostname")[2]) == (port, 0)


def test_refuses_connections_while_the_winrm_service_is_stopped() -> None:
    with host() as server:
        with server.state.changing() as document:
            document["services"]["WinRM"]["state"] = "Stopped"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=5)


def test_swallows_connections_while_the_network_is_silent() -> None:
    state = HostState(healthy())
    state.document["network"]["winrm"] = "silent"
    with host(state=state) as server:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                socket.create_connection(("127.0.0.1", server.port), timeout=0.3)
        with pytest.raises(requests.ConnectTimeout):
            requests.post(f"http://127.0.0.1:{server.port}/wsman", timeout=(0.3, 5))
        with state.changing() as document:
            document["network"]["winrm"] = "open"
        assert command(protocol(server), "hostname")[2] == 0


def test_ends_the_connections_it_has_when_the_state_closes_the_port() -> None:
    with host() as server:
        client = protocol(server)
        client.open_shell()
        with server.state.changing() as document:
            document["network"]["winrm"] = "refused"
        with pytest.raises(requests.ConnectionError):
            client.open_shell()


def test_starts_again_on_the_same_port() -> None:
    server = WinrmServer(HostState(healthy()), user="lab-admin", password="x")
    server.start()
    port = server.port
    server.stop()
    server.stop()
    server.start()
    try:
        assert server.port == port
        assert command(protocol(server, password="x"), "hostname")[2] == 0
    finally:
        server.stop()
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))


def test_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    with ThreadPoolExecutor(1) as pool:
        with host() as server:
            client = protocol(server, operation_timeout_sec=30, read_timeout_sec=40)
            shell = client.open_shell()
            client.run_command(shell, "powershell -Command Start-Sleep 600")
            started = client.run_command(shell, "powershell -")
            receiving = pool.submit(client.get_command_output_raw, shell, started)
            assert eventually(lambda: is_waiting(server))
            begun = time.monotonic()
        assert time.monotonic() - begun < 10
        with pytest.raises((requests.ConnectionError, WSManFaultError)):
            receiving.result(5)
    assert eventually(lambda: set(threading.enumerate()) <= before), threading.enumerate()


def test_may_share_a_user_name_with_another_that_has_a_different_password() -> None:
    with host("LAB-A", password="first") as first, host("LAB-B", password="second") as second:
        assert command(protocol(first, password="first"), "hostname")[0] == b"LAB-A\r\n"
        assert command(protocol(second, password="second"), "hostname")[0] == b"LAB-B\r\n"
        with pytest.raises(InvalidCredentialsError):
            protocol(first, password="second").open_shell()
        with pytest.raises(AuthenticationError), wsman(second, password="first") as connection:
            WinRS(connection).open()


def test_forgets_a_shell_that_nobody_used_for_its_idle_timeout() -> None:
    with host() as server:
        client = protocol(server)
        short = client.open_shell(idle_timeout="PT0.3S")
        long = client.open_shell()
        assert len(server.service.shells) == 2
        assert eventually(lambda: len(server.service.shells) == 1)
        with pytest.raises(WSManFaultError) as gone:
            client.run_command(short, "hostname")
        assert gone.value.wsman_fault_code == 2150858843
        client.run_command(long, "hostname")


def test_keeps_an_idle_shell_while_a_receive_waits_in_it() -> None:
    with host(limits=Limits(shell_idle_seconds=0.2)) as server:
        client = protocol(server)
        shell = client.open_shell()
        started = client.run_command(shell, "powershell -Command Start-Sleep -s 2")
        assert client.get_command_output(shell, started)[2] == 0


def test_delays_every_reply_by_its_latency() -> None:
    with host(latency=0.1) as server:
        begun = time.monotonic()
        assert command(protocol(server), "hostname")[2] == 0
        assert time.monotonic() - begun >= 8 * 0.1  # 401, 401, 200, Create, Command, Receive, Signal, Delete


def test_takes_the_time_of_powershell_to_start_for_powershell_alone() -> None:
    with host(powershell_start=1) as server:
        client = protocol(server)
        begun = time.monotonic()
        command(client, "hostname")
        assert time.monotonic() - begun < 1
        begun = time.monotonic()
        assert command(client, "powershell Write-Host hi") == (b"hi\n", b"", 0)
        assert time.monotonic() - begun >= 1


def test_bears_clients_that_reset_the_connection_at_once() -> None:
    with host() as server:
        for _ in range(50):
            line = socket.create_connection(("127.0.0.1", server.port), timeout=5)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()
        assert command(protocol(server), "hostname")[2] == 0


def test_listens_on_ipv6() -> None:
    need(_has_ipv6(), "no IPv6 loopback address")
    with host(listen="::1") as server:
        client = protocol(server)
        client.transport.endpoint = f"http://[::1]:{server.port}/wsman"
        with pytest.raises(WSManFaultError) as refused:
            client.run_command("11111111-2222-3333-4444-555555555555", "hostname")
        assert 'Machine="[::1]"' in str(refused.value.response)


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as trial:
            trial.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_says_that_its_port_is_taken() -> None:
    with host() as server, pytest.raises(OSError, match="in use"), host(port=server.port):
        pass


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_shows_a_runner_that_crashes_as_a_failed_command_and_a_traceback() -> None:
    def crash(*_: object) -> int:
        raise RuntimeError("a defect of the lab")

    with host(runner=crash) as server:
        client = protocol(server)
        shell = client.open_shell()
        started = client.run_command(shell, BOOTSTRAP_LINE)
        client.send_command_input(shell, started, b"{}\n", end=True)
        assert client.get_command_output(shell, started) == (b"", b"", 1)
