"""Reads `errors/windows-*.toml`: the words of windows and of people, and the words that say what a text is about."""

from collections.abc import Collection, Iterable, Mapping

from troubleshoot.engine.code_entries import CERTAINTIES, ErrorCode
from troubleshoot.engine.code_numbers import PastedCode
from troubleshoot.engine.codebook import code_at_address
from troubleshoot.engine.guide import Guide
from troubleshoot.engine.letters import squeeze
from troubleshoot.engine.text_subjects import Subjects
from troubleshoot.engine.toml_tables import TomlTable
from troubleshoot.engine.windows import Window, WindowTable, is_distinct

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "ru", "ja", "zh", "ko", "cs", "sv", "da", "tr", "hu")
"""The languages in which sentences are kept, each under its own key."""
SENTENCE_LIMIT = 400
FEWEST_WORD_LETTERS = 5
"""Letters that the words of one line of `words` have together, at least."""

Codes = Mapping[PastedCode, ErrorCode]
Guides = Mapping[str, Guide]


def read(tables: Iterable[TomlTable], codes: Codes, guides: Guides, causes: Collection[str]) -> WindowTable:
    """Return the windows of all files, each checked against the codes, guides and causes that it names."""
    found: list[Window] = []
    names: set[str] = set()
    subjects = Subjects()
    said: dict[str, str] = {}
    for table in tables:
        for one in table.tables("window"):
            window = _window(one, codes, guides)
            for index, cause in enumerate(window.causes):
                if cause not in causes:
                    one.wrong("causes", f"there is no cause {cause}", index)
            found.append(window)
            if "name" in one.data and window.name in names:
                one.wrong("name", "this window stands twice")
            names.add(window.name)
            _check_once(one, window, said)
        subjects = subjects.with_more(_subjects(table.table("subjects", required=False)))
    return WindowTable(found, subjects)


def _subjects(table: TomlTable) -> Subjects:
    kinds = ("ours", "shared", "others", "ways", "labels")
    found = Subjects(*(table.texts(kind, required=False) for kind in kinds))
    table.done()
    return found


def _window(table: TomlTable, codes: Codes, guides: Guides) -> Window:
    code = _code(table, codes)
    window = Window(
        name=table.text("name", required=code is None, limit=200) or (codes[code].name if code else ""),
        certainty=table.choice("certainty", CERTAINTIES),
        source=table.text("source"),
        sentences=tuple(text for key in LANGUAGES for text in table.texts(key, required=False)),
        words=table.texts("words", required=False),
        code=code,
        guide=table.name("guide", required=False),
        start=table.name("start", required=False),
        own_words=table.flag("own_words"),
        general=table.flag("general"),
        seen=table.flag("seen"),
        opening=table.flag("opening"),
        program=table.text("program", required=False, limit=80),
        refines=_refined(table, codes),
        causes=table.texts("causes", required=False),
    )
    table.done()
    _check_patterns(table)
    _check_way(window, table, codes, guides)
    return window


def _code(table: TomlTable, codes: Codes) -> PastedCode | None:
    address = table.text("code", required=False, limit=40)
    return _known(table, address, codes, "code") if address else None


def _refined(table: TomlTable, codes: Codes) -> tuple[PastedCode, ...]:
    addresses = table.texts("refines", required=False)
    found = [_known(table, address, codes, "refines", index) for index, address in enumerate(addresses)]
    return tuple(code for code in found if code)


def _known(table: TomlTable, address: str, codes: Codes, key: str, *more: int) -> PastedCode | None:
    namespace, _, rest = address.partition("/")
    first, _, extended = rest.partition("/")
    code = code_at_address(namespace, first, extended)
    if code not in codes:
        table.wrong(key, f"there is no code {address}; write it as mstsc/0x904 or mstsc/0x904/0x7", *more)
    return code if code in codes else None


def _check_patterns(table: TomlTable) -> None:
    if not any(key in table.data for key in (*LANGUAGES, "words")):
        table.wrong(None, f"needs sentences ({', '.join(LANGUAGES)}) or words")
    for key in LANGUAGES:
        for index, text in enumerate(table.texts(key, required=False)):
            if len(text) > SENTENCE_LIMIT or not is_distinct(text):
                said = f"needs enough letters to be told from others, and {SENTENCE_LIMIT} characters at most"
                table.wrong(key, said, index)
    for index, text in enumerate(table.texts("words", required=False)):
        ways = [squeeze(way) for word in text.split() for way in word.split("|")]
        if not all(ways) or len(squeeze(text)) < (FEWEST_WORD_LETTERS if text.isascii() else 2):
            table.wrong("words", "needs more letters", index)


def _check_way(window: Window, table: TomlTable, codes: Codes, guides: Guides) -> None:
    """Check that a window leads somewhere: to the guide that it names, or to that of its code."""
    if not window.code and not window.guide:
        table.wrong(None, "needs a code or a guide")
    guide = window.guide or (codes[window.code].guide if window.code else "") or ""
    if window.guide and window.guide not in guides:
        table.wrong("guide", f"there is no guide {window.guide}")
    elif window.start and not window.guide:
        table.wrong("start", "needs the guide whose step it is")
    else:
        check_start(table, window.start, guides.get(guide))


def check_start(table: TomlTable, start: str, guide: Guide | None) -> None:
    """Check that a guide may begin at the step that an entry names."""
    if start and guide and start not in guide.starts:
        known = ", ".join(guide.starts) or "none"
        table.wrong("start", f"{guide.name} does not name {start} among its starts ({known})")


def _check_once(table: TomlTable, window: Window, said: dict[str, str]) -> None:
    """Check that no other window is worded alike."""
    for text in window.sentences:
        other = said.setdefault(squeeze(text), window.name)
        if other != window.name:
            table.wrong("name", f"“{text[:60]}” stands under “{other}” already")
