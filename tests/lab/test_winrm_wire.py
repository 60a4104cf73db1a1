"""What arrives on the wire of the simulated WinRM service is either understood or refused ..."""

import base64
import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
import spnego
from hypothesis import given, settings
from hypothesis import strategies as st

from troubleshoot.lab.winrm import sealing, soap
from troubleshoot.lab.winrm.auth import Gate
from troubleshoot.lab.winrm.credentials import Account
from troubleshoot.lab.winrm.faults import FaultError

XML_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]))
ENVELOPE = f'<e:Envelope xmlns:e="{soap.SOAP}" xmlns:w="{soap.WSMAN}" xmlns:a="{soap.ADDRESSING}">'


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_whatever_the_octets(octets: bytes) -> None:
    try:
        root = soap.parse(octets)
    except soap.HostileXmlError:
        return
    assert root.tag


@given(st.recursive(st.just(""), lambda inner: st.tuples(inner, inner).map(lambda pair: f"<a>{pair[0]}</a>{pair[1]}")))
def test_whatever_the_depth(inner: str) -> None:
    text = f"<r>{inner}</r>"
    depth = deepest = 0
    for mark in re.findall(r"</?", text):
        depth += 1 if mark == "<" else -1
        deepest = max(deepest, depth)
    if deepest > soap.DEEPEST:
        with pytest.raises(soap.HostileXmlError):
            soap.parse(text.encode())
    else:
        assert soap.parse(text.encode()).tag == "r"


@given(XML_TEXT, XML_TEXT, XML_TEXT)
def test_with_every_selector_value_and_message_id(name: str, value: str, message_id: str) -> None:
    octets = (
        f"{ENVELOPE}<e:Header><a:MessageID>{escape(message_id)}</a:MessageID><w:SelectorSet>"
        f"<w:Selector Name={quoteattr(name)}>{escape(value)}</w:Selector></w:SelectorSet></e:Header>"
        "<e:Body/></e:Envelope>"
    ).encode()
    message = soap.read(soap.parse(octets))
    assert message.selectors == {name.lower(): value.strip()}
    echoed = soap.parse(soap.envelope("urn:x", message.message_id, ""))
    assert (echoed.findtext(f".//{{{soap.ADDRESSING}}}RelatesTo") or "") == message.message_id


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99_999))
def test_as_a_duration(days: int, hours: int, minutes: int, milliseconds: int) -> None:
    text = f"P{days}DT{hours}H{minutes}M{milliseconds / 1000:.3f}S"
    expected = days * 86400 + hours * 3600 + minutes * 60 + milliseconds / 1000
    assert soap.seconds(text) == (pytest.approx(expected) if expected else None)


@pytest.mark.parametrize("text", ["", "P", "PT", "PT-1S", "-PT1S", "20", "P1Y", "P1M", "PT1S ", "PT٣S", "PTS", "PT0S"])
def test_as_no_duration(text: str) -> None:
    assert soap.seconds(text) is None


def contexts() -> tuple[Any, Any]:
    """Return the two ends of a finished login: the client's and the service's."""
    account = Account("user", "pass")
    gate = Gate(account, frozenset({"ntlm"}), tls=False, open_door=lambda: True)
    client = spnego.client("user", "pass", protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    challenge = gate.admit("Negotiate " + base64.b64encode(client.step() or b"").decode())
    token = base64.b64decode(challenge.headers[0][1].partition(" ")[2])
    assert gate.admit("Negotiate " + base64.b64encode(client.step(token) or b"").decode()).admitted
    return client, gate.context


@settings(deadline=None)  # logins take turns, and machines are slow at times
@given(st.lists(st.binary(max_size=300) | st.just(b"--Encrypted Boundary--\r\n"), min_size=1, max_size=5))
def test_sealed_and_opened_again_in_both_directions(envelopes: list[bytes]) -> None:
    client, service = contexts()
    for envelope in envelopes:
        assert sealing.unseal(sealing.seal(envelope, client), service) == envelope
        assert sealing.unseal(sealing.seal(envelope, service), client) == envelope


@settings(deadline=None)  # logins take turns, and machines are slow at times
@given(st.data())
def test_sealed_and_changed_anywhere_by_one_bit(data: st.DataObject) -> None:
    client, service = contexts()
    body = bytearray(sealing.seal(b"<an envelope/>", client))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(sealing.SealError):
        sealing.unseal(bytes(body), service)


def test_sealed_without_the_tabs_that_one_client_leaves_out() -> None:
    client, service = contexts()
    body = sealing.seal(b"<x/>", client).replace(b"\r\n\t", b"\r\n")
    assert sealing.unseal(body, service) == b"<x/>"


@settings(deadline=None)  # logins take turns, and machines are slow at times
@given(st.binary(max_size=200))
def test_as_a_token_of_a_login(token: bytes) -> None:
    gate = Gate(Account("user", "pass"), frozenset({"ntlm"}), tls=False, open_door=lambda: True)
    for prefix in (b"", b"NTLMSSP\0\1\0\0\0", b"NTLMSSP\0\3\0\0\0", b"\x60"):
        assert not gate.admit("Negotiate " + base64.b64encode(prefix + token).decode()).admitted


@settings(deadline=None)  # logins take turns, and machines are slow at times
@given(st.binary(max_size=300))
def test_as_the_last_token_of_a_login(token: bytes) -> None:
    gate = Gate(Account("user", "pass"), frozenset({"ntlm"}), tls=False, open_door=lambda: True)
    client = spnego.client("user", "pass", protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    gate.admit("Negotiate " + base64.b64encode(client.step() or b"").decode())
    assert not gate.admit("Negotiate " + base64.b64encode(b"NTLMSSP\0\3\0\0\0" + token).decode()).admitted
    assert gate.context is None


def test_with_a_body_that_is_no_envelope() -> None:
    with pytest.raises(FaultError):
        soap.read(soap.parse(b"<x/>"))
