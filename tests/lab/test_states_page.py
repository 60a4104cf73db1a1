"""The page for whoever writes states (docs/lab-states.md)…"""

import contextlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.hosts import inside, listening, seen
from troubleshoot import probes
from troubleshoot.lab import FAULTS, BadStateError, build_state, firewall
from troubleshoot.lab.powershell.cmdlets.events import LOGS
from troubleshoot.lab.rdp import RdpServer, port_mode, terms_of
from troubleshoot.lab.renewal import HELPERS, provide_certificate, valid_now
from troubleshoot.lab.run_records import find_attempt
from troubleshoot.lab.state import HostState, healthy
from troubleshoot.lab.state_form import CERTIFICATE, CHOICES, FIXED, PROFILE, REGISTRY_VALUE, ROWS, SERVICE

PAGE = (Path(__file__).parents[2] / "docs" / "lab-states.md").read_text("utf-8")
#: Section -> what the page says below its heading.
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))
EXAMPLES = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def named(section: str) -> set[str]:
    """Every word between backticks below a heading."""
    return set(re.findall(r"`([^`\n]+)`", SECTIONS[section]))


def fields() -> list[tuple[str, str]]:
    """Section and field, of sections with fixed fields and of rows."""
    found = [(section, name) for section in FIXED for name in healthy()[section]]
    rows = {"services": SERVICE, "certificates": CERTIFICATE, "registry": REGISTRY_VALUE, **ROWS}
    found += [(path.partition(".")[0], name) for path, row in rows.items() for name in row]
    return [*found, *(("firewall", name) for name in (*firewall.usual(), *PROFILE))]


def choices() -> list[tuple[str, str]]:
    """Section and value, of every field of which only some values mean something."""
    found = [(path.partition(".")[0], value) for path, values in CHOICES.items() for value in values]
    rows = {"services": SERVICE, "certificates": CERTIFICATE, **ROWS}
    found += [
        (path.partition(".")[0], str(value))
        for path, row in rows.items()
        for field in row.values()
        for value in field.choices
    ]
    return sorted({*found, *(("firewall", name) for name in firewall.PROFILES)})


class TestNames:
    """…names…"""

    def test_every_section_and_no_other(self) -> None:
        assert SECTIONS.keys() == healthy().keys()

    @pytest.mark.parametrize(("section", "field"), fields())
    def test_every_field(self, section: str, field: str) -> None:
        assert field in named(section)

    @pytest.mark.parametrize(("section", "value"), choices())
    def test_every_value_of_a_choice(self, section: str, value: str) -> None:
        assert value in named(section)

    def test_every_service_and_log_that_matters(self) -> None:
        assert set(healthy()["services"]) <= named("services")
        assert set(LOGS) <= named("event_log")
        assert set(HELPERS) <= set(re.findall(r"`(\w+)`", PAGE.partition("## What a host does by itself")[2]))

    def test_every_value_of_what_people_tell(self) -> None:
        options = PAGE.partition("What a person would say goes with it")[2].partition("Without a file")[0]
        told = {value for fact in probes.TOLD_WORDS for value in fact.values}
        assert told <= set(re.findall(r"`(\w+)`", options))

    @pytest.mark.parametrize("section", sorted(SECTIONS))
    def test_no_field_that_there_is_not(self, section: str) -> None:
        written = re.findall(r"^\| `(\w+)` \|", SECTIONS[section], re.MULTILINE)
        assert set(written) <= {name for where, name in fields() if where == section}


def stated(number: int, folder: Path) -> dict[str, Any]:
    file = folder / "state.json"
    file.write_text(EXAMPLES[number], encoding="utf-8")
    return build_state(name="LAB-01", file=file)


class TestExamples:
    """…has examples…"""

    @pytest.mark.parametrize("number", range(len(EXAMPLES)))
    def test_that_are_documents_as_they_stand(self, number: int, tmp_path: Path) -> None:
        written = json.loads(EXAMPLES[number])
        assert written
        assert stated(number, tmp_path).keys() == healthy().keys()

    #: What stands in an example -> what it leads to from outside; those of the computer alone come as far as ok.
    VERDICTS = (
        ('"TermService": {"state": "Stopped"}', "refused"),
        ('"digest": "sha1"', "ok"),
        ('"key_file"', "tls_failed"),
        ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ok"),
        ("relay.exe", "not_rdp"),
        ('"linux"', "ok"),
        ('"alternating"', "ok"),
        ('"::1"', "ok"),
        ('["public"]', "timed_out"),
        ("OLD-PC-3", "ok"),
        ("-172800", "ok"),
        ("36870", "ok"),
        ('"process": 4711', "ok"),
    )

    @pytest.mark.parametrize(("mark", "verdict"), VERDICTS)
    def test_that_lead_to_what_the_page_says(self, mark: str, verdict: str, tmp_path: Path) -> None:
        (number,) = [number for number, text in enumerate(EXAMPLES) if mark in text]
        server = RdpServer(HostState(stated(number, tmp_path)))
        server.start()
        try:
            assert seen(server.port, seconds=1).verdict == verdict
        finally:
            server.stop()

    def test_one_for_each_kind(self) -> None:
        assert len(self.VERDICTS) == len(EXAMPLES)

    def test_whose_renewal_fails_for_good(self, tmp_path: Path) -> None:
        (number,) = [number for number, text in enumerate(EXAMPLES) if '"digest": "sha1"' in text]
        state = HostState(stated(number, tmp_path))
        assert inside(state.document)["windows.certificate"] == "expired"
        assert renewed(state) is False

    def test_of_a_change_that_was_cut_off(self, tmp_path: Path) -> None:
        (number,) = [number for number, text in enumerate(EXAMPLES) if '"process": 4711' in text]
        state = HostState(stated(number, tmp_path))
        (attempt,) = state.document["runs"]
        assert find_attempt(state, attempt)["state"] == "cut"


def renewed(state: HostState) -> bool:
    """Tell whether a start of the service that renews brought a certificate that is good."""
    with state.changing() as document:
        provide_certificate(document)
    return any(valid_now(state.document, one) for one in state.document["certificates"]["Remote Desktop"])


class TestLeavingOut:
    """…says that what is left out is as on a healthy host…"""

    @pytest.mark.parametrize("section", FIXED)
    def test_field_by_field(self, section: str, tmp_path: Path) -> None:
        usual = healthy("LAB-01")[section]
        for name in usual:
            file = tmp_path / "state.json"
            file.write_text(json.dumps({section: {key: one for key, one in usual.items() if key != name}}), "utf-8")
            assert build_state(name="LAB-01", file=file)[section] == usual

    def test_section_by_section_also_in_documents_of_before(self, tmp_path: Path) -> None:
        file = tmp_path / "state.json"
        for section in healthy().keys() - {"processes"}:
            file.write_text(json.dumps({key: one for key, one in healthy("OLD-01").items() if key != section}), "utf-8")
            document = build_state(name="OLD-01", file=file)
            assert document.keys() == healthy().keys()
            assert [one["user"] for one in document["sessions"]] == ["bob"]

    def test_of_a_service_and_of_a_certificate(self, tmp_path: Path) -> None:
        file = tmp_path / "state.json"
        file.write_text(json.dumps({"services": {"termservice": {"state": "Stopped"}}}), "utf-8")
        document = build_state(name="LAB-01", file=file)
        assert document["services"]["termservice"]["process_id"] == 0
        assert document["services"]["termservice"]["account"] == "NT Authority\\NetworkService"
        file.write_text(json.dumps({"certificates": {"Remote Desktop": [{"subject": "CN=X"}], "My": []}}), "utf-8")
        assert build_state(name="LAB-01", file=file)["certificates"]["Remote Desktop"][0]["issuer"] == "CN=X"

    def test_and_a_host_of_it_serves(self) -> None:
        with listening() as (_, server):
            assert seen(server.port).verdict == "ok"


class TestWhatAPersonMayWrite:
    """…and whatever somebody writes instead is served, or refused with its place…"""

    WRITTEN: tuple[Any, ...] = (
        None,
        1,
        -5,
        "x",
        "",
        [],
        {},
        True,
        [1],
        [None],
        [{}],
        {"a": 1},
        1.5,
        10**30,
        "9999-12-31T23:59:59Z",
    )

    def places(self, node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        found = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for name, below in found:
            yield (*path, name)
            yield from self.places(below, (*path, name))

    def spoiled(self, document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
        """The document with one place left out, or with something else in it."""
        *way, last = chance.choice([*self.places(document)])
        node: Any = document
        for name in way:
            node = node[name]
        if isinstance(node, dict) and chance.random() < 0.2:
            del node[last]
        else:
            node[last] = chance.choice(self.WRITTEN)
        return document

    def test_in_any_place(self, tmp_path: Path) -> None:
        chance, file, served = random.Random(7), tmp_path / "state.json", 0
        for _ in range(400):
            faults = ["chosen-certificate-key-denied", "port-taken", "print-queue-stuck", "mistyped-passwords"]
            document = self.spoiled(build_state(name="LAB-01", file=None, faults=faults), chance)
            file.write_text(json.dumps(document), encoding="utf-8")
            with contextlib.suppress(BadStateError):
                made = build_state(name="LAB-01", file=file, faults=[chance.choice([*FAULTS])])
                assert port_mode(made) in {"open", "refused", "silent"}
                assert terms_of(made)
                served += 1
        assert 0 < served < 400

    def test_of_a_fault_that_is_about_something_else(self, tmp_path: Path) -> None:
        file = tmp_path / "state.json"
        file.write_text(json.dumps({"services": {}}), encoding="utf-8")
        with pytest.raises(BadStateError, match="service-stopped is about something that is not in this state"):
            build_state(name="LAB-01", file=file, faults=["service-stopped"])
