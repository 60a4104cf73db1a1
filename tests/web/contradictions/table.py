"""What excludes what: a small table of sentences, by what they are about."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

Texts = Mapping[str, str]
"""The pages of one moment, by reader and address, as a person reads them."""


class Exclusive(NamedTuple):
    """Two kinds of sentences of which only one can be true at a time; `first` and `only` limit the one and the
    other to some pages."""

    about: str
    one: str
    other: str
    only: str = ""
    first: str = ""


_CLEAR = r"From here the computer answers all the way to the sign-in|The computer is in order"
_PROVED = r"answers properly again|(?:repaired|changed) as planned|answers properly</h1>"
_ALL_BACK = r"It was put back as it was|is as it was before"
_OWN = "employee: case"
_HEAD = "case, heading"
_CASE = "case|board|ticket|timeline|change"
TABLE = (
    Exclusive("the way", _CLEAR, r"(?<!no longer )shown by(?! the)", only="helpdesk: case|employee: case"),
    Exclusive("the way", _CLEAR, r"It was put back|could not be put back|We could not look at"),
    Exclusive("the way", _CLEAR, r"(?:The change|Putting the change back) waits|Undoing on|Changing LAB"),
    Exclusive("the look inside", r"No problem seen", r"What does Windows say inside\? (?!No problem)\w+ is"),
    Exclusive("the person's PC", r"Nothing on your PC will help here", r"You can also do it yourself"),
    Exclusive("the proof", rf"<h1>.*(?:{_PROVED})", r"It was put back|It could not be put back|It is not known"),
    Exclusive("the proof", r"it answers properly, on two fresh connections", r"It was put back|It is not known"),
    Exclusive("the end", r"It is not known how the change ended", r"Nothing was changed|\bverified\b", _CASE),
    Exclusive("the end", r"Solved", r"How a change ended is not known", first=_HEAD),
    Exclusive("what was read", r"Nothing was read yet", r"Looked (?:at from|into)"),
    Exclusive("what came back", _ALL_BACK, r"Not put back:|What could not be put back|but not all of it"),
    Exclusive(
        "who put it back", r"Helpdesk has put the change back", r"(?:You have|The person has) put the change back"
    ),
    Exclusive("whose turn", r"waits for its turn", r"it is held, and nothing else|does not answer\. The portal tries"),
    Exclusive("whose turn", r"\bA change is running", r"A change waits"),
    Exclusive(
        "the decision", r"Waiting for your approval (?!Nothing)", r"Nobody decided in time|nobody decided in time"
    ),
    Exclusive("the decision", r"Approved\. It runs now", r"waits for its turn"),
    Exclusive("whose turn", r"It is being put back", r"It waits to be put back|has not begun(\.| to put)"),
    Exclusive("earlier runs", r"had not run at your sites", r"On this computer (?:once|\d+ times)"),
    Exclusive("earlier changes", r"No change was ever made by the portal", r"\bran “|Undone on |Undone: "),
    Exclusive("what was read", r"Nothing was read yet", r"judged by what was read|Looked at from"),
    Exclusive("what is left", r"Nothing more is done", r"A change is still being made|is to be put back"),
    Exclusive(
        "who is there",
        r"(?:Signed in:|People signed in) not known",
        r"nobody is disconnected",
        "helpdesk: case",
        "helpdesk: case",
    ),
    Exclusive(
        "who is disconnected",
        r"is stopped, so nobody is connected",
        r"disconnected; their programs stay open",
        "employee: case|approver: plan",
    ),
    Exclusive("the person", r"You need not do anything", r"Who acts now: you\b", _OWN, _OWN),
    Exclusive("the wish", r"asked for helpdesk", r"Helpdesk is not asked until you say so"),
)


def contradictions(texts: Texts) -> Iterator[str]:
    """Yield each two sentences that cannot both be true."""
    for row in TABLE:
        ones, others = _found(texts, row.one, row.first), _found(texts, row.other, row.only)
        for (page, one), (where, other) in ((one, other) for one in ones[:1] for other in others[:1]):
            yield f"{row.about}: “{one}” ({page}) and “{other}” ({where})"


def _found(texts: Texts, pattern: str, where: str) -> list[tuple[str, str]]:
    hits = ((name, re.search(pattern, text)) for name, text in texts.items() if re.search(where, name))
    return [(name, hit[0]) for name, hit in hits if hit]
