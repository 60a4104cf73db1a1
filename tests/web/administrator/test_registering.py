"""Computers: registering them, and what is refused."""

import pytest
from django.test import Client

from tests.conftest import MakePerson
from tests.web.administrator.pages import HOSTS, registration, tags, words
from troubleshoot.models import Credential, Host, Site

pytestmark = pytest.mark.django_db


class TestRegisteringAComputer:
    def test_begins_as_diagnose_only(
        self, browser: Client, north: Site, account: Credential, person: MakePerson
    ) -> None:
        ann, bert = person("Ann", "employee", site=north), person("Bert", "employee", site=north)
        fields = registration(
            north, owner="ANN@corp.example", assigned="bert@corp.example, ann@corp.example", credential=account.pk
        )
        answer = browser.post(f"{HOSTS}/new", fields)
        host = Host.objects.get()
        assert answer["Location"] == f"{HOSTS}/{host.pk}"
        assert (host.name, host.address, host.mode, host.winrm_port, host.rdp_port) == (
            "ACC-07",
            "ACC-07",
            "diagnose_only",
            5986,
            3389,
        )
        assert (host.owner, set(host.assigned.all()), host.credential) == (ann, {ann, bert}, account)
        assert tags()[-1] == "host:register"

    @pytest.mark.parametrize(
        "address",
        [
            *(
                "host@evil",
                "host#x",
                "host;calc",
                "host:22@x",
                "ho\r\nst",
                "ho st",
                "-oProxyCommand",
                ".host",
                "a" * 64,
            ),
            *("a." * 140 + "x", "127.0.0.1", "::1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255"),
            *("2130706433", "0x7f000001", "0177.0.0.1", "::ffff:127.0.0.1", "localhost", "a.localhost", "8.8.8.8"),
            *("\u0430cc-07", "acc-07.", "<script>alert(1)</script>", "\u202egnp.exe"),
        ],
    )
    @pytest.mark.parametrize("field", ["name", "address"])
    def test_refuses_what_must_never_be_dialled(self, browser: Client, north: Site, field: str, address: str) -> None:
        answer = browser.post(f"{HOSTS}/new", registration(north, **{field: address}))
        assert answer.status_code == 422
        assert not Host.objects.exists()
        assert "<script>alert" not in answer.content.decode()

    @pytest.mark.parametrize(
        "port", ["0", "65536", "22", "5986 ", "\uff15\uff19\uff18\uff16", "-1", "5986.0", "1e3", "0x16", "99999999999"]
    )
    @pytest.mark.parametrize("field", ["winrm_port", "rdp_port"])
    def test_refuses_ports_that_are_none_or_belong_to_others(
        self, browser: Client, north: Site, field: str, port: str
    ) -> None:
        answer = browser.post(f"{HOSTS}/new", registration(north, **{field: port}))
        assert answer.status_code == 422
        assert f'aria-describedby="id_{field}_helptext id_{field}_error"' in answer.content.decode()
        assert not Host.objects.exists()

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"transport": "basic", "tls": ""}, "Basic and client certificates need HTTPS."),
            ({"tls": ""}, "NTLM needs HTTPS, unless NTLM over HTTP is allowed"),
            ({"owner": "nobody@corp.example"}, "Nobody has an active account with the address nobody@corp.example."),
            ({"assigned": "x@corp.example y"}, "Nobody has an active account with the address x@corp.example."),
            ({"ca_file": "relative.pem"}, "Write an absolute path"),
            ({"transport": "telnet"}, "Select a valid choice"),
            ({"site": "x"}, "is not a valid UUID"),
            ({"name": ""}, "This field is required"),
        ],
    )
    def test_says_what_is_wrong(self, browser: Client, north: Site, changed: dict[str, str], said: str) -> None:
        answer = browser.post(f"{HOSTS}/new", registration(north, **changed))
        assert answer.status_code == 422
        assert said in words(answer)
        assert not Host.objects.exists()

    def test_refuses_a_name_that_is_taken(self, browser: Client, north: Site) -> None:
        browser.post(f"{HOSTS}/new", registration(north))
        answer = browser.post(f"{HOSTS}/new", registration(north, name="acc-07"))
        assert "A computer of this name is registered already." in words(answer)
        assert Host.objects.count() == 1

    def test_at_another_site_is_not_offered(self, browser: Client, south: Site) -> None:
        answer = browser.post(f"{HOSTS}/new", registration(south))
        assert answer.status_code == 422
        assert not Host.objects.exists()
        assert "South" not in words(answer)

    def test_cannot_be_smuggled_more_than_the_form_has(self, browser: Client, north: Site) -> None:
        browser.post(f"{HOSTS}/new", registration(north, lab="on", mode="changes_allowed", identity="{}"))
        host = Host.objects.get()
        assert (host.lab, host.mode, host.identity) == (False, "diagnose_only", None)
