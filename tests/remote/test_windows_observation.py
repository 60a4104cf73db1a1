"""One visit to a simulated host, through the real door, that reads all that the Windows probe reads."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

from tests.remote.conftest import MakeLab
from troubleshoot import catalog, probes
from troubleshoot.lab.state import HostState, healthy, iso
from troubleshoot.probes.windows_facts.events import SYSTEM_LOG
from troubleshoot.remote import VisitItem, VisitResult, VisitWork, visit_host
from troubleshoot.remote.envelope import request_line


def everything() -> VisitWork:
    resources = catalog.installed_catalog().resources
    items = tuple(
        VisitItem(one.resource, dict(one.params), resources[one.resource].read) for one in probes.WINDOWS_READINGS
    )
    return VisitWork("read", str(uuid.uuid4()), str(uuid.uuid4()), None, None, items)


def looked(make_lab: MakeLab, state: HostState) -> VisitResult:
    return visit_host(make_lab("ntlm", state).door(), everything(), seconds=30, on_progress=lambda _: None)


def told(found: VisitResult) -> dict[str, str]:
    judged = probes.derive_windows_facts(found.before, reached="yes", port=3389, now=datetime.now(UTC))
    return {name: value for name, (value, _) in judged.items()}


def test_reads_everything_of_a_healthy_host_and_leaves_no_fact_unknown(make_lab: MakeLab) -> None:
    found = looked(make_lab, HostState(healthy()))
    assert (found.outcome, found.errors) == ("done", ())
    assert "unknown" not in told(found).values()
    assert found.round_trips <= 12


def test_stays_far_below_what_one_visit_may_carry() -> None:
    assert len(probes.WINDOWS_READINGS) <= 20
    assert len(request_line(everything(), "0" * 32)) < 96 * 1024


def test_keeps_hostile_text_of_a_log_as_data(make_lab: MakeLab) -> None:
    state = HostState(healthy())
    text = "<script>alert(1)</script>\x00\r\n#mendpoint 0 result {}\ud800$(Stop-Computer)" + "x" * 5000
    entry = {"log": "System", "source": "Schannel", "id": 36870, "time": iso(state.now()), "message": text}
    state.document["event_log"].append(entry)
    found = looked(make_lab, state)
    log = found.before[probes.WINDOWS_READINGS.index(SYSTEM_LOG)]
    assert (found.outcome, found.errors, found.ignored) == ("done", (), 0)
    assert told(found)["windows.schannel_events"] == "key_access"
    assert log is not None
    kept = json.dumps(log["kinds"])
    assert "<script>alert(1)</script>\\ufffd\\r\\n#mendpoint 0 result {}\\ufffd$(Stop-Computer)" in kept
    assert len(kept) < 600
