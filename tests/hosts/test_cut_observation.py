"""An observation whose visit breaks off keeps what had been read."""

import pytest

from tests.fixtures.computers import MakeLab
from troubleshoot import hosts, remote
from troubleshoot.engine import UNKNOWN, RefusalCode
from troubleshoot.models import Host
from troubleshoot.remote import VisitResult


def test_keeps_what_was_read_before_the_line_broke(lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    host, visit = lab("service-stopped"), remote.visit_host

    def cut(*given: object, **named: object) -> VisitResult:
        found = visit(*given, **named)  # type: ignore[arg-type]
        failure = remote.ContactLost(RefusalCode.VISIT_BROKEN_OFF, "receive", mode="read", kind="ConnectionError")
        half = len(found.before) // 2
        failure.before = (*found.before[:half], *[None] * (len(found.before) - half))
        raise failure

    row = Host.objects.get(pk=host.row.pk)
    whole = hosts.observe(row).facts
    monkeypatch.setattr(remote, "visit_host", cut)
    found = hosts.observe(row)
    inside = {name for name, fact in whole.items() if name.startswith("windows.") and fact.value != UNKNOWN}
    kept = {name for name in inside if found.facts[name].value == whole[name].value}
    lost = {name for name in inside if found.facts[name].value == UNKNOWN}
    assert found.facts["windows.reached"].value == "no"
    assert kept
    assert lost
    assert kept | lost | {"windows.reached"} == inside
