"""Computers from the command line."""

import pytest

from tests.conftest import TESTER, MakePerson
from tests.hosts.conftest import Run
from troubleshoot import audit, hosts
from troubleshoot.models import Credential, Entry, Host, Site
from troubleshoot.people import Decision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_worker_knows_the_secret")]


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

    @pytest.mark.parametrize("verb", ["allow-changes", "forget-identity"])
    def test_changes_nothing_that_was_invented(self, run: Run, host: Host, verb: str) -> None:
        Host.objects.update(invented=True, mode="diagnose_only")
        ran = run(verb, "acc-07")
        assert (ran.code, ran.text.partition(":")[0]) == (1, "name")
        assert "was invented" in ran.text
        assert list(Host.objects.values_list("mode", "identity")) == [("diagnose_only", host.identity)]

    def test_names_nobody_who_can_help_where_nobody_can(
        self, run: Run, host: Host, person: MakePerson, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person("Ann", "helpdesk", site=host.site)
        monkeypatch.setattr(Decision, "who_can_help", "")
        told = run("allow-changes", "ACC-07", "--actor", "ann@corp.example").text
        assert "Ask" not in told
        assert told.rstrip().endswith("(host.change:no_role)")

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
        hosts.register_host(actor=TESTER, name="SOUTH-1", site=south)
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
