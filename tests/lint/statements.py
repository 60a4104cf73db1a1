"""Finds sentences written into a page that state something of a computer, the way to it, other people, or the future.

Such a sentence has to follow from readings, jobs, plans, or what people said and did: pages print it through the tag
`statement`, and its words stand in `wording`. What marks one is a table of subjects and what is said of them.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Pages about cases, changes and plans, and what they are made of.
FOLDERS = (
    *("templates/employee", "templates/helpdesk", "templates/approver", "templates/manager"),
    *("troubleshoot/web/case_parts", "troubleshoot/web/employee", "troubleshoot/web/helpdesk"),
    *("troubleshoot/web/approver", "troubleshoot/web/manager"),
)
FILES = ("templates/instructions.html", "templates/put_back_at.html", "templates/notices.html")
#: What a page is about where it states no fact of a case; each with its reason.
EXEMPT = {
    "templates/employee/client_report.html": "says what a command of ours does, before anybody runs it",
    "templates/employee/case_new.html": "a case is about to be opened: nothing is known of any computer",
    "templates/employee/home.html": "no case yet: nothing is known of any computer",
    "templates/employee/me.html": "about the visitor's own account",
    "templates/helpdesk/case_new.html": "a case is about to be opened: nothing is known of any computer",
    "templates/manager/summary_end.html": "numbers and how they are counted",
}

_HAVING = (
    "is|are|was|were|has|have|had|will|would|can|cannot|could|may|might|must|does|do|did|never|no longer|answers?|"
    "runs?|ran|waits?|begins?|goes|started|starts|stops|stopped|works|came|comes|changed?|helps|helped|asked|asks|says|said|"
    "sees|decides|decided|starts|looks|reads|takes|took|knows|wants|cares|opened|closed|needs|agreed|stands"
)
_MEANWHILE = r"(?: (?:of|at|on|to) [\w'}{ ]{1,30}?| yet| now| also| again| else| itself)?"


def _said_of(subject: str) -> str:
    return rf"(?<![\w/])(?:{subject}){_MEANWHILE} (?:{_HAVING})\b"


#: What marks a statement, by what it is about.
MARKS = {
    "the computer": _said_of(r"(?:the|this|your) computer|\{\{ host \}\}|%\((?:host|where)\)s|%s"),
    "the way": r"\bin the way\b|\bcomes through\b|"
    + _said_of(r"(?:your|their|the person's) (?:own )?(?:PC|VPN|password)|the (?:way|connection|network)"),
    "other people": _said_of(
        r"nobody|everybody|everyone|somebody|no one|helpdesk|an? (?:second person|approver|administrator)|the person|"
        r"\{\{ who \}\}|%\(who\)s"
    ),
    "the change": r"\b(?:is|are|was|were|be|been) (?:put back|undone|disconnected|changed)\b|"
    + _said_of(r"(?:the|this) (?:fix|change|plan|undo)"),
    "what was proved": r"\banswers properly\b|\bis in order\b|\bas it should be\b|\bwas (?:good|proved)\b|\bhealthy\b",
    "what will happen": r"\byou (?:will|need not|must)\b|\bby itself\b|"
    r"\b(?:it|we) (?:will|waits?|stops?|goes on|begins)\b",
}
_FOUND = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in MARKS.items()}
#: Sentences that bear a mark and state nothing of a case, each with its reason.
ALLOWED = {
    "Note; the person does not see it": "a rule about internal notes",
    "this plan can be started for": "before the plan's own time",
    "The plan changed after you opened it. Nothing was approved.": "made from the digest that the page sent",
    "{{ who }} stands in for you.": "from the row of an absence",
    "{{ who }} cares for it.": "from the row of an incident",
    "Yours: somebody else decides": "a rule about own requests",
    "nobody has decided": "from votes, of which there is none",
    "Cannot be put back:": "the head of what the plan says",
    "Nobody opened a case in this time.": "from the number of cases, which is none",
    "No plan of this computer has the fingerprint that your page sent.": "from that fingerprint",
    "Your text is kept. Sign in, and it goes on from there.": "about the visitor's own text",
    "The person says": "the head of what they say",
}
#: Beginnings, for what is long.
ALLOWED_BEGINNINGS = {
    "Nobody else can decide about it today;": "from the list of those who may, which is empty",
    "One click makes you the owner of all of them": "says what a button does",
    "Everybody at the site reads that you are on it;": "from the rows of an incident",
    "Nothing waits for you. When somebody asks, you are told here": "about an empty list",
    "You can see what we cannot: some short questions": "says what the person is asked to do",
    "Where the name {{ host }} leads, and the first 19 bytes": "says what a command of ours would read",
    "The stored plan is not what its digest says": "from the digest itself",
    "Nothing is shown, so that nobody takes other rows": "about the list on this page",
    "By pressing you agree to these changes.": "a rule: what is recorded of a yes",
    "Requests then go to the other approvers": "a rule about absences",
}
_TEMPLATE_TEXT = re.compile(
    r'{%\s*translate\s+"(?P<one>[^"]*)"|{%\s*blocktranslate[^%]*%}(?P<many>.*?){%\s*endblocktranslate', re.DOTALL
)
#: "What the fix does" says nothing of it.
_HEADING = re.compile(r"(?:What|How|Which|Who|Whose)\b[^.;!?]*")
_COMMENT = re.compile(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", re.DOTALL)
_GETTEXT = frozenset(["_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"])


def marks(text: str) -> list[str]:
    """Return what a sentence states something of; nothing for a question, a heading or a label."""
    plain, found = " ".join(text.split()), list[str]()
    if " " not in plain or _HEADING.fullmatch(plain):
        return []
    for sentence in re.split(r"(?<=[.;:!?])\s+", plain):
        if not sentence.endswith("?"):
            found += [name for name, pattern in _FOUND.items() if pattern.search(sentence)]
    return list(dict.fromkeys(found))


def is_allowed(text: str) -> bool:
    """Tell whether a sentence is one of those that are named with a reason."""
    plain = " ".join(text.split())
    return plain in ALLOWED or any(plain.startswith(one) for one in ALLOWED_BEGINNINGS)


def texts_of_template(markup: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a template that somebody translates, and those outside of all tags, with their lines."""
    for found in _TEMPLATE_TEXT.finditer(markup):
        text = found["one"] if found["one"] is not None else found["many"]
        for part in re.split(r"{%\s*plural\s*%}", text):
            yield markup.count("\n", 0, found.start()) + 1, part
    bare = _TEMPLATE_TEXT.sub(lambda one: "\n" * one[0].count("\n"), re.sub(r"{#.*?#}", "", markup))
    bare = re.sub(
        r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", lambda one: "\n" * one[0].count("\n"), bare, flags=re.DOTALL
    )
    for number, line in enumerate(re.sub(r"<[^>]*>|{%.*?%}", " ", bare).split("\n"), 1):
        if line.strip():
            yield number, line


def texts_of_module(code: str) -> Iterator[tuple[int, str]]:
    """Yield the sentences that a module hands to gettext, or puts together by itself, with their lines."""
    tree = ast.parse(code)
    spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _GETTEXT:
            for part in node.args:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.lineno, part.value
                    spoken.add(id(part))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
            yield node.lineno, node.value


def findings(text: str, path: str) -> Iterator[str]:
    """Yield each sentence of a page that states something and is not printed as a statement."""
    texts = texts_of_template(text) if path.endswith(".html") else texts_of_module(text)
    for line, one in texts:
        found = marks(one)
        if found and not is_allowed(one):
            yield f'{path}:{line}: states something of {", ".join(found)}: "{" ".join(one.split())[:90]}"'


def pages() -> Iterator[Path]:
    """Yield the files of the pages, in order."""
    for folder in FOLDERS:
        yield from sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in {".html", ".py"})
    yield from (ROOT / name for name in FILES)


def in_product() -> Iterator[str]:
    """Yield what is found in all pages."""
    for path in pages():
        name = path.relative_to(ROOT).as_posix()
        if name not in EXEMPT:
            yield from findings(path.read_text("utf-8"), name)


def main() -> int:
    """Print what is found; 1 when anything is."""
    found = list(in_product())
    print("\n".join(found) or "pages: what they state follows from evidence", file=sys.stderr if found else sys.stdout)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
