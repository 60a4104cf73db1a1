"""A door that is too weak cannot be made, and a secret does not show itself."""

from __future__ import annotations

import copy
import pickle
import socket
import ssl
import tempfile
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from tests.remote.conftest import CANARY, Tls, make_tls, registered
from tests.remote.hostile import Host
from tests.remote.test_visit import go
from troubleshoot.engine import RefusalCode
from troubleshoot.remote import Door, DoorError, Secret, VisitRefused


def door(**changes: Any) -> Door:
    fixed: dict[str, Any] = {
        "registered": registered(5985, 5986, name="pc.example", address="10.0.0.1"),
        "port": 5986,
        "transport": "ntlm",
        "tls": True,
        "username": "u",
        "secret": Secret(lambda: CANARY),
    }
    return Door(**fixed | changes)


LAB = registered(5985, 5986)
BY_NAME = registered(5985, 5986, address="lab.example")
WIDER = replace(BY_NAME, networks=(*BY_NAME.networks, ip_network("10.0.0.0/8")))


@pytest.mark.parametrize(
    "changes",
    [
        {"transport": "basic", "tls": False},
        {"transport": "basic", "tls": False, "ntlm_over_http": True},
        {"transport": "basic", "tls": False, "lab": True, "registered": LAB},
        {"transport": "certificate", "tls": False},
        {"transport": "ntlm", "tls": False},
        {"transport": "ntlm", "tls": False, "lab": True},
        {"transport": "ntlm", "tls": False, "lab": True, "registered": WIDER},
        {"transport": "ntlm", "tls": False, "lab": True, "registered": replace(BY_NAME, networks=())},
        {"transport": "credssp"},
        {"transport": "plaintext"},
        {"transport": "ssl"},
        {"port": 22},
        {"username": ""},
    ],
)
def test_a_weak_or_unknown_way_is_refused_at_once(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        door(**changes)


@pytest.mark.parametrize(
    ("changes", "endpoint"),
    [
        ({}, "https://pc.example:5986/wsman"),
        ({"transport": "basic"}, "https://pc.example:5986/wsman"),
        ({"transport": "certificate"}, "https://pc.example:5986/wsman"),
        ({"transport": "kerberos", "tls": False, "port": 5985}, "http://pc.example:5985/wsman"),
        ({"tls": False, "port": 5985, "ntlm_over_http": True}, "http://pc.example:5985/wsman"),
        ({"tls": False, "port": 5985, "lab": True, "registered": LAB}, "http://localhost:5985/wsman"),
        ({"tls": False, "port": 5985, "lab": True, "registered": BY_NAME}, "http://localhost:5985/wsman"),
        ({"registered": registered(5986, name="fd00::7", address="fd00::7")}, "https://[fd00::7]:5986/wsman"),
    ],
)
def test_an_allowed_way_leads_to_the_registered_name(changes: dict[str, Any], endpoint: str) -> None:
    assert door(**changes).endpoint == endpoint


def test_the_name_of_a_lab_host_leads_nowhere_but_to_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    with pytest.raises(DoorError, match="outside_networks"):
        go(door(transport="ntlm", tls=False, port=5985, lab=True, registered=BY_NAME))


def test_a_secret_is_three_stars_however_it_is_shown() -> None:
    secret = Secret(lambda: CANARY)
    shown = f"{secret} {secret!r} {secret:>40} {secret!s} {[secret]} {door(secret=secret)}"
    assert CANARY not in shown
    assert secret.reveal() == CANARY
    for copier in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="pickled"):
            copier(secret)


def test_a_secret_is_fetched_at_each_visit_and_not_before(tls: Tls) -> None:
    calls: list[int] = []

    def fetch() -> str:
        calls.append(1)
        return CANARY

    with Host(tls) as host:
        entrance = replace(host.door(), secret=Secret(fetch))
        assert calls == []
        go(entrance)
        go(entrance)
    assert calls == [1, 1]


def test_a_client_certificate_opens_the_door_and_its_key_does_not_stay_on_disk(
    tls: Tls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    own = make_tls(tmp_path, name="portal")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(own.ca_file)
    with Host(replace(tls, server=context)) as host:
        entrance = replace(host.door(), transport="certificate", secret=Secret(own.ca_file.read_text))
        assert go(entrance).outcome == "done"
        assert all(b"secprofile/https/mutual" in head for head in host.headers)
        with pytest.raises(VisitRefused, match="certificate"):
            go(replace(entrance, secret=Secret(lambda: "no pem")))
        with pytest.raises(DoorError):
            go(host.door(), seconds=5)
    assert [path.name for path in tmp_path.iterdir()] == [own.ca_file.name]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_a_host_that_offers_only_old_tls_is_refused_at_stage_tls(tls: Tls) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with Host(replace(tls, server=context)) as host, pytest.raises(VisitRefused) as caught:
        go(host.door())
    assert caught.value.stage == "tls"
    assert caught.value.code == RefusalCode.TLS_FAILED
