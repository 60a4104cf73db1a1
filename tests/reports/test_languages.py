"""The history and a timeline for a reader of another language: their sentences are safe, and files stay plain text."""

import json
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import translation

from tests.bench_pages import bulk
from tests.conftest import MakePerson
from tests.reports.pages import read
from tests.support import replace_everywhere
from tests.wording.languages import HOSTILE, marked
from troubleshoot import cases, reports
from troubleshoot.cases import send_message
from troubleshoot.engine import Code, Explanation
from troubleshoot.models import Approval, Case, Job, JobLine, PcBlock, Person, Site
from troubleshoot.reports import filters, history, timeline

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def foreign() -> Iterator[None]:
    with translation.override("de"):
        yield


@pytest.fixture
def hostile_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue in which every remedy has a hostile title."""
    named = dict.fromkeys(filters.action_choices(), HOSTILE)
    replace_everywhere(monkeypatch, filters, "action_choices", lambda: named)


@pytest.fixture
def job(world: bulk.World, north: Site, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A change of a case that somebody approved with a reason."""
    vote = bulk._vote

    def reasoned(made: bulk.World, job: Job) -> Approval | None:
        given = vote(made, job)
        if given:
            given.reason = HOSTILE
        return given

    monkeypatch.setattr(bulk, "_vote", reasoned)
    bulk.cases(world, 240)
    rows = Job.objects.changes().filter(state="verified", host__site=north, needs_approval=True)
    found = rows.select_related("case", "host", "requester", "beneficiary").exclude(case=None).first()
    assert found
    return found


@pytest.mark.usefixtures("hostile_titles")
class TestARowOfTheHistory:
    @pytest.mark.parametrize("kind", [Job.Kind.APPLY, Job.Kind.REVERT])
    @pytest.mark.parametrize("begun", [True, False])
    def test_of_a_change_marks_its_remedy_and_is_safe(self, job: Job, kind: str, begun: bool) -> None:
        job.kind, job.started_at = kind, job.started_at if begun else None
        job.requester.name = job.host.name = HOSTILE
        job.beneficiary = Person(name=f"for {HOSTILE}")
        assert marked(history.change_row(job).text) == [HOSTILE]

    def test_of_a_case_marks_its_code_and_is_safe(self, emil: Person) -> None:
        case = cases.open_case(actor=emil, beneficiary=emil, error_text="0x904", host=None)
        case.beneficiary, case.opened_by = Person(name=HOSTILE), Person(name=f"by {HOSTILE}")
        case.named_host, case.error, case.word = HOSTILE, {"code": HOSTILE}, Case.Word.WORKS
        assert marked(history.case_row(case).text) == [HOSTILE]


@pytest.mark.usefixtures("hostile_titles")
class TestAMomentOfATimeline:
    def test_marks_what_is_in_another_language_and_is_safe(self, job: Job, person: MakePerson, north: Site) -> None:
        hanna, case = person("Hannah", "helpdesk", site=north), job.case
        assert case
        send_message(actor=hanna, case=case, text=HOSTILE, internal=True)
        JobLine.objects.create(job=job, said=Explanation.of(Code.STARTED, who=HOSTILE).to_json())
        PcBlock.objects.create(case=case, round=1, by=hanna, text="", facts={"pc.stage": {"value": "refused"}})
        Case.objects.filter(pk=case.pk).update(host=None, named_host=HOSTILE)
        found = timeline.case_timeline(Case.objects.get(pk=case.pk), hanna).moments
        said = {moment.kind: marked(moment.text) for moment in found}
        assert said["note"] == [HOSTILE]
        assert said["job"] == [HOSTILE]
        assert said["approval"] == [HOSTILE, HOSTILE]
        assert {"case", "answer"} <= said.keys()

    def test_stands_so_on_its_page(self, job: Job, go: Callable[[str], str]) -> None:
        page = go(f"/history/cases/{job.case_id}")
        assert '<span lang="en">&lt;script&gt;' in page
        assert "<script>alert" not in page


class TestASettingOfAChange:
    def test_is_marked_on_its_page(self, job: Job, go: Callable[[str], str]) -> None:
        page = go(f"/history/changes/{job.pk}")
        assert '<th scope="row" role="rowheader"><span><span lang="en">' in page
        assert "<title><" not in page


class TestAFile:
    def test_of_json_or_for_a_ticket_has_no_markup_in_it(
        self, job: Job, client: Client, person: MakePerson, north: Site
    ) -> None:
        assert job.case
        JobLine.objects.create(job=job, said=Explanation.of(Code.ASKED, who="Abel", text="<b>?").to_json())
        document = json.dumps(reports.job_document(job))
        assert "Abel" in document
        assert "<b>?" in document
        client.force_login(person("Hannah", "helpdesk", site=north))
        ticket = client.get(f"/desk/cases/{job.case_id}/text").getvalue().decode()
        assert not any("<span" in text or "&lt;" in text for text in (document, ticket))

    def test_has_no_markup_in_it(self, job: Job, client: Client, manager: Person) -> None:
        why = Explanation.of(Code.DECLINED, who="Abel", reason="<too> risky & late").to_json()
        Job.objects.filter(pk=job.pk).update(why=why)
        client.force_login(manager)
        rows = read(client, "/history.csv")
        (row,) = (one for one in rows if one["job"] == str(job.pk))
        assert row["explanation"] == "Abel declined: <too> risky & late"
        assert row["setting"]
        texts = [text for one in [*rows, *read(client, "/history.csv?show=cases")] for text in one.values()]
        assert not any("<span" in text or "&lt;" in text for text in texts)
