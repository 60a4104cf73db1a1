"""A simulated host as a whole, and the command that runs it…"""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import execute_from_command_line as management

from tests.lab.hosts import seen
from troubleshoot.lab import FAULTS, BadStateError, LabHost, LabOptions, build_state
from troubleshoot.lab.service_reactions import service_stopped

ROOT = Path(__file__).resolve().parents[2]
FIELDS = {"host", "rdp_port", "winrm_port", "winrm_url", "ca_file", "state_out"}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[LabHost]:
    options = LabOptions(user="u", password="p", winrm_tls=True, state_out=tmp_path / "state.json")
    made = LabHost(build_state(name="ACC-07", file=None), options)
    made.start()
    yield made
    made.stop()


class TestLabHost:
    """…serves both ports…"""

    def test_and_says_where(self, host: LabHost) -> None:
        ready = host.ready()
        assert ready.keys() == FIELDS
        assert ready["host"] == "ACC-07"
        assert seen(ready["rdp_port"]).verdict == "ok"
        assert ready["winrm_url"] == f"https://127.0.0.1:{ready['winrm_port']}/wsman"

    def test_with_a_winrm_certificate_that_validates_against_its_authority(self, host: LabHost) -> None:
        context = ssl.create_default_context(cafile=str(host.ca_file))
        for name in ("acc-07", "localhost", "127.0.0.1"):
            with (
                socket.create_connection(("127.0.0.1", host.ready()["winrm_port"]), timeout=5) as raw,
                context.wrap_socket(raw, server_hostname=name) as protected,
            ):
                assert protected.version() is not None

    def test_and_writes_every_change_to_its_state_file(self, host: LabHost, tmp_path: Path) -> None:
        out = tmp_path / "state.json"
        assert json.loads(out.read_text())["services"]["TermService"]["state"] == "Running"
        service_stopped(host.state, "TermService")
        assert json.loads(out.read_text()) == host.state.document
        assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]
        assert seen(host.ready()["rdp_port"]).verdict == "refused"

    def test_and_goes_on_when_the_file_cannot_be_written(self, host: LabHost, tmp_path: Path) -> None:
        (tmp_path / "state.json").unlink()
        tmp_path.rmdir()
        service_stopped(host.state, "TermService")
        assert seen(host.ready()["rdp_port"]).verdict == "refused"

    def test_and_follows_what_somebody_writes_there(self, host: LabHost, tmp_path: Path) -> None:
        out = tmp_path / "state.json"
        host.follow()
        assert seen(host.ready()["rdp_port"]).verdict == "ok"
        edited = json.loads(out.read_text())
        edited["network"]["rdp"] = "closed_before_confirm"
        out.write_text(json.dumps(edited))
        host.follow()
        assert seen(host.ready()["rdp_port"]).verdict == "closed_before_confirm"
        service_stopped(host.state, "Spooler")
        host.follow()
        document = json.loads(out.read_text())
        assert (document["network"]["rdp"], document["services"]["Spooler"]["state"]) == (
            "closed_before_confirm",
            "Stopped",
        )

    @pytest.mark.parametrize("text", ["no JSON", '{"network": {"rdp": "ajar"}}', '{"name": "ACC-08"}'])
    def test_but_not_what_it_cannot_be_and_says_so_once(self, host: LabHost, tmp_path: Path, text: str) -> None:
        (tmp_path / "state.json").write_text(text)
        before = json.dumps(host.state.document)
        with pytest.raises(BadStateError):
            host.follow()
        host.follow()
        assert json.dumps(host.state.document) == before

    def test_and_goes_on_without_the_file(self, host: LabHost, tmp_path: Path) -> None:
        (tmp_path / "state.json").unlink()
        host.follow()
        service_stopped(host.state, "Spooler")
        assert (tmp_path / "state.json").exists()

    def test_and_leaves_nothing_behind(self, host: LabHost) -> None:
        ready, ca_file = host.ready(), host.ca_file
        host.stop()
        host.stop()
        assert ca_file is not None
        assert not ca_file.parent.exists()
        for port in (ready["rdp_port"], ready["winrm_port"]):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), timeout=2)

    def test_or_nothing_when_a_port_is_taken(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            number = taken.getsockname()[1]
            made = LabHost(build_state(name="X", file=None), LabOptions(user="u", password="p", rdp_port=number))
            with pytest.raises(OSError, match="in use"):
                made.start()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", made.ready()["winrm_port"] or 1), timeout=2)

    def test_without_showing_its_password(self) -> None:
        assert "secret" not in repr(LabOptions(user="u", password="secret"))


def run(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", "lab", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, **options)


def lines(process: subprocess.Popen[str], number: int) -> list[dict[str, Any]]:
    assert process.stdout is not None
    return [json.loads(process.stdout.readline()) for _ in range(number)]


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class TestCommand:
    """…`manage.py lab`…"""

    @pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
    def test_prints_one_line_and_ends_cleanly(self, tmp_path: Path, stop: signal.Signals) -> None:
        # A folder of its own for temporary files shows what is left behind.
        environment = os.environ | {"TMPDIR": str(tmp_path), "MENDPOINT_LAB_PASSWORD": "from-the-environment"}
        with run("--fault", "expired-certificate", "--winrm-tls", env=environment) as process:
            (ready,) = lines(process, 1)
            assert ready.keys() == FIELDS
            assert (ready["host"], ready["state_out"]) == ("LAB-01", None)
            assert seen(ready["rdp_port"]).facts["rdp.certificate"] == "expired"
            assert Path(ready["ca_file"]).is_relative_to(tmp_path)
            process.send_signal(stop)
            rest, said = process.communicate(timeout=20)
            assert process.returncode == 0
        assert rest == ""
        assert "Simulated" in said
        assert "password" not in said.lower()
        assert list(tmp_path.iterdir()) == []

    def test_reads_its_state_again_when_told(self, tmp_path: Path) -> None:
        state, out = tmp_path / "in.json", tmp_path / "out.json"
        state.write_text('{"name": "ACC-07"}')
        with run("--state", str(state), "--state-out", str(out)) as process:
            (ready,) = lines(process, 1)
            assert (ready["host"], ready["state_out"]) == ("ACC-07", str(out))
            document = json.loads(out.read_text())
            document["network"]["rdp"] = "closed_before_confirm"
            state.write_text(json.dumps(document))
            process.send_signal(signal.SIGHUP)
            until(lambda: seen(ready["rdp_port"]).verdict == "closed_before_confirm")
            state.write_text("no JSON")
            process.send_signal(signal.SIGHUP)
            assert process.stderr is not None
            assert "Simulated" in process.stderr.readline()
            assert "stays as it is" in process.stderr.readline()
            assert seen(ready["rdp_port"]).verdict == "closed_before_confirm"
            process.terminate()
            assert process.wait(20) == 0
        assert json.loads(out.read_text())["network"]["rdp"] == "closed_before_confirm"

    def test_follows_edits_of_its_state_file_and_says_what_it_cannot_be(self, tmp_path: Path) -> None:
        out = tmp_path / "out.json"
        with run("--state-out", str(out)) as process:
            (ready,) = lines(process, 1)
            document = json.loads(out.read_text())
            document["network"]["rdp"] = "closed_before_confirm"
            out.write_text(json.dumps(document))
            until(lambda: seen(ready["rdp_port"]).verdict == "closed_before_confirm")
            out.write_text("no JSON")
            assert process.stderr is not None
            said = [process.stderr.readline(), process.stderr.readline()]
            process.terminate()
            assert process.wait(20) == 0
        assert "ready" in said[0]
        assert "stays as it is" in said[1]

    def test_runs_a_fleet_in_one_process(self, tmp_path: Path) -> None:
        faults = ["healthy", "service-stopped", "closed-before-confirm", "security-layer-rdp"]
        fleet: list[dict[str, Any]] = [{"name": f"ACC-{n:02}", "fault": [fault]} for n, fault in enumerate(faults)]
        fleet[0] |= {"set": {"clock_offset_seconds": 60}, "state_out": str(tmp_path / "acc-00.json")}
        fleet[1] |= {"latency": 1.5, "auth": "ntlm"}
        fleet.append({})
        file = tmp_path / "fleet.json"
        file.write_text(json.dumps(fleet))
        with run("--fleet", str(file)) as process:
            ready = lines(process, 5)
            verdicts = [seen(entry["rdp_port"]).verdict for entry in ready]
            process.terminate()
            assert process.wait(20) == 0
        assert [entry["host"] for entry in ready] == ["ACC-00", "ACC-01", "ACC-02", "ACC-03", "LAB-05"]
        assert verdicts == ["ok", "refused", "closed_before_confirm", "negotiation_refused", "ok"]
        assert json.loads((tmp_path / "acc-00.json").read_text())["clock_offset_seconds"] == 60

    def test_lists_its_faults_as_simulated(self) -> None:
        with run("--list") as process:
            out, _ = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "simulated" in out
        assert "key-unreadable" in out

    def test_lists_its_faults_with_a_sentence_each_for_programs(self) -> None:
        with run("--list", "--json") as process:
            out, _ = process.communicate(timeout=20)
        listed = json.loads(out)
        assert [one["fault"] for one in listed] == list(FAULTS)
        assert all(one["text"].endswith(".") and "\n" not in one["text"] for one in listed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "nonsense"], "unknown fault"),
        (["--set", "services.TermService.colour=red"], "services.TermService.colour"),
        (["--set", "services"], "PATH=VALUE"),
        (["--state", "/absent.json"], "absent.json"),
        (["--auth", "magic"], "authentication"),
        (["--user", "a:b"], "user name"),
        (["--rdp-port", "x"], "--rdp-port"),
        (["--fleet", "fleet.json"], "unknown option colour"),
        (["--fleet", "kinds.json"], "rdp_port cannot be 'x'"),
        (["--fleet", "object.json"], "a fleet is a JSON list"),
    ],
)
def test_unusable_input_ends_with_2_and_names_it(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fleet.json").write_text('[{"colour": "red"}]')
    (tmp_path / "kinds.json").write_text('[{"rdp_port": "x"}]')
    (tmp_path / "object.json").write_text("{}")
    given = [str(tmp_path / text) if text.endswith(".json") and "/" not in text else text for text in arguments]
    with pytest.raises(SystemExit) as ended:
        management(["manage.py", "lab", *given])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
