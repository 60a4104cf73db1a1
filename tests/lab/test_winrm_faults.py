"""The simulated WinRM service refuses, with the codes that Windows uses, ..."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pypsrp.exceptions import WSManFaultError as PsrpFault
from pypsrp.shell import WinRS
from winrm.exceptions import WinRMTransportError, WSManFaultError
from winrm.protocol import Protocol

from tests.lab.winrm_hosts import command, create, host, protocol, send, start, wsman
from troubleshoot.lab.winrm import soap
from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.lab.winrm.server import WinrmServer

SHELL = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def server() -> Iterator[WinrmServer]:
    with host(limits=Limits(shells_per_user=3, operations_per_user=4)) as running:
        yield running


@pytest.fixture
def client(server: WinrmServer) -> Protocol:
    return protocol(server)


def refusal(client: Protocol, header: dict[str, Any] | None = None, body: dict[str, Any] | None = None) -> Any:
    """Send a Create with other header entries and body, and return pywinrm's exception."""
    envelope = client.build_wsman_header(action=soap.TRANSFER + "/Create", resource_uri=soap.CMD)
    envelope["env:Header"] |= header or {}
    envelope["env:Header"] = {name: value for name, value in envelope["env:Header"].items() if value is not None}
    envelope["env:Body"] = body or {"rsp:Shell": {"rsp:InputStreams": "stdin"}}
    with pytest.raises(WSManFaultError) as refused:
        send(client, envelope)
    return refused.value


def test_a_shell_that_is_not_open(client: Protocol) -> None:
    with pytest.raises(WSManFaultError) as refused:
        client.run_command(SHELL, "hostname")
    assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == (2150858843, "w:InvalidSelectors")
    assert "UnexpectedSelectors" in str(refused.value.response)


@pytest.mark.parametrize("operation", ["receive", "signal", "send"])
def test_a_command_that_does_not_exist(client: Protocol, operation: str) -> None:
    shell = client.open_shell()
    calls: dict[str, Callable[[], object]] = {
        "receive": lambda: client.get_command_output_raw(shell, SHELL),
        "signal": lambda: client.cleanup_command(shell, SHELL),
        "send": lambda: client.send_command_input(shell, SHELL, b"x"),
    }
    with pytest.raises(WSManFaultError) as refused:
        calls[operation]()
    assert refused.value.wsman_fault_code == 2150858843
    assert "command identifier that does not exist" in str(refused.value.response)


def test_output_after_the_end_has_been_received(client: Protocol) -> None:
    shell = client.open_shell()
    started = client.run_command(shell, "hostname")
    client.get_command_output(shell, started)
    with pytest.raises(WSManFaultError) as refused:
        client.get_command_output_raw(shell, started)
    assert refused.value.wsman_fault_code == 2150858843


def test_everything_for_those_who_are_not_administrators(server: WinrmServer, client: Protocol) -> None:
    shell = client.open_shell()
    with server.state.changing() as document:
        document["winrm"]["administrator"] = False
    attempts: list[Callable[[], str]] = [client.open_shell, lambda: client.run_command(shell, "hostname")]
    for attempt in attempts:
        with pytest.raises(WSManFaultError, match=r"Access is denied\.") as refused:
            attempt()
        assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == (5, "w:AccessDenied")


def test_one_shell_more_than_the_quota(client: Protocol) -> None:
    shells = [client.open_shell() for _ in range(3)]
    with pytest.raises(WSManFaultError) as refused:
        client.open_shell()
    assert (refused.value.wmierror_code, refused.value.wsman_fault_code) == (2150859173, None)
    assert refused.value.fault_subcode == "w:QuotaLimit"
    client.close_shell(shells[0])
    client.open_shell()


def test_operations_beyond_the_quota_until_the_shell_is_deleted(client: Protocol) -> None:
    shell = client.open_shell()
    for _ in range(4):
        started = client.run_command(shell, "hostname")
        client.get_command_output(shell, started)
        client.cleanup_command(shell, started)
    with pytest.raises(WSManFaultError) as refused:
        client.run_command(shell, "hostname")
    assert refused.value.wmierror_code == 2150859174
    client.close_shell(shell, close_session=False)
    assert command(client, "hostname")[2] == 0


@pytest.mark.parametrize("timeout", ["PT-1S", "PT0S", "20", "P1Y"])
def test_a_bad_operation_timeout(client: Protocol, timeout: str) -> None:
    refused = refusal(client, {"w:OperationTimeout": timeout})
    assert (refused.wsman_fault_code, refused.fault_subcode) == (2150858767, "a:InvalidMessageInformationHeader")
    assert f"invalid timeout field in the SOAP header: {timeout}." in str(refused.response)


def test_an_idle_timeout_in_milliseconds(client: Protocol) -> None:
    with pytest.raises(WSManFaultError) as refused:
        client.open_shell(idle_timeout=60000)
    assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == (2150858817, "w:SchemaValidationError")


def test_a_body_that_does_not_fit_the_action(client: Protocol) -> None:
    assert refusal(client, body={"rsp:Wrong": ""}).wsman_fault_code == 2150858817


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"a:Action": "urn:unknown"}, 2150858771),
        ({"a:MessageID": ""}, 2150858769),
        ({"a:Action": None}, 2150858769),
        ({"w:ResourceURI": "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"}, 2150858752),
        ({"cfg:Unknown": {"@mustUnderstand": "true"}}, 2150858768),
        ({"cfg:Unknown": {"@env:mustUnderstand": "1"}}, 2150858768),
    ],
)
def test_headers_that_it_cannot_follow(client: Protocol, header: dict[str, Any], code: int) -> None:
    assert refusal(client, header).wsman_fault_code == code


def test_nothing_for_a_strange_header_that_need_not_be_understood(client: Protocol) -> None:
    envelope = client.build_wsman_header(action=soap.TRANSFER + "/Create", resource_uri=soap.CMD)
    envelope["env:Header"]["cfg:Unknown"] = {"@mustUnderstand": "false", "#text": "x"}
    envelope["env:Body"] = {"rsp:Shell": {"rsp:InputStreams": "stdin"}}
    assert "ResourceCreated" in send(client, envelope)


def test_input_after_its_end(client: Protocol) -> None:
    shell = client.open_shell()
    started = client.run_command(shell, "powershell -")
    client.send_command_input(shell, started, b"", end=True)
    with pytest.raises(WSManFaultError, match="The pipe is being closed"):
        client.send_command_input(shell, started, b"more", end=True)


def test_input_that_is_not_base64(client: Protocol) -> None:
    shell = client.open_shell()
    started = client.run_command(shell, "powershell -")
    envelope = client.build_wsman_header(action=soap.SHELL + "/Send", resource_uri=soap.CMD, shell_id=shell)
    stream = {"@CommandId": started, "@Name": "stdin", "#text": "not base64!"}
    envelope["env:Body"] = {"rsp:Send": {"rsp:Stream": stream}}
    with pytest.raises(WSManFaultError) as refused:
        send(client, envelope)
    assert refused.value.wsman_fault_code == 2150858817


def test_a_line_above_8191_characters_as_cmd_does(client: Protocol) -> None:
    longest = "echo " + "x" * (8191 - 5)
    assert command(client, longest)[0] == b"x" * (8191 - 5) + b"\r\n"
    assert command(client, longest + "x") == (b"", b"The command line is too long.\r\n", 1)


def test_a_line_above_32767_characters_as_createprocess_does(client: Protocol) -> None:
    with pytest.raises(WSManFaultError) as refused:
        start(client, client.open_shell(), "x" * 32767)
    assert refused.value.wsman_fault_code == 2147942606
    assert "winrscmd.dll" in str(refused.value.response)


def test_an_envelope_above_500_kib(client: Protocol) -> None:
    shell = client.open_shell()
    started = client.run_command(shell, "powershell -")
    with pytest.raises(WinRMTransportError) as refused:
        client.send_command_input(shell, started, b"x" * 384 * 1024)
    assert refused.value.code == 413
    client.transport.close_session()
    client.send_command_input(shell, started, b"x" * 300 * 1024)


def test_a_request_far_above_500_kib_without_dropping_the_line(client: Protocol) -> None:
    shell = client.open_shell()
    started = client.run_command(shell, "powershell -")
    with pytest.raises(WinRMTransportError) as refused:
        client.send_command_input(shell, started, b"x" * 4 * 1024 * 1024)
    assert refused.value.code == 413


def test_a_second_shell_through_the_other_client_as_well(server: WinrmServer, client: Protocol) -> None:
    for _ in range(3):
        create(client)
    with wsman(server) as connection, pytest.raises(PsrpFault, match=r"QuotaLimit.*3 concurrent shells"):
        WinRS(connection).open()


def test_with_the_name_by_which_the_client_called_it(client: Protocol) -> None:
    with pytest.raises(WSManFaultError) as refused:
        client.run_command(SHELL, "hostname")
    assert 'Machine="127.0.0.1"' in str(refused.value.response)
