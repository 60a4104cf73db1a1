"""What a person hands in as a file: a picture of the error, or the connection that they saved.

It becomes text, which they see and correct before it counts; the file itself is kept nowhere.
"""

from __future__ import annotations

import re

from troubleshoot import catalog, engine, pictures
from troubleshoot.cases.opening import storable_text
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.pictures import BadPicture

NO_TEXT = "no_text"
FILE_FAULTS = (*BadPicture.REASONS, NO_TEXT)


def text_of_picture(data: bytes) -> str:
    """Return the text in a picture. Raises Refusal where there is none, and for what cannot be read."""
    try:
        text = pictures.read_picture(data, worth=_worth)
    except BadPicture as bad:
        raise Refusal(RefusalCode.FILE_UNFIT, fault=bad.reason) from bad
    text = re.sub(r"\s*\n\s*", "\n", storable_text(text)).strip()
    if not any(one.isalnum() for one in text):
        raise Refusal(RefusalCode.FILE_UNFIT, fault=NO_TEXT)
    return text


def text_of_saved_connection(data: bytes) -> str:
    """Return the text of a saved connection without its secrets. Raises Refusal for a file that is none."""
    text = engine.decode_saved_connection(data) if len(data) <= engine.LARGEST_SAVED_CONNECTION else ""
    if engine.read_saved_connection(text) is None:
        raise Refusal(RefusalCode.FILE_UNFIT, fault="not_a_picture" if data else "empty")
    return storable_text(text.replace("\r\n", "\n")).strip()


def _worth(text: str) -> int:
    """Say how much a text of a picture says: a code that we know beside a word for it was read with the right letters,
    and so was a window."""
    found = catalog.installed_catalog().codes.identify(text)
    known = found.used is not None and found.used.entry is not None
    return pictures.ENOUGH if found.window or (known and engine.has_label(text)) else int(known)
