"""SOAP 1.2 and WS-Management on the wire: hostile XML in, one checked message out; envelopes for the replies."""

import re
import uuid
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from xml.sax.saxutils import escape

from troubleshoot.lab.winrm import faults

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
MICROSOFT = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
IDENTITY = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
CMD = SHELL + "/cmd"
FAULT_ACTION = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
CONTENT_TYPE = "application/soap+xml;charset=UTF-8"

DEEPEST = 32
MOST_ELEMENTS = 20_000
_DURATION = re.compile(r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?", re.ASCII)
_UNDERSTOOD = {
    ADDRESSING: {"To", "ReplyTo", "FaultTo", "From", "Action", "MessageID"},
    WSMAN: {"MaxEnvelopeSize", "ResourceURI", "OperationTimeout", "Locale", "OptionSet", "SelectorSet"},
    MICROSOFT: {"DataLocale", "SessionId", "OperationID", "SequenceId", "ActivityId"},
}


class HostileXmlError(Exception):
    """The octets are not well-formed XML, carry a document type, or are too deep or too many."""


@dataclass
class Message:
    """One WS-Management request; selector and option names are lower case."""

    action: str = ""
    message_id: str = ""
    to: str = ""
    resource: str = ""
    timeout: str = ""
    envelope_size: int = 0
    selectors: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    strange: bool = False  # a header we do not know is marked mustUnderstand
    body: Element | None = None


def parse(octets: bytes) -> Element:
    """Return the root element. Raises HostileXmlError; entities and document types are refused, not expanded."""
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    state = {"depth": 0, "count": 0}

    def start(name: str, attributes: dict[str, str]) -> None:
        state["depth"] += 1
        state["count"] += 1
        if state["depth"] > DEEPEST or state["count"] > MOST_ELEMENTS:
            raise HostileXmlError("too deep or too many elements")
        builder.start(_clark(name), {_clark(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        state["depth"] -= 1
        builder.end(_clark(name))

    def doctype(*_: object) -> None:
        raise HostileXmlError("a document type is not allowed in SOAP")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    parser.buffer_text = True
    try:
        parser.Parse(octets, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise HostileXmlError(str(error)) from error
    return builder.close()


def read(root: Element) -> Message:
    """Return what the envelope says; raises the fault for one that is no SOAP 1.2 envelope."""
    header, body = root.find(f"{{{SOAP}}}Header"), root.find(f"{{{SOAP}}}Body")
    if root.tag != f"{{{SOAP}}}Envelope" or body is None:
        raise faults.FaultError(faults.BAD_SCHEMA)
    message = Message(body=next(iter(body), None))
    for entry in header if header is not None else ():
        _take(message, entry)
    return message


def seconds(duration: str) -> float | None:
    """Return an xs:duration of days and less in seconds; None when it is not one, or not positive."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return None
    days, hours, minutes, rest = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest or None


def envelope(action: str, relates_to: str, body: str) -> bytes:
    """Return a reply; ``body`` is XML, the other texts are escaped here."""
    related = f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo>" if relates_to else ""
    return (
        f'<s:Envelope xml:lang="en-US" xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:x="{TRANSFER}" '
        f'xmlns:w="{WSMAN}" xmlns:rsp="{SHELL}" xmlns:p="{MICROSOFT}"><s:Header>'
        f"<a:Action>{escape(action)}</a:Action><a:MessageID>uuid:{new_id()}</a:MessageID>"
        f"<p:ActivityId>{new_id()}</p:ActivityId><a:To>{ANONYMOUS}</a:To>{related}</s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def identity(version: str) -> bytes:
    """Return the reply to Identify; ``version`` is the ProductVersion, hidden from those who did not sign in."""
    return (
        f'<s:Envelope xml:lang="en-US" xmlns:s="{SOAP}"><s:Header/><s:Body>'
        f'<wsmid:IdentifyResponse xmlns:wsmid="{IDENTITY}">'
        f"<wsmid:ProtocolVersion>{WSMAN}</wsmid:ProtocolVersion>"
        "<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
        f"<wsmid:ProductVersion>{escape(version)}</wsmid:ProductVersion>"
        "</wsmid:IdentifyResponse></s:Body></s:Envelope>"
    ).encode()


def new_id() -> str:
    """Return a new identifier as Windows writes them."""
    return str(uuid.uuid4()).upper()


def _clark(name: str) -> str:
    return "{" + name if "}" in name else name


def _take(message: Message, entry: Element) -> None:
    space, _, local = entry.tag.rpartition("}")
    space, text = space.removeprefix("{"), (entry.text or "").strip()
    if local not in _UNDERSTOOD.get(space, ()):
        message.strange |= _must_understand(entry)
        return
    match local:
        case "Action":
            message.action = text
        case "MessageID":
            message.message_id = text
        case "To":
            message.to = text
        case "ResourceURI":
            message.resource = text
        case "OperationTimeout":
            message.timeout = text
        case "MaxEnvelopeSize":
            message.envelope_size = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        case "SelectorSet":
            message.selectors |= _named(entry, "Selector")
        case "OptionSet":
            message.options |= _named(entry, "Option")


def _named(entry: Element, kind: str) -> dict[str, str]:
    children = entry.findall(f"{{{WSMAN}}}{kind}")
    return {child.get("Name", "").lower(): (child.text or "").strip() for child in children}


def _must_understand(entry: Element) -> bool:
    """Read the attribute in both spellings that clients use: in the namespace of SOAP, and in none."""
    value = entry.get(f"{{{SOAP}}}mustUnderstand") or entry.get("mustUnderstand") or ""
    return value.strip().lower() in {"1", "true"}
