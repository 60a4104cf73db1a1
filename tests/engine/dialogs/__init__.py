"""Error texts as people paste them, in six languages, each with the code that it must be read as.

`python -m tests.engine.dialogs` writes the `*.json` files anew from `words.toml` and `making.py`; a test holds that
they are what these make. The expected code comes from the maker, never from the parser.
"""

import json
from pathlib import Path
from typing import TypedDict

HERE = Path(__file__).parent


class Crafted(TypedDict):
    """One text; `code` is the key of the code to use, or None; `ask` says that the person has to be asked."""

    text: str
    code: str | None
    ask: bool


def stored() -> dict[str, list[Crafted]]:
    """Return the texts by the name of their file."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(HERE.glob("*.json"))}
