"""WS-Management messages of a command shell: built as dictionaries, read back with suspicion."""

from __future__ import annotations

import base64
import binascii
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from xml.parsers import expat

SHELL: Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
RESOURCE: Final = f"{SHELL}/cmd"
TRANSFER: Final = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
STATES: Final = f"{SHELL}/CommandState"
UTF8: Final = "65001"

MAX_DEPTH: Final = 24
MAX_ELEMENTS: Final = 20_000

_SHELL_TAG = f"{{{SHELL}}}"
_RELATES_TO = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}RelatesTo"
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_EXIT_CODE = re.compile(r"-?[0-9]{1,10}")


class SoapError(Exception):
    """What the host sent is not the answer that WS-Management describes."""


@dataclass(frozen=True)
class Output:
    """One answer to Receive. `exit_code` is None while the command runs."""

    stdout: bytes
    stderr: bytes
    exit_code: int | None


def create(header: dict[str, Any], shell_id: str, idle_seconds: int) -> dict[str, Any]:
    """Return a message that opens a shell under an id of our own, with UTF-8 streams; the host removes it when nobody
    has asked it anything for `idle_seconds`."""
    options = [{"@Name": "WINRS_NOPROFILE", "#text": "TRUE"}, {"@Name": "WINRS_CODEPAGE", "#text": UTF8}]
    header["env:Header"]["w:OptionSet"] = {"w:Option": options}
    shell = {"@ShellId": shell_id, "rsp:InputStreams": "stdin", "rsp:OutputStreams": "stdout stderr"}
    shell["rsp:IdleTimeOut"] = f"PT{idle_seconds}S"
    return _envelope(header, {"rsp:Shell": shell})


def command(header: dict[str, Any], command_id: str, program: str, arguments: tuple[str, ...]) -> dict[str, Any]:
    """Return a message that starts a program under an id of our own, its standard input a pipe."""
    options = [
        {"@Name": "WINRS_CONSOLEMODE_STDIN", "#text": "FALSE"},
        {"@Name": "WINRS_SKIP_CMD_SHELL", "#text": "FALSE"},
    ]
    header["env:Header"]["w:OptionSet"] = {"w:Option": options}
    line = {"@CommandId": command_id, "rsp:Command": program, "rsp:Arguments": " ".join(arguments)}
    return _envelope(header, {"rsp:CommandLine": line})


def send(header: dict[str, Any], command_id: str, data: bytes) -> dict[str, Any]:
    """Return a message that gives the whole of standard input and closes it."""
    text = base64.b64encode(data).decode("ascii")
    stream = {"@Name": "stdin", "@CommandId": command_id, "@End": "true", "#text": text}
    return _envelope(header, {"rsp:Send": {"rsp:Stream": stream}})


def receive(header: dict[str, Any], command_id: str) -> dict[str, Any]:
    """Return a message that waits for output, for as long as the header's OperationTimeout says."""
    wanted = {"@CommandId": command_id, "#text": "stdout stderr"}
    return _envelope(header, {"rsp:Receive": {"rsp:DesiredStream": wanted}})


def terminate(header: dict[str, Any], command_id: str) -> dict[str, Any]:
    """Return a message that ends a command; a host expects it after the last output too (MS-WSMV 3.1.4.14)."""
    return _envelope(header, {"rsp:Signal": {"@CommandId": command_id, "rsp:Code": f"{SHELL}/signal/terminate"}})


def delete(header: dict[str, Any]) -> dict[str, Any]:
    """Return a message that removes the shell named in its header."""
    return _envelope(header, {})


def _envelope(header: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    return {"env:Envelope": {**header, "env:Body": body}}


def check(text: bytes) -> bytes:
    """Return `text` itself when it is plain UTF-8 XML: no DOCTYPE, bounded depth and number of elements. Raises
    SoapError."""
    depth = elements = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
            raise SoapError("the answer is nested too deeply or has too many elements")

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def declare(version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.lower() != "utf-8":
            raise SoapError("the answer is not in UTF-8")

    def refuse(*_: object) -> NoReturn:
        raise SoapError("the answer has a document type declaration")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.XmlDeclHandler, parser.StartDoctypeDeclHandler = declare, refuse
    try:
        text.decode("utf-8")
        parser.Parse(text, True)
    except (expat.ExpatError, UnicodeDecodeError):
        raise SoapError("the answer is not XML") from None
    return text


def parse(text: bytes, message_id: str) -> ET.Element:
    """Return the answer to the message with this id, as a tree. Raises SoapError."""
    root = ET.fromstring(check(text))  # noqa: S314  # checked in the same line
    relates_to = root.findtext(f".//{_RELATES_TO}") or ""
    if relates_to.strip().lower().removeprefix("uuid:") != message_id:
        raise SoapError("the answer belongs to another message")
    return root


def created_shell(root: ET.Element) -> str:
    """Return the id of the shell that was opened: ours, or the host's own. Raises SoapError."""
    found = {node.text for node in root.iter() if node.get("Name") == "ShellId"}
    found |= {node.text for node in root.iter(f"{_SHELL_TAG}ShellId")}
    return _only(found, "ShellId")


def started_command(root: ET.Element) -> str:
    """Return the id of the command that was started: ours, or the host's own. Raises SoapError."""
    return _only({node.text for node in root.iter(f"{_SHELL_TAG}CommandId")}, "CommandId")


def _only(found: set[str | None], what: str) -> str:
    texts = {text.strip() for text in found if text}
    if len({text.lower() for text in texts}) != 1 or not _GUID.fullmatch(min(texts)):
        raise SoapError(f"the answer names no {what}, or several")
    return min(texts)


def output(root: ET.Element, command_id: str) -> Output:
    """Return the output in an answer to Receive; every part of it must belong to `command_id`. Raises SoapError."""
    data = {"stdout": b"", "stderr": b""}
    for stream in root.iter(f"{_SHELL_TAG}Stream"):
        name = stream.get("Name", "")
        if name not in data or stream.get("CommandId", "").lower() != command_id.lower():
            raise SoapError("the answer has output of another command")
        data[name] += _decode(stream.text or "")
    return Output(data["stdout"], data["stderr"], _exit_code(root, command_id))


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise SoapError("the output is not base64") from None


def _exit_code(root: ET.Element, command_id: str) -> int | None:
    states = list(root.iter(f"{_SHELL_TAG}CommandState"))
    if any(state.get("CommandId", "").lower() != command_id.lower() for state in states):
        raise SoapError("the answer tells of another command")
    done = [state for state in states if state.get("State") == f"{STATES}/Done"]
    if not done:
        return None
    code = (done[0].findtext(f"{_SHELL_TAG}ExitCode") or "").strip()
    if len(states) != 1 or not _EXIT_CODE.fullmatch(code):
        raise SoapError("the command ended in an unclear way")
    return int(code)
