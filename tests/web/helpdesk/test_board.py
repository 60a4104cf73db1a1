"""The board: what needs helpdesk, in the order of need, found again by whatever a caller can name."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab, computer
from tests.fixtures.steps import ERROR, Work, asking, opened, planned
from tests.web.helpdesk.conftest import Browser, Sit, lose_contact
from troubleshoot import cases, jobs, remediation, wording
from troubleshoot.cases import ask_for_help, close_case, send_message
from troubleshoot.engine import CaseMatter
from troubleshoot.models import Case, Job, Person, Site
from troubleshoot.web.helpdesk import board


def numbers(desk: Browser) -> list[int]:
    """The cases of the page, from top to bottom."""
    return [int(one) for one in re.findall(r'id="case-(\d+)"', desk.html)]


def walked(desk: Browser, address: str) -> list[int]:
    """The cases of all pages."""
    desk.get(address)
    found = numbers(desk)
    while more := re.search(r'href="\?([^"]*after=[^"]*)"', desk.html):
        desk.get(f"/board?{more.group(1)}".replace("&amp;", "&"))
        found += numbers(desk)
    return found


class TestWhatIsNeeded:
    def test_of_a_case_is_said_in_words_at_every_stage(
        self, lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, work: Work, desk: Browser
    ) -> None:
        host = lab("nla-required")
        case = opened(employee, host.row, work)

        def said(name: str) -> bool:
            lists = [key for key, matters in board.LISTS.items() if name in matters]
            return wording.matter_words(CaseMatter(name)) in desk.get(f"/board?list={lists[0]}")

        assert said("choose")
        assert "Needs you 0" in desk.get("/board")
        ask_for_help(actor=employee, case=case)
        assert said("plan")
        job = planned(helpdesk, case, work, why="The trust is broken")
        assert said("approval")
        assert "Needs you 0" in desk.get("/board")
        remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)  # type: ignore[union-attr]
        assert said("start")
        jobs.start_job(actor=helpdesk, job=job)
        assert "A change waits for its turn" in desk.get("/board?list=running")
        work()
        assert said("help")

    def test_after_lost_contact_is_a_decision(self, lab: MakeLab, helpdesk: Person, work: Work, desk: Browser) -> None:
        case = opened(helpdesk, lab("security-layer-rdp").row, work)
        lose_contact(planned(helpdesk, case, work), helpdesk)
        assert "Decide after lost contact" in desk.get("/board")

    def test_of_a_mild_fix_that_the_person_can_start_is_nothing(
        self, lab: MakeLab, employee: Person, work: Work, desk: Browser
    ) -> None:
        case = opened(employee, lab("expired-certificate").row, work)
        planned(employee, case, work)
        assert "Needs you 0" in desk.get("/board")
        assert numbers(desk) == []

    def test_is_an_answer_until_helpdesk_has_written(self, employee: Person, helpdesk: Person, desk: Browser) -> None:
        case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=None)
        assert "Answer the message" not in desk.get("/board")
        send_message(actor=employee, case=case, text="Are you there?")
        assert "Answer the message" in desk.get("/board")
        send_message(actor=helpdesk, case=case, text="only for us", internal=True)
        assert "Answer the message" in desk.get("/board")
        send_message(actor=helpdesk, case=case, text="Yes")
        assert "Answer the message" not in desk.get("/board")


class TestTheLists:
    def test_say_in_the_tab_how_many_need_helpdesk(self, employee: Person, desk: Browser) -> None:
        asking(employee)
        desk.get("/board")
        assert "<title>(1) Board" in " ".join(desk.html.split())
        desk.part("/board", "live")
        assert "<title>(1) Board" in desk.html
        assert "<html" not in desk.html

    def test_are_sorted_by_urgency_then_by_waiting_time_and_paged_without_a_gap(
        self, employee: Person, desk: Browser
    ) -> None:
        made = [asking(employee, urgency=1 + number % 3) for number in range(board.PAGE * 2 + 3)]
        Case.objects.filter(pk__in=[case.pk for case in made[10:40]]).update(round_began_at=made[20].round_began_at)
        made = list(Case.objects.all())
        wanted = [case.pk for case in sorted(made, key=lambda case: (case.urgency, case.round_began_at, case.pk))]
        assert walked(desk, "/board") == wanted

    def test_hold_what_was_solved_today(self, employee: Person, helpdesk: Person, desk: Browser) -> None:
        today, before = asking(employee), asking(employee)
        for case in (today, before):
            close_case(actor=helpdesk, case=case, solved=True)
        Case.objects.filter(pk=before.pk).update(closed_at=timezone.now() - dt.timedelta(days=2))
        assert "Solved today 1" in desk.get("/board?list=solved")
        assert numbers(desk) == [today.pk]

    def test_are_empty_in_words(self, desk: Browser) -> None:
        assert "Nothing needs you now" in desk.get("/board")
        assert "Nothing here now" in desk.get("/board?list=running")

    @pytest.mark.parametrize(
        "query", ["list=nonsense", "after=x", "after=99999999999999999999999", "site=x&cause=%00", "q=%00"]
    )
    def test_stand_any_address(self, query: str, employee: Person, desk: Browser) -> None:
        asking(employee)
        desk.get(f"/board?{query}")
        assert desk.status == 200

    def test_show_nothing_of_another_site_and_what_belongs_to_no_site(
        self, employee: Person, south: Site, person: MakePerson, desk: Browser, sit: Sit
    ) -> None:
        away = person("Sue", "employee", site=south)
        theirs = asking(away, host=computer("SOUTH-01", south, away))
        free = asking(employee)
        for query in ("", "?q=SOUTH-01", f"?q={theirs.pk}", "?q=Sue"):
            desk.get(f"/board{query}")
            assert theirs.pk not in numbers(desk)
        desk.get("/board")
        assert numbers(desk) == [free.pk]
        other = sit(person("Sven", "helpdesk", site=south))
        other.get("/board")
        assert set(numbers(other)) == {theirs.pk, free.pk}

    def test_take_as_many_queries_for_one_case_as_for_a_page(self, employee: Person, desk: Browser) -> None:
        asking(employee)
        with CaptureQueriesContext(connection) as one:
            desk.get("/board")
        for _ in range(20):
            asking(employee)
        with CaptureQueriesContext(connection) as many:
            desk.get("/board")
        assert len(many) == len(one) <= 15


class TestSearching:
    @pytest.fixture
    def case(self, employee: Person, helpdesk: Person, north: Site) -> Case:
        Person.objects.filter(pk=employee.pk).update(phone="+49 30 4417")
        case = asking(employee, host=computer("ACC-07", north, employee))
        asking(helpdesk)
        close_case(actor=helpdesk, case=case, solved=False, sent_to="Network team", ticket="INC-0815")
        return case

    @pytest.mark.parametrize("text", ["acc-07", "ACC", "Emil", "emil@corp", "4417", "INC-0815", "{number}"])
    def test_finds_a_case_by_what_a_caller_can_name_closed_or_not(self, text: str, case: Case, desk: Browser) -> None:
        desk.get(f"/board?q={text.format(number=case.pk)}")
        assert numbers(desk) == [case.pk]

    @pytest.mark.parametrize("text", ["zzz", "%25", "_", "'; --", "<script>alert(1)</script>", "9" * 40, "١٢"])
    def test_that_finds_nothing_says_so_and_shows_the_text_as_text(self, text: str, case: Case, desk: Browser) -> None:
        assert "Nothing fits" in desk.get(f"/board?q={text}")
        assert "<script>alert" not in desk.html


class TestAnIncident:
    def test_is_told_when_several_computers_of_a_site_have_the_same_cause(
        self, employee: Person, north: Site, desk: Browser
    ) -> None:
        made = [asking(employee, host=computer(f"ACC-{number}", north, employee)) for number in range(4)]
        Case.objects.filter(pk__in=[case.pk for case in made[:2]]).update(cause="certificate_expired")
        assert "have the same cause" not in desk.get("/board")
        Case.objects.filter(pk=made[2].pk).update(cause="certificate_expired")
        assert "3 cases since" in desk.get("/board")
        desk.get(f"/board?site={north.slug}&cause=certificate_expired")
        assert numbers(desk) == [case.pk for case in made[:3]]

    def test_is_not_one_computer_with_many_cases(self, employee: Person, north: Site, desk: Browser) -> None:
        host = computer("ACC-07", north, employee)
        for _ in range(4):
            asking(employee, host=host)
        Case.objects.update(cause="certificate_expired")
        assert "have the same cause" not in desk.get("/board")


class TestANewCaseForACaller:
    def fields(self, **changed: str) -> dict[str, str]:
        return {"person": "Emil", "host": "", "error": ERROR, "urgency": "1", "whereabouts": "home_vpn"} | changed

    def test_has_both_names_on_the_record(self, employee: Person, helpdesk: Person, north: Site, desk: Browser) -> None:
        computer("ACC-07", north, employee)
        page = desk.post("/desk/new", **self.fields(host="acc-07"))
        case = Case.objects.get()
        assert (case.opened_by, case.beneficiary) == (helpdesk, employee)
        assert case.host is not None
        assert desk.address == f"/desk/cases/{case.pk}"
        assert "opened by Hanna" in page
        assert Job.objects.get(case=case).beneficiary == employee

    def test_who_has_an_open_case_about_this_computer_leads_on_with_that(
        self, employee: Person, person: MakePerson, north: Site, desk: Browser
    ) -> None:
        host = computer("ACC-07", north, employee)
        first = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=host)
        page = desk.post("/desk/new", **self.fields(host="acc-07"))
        assert (desk.status, Case.objects.count()) == (409, 1)
        assert f"Still open: case {first.pk} of Emil about ACC-07" in page
        assert f'href="/desk/cases/{first.pk}"' in desk.html
        assert "0x904" in page, "what was typed stays"
        other = person("Eve", "employee", site=north)
        desk.post("/desk/new", **self.fields(person=other.email, host="acc-07"))
        assert Case.objects.count() == 2, "somebody else's trouble with it is another case"
        desk.post("/desk/new", **self.fields(host="acc-07"), anew="on")
        assert desk.address == f"/desk/cases/{Case.objects.latest('pk').pk}"
        assert Case.objects.count() == 3

    def test_of_a_site_that_whoever_helps_does_not_serve_is_kept_from_them(
        self, employee: Person, south: Site, desk: Browser
    ) -> None:
        host = computer("SOUTH-01", south, employee)
        cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=host)
        page = desk.post("/desk/new", **self.fields(host="SOUTH-01", unregistered="on"))
        assert "Still open" not in page
        assert Case.objects.count() == 2

    def test_offers_several_people_who_fit(self, employee: Person, person: MakePerson, desk: Browser) -> None:
        emilia = person("Emilia")
        page = desk.post("/desk/new", **self.fields(person="emil"))
        assert desk.status == 422
        assert "Several people fit" in page
        assert "0x904" in page, "what was typed stays"
        desk.post("/desk/new", **self.fields(person=emilia.email))
        assert Case.objects.get().beneficiary == emilia

    @pytest.mark.parametrize("who", ["", "nobody", "x" * 255, "%"])
    def test_needs_somebody_who_is_known(self, who: str, employee: Person, desk: Browser) -> None:
        desk.post("/desk/new", **self.fields(person=who))
        assert (desk.status, Case.objects.count()) == (422, 0)

    def test_answers_alike_for_a_computer_that_is_absent_and_one_of_another_site(
        self, employee: Person, south: Site, desk: Browser
    ) -> None:
        computer("SOUTH-01", south, employee)
        pages = {desk.post("/desk/new", **self.fields(host=name)).replace(name, "X") for name in ("SOUTH-01", "ABSENT")}
        assert len(pages) == 1
        assert "not registered at a site of yours" in pages.pop()
        desk.post("/desk/new", **self.fields(host="SOUTH-01", unregistered="on"))
        case = Case.objects.get()
        assert (case.host, case.named_host) == (None, "SOUTH-01")

    def test_needs_a_text(self, employee: Person, desk: Browser) -> None:
        desk.post("/desk/new", **self.fields(error=" "))
        assert (desk.status, Case.objects.count()) == (422, 0)
