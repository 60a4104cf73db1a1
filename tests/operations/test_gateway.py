"""The Remote Desktop gateway of a site is part of every thorough look at its computers."""

import pytest

from tests.conftest import TESTER
from tests.fixtures.computers import MakeLab
from troubleshoot import hosts, people
from troubleshoot.hosts import visits
from troubleshoot.models import Host


def observe(host: Host) -> tuple[str, str]:
    facts = hosts.observe(Host.objects.get(pk=host.pk)).facts
    return facts["gateway.stage"].value, facts["gateway.certificate"].value


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("gateway-certificate-expired", ("ok", "expired")),
        ("gateway-is-web-server", ("not_gateway", "valid")),
        ("gateway-closed", ("tls_failed", "unknown")),
    ],
)
def test_its_fault_is_found(fault: str, expected: tuple[str, str], lab: MakeLab) -> None:
    host = lab(fault)
    assert observe(host.row) == ("not_asked", "none")
    people.change_site(actor=TESTER, site=host.row.site, gateway=f"127.0.0.1:{host.lab.ready()['gateway_port']}")
    assert observe(host.row) == expected


def test_a_simulated_computer_leads_to_no_real_gateway(lab: MakeLab) -> None:
    host = lab()
    people.change_site(actor=TESTER, site=host.row.site, gateway="192.0.2.7")
    assert observe(host.row)[0] == "unknown"


def test_the_short_observation_of_a_check_leaves_it_alone(lab: MakeLab) -> None:
    host = lab("gateway-closed")
    people.change_site(actor=TESTER, site=host.row.site, gateway=f"127.0.0.1:{host.lab.ready()['gateway_port']}")
    row = Host.objects.get(pk=host.row.pk)
    assert visits.observe_from_outside(row, thorough=False).facts["gateway.stage"] == "unknown"
