"""The helpdesk board: open cases in the order of need, and what each of them asks for by the index of its status."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from troubleshoot import diagnosis, reports, wording
from troubleshoot.cases import LEAST_COMPUTERS
from troubleshoot.engine import ACTORS, PUT_BACK, UNKNOWN_END, CaseActor, CaseMatter, Grounds, Statement, StatementCode
from troubleshoot.models import Case, Host, Job, JobState, Person, Site
from troubleshoot.people import at_sites, permitted_sites
from troubleshoot.web.case_parts import (
    barrier_for,
    cause_of,
    cause_title,
    heading_for_helpdesk,
    needed_words,
    remedy_at,
)

PAGE = 25
INCIDENT_WITHIN = dt.timedelta(hours=4)
#: At most so many computers or people are looked through for a search.
MATCHES = 200
_SHOWN = ("beneficiary", "host__site", "site", "owner", "guide")
#: The largest number that a key of ours can be.
_LARGEST = 2**63 - 1


def _of(*actors: CaseActor) -> frozenset[str]:
    return frozenset(matter for matter, actor in ACTORS.items() if actor in actors)


#: The lists of the board: what is in each. A case that its person put off is in none.
LISTS: dict[str, frozenset[str]] = {
    "you": _of(CaseActor.HELPDESK),
    "running": _of(CaseActor.PORTAL),
    "others": _of(CaseActor.APPROVER, CaseActor.PERSON) - {CaseMatter.LATER},
}
_EVERY_MATTER = frozenset(map(str, CaseMatter))
#: The open cases of a demo's invented history: nobody works on them, so they are on no other list and in no number.
INVENTED = "invented"


class BoardColumn(NamedTuple):
    """Where an open case stands on the board; places sort in the order of need."""

    urgency: int
    began: dt.datetime
    pk: int
    matter: str
    invented: bool

    def on(self, name: str) -> bool:
        """Tell whether it is on a list; "" has every real case."""
        if self.invented or name == INVENTED:
            return self.invented and name == INVENTED
        return self.matter in LISTS.get(name, _EVERY_MATTER)


@dataclass(frozen=True)
class BoardRow:
    """One line of the board."""

    case: Case
    cause: Statement
    stands: Statement | None
    in_force: Statement | None
    words: str
    hindrance: str
    yours: bool


@dataclass(frozen=True)
class Beside:
    """What the rows of a list need to know beside their cases, each read once for all of them."""

    waits: Mapping[int, diagnosis.CaseWait]
    in_force: Mapping[int, Statement]
    same_error: set[int]

    def wait(self, case: Case) -> diagnosis.CaseWait:
        """Return whether a case waits for its turn, and for what."""
        return self.waits.get(case.pk, diagnosis.CaseWait())


@dataclass(frozen=True)
class BoardIncident:
    """Cases of several computers of one site with the same cause within a short time."""

    cases: int
    since: dt.datetime
    site: Site
    cause: str
    title: str


def board_cases(person: Person) -> QuerySet[Case]:
    """Return the cases of the sites that the person serves, and of no site. The reads below start here."""
    sites = permitted_sites(person, "board.read").values_list("pk", flat=True)
    # Site by site even for whoever serves them all: the indexes of the open and of the closed cases begin with it.
    return Case.objects.filter(at_sites(Case, sites))


def board_columns(cases: QuerySet[Case]) -> list[BoardColumn]:
    """Return every open case in the order of need: the most urgent first, then who waits longest.

    One pass over the few cases that are open gives the numbers and the lists.
    """
    rows = cases.filter(closed_at=None).order_by("urgency", "round_began_at", "pk")
    return [BoardColumn(*row) for row in rows.values_list("urgency", "round_began_at", "pk", "matter", "invented")]


def board_counts(found: Iterable[BoardColumn], cases: QuerySet[Case]) -> dict[str, int]:
    """Return how many cases are on each list, and how many were solved today."""
    numbers = Counter(name for one in found for name in (*LISTS, INVENTED) if one.on(name))
    return {name: numbers[name] for name in (*LISTS, INVENTED)} | {"solved": _solved_today(cases).count()}


def case_list(found: Iterable[BoardColumn], name: str, *, after: str = "") -> tuple[list[BoardRow], str]:
    """Return one page of a list (of an incident: name it ""), by need, and the key of the next page."""
    last = Case.objects.filter(pk=case_key(after)).values_list("urgency", "round_began_at", "pk").first()
    wanted = [one for one in found if one.on(name) and (last is None or tuple(one[:3]) > last)]
    page = [one.pk for one in wanted[:PAGE]]
    rows = {case.pk: case for case in _shown(Case.objects.filter(pk__in=page))}
    return _rows([rows[pk] for pk in page]), str(page[-1]) if len(wanted) > PAGE else ""


def cases_solved_today(cases: QuerySet[Case], *, after: str = "") -> tuple[list[BoardRow], str]:
    """Return one page of what was solved today, newest case first, and the key of the next page."""
    return _newest(_solved_today(cases), after)


def search_cases(cases: QuerySet[Case], text: str, *, after: str = "") -> tuple[list[BoardRow], str]:
    """Return one page of the cases, closed ones too, by host, person, phone or number; newest first."""
    people = Person.objects.filter(Q(name__icontains=text) | Q(email__icontains=text) | Q(phone__icontains=text))
    hosts = Host.objects.filter(name__icontains=text)
    found = (
        Q(host__in=list(hosts.order_by("pk").values_list("pk", flat=True)[:MATCHES]))
        | Q(beneficiary__in=list(people.order_by("pk").values_list("pk", flat=True)[:MATCHES]))
        | Q(ticket=text)
        | Q(pk=case_key(text))
    )
    return _newest(cases.filter(found), after)


def board_incidents(cases: QuerySet[Case]) -> list[BoardIncident]:
    """Return groups of open cases with the same shown cause on the same site, on several computers, lately."""
    lately = cases.filter(closed_at=None, invented=False, opened_at__gte=timezone.now() - INCIDENT_WITHIN)
    groups = (
        lately.exclude(cause="")
        .exclude(site=None)
        .order_by()
        .values("site", "cause")
        .annotate(cases=Count("pk"), hosts=Count("host", distinct=True), since=Min("opened_at"))
        .filter(hosts__gte=LEAST_COMPUTERS)
    )
    found = sorted(groups, key=lambda one: -one["cases"])[:3]
    sites = Site.objects.in_bulk([one["site"] for one in found]) if found else {}
    return [
        BoardIncident(one["cases"], one["since"], sites[one["site"]], one["cause"], cause_title(one["cause"]))
        for one in found
    ]


def _standing(case: Case, beside: Beside) -> Statement | None:
    """State in one line where a case stands beside its cause, as far as a list can know: what became of its change, or
    without a cause where the guide is, or the error."""
    if case.matter in PUT_BACK:
        return _text(wording.put_back_words(CaseMatter(case.matter), waits=beside.wait(case).waits), Grounds.JOB)
    if case.matter in UNKNOWN_END:
        return _text(wording.unsettled_words(), Grounds.JOB)
    if case.closed_at and (left := wording.closed_words(case.waiting_for)):
        return _text(left, Grounds.JOB)
    if case.pk in beside.same_error and case.closed_at is None:
        return Statement.of(StatementCode.SAME_ERROR_AFTER_PROOF, Grounds.TOLD)
    step = diagnosis.case_guide(case).steps.get(case.at_step)
    if cause_title(case.cause):
        return None
    found = heading_for_helpdesk(step, str(case.beneficiary)) if step else None
    return found or _text(wording.content(case.error.get("sentence", "")), Grounds.READING)


def _text(text: str, rests_on: Grounds) -> Statement:
    return Statement.of(StatementCode.TEXT, rests_on, text=text)


def case_key(text: str) -> int:
    """Return the key that an address or a search holds; 0, which no row has, when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _LARGEST else 0


def _solved_today(cases: QuerySet[Case]) -> QuerySet[Case]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return cases.filter(closed_at__gte=midnight, outcome=Case.Outcome.SOLVED, invented=False)


def _newest(cases: QuerySet[Case], after: str) -> tuple[list[BoardRow], str]:
    if before := case_key(after):
        cases = cases.filter(pk__lt=before)
    return _page(cases.order_by("-pk"))


def _page(cases: QuerySet[Case]) -> tuple[list[BoardRow], str]:
    found = list(_shown(cases)[: PAGE + 1])
    return _rows(found[:PAGE]), str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def _shown(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Add what a row shows, and leave out the long texts."""
    return cases.select_related(*_SHOWN).defer("guide__source", "error_text")


def _rows(cases: list[Case]) -> list[BoardRow]:
    waits = diagnosis.case_waits(cases)
    in_force = reports.standing_ends([case.host for case in cases if case.host and not case.closed_at])
    beside = Beside(waits, in_force, _not_helped(cases))
    return [_row(case, beside) for case in cases]


def _not_helped(cases: list[Case]) -> set[int]:
    """Return the keys of those cases of whose latest proved change the person has said: same error. What somebody did
    by hand is no change of the portal, and a word about an earlier change is none about this one."""
    said = [case.pk for case in cases if case.word == Case.Word.SAME_ERROR]
    proved = Job.objects.changes().filter(case__in=said, kind=Job.Kind.APPLY, state=JobState.VERIFIED)
    latest = dict(proved.order_by("ended_at").values_list("case", "word")) if said else {}
    return {key for key, word in latest.items() if word == Case.Word.SAME_ERROR}


def _row(case: Case, beside: Beside) -> BoardRow:
    wait = beside.wait(case)
    barrier = barrier_for(remedy_at(diagnosis.case_guide(case).steps.get(case.at_step)), case.host)
    left = wording.closed_words(case.waiting_for) if case.closed_at else ""
    words = left or needed_words(CaseMatter(case.matter), barrier, waits=wait.waits, hindrance=wait.hindrance)
    hindrance = wording.hindrance_words(wait.hindrance)
    in_force = None if case.closed_at or case.host_id is None else beside.in_force.get(case.host_id)
    stands, yours = _standing(case, beside), case.matter in LISTS["you"]
    return BoardRow(case, cause_of(case), stands, in_force, words, hindrance, yours)
