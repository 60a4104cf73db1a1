"""Instructions for a person: numbered steps in the words of the screens, and commands to copy."""

import re
from dataclasses import dataclass

from troubleshoot.engine.toml_tables import TomlTable

PLACES = ("this computer", "the other computer", "Azure")
"""Where a command is run: the person's own PC, the computer that is to be reached, or Azure's Run Command. Any other
place is named as its heading says it: "a domain controller", "the gateway"."""
#: How another place is named; a computer is one of the two above.
_OTHER_PLACE = re.compile(r"(a|an|the) (?!.*\bcomputer\b)\S.{0,60}")
#: How a warning begins that names the place, which the heading does.
_NAMES_A_PLACE = re.compile(r"(run it )?on (an?|the) ", re.IGNORECASE)
MOST_STEPS = 12
STEP_LIMIT = 300
"""Characters of one numbered step: more is two steps."""
COMMAND_LIMIT = 2000
#: How commands begin that only look. What is not known to do so is not shown to a person as such.
_LOOKS = re.compile(
    r"(nslookup|ping|tracert|pathping|hostname|whoami|systeminfo|qwinsta|reg query|certutil -scinfo)\b"
    r"|ipconfig(?= /all$| /displaydns$|$)|netsh [a-z0-9 ]*\bshow\b"
    r"|(Get|Resolve|Format|Select|Sort|Measure)-(?!Credential\b)[a-z]+\b|Test-NetConnection\b",
    re.IGNORECASE,
)
#: What could hide a second command, or write into a file.
_MORE_THAN_ONE = re.compile(r"[;&>`{}()$\n]")


@dataclass(frozen=True)
class CommandToCopy:
    """Text to copy as it stands, where it is run, and what to know before."""

    where: str
    text: str
    warning: str = ""

    @property
    def elsewhere(self) -> str:
        """Return the place as its heading says it, where it is none that every guide knows; else empty."""
        return "" if self.where in PLACES else self.where

    @property
    def warns_of_place(self) -> bool:
        """Tell whether the warning begins with a place, which the heading has to say: stored guides may do so."""
        return _NAMES_A_PLACE.match(self.warning) is not None

    @property
    def only_reads(self) -> bool:
        """Tell whether it certainly changes nothing: each of its parts is known to look, and no more than that."""
        parts = (part.strip() for part in self.text.split("|"))
        return not _MORE_THAN_ONE.search(self.text) and all(_LOOKS.match(part) for part in parts)


@dataclass(frozen=True)
class HowTo:
    """What a person does, step by step; false when nothing is said."""

    steps: tuple[str, ...] = ()
    different: str = ""
    """What to do if the screen looks different."""
    commands: tuple[CommandToCopy, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps or self.commands)


NOTHING = HowTo()


def read(table: TomlTable) -> HowTo:
    """Return the keys `steps`, `different` and `commands` of a guide's step or an action; what is wrong goes into
    the table's problems."""
    found = HowTo(
        steps=table.sentences("steps", limit=STEP_LIMIT),
        different=table.text("different", required=False, limit=STEP_LIMIT),
        commands=tuple(_command(one) for one in table.tables("commands")),
    )
    if len(found.steps) > MOST_STEPS:
        table.wrong("steps", f"has more than {MOST_STEPS} steps")
    if found.different and not found.steps:
        table.wrong("different", "there are no steps that could look different")
    return found


def _command(table: TomlTable) -> CommandToCopy:
    command = CommandToCopy(
        where=_place(table),
        text=table.text("text", limit=COMMAND_LIMIT),
        warning=table.text("warning", required=False),
    )
    table.done()
    return command


def _place(table: TomlTable) -> str:
    where = table.text("where", limit=80)
    if where and where not in PLACES and not _OTHER_PLACE.fullmatch(where):
        table.wrong("where", f"must be one of {', '.join(PLACES)}, or another place that begins with a, an or the")
    return where
