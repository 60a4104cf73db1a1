"""What every page about a case says of who acts now."""

import re

from tests.web.helpdesk.conftest import Browser
from troubleshoot.models import Case, Person


class Pages:
    """A case as helpdesk, the person and the board see it, and as an approver does where a plan is."""

    def __init__(self, case: Case, helpdesk: Person, employee: Person) -> None:
        self.case = case
        self.desk, self.own, self.board = Browser(helpdesk), Browser(employee), Browser(helpdesk)

    def look(self) -> "Pages":
        """Open all of them as things stand now."""
        self.desk.get(f"/desk/cases/{self.case.pk}")
        self.own.get(f"/cases/{self.case.pk}")
        self.board.get(f"/board?q={self.case.pk}")
        return self

    @property
    def actors(self) -> list[list[str]]:
        """Whom the board, the page of helpdesk and the page of the person name, each as often as it names somebody."""
        return [re.findall(r'data-actor="(\w+)"', one.html) for one in (self.board, self.desk, self.own)]

    @property
    def actor(self) -> str:
        """The one whom all of them name, each of them once."""
        (found,) = {tuple(names) for names in self.actors}
        (one,) = found
        return one

    @property
    def on_the_board(self) -> list[str]:
        """The lists of the board that hold the case."""
        lists = ("you", "running", "others")
        return [name for name in lists if f'id="case-{self.case.pk}"' in self._listed(name)]

    def _listed(self, name: str) -> str:
        self.board.get(f"/board?list={name}")
        return self.board.html
