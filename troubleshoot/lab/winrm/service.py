"""The WS-Management operations of the command shell: Identify, Create, Command, Send, Receive, Signal, Delete."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from troubleshoot.lab import console
from troubleshoot.lab.process import Process, Runner
from troubleshoot.lab.state import HostState, iso
from troubleshoot.lab.winrm import faults, soap
from troubleshoot.lab.winrm.faults import FaultError
from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.lab.winrm.shells import Command, Ender, Shell, Shells
from troubleshoot.lab.winrm.soap import SHELL, Message

# CreateProcess takes no longer line, the terminating null included.
LONGEST_LINE = 32767
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_ENVELOPE_ROOM = 8192  # headers and markup around the output in one reply
_SMALLEST_REPLY = 1024
_RSP = f"{{{SHELL}}}"
_STATE = SHELL + "/CommandState/"
_SIGNAL = SHELL + "/signal/"


@dataclass(frozen=True)
class Caller:
    """Who asks: the signed-in user, the client's address, and the name by which the client called the host."""

    user: str
    client: str
    machine: str


@dataclass(frozen=True)
class Behaviour:
    """How commands run: seconds that powershell.exe needs to start, and what runs the portal's bootstrap."""

    powershell_start: float
    runner: Runner


def _forget(_: bool) -> None:
    """Do nothing: a reply without output is lost with its connection."""


@dataclass(frozen=True)
class Reply:
    """HTTP status and envelope of an answer; ``settle`` hears whether it has left for its client."""

    status: int
    envelope: bytes
    settle: Callable[[bool], None] = _forget


@dataclass(frozen=True)
class Output:
    """The body of an answer that carries output, and who wants to know whether it has left."""

    body: str
    settle: Callable[[bool], None]


class Service:
    """The command shell service of one host."""

    def __init__(self, state: HostState, limits: Limits, behaviour: Behaviour) -> None:
        self._state = state
        self._limits = limits
        self._behaviour = behaviour
        self.shells = Shells(limits, self._note_ended)
        self._operations: dict[str, Callable[[Message, Caller], str | Output]] = {
            soap.TRANSFER + "/Create": self._create,
            soap.TRANSFER + "/Delete": self._delete,
            SHELL + "/Command": self._command,
            SHELL + "/Send": self._send,
            SHELL + "/Receive": self._receive,
            SHELL + "/Signal": self._signal,
        }

    def answer(self, octets: bytes, caller: Caller) -> Reply:
        """Return what answers one request."""
        message = Message()
        try:
            message = soap.read(soap.parse(octets))
            if message.body is not None and message.body.tag == f"{{{soap.IDENTITY}}}Identify":
                return Reply(200, soap.identity("OS: 10.0.19045 SP: 0.0 Stack: 3.0"))
            body = self._operation(message)(message, caller)
        except soap.HostileXmlError:
            return self._fault(message, faults.BAD_SCHEMA, caller)
        except FaultError as refused:
            return self._fault(message, refused.fault, caller)
        text, settle = (body.body, body.settle) if isinstance(body, Output) else (body, _forget)
        return Reply(200, soap.envelope(message.action + "Response", message.message_id, text), settle)

    def _fault(self, message: Message, fault: faults.WinRMFault, caller: Caller) -> Reply:
        body = fault.body(caller.machine)
        return Reply(500, soap.envelope(soap.FAULT_ACTION, message.message_id, body))

    def _note_ended(self, command_id: str, by: Ender) -> None:
        """Keep in the state that somebody ended a command which still ran."""
        with self._state.changing() as document:
            document["winrm"]["ended"].append({"command": command_id, "by": by, "at": iso(self._state.now())})

    def _operation(self, message: Message) -> Callable[[Message, Caller], str | Output]:
        """Check the headers that every operation shares and return the one that is asked for."""
        if message.strange:
            raise FaultError(faults.NOT_UNDERSTOOD)
        if not message.action or not message.message_id:
            raise FaultError(faults.HEADER_MISSING)
        operation = self._operations.get(message.action)
        if operation is None:
            raise FaultError(faults.UNKNOWN_ACTION)
        if message.resource != soap.CMD:
            raise FaultError(faults.UNKNOWN_RESOURCE)
        if message.timeout and soap.seconds(message.timeout) is None:
            raise FaultError(faults.bad_timeout(message.timeout))
        # The security descriptor of the command shell lets administrators in, and nobody else.
        with self._state.lock:
            administrator = self._state.document["winrm"]["administrator"]
        if not administrator:
            raise FaultError(faults.ACCESS_DENIED)
        return operation

    def _create(self, message: Message, caller: Caller) -> str:
        wanted = _part(message, "Shell")
        idle = _text(wanted, "IdleTimeOut")
        seconds = soap.seconds(idle) if idle else self._limits.shell_idle_seconds
        if seconds is None:
            raise FaultError(faults.BAD_SCHEMA)
        variables = wanted.findall(f"{_RSP}Environment/{_RSP}Variable")
        shell = Shell(
            id=_chosen(wanted, "ShellId") or soap.new_id(),
            user=caller.user,
            client=caller.client,
            idle_seconds=seconds,
            directory=_text(wanted, "WorkingDirectory"),
            environment={variable.get("Name", ""): variable.text or "" for variable in variables},
            codepage=_codepage(message.options.get("winrs_codepage", "")),
        )
        self.shells.add(shell)
        return _created(shell, message, _text(wanted, "InputStreams"), _text(wanted, "OutputStreams"))

    def _delete(self, message: Message, caller: Caller) -> str:
        self.shells.close(self._shell(message, caller))
        return ""

    def _command(self, message: Message, caller: Caller) -> str:
        shell, wanted = self._shell(message, caller), _part(message, "CommandLine")
        words = [_text(wanted, "Command", strip=False)]
        words += [word.text or "" for word in wanted.findall(f"{_RSP}Arguments")]
        line = " ".join(words)
        if len(line) >= LONGEST_LINE:
            raise FaultError(faults.LINE_TOO_LONG)

        def body(command: Command) -> int:
            return console.execute(line, self._process(shell, command), self._behaviour.runner)

        command = self.shells.run(shell, _chosen(wanted, "CommandId"), body)
        return f"<rsp:CommandResponse><rsp:CommandId>{command.id}</rsp:CommandId></rsp:CommandResponse>"

    def _send(self, message: Message, caller: Caller) -> str:
        shell = self._shell(message, caller)
        for stream in _part(message, "Send").findall(f"{_RSP}Stream"):
            command = self.shells.command(shell, stream.get("CommandId", ""))
            if stream.get("Name", "").lower() != "stdin":
                raise FaultError(faults.BAD_PARAMETER)
            # "true" from one client, "True" from another.
            command.feed(_octets(stream.text or ""), end=stream.get("End", "").lower() in {"true", "1"})
        return "<rsp:SendResponse/>"

    def _receive(self, message: Message, caller: Caller) -> Output:
        """Wait for output, which a client that has gone meanwhile gets when it comes back on another connection."""
        shell = self._shell(message, caller)
        wanted = _part(message, "Receive").find(f"{_RSP}DesiredStream")
        if wanted is None or not wanted.get("CommandId"):
            raise FaultError(faults.BAD_PARAMETER)
        command = self.shells.command(shell, wanted.get("CommandId", ""))
        timeout = min(soap.seconds(message.timeout) or self._limits.operation_seconds, self._limits.operation_seconds)
        taken = self.shells.receive(shell, command, timeout, self._reply_octets(message))
        name = f'CommandId="{command.id}"'
        streams = "".join(
            f'<rsp:Stream Name="{stream}" {name}>{base64.b64encode(data).decode("ascii")}</rsp:Stream>'
            for stream, data in taken.chunks
        )
        if taken.exit_code is None:
            end = f'<rsp:CommandState {name} State="{_STATE}Running"></rsp:CommandState>'
        else:
            end = "".join(f'<rsp:Stream Name="{stream}" {name} End="true"></rsp:Stream>' for stream in _OUTPUTS)
            end += f'<rsp:CommandState {name} State="{_STATE}Done"><rsp:ExitCode>{taken.exit_code}</rsp:ExitCode>'
            end += "</rsp:CommandState>"
        return Output(
            f"<rsp:ReceiveResponse>{streams}{end}</rsp:ReceiveResponse>",
            lambda arrived: command.settle(taken, arrived=arrived or self._loses_in_flight()),
        )

    def _loses_in_flight(self) -> bool:
        with self._state.lock:
            return bool(self._state.document["winrm"]["loses_in_flight"])

    def _signal(self, message: Message, caller: Caller) -> str:
        shell, wanted = self._shell(message, caller), _part(message, "Signal")
        command = self.shells.command(shell, wanted.get("CommandId", ""))
        code = _text(wanted, "Code").removeprefix(_SIGNAL).lower()
        if code not in {"terminate", "ctrl_c", "ctrl_break"}:
            raise FaultError(faults.BAD_PARAMETER)
        # Ctrl+C leaves a running command to be received to its end; sent after the end, it cleans up.
        if code == "terminate" or not command.interrupt():
            self.shells.forget(shell, command)
        return "<rsp:SignalResponse/>"

    def _shell(self, message: Message, caller: Caller) -> Shell:
        return self.shells.get(message.selectors.get("shellid", ""), caller.user)

    def _reply_octets(self, message: Message) -> int:
        """Return how much output fits into one reply that the client accepts, before base64 makes it longer."""
        envelope = min(message.envelope_size or self._limits.envelope_bytes, self._limits.envelope_bytes)
        return max(envelope - _ENVELOPE_ROOM, _SMALLEST_REPLY) * 3 // 4

    def _process(self, shell: Shell, command: Command) -> Process:
        return Process(
            state=self._state,
            user=shell.user,
            environment=dict(shell.environment),
            directory=shell.directory,
            codepage=shell.codepage,
            read=command.read,
            write=command.write,
            cancelled=command.cancelled,
            powershell_start=self._behaviour.powershell_start,
        )


_OUTPUTS = ("stdout", "stderr")


def _created(shell: Shell, message: Message, inputs: str, outputs: str) -> str:
    variables = "".join(
        f"<rsp:Variable Name={quoteattr(name)}>{escape(value)}</rsp:Variable>"
        for name, value in shell.environment.items()
    )
    optional = f"<rsp:Environment>{variables}</rsp:Environment>" if variables else ""
    if shell.directory:
        optional += f"<rsp:WorkingDirectory>{escape(shell.directory)}</rsp:WorkingDirectory>"
    return (
        f"<x:ResourceCreated><a:Address>{escape(message.to)}</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{soap.CMD}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell.id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
        f"</x:ResourceCreated><rsp:Shell><rsp:ShellId>{shell.id}</rsp:ShellId>"
        f"<rsp:ResourceUri>{soap.CMD}</rsp:ResourceUri><rsp:Owner>{escape(shell.user)}</rsp:Owner>"
        f"<rsp:ClientIP>{escape(shell.client)}</rsp:ClientIP>{optional}"
        f"<rsp:IdleTimeOut>PT{shell.idle_seconds:.3f}S</rsp:IdleTimeOut>"
        f"<rsp:InputStreams>{escape(inputs)}</rsp:InputStreams>"
        f"<rsp:OutputStreams>{escape(outputs)}</rsp:OutputStreams>"
        "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime>"
        "<rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity></rsp:Shell>"
    )


def _part(message: Message, name: str) -> Element:
    """Return the body element, which must be the one that the action asks for."""
    if message.body is None or message.body.tag != _RSP + name:
        raise FaultError(faults.BAD_SCHEMA)
    return message.body


def _text(parent: Element, name: str, *, strip: bool = True) -> str:
    text = parent.findtext(_RSP + name) or ""
    return text.strip() if strip else text


def _chosen(element: Element, name: str) -> str:
    """Return the id that the client chose for its shell or command, "" when it left that to the host."""
    chosen = element.get(name, "").removeprefix("uuid:")
    if chosen and not _GUID.fullmatch(chosen):
        raise FaultError(faults.BAD_SCHEMA)
    return chosen


def _codepage(text: str) -> int:
    """Return the console code page; 437, the OEM page of an English Windows, when the client asks for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 437


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FaultError(faults.BAD_SCHEMA) from error
