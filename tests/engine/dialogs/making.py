"""Makes the texts: the shapes of dialogs, logs and letters, filled with codes; and the hostile ones."""

# ruff: noqa: RUF001 - the subject is text in other scripts

import tomllib
from collections.abc import Iterator

from tests.engine.dialogs import HERE, Crafted

WORDS: dict[str, dict[str, str]] = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
PAIRS = [
    *((0x904, one) for one in (0x7, 0x0, 0x9)),
    *((0x3, one) for one in (0x3, 0x5, 0x9, 0xC, 0x10, 0x11, 0x112F, 0x1194, 0x101)),
    *((one, 0x0) for one in (0x204, 0x108, 0x104, 0x704, 0x708, 0x4, 0xD06, 0x1B07)),
]
SINGLE = [
    0x904,
    0x204,
    0x108,
    0x104,
    0x208,
    0x508,
    0x604,
    0x704,
    0x804,
    0x304,
    0x404,
    0x406,
    0x506,
    0x606,
    0x706,
    0x906,
]
SINGLE += [0xA06, 0xB06, 0xC06, 0xD06, 0x807, 0xA07, 0xB07, 0xC07, 0xD07, 0xE07, 0xF07, 0x1207, 0x1607, 0x1707, 0x1807]
SINGLE += [0x1B07, 0x1C07, 0x2107, 0x2207, 0x708, 0x808, 0x908, 0xB08, 0xC08, 0x1108, 0x3000008, 0x3000064]
RESULTS = [0x80004005, 0x80080005, 0x8000FFFF, 0x8009030D, 0x80090302, 0x80090326, 0x80090328, 0x80090331, 0x800706BE]
RESULTS += [0x80070040, 0x80090311, 0x80090322, 0x8009030C, 0x800B0109, 0x800B0101, 0x80090016, 0x8009000F, 0x80090304]
PROXY = [0x800759D8, 0x800759DA, 0x800759DB, 0x800759DD, 0x800759E9, 0x800759ED, 0x800759EE, 0x800759F8, 0x800759F9]
ALERTS = [10, 40, 42, 45, 46, 48, 51, 70, 71, 80, 112, 116]
EVENTS = ["1024", "1057", "1058", "36871", "36874"]
Texts = Iterator[tuple[str, str | None]]


def made() -> dict[str, list[Crafted]]:
    """Return the texts by the name of their file."""
    files = {name: [_crafted(*one) for one in _language(words)] for name, words in WORDS.items()}
    return {**files, "hostile": [*(_crafted(*one) for one in _hostile()), *_asked()]}


def _crafted(text: str, code: str | None) -> Crafted:
    return {"text": text, "code": code, "ask": False}


def pair(code: int, extended: int) -> str:
    """Return the key of a pair of the window."""
    return f"mstsc:0x{code:X} / 0x{extended:X}"


def _language(words: dict[str, str]) -> Texts:
    yield from _dialogs(words)
    yield from _numbers(words)
    yield from _results(words)
    yield from _logs(words)
    yield from _letters(words)


def _dialogs(words: dict[str, str]) -> Texts:
    for index, (code, extended) in enumerate(PAIRS):
        first, second = f"{words['code']}0x{code:x}", f"{words['extended']}0x{extended:x}"
        yield f"{first}\n{second}\n{words['time']}\nCtrl+C", pair(code, extended)
        body = "\r\n".join([words["cannot"], "", words["again"], "", first, second, words["time"], words["activity"]])
        yield f"[Window Title]\r\n{words['window']}\r\n\r\n[Content]\r\n{body}\r\n\r\n[OK]", pair(code, extended)
        yield f"{first}  {second}" if index % 2 else f"<b>{first}</b><br>\n<b>{second}</b>", pair(code, extended)
        yield f"{words['window']}: {second}\n{first}", pair(code, extended)
    for code in SINGLE:
        end = f"\n{words['time']}" if code % 2 else f"\r\n{words['time']}\r\n{words['activity']}"
        yield f"{words['cannot']}\n{words['code']}0x{code:X}{end}", f"mstsc:0x{code:X}"


def _numbers(words: dict[str, str]) -> Texts:
    for index, code in enumerate(SINGLE):
        yield words["label"].format(code=code), f"mstsc:0x{code:X}"
        line = words["1026"].format(code=code)
        yield (f"{words['event'].format(event=1026)}\n{line}" if index % 3 else line), f"mstsc:0x{code:X}"
    for code in (3, 5, 9, 11, 12):
        yield words["session"].format(code=code), f"errinfo:0x{code:X}"


def _results(words: dict[str, str]) -> Texts:
    for code in RESULTS:
        yield words["auth"].format(code=f"0x{code:x}"), f"hresult:0x{code:X}"
        yield words["auth"].format(code=code - 2**32), f"hresult:0x{code:X}"
        yield f"{words['code']}{code}", f"hresult:0x{code:X}"
    for code in PROXY:
        yield words["gateway"].format(code=f"0x{code:X}"), f"hresult:0x{code:X}"
        yield words["gateway"].format(code=code - 2**32), f"hresult:0x{code:X}"
    yield words["gateway"].format(code="0x59E6"), "gateway:0x59E6"
    yield words["gateway"].format(code="0x80072EE7"), "hresult:0x80072EE7"


def _logs(words: dict[str, str]) -> Texts:
    for event in EVENTS:
        for text in _entry(words, event, words[event]):
            yield text, f"event:event {event}"
    for text in _entry(words, "36870", words["36870"].format(code="0x8009030D")):
        yield text, "hresult:0x8009030D"
    state = "RDPClient_SSL: TsSslStateHandshakeInProgress -> TsSslStateDisconnecting, TsSslEventHandshakeContinueFailed"
    for code in ("0x80004005", "0x8000FFFF"):
        for text in _entry(words, "226", f"{state} ({words['code']}{code})"):
            yield text, f"hresult:{code}"
    for alert in ALERTS:
        for text in (words["36888"], words["36888-old"]):
            yield text.format(code=alert), f"alert:TLS alert {alert}"
        yield from (
            (text, f"alert:TLS alert {alert}") for text in _entry(words, "36888", words["36888"].format(code=alert))
        )


def _entry(words: dict[str, str], event: str, message: str) -> Iterator[str]:
    """Yield a log entry as Event Viewer copies it, as XML, and as a row of a list."""
    head = f"Log Name:      System\nSource:        Schannel\nDate:          4/25/2024 9:04:11 AM\n{words['event']}"
    yield f"{head.format(event=event)}\n{words['level']}\nUser:          S-1-5-18\nComputer:      ACC-07\n\n{message}"
    yield (
        f"<Event><System><Provider Name='Schannel'/><EventID Qualifiers='49156'>{event}</EventID><Level>2</Level>"
        f"<TimeCreated SystemTime='2024-04-25T09:04:11.1234567Z'/><EventRecordID>104857</EventRecordID>"
        f"<Execution ProcessID='812' ThreadID='5678'/></System><Message>{message}</Message></Event>"
    )
    yield f"25.04.2024 09:04:11        {event} {message}"


def _letters(words: dict[str, str]) -> Texts:
    for code in SINGLE[:14]:
        yield words["mail"].format(code=f"0x{code:x}"), f"mstsc:0x{code:X}"
    for code, extended in PAIRS[:8]:
        yield words["mail"].format(code=f"0x{code:x} / 0x{extended:x}"), pair(code, extended)
        yield words["mail"].format(code=f"0x{code:X} (0x{extended:X})"), pair(code, extended)
    for one, other in ((0x904, 0x204), (0x204, 0x904), (0x108, 0x104), (0x1807, 0x904), (0x904, 0x3000008)):
        yield words["then"].format(one=f"0x{one:x}", other=f"0x{other:x}"), f"mstsc:0x{one:X}"
    yield words["then"].format(one="0xABCD", other="0x904"), "mstsc:0x904"
    yield f"{words['cannot']} {words['again']}", "mstsc:0x704"


def _hostile() -> Texts:
    for code in (0x904, 0x204, 0x1B07, 0x3000008):
        text, key = f"0x{code:x}", f"mstsc:0x{code:X}"
        yield from (
            (f"{mark}{text}{mark}", key) for mark in ("\u200f", "\u200e", "\u202a", "\u2067", "\ufeff", "\u00ad")
        )
        yield from ((mark.join(text), key) for mark in ("\u200b", "\u200d", "\u2060", "\ufe0f"))
        yield from ((f"0x{blank}{code:x}", key) for blank in ("\u00a0", "\u202f", "\u2009", " "))
        for wrapped in (
            "“{}”",
            "‹{}›",
            "【{}】",
            "<{}>",
            "({})",
            "`{}`",
            "*{}*",
            "{}\0",
            "\0{}",
            "{}\ud800",
            "{}%00",
            "{}；",
        ):
            yield wrapped.format(text), key
        yield f"<script>alert('{text}')</script>", key
        yield f"'; DROP TABLE codes; -- {text}", key
        yield f"${{jndi:ldap://x/{text}}}", key
        yield f"{text}\r\nSet-Cookie: a=b", key
        yield "data:image/png;base64," + "iVBORw0KGgo0x1/0x7+AAAANSUhEUgAA" * 40 + f"\n{text}", key
        yield "٩٠٤ " + text, key
        wide = text.translate({ord(one): ord(one) + 0xFEE0 for one in "0123456789abcdefx"})
        yield wide, None
        yield f"Error code: {wide}", None
    for grouped in ("2,308", "2.308", "2 308", "2\u00a0308", "2’308", "2\u202f308"):
        yield f"Error code: {grouped}", "mstsc:0x904"
        yield grouped, "mstsc:0x904"
    for grouped in ("-2,147,467,259", "-2.147.467.259", "-2 147 467 259", "\u22122\u202f147\u202f467\u202f259"):
        yield f"Fehler {grouped}", "hresult:0x80004005"
        yield grouped, "hresult:0x80004005"
    yield from ((f"HRESULT {text}", "hresult:0x80090326") for text in ("2148074278", "2,148,074,278", "0x80090326"))
    for nothing in (
        "10.0.19041.904",
        "04/25/2024 11:04:15",
        "KB5074109",
        "S-1-5-21-904",
        "acc-904",
        "192.168.0.204",
        "+904",
        "1_000",
    ):
        yield nothing, None
    yield from (
        (text, None)
        for text in ("0x", "x904", "0xg04", "0x123456789", "9" * 5000, "0x" + "9" * 5000, "\u200b", "0x904_", "a0x904")
    )
    for name, key in (
        ("ERRCONNECT_CONNECT_TRANSPORT_FAILED [0x0002000D]", "freerdp:0x2000D"),
        ("ERRINFO_LOGOFF_BY_USER (0x0000000C):The session was logged off", "errinfo:0xC"),
        ("freerdp_set_last_error ERRCONNECT_DNS_NAME_NOT_FOUND", "freerdp:0x20005"),
        ("SEC_E_UNTRUSTED_ROOT", "hresult:0x80090325"),
        ("exDiscReasonServerIdleTimeout", "extended:0x3"),
        ("SSL routines: SSL alert number 40", "alert:TLS alert 40"),
        ("Status: 0xC000006D\n\tSub Status:\t\t0xC000006A", "ntstatus:0xC000006D"),
        ("Error code: 0x0 (0x80080005)", "hresult:0x80080005"),
        ("First: 0x904\nThen: 0x204", "mstsc:0x904"),
        ("0x904, 0x204 and 0x108", "mstsc:0x904"),
        ("Error 0x904, 12 users", "mstsc:0x904"),
        ("WinHTTP 0x80072EFD", "hresult:0x80072EFD"),
        ("80070005", "hresult:0x80070005"),
        ("36870", "event:event 36870"),
        ("10060", "win32:0x274C"),
    ):
        yield name, key


def _asked() -> Iterator[Crafted]:
    """Texts that can be read in more than one way, or only by guessing a character."""
    for text in ("Ox904", "0x9O4", "OX9O4", "\u202e0x904", "Error code: 0x9O4"):
        yield {"text": text, "code": "mstsc:0x904", "ask": True}
    for text in ("0xlO8", "0xI08", "Ox1O8"):
        yield {"text": text, "code": "mstsc:0x108", "ask": True}
    for text in ("516", "Error code: 516"):  # nobody documents 0x516, and 516 is 0x204
        yield {"text": text, "code": "mstsc:0x204", "ask": False}
    yield {"text": "0x5", "code": "extended:0x5", "ask": True}
