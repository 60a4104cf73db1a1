"""Conversations that pypsrp's authors recorded with real Windows hosts are had again with a simulated one.

The source package of pypsrp carries them. Every reply must have the same elements and attributes in the same order,
the same action, fault codes, words and output. It shows likeness to what was recorded, not a proof on Windows.
"""

import base64
import re
import time
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from tests.lab.outside.sources import unpack
from tests.lab.winrm_hosts import BASIC, host, post, tls
from troubleshoot.lab.winrm import soap
from troubleshoot.lab.winrm.server import WinrmServer

RESPONSES = "tests/tests_pypsrp/responses"
# Left out: test_winrs_no_cmd_shell, which shows an option that Windows has ignored since 2012 R2.
CONVERSATIONS = {
    "bad_cmd_id": 5,
    "environment": 5,
    "extra_opts": 5,
    "fail_poll_process": 3,
    "noprofile": 5,
    "open_already_opened": 2,
    "operation_timeout": 8,
    "send": 7,
    "standard": 5,
    "stderr_rc": 5,
    "unicode": 5,
}
RSP = f"{{{soap.SHELL}}}"
# Texts that must be equal; the others are names, times and numbers of the recorded computer.
COMPARED = {"Action", "Value", "Text", "FaultDetail", "Message", "ProviderFault", "IdleTimeOut", "ExitCode"}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(tmp_path_factory.mktemp("sources"))["pypsrp"] / RESPONSES


def test_every_recorded_reply_is_given_again(recordings: Path, tmp_path: Path) -> None:
    different: dict[str, tuple[object, object]] = {}
    with host("SERVER2016", tls=tls(tmp_path)[0]) as server:
        for name, messages in CONVERSATIONS.items():
            spoken = conversation(recordings / f"test_winrs_{name}.yml")
            assert len(spoken) == messages, name
            different |= {f"{name} {at}": pair for at, pair in enumerate(replay(server, spoken)) if pair[0] != pair[1]}
    assert different == {}


def conversation(file: Path) -> list[tuple[str, str]]:
    """Return the requests and replies of one recording; its YAML is one line for each."""
    text = file.read_text(encoding="utf-8")
    requests, replies = (re.findall(rf"(?m)^[- ] {kind}: (.*)$", text) for kind in ("request", "response"))
    return [(plain(request), plain(reply)) for request, reply in zip(requests, replies, strict=True)]


def plain(scalar: str) -> str:
    return scalar[1:-1].replace("''", "'") if scalar.startswith("'") else scalar


def replay(server: WinrmServer, spoken: list[tuple[str, str]]) -> list[tuple[object, object]]:
    """Have a conversation again and return the shapes of the recorded and the simulated replies."""
    ids: dict[str, str] = {}
    shapes = []
    for request, recorded in spoken:
        # Faster than recorded, with the two time-outs at the same places.
        text = request.replace("PT10S", "PT2S").replace("Start-Sleep 30", "Start-Sleep 5")
        for known, own in ids.items():
            text = text.replace(known, own)
        if "shell/Receive<" in text:
            time.sleep(0.1)  # the recorded computers had finished most commands before they were asked
        reply = post(server, text.encode(), Authorization=BASIC).read()
        theirs, ours = soap.parse(recorded.encode()), soap.parse(reply)
        ids |= dict(zip(identifiers(theirs), identifiers(ours), strict=False))
        shapes.append((shape(theirs), shape(ours)))
    return shapes


def identifiers(reply: Element) -> list[str]:
    """Return the ids that a reply gives to a shell or a command."""
    named = [*reply.iter(f"{RSP}ShellId"), *reply.iter(f"{RSP}CommandId")]
    return [element.text or "" for element in named]


def shape(element: Element) -> object:
    """Return what of a reply must be equal: names, attributes, some texts; streams with the same name as one."""
    local = element.tag.rpartition("}")[2]
    if local == "ReceiveResponse":
        return [local, streams(element), [shape(child) for child in element if child.tag != f"{RSP}Stream"]]
    # Windows before 2016 sends no activity.
    children = [shape(child) for child in element if not child.tag.endswith("}ActivityId")]
    text = " ".join((element.text or "").split()) if local in COMPARED else ""
    values = [element.get("Code"), element.get("State"), element.get("provider"), element.get("path")]
    return [element.tag, sorted(element.attrib), values, text, children]


def streams(response: Element) -> dict[str, tuple[bytes, bool]]:
    """Return the output of each stream and whether it ended, however it was cut."""
    found: dict[str, tuple[bytes, bool]] = {}
    for stream in response.iter(f"{RSP}Stream"):
        name = stream.attrib["Name"]
        data, ended = found.get(name, (b"", False))
        found[name] = (data + base64.b64decode(stream.text or ""), ended or stream.get("End") == "true")
    # The variables of the recorded computer are its own.
    return {name: (b"variables" if b"SystemRoot=" in data else data, ended) for name, (data, ended) in found.items()}
