"""The probe of real Remote Desktop servers on random ports, in random order…"""

import contextlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.hosts import seen
from tests.probes.rdp_servers.servers import Certificate, FreerdpNla, Xrdp, exposed, free_port, missing
from tests.support import need
from troubleshoot.probes import ProbeReport

OLD_TLS = {"OPENSSL_CONF": "{folder}/old.cnf"}
NEW = "TLSv1.2, TLSv1.3"
SERVERS: dict[str, Xrdp | FreerdpNla] = {
    "xrdp, TLS": Xrdp({"security_layer": "tls", "ssl_protocols": NEW}),
    "xrdp, TLS or plain": Xrdp({"security_layer": "negotiate", "ssl_protocols": NEW}),
    "xrdp, expired": Xrdp({"security_layer": "tls", "ssl_protocols": NEW}, Certificate(expired=True)),
    "xrdp, SHA-1": Xrdp(
        {"security_layer": "tls", "ssl_protocols": NEW, "tls_ciphers": "ALL:@SECLEVEL=0"},
        Certificate(sha1=True),
        OLD_TLS,
    ),
    "xrdp, TLS 1.0": Xrdp(
        {"security_layer": "tls", "ssl_protocols": "TLSv1", "tls_ciphers": "ALL:@SECLEVEL=0"},
        environment=OLD_TLS,
    ),
    "xrdp, RDP only": Xrdp({"security_layer": "rdp"}),
    "xrdp, no certificate": Xrdp({"security_layer": "tls", "ssl_protocols": NEW}, None),
    "freerdp, NLA": FreerdpNla(),
}
# stage, failure, certificate, NLA, security, TLS version, signature
EXPECTED = {
    "xrdp, TLS": ("ok", "none", "valid", "not_required", "tls", "TLSv1.3", "sha256"),
    "xrdp, TLS or plain": ("ok", "none", "valid", "not_required", "tls", "TLSv1.3", "sha256"),
    "xrdp, expired": ("ok", "none", "expired", "not_required", "tls", "TLSv1.3", "sha256"),
    "xrdp, SHA-1": ("ok", "none", "valid", "not_required", "tls", "TLSv1.3", "sha1"),
    "xrdp, TLS 1.0": ("ok", "none", "valid", "not_required", "tls", "TLSv1", "sha256"),
    "xrdp, RDP only": ("ok", "none", "none", "not_required", "rdp_only", "-", "-"),
    "xrdp, no certificate": ("negotiation_refused", "3", "none", "unknown", "unknown", "-", "-"),
    "freerdp, NLA": ("ok", "none", "valid", "required", "tls", "TLSv1.3", "sha256"),
}
# plain, TLS versions, signature, issuer, purpose
THOROUGH = {
    "xrdp, TLS": ("refused", "current", "current", "self", "suitable"),
    "xrdp, TLS or plain": ("allowed", "current", "current", "self", "suitable"),
    "xrdp, expired": ("refused", "current", "current", "self", "suitable"),
    "xrdp, SHA-1": ("refused", "current", "weak", "self", "suitable"),
    "xrdp, TLS 1.0": ("refused", "old_only", "current", "self", "suitable"),
    "xrdp, RDP only": ("allowed", "none", "none", "none", "none"),
    "xrdp, no certificate": (
        "refused",
        "unknown",
        "none",
        "none",
        "none",
    ),  # it gives no reason but the missing certificate
    "freerdp, NLA": ("refused", "current", "current", "self", "suitable"),
}


def verdict(report: ProbeReport) -> tuple[str, ...]:
    names = ("stage", "negotiation_failure", "certificate", "nla", "security")
    shown = (str(report.certificate.get(name, "-")) for name in ("tls_version", "signature"))
    return (*(report.facts[f"rdp.{name}"] for name in names), *shown)


def thorough(report: ProbeReport) -> tuple[str, ...]:
    certificate = ("certificate_signature", "certificate_issuer", "certificate_purpose")
    return tuple(report.facts[f"rdp.{name}"] for name in ("plain", "tls_versions", *certificate))


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ProbeReport]]:
    need(not missing(), f"not installed (make system-deps): {', '.join(missing())}")
    ports: dict[str, int] = {}
    with contextlib.ExitStack() as running:
        for name in random.sample(list(SERVERS), len(SERVERS)):
            folder: Path = tmp_path_factory.mktemp("rdp")
            ports[name] = free_port()
            running.enter_context(SERVERS[name].run(folder, ports[name]))
            assert exposed(ports[name]) == [], "test servers listen on loopback only"
        yield {name: seen(ports[name], seconds=10) for name in random.sample(list(ports), len(ports))}


def test_finds_the_truth_about_each(reports: dict[str, ProbeReport], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{'server':<22}{'expected':<82}actual")
        for name, report in reports.items():
            print(f"{name:<22}{' '.join(EXPECTED[name]):<82}{' '.join(verdict(report))}")
    assert {name: verdict(report) for name, report in reports.items()} == EXPECTED


def test_finds_more_in_a_thorough_observation(reports: dict[str, ProbeReport]) -> None:
    assert {name: thorough(report) for name, report in reports.items()} == THOROUGH


def test_calls_each_steady_and_one_computer(reports: dict[str, ProbeReport]) -> None:
    names = ("steady", "families", "same_computer")
    seen = {tuple(report.facts[f"rdp.{name}"] for name in names) for report in reports.values()}
    assert seen == {("steady", "single", "single")}


def test_is_done_soon(reports: dict[str, ProbeReport]) -> None:
    slow = {name: sum(stage.ms for stage in report.stages) for name, report in reports.items()}
    assert max(slow.values()) < 3000, slow


def test_covers_every_server(reports: dict[str, ProbeReport]) -> None:
    assert reports.keys() == EXPECTED.keys() == THOROUGH.keys() == SERVERS.keys()
