"""The messages of Mendpoint, extracted as a translator would, and a pseudo-locale made of them.

The pseudo-locale says everything with accents on every letter and a third longer, so that a text which is not
translated, a place that is too narrow and a placeholder that is lost are seen at once. Nothing of it is kept.
"""

from __future__ import annotations

import ast
import io
import json
import math
import re
import shutil
import subprocess
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

import django
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
SOURCES = ("portal", "troubleshoot", "templates")
#: What Django says of itself; a language that Django knows brings its own words for these.
OF_DJANGO = ("conf", "contrib/auth")
#: The locale under which browsers' makers keep theirs.
LOCALE = "en_XA"
_ACCENTED = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÁƁÇĎÉƑĜĤÎĴĶĹḾŇÖṔɊŘŠŤŮṼŴẊÝŽáƀçďéƒĝĥîĵķĺḿňöṕɋřšťůṽŵẋýž",
)
#: What a translator leaves as it is: placeholders, and HTML with its entities.
_WHOLE = re.compile(r"(%\(\w+\)[-+ #0-9.]*[a-zA-Z]|%[-+ #0-9.]*[sdifrx]|%%|\{\w*\}|</?[a-zA-Z][^<>]*>|&#?\w+;)")


@dataclass
class Message:
    """One entry of a message file: its texts, by keyword (`msgid`, `msgid_plural`, `msgctxt`)."""

    texts: dict[str, str] = field(default_factory=dict)
    flags: str = ""


def extract(folder: Path) -> tuple[Path, str]:
    """Run makemessages over a copy of the sources; the file of messages, and whatever gettext's tools warn about."""
    (folder / "locale").mkdir(parents=True)
    for source in SOURCES:
        shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__", "migrations"))
    said = io.StringIO()
    with chdir(folder):
        call_command("makemessages", locale=[LOCALE], stdout=said, stderr=said, verbosity=1)
    warnings = [line for line in said.getvalue().splitlines() if line.strip() != f"processing locale {LOCALE}"]
    return folder / "locale" / LOCALE / "LC_MESSAGES" / "django.po", "\n".join(warnings)


def messages(file: Path) -> list[Message]:
    """The entries of a message file, without its header."""
    entries = [_entry(block) for block in file.read_text("utf-8").split("\n\n")]
    return [entry for entry in entries if entry.texts.get("msgid")]


def _entry(block: str) -> Message:
    entry, keyword = Message(), ""
    for line in block.splitlines():
        if line.startswith("#,"):
            entry.flags = line
        elif found := re.fullmatch(r"(?:(msg[a-z_]+(?:\[\d\])?) )?(\".*\")", line):
            keyword = found[1] or keyword
            entry.texts[keyword] = entry.texts.get(keyword, "") + ast.literal_eval(found[2])
    return entry


def accented(text: str) -> str:
    """A text in the pseudo-locale: every letter accented, a third longer, placeholders and HTML as they are."""
    parts = [part if number % 2 else part.translate(_ACCENTED) for number, part in enumerate(_WHOLE.split(text))]
    bare = "".join(parts)
    return bare.rstrip("\n") + "ẽ" * math.ceil(len(text) * 0.3) + "\n" * (len(bare) - len(bare.rstrip("\n")))


def compile_pseudo_locale(folder: Path) -> tuple[Path, str]:
    """Make the pseudo-locale in a folder; the folder for `LOCALE_PATHS`, and what makemessages and msgfmt say."""
    own, warnings = extract(folder / "sources")
    theirs = [Path(django.__file__).parent / app / "locale/en/LC_MESSAGES/django.po" for app in OF_DJANGO]
    known = {(one.texts.get("msgctxt"), one.texts["msgid"]): one for file in [*theirs, own] for one in messages(file)}
    target = folder / "locale" / LOCALE / "LC_MESSAGES"
    target.mkdir(parents=True)
    (target / "django.po").write_text(_HEADER + "\n\n".join(map(_written, known.values())) + "\n", "utf-8")
    command: list[str | Path] = ["msgfmt", "--check", "-o", target / "django.mo", target / "django.po"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return folder / "locale", warnings + done.stderr


_HEADER = """msgid ""
msgstr ""
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"Project-Id-Version: pseudo\\n"
"PO-Revision-Date: 2000-01-01 00:00+0000\\n"
"Last-Translator: nobody\\n"
"Language-Team: nobody\\n"
"Language: en_XA\\n"

"""


def _written(entry: Message) -> str:
    one, many = entry.texts["msgid"], entry.texts.get("msgid_plural")
    lines = [entry.flags] if entry.flags and "fuzzy" not in entry.flags else []
    keys = [key for key in ("msgctxt", "msgid", "msgid_plural") if key in entry.texts]
    lines += [f"{key} {_quoted(entry.texts[key])}" for key in keys]
    if many is None:
        return "\n".join([*lines, f"msgstr {_quoted(accented(one))}"])
    return "\n".join([*lines, f"msgstr[0] {_quoted(accented(one))}", f"msgstr[1] {_quoted(accented(many))}"])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
