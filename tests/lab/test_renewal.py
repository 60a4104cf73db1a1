"""A simulated host makes its certificate anew…"""

import pytest

from tests.lab.hosts import listening, seen
from troubleshoot.lab import build_state
from troubleshoot.lab.key_files import describe, key_file
from troubleshoot.lab.powershell import run
from troubleshoot.lab.service_reactions import service_started, service_stopped
from troubleshoot.lab.state import KEY_FOLDER, RDP_TCP, Document, HostState, healthy

RIGHT = "O:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)"
CURE = "param()\nSet-Service -Name KeyIso -StartupType Manual -ErrorAction Stop"
CHOSEN = f"{KEY_FOLDER}\\8b7f2a41c05d4e9f9a3d6c1e70b25f38_{healthy('ACC-07')['identity']['machine_guid']}"


def stuck(*faults: str) -> HostState:
    return HostState(build_state(name="ACC-07", file=None, faults=faults))


def try_again(state: HostState) -> str:
    """Restart the service that renews; returns the status of the newest event about it, or `new` for a certificate."""
    before = [entry["serial"] for entry in state.document["certificates"]["Remote Desktop"]]
    service_stopped(state, "SessionEnv")
    service_started(state, "SessionEnv")
    after = state.document["certificates"]["Remote Desktop"]
    if after and [entry["serial"] for entry in after] != before:
        return "new"
    return str(state.document["event_log"][-1]["message"]).partition("Status: ")[2]


class TestARenewal:
    """…but not before what keeps it from that is repaired…"""

    def test_succeeds_where_nothing_is_in_the_way(self) -> None:
        assert try_again(stuck("expired-certificate")) == "new"

    @pytest.mark.parametrize("times", [1, 3])
    def test_stays_stuck_however_often_it_is_tried(self, times: int) -> None:
        state = stuck("renewal-stuck")
        assert {try_again(state) for _ in range(times)} == {"Object already exists."}

    def test_is_not_freed_by_deleting_the_certificate(self) -> None:
        state = stuck("renewal-stuck")
        with state.changing() as document:
            document["certificates"]["Remote Desktop"].clear()
        assert try_again(state) == "Object already exists."
        assert state.document["event_log"][-1]["id"] == 1057

    def test_succeeds_once_windows_may_open_the_old_key(self) -> None:
        state = stuck("renewal-stuck")
        with state.changing() as document:
            describe(document, key_file(document), RIGHT)
        assert try_again(state) == "new"

    def test_waits_for_a_service_that_is_disabled(self) -> None:
        state = stuck("key-service-disabled")
        assert "disabled" in try_again(state)
        run(CURE, {}, state)
        assert try_again(state) == "new"

    @pytest.mark.parametrize("service", ["KeyIso", "CryptSvc", "CertPropSvc"])
    def test_starts_a_service_that_only_stands_still(self, service: str) -> None:
        state = stuck("expired-certificate")
        service_stopped(state, service)
        assert try_again(state) == "new"

    def test_waits_for_the_folder(self) -> None:
        state = stuck("key-folder-permissions")
        assert try_again(state) == "Access is denied."
        with state.changing() as document:
            describe(document, KEY_FOLDER, healthy()["acl"][KEY_FOLDER])
        assert try_again(state) == "new"


class TestRights:
    """…and asks who may read a key…"""

    @pytest.mark.parametrize(
        ("sddl", "readable"),
        [
            (RIGHT, True),
            ("O:BAD:PAI(A;;FA;;;SY)(A;;0x120089;;;S-1-5-20)", True),
            ("O:BAD:PAI(A;;FA;;;SY)(A;;FR;;;WD)", True),
            ("O:BAD:PAI(A;;FA;;;SY)(A;;FR;;;AU)", True),
            ("O:BAD:PAI(A;OICIIO;FR;;;NS)(A;;FA;;;SY)", False),
            ("O:BAD:PAI(A;OICI;FR;;;NS)(A;;FA;;;SY)", True),
            ("O:BAD:PAI(D;;FR;;;NS)(A;;FA;;;WD)", False),
            ("O:BAD:PAI(A;;FA;;;SY)(A;;FA;;;BA)", False),
            ("O:BAD:PAI(A;;FRSD;;;NS)(A;;FA;;;SY)", True),
            ("O:BAD:PAI(A;;CCSWLORC;;;NS)(A;;FA;;;SY)", False),
            ("O:BAD:PAI(A;;0xZZ;;;NS)", False),
            ("nothing that is known", False),
            ("O:BAD:PAI(A;;FW;;;NS)", False),
        ],
    )
    def test_of_the_key_of_its_own_and_of_a_chosen_certificate(self, sddl: str, readable: bool) -> None:
        own = build_state(name="ACC-07", file=None, settings={f"acl.{key_file(healthy('ACC-07'))}": sddl})
        assert own["key_store"]["rdp_key"] == ("readable" if readable else "denied")
        assert self.chosen(sddl) == ("ok" if readable else "negotiation_refused")

    def chosen(self, sddl: str | None) -> str:
        """How far a connection comes whose certificate was chosen, with these rights on its key."""
        with listening("chosen-certificate-key-denied") as (state, server):
            with state.changing() as document:
                (entry,) = document["certificates"]["My"]
                assert entry["key_file"] == CHOSEN
                document["acl"].pop(CHOSEN) if sddl is None else describe(document, CHOSEN, sddl)
            return seen(server.port).verdict

    def test_where_the_file_of_a_chosen_certificate_is_gone(self) -> None:
        assert self.chosen(None) == "negotiation_refused"

    def test_where_a_chosen_certificate_names_no_file(self) -> None:
        with listening("chosen-certificate-key-denied") as (state, server):
            with state.changing() as document:
                del document["certificates"]["My"][0]["key_file"]
            assert seen(server.port).verdict == "ok"

    def test_and_ends_the_handshake_where_the_state_says_so(self) -> None:
        with listening("chosen-certificate-key-denied", network__key_failure="reset") as (_, server):
            report = seen(server.port)
        assert (report.verdict, report.facts["rdp.tls_failure"]) == ("tls_failed", "reset")

    def test_of_the_chosen_certificate_alone_while_it_is_chosen(self) -> None:
        with listening("chosen-certificate-key-denied") as (state, server):
            with state.changing() as document:
                unbind(document)
            assert seen(server.port).verdict == "ok"


def unbind(document: Document) -> None:
    del document["registry"][RDP_TCP]["SSLCertificateSHA1Hash"]
