"""The simulated powershell.exe of a lab host's console: the portal's bootstrap, and a few plain statements.

Scripts of resources are not run here but by the evaluator; a word that is not simulated is an error, never a success.
"""

import base64
import binascii
import re

from troubleshoot.lab import undoing
from troubleshoot.lab.process import Exit, Process, Runner, codec, unquote
from troubleshoot.remote.envelope import BOOTSTRAP

_SLEEP = re.compile(r"(?:-s(?:econds)?\s+)?(\d{1,6}(?:\.\d{1,6})?|\.\d{1,6})", re.IGNORECASE)


def start(rest: str, process: Process, runner: Runner) -> int:
    """Start powershell.exe with the rest of a command line and return its exit code."""
    process.cancelled.wait(process.powershell_start)
    kind, text = _arguments(rest)
    if kind == "encoded":
        try:
            text = base64.b64decode(text, validate=True).decode("utf-16-le")
        except (binascii.Error, UnicodeDecodeError):
            return _refuse(text[:40], process)
        if text == BOOTSTRAP and not process.cancelled.is_set():
            return runner(process.state, process.read(), lambda data: process.write("stdout", data), process.cancelled)
    elif kind == "stdin":
        text = process.read().decode(codec(process.codepage) or "ascii", "replace")
    if undo := undoing.undo_of(text):
        return undoing.start(process.state, *undo)
    try:
        for statement in _split(text, ";\n"):
            if code := _statement(statement.strip(), process):
                return code
    except Exit as end:
        return end.code
    return 0


def _arguments(rest: str) -> tuple[str, str]:
    """Return how the script is given (encoded, stdin, text) and the script; other switches change nothing here."""
    while match := re.match(r"\s*-(\w+)(?:\s+|$)", rest):
        switch, rest = match.group(1).lower(), rest[match.end() :]
        if "encodedcommand".startswith(switch) or switch == "ec":
            return "encoded", rest.strip()
        if "command".startswith(switch):
            break
        if switch in {"executionpolicy", "inputformat", "outputformat"}:
            rest = rest.lstrip().partition(" ")[2]
    text = rest.strip()
    if text in {"", "-"}:
        return "stdin", ""
    plain = text.replace('\\"', "\0")  # a quote that belongs to the script
    return "text", unquote(plain).replace("\0", '"')


def _statement(text: str, process: Process) -> int:
    """Run one PowerShell statement; Write-Host ends lines with a line feed alone, as recorded."""
    verb, _, rest = text.partition(" ")
    match verb.lower():
        case "":
            return 0
        case "write-host":
            process.say(" ".join(word.strip("'\"") for word in _words(rest)) + "\n")
        case "hostname" if not rest:
            process.say(f"{process.name()}\r\n")
        case "start-sleep" if sleep := _SLEEP.fullmatch(rest.strip()):
            # 5.1 takes whole seconds: it rounds, half to the even number.
            process.cancelled.wait(round(float(sleep.group(1))))
        case "exit" if re.fullmatch(r"-?\d{1,10}", rest.strip()):
            raise Exit(int(rest))
        case "(pwd).path":
            process.say(f"{process.directory or process.environment['USERPROFILE']}\r\n")
        case _:
            return _refuse(verb, process)
    return 0


def _refuse(word: str, process: Process) -> int:
    process.say(
        f"{word} : The term '{word}' is not recognized as the name of a cmdlet, function, script file, or operable "
        "program (this PowerShell is simulated).\r\n",
        "stderr",
    )
    return 1


def _split(text: str, marks: str) -> list[str]:
    """Cut a text at any of the marks outside quotes."""
    pattern = rf"""((?:"[^"]*"|'[^']*'|[^{re.escape(marks)}"']|["'])*)[{re.escape(marks)}]?"""
    return [match.group(1) for match in re.finditer(pattern, text)]


def _words(text: str) -> list[str]:
    return re.findall(r""""[^"]*"|'[^']*'|\S+""", text)
