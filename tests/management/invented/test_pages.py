"""Pages on which something invented appears say so, open for whoever may read them, and let nobody do anything."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.management.invented.conftest import History, SignIn, shape
from troubleshoot.management import demo_data
from troubleshoot.models import Answer, Case, Host, Job, Message, Person

MARK = re.compile(r'<span class="badge warn" title="Invented, so that [^"]+">invented</span>')
POSTS = {
    "desk": (
        "take",
        "plan",
        "start",
        "done",
        "stop",
        "revert",
        "read",
        "again",
        "answer",
        "ask",
        "say",
        "note",
        "close",
    ),
    "cases": ("answer", "help", "plan", "fix", "done", "stop", "again", "say", "rate"),
}
FORM = {
    "text": "words",
    "step": "confirm",
    "value": "worked",
    "solved": "yes",
    "round": "1",
    "helpful": "yes",
    "why": "x",
}


@pytest.fixture
def shapes(history: History) -> list[Case]:
    """One case of each look."""
    rows = Case.objects.select_related("guide", "beneficiary", "host").order_by("pk")
    return list({shape(case): case for case in rows}.values())


def page(client: Client, address: str) -> str:
    """A page that opens."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
    return str(answer.content.decode())


def marked(client: Client, address: str) -> str:
    """A page that opens, and bears the mark."""
    html = page(client, address)
    assert MARK.search(html), address
    return html


class TestEachCase:
    def test_opens_for_helpdesk_with_everything_that_is_known(self, sign_in: SignIn, shapes: list[Case]) -> None:
        helpdesk = sign_in("helpdesk")
        for case in shapes:
            html = marked(helpdesk, f"/desk/cases/{case.pk}")
            assert "This case is invented." in html
            assert "Invented, so that a demo" in page(helpdesk, f"/desk/cases/{case.pk}/text")
            assert html.index('<fieldset class="look-only" disabled>') < html.index("<form", html.index("<main"))

    @pytest.mark.parametrize("role", ["manager", "auditor"])
    def test_opens_as_a_timeline(self, sign_in: SignIn, shapes: list[Case], role: str) -> None:
        reader = sign_in(role)
        for case in shapes:
            assert "This case is invented." in marked(reader, f"/history/cases/{case.pk}")

    @pytest.mark.parametrize("role", ["manager", "auditor"])
    def test_opens_with_each_of_its_changes(self, sign_in: SignIn, shapes: list[Case], role: str) -> None:
        reader = sign_in(role)
        jobs = Job.objects.changes().filter(case__in=[case.pk for case in shapes])
        for job in {(one.kind, one.action, one.state): one for one in jobs}.values():
            html = marked(reader, f"/history/changes/{job.pk}")
            assert "Afterwards" in html

    def test_opens_for_its_person(self, sign_in: SignIn, shapes: list[Case]) -> None:
        for case in shapes:
            person = sign_in(case.beneficiary)
            html = marked(person, f"/cases/{case.pk}")
            assert "This case is invented." in html
            assert html.index('<fieldset class="look-only" disabled>') < html.index("<form", html.index("<main"))
            marked(person, "/cases")

    def test_opens_on_the_map_of_its_guide(self, sign_in: SignIn, shapes: list[Case]) -> None:
        helpdesk = sign_in("helpdesk")
        for case in {one.guide.name: one for one in shapes}.values():
            marked(helpdesk, f"/guides/{case.guide.name}?case={case.pk}")

    def test_of_a_dangerous_change_opens_for_its_approver(self, sign_in: SignIn) -> None:
        approver = sign_in("approver")
        for job in {
            (one.kind, one.action, one.state): one for one in Job.objects.changes().filter(risk="dangerous")
        }.values():
            assert "The last times it ran" in marked(approver, f"/approvals/{job.pk}")


class TestTheLists:
    def test_of_the_board_mark_each_row_on_a_list_of_their_own(self, sign_in: SignIn) -> None:
        html = page(sign_in("helpdesk"), "/board?list=invented")
        rows = [row for row in re.findall(r'<tr role="row">.*?</tr>', html, re.DOTALL) if "/desk/" in row]
        assert len(rows) == Case.objects.filter(closed_at=None).count()
        assert all(MARK.search(row) for row in rows)

    @pytest.mark.parametrize("name", ["you", "running", "others", "solved"])
    def test_of_the_board_for_work_have_and_count_none_of_them(self, sign_in: SignIn, name: str) -> None:
        html = page(sign_in("helpdesk"), f"/board?list={name}")
        assert "/desk/cases/" not in html
        assert set(re.findall(r"(Needs you|Running|Waiting for others|Solved today) <strong>([0-9]+)", html)) == {
            ("Needs you", "0"),
            ("Running", "0"),
            ("Waiting for others", "0"),
            ("Solved today", "0"),
        }
        assert "Treat as one incident" not in html

    @pytest.mark.parametrize("show", ["cases", "changes"])
    @pytest.mark.parametrize("role", ["helpdesk", "manager", "auditor"])
    def test_of_the_history_mark_each_row(self, sign_in: SignIn, role: str, show: str) -> None:
        rows = list(_history(sign_in(role), f"/history?show={show}"))
        expected = Case.objects if show == "cases" else Job.objects.filter(plan__isnull=False)
        assert len(rows) == expected.count()
        assert all(MARK.search(row) for row in rows)
        assert not any("(simulated)" in row for row in rows)

    @pytest.mark.parametrize("show", ["cases", "changes"])
    def test_for_download_have_a_column_for_it(self, sign_in: SignIn, show: str) -> None:
        answer = sign_in("auditor").get(f"/history.csv?show={show}")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {(row["invented"], row["simulated"]) for row in rows} == {("yes", "no")}

    @pytest.mark.parametrize("address", ["/summary?days=7", "/summary?days=90", "/summary?days=90&site=south"])
    def test_of_numbers_say_how_many_are_invented(self, sign_in: SignIn, address: str) -> None:
        html = page(sign_in("manager"), address)
        assert re.search(r"<strong>(\d+) of the \1 cases and (\d+) of the \2 changes are invented\.</strong>", html)
        file = sign_in("manager").get(address.replace("/summary", "/summary.csv"))
        assert "invented" in b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]

    def test_of_people_marks_each_of_them_and_that_of_computers_has_none(self, sign_in: SignIn) -> None:
        administrator = sign_in("administrator")
        assert not re.search("NOR-|SOU-", page(administrator, "/administration/computers"))
        people = page(administrator, "/administration/people?q=invented.example")
        assert len(MARK.findall(people)) == 50
        someone = Person.objects.filter(invented=True).first()
        assert someone
        assert "Make a new password" not in marked(administrator, f"/administration/people/{someone.pk}")


class TestNobody:
    def test_does_anything_with_an_invented_case(self, sign_in: SignIn) -> None:
        before, refused = _everything(), 0
        for case in Case.objects.filter(closed_at=None).select_related("beneficiary")[:4]:
            for place, client in (("desk", sign_in("helpdesk")), ("cases", sign_in(case.beneficiary))):
                path = f"/desk/cases/{case.pk}" if place == "desk" else f"/cases/{case.pk}"
                job = case.jobs.first()
                for step in POSTS[place]:
                    answer = client.post(f"{path}/{step}", {**FORM, "step": case.at_step, "job": job.pk if job else ""})
                    assert answer.status_code in {302, 403, 404, 422}, (path, step)
                    refused += "This was invented" in answer.content.decode()
        assert _everything() == before
        assert refused > 60

    def test_opens_a_case_about_an_invented_computer(self, sign_in: SignIn) -> None:
        host = Host.objects.filter(owner=demo_data.people_of("employee")).get()
        employee = sign_in("employee")
        employee.post("/cases/check", {"text": "0x904 0x7"})
        assert host.name not in page(employee, "/cases/new")
        caller = {"person": demo_data.people_of("employee").email, "host": host.name, "error": "0x904", "urgency": "2"}
        assert sign_in("helpdesk").post("/desk/new", caller).status_code == 403
        assert not Case.objects.filter(invented=False).exists()

    def test_gives_an_invented_person_a_role_or_a_password(self, sign_in: SignIn) -> None:
        administrator = sign_in("administrator")
        someone = Person.objects.filter(invented=True).first()
        assert someone
        path = f"/administration/people/{someone.pk}"
        assert administrator.post(f"{path}/password").status_code == 403
        assert administrator.post(f"{path}/deactivate").status_code == 403
        given = {"role": "helpdesk", "site": "", "until": "2099-01-01"}
        assert administrator.post(f"{path}/grant", given).status_code == 422
        assert not someone.grants.exists()


def _history(client: Client, address: str) -> Iterator[str]:
    """The rows of every page of the history."""
    while address:
        html = page(client, address)
        yield from re.findall(r"<li[^>]*>\s*<time.*?</li>", html, re.DOTALL)
        older = re.search(r'href="(\?[^"]+)" rel="next"', html)
        address = f"/history{older[1].replace('&amp;', '&')}" if older else ""


def _everything() -> list[object]:
    rows = (Case.objects.order_by("pk"), Job.objects.order_by("pk"))
    return [*(list(one.values()) for one in rows), Answer.objects.count(), Message.objects.count()]
