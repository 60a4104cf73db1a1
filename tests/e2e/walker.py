"""The people who walk with a computer of the demo, over real HTTP with the printed accounts."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.e2e.demo import Demo, State
from tests.e2e.fleet import LIFT, RENEW, REQUIRE, RESTART, repaired
from tests.e2e.oracle import Finding, finding
from tests.e2e.world import wait_for

DIALOG = "Remotedesktopverbindung\n\nFehlercode: 0x904\nErweiterter Fehlercode: 0x7\n[OK]"
#: What the demo ships, by the employee whose computer it is; ACC-02 and ACC-03 have a case in its history.
OWNERS = {"ACC-02": 0, "ACC-03": 0, "ACC-05": 0, "ACC-07": 0, "ACC-11": 1, "ACC-12": 1}
TITLES = {
    RENEW: "Renew the Remote Desktop certificate",
    RESTART: "Restart Remote Desktop",
    REQUIRE: "Put Remote Desktop back to protected connections",
    LIFT: "Let people sign in without Network Level Authentication for two hours",
}
#: The headings after a remedy that helped -> the button that says so.
_WORKS = {
    "answers properly again": "It works",
    "repaired as planned": "It works",
    "Remote Desktop runs again": "It works now",
}


@dataclass
class Repair:
    """A remedy that ran on a computer, and the computer's own state before and after."""

    remedy: str
    before: State
    after: State


@dataclass
class Walk:
    """What happened to one computer."""

    name: str
    found: list[Finding] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)


class Walker:
    """The people who walk with one computer: its owner, helpdesk and an approver, each at a browser of their own."""

    def __init__(self, demo: Demo, name: str) -> None:
        self.demo, self.name = demo, name
        self.owner = demo.visitor("employee", OWNERS[name])
        self.desk = demo.visitor("helpdesk")
        self.number = ""

    @property
    def path(self) -> str:
        """Helpdesk's page of the case."""
        return f"/desk/cases/{self.number}"

    def walk(self) -> Walk:
        """From the pasted error until nothing is left to repair."""
        walk = Walk(self.name)
        self.pastes()
        while True:
            wanted = finding(self.demo.state(self.name))
            self.owner.until_headed(wanted.heading.format(self.name))
            walk.found.append(wanted)
            if not wanted.remedy:
                return walk
            walk.repairs.append(self.repairs(wanted.remedy))
            if wanted.remedy == LIFT:
                self.owner.until_headed("can be reached with a local account for two hours")
                return walk
            following = finding(self.demo.state(self.name))
            page = self.owner.until_headed(*_WORKS, following.heading.format(self.name))
            if word := next((button for works, button in _WORKS.items() if page.title.endswith(works)), ""):
                assert self.owner.press(word).title.startswith("Solved in")
                if not following.remedy:
                    return walk
                self.pastes()

    def pastes(self) -> None:
        """Paste the error, choose the computer, and have it checked."""
        self.owner.open("/")
        self.owner.press("Check it", text=DIALOG)
        page = self.owner.press("Check this computer", self.name, "In the office", "In minutes")
        if page.has("Open another case"):  # an earlier walk left one open
            page = self.owner.press("Open another case", self.name, "In the office", "In minutes")
        assert "/cases/" in page.address, page.text
        self.number = page.address.rpartition("/")[2]

    def repairs(self, remedy: str) -> Repair:
        """By whoever may: the owner, or helpdesk, for the dangerous one with a second person's yes."""
        before = self.demo.state(self.name)
        if remedy == RENEW:
            self.owner.press("Show what would change")
            self.owner.until(f"Fix {self.name} now")
            self.owner.press(f"Fix {self.name} now")
        else:
            self.asks_helpdesk(remedy)
            self.desk.press(f"Start on {self.name}")
        wait_for(lambda: repaired(remedy, before, self.demo.state(self.name)) or None, f"{remedy} on {self.name}")
        return Repair(remedy, before, self.demo.state(self.name))

    def asks_helpdesk(self, remedy: str) -> None:
        """Helpdesk plans it, and where a second person has to agree, that person does."""
        if self.owner.page.has("Ask helpdesk to fix it"):  # helpdesk that was asked already has the whole case
            self.owner.press("Ask helpdesk to fix it")
        self.desk.open(self.path)
        self.desk.press("Make the plan", why="They cannot work")
        if remedy == LIFT:
            self.desk.until("Waiting for a second person")
            approver = self.demo.visitor("approver")
            approver.open(approver.open("/approvals").links[TITLES[LIFT]])
            approver.press("Approve")
        self.desk.until(f"Start on {self.name}")


def about_to_start(demo: Demo, name: str, fault: str) -> Walker:
    """A computer that is broken anew, with a case and a plan that helpdesk only has to start."""
    assert demo.command("demo", "--break", f"{name}={fault}").returncode == 0
    walker = Walker(demo, name)
    wanted = finding(demo.state(name))
    walker.pastes()
    walker.owner.until_headed(wanted.heading.format(name))
    walker.asks_helpdesk(wanted.remedy)
    return walker
