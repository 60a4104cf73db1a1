"""An employee's case, screen by screen, on simulated hosts: what the page says is what was measured."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened
from tests.support import replace_everywhere
from tests.web.contradictions.rules import leading
from tests.web.employee.pages import Page, Reader, case_of
from troubleshoot import cases, jobs
from troubleshoot.models import Case, Host, Job, Message, Notice, Person, Site
from troubleshoot.reports import host_history

#: What a step of a guide may ask of the database, without the brackets of transactions.
MOST_QUERIES = {"GET": 12, "POST": 27}


@pytest.fixture
def reader(employee: Person) -> Reader:
    return Reader.of(employee)


def planned(reader: Reader, page: Page, work: Work) -> Page:
    """The page with the plan, from the page that offers it."""
    reader.send(page, "plan")
    work()
    return reader.get(page.url)


class TestChecking:
    def test_lists_five_questions_and_watches(self, lab: MakeLab, reader: Reader) -> None:
        page = reader.opens(lab("certificate-service-stopped", name="ACC-07"))
        assert (page.title, page.live) == ("Checking ACC-07", True)
        for question in (
            "Does its name exist?",
            "Does it answer?",
            "Does it speak Remote Desktop?",
            "Can a secure connection start?",
            "What does Windows say inside?",
        ):
            assert question in page.text
        assert "Saved. You can close this page and come back." in page.text
        assert "simulated" in page.text
        assert "Refresh" in page.text

    def test_never_takes_the_question_away(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        page = reader.opens(lab("certificate-service-stopped"))
        assert "When does it close?" in page.text
        part = {"HX-Request": "true", "HX-Target": "live"}
        before = reader.get(f"{page.url}?seen=asking&n=0", **part)
        assert before.live
        assert leading(page.source) == ["Next"]
        assert leading(before.source) == []
        work()
        after = reader.get(f"{page.url}?seen=asking&n=0", **part)
        for answer in (before, after):
            assert "When does it close?" not in answer.text
            assert "<form" not in answer.source
            assert "<html" not in answer.source
        assert "We found it. You need not answer." in after.text
        assert leading(after.source) == ["See what we found"]
        assert 'id="ask-press" hx-swap-oob="true"' in after.source, "and Next stands back on the page that is open"
        assert not after.live
        assert 'id="said"' in after.source

    def test_uses_the_answer_when_the_guide_comes_to_ask_it(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        page = reader.opens(lab())
        page = reader.send(page, "answer", value="after_desktop")
        assert "When does it close?" not in page.text
        work()
        assert reader.get(page.url).title == "The connection drops after it works"

    def test_that_takes_too_long_says_that_nobody_need_wait(self, lab: MakeLab, reader: Reader) -> None:
        page = reader.opens(lab())
        slow = "This takes longer than it should. You need not wait here"
        assert slow not in page.text
        Job.objects.update(created_at=timezone.now() - timedelta(minutes=2))
        Case.objects.update(round_began_at=timezone.now() - timedelta(minutes=3))
        assert slow in reader.get(page.url).text

    def test_goes_on_where_we_may_not_look_inside(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        page = reader.opens(lab("credentials-refused"))
        work()
        page = reader.get(page.url)
        assert "We may not look inside this computer: Windows refused the account" in page.text
        assert "When does it close?" in page.text


READINGS = {
    ("service-stopped",): ("is on, but Remote Desktop is not running", "It is on, but nothing listens", "Ask helpdesk"),
    ("unreachable",): ("does not answer at all", "No. It may be off, asleep, or blocked", "switched on?"),
    ("closed-before-confirm",): (
        "Something between us and ACC-07 closes the connection",
        "closes the connection before the first reply",
        "What stands between you and this computer?",
    ),
    ("security-layer-rdp",): (
        "only offers an old, unprotected connection",
        "It answers, and offers only an old, unprotected connection",
        "Ask helpdesk to fix it",
    ),
    ("key-unreadable",): ("has a certificate, but cannot use its key", "it has no usable certificate", "second person"),
    ("expired-certificate",): (
        "works, but its certificate is out of date",
        "Yes, but its certificate is out of date",
        "Show what would change",
    ),
    ("nla-required",): ("has lost the trust of its domain", "It has lost the trust of its domain", "second person"),
    (): ("answers properly from here", "No problem seen", "When does it close?"),
}


@pytest.mark.parametrize("faults", READINGS)
def test_each_reading_has_its_title_its_evidence_and_who_acts(
    faults: tuple[str, ...], lab: MakeLab, reader: Reader, work: Work
) -> None:
    page = reader.opens(lab(*faults, name="ACC-07"))
    work()
    page = reader.get(page.url)
    title, evidence, who = READINGS[faults]
    assert title in page.title
    assert evidence in page.text
    assert who in page.text
    assert "Get help from a person" in page.source


class TestAFix:
    @pytest.fixture
    def page(self, lab: MakeLab, reader: Reader, work: Work) -> Page:
        self.host = lab("certificate-service-stopped", name="ACC-07")
        page = reader.opens(self.host)
        work()
        return reader.get(page.url)

    def test_is_explained_before_it_is_planned(self, page: Page) -> None:
        assert page.title == "ACC-07 cannot use its own certificate"
        assert "It is not your password, your VPN or your PC." in page.text
        assert "Certificate expired 12 days ago" in page.text
        assert "shown by" in page.text
        assert "Nothing on your PC will help here." in page.text

    def test_is_shown_setting_by_setting_before_consent(self, page: Page, reader: Reader, work: Work) -> None:
        watching = reader.send(page, "plan")
        assert watching.live
        assert "We read ACC-07 once more" in watching.text
        work()
        page = reader.get(page.url)
        assert not page.live
        for words in ("stopped", "running", "1 person", "nobody is disconnected", "Can it be undone?"):
            assert words in page.text
        assert "By pressing you agree to these changes." in page.text

    def test_that_is_being_read_says_only_how_long_that_usually_takes(
        self, page: Page, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert not re.search(r"Usually|[Tt]akes \d", reader.send(page, "plan").text)
        replace_everywhere(monkeypatch, host_history, "usual_observation", lambda: timedelta(seconds=83))
        assert "Usually 1 min 23 s." in reader.get(page.url).text

    def test_names_the_second_person_on_a_critical_computer(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        host = lab("security-layer-rdp", name="ACC-08")
        page = reader.opens(host)
        work()
        assert "Helpdesk starts this fix." in reader.get(page.url).text
        Host.objects.filter(pk=host.row.pk).update(critical=True)
        critical = reader.get(page.url).text
        assert "a second person has to agree" in critical
        assert "Helpdesk starts this fix." not in critical

    def test_runs_by_consent_to_exactly_this_plan(self, page: Page, reader: Reader, work: Work) -> None:
        page = planned(reader, page, work)
        stale = reader.post(f"{page.url}/fix", **{**page.fields("fix"), "digest": "0" * 64})
        assert stale.status == 422
        assert "Nothing was started" in stale.text
        assert self.host.document["runs"] == {}

        running = reader.send(page, "fix")
        assert (running.title, running.live) == ("The fix for ACC-07 waits for its turn", True)
        assert reader.send(page, "fix").title == running.title, "a second click changes nothing"
        work()
        done = reader.get(page.url)
        assert done.title == "ACC-07 answers properly again"
        mark = self.host.document["certificates"]["Remote Desktop"][0]["thumbprint"][:8]
        assert " ".join(mark[place : place + 2] for place in range(0, 8, 2)) in done.text

        solved = reader.send(done, "answer", value="worked")
        assert solved.title.startswith("Solved in ")
        assert reader.post(f"{page.url}/rate", helpful="yes").text.count("Your word is kept") == 1
        case = case_of(page)
        assert (case.word, case.helpful, case.outcome) == ("works", True, "solved")
        assert case.jobs.get(kind=Job.Kind.APPLY).word == "works"

    def test_can_be_stopped_before_it_begins(self, page: Page, reader: Reader, work: Work) -> None:
        running = reader.send(planned(reader, page, work), "fix")
        stopped = reader.send(running, "stop")
        assert stopped.title == "Taken back before it began"
        assert "You took it back. Nothing was changed." in stopped.text
        assert self.host.document["runs"] == {}

    def test_that_did_not_help_goes_on_with_the_way(self, page: Page, reader: Reader, work: Work) -> None:
        reader.send(planned(reader, page, work), "fix")
        work()
        reader.send(reader.get(page.url), "answer", value="no_change")
        work()
        assert "When does it close?" in reader.get(page.url).text
        assert case_of(page).word == case_of(page).jobs.get(kind=Job.Kind.APPLY).word == "same_error"

    def test_that_left_another_error_sends_its_text_to_helpdesk(
        self, page: Page, reader: Reader, work: Work, helpdesk: Person
    ) -> None:
        reader.send(planned(reader, page, work), "fix")
        work()
        works = reader.get(page.url)
        empty = reader.post(f"{page.url}/answer", **works.fields("answer"), value="another", text=" ")
        assert empty.status == 422
        reader.post(f"{page.url}/answer", **works.fields("answer"), value="another", text="0x516")
        work()
        assert "When does it close?" in reader.get(page.url).text
        assert Message.objects.get().text == "0x516"
        assert Notice.objects.filter(person=helpdesk, kind="message").exists()

    def test_of_ones_own_says_so_when_the_portal_may_only_look(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        page = reader.opens(lab("certificate-service-stopped", changes=False))
        work()
        page = reader.get(page.url)
        assert "is registered as diagnose only" in page.text
        sent = reader.post(f"{page.url}/help")
        assert "Helpdesk has your case, with everything you see here." in sent.text

    @pytest.mark.parametrize("fault", ["expired-certificate", "drained", "service-stopped"])
    def test_of_a_cause_that_is_shown_is_waited_for_without_tries_that_cannot_help(
        self, fault: str, lab: MakeLab, reader: Reader, work: Work
    ) -> None:
        page = reader.opens(lab(fault), whereabouts="home_vpn")
        work()
        found = reader.get(page.url)
        for tried in ("Disconnect the VPN, connect it again", "Remove the password", "Lock your own PC", "one small"):
            assert tried not in found.text

    def test_that_helpdesk_has_says_how_long_it_usually_takes(
        self, lab: MakeLab, reader: Reader, helpdesk: Person, work: Work
    ) -> None:
        page = reader.opens(lab("service-stopped"))
        work()
        reader.post(f"{page.url}/help")
        now = timezone.now()
        for number in range(5):
            row = case_of(page)
            row.pk, row.opened_with = None, None
            row.needs_since, row.taken_at = now - timedelta(minutes=number + 1), now
            row.save(force_insert=True)
            waiting = reader.get(page.url)
            assert ("Usual wait now: 3 min." in waiting.text) == (number == 4)
        assert "No case is before yours." in waiting.text
        Case.objects.filter(pk=row.pk).update(urgency=Case.Urgency.MINUTES)
        assert "1 case is before yours." in reader.get(page.url).text
        cases.take_case(actor=helpdesk, case=case_of(page))
        taken = reader.get(page.url).text
        assert "Hanna of helpdesk takes care of it." in taken
        assert "before yours" not in taken

    def test_that_is_not_for_everybody_is_asked_of_helpdesk(
        self, lab: MakeLab, reader: Reader, work: Work, settings: Settings
    ) -> None:
        Site.objects.update(phone_text="Extension 4400.")
        page = reader.opens(lab("service-stopped"))
        work()
        waiting = reader.post(f"{page.url}/help")
        assert waiting.live
        assert "Who acts now" in waiting.text
        assert "Extension 4400." in waiting.text
        assert "You may close this page: what happens is told under Notices." in waiting.text
        assert "e-mail" not in waiting.text, "there is no mail server"
        settings.EMAIL_HOST = "mail.corp.example"
        assert "We also write to you by e-mail." in reader.get(page.url).text


class TestAnswers:
    @pytest.fixture
    def page(self, lab: MakeLab, reader: Reader, work: Work) -> Page:
        page = reader.opens(lab("closed-before-confirm"))
        work()
        return reader.get(page.url)

    def test_stand_on_the_page_and_can_be_changed(self, page: Page, reader: Reader) -> None:
        tried = reader.send(page, "answer", value="vpn")
        assert "Your answers so far" in tried.text
        assert "Disconnect the VPN, connect it again" in tried.text
        anew = reader.get(f"{page.url}?change=path")
        assert 'value="vpn" checked' in anew.source
        other = reader.send(anew, "answer", value="forward")
        assert "Check that the forward leads to the right computer" in other.text

    def test_given_twice_count_once(self, page: Page, reader: Reader) -> None:
        for _ in range(3):
            after = reader.send(page, "answer", value="vpn")
        assert case_of(after).answers.filter(step="path").count() == 1

    def test_from_a_page_of_before_change_nothing_and_say_so(self, page: Page, reader: Reader) -> None:
        reader.send(page, "answer", value="vpn")
        reader.send(reader.get(page.url), "answer", value="no_change")
        late = reader.post(f"{page.url}/answer", step="forward", value="worked", round="1")
        assert late.status == 422
        assert "This page was out of date. Here is how things stand." in late.text
        assert late.title == "Something on the way closes the connection"

    def test_of_an_earlier_round_change_nothing(self, page: Page, reader: Reader, work: Work) -> None:
        reader.send(page, "again")
        work()
        late = reader.send(page, "answer", value="vpn")
        assert (late.status, case_of(page).round) == (422, 2)

    def test_are_needed(self, page: Page, reader: Reader) -> None:
        none = reader.send(page, "answer")
        assert none.status == 422
        assert "Choose an answer first." in none.text

    def test_begin_with_what_was_said_of_the_place(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        page = reader.opens(lab(), whereabouts="home_vpn")
        work()
        page = reader.send(reader.get(page.url), "answer", value="at_once")
        assert page.title == "Where are you connecting from?"
        assert 'value="home_vpn" checked' in page.source
        assert "You said this when you opened the case." in page.text


class TestCare:
    def test_is_one_click_from_every_screen(self, lab: MakeLab, reader: Reader, helpdesk: Person) -> None:
        page = reader.opens(lab())
        asked = reader.post(f"{page.url}/help")
        assert "Helpdesk has your case" in asked.text
        reader.post(f"{page.url}/help")
        assert Notice.objects.filter(person=helpdesk, kind="new_case").count() == 1

    def test_shows_the_talk_but_not_the_notes_of_helpdesk(
        self, reader: Reader, helpdesk: Person, employee: Person
    ) -> None:
        page = reader.opens(None)
        cases.send_message(actor=helpdesk, case=case_of(page), text="Is it <b>on</b>?")
        cases.send_message(actor=helpdesk, case=case_of(page), text="secret note", internal=True)
        said = reader.post(f"{page.url}/say", text="Yes, it is")
        assert "Is it <b>on</b>?" in said.text or "Is it &lt;b&gt;on" in said.source
        assert "Yes, it is" in said.text
        assert "secret note" not in said.text
        assert not Notice.objects.unread(employee).exists(), "whoever acts on a page has seen its notices"
        empty = reader.post(f"{page.url}/say", text="  ")
        assert empty.status == 422

    def test_opens_a_closed_case_again_for_seven_days(self, reader: Reader) -> None:
        page = reader.opens(None)
        case = case_of(page)
        Case.objects.filter(pk=case.pk).update(closed_at=timezone.now(), outcome="solved", waiting_for="nobody")
        closed = reader.get(page.url)
        assert closed.title.startswith("Solved in")
        opened = reader.send(closed, "again")
        assert case_of(opened).closed_at is None
        Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=8), outcome="solved")
        assert "open this case again" not in reader.get(page.url).text
        assert reader.post(f"{page.url}/again", round="2").status == 422

    def test_says_to_whom_a_case_was_sent_on(self, reader: Reader, helpdesk: Person) -> None:
        page = reader.opens(None)
        cases.close_case(actor=helpdesk, case=case_of(page), solved=False, sent_to="the network team", ticket="T-9")
        closed = reader.get(page.url)
        assert closed.title == "Sent on to the network team"
        assert "T-9" in closed.text


class TestWhoMaySee:
    def test_other_people_get_the_same_404_as_for_no_case(
        self, reader: Reader, person: MakePerson, north: Site, south: Site
    ) -> None:
        page = reader.opens(None)
        Case.objects.update(site=north)
        for other in (person("Other", "employee", site=north), person("Far", "helpdesk", site=south)):
            stranger = Reader.of(other)
            assert stranger.get(page.url).status == 404
            for action in ("answer", "help", "say", "again", "rate"):
                assert stranger.client.post(f"{page.url}/{action}").status_code in {404, 403}
        assert case_of(page).asked_for_help_at is None

    def test_helpdesk_is_led_to_its_own_page(self, reader: Reader, helpdesk: Person) -> None:
        page = reader.opens(None)
        response = Reader.of(helpdesk).client.get(page.url)
        assert response["Location"] == page.url.replace("/cases/", "/desk/cases/")

    def test_the_list_holds_ones_own_cases_a_page_at_a_time(
        self, reader: Reader, employee: Person, person: MakePerson, north: Site
    ) -> None:
        Reader.of(person("Other", "employee", site=north)).opens(None)
        first = reader.opens(None)
        template = case_of(first)
        for _ in range(30):
            template.pk, template.opened_with = None, None
            template.save(force_insert=True)
        page = reader.get("/cases")
        assert page.source.count('scope="row"') == 25
        rest = reader.get(f"/cases?after={Case.objects.filter(beneficiary=employee).order_by('-pk')[24].pk}")
        assert rest.source.count('scope="row"') == 6
        for nonsense in ("x", "-1", "9" * 40, "%00", "\u0661"):
            assert reader.get(f"/cases?after={nonsense}").status == 200


class TestCost:
    def test_every_screen_of_a_fix_takes_few_queries(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        url = reader.opens(lab("certificate-service-stopped")).url
        shown = [looked_at(reader, url).title]
        work()
        for action, filled in (("plan", {}), ("fix", {}), ("answer", {"value": "worked"})):
            page = looked_at(reader, url)
            sent_from(reader, page, action, **filled)
            shown += [page.title, looked_at(reader, url).title]
            work()
        sent_from(reader, looked_at(reader, url), "rate", helpful="yes")
        assert len(set(shown)) == 5, shown  # checking, found, running, works, closed

    def test_every_screen_of_a_question_takes_few_queries(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        url = reader.opens(lab("closed-before-confirm")).url
        work()
        for action, filled in (("answer", {"value": "vpn"}), ("say", {"text": "And now?"}), ("help", {})):
            sent_from(reader, looked_at(reader, url), action, **filled)
        assert Message.objects.exists()
        looked_at(reader, f"{url}?change=path")

    def test_a_long_talk_takes_no_more_queries(self, reader: Reader, employee: Person) -> None:
        page, asked = reader.opens(None), list[int]()
        for _ in range(2):
            Message.objects.create(case=case_of(page), author=employee, text="And now?", step="way")
            with CaptureQueriesContext(connection) as looked:
                assert b"And now?" in reader.client.get(page.url).content
            asked.append(len(looked))
        assert asked[0] == asked[1]

    def test_an_answer_takes_few_queries(self, reader: Reader) -> None:
        page = reader.opens(None)
        asked = page.fields("answer")
        for value in ("office", "home_vpn", "home"):  # the first answer, and two that change it
            with CaptureQueriesContext(connection) as sent:
                assert reader.client.post(f"{page.url}/answer", {**asked, "value": value}).status_code == 302
            assert len(statements(sent)) <= MOST_QUERIES["POST"], told(sent)
        assert list(case_of(page).answers.values_list("value", flat=True))[-3:] == ["office", "home_vpn", "home"]


def looked_at(reader: Reader, url: str) -> Page:
    """The page of a step, which asked few questions."""
    with CaptureQueriesContext(connection) as looked:
        page = reader.get(url)
    assert len(statements(looked)) <= MOST_QUERIES["GET"], told(looked)
    return page


def sent_from(reader: Reader, page: Page, action: str, **filled: str) -> None:
    """A form of a step, which was taken in with few statements."""
    with CaptureQueriesContext(connection) as sent:
        assert reader.client.post(f"{page.url}/{action}", {**page.fields(action), **filled}).status_code == 302
    assert len(statements(sent)) <= MOST_QUERIES["POST"], told(sent)


def statements(seen: CaptureQueriesContext) -> list[str]:
    """What the database was asked, without the brackets of transactions."""
    brackets = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [query["sql"] for query in seen if not query["sql"].startswith(brackets)]


def told(seen: CaptureQueriesContext) -> str:
    return "\n".join(sql[:150] for sql in statements(seen))


def test_no_job_is_started_by_looking(lab: MakeLab, reader: Reader, work: Work) -> None:
    page = reader.opens(lab("certificate-service-stopped"))
    work()
    before = Job.objects.count(), Notice.objects.filter(read_at=None).count()
    for query in ("", "?change=stage", "?change=x", "?seen=asking&n=x", "?seen=../x"):
        assert reader.get(page.url + query).status == 200
    assert (Job.objects.count(), Notice.objects.filter(read_at=None).count()) == before
    assert jobs.OPEN.isdisjoint(Job.objects.values_list("state", flat=True))


def test_home_goes_on_with_the_case_that_waits_for_the_person_though_another_is_newer(
    lab: MakeLab, reader: Reader, employee: Person, work: Work
) -> None:
    waits = opened(employee, lab("closed-before-confirm").row, work)
    assert waits.waiting_for == "person"
    cases.ask_for_help(actor=employee, case=opened(employee, lab("unreachable").row, work))
    assert f"Go on with case {waits.pk}" in reader.get("/").text
