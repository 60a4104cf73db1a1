"""One host at a time: changing, allowing changes."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from tests.conftest import TESTER, MakePerson
from tests.hosts.conftest import IDENTITY, faults, last_change
from troubleshoot import hosts, people
from troubleshoot.models import Credential, Entry, Host, Site

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_worker_knows_the_secret")]


class TestChanging:
    def test_records_what_differs_before_and_after(self, host: Host) -> None:
        hosts.change_host(actor=TESTER, host=host, critical=True, rdp_port=3389)
        assert last_change() == {"before": {"critical": False}, "after": {"critical": True}}
        assert Entry.objects.latest("seq").tag == "host:change"

    def test_does_and_records_nothing_when_nothing_differs(self, host: Host) -> None:
        entries = Entry.objects.count()
        hosts.change_host(actor=TESTER, host=host, critical=False, address="10.1.2.3")
        assert Entry.objects.count() == entries

    def test_refuses_what_nobody_may_set(self, host: Host) -> None:
        for field in ("lab", "identity", "id", "last_contact_at"):
            with pytest.raises(TypeError, match=field):
                hosts.change_host(actor=TESTER, host=host, **{field: None})  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "to", [{"address": "10.6.6.6"}, {"name": "EVIL"}, {"winrm_port": 5985, "tls": False, "ntlm_over_http": True}]
    )
    def test_leads_no_account_to_another_place_unasked(self, host: Host, account: Credential, to: Any) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.change_host(actor=TESTER, host=host, **to)
        assert faults(error) == {"credential"}
        assert hosts.change_host(actor=TESTER, host=host, credential=account, **to).credential == account
        assert hosts.change_host(actor=TESTER, host=host, name="ACC-09", credential=None).credential is None

    def test_of_the_address_keeps_the_identity(self, host: Host, account: Credential) -> None:
        hosts.change_host(actor=TESTER, host=host, address="10.1.2.9", credential=account)
        assert last_change() == {"before": {"address": "10.1.2.3"}, "after": {"address": "10.1.2.9"}}
        host.refresh_from_db()
        assert (host.identity, host.mode) == (IDENTITY, "changes_allowed")

    def test_forgets_the_identity_only_when_asked_and_falls_back_to_diagnose_only(self, host: Host) -> None:
        hosts.change_host(actor=TESTER, host=host, forget_identity=True)
        assert last_change() == {
            "before": {"identity": IDENTITY, "mode": "changes_allowed"},
            "after": {"identity": None, "mode": "diagnose_only"},
        }
        host.refresh_from_db()
        assert (host.identity, host.identity_learned_at, host.mode) == (None, None, "diagnose_only")

    def test_moves_a_host_only_with_an_account_of_its_new_site(self, host: Host, south: Site) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.change_host(actor=TESTER, host=host, site=south)
        assert faults(error) == {"credential"}
        assert hosts.change_host(actor=TESTER, host=host, site=south, credential=None).site == south

    def test_needs_the_right_at_both_sites(self, host: Host, person: MakePerson, north: Site, south: Site) -> None:
        for site, name in ((north, "Ann"), (south, "Bob")):
            boss = person(name, "administrator", site=site)
            with pytest.raises(people.PermissionRefused):
                hosts.change_host(actor=boss, host=host, site=south, credential=None)

    def test_refuses_people_whose_account_is_switched_off(self, host: Host, person: MakePerson) -> None:
        gone = person("Gone")
        gone.is_active = False
        gone.save()
        with pytest.raises(ValidationError) as error:
            hosts.change_host(actor=TESTER, host=host, owner=gone, assigned=[gone])
        assert faults(error) == {"owner", "assigned"}

    def test_of_the_mode_stays_possible_when_its_network_is_allowed_no_longer(
        self, host: Host, settings: Settings
    ) -> None:
        settings.MENDPOINT_ALLOWED_NETWORKS = ()
        assert hosts.change_host(actor=TESTER, host=host, mode="diagnose_only").mode == "diagnose_only"
        with pytest.raises(ValidationError, match="networks"):
            hosts.change_host(actor=TESTER, host=host, tls=False, transport="kerberos", winrm_port=5985)

    def test_refuses_a_mode_that_does_not_exist(self, host: Host) -> None:
        with pytest.raises(ValidationError) as error:
            hosts.change_host(actor=TESTER, host=host, mode="everything")
        assert faults(error) == {"mode"}

    def test_leads_a_lab_host_to_new_ports_with_its_account(self, north: Site, account: Credential) -> None:
        made = hosts.register_host(
            actor=TESTER, name="LAB-01", site=north, lab=True, credential=account, winrm_port=40001
        )
        assert hosts.change_host(actor=TESTER, host=made, winrm_port=40002, rdp_port=40003).credential == account

    def test_does_not_write_over_what_a_worker_has_learned_meanwhile(self, north: Site) -> None:
        stale = hosts.register_host(actor=TESTER, name="ACC-07", site=north)
        Host.objects.update(identity=IDENTITY)
        assert hosts.change_host(actor=TESTER, host=stale, critical=True).identity == IDENTITY
