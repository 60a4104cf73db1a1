"""The simulated console of a lab host ..."""

import base64
import threading
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.winrm_hosts import BOOTSTRAP_LINE
from troubleshoot.lab import console
from troubleshoot.lab.process import Emit, Process
from troubleshoot.lab.state import HostState, healthy

STATE = HostState(healthy("ACC-07"))


@dataclass
class Ran:
    """What one command line did."""

    code: int
    out: str
    err: str


@dataclass
class Run:
    """Runs command lines in a console with these surroundings."""

    stdin: bytes = b""
    codepage: int = 437
    directory: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    emitted: bytes = b"from the runner"

    def __call__(self, line: str) -> Ran:
        streams = {"stdout": b"", "stderr": b""}

        def write(stream: str, data: bytes) -> None:
            streams[stream] += data

        process = Process(
            state=STATE,
            read=lambda: self.stdin,
            write=write,
            cancelled=threading.Event(),
            user="CORP\\bob",
            environment=dict(self.environment),
            directory=self.directory,
            codepage=self.codepage,
        )

        def runner(_: HostState, stdin: bytes, emit: Emit, cancelled: threading.Event) -> int:
            assert not cancelled.is_set()
            emit(self.emitted + stdin)
            return 5

        code = console.execute(line, process, runner)
        codec = "utf-8" if self.codepage == 65001 else f"cp{self.codepage}"
        return Ran(code, streams["stdout"].decode(codec), streams["stderr"].decode(codec))


run = Run()


@pytest.mark.parametrize(
    ("line", "code", "out", "err"),
    [
        ("hostname", 0, "ACC-07\r\n", ""),
        ("HOSTNAME.EXE", 0, "ACC-07\r\n", ""),
        ('"hostname"', 0, "ACC-07\r\n", ""),
        ("cmd.exe /c hostname", 0, "ACC-07\r\n", ""),
        ("C:\\Windows\\system32\\cmd.exe /c hostname", 0, "ACC-07\r\n", ""),
        ("echo hi", 0, "hi\r\n", ""),
        ("cmd.exe /c echo hi", 0, "hi\r\n", ""),
        ("/c echo out", 1, "", "'/c echo out' is not recognized"),
        ("echo", 0, "ECHO is on.\r\n", ""),
        ("echo.", 0, "\r\n", ""),
        ("echo.hi", 0, "hi\r\n", ""),
        ("cmd.exe /c echo out && echo err>&2 && exit 1", 1, "out \r\n", "err \r\n"),
        ('"echo hello & echo world 1>&2"', 0, "hello \r\n", "world \r\n"),
        ("hostname && exit 3", 3, "ACC-07\r\n", ""),
        ("exit 3 & echo never", 3, "", ""),
        ("exit /b 42", 42, "", ""),
        ("exit", 0, "", ""),
        ("nope && echo never", 1, "", "'nope' is not recognized"),
        ("nope || echo instead", 0, "instead\r\n", "'nope' is not recognized"),
        ("echo a ^& b", 0, "a & b\r\n", ""),
        ('echo "a & b"', 0, '"a & b"\r\n', ""),
        ("echo %COMPUTERNAME% %NoSuchName%", 0, "ACC-07 %NoSuchName%\r\n", ""),
        ("echo %username%", 0, "bob\r\n", ""),
        ("set X=1 & set X", 0, "X=1\r\n", ""),
        ("set NoSuchName", 1, "", "Environment variable NoSuchName not defined\r\n"),
        ("chcp", 0, "Active code page: 437\r\n", ""),
        ("chcp 65001", 0, "Active code page: 65001\r\n", ""),
        ("chcp 99999", 1, "Invalid code page\r\n", ""),
        ("chcp ٣", 1, "Invalid code page\r\n", ""),
        ("dir /z", 1, "", 'Invalid switch - "z".\r\n'),
        ("dir", 1, "", "This simulated console has no files"),
        ("echo x > C:\\f.txt", 1, "", "This simulated console has no files"),
        ("hostname | findstr A", 1, "", "This simulated console has no files"),
        ("ipconfig /release", 1, "\r\nError: unrecognized or incomplete command line.\r\n", ""),
        ("", 0, "", ""),
        ("shutdown /r", 1, "", "'shutdown' is not recognized as an internal or external command,\r\noperable"),
        ("net stop TermService", 1, "", "'net' is not recognized"),
        ("cmd", 1, "", "'cmd' is not recognized"),
        ("x" * 8192, 1, "", "The command line is too long.\r\n"),
    ],
)
def test_answers_like_cmd(line: str, code: int, out: str, err: str) -> None:
    ran = run(line)
    assert (ran.code, ran.out) == (code, out)
    assert ran.err.startswith(err)
    assert bool(ran.err) == bool(err)


def test_prints_its_own_name_under_the_heading_of_ipconfig() -> None:
    ran = run("ipconfig /all")
    assert ran.out.startswith("\r\nWindows IP Configuration\r\n")
    assert "Host Name . . . . . . . . . . . . : ACC-07" in ran.out


def test_gives_the_variables_of_the_shell_to_its_commands() -> None:
    names = {"TESTENV1": "hi mom", "TESTENV2": "another var", '_-(){}[]<>*+-/\\?"!@#$^&|;:i,.`~0': "odd"}
    shell = Run(environment=names)
    assert shell("echo %TESTENV1% %testenv2%").out == "hi mom another var\r\n"
    assert {f"{name}={value}" for name, value in names.items()} <= set(shell("cmd.exe /c set").out.splitlines())


@pytest.mark.parametrize(
    ("line", "code", "out", "err"),
    [
        ("PowerShell -Command Write-Host hi", 0, "hi\n", ""),
        ("powershell.exe Write-Host hi; Start-Sleep 0; Write-Host hi again", 0, "hi\nhi again\n", ""),
        ("powershell -Command Start-Sleep 0.5; Write-Host hi", 0, "hi\n", ""),
        ("powershell -Command Start-Sleep -Seconds .4; Write-Host hi", 0, "hi\n", ""),
        ("powershell -Command Start-Sleep 1,5", 1, "", "Start-Sleep : The term"),
        ("powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -Command Write-Host 'a b'", 0, "a b\n", ""),
        ('powershell -Command "Write-Host \\"a; b\\""', 0, "a; b\n", ""),
        ("powershell (pwd).Path", 0, "C:\\Users\\bob\r\n", ""),
        ("PowerShell -NonInteractive -Command hostname", 0, "ACC-07\r\n", ""),
        ("powershell -Command exit 9", 9, "", ""),
        ("powershell Get-Service", 1, "", "Get-Service : The term 'Get-Service' is not recognized"),
        ("powershell Write-Host a; Stop-Service TermService; Write-Host b", 1, "a\n", "Stop-Service : The term"),
        ("powershell -EncodedCommand !", 1, "", "! : The term"),
        ("powershell -EncodedCommand AA", 1, "", "AA : The term"),
        ("powershell -Command Start-Sleep -Seconds x", 1, "", "Start-Sleep : The term"),
    ],
)
def test_knows_a_few_statements_of_powershell(line: str, code: int, out: str, err: str) -> None:
    ran = run(line)
    assert (ran.code, ran.out) == (code, out)
    assert ran.err.startswith(err)
    assert bool(ran.err) == bool(err)


def test_runs_the_standard_input_of_powershell_when_it_is_asked_to() -> None:
    shell = Run(stdin=b'Write-Host "output 1";Write-Host "output 2";')
    for line in ("powershell.exe -", "powershell", "powershell -NoProfile -Command -"):
        assert shell(line).out == "output 1\noutput 2\n"


def test_says_where_it_is() -> None:
    assert Run(directory="C:\\Windows")("powershell.exe (pwd).Path").out == "C:\\Windows\r\n"


def test_runs_an_encoded_command() -> None:
    encoded = base64.b64encode("Write-Host こんにちは".encode("utf-16-le")).decode()
    for switch in ("-EncodedCommand", "-e", "-enc", "-ec"):
        assert Run(codepage=65001)(f"powershell {switch} {encoded}").out == "こんにちは\n"
    assert run(f"powershell -e {encoded}").out == "?????\n", "what code page 437 cannot show"


def test_hands_the_bootstrap_and_its_input_to_the_runner() -> None:
    ran = Run(stdin=b"{}\n")(BOOTSTRAP_LINE)
    assert (ran.code, ran.out) == (5, "from the runner{}\n")


def test_does_not_take_a_changed_bootstrap_for_the_bootstrap() -> None:
    words = BOOTSTRAP_LINE.split(" ")
    script = base64.b64decode(words[-1]).decode("utf-16-le")
    words[-1] = base64.b64encode((script + "\n").encode("utf-16-le")).decode()
    ran = run(" ".join(words))
    assert ran.code == 1
    assert "from the runner" not in ran.out


def test_ends_consoles_inside_consoles() -> None:
    assert run("cmd /c " * 200 + "hostname").code == 1
    assert run("cmd /c cmd /c hostname").out == "ACC-07\r\n"
    assert run('cmd /c "exit 4" & echo on').out == "on\r\n"


@given(st.text(max_size=200) | st.text(alphabet="echo set cmd/c&|<>^%\"' powershell-exit;=.", max_size=120))
def test_survives_whatever_is_typed(line: str) -> None:
    ran = Run(codepage=65001)(line)
    assert isinstance(ran.code, int)
    if ran.err:
        assert ran.err.endswith("\r\n") or ">&2" in line
