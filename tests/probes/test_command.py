"""`manage.py probe`…"""

import json

import pytest
from django.core.management import execute_from_command_line

from tests.lab.hosts import listening
from tests.probes.hostile import drain, serving
from troubleshoot.models import Host, Site
from troubleshoot.probes import FACTS

pytestmark = pytest.mark.django_db


def probe(*arguments: str) -> int:
    """Run the command as a shell would; returns its exit code."""
    try:
        execute_from_command_line(["manage.py", "probe", *arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_prints_its_report_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    with listening("expired-certificate") as (_, server):
        assert probe(f"acc-07:{server.port}", "--address", "127.0.0.1", "--lab", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report.keys() == {"target", "from", "stages", "facts", "certificate"}
    assert report["target"] == f"acc-07:{server.port}"
    assert report["facts"].keys() == FACTS.keys()
    assert report["facts"]["rdp.certificate"] == "expired"
    assert [stage["name"] for stage in report["stages"]][:5] == ["name", "tcp", "x224", "tls", "certificate"]
    assert all(stage.keys() == {"name", "ok", "ms", "detail"} for stage in report["stages"])
    assert report["certificate"]["subject"] == "CN=ACC-07"


def test_prints_for_people_and_says_that_a_lab_is_simulated(capsys: pytest.CaptureFixture[str]) -> None:
    with listening() as (_, server):
        assert probe(f"127.0.0.1:{server.port}", "--lab") == 0
    said = capsys.readouterr().out
    assert "simulated" in said
    assert "rdp.stage                 ok" in said
    assert "self_signed               yes" in said
    assert "name_matches              not known" in said


def test_takes_a_registered_host_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with listening("closed-before-confirm") as (_, server):
        site = Site.objects.create(name="Lab")
        Host.objects.create(name="ACC-07", address="127.0.0.1", site=site, lab=True, rdp_port=server.port)
        assert probe("acc-07", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["target"] == f"ACC-07:{server.port}"
    assert report["facts"]["rdp.stage"] == "closed_before_confirm"


def test_reaches_a_verdict_about_a_closed_port(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(drain) as port:
        pass
    assert probe(f"[::1]:{port}", "--lab", "--json") == 0
    assert json.loads(capsys.readouterr().out)["facts"]["rdp.stage"] == "refused"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["127.0.0.1:3389"], "allowed networks"),
        (["10.0.0.7:3389", "--lab"], "allowed networks"),
        (["192.0.2.1"], "allowed networks"),
        (["acc-07", "--address", "169.254.169.254"], "allowed networks"),
        (["a b"], "neither a host name nor"),
        (["2130706433"], "neither a host name nor"),
        (["acc-07:"], "HOST:PORT"),
        (["acc-07:x"], "HOST:PORT"),
        (["acc-07:0"], "port"),
        (["acc-07:99999"], "port"),
        (["::1", "--lab"], "HOST:PORT"),
        (["acc-07", "--seconds", "0"], "--seconds"),
        (["acc-07", "--seconds", "nan"], "--seconds"),
        ([], "HOST"),
    ],
)
def test_refuses_unusable_input_with_2(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert probe(*arguments) == 2
    assert said in capsys.readouterr().err


def test_ends_with_1_when_there_is_no_verdict(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def acquire(self, timeout: float) -> bool:
            return timeout < 0

    monkeypatch.setattr("troubleshoot.probes.network._slots", Full())
    assert probe("127.0.0.1:3389", "--lab") == 1
    assert "No verdict" in capsys.readouterr().err
