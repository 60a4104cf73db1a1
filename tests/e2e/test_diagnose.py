"""`manage.py diagnose`: one command, no worker, no broker, no change."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.conftest import Site
from tests.e2e.fleet import DIAGNOSES, ERROR
from tests.e2e.walks import Diagnosis
from tests.e2e.world import SECRET, USER, Computer, World

CONTRACT = {
    "error",
    "guide",
    "version",
    "path",
    "facts",
    "causes",
    "outcome",
    "action",
    "refusals",
    "questions",
}


def _one(site: Site, *faults: str) -> Computer:
    return next(computer for computer in site.others if computer.faults == faults)


def _address(world: World, computer: Computer) -> list[str]:
    ready = computer.ready
    ports = ["--rdp-port", str(ready["rdp_port"]), "--winrm-port", str(ready["winrm_port"])]
    return ["--address", "127.0.0.1", "--credential-ref", f"env:{SECRET}", "--username", USER, *ports]


class TestADiagnosis:
    def test_of_each_fault_and_combination_is_right(self, diagnoses: list[Diagnosis]) -> None:
        assert {one.computer.faults for one in diagnoses} == set(DIAGNOSES)
        for one in diagnoses:
            expected, said = DIAGNOSES[one.computer.faults], one.answer.json
            questions = [question["step"] for question in said["questions"]]
            found = (one.answer.code, said["action"], said["outcome"], questions)
            wanted = (
                expected.code,
                expected.action,
                expected.outcome,
                [expected.question] if expected.question else [],
            )
            assert found == wanted, (one.computer.faults, said)

    def test_has_the_form_that_outsiders_rely_on(self, diagnoses: list[Diagnosis]) -> None:
        for one in diagnoses:
            said = one.answer.json
            assert set(said) >= CONTRACT
            assert said["simulated"] is True
            assert all(set(step) >= {"step", "value", "source"} for step in said["path"])
            assert {step["source"] for step in said["path"]} <= {"reading"}
            assert all(set(cause) >= {"id", "verdict", "readings"} for cause in said["causes"])
            assert len(said["version"]) == 64

    def test_changes_nothing_on_the_computer(self, diagnoses: list[Diagnosis]) -> None:
        for one in diagnoses:
            assert one.before == one.after, one.computer.faults

    def test_goes_on_with_a_person_s_answers(self, site: Site) -> None:
        host = _one(site, "closed-before-confirm").name
        answers = ["--answer", "path=forward", "--answer", "forward=worked"]
        answer = site.world.run("diagnose", "--error", ERROR, "--host", host, *answers, "--json", secret=True)
        assert (answer.code, answer.json["outcome"]) == (0, "solved")
        sources = [step["source"] for step in answer.json["path"]]
        assert sources == ["reading"] * (len(sources) - 2) + ["person", "person"]

    def test_of_a_simulated_computer_that_is_not_registered_needs_only_its_address(self, site: Site) -> None:
        computer = _one(site, "key-unreadable")
        before = computer.state_file.read_bytes()
        command = ["diagnose", "--error", "0x904 / 0x7", "--host", "SOME-01", "--json"]
        answer = site.world.run(*command, *_address(site.world, computer), secret=True)
        assert (answer.code, answer.json["outcome"], answer.json["host"]) == (0, "fix", "SOME-01")
        assert answer.json["facts"]["windows.reached"] == "yes"
        assert computer.state_file.read_bytes() == before

    def test_without_the_secret_says_where_it_is_missing_and_still_looks_from_outside(self, site: Site) -> None:
        host = _one(site, "key-unreadable").name
        answer = site.world.run("diagnose", "--error", "0x904", "--host", host, "--json")
        assert answer.code == 0
        assert answer.json["facts"]["rdp.negotiation_failure"] == "3"
        assert answer.json["facts"]["windows.reached"] == "denied"
        assert SECRET in json.dumps(answer.json["trouble"])

    def test_of_an_unknown_code_invents_nothing_and_checks_the_computer(self, site: Site) -> None:
        host = _one(site, "healthy").name
        answer = site.world.run("diagnose", "--error", "0xDEADBEE", "--host", host, "--json", secret=True)
        said: dict[str, Any] = answer.json
        assert (answer.code, said["error"]["name"]) == (2, None)
        assert said["facts"]["rdp.stage"] == "ok"
