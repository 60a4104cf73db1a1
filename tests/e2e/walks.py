"""How a computer's faults are walked through: by one command for the diagnosis, by many for the whole chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.e2e.fleet import ERROR
from tests.e2e.world import Answer, Computer, World, wait_for
from troubleshoot.engine.guide import VISIT

EMPLOYEE, HELPDESK, APPROVER = (f"{role}@corp.example" for role in ("employee", "helpdesk", "approver"))
WHY = "They cannot work"


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` said about a computer, and the computer's own state before and after."""

    computer: Computer
    answer: Answer
    before: bytes
    after: bytes


def diagnose(world: World, computer: Computer) -> Diagnosis:
    """Look once."""
    before = computer.state_file.read_bytes()
    answer = world.run("diagnose", "--error", "0x904 / 0x7", "--host", computer.name, "--json", secret=True)
    return Diagnosis(computer, answer, before, computer.state_file.read_bytes())


@dataclass
class Change:
    """One job of a walk, with the computer's own state before and after it."""

    job: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass
class Walk:
    """One computer's way through the chain."""

    computer: Computer
    changes: list[Change] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)


class Person:
    """Somebody at the command line."""

    def __init__(self, world: World, email: str) -> None:
        self.world, self.email = world, email

    def do(self, *command: str) -> Answer:
        """Run a command as this person and get its JSON."""
        return self.world.run(*command, "--actor", self.email, "--json")

    def opens(self, computer: Computer, *, beneficiary: str = EMPLOYEE) -> dict[str, Any]:
        """Open a case and wait for its readings."""
        return self.do("cases", "open", "--error", ERROR, "--host", computer.name, "--for", beneficiary).good().json

    def shows(self, case: dict[str, Any]) -> dict[str, Any]:
        """The case, when nothing is being read for it any more."""

        def read() -> dict[str, Any] | None:
            found = self.do("cases", "show", str(case["case"])).good().json
            return found if found["matter"] != "look" else None

        return wait_for(read, f"the readings of case {case['case']}", every=0.2)

    def plans(self, case: dict[str, Any]) -> dict[str, Any]:
        """The plan of the remedy to which the case has come."""
        return self.do("jobs", "plan", "--case", str(case["case"]), "--why", WHY).good().json

    def applies(self, job: dict[str, Any]) -> Answer:
        """Let it run and wait for its end."""
        return self.do("jobs", "apply", job["job"])


def walk(world: World, computer: Computer, actions: list[str]) -> Walk:
    """From the pasted error to the history, until no remedy is left to do."""
    walked = Walk(computer)
    by_employee = set(actions) == {"renew-rdp-certificate"}
    person = Person(world, EMPLOYEE if by_employee else HELPDESK)
    case = person.opens(computer)
    for action in actions:
        if case["outcome"] or case["action"] is None:  # the first fault is repaired and confirmed: the second shows
            case = person.opens(computer)
        assert case["action"] == action, case
        walked.changes.append(_change(person, computer, case))
        case = person.shows(case)
        asked = [question["step"] for question in case["questions"]]
        if asked and asked[0].partition(VISIT)[0] in {"confirm", "started_confirm"}:
            case = person.do("cases", "answer", str(case["case"]), f"{asked[0]}=worked").good().json
        walked.cases.append(case)
    return walked


def _change(person: Person, computer: Computer, case: dict[str, Any]) -> Change:
    before = computer.state
    job = person.plans(case)
    if job["needs_approval"]:
        digest = job["plan"]["digest"]
        Person(person.world, APPROVER).do("jobs", "approve", job["job"], "--digest", digest).good()
    return Change(person.applies(job).good().json, before, computer.state)
