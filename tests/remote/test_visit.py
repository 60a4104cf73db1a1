"""A visit through the real door to a lab host: what comes back, what stays behind, and what each failure is called."""

from __future__ import annotations

import base64
import logging
import socket
import threading
import time
import traceback
import uuid
from dataclasses import replace
from typing import Any

import pytest

from tests.remote.conftest import CANARY, USER, Lab, MakeLab, Tls, make_tls, registered, work
from troubleshoot.engine import RefusalCode
from troubleshoot.lab import FAULTS
from troubleshoot.lab.state import HostState, healthy
from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.remote import (
    ContactLost,
    Door,
    DoorError,
    HostUnreachable,
    Secret,
    SignInDenied,
    VisitItem,
    VisitProgress,
    VisitRefused,
    VisitResult,
    VisitWork,
    visit_host,
)
from troubleshoot.wording.connection_refusals import WAY_REFUSALS

KEY = "HKLM:\\SOFTWARE\\MendpointVectors"
READ = "param([string] $Path)\n@{ value = (Get-ItemPropertyValue -LiteralPath $Path -Name 'One' -ErrorAction Stop) }"
WRITE = (
    "param([string] $Path, [hashtable] $Desired, [hashtable] $Before)\n"
    "Set-ItemProperty -LiteralPath $Path -Name 'One' -Value ($Desired['value']) -Type DWord -ErrorAction Stop"
)


def quiet(_: VisitProgress) -> None:
    return None


def go(door: Door, job: VisitWork | None = None, seconds: float = 15) -> VisitResult:
    return visit_host(door, job or work(), seconds=seconds, on_progress=quiet)


def change(expected: int = 1, desired: int = 2, attempt: str | None = None) -> VisitWork:
    item = VisitItem("registry-value", {"Path": KEY}, READ, WRITE, {"value": expected}, {"value": desired})
    return work(item, mode="apply", attempt=attempt)


def with_value(value: int = 1) -> HostState:
    document = healthy()
    document["registry"][KEY] = {"One": {"kind": "DWord", "value": value}}
    return HostState(document)


def broken(name: str) -> HostState:
    document = healthy()
    FAULTS[name](document)
    return HostState(document)


def value_of(lab: Lab) -> int:
    return int(lab.state.document["registry"][KEY]["One"]["value"])


def test_a_read_brings_states_identity_and_the_powershell_that_answered(lab: Lab) -> None:
    steps: list[VisitProgress] = []
    found = visit_host(lab.door(), work(), seconds=15, on_progress=steps.append)
    assert found.outcome == "done"
    assert found.before == ({"name": "x"},)
    assert found.identity == lab.state.document["identity"]
    assert found.powershell is not None
    assert found.powershell.language_mode == "FullLanguage"
    assert steps == [VisitProgress(0, "read", "echo")]
    assert lab.shells() == 0


@pytest.mark.parametrize("over", ["ntlm", "basic"])
def test_an_apply_writes_records_and_reads_again_in_at_most_ten_round_trips(over: str, make_lab: MakeLab) -> None:
    lab = make_lab(over, with_value())
    job = change()
    found = go(lab.door(), job)
    assert (found.outcome, found.before, found.after) == ("done", ({"value": 1},), ({"value": 2},))
    assert value_of(lab) == 2
    assert job.attempt in lab.state.document["runs"]
    assert found.round_trips <= 10
    assert lab.shells() == 0


def test_the_same_attempt_a_second_time_changes_nothing(make_lab: MakeLab) -> None:
    lab, attempt = make_lab("ntlm", with_value()), str(uuid.uuid4())
    assert go(lab.door(), change(1, 2, attempt)).outcome == "done"
    assert go(lab.door(), change(2, 3, attempt)).outcome == "duplicate"
    assert value_of(lab) == 2


def test_a_change_since_the_plan_is_drift_and_nothing_is_written(make_lab: MakeLab) -> None:
    lab = make_lab("ntlm", with_value(7))
    found = go(lab.door(), change())
    assert (found.outcome, found.before, found.written) == ("drifted", ({"value": 7},), ())
    assert value_of(lab) == 7
    assert lab.state.document["runs"] == {}


def test_another_computer_at_the_same_address_is_refused(lab: Lab) -> None:
    known = {**lab.state.document["identity"], "machine_guid": str(uuid.uuid4())}
    assert go(lab.door(), work(identity=known)).outcome == "identity_changed"
    assert go(lab.door(), work(identity=dict(lab.state.document["identity"]))).outcome == "done"


def test_constrained_language_is_a_refusal_with_its_reason(make_lab: MakeLab) -> None:
    lab = make_lab("ntlm", broken("constrained-language"))
    found = go(lab.door())
    assert (found.outcome, found.reason) == ("refused", "constrained_language")
    assert lab.shells() == 0


def test_an_antimalware_block_is_a_refusal_with_its_reason(make_lab: MakeLab) -> None:
    document = healthy()
    document["powershell"]["antimalware_blocks"] = True
    found = go(make_lab("basic", HostState(document)).door(), change())
    assert (found.outcome, found.reason) == ("refused", "antimalware")


def test_a_slow_powershell_is_waited_for_over_operation_timeouts(
    make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("troubleshoot.remote.winrm.OPERATION_SECONDS", 1)
    lab = make_lab("ntlm", powershell_start=2.5)
    found = go(lab.door())
    assert found.outcome == "done"
    assert found.round_trips >= 10  # two operations timed out, which is normal


@pytest.mark.parametrize("mode", ["read", "apply"])
def test_the_deadline_ends_a_visit_and_ends_only_what_cannot_write(mode: str, make_lab: MakeLab) -> None:
    lab = make_lab("ntlm", with_value(), powershell_start=30)
    began = time.monotonic()
    with pytest.raises(ContactLost) as caught:
        go(lab.door(), work() if mode == "read" else change(), seconds=1)
    assert time.monotonic() - began < 3
    assert caught.value.stage == "receive"
    assert (caught.value.code, caught.value.params) == (RefusalCode.VISIT_TIME_OVER, {"mode": mode})
    assert lab.shells() == (0 if mode == "read" else 1)
    assert len(lab.state.document["winrm"]["ended"]) == (1 if mode == "read" else 0)
    assert value_of(lab) == 1


def test_a_wrong_password_is_denied_after_one_try(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SignInDenied) as caught:
        go(lab.door(secret="wrong"))
    assert caught.value.stage == "sign-in"
    assert caught.value.code == RefusalCode.SIGN_IN_DENIED


def test_refused_credentials_are_denied(make_lab: MakeLab) -> None:
    with pytest.raises(SignInDenied) as caught:
        go(make_lab("ntlm", broken("credentials-refused")).door())
    assert caught.value.stage == "sign-in"


def test_an_account_without_rights_is_denied_with_advice(make_lab: MakeLab) -> None:
    document = healthy()
    document["winrm"]["administrator"] = False
    with pytest.raises(SignInDenied) as caught:
        go(make_lab("ntlm", HostState(document)).door())
    assert caught.value.stage == "rights"
    assert caught.value.code == RefusalCode.SHELL_DENIED
    assert "LocalAccountTokenFilterPolicy" in str(WAY_REFUSALS[caught.value.code])


def test_a_full_quota_is_worth_another_try_and_comes_with_advice(make_lab: MakeLab) -> None:
    lab = make_lab("ntlm", limits=Limits(shells_per_user=0))
    with pytest.raises(HostUnreachable) as caught:
        go(lab.door())
    assert caught.value.stage == "shell"
    assert caught.value.code == RefusalCode.WINRM_QUOTA


def test_a_closed_port_is_unreachable(lab: Lab) -> None:
    lab.server.stop()
    with pytest.raises(HostUnreachable) as caught:
        go(lab.door())
    assert caught.value.stage == "tcp"


def test_a_silent_host_is_unreachable_within_the_time_for_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("troubleshoot.remote.dial.CONNECT_SECONDS", 0.4)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port = server.getsockname()[1]
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        door = Door(registered(port), port, "ntlm", False, "u", Secret(lambda: "p"), lab=True)
        began = time.monotonic()
        with pytest.raises(HostUnreachable) as caught:
            go(door)
        assert caught.value.stage == "tcp"
        assert time.monotonic() - began < 2
        for filler in fillers:
            filler.close()


def test_a_name_that_does_not_exist_is_unreachable_at_stage_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("troubleshoot.remote.dial.socket.getaddrinfo", fail)
    door = Door(registered(5986, address="pc.invalid"), 5986, "ntlm", True, "u", Secret(lambda: "p"))
    with pytest.raises(HostUnreachable) as caught:
        go(door)
    assert caught.value.stage == "name"


@pytest.mark.parametrize("flaw", ["expired", "other name", "other authority"])
def test_a_certificate_that_does_not_hold_is_refused_before_anything_is_sent(
    flaw: str, make_lab: MakeLab, tls: Tls, tmp_path: Any
) -> None:
    bad = make_tls(
        tmp_path, name="elsewhere" if flaw == "other name" else "localhost", days=-1 if flaw == "expired" else 30
    )
    lab = make_lab("basic")
    lab.server.stop()
    other = make_lab("basic")
    other.server.stop()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        seen = []

        def serve() -> None:
            peer, _ = server.accept()
            try:
                with bad.server.wrap_socket(peer, server_side=True) as secure:
                    seen.append(secure.recv(1))
            except OSError:
                seen.append(b"")

        thread = threading.Thread(target=serve)
        thread.start()
        trusted = tls.ca_file if flaw == "other authority" else bad.ca_file
        with pytest.raises(VisitRefused) as caught:
            go(replace(lab.door(), registered=registered(port), port=port, ca_file=trusted))
        thread.join()
    assert caught.value.stage == "tls"
    assert seen == [b""]


def test_environment_proxies_and_authorities_are_ignored(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "absent.pem"))
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login evil password evil\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert go(lab.door()).outcome == "done"


def test_a_listener_that_fails_does_not_end_the_visit(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: VisitProgress) -> None:
        raise RuntimeError("the page is gone")

    assert visit_host(lab.door(), work(), seconds=15, on_progress=fail).outcome == "done"
    assert "listener" in caplog.text


def test_an_unknown_runner_is_not_simulated_and_the_visit_is_lost(
    make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("troubleshoot.remote.envelope.RUNNER", "param($Request)\n")
    lab = make_lab("ntlm")
    with pytest.raises(ContactLost) as caught:
        go(lab.door())
    assert caught.value.stage == "result"
    assert caught.value.params["exit"] == 1


@pytest.mark.parametrize("trouble", ["none", "password", "rights", "deadline", "closed", "unsound"])
@pytest.mark.parametrize("over", ["ntlm", "basic"])
def test_the_secret_shows_itself_nowhere(
    over: str, trouble: str, make_lab: MakeLab, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    document = healthy()
    document["winrm"]["administrator"] = trouble != "rights"
    document["winrm"]["credentials"] = "refused" if trouble == "password" else "accepted"
    lab = make_lab(over, HostState(document), powershell_start=30 if trouble == "deadline" else 0)
    door = lab.door()
    if trouble == "closed":
        lab.server.stop()
    if trouble == "unsound":
        door = replace(door, ca_file=door.ca_file and door.ca_file.with_name("absent.pem"))
    text = repr(door)
    try:
        go(door, seconds=1.5 if trouble == "deadline" else 10)
    except (DoorError, OSError) as error:
        text += "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        text += repr(error) + str(error.__context__) + str(vars(error))
    text += caplog.text + "".join(capfd.readouterr())
    assert CANARY not in text
    assert base64.b64encode(f"{USER}:{CANARY}".encode()).decode() not in text
    assert "***" in text


def test_a_credential_that_cannot_be_fetched_is_refused_without_its_words(lab: Lab) -> None:
    def fail() -> str:
        raise KeyError(CANARY)

    with pytest.raises(VisitRefused) as caught:
        go(replace(lab.door(), secret=Secret(fail)))
    assert caught.value.stage == "sign-in"
    assert caught.value.code == RefusalCode.CREDENTIAL_UNFETCHED
    assert CANARY not in str(caught.value)


def test_kerberos_without_its_library_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, make_lab: MakeLab
) -> None:
    monkeypatch.setattr("troubleshoot.remote.winrm.HAVE_KERBEROS", False)
    with pytest.raises(VisitRefused) as caught:
        go(replace(make_lab("ntlm").door(), transport="kerberos"))
    assert caught.value.code == RefusalCode.KERBEROS_MISSING


def test_parallel_visits_do_not_disturb_one_another(make_lab: MakeLab) -> None:
    lab = make_lab("ntlm", with_value())
    outcomes: list[str] = []
    threads = [threading.Thread(target=lambda: outcomes.append(go(lab.door()).outcome)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["done"] * 8
    assert lab.shells() == 0
