"""One host at a time: registering, changing, allowing changes."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from tests.conftest import TESTER, MakePerson
from tests.hosts.conftest import Run
from troubleshoot import access, audit, hosts, visits
from troubleshoot.models import Credential, Entry, Host, Site

pytestmark = pytest.mark.django_db

IDENTITY = {"machine_guid": "9a", "smbios_uuid": "9B", "computer_sid": "S-1-5-21-1"}


def last_change() -> dict[str, Any]:
    """What the newest entry says about the only host that it names."""
    (change,) = json.loads(bytes(Entry.objects.latest("seq").canonical))["details"]["hosts"].values()
    assert isinstance(change, dict)
    return change


def faults(error: pytest.ExceptionInfo[ValidationError]) -> set[str]:
    return set(error.value.message_dict)


@pytest.fixture
def host(north: Site, account: Credential) -> Host:
    """A computer with an account, met before, on which changes are allowed."""
    made = hosts.register(actor=TESTER, name="ACC-07", site=north, address="10.1.2.3", credential=account)
    made.identity = IDENTITY
    made.save()
    return hosts.allow_changes(actor=TESTER, host=made)


@pytest.fixture(autouse=True)
def _worker_knows_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door asks for it before anything is dialled."""
    monkeypatch.setenv("MENDPOINT_SECRET_NORTH", "not-used")


class TestRegistering:
    def test_starts_as_diagnose_only_and_is_recorded(self, person: MakePerson, north: Site) -> None:
        boss, ann = person("Boss", "administrator", site=north), person("Ann")
        made = hosts.register(
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
            hosts.register(
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
            hosts.register(actor=TESTER, name=name, site=south)
        assert faults(error) == {"name"}

    def test_refuses_an_endpoint_that_is_taken(self, host: Host, north: Site) -> None:
        with pytest.raises(ValidationError, match="ACC-07 has this address"):
            hosts.register(actor=TESTER, name="ACC-08", site=north, address="10.1.2.3", rdp_port=3390)

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
            hosts.register(actor=TESTER, name="ACC-07", site=north, tls=False, **way)
        assert faults(error) == {fault}

    def test_allows_ntlm_over_http_when_it_is_said_for_this_computer(self, north: Site) -> None:
        made = hosts.register(actor=TESTER, name="ACC-07", site=north, tls=False, ntlm_over_http=True)
        assert (made.transport, made.winrm_port) == ("ntlm", 5985)
        assert last_change()["after"]["ntlm_over_http"] is True

    @pytest.mark.parametrize("address", ["10.1.2.3", "ACC-07", "localhost", "169.254.1.1"])
    def test_refuses_a_lab_host_anywhere_but_on_loopback(self, north: Site, address: str) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.register(actor=TESTER, name="LAB-01", site=north, lab=True, address=address)
        assert faults(error) == {"address"}

    def test_allows_a_lab_host_any_port_and_ntlm_over_http(self, north: Site, account: Credential) -> None:
        made = hosts.register(
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
        assert visits.door(made).endpoint == "http://LAB-01:45985/wsman"

    def test_refuses_basic_over_http_even_on_a_lab_host(self, north: Site) -> None:
        with pytest.raises(ValidationError, match="HTTPS"):
            hosts.register(actor=TESTER, name="LAB-01", site=north, lab=True, tls=False, transport="basic")

    @pytest.mark.parametrize("role", ["employee", "helpdesk", "approver", "author", "manager", "auditor"])
    def test_is_an_administrators_alone(self, person: MakePerson, north: Site, role: str) -> None:
        with pytest.raises(access.Refused):
            hosts.register(actor=person("Ann", role), name="ACC-07", site=north)

    def test_makes_only_hosts_that_the_door_takes(self, host: Host) -> None:
        assert visits.door(host).endpoint == "https://ACC-07:5986/wsman"


class TestChanging:
    def test_records_what_differs_before_and_after(self, host: Host) -> None:
        hosts.change(actor=TESTER, host=host, critical=True, rdp_port=3389)
        assert last_change() == {"before": {"critical": False}, "after": {"critical": True}}
        assert Entry.objects.latest("seq").tag == "host:change"

    def test_does_and_records_nothing_when_nothing_differs(self, host: Host) -> None:
        entries = Entry.objects.count()
        hosts.change(actor=TESTER, host=host, critical=False, address="10.1.2.3")
        assert Entry.objects.count() == entries

    def test_refuses_what_nobody_may_set(self, host: Host) -> None:
        for field in ("lab", "identity", "id", "last_contact_at"):
            with pytest.raises(TypeError, match=field):
                hosts.change(actor=TESTER, host=host, **{field: None})  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "to", [{"address": "10.6.6.6"}, {"name": "EVIL"}, {"winrm_port": 5985, "tls": False, "ntlm_over_http": True}]
    )
    def test_leads_no_account_to_another_place_unasked(self, host: Host, account: Credential, to: Any) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.change(actor=TESTER, host=host, **to)
        assert faults(error) == {"credential"}
        assert hosts.change(actor=TESTER, host=host, credential=account, **to).credential == account
        assert hosts.change(actor=TESTER, host=host, name="ACC-09", credential=None).credential is None

    def test_of_the_address_keeps_the_identity(self, host: Host, account: Credential) -> None:
        hosts.change(actor=TESTER, host=host, address="10.1.2.9", credential=account)
        assert last_change() == {"before": {"address": "10.1.2.3"}, "after": {"address": "10.1.2.9"}}
        host.refresh_from_db()
        assert (host.identity, host.mode) == (IDENTITY, "changes_allowed")

    def test_forgets_the_identity_only_when_asked_and_falls_back_to_diagnose_only(self, host: Host) -> None:
        hosts.change(actor=TESTER, host=host, forget_identity=True)
        assert last_change() == {
            "before": {"identity": IDENTITY, "mode": "changes_allowed"},
            "after": {"identity": None, "mode": "diagnose_only"},
        }
        host.refresh_from_db()
        assert (host.identity, host.identity_learned_at, host.mode) == (None, None, "diagnose_only")

    def test_moves_a_host_only_with_an_account_of_its_new_site(self, host: Host, south: Site) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.change(actor=TESTER, host=host, site=south)
        assert faults(error) == {"credential"}
        assert hosts.change(actor=TESTER, host=host, site=south, credential=None).site == south

    def test_needs_the_right_at_both_sites(self, host: Host, person: MakePerson, north: Site, south: Site) -> None:
        for site, name in ((north, "Ann"), (south, "Bob")):
            boss = person(name, "administrator", site=site)
            with pytest.raises(access.Refused):
                hosts.change(actor=boss, host=host, site=south, credential=None)

    def test_refuses_people_whose_account_is_switched_off(self, host: Host, person: MakePerson) -> None:
        gone = person("Gone")
        gone.is_active = False
        gone.save()
        with pytest.raises(ValidationError) as error:
            hosts.change(actor=TESTER, host=host, owner=gone, assigned=[gone])
        assert faults(error) == {"owner", "assigned"}

    def test_of_the_mode_stays_possible_when_its_network_is_allowed_no_longer(
        self, host: Host, settings: Settings
    ) -> None:
        settings.MENDPOINT_ALLOWED_NETWORKS = ()
        assert hosts.change(actor=TESTER, host=host, mode="diagnose_only").mode == "diagnose_only"
        with pytest.raises(ValidationError, match="networks"):
            hosts.change(actor=TESTER, host=host, tls=False, transport="kerberos", winrm_port=5985)

    def test_refuses_a_mode_that_does_not_exist(self, host: Host) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.change(actor=TESTER, host=host, mode="everything")
        assert faults(error) == {"mode"}

    def test_leads_a_lab_host_to_new_ports_with_its_account(self, north: Site, account: Credential) -> None:
        made = hosts.register(actor=TESTER, name="LAB-01", site=north, lab=True, credential=account, winrm_port=40001)
        assert hosts.change(actor=TESTER, host=made, winrm_port=40002, rdp_port=40003).credential == account

    def test_does_not_write_over_what_a_worker_has_learned_meanwhile(self, north: Site) -> None:
        stale = hosts.register(actor=TESTER, name="ACC-07", site=north)
        Host.objects.update(identity=IDENTITY)
        assert hosts.change(actor=TESTER, host=stale, critical=True).identity == IDENTITY


class TestTheCommand:
    def test_registers_allows_changes_and_lists(
        self, run: Run, north: Site, account: Credential, person: MakePerson
    ) -> None:
        person("Ann")
        people = ("--owner", "ann@corp.example", "--assigned", "ann@corp.example")
        way = ("--lab", "--no-tls", "--winrm-port", "45985", "--credential", "north-admin")
        ran = run("add", "LAB-01", "--site", "north", "--critical", *way, *people)
        assert ran.text == "LAB-01: registered at North (simulated host, diagnose only)\n"
        assert run("allow-changes", "lab-01").text == "LAB-01: changes allowed\n"
        assert run("list").text == "LAB-01 · 127.0.0.1 · north · changes allowed · critical · simulated\n"
        (told,) = run("list", "--json").document
        assert (told["owner"], told["assigned"], told["winrm_port"]) == (
            "ann@corp.example",
            ["ann@corp.example"],
            45985,
        )
        assert {entry.actor_kind for entry in Entry.objects.all()} == {"cli"}
        assert not list(audit.verify())

    def test_forgets_an_identity(self, run: Run, host: Host) -> None:
        assert run("forget-identity", "acc-07").code == 0
        host.refresh_from_db()
        assert host.identity is None

    def test_says_what_is_wrong_by_field(self, run: Run, north: Site) -> None:
        ran = run("add", "ACC 07", "--site", "north", "--no-tls")
        assert ran.code == 1
        assert [line.partition(":")[0] for line in ran.text.splitlines()] == ["name", "transport"]

    @pytest.mark.parametrize(
        "words",
        [
            ("add", "A", "--site", "nowhere"),
            ("add", "A", "--site", "north", "--credential", "none"),
            ("add", "A", "--site", "north", "--owner", "nobody@corp.example"),
            ("add", "A", "--site", "north", "--actor", "nobody@corp.example"),
            ("allow-changes", "A"),
            ("forget-identity", "A"),
            ("credential", "a", "--site", "nowhere", "--username", "u", "--reference", "file:/run/secrets/a"),
        ],
    )
    def test_says_when_something_does_not_exist(self, run: Run, north: Site, words: tuple[str, ...]) -> None:
        ran = run(*words)
        assert ran.code == 1
        assert "There is no" in ran.text

    def test_shows_a_person_what_that_person_may_see(
        self, run: Run, host: Host, person: MakePerson, south: Site
    ) -> None:
        hosts.register(actor=TESTER, name="SOUTH-1", site=south)
        person("Ann", "helpdesk", site=south)
        assert run("list", "--actor", "ann@corp.example").text.startswith("SOUTH-1 ")
        assert "ACC-07" not in run("list", "--actor", "ann@corp.example").text

    def test_refuses_a_person_and_records_it(
        self, run: Run, host: Host, person: MakePerson, north: Site, south: Site
    ) -> None:
        person("Ann", "helpdesk", site=north)
        person("Bob", "administrator", site=south)
        assert "Ask: administrator of North" in run("allow-changes", "ACC-07", "--actor", "ann@corp.example").text
        hidden = run("allow-changes", "ACC-07", "--actor", "bob@corp.example")
        absent = run("allow-changes", "ACC-99", "--actor", "bob@corp.example")
        assert hidden.text == absent.text
        assert Entry.objects.filter(tag="access:refuse").count() == 3
