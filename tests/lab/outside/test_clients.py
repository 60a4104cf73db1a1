"""Independent WinRM clients run the live tests of their own source packages against simulated hosts.

pywinrm 0.5.0 and pypsrp 0.9.1, over NTLM with message encryption on HTTP and over Basic on HTTPS. The outcome of
every test is compared, so that a test which is skipped or missing is noticed like one that fails.
"""

import contextlib
import errno
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.lab.outside.sources import unpack
from tests.lab.winrm_hosts import PASSWORD, USER, host, tls
from tests.support import need

PYWINRM = {
    "test_unicode_roundtrip": "passed",
    "test_open_shell_and_close_shell": "passed",
    "test_run_command_with_arguments_and_cleanup_command": "passed",
    "test_run_command_without_arguments_and_cleanup_command": "passed",
    "test_run_command_with_env": "passed",
    "test_get_command_output": "passed",
    "test_run_command_taking_more_than_operation_timeout_sec": "passed",
    "test_set_timeout": "xfailed",
    "test_set_max_env_size": "xfailed",
    "test_set_locale": "xfailed",
}
PYPSRP = {
    f"test_winrs_{subject}[wsman_conn0]": "passed"
    for subject in (
        "standard",
        "stderr_rc",
        "send",
        "environment",
        "extra_opts",
        "unicode",
        "open_already_opened",
        "fail_poll_process",
    )
}
# These three play a recording and never ask a host.
PYPSRP_RECORDED = ("no_cmd_shell", "operation_timeout", "noprofile")

STAND_INS = {"mock": "from unittest.mock import patch\n", "yaml": "", "xmldiff": "main = None\n"}


@dataclass(frozen=True)
class Suite:
    """One file of one client's tests, and where it is aimed."""

    folder: Path
    file: str
    environment: dict[str, str]
    recorded: tuple[str, ...] = ()

    def run(self, work: Path) -> dict[str, str]:
        """Return the outcome of every test, by its name, in a process that sees nothing of ours."""
        work.mkdir()
        (work / "pytest.ini").write_text("[pytest]\n")
        _stand_ins(work)
        command = [sys.executable, "-m", "pytest", "-q", "-c", str(work / "pytest.ini"), "--rootdir", str(self.folder)]
        command += ["-p", "no:cacheprovider", f"--junitxml={work / 'report.xml'}", self.file]
        for subject in self.recorded:
            command += ["--deselect", f"{self.file}::TestWinRS::test_winrs_{subject}"]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(work),
            "PYTHONPATH": f"{self.folder / 'src'}{os.pathsep}{work}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        ended = subprocess.run(
            command,
            cwd=self.folder,
            env=environment | self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
        return _outcomes(work / "report.xml")


def test_pywinrm_and_pypsrp_pass_their_own_live_tests(tmp_path: Path) -> None:
    sources = unpack(tmp_path)
    context, ca_file = tls(tmp_path)
    with contextlib.ExitStack() as hosts:
        plain = hosts.enter_context(host("LAB-HTTP"))
        # pypsrp speaks plain HTTP to port 5985 only.
        known = hosts.enter_context(host("LAB-5985", listen=_free_address(), port=5985))
        protected = hosts.enter_context(host("LAB-HTTPS", tls=context, auth=frozenset({"basic"})))
        winrm = "winrm/tests/test_integration_protocol.py"
        account = {"WINRM_USERNAME": USER, "WINRM_PASSWORD": PASSWORD}
        suites = {
            "pywinrm, NTLM over HTTP": Suite(
                sources["pywinrm"],
                winrm,
                account | {"WINRM_TRANSPORT": "ntlm", "WINRM_ENDPOINT": f"http://127.0.0.1:{plain.port}/wsman"},
            ),
            "pywinrm, Basic over HTTPS": Suite(
                sources["pywinrm"],
                winrm,
                account
                | {
                    "WINRM_TRANSPORT": "basic",
                    "WINRM_ENDPOINT": f"https://127.0.0.1:{protected.port}/wsman",
                    "REQUESTS_CA_BUNDLE": str(ca_file),
                },
            ),
            "pypsrp, NTLM over HTTP": _pypsrp(sources["pypsrp"], known.listen, known.port, "ntlm"),
            "pypsrp, Basic over HTTPS": _pypsrp(sources["pypsrp"], "127.0.0.1", protected.port, "basic"),
        }
        with ThreadPoolExecutor(len(suites)) as pool:
            running = {name: pool.submit(suite.run, tmp_path / name) for name, suite in suites.items()}
            outcomes = {name: future.result() for name, future in running.items()}
    assert outcomes == {name: PYWINRM if name.startswith("pywinrm") else PYPSRP for name in suites}


def _pypsrp(folder: Path, server: str, port: int, auth: str) -> Suite:
    environment = {
        "PYPSRP_SERVER": server,
        "PYPSRP_PORT": str(port),
        "PYPSRP_AUTH": auth,
        "PYPSRP_USERNAME": USER,
        "PYPSRP_PASSWORD": PASSWORD,
    }
    return Suite(folder, "tests/tests_pypsrp/test_shell.py", environment, PYPSRP_RECORDED)


def _free_address() -> str:
    """Return a loopback address on which port 5985 is free."""
    for last in range(2, 255):
        with socket.socket() as trial:
            try:
                trial.bind((f"127.0.0.{last}", 5985))
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:
                    break
                continue
            return f"127.0.0.{last}"
    need(condition=False, reason="no loopback address but 127.0.0.1 on this system")
    raise AssertionError


def _stand_ins(work: Path) -> None:
    """Write the modules that the suites import: mock, which is in the standard library by now, and two that only
    replayed recordings use."""
    for name, text in STAND_INS.items():
        (work / f"{name}.py").write_text(text)


def _outcomes(report: Path) -> dict[str, str]:
    outcomes = {}
    for case in ElementTree.parse(report).iter("testcase"):
        result = next(iter(case), case)  # a test that passed has nothing inside
        outcome = {"testcase": "passed", "skipped": "skipped"}.get(result.tag, "failed")
        if result.get("type") == "pytest.xfail":
            outcome = "xfailed"
        outcomes[case.attrib["name"]] = outcome
    return outcomes
