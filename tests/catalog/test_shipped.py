"""The shipped catalogue."""

from dataclasses import replace

import pytest

from tests.lab.hosts import resting
from tests.support import shipped_catalog
from troubleshoot import catalog, diagnosis, engine
from troubleshoot.catalog import loader as content
from troubleshoot.engine import Catalog, CodeHint, Fact, Guide, PastedCode
from troubleshoot.lab import FAULTS as SIMULATED
from troubleshoot.management import authoring

CATALOG = shipped_catalog()
REFUSED = {
    "rdp.stage": "negotiation_refused",
    "rdp.certificate": "none",
    "rdp.nla": "unknown",
    "rdp.security": "unknown",
}
"""What stays unseen from outside once the negotiation was refused."""


def facts(**changed: str) -> dict[str, str]:
    """Return the facts of a healthy computer with some changed (`__` stands for the dot of a name)."""
    return {**resting()} | {name.replace("__", "."): value for name, value in changed.items()}


def follow(guide: Guide, known: dict[str, str]) -> str:
    """Return the first step that no reading can answer; what is not known was not read."""
    read = {name: Fact(name, value) for name, value in known.items()}
    walk, _sources = diagnosis.consult_guide(guide, read, {}, CodeHint(tells={"told.when": "at_once"}))
    return walk.at.name


def verdicts(known: dict[str, str]) -> dict[str, str]:
    read = {name: Fact(name, value) for name, value in known.items()}
    return {cause.id: CATALOG.judge.weigh(cause, read).verdict for cause in CATALOG.causes.values()}


GUIDES = list(CATALOG.guides.values())


def test_it_owes_nothing_to_people() -> None:
    """What `manage.py catalog` checks: words of facts, walked branches, sentences of steps, guards, codes and rules."""
    assert [
        str(fault) for fault in engine.faults(CATALOG, catalog.read_catalog_files([content.SHIPPED_CATALOG]), SIMULATED)
    ] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_a_guide_says_what_to_do_where_a_numbered_screen_may_look_different(guide: Guide) -> None:
    windows = [step for step in guide.steps.values() if any("Settings" in text for text in step.how.steps)]
    assert [step.name for step in windows if not step.how.different] == []


FAULTS = [
    ("healthy", {}, "when", {"path_or_client": "fits"}),
    (
        "expired certificate",
        {"rdp__certificate": "expired", "windows__certificate": "expired"},
        "renew_expired",
        {
            "certificate_expired": "shown_by",
            "private_key_unusable": "ruled_out",
            "certificate_service_stopped": "ruled_out",
        },
    ),
    (
        "certificate service stopped",
        {"rdp__negotiation_failure": "3", "windows__certificate": "expired", "windows__sessionenv": "stopped"},
        "renew",
        {"certificate_service_stopped": "shown_by", "certificate_expired": "shown_by", "middlebox": "does_not_explain"},
    ),
    (
        "key unreadable",
        {"rdp__negotiation_failure": "3", "windows__certificate": "no_key"},
        "key",
        {"private_key_unusable": "shown_by", "service_stopped": "ruled_out"},
    ),
    (
        "key unreadable, which Windows does not show",
        {"rdp__negotiation_failure": "3"},
        "key",
        {
            "private_key_unusable": "fits",
            "certificate_expired": "ruled_out",
            "certificate_service_stopped": "ruled_out",
        },
    ),
    (
        "certificate expired behind a firewall that hides the stopped service",
        {"rdp__stage": "timed_out", "windows__termservice": "stopped", "windows__certificate": "expired"},
        "start_service",
        {"service_stopped": "shown_by", "certificate_expired": "also_found", "host_silent": "ruled_out"},
    ),
    (
        "service stopped",
        {"rdp__stage": "refused", "windows__termservice": "stopped"},
        "start_service",
        {"service_stopped": "shown_by", "host_silent": "ruled_out", "name_resolution": "ruled_out"},
    ),
    (
        "security layer rdp",
        {"rdp__negotiation_failure": "2", "rdp__security": "rdp_only", "windows__security_layer": "rdp"},
        "layer",
        {"security_layer_mismatch": "shown_by"},
    ),
    (
        "trust broken",
        {"windows__domain_trust": "broken"},
        "lift",
        {"nla_cannot_complete": "shown_by", "service_stopped": "ruled_out"},
    ),
    ("closed before confirm", {"rdp__stage": "closed_before_confirm"}, "path", {"middlebox": "fits"}),
    ("unreachable", {"rdp__stage": "timed_out", "windows__reached": "no"}, "power", {"host_silent": "shown_by"}),
    (
        "healthy, credentials refused",
        {"windows__reached": "denied"},
        "outside_only",
        {"nla_cannot_complete": "not_checked"},
    ),
    (
        "service that cannot start",
        {"rdp__stage": "refused", "windows__termservice": "stopped", "windows__termservice_setup": "wrong_account"},
        "service_setup_wrong",
        {},
    ),
    ("switched off", {"rdp__stage": "refused", "windows__remote_desktop": "off"}, "remote_desktop_off", {}),
    ("port moved", {"rdp__stage": "refused", "windows__port": "other"}, "other_port", {}),
    ("port taken", {"rdp__stage": "not_rdp", "windows__listener": "other_program"}, "port_taken", {}),
    ("listener gone", {"rdp__stage": "refused", "windows__listener": "not_listening"}, "listener_gone", {}),
    ("public network", {"rdp__stage": "timed_out", "windows__firewall": "wrong_profile"}, "firewall_public", {}),
    ("firewall closed", {"rdp__stage": "timed_out", "windows__firewall": "closed"}, "firewall_closed", {}),
    ("key file changed", {"rdp__negotiation_failure": "3", "windows__key_file": "wrong"}, "key_file_wrong", {}),
    ("service hangs", {"rdp__stage": "closed_before_confirm", "windows__service_events": "hung"}, "restart_hung", {}),
    ("storm", {"rdp__stage": "closed_before_confirm", "windows__sign_in_failures": "storm"}, "storm", {}),
    (
        "chosen certificate gone",
        {
            "rdp__negotiation_failure": "3",
            "windows__bound_certificate": "missing",
            "windows__certificate_binding": "custom",
        },
        "chosen_wrong",
        {},
    ),
    ("TLS 1.2 off", {"rdp__stage": "tls_failed", "windows__tls12": "off"}, "tls_off", {}),
    ("ciphers limited", {"rdp__stage": "tls_failed", "windows__cipher_policy": "set"}, "ciphers_set", {}),
    ("storm that lets some through", {"windows__sign_in_failures": "storm"}, "storm_when", {}),
    ("flapping", {"rdp__steady": "flapping"}, "unstable", {}),
    ("one address dead", {"rdp__families": "one_fails"}, "one_family", {}),
    ("two computers", {"rdp__same_computer": "differs"}, "two_computers", {}),
    ("clock behind", {"windows__clock": "behind"}, "when", {}),
    ("draining", {"windows__logons": "draining"}, "draining", {}),
    ("credentials refused", {"rdp__negotiation_failure": "3", "windows__reached": "denied"}, "inside_denied", {}),
    (
        "constrained language",
        {"rdp__certificate": "expired", "windows__reached": "constrained_language"},
        "inside_constrained",
        {},
    ),
]


class TestRemoteDesktop:
    guide = CATALOG.guides["rdp-connection-closed"]

    @pytest.mark.parametrize(
        ("changed", "step", "expected"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS]
    )
    def test_leads_each_fault_to_its_step_and_causes(
        self, changed: dict[str, str], step: str, expected: dict[str, str]
    ) -> None:
        refused = REFUSED if "rdp__negotiation_failure" in changed else {}
        known = facts(**{**{name.replace(".", "__"): value for name, value in refused.items()}, **changed})
        if known["windows.reached"] != "yes":
            known |= {name: "unknown" for name in known if name.startswith("windows.") and name != "windows.reached"}
        assert follow(self.guide, known) == step
        found = verdicts(known)
        assert {cause: found[cause] for cause in expected} == expected

    def test_starts_with_the_verdict_of_the_probe(self) -> None:
        start = self.guide.steps[self.guide.start]
        assert (start.kind, {start.to["none"], start.to["healthy"]}) == ("cause", {"stage"})
        assert self.guide.steps["stage"].subject == "rdp.stage"

    def test_never_changes_the_computer_when_something_in_between_closes(self) -> None:
        below = {"path"}
        while more := {t for name in below for t in self.guide.steps[name].to.values()} - below:
            below |= more
        assert [name for name in below if self.guide.steps[name].kind == "fix"] == []
        assert "Changing the computer would not help" in self.guide.steps["path"].text

    def test_warns_against_renaming_the_key_folder(self) -> None:
        assert "do not rename the folder MachineKeys" in self.guide.steps["key"].text

    @pytest.mark.parametrize("text", ["0x904 / 0x7", "Error code: 0x904\nExtended error code: 0x7", "0x904", "2308"])
    def test_is_found_by_its_code(self, text: str) -> None:
        match = CATALOG.codes.identify(text).used
        assert match is not None
        assert match.entry is not None
        assert match.entry.guide == "rdp-connection-closed"

    def test_states_doubt_about_codes_without_a_source(self) -> None:
        certainty = {entry.code: entry.certainty for entry in CATALOG.codes.entries.values()}
        assert certainty[PastedCode("mstsc", 0x904, 0x7)] == "field_report"
        assert {certainty[PastedCode("mstsc", code)] for code in (0x4, 0x607, 0x1F07)} == {"unconfirmed"}
        assert {certainty[PastedCode("mstsc", code)] for code in (0x904, 0x204, 0x108, 0x104, 0x1B07)} == {"documented"}


# A second look, on purpose, at what may be done to a computer: each shipped remedy with its kind, its risk, the risk of
# undoing it, and whether an employee may start it alone. Whoever adds one, or changes its risk, writes it here too.
RISKS = {
    "end-hung-service": ("automatic", "dangerous", "dangerous", False),
    "let-people-sign-in": ("automatic", "disruptive", "disruptive", False),
    "open-firewall": ("automatic", "disruptive", "disruptive", False),
    "raise-encryption-level": ("automatic", "low", "dangerous", False),
    "renew-rdp-certificate": ("automatic", "low", "low", True),
    "repair-key-file-permissions": ("automatic", "dangerous", "dangerous", False),
    "repair-key-folder-permissions": ("automatic", "dangerous", "dangerous", False),
    "repair-remote-desktop-service": ("automatic", "disruptive", "disruptive", False),
    "require-tls": ("automatic", "low", "dangerous", False),
    "restart-remote-desktop": ("automatic", "disruptive", "disruptive", False),
    "sign-out-left-session": ("automatic", "disruptive", "disruptive", False),
    "switch-on-remote-desktop": ("automatic", "dangerous", "dangerous", False),
    "udp-off-host": ("automatic", "disruptive", "disruptive", False),
    "unbind-certificate": ("automatic", "dangerous", "dangerous", False),
    "lift-nla": ("temporary", "dangerous", "dangerous", False),
    "allow-own-client": ("manual", "low", "low", True),
    "azure-run-command": ("manual", "dangerous", "dangerous", False),
    "check-the-way": ("manual", "low", "low", True),
    "choose-certificate": ("manual", "dangerous", "dangerous", False),
    "enable-tls12": ("manual", "dangerous", "dangerous", False),
    "forget-names": ("manual", "low", "low", True),
    "gateway-settings": ("manual", "low", "low", True),
    "install-repaired-update": ("manual", "disruptive", "disruptive", False),
    "network-private": ("manual", "disruptive", "disruptive", False),
    "reset-cipher-order": ("manual", "dangerous", "dangerous", False),
    "restore-listener": ("manual", "dangerous", "dangerous", False),
    "stop-guessing": ("manual", "low", "low", False),
    "udp-off-own-pc": ("manual", "low", "low", True),
    "update-credssp": ("manual", "low", "low", False),
    "update-own-pc": ("manual", "low", "low", True),
    "change-port": ("refused", "dangerous", "dangerous", False),
    "lower-protection": ("refused", "dangerous", "dangerous", False),
    "machine-keys-script": ("refused", "dangerous", "dangerous", False),
    "open-firewall-public": ("refused", "dangerous", "dangerous", False),
    "rename-machine-keys": ("refused", "dangerous", "dangerous", False),
    "replace-schannel-keys": ("refused", "dangerous", "dangerous", False),
}


class TestRemedies:
    def test_have_the_risks_they_should(self) -> None:
        found = {one.name: (one.kind, one.risk, one.undo_risk, one.self_service) for one in CATALOG.actions.values()}
        assert found == RISKS

    def test_are_each_tried_on_a_fault(self) -> None:
        assert [str(one) for one in authoring.untried_remedies(CATALOG)] == []
        untried = replace(CATALOG, actions={"require-tls": replace(CATALOG.actions["require-tls"], trials=())})
        assert [one.key for one in authoring.untried_remedies(untried)] == ["example"]

    def test_never_set_what_is_refused(self) -> None:
        """No action lowers the layer, opens public networks, or changes the port."""
        wanted = [(wish.resource, dict(wish.desired), dict(wish.params)) for a in RUN for wish in a.wishes]
        assert not [one for one in wanted if one[1].get("security_layer") in (0, 1)]
        assert not [one for one in wanted if one[1].get("encryption_level") in (1, 2)]
        assert not [one for one in wanted if "Public" in str(one[1].get("profiles")) or one[1].get("profiles") == "Any"]
        assert not [one for one in wanted if one[2].get("name") == "PortNumber"]

    def test_lower_security_for_two_hours_only(self) -> None:
        assert CATALOG.actions["lift-nla"].temporary == 2 * 3600

    def test_are_all_reached_by_a_guide(self) -> None:
        reached = {step.subject for guide in GUIDES for step in guide.steps.values() if step.kind == "fix"}
        offered = {action.name for action in CATALOG.actions.values() if action.kind != "refused"}
        assert reached == offered - {action.name for action in CATALOG.actions.values() if action.beside}


class TestEveryCode:
    def test_leads_to_a_guide(self) -> None:
        assert [str(e.code) for e in CATALOG.codes.entries.values() if e.guide is None] == []

    def test_is_no_surer_than_its_source(self) -> None:
        doubted = [e for e in CATALOG.codes.entries.values() if e.source.startswith("no source found")]
        assert {e.certainty for e in doubted} == {"unconfirmed"}
        told = {str(PastedCode("mstsc", code)) for code in (0x4, 0x607, 0x1F07)}
        assert told <= {str(e.code) for e in CATALOG.codes.entries.values() if e.certainty == "unconfirmed"}
        assert CATALOG.codes.entries[PastedCode("mstsc", 0x904, 0x7)].certainty == "field_report"

    def test_that_says_the_same_in_two_families_has_one_name(self) -> None:
        """A number of the window's second place is the number that the computer sent."""
        both = [PastedCode("errinfo", code.code) for code in CATALOG.codes.entries if code.namespace == "extended"]
        known = CATALOG.codes.entries
        pairs = [(known[PastedCode("extended", one.code)].causes, known[one].causes) for one in both if one in known]
        assert len(pairs) > 20
        assert [pair for pair in pairs if not set(pair[0]) & set(pair[1])] == []


def test_every_family_has_a_file_of_a_readable_length() -> None:
    files = list((content.SHIPPED_CATALOG / "errors").glob("*.toml"))
    assert len(files) > 20
    assert [path.name for path in files if len(path.read_text().splitlines()) > 400] == []


RUN = [action for action in CATALOG.actions.values() if action.wishes]


def test_what_is_not_known_is_checked_all_the_same() -> None:
    assert CATALOG.default_guide == "rdp-unknown"
    assert follow(CATALOG.guides["rdp-unknown"], facts(rdp__stage="refused", windows__termservice="stopped")) == (
        "start_service"
    )


def test_the_catalogue_is_what_its_type_says() -> None:
    assert isinstance(CATALOG, Catalog)
    assert len(CATALOG.digest) == 64
    assert set(CATALOG.resources) >= {"service", "registry-value", "rdp-certificate", "rdp-listener"}
