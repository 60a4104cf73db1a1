"""One judgement of a case: whatever is told, the board, its pages and its guide name the same cause."""

import itertools
import random
import re

import pytest

from tests.conftest import MakePerson
from tests.diagnosis.test_table import _quick as quick
from tests.web.contradictions.walk import FaultHistory
from tests.web.helpdesk.conftest import Browser, text_of
from troubleshoot import cases, catalog, diagnosis
from troubleshoot.lab import FAULTS
from troubleshoot.models import Case, Person, Site
from troubleshoot.operations import health

__all__ = ["quick"]  # how long a look may take
pytestmark = pytest.mark.django_db
CODES = ("0x904 / 0x7", "0x807", "a window without a number")
#: What a person answers about their own PC, question by question.
TOLD = (
    {"connect": "no_name"},
    {"connect": "at_once", "other_network": "yes"},
    {"connect": "after_wait", "other_pc": "yes"},
    {"connect": "closes", "other_pc": "no", "gateway": "used", "log": "closed"},
    {"connect": "asks", "warning": "another", "gateway": "none"},
    {"connect": "asks", "warning": "right", "log": "orderly"},
)
NO_CAUSE = "No cause is shown so far"
ALL = list(itertools.product(sorted(FAULTS), range(len(TOLD)), CODES))
#: Drawn once, so that a failure comes again; all of them are tried by `make soak`.
SAMPLE = random.Random(8).sample(ALL, 6)


class Pages:
    """A case of a computer with one of the lab's faults, as its person and helpdesk see it."""

    def __init__(self, fault: str, code: str, site: Site, emil: Person, hanna: Person) -> None:
        self.emil = emil
        health.note_heartbeat("worker", "w1", [site.slug])
        self.history = FaultHistory(site, self.emil, hanna, hanna, for_them=False)
        self.history.fault = fault
        self.history.case = cases.open_case(
            actor=self.emil, beneficiary=self.emil, error_text=code, host=self.history.host
        )
        self.history.act("worker_reads", 0)
        self.desk, self.own = Browser(hanna), Browser(self.emil)

    @property
    def case(self) -> Case:
        return Case.objects.for_status().get(pk=self.history.case.pk)

    def tell(self, question: str, value: str) -> None:
        """Answer on the page about the own PC."""
        self.own.post(f"/cases/{self.case.pk}/pc", question=question, value=value)

    def shown(self) -> str:
        """The cause that stands first on helpdesk's page, where one is shown."""
        self.desk.get(f"/desk/cases/{self.case.pk}")
        causes = self.desk.html.partition('id="causes"')[2].partition("</section>")[0]
        first = re.search(r'<span class="badge[^>]*>\s*(.*?)\s*</span>.*?<strong>(.*?)</strong>', causes, re.DOTALL)
        return text_of(first[2]) if first and first[1] == "shown by" else ""

    def on_board(self) -> str:
        """The cause that the board has for the case."""
        self.desk.get(f"/board?q={self.case.pk}")
        found = re.search(rf'id="case-{self.case.pk}"[^>]*>(.*?)</a>', self.desk.html, re.DOTALL)
        assert found
        return text_of(found[1])

    def disagreement(self) -> str:
        """What the guide went by, or offers, where that is about another cause than the one that stands first."""
        case, causes = self.case, catalog.installed_catalog().causes
        walk, steps = diagnosis.replay_case(case), diagnosis.case_guide(case).steps
        step, value = next((one for one in reversed(walk.path) if steps[one[0]].kind == "cause"), ("", ""))
        meant = {case.cause, "other"} if case.cause else {"none", "healthy"}
        if step and value not in {*meant, *steps[step].asks}:
            return f"{step} = {value}"
        foreign = walk.at.kind == "fix" and case.cause and walk.at.subject not in causes[case.cause].remedies
        return walk.at.subject if foreign else ""

    def titles(self) -> set[str]:
        """The headings of both pages, without the computer's name, and without for whom helpdesk reads that it is."""
        pages = ((self.own, f"/cases/{self.case.pk}"), (self.desk, f"/desk/cases/{self.case.pk}"))
        found = [re.search(r"<h1[^>]*>(.*?)</h1>", self._open(*one), re.DOTALL) for one in pages]
        said = (text_of(one[1]).removeprefix(f"Written for {self.emil}: ") for one in found if one)
        return {one.replace(str(self.case.host), "the computer").lower() for one in said}

    def _open(self, browser: Browser, address: str) -> str:
        browser.get(address)
        return browser.html


@pytest.mark.parametrize(("fault", "told_now", "code"), SAMPLE)
def test_holds_for_one_of_a_sample(fault: str, told_now: int, code: str, person: MakePerson, north: Site) -> None:
    _one_judgement(_pages(fault, code, north, person), TOLD[told_now])


@pytest.mark.soak
@pytest.mark.parametrize(("fault", "told_now", "code"), [one for one in ALL if one not in SAMPLE])
def test_holds_for_every_other(fault: str, told_now: int, code: str, person: MakePerson, north: Site) -> None:
    _one_judgement(_pages(fault, code, north, person), TOLD[told_now])


def _pages(fault: str, code: str, site: Site, person: MakePerson) -> Pages:
    return Pages(fault, code, site, person("Emil", "employee", site=site), person("Hanna", "helpdesk", site=site))


def _one_judgement(pages: Pages, answers: dict[str, str]) -> None:
    for question, value in [("", ""), *answers.items()]:
        if question:
            pages.tell(question, value)
        shown = pages.shown()
        assert pages.on_board() == (shown or NO_CAUSE), (question, value)
        assert bool(pages.case.cause) == bool(shown)
        assert pages.disagreement() == "", (question, value, shown)
        assert len(pages.titles()) == 1, pages.titles()
