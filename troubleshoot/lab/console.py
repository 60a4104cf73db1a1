"""The simulated console of a lab host: the few plain commands that WinRM clients use to try themselves out.

It also starts the portal's own bootstrap. Everything else gets the answer of cmd.exe to a word that it does not
know: nothing here pretends to have worked. No Windows program runs; output follows recordings and documentation.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from troubleshoot.lab import powershell_exe
from troubleshoot.lab.process import Exit, Process, Runner, codec, unquote

# cmd.exe takes no longer line (Microsoft support article 830473).
LONGEST_LINE = 8191
_DEEPEST = 8  # cmd /c "cmd /c ..."


def execute(line: str, process: Process, runner: Runner) -> int:
    """Run one command line as ``cmd.exe /c`` would and return its exit code."""
    if len(line) > LONGEST_LINE:
        process.say("The command line is too long.\r\n", "stderr")
        return 1
    process.environment = _defaults(process) | process.environment
    try:
        return _line(line, process, runner, 0)
    except Exit as end:
        return end.code


def _line(line: str, process: Process, runner: Runner, depth: int) -> int:
    """Run one line: commands joined by &, && and ||; returns the exit code of the last one that ran."""
    code = 0
    for operator, text in _commands(_expand(unquote(line), process.environment)):
        if (operator == "&&" and code != 0) or (operator == "||" and code == 0):
            continue
        code = _command(text, process, runner, depth)
    return code


def _command(text: str, process: Process, runner: Runner, depth: int) -> int:
    redirected = re.search(r"(?:(?<=\s)1)?>&2", text)
    if redirected:
        text = text[: redirected.start()] + text[redirected.end() :]
        write = process.write
        process = replace(process, write=lambda _, data: write("stderr", data))
    if _outside_quotes(text, "<>|"):
        process.say("This simulated console has no files and no pipes.\r\n", "stderr")
        return 1
    match = re.match(r'\s*(?:"([^"]*)"|(echo(?=[.:])|[^\s=,;/"]+))(.*)', text, re.DOTALL | re.IGNORECASE)
    if match is None:
        return 0 if not text.strip() else _unknown(text.strip(), process)
    word, rest = match.group(1) or match.group(2) or "", match.group(3)
    name = word.lower().removesuffix(".exe").removesuffix(".com").rpartition("\\")[2]
    if name == "cmd" and (inner := re.match(r"\s*/c\b\s*(.*)", rest, re.DOTALL | re.IGNORECASE)):
        if depth >= _DEEPEST:
            return _unknown(word, process)
        return _inner(inner.group(1), process, runner, depth + 1)
    if name == "powershell":
        return powershell_exe.start(rest, process, runner)
    command = _COMMANDS.get(name)
    return command(rest, process) if command else _unknown(word, process)


def _inner(line: str, process: Process, runner: Runner, depth: int) -> int:
    try:
        return _line(line, process, runner, depth)
    except Exit as end:
        return end.code


def _unknown(word: str, process: Process) -> int:
    process.say(
        f"'{word}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n",
        "stderr",
    )
    return 1


def _hostname(_: str, process: Process) -> int:
    process.say(f"{process.name()}\r\n")
    return 0


def _ipconfig(rest: str, process: Process) -> int:
    if rest.strip().lower() not in {"", "/all"}:
        process.say("\r\nError: unrecognized or incomplete command line.\r\n")
        return 1
    process.say(f"\r\nWindows IP Configuration\r\n\r\n   Host Name . . . . . . . . . . . . : {process.name()}\r\n")
    return 0


def _echo(rest: str, process: Process) -> int:
    # Exactly one separator belongs to echo; what follows is printed as it is, trailing blanks included.
    process.say(f"{rest[1:]}\r\n" if rest.strip() else "ECHO is on.\r\n")
    return 0


def _set(rest: str, process: Process) -> int:
    name, assigned, value = rest.strip().partition("=")
    if assigned and name:
        process.environment[name] = value
        return 0
    wanted = name.lower()
    found = [entry for entry in process.environment.items() if entry[0].lower().startswith(wanted)]
    if not found:
        process.say(f"Environment variable {name} not defined\r\n", "stderr")
        return 1
    for key, value in sorted(found, key=lambda entry: entry[0].lower()):
        process.say(f"{key}={value}\r\n")
    return 0


def _chcp(rest: str, process: Process) -> int:
    number = rest.strip()
    if number and (not number.isascii() or not number.isdigit() or len(number) > 5 or not codec(int(number))):
        process.say("Invalid code page\r\n")
        return 1
    process.codepage = int(number or process.codepage)
    process.say(f"Active code page: {process.codepage}\r\n")
    return 0


def _dir(rest: str, process: Process) -> int:
    switch = re.search(r"/([a-z])", rest, re.IGNORECASE)
    if switch and switch.group(1).lower() not in "abcdlnopqrstwx4":
        process.say(f'Invalid switch - "{switch.group(1)}".\r\n', "stderr")
    else:
        process.say("This simulated console has no files and no pipes.\r\n", "stderr")
    return 1


def _exit(rest: str, _: Process) -> int:
    match = re.fullmatch(r"\s*(?:/b)?\s*(-?\d{1,10})?\s*", rest, re.IGNORECASE)
    raise Exit(int(match.group(1) or 0) if match else 0)


_COMMANDS: dict[str, Callable[[str, Process], int]] = {
    "hostname": _hostname,
    "ipconfig": _ipconfig,
    "echo": _echo,
    "set": _set,
    "chcp": _chcp,
    "dir": _dir,
    "exit": _exit,
}


def _commands(line: str) -> Iterator[tuple[str, str]]:
    """Cut a line at &, && and || outside quotes; yields each command with the operator before it."""
    operator, text, quoted, position = "", "", False, 0
    while position < len(line):
        mark = line[position]
        quoted ^= mark == '"'
        if mark == "^" and not quoted:
            position += 1
            text += line[position : position + 1]
        elif not quoted and ((mark == "&" and not text.endswith(">")) or line.startswith("||", position)):
            yield operator, text
            operator = mark * 2 if line.startswith(mark * 2, position) else mark
            position += len(operator) - 1
            text = ""
        else:
            text += mark
        position += 1
    yield operator, text


def _outside_quotes(text: str, marks: str) -> bool:
    return any(mark in marks for mark in re.sub(r'"[^"]*"?', "", text))


def _expand(line: str, environment: dict[str, str]) -> str:
    """Replace %NAME%; an unknown name stays as it is written, as in a line that is typed."""
    values = {name.lower(): value for name, value in environment.items()}
    return re.sub(r"%([^%]+)%", lambda match: values.get(match.group(1).lower(), match.group(0)), line)


def _defaults(process: Process) -> dict[str, str]:
    user = process.user.rpartition("\\")[2]
    return {
        "COMPUTERNAME": process.name(),
        "ComSpec": "C:\\Windows\\system32\\cmd.exe",
        "OS": "Windows_NT",
        "PROMPT": "$P$G",
        "SystemDrive": "C:",
        "SystemRoot": "C:\\Windows",
        "TEMP": f"C:\\Users\\{user}\\AppData\\Local\\Temp",
        "USERNAME": user,
        "USERPROFILE": f"C:\\Users\\{user}",
        "windir": "C:\\Windows",
    }
