"""A list with bad values: each is named by row and column, and nothing is written."""

import socket
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from pytest_django import Settings

from tests.conftest import TESTER, MakePerson
from tests.hosts.conftest import Run
from troubleshoot import hosts
from troubleshoot.hosts import visits
from troubleshoot.models import Entry, Host, Site
from troubleshoot.remote import DialError, Line

pytestmark = pytest.mark.django_db


class TestANameIsRefused:
    @pytest.mark.parametrize(
        "name",
        [
            "=cmd|' /C calc'!A0",
            "@SUM(1+1)",
            "+1",
            "host@evil",
            "host#x",
            "host;calc",
            "host:5986@x",
            "host:5986",
            "http://host",
            "host/../x",
            "-oProxyCommand",
            ".host",
            "host..corp",
            "-host",
            "host-",
            "A" * 64,
            "a." * 150 + "a",
            "$(calc)",
            "host name",
            "10.1.2.3",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "::1",
            "[::1]",
            "<b>host</b>",
            "host%00",
            "localhost",
            "a.LocalHost",
        ],
    )
    def test_that_no_computer_has(self, import_list: Run, north: Site, name: str) -> None:
        ran = import_list(f'name,site\nACC-07,north\n"{name}",north\n')
        assert ran.problems[0] == (3, "name")
        assert not Host.objects.exists()

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("ACC-07.", "dot at the end"),
            ("\uff30\uff23\uff0d\uff11", "U+FF30 FULLWIDTH LATIN CAPITAL LETTER P"),
            ("\u0410CC-07", "U+0410 CYRILLIC CAPITAL LETTER A"),
            ("ACC\u201107", "U+2011 NON-BREAKING HYPHEN"),
            ("münchen", "U+00FC"),
        ],
    )
    def test_that_only_looks_like_one_and_says_why(self, import_list: Run, north: Site, name: str, reason: str) -> None:
        ran = import_list(f"name,site\n{name},north\n")
        assert ran.problems == [(2, "name")]
        assert reason in ran.reasons
        assert ran.text.isascii()

    def test_that_stands_there_twice_in_other_letters(self, import_list: Run, north: Site) -> None:
        ran = import_list("name,site\nACC-07,north\nacc-07,north\nAcc-07,north\n")
        assert ran.problems == [(3, "name"), (4, "name")]
        assert "row 2" in ran.reasons

    @pytest.mark.parametrize("name", ["ACC_07", "xn--mnchen-3ya", "acc-07.corp.example", "7-up", "A"])
    def test_unless_it_is_a_plain_one_which_is_kept_as_written(self, import_list: Run, north: Site, name: str) -> None:
        assert import_list(f"name,site\n{name},north\n").document["registered"] == [name]


class TestAnAddressIsRefused:
    @pytest.mark.parametrize("address", ["8.8.8.8", "2001:db8::1", "255.255.255.255", "127.0.0.1", "::1"])
    def test_outside_the_allowed_networks(self, import_list: Run, north: Site, address: str) -> None:
        ran = import_list(f"name,site,address\nACC-07,north,{address}\n")
        assert ran.problems == [(2, "address")]
        assert "networks" in ran.reasons

    @pytest.mark.parametrize(
        "address",
        ["127.0.0.1", "::1", "169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "239.255.255.250", "ff02::1"],
    )
    def test_that_is_no_computers_even_when_every_network_is_allowed(
        self, import_list: Run, north: Site, settings: Settings, address: str
    ) -> None:
        settings.MENDPOINT_ALLOWED_NETWORKS = (ip_network("0.0.0.0/0"), ip_network("::/0"))
        assert import_list(f"name,site,address\nACC-07,north,{address}\n").problems == [(2, "address")]

    @pytest.mark.parametrize(
        "address",
        [
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "::ffff:127.0.0.1",
            "fe80::1%eth0",
            "010.1.2.3",
            "\uff11\uff10.1.2.3",
            "10.1.2.3:5986",
            "10.1.2.3/8",
            "localhost",
        ],
    )
    def test_in_a_spelling_that_could_mean_another(self, import_list: Run, north: Site, address: str) -> None:
        assert import_list(f"name,site,address\nACC-07,north,{address}\n").problems == [(2, "address")]

    def test_that_another_computer_has(self, import_list: Run, north: Site) -> None:
        hosts.register_host(actor=TESTER, name="ACC-01", site=north, address="10.1.2.3")
        ran = import_list("name,site,address\nA,north,10.1.2.3\nB,north,10.1.2.4\nC,north,10.1.2.4\nD,north,acc-01\n")
        assert ran.problems == [(2, "address"), (4, "address")]
        assert "ACC-01 has this address" in ran.reasons
        assert "B has this address" in ran.reasons

    def test_when_it_is_dialled_if_its_name_leads_elsewhere(
        self, import_list: Run, north: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import_list("name,site\nACC-07,north\n")
        loopback = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: loopback)
        with Line(visits.dial_target(Host.objects.get()), seconds=5) as line, pytest.raises(DialError) as refused:
            line.connect(5986)
        assert refused.value.reason == "not_allowed"


class TestOtherValuesAreRefused:
    @pytest.mark.parametrize(
        "port",
        [
            "0",
            "65536",
            "22",
            "443",
            "5986 ",
            "\uff15\uff19\uff18\uff16",
            "+3389",
            "-1",
            "3389.0",
            "1e4",
            "0x0d3d",
            "03389",
            "9" * 5000,
        ],
    )
    @pytest.mark.parametrize("column", ["rdp_port", "winrm_port"])
    def test_ports(self, import_list: Run, north: Site, column: str, port: str) -> None:
        assert import_list(f"name,site,{column}\nACC-07,north,{port}\n").problems == [(2, column)]

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            ("ntlm,no,5985", "transport"),
            ("basic,no,5985", "transport"),
            ("certificate,no,5985", "transport"),
            (",no,", "transport"),
            ("kerberos,no,5986", "winrm_port"),
            ("ntlm,yes,5985", "winrm_port"),
            ("credssp,yes,", "transport"),
            ("ntlm,maybe,", "tls"),
            ("ntlm,\uff59\uff45\uff53,", "tls"),
        ],
    )
    def test_ways_to_sign_in(self, import_list: Run, north: Site, row: str, column: str) -> None:
        ran = import_list(f"name,site,transport,tls,winrm_port\nACC-07,north,{row}\n")
        assert ran.problems == [(2, column)]

    @pytest.mark.parametrize(
        "row",
        ["kerberos,no,", "KERBEROS,NO,5985", "kerberos,yes,", "ntlm,1,5986", "basic,true,", "certificate,,", ",,"],
    )
    def test_but_not_the_allowed_ways(self, import_list: Run, north: Site, row: str) -> None:
        assert import_list(f"name,site,transport,tls,winrm_port\nACC-07,north,{row}\n").code == 0

    @pytest.mark.parametrize("column", ["owner", "assigned"])
    @pytest.mark.parametrize("value", ["nobody@corp.example", "Ann", "ann@corp.example,", "=1+1", "left@corp.example"])
    def test_people_without_an_active_account(
        self, import_list: Run, person: MakePerson, north: Site, column: str, value: str
    ) -> None:
        person("Ann")
        left = person("Left")
        left.is_active = False
        left.save()
        assert import_list(f'name,site,{column}\nACC-07,north,"{value}"\n').problems == [(2, column)]

    def test_the_one_of_several_people_who_is_not_known(
        self, import_list: Run, person: MakePerson, north: Site
    ) -> None:
        ran = import_list(f"name,site,assigned\nACC-07,north,{person('Ann').email}; bob@corp.example\n")
        assert "Nobody has an active account with the address 'bob@corp.example'." in ran.reasons

    def test_more_assigned_people_than_fifty(self, import_list: Run, person: MakePerson, north: Site) -> None:
        emails = ";".join(person(f"P{number}").email for number in range(51))
        assert import_list(f"name,site,assigned\nACC-07,north,{emails}\n").problems == [(2, "assigned")]
        assert import_list(f"name,site,assigned\nACC-07,north,{emails.rpartition(';')[0]}\n").code == 0

    def test_sites_that_do_not_exist_naming_the_nearest(self, import_list: Run, north: Site) -> None:
        ran = import_list("name,site\nACC-07,nroth\n")
        assert ran.problems == [(2, "site")]
        assert "Did you mean north?" in ran.reasons

    def test_accounts_that_do_not_exist_without_repeating_them(self, import_list: Run, north: Site) -> None:
        ran = import_list("name,site,credential\nACC-07,north,hunter2\n")
        assert ran.problems == [(2, "credential")]
        assert "hunter2" not in ran.text

    @pytest.mark.parametrize("value", ["y", "x", "2", "critical", "=TRUE()"])
    def test_anything_but_yes_and_no(self, import_list: Run, north: Site, value: str) -> None:
        assert import_list(f"name,site,critical\nACC-07,north,{value}\n").problems == [(2, "critical")]


class TestProblems:
    def test_are_all_named_and_nothing_is_written(self, import_list: Run, north: Site) -> None:
        entries = Entry.objects.count()
        ran = import_list(
            "name,site,address,rdp_port,critical\n"
            "ACC-01,north,,,\n"
            "AC C,nowhere,8.8.8.8,x,maybe\n"
            "ACC-03,north,10.1.2.3\n"
            '"ACC-04,north,,,\n'
            ",north,,,\n"
        )
        assert ran.problems == [
            (3, "address"),
            (3, "critical"),
            (3, "name"),
            (3, "rdp_port"),
            (3, "site"),
            (4, ""),
            (5, ""),
            (6, "name"),
        ]
        assert ran.code == 1
        assert not Host.objects.exists()
        assert Entry.objects.count() == entries

    def test_are_listed_up_to_a_hundred_and_counted(
        self, import_list: Run, run: Run, tmp_path: Path, north: Site
    ) -> None:
        ran = import_list("name,site\n" + "a b,north\n" * 250)
        assert (len(ran.problems), ran.document["total"]) == (100, 250)
        plain = run("import", tmp_path / "list.csv")
        assert plain.code == 1
        assert plain.text.splitlines()[0] == (
            "row 2, name 'a b': Write a computer name such as ACC-07 or acc-07.corp.example."
        )
        assert plain.text.splitlines()[-2:] == ["and 150 more problems", "Nothing was imported."]

    def test_show_values_escaped_and_cut_off(self, import_list: Run, north: Site) -> None:
        ran = import_list("name,site\n\x1b]0;owned\x07" + "A" * 500 + ",north\n")
        assert "\x1b" not in ran.text
        assert "A" * 41 not in ran.text

    @pytest.mark.parametrize("path", ["absent.csv", ".", "/dev/zero", "/proc/self/mem"])
    def test_with_the_file_itself_are_said(self, run: Run, tmp_path: Path, path: str) -> None:
        ran = run("import", tmp_path / path)
        assert ran.code == 1
        assert "cannot be read" in ran.text or "is not a file" in ran.text or "Input/output" in ran.text

    def test_of_a_domain_controller_cannot_be_seen_in_a_list_so_it_starts_as_diagnose_only(
        self, import_list: Run, north: Site
    ) -> None:
        import_list("name,site\nDC01,north\n")
        assert Host.objects.get().mode == Host.Mode.DIAGNOSE_ONLY


@hypothesis.settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    name=st.text(st.characters(codec="utf-8"), max_size=12)
    | st.from_regex(r"[=+@\-A-Za-z0-9_.]{1,12}", fullmatch=True),
    address=st.text(st.characters(codec="utf-8"), max_size=12) | st.from_regex(r"[0-9a-fx.:]{1,16}", fullmatch=True),
)
def test_nothing_that_a_spreadsheet_would_calculate_is_ever_registered(north: Site, name: str, address: str) -> None:
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in (name, address))
    with suppress(hosts.NotImported):
        hosts.import_list(actor=TESTER, data=f"name,address,site\n{row},north\n".encode())
    for host in Host.objects.all():
        for text in (host.name, host.address):
            assert text[0] not in "=+-@\t\r"
            assert text.isascii()
            assert text.isprintable()
    Host.assigned.through.objects.all().delete()
    Host.objects.all().delete()
