"""One host at a time: registering."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.conftest import TESTER, MakePerson
from tests.hosts.conftest import faults, last_change
from troubleshoot import hosts, people
from troubleshoot.hosts import visits
from troubleshoot.models import Credential, Entry, Host, Site

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_worker_knows_the_secret")]


class TestRegistering:
    def test_starts_as_diagnose_only_and_is_recorded(self, person: MakePerson, north: Site) -> None:
        boss, ann = person("Boss", "administrator", site=north), person("Ann")
        made = hosts.register_host(
            actor=boss, name="ACC-07", site=north, owner=ann, assigned=[boss], tls=False, transport="kerberos"
        )
        assert (made.mode, made.address, made.winrm_port, made.rdp_port) == ("diagnose_only", "ACC-07", 5985, 3389)
        assert set(made.assigned.all()) == {boss}
        entry = Entry.objects.latest("seq")
        assert (entry.tag, entry.actor) == ("host:register", str(boss.pk))
        assert last_change()["before"] == {}
        assert last_change()["after"]["owner"] == str(ann.pk)
        assert last_change()["after"]["assigned"] == [str(boss.pk)]

    def test_names_every_fault_by_field_and_writes_nothing(
        self, person: MakePerson, north: Site, account: Credential, south: Site
    ) -> None:
        gone = person("Gone")
        gone.is_active = False
        gone.save()
        with pytest.raises(ValidationError) as error:
            hosts.register_host(
                actor=TESTER,
                name="ACC 07",
                site=south,
                address="8.8.8.8",
                rdp_port=22,
                winrm_port=80,
                transport="telnet",
                ca_file="ca.pem",
                credential=account,
                owner=gone,
                assigned=[gone],
            )
        assert faults(error) == {
            "name",
            "address",
            "rdp_port",
            "winrm_port",
            "transport",
            "ca_file",
            "credential",
            "owner",
            "assigned",
        }
        assert not Host.objects.exists()

    @pytest.mark.parametrize("name", ["ACC-07", "acc-07"])
    def test_refuses_a_name_that_is_taken_in_any_case(self, host: Host, south: Site, name: str) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.register_host(actor=TESTER, name=name, site=south)
        assert faults(error) == {"name"}

    def test_refuses_an_endpoint_that_is_taken(self, host: Host, north: Site) -> None:
        with pytest.raises(ValidationError, match="ACC-07 has this address"):
            hosts.register_host(actor=TESTER, name="ACC-08", site=north, address="10.1.2.3", rdp_port=3390)

    @pytest.mark.parametrize(
        ("way", "fault"),
        [
            ({"transport": "ntlm"}, "transport"),
            ({"transport": "basic"}, "transport"),
            ({"transport": "basic", "ntlm_over_http": True}, "transport"),
            ({"transport": "certificate"}, "transport"),
            ({"transport": "kerberos", "winrm_port": 5986}, "winrm_port"),
        ],
    )
    def test_refuses_weak_ways_over_http(self, north: Site, way: Any, fault: str) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.register_host(actor=TESTER, name="ACC-07", site=north, tls=False, **way)
        assert faults(error) == {fault}

    def test_allows_ntlm_over_http_when_it_is_said_for_this_computer(self, north: Site) -> None:
        made = hosts.register_host(actor=TESTER, name="ACC-07", site=north, tls=False, ntlm_over_http=True)
        assert (made.transport, made.winrm_port) == ("ntlm", 5985)
        assert last_change()["after"]["ntlm_over_http"] is True

    @pytest.mark.parametrize("address", ["10.1.2.3", "ACC-07", "localhost", "169.254.1.1"])
    def test_refuses_a_lab_host_anywhere_but_on_loopback(self, north: Site, address: str) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.register_host(actor=TESTER, name="LAB-01", site=north, lab=True, address=address)
        assert faults(error) == {"address"}

    def test_allows_a_lab_host_any_port_and_ntlm_over_http(self, north: Site, account: Credential) -> None:
        made = hosts.register_host(
            actor=TESTER,
            name="LAB-01",
            site=north,
            lab=True,
            tls=False,
            winrm_port=45985,
            rdp_port=43389,
            credential=account,
        )
        assert made.address == "127.0.0.1"
        assert visits.host_door(made).endpoint == "http://LAB-01:45985/wsman"

    def test_refuses_basic_over_http_even_on_a_lab_host(self, north: Site) -> None:
        with pytest.raises(ValidationError, match="HTTPS"):
            hosts.register_host(actor=TESTER, name="LAB-01", site=north, lab=True, tls=False, transport="basic")

    @pytest.mark.parametrize("role", ["employee", "helpdesk", "approver", "author", "manager", "auditor"])
    def test_is_an_administrators_alone(self, person: MakePerson, north: Site, role: str) -> None:
        with pytest.raises(people.PermissionRefused):
            hosts.register_host(actor=person("Ann", role), name="ACC-07", site=north)

    def test_makes_only_hosts_that_the_door_takes(self, host: Host) -> None:
        assert visits.host_door(host).endpoint == "https://ACC-07:5986/wsman"
