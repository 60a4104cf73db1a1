"""A list of computers."""

import json
import threading
import time
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from tests.conftest import TESTER, MakePerson
from tests.hosts.conftest import Run
from troubleshoot import audit, hosts
from troubleshoot.hosts.csv_reader import MOST_ROWS
from troubleshoot.models import Credential, Entry, EntryObject, Host, Site

FULL = (
    "name,address,site,owner,assigned,rdp_port,winrm_port,transport,tls,credential,critical\r\n"
    "ACC-07,10.1.2.3,north,ann@corp.example,bob@corp.example; cid@corp.example,"
    "3390,5985,kerberos,no,north-admin,yes\r\n"
    "ACC-08,,north,,,,,,,,\r\n"
)


@pytest.fixture
def people(person: MakePerson) -> dict[str, str]:
    """Ann, Bob and Cid, by name, as ids."""
    return {name: str(person(name).pk) for name in ("Ann", "Bob", "Cid")}


@pytest.mark.django_db
class TestAList:
    def test_registers_every_computer_with_what_it_says(
        self, import_list: Run, account: Credential, people: dict[str, str]
    ) -> None:
        ran = import_list(FULL)
        assert ran.document == {
            "ok": True,
            "dry_run": False,
            "registered": ["ACC-07", "ACC-08"],
            "changed": {},
            "unchanged": 0,
        }
        full, bare = Host.objects.order_by("name")
        assert (full.address, full.rdp_port, full.winrm_port) == ("10.1.2.3", 3390, 5985)
        assert (full.transport, full.tls, full.critical, full.credential) == ("kerberos", False, True, account)
        assert str(full.owner_id) == people["Ann"]
        assert {str(one.pk) for one in full.assigned.all()} == {people["Bob"], people["Cid"]}
        assert (bare.address, bare.rdp_port, bare.winrm_port) == ("ACC-08", 3389, 5986)
        assert (bare.transport, bare.tls, bare.critical, bare.owner, bare.credential) == (
            "ntlm",
            True,
            False,
            None,
            None,
        )

    def test_registers_as_diagnose_only(self, import_list: Run, account: Credential, people: dict[str, str]) -> None:
        import_list(FULL)
        assert set(Host.objects.values_list("mode", "lab")) == {("diagnose_only", False)}

    def test_needs_only_names_and_sites(self, import_list: Run, north: Site) -> None:
        assert import_list("site,name\nnorth,ACC-07\n").document["registered"] == ["ACC-07"]

    def test_may_hold_names_alone_and_ends_without_a_newline(self, import_list: Run, north: Site) -> None:
        assert import_list("name,site").document["unchanged"] == 0
        assert import_list("name,site\n\n,\nACC-07,north").document["registered"] == ["ACC-07"]

    def test_twice_changes_nothing_and_says_so(
        self, import_list: Run, run: Run, tmp_path: Path, account: Credential, people: dict[str, str]
    ) -> None:
        import_list(FULL)
        entries = Entry.objects.count()
        ran = run("import", tmp_path / "list.csv")
        assert (ran.code, ran.text) == (0, "Nothing to change: 0 registered, 0 changed, 2 unchanged\n")
        assert Entry.objects.count() == entries

    def test_changes_what_it_says_otherwise(
        self, import_list: Run, account: Credential, people: dict[str, str]
    ) -> None:
        import_list(FULL)
        changed = import_list(FULL.replace("bob@corp.example; ", "").replace("3390", "").replace("no,", "NO,"))
        assert changed.document["changed"] == {"ACC-07": ["assigned", "rdp_port"]}
        host = Host.objects.get(name="ACC-07")
        assert host.rdp_port == 3389
        assert [str(one.pk) for one in host.assigned.all()] == [people["Cid"]]
        assert host.tls is False

    def test_leaves_what_it_has_no_column_for(
        self, import_list: Run, account: Credential, people: dict[str, str]
    ) -> None:
        import_list(FULL)
        before = Host.objects.values().order_by("name")
        hosts.allow_changes(actor=TESTER, host=Host.objects.get(name="ACC-07"))
        Host.objects.update(identity={"machine_guid": "x"})
        kept = list(before.all())
        assert import_list("name,site,critical\nacc-07,north,yes\nACC-08,north,yes\n").document["changed"] == {
            "ACC-08": ["critical"]
        }
        kept[1]["critical"] = True
        assert list(before.all()) == kept

    def test_is_recorded_with_the_file_and_what_changed(
        self, import_list: Run, account: Credential, people: dict[str, str]
    ) -> None:
        import_list(FULL)
        import_list(FULL.replace("10.1.2.3", "10.1.2.4"))
        host = Host.objects.get(name="ACC-07")
        mine = EntryObject.objects.filter(kind="host", ref=str(host.pk)).values("entry")
        entries = list(Entry.objects.filter(pk__in=mine).order_by("seq"))
        assert [one.tag for one in entries] == ["host:register", "host:change"]
        first, second = (json.loads(bytes(one.canonical))["details"] for one in entries)
        assert first["hosts"][str(host.pk)]["before"] == {}
        assert first["hosts"][str(host.pk)]["after"]["owner"] == people["Ann"]
        assert second["hosts"] == {str(host.pk): {"before": {"address": "10.1.2.3"}, "after": {"address": "10.1.2.4"}}}
        assert len(second["file"]) == 64
        assert b"corp.example" not in bytes(entries[0].canonical)
        assert not list(audit.verify())

    def test_with_dry_run_says_all_and_writes_nothing(
        self, import_list: Run, account: Credential, people: dict[str, str]
    ) -> None:
        entries = Entry.objects.count()
        assert import_list(FULL, "--dry-run").document["registered"] == ["ACC-07", "ACC-08"]
        assert not Host.objects.exists()
        assert Entry.objects.count() == entries

    def test_does_not_lead_an_account_to_another_place_unasked(self, import_list: Run, account: Credential) -> None:
        import_list("name,site,address,credential\nACC-07,north,10.1.2.3,north-admin\n")
        ran = import_list("name,site,address\nACC-07,north,10.6.6.6\n")
        assert (ran.code, ran.problems) == (1, [(2, "credential")])
        assert Host.objects.get().address == "10.1.2.3"
        assert import_list("name,site,address,credential\nACC-07,north,10.6.6.6,north-admin\n").code == 0

    def test_may_swap_two_addresses(self, import_list: Run, north: Site) -> None:
        import_list("name,site,address\nACC-07,north,10.1.2.3\nACC-08,north,10.1.2.4\n")
        assert import_list("name,site,address\nACC-07,north,10.1.2.4\nACC-08,north,10.1.2.3\n").code == 0
        assert Host.objects.get(name="ACC-07").address == "10.1.2.4"

    def test_does_not_touch_simulated_hosts(self, import_list: Run, north: Site) -> None:
        hosts.register_host(actor=TESTER, name="LAB-01", site=north, lab=True)
        ran = import_list("name,site\nlab-01,north\n")
        assert ran.problems == [(2, "name")]
        assert "simulated" in ran.reasons


@pytest.mark.django_db
class TestAccess:
    LIST = "name,site\nACC-07,north\n"

    @pytest.mark.parametrize("role", ["employee", "helpdesk", "approver", "author", "manager", "auditor"])
    def test_is_refused_to_everybody_but_administrators_and_recorded_once(
        self, import_list: Run, person: MakePerson, north: Site, role: str
    ) -> None:
        person("Ann", role)
        ran = import_list(self.LIST, "--actor", "ann@corp.example")
        assert ran.code == 1
        assert "Ask: administrator" in ran.text
        assert not Host.objects.exists()
        assert Entry.objects.filter(tag="access:refuse").count() == 1

    def test_is_an_administrators_at_their_site(self, import_list: Run, person: MakePerson, north: Site) -> None:
        boss = person("Boss", "administrator", site=north)
        assert import_list(self.LIST, "--actor", "boss@corp.example").code == 0
        assert Entry.objects.latest("seq").actor == str(boss.pk)

    def test_answers_a_foreign_site_like_an_absent_one_and_records_it(
        self, import_list: Run, person: MakePerson, north: Site, south: Site
    ) -> None:
        person("Boss", "administrator", site=north)
        ran = import_list("name,site\nA,south\nB,sorth\nC,north\n", "--actor", "boss@corp.example")
        assert [one["text"] for one in ran.document["problems"]] == ["There is no such site. Did you mean north?"] * 2
        assert Entry.objects.filter(tag="access:refuse").count() == 1
        assert not Host.objects.exists()

    def test_takes_a_misspelt_site_for_no_refusal(
        self, import_list: Run, person: MakePerson, north: Site, south: Site
    ) -> None:
        person("Boss", "administrator", site=north)
        ran = import_list("name,site\nA,nroth\nB,suoth\n", "--actor", "boss@corp.example")
        assert ran.problems == [(2, "site"), (3, "site")]
        assert "Did you mean south" not in ran.reasons
        assert not Entry.objects.filter(tag="access:refuse").exists()

    def test_does_not_take_a_computer_from_a_foreign_site(
        self, import_list: Run, person: MakePerson, north: Site, south: Site
    ) -> None:
        hosts.register_host(actor=TESTER, name="ACC-07", site=south)
        person("Boss", "administrator", site=north)
        ran = import_list(self.LIST, "--actor", "boss@corp.example")
        assert (ran.code, ran.problems) == (1, [(2, "name")])
        assert Host.objects.get().site == south
        assert Entry.objects.filter(tag="access:refuse").count() == 1

    def test_does_not_take_an_account_of_a_foreign_site(
        self, import_list: Run, account: Credential, south: Site
    ) -> None:
        ran = import_list("name,site,credential\nACC-07,south,north-admin\n")
        assert ran.problems == [(2, "credential")]

    def test_is_recorded_as_the_operators_on_the_server(self, import_list: Run, north: Site) -> None:
        import_list(self.LIST)
        assert Entry.objects.latest("seq").actor_kind == "cli"

    def test_hides_the_name_of_a_foreign_computer_with_the_same_address(
        self, import_list: Run, north: Site, south: Site
    ) -> None:
        hosts.register_host(actor=TESTER, name="SECRET-1", site=south, address="10.1.2.3")
        ran = import_list("name,site,address\nACC-07,north,10.1.2.3\n")
        assert ran.problems == [(2, "address")]
        assert "SECRET-1" not in ran.text


def many(count: int) -> str:
    """A list of so many computers, each with everything that is looked up."""
    people = "ann@corp.example,bob@corp.example"
    rows = (f"PC-{one},10.0.{one >> 8}.{one & 255},north,{people},north-admin" for one in range(count))
    return "\n".join(["name,address,site,owner,assigned,credential", *rows])


@pytest.mark.django_db
class TestSpeed:
    def queries(self, data: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            hosts.import_list(actor=TESTER, data=data.encode())
        return len(captured)

    def test_asks_no_more_for_many_computers_than_for_one(
        self, account: Credential, people: dict[str, str], django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        few, more = self.queries(many(10)), self.queries(many(30))
        assert more == few
        with django_assert_max_num_queries(few):
            hosts.import_list(actor=TESTER, data=many(30).replace("ann@", "cid@").encode())

    def test_writes_thousands_in_batches(self, account: Credential, people: dict[str, str]) -> None:
        size = 3000
        assert self.queries(many(size)) < size / 5
        assert Host.objects.count() == size
        assert self.queries(many(size).replace("ann@", "cid@")) < size / 5
        assert self.queries(many(size).replace("ann@", "cid@")) < 15

    def test_judges_a_full_list_of_bad_rows_within_seconds(self, account: Credential) -> None:
        Site.objects.bulk_create(Site(slug=f"site-{number}", name=f"Site {number}") for number in range(200))
        rows = (f"PC {one},8.8.8.8,site{one},nobody{one}@x.example,x" for one in range(MOST_ROWS))
        data = "\n".join(["name,address,site,owner,tls", *rows]).encode()
        started = time.process_time()
        with pytest.raises(hosts.NotImported) as refused:
            hosts.import_list(actor=TESTER, data=data)
        assert (refused.value.total, len(refused.value.problems)) == (5 * MOST_ROWS, 100)
        assert time.process_time() - started < 30


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_the_same_time_register_each_computer_once(north: Site) -> None:
    both = threading.Barrier(2)
    ended: list[hosts.ImportOutcome | str] = []

    def bring(data: bytes) -> None:
        both.wait()
        try:
            ended.append(hosts.import_list(actor=TESTER, data=data))
        except hosts.NotImported as error:
            ended.append(str(error.problems[0]))
        finally:
            connection.close()

    data = b"name,site\n" + b"".join(b"PC-%d,north\n" % number for number in range(200))
    threads = [threading.Thread(target=bring, args=(data,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Host.objects.count() == 200
    first = next(one for one in ended if isinstance(one, hosts.ImportOutcome) and one.registered)
    (other,) = (one for one in ended if one is not first)
    assert other == hosts.ImportOutcome(unchanged=200) or "same moment" in str(other)
