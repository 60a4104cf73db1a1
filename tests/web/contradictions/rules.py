"""What holds of every page about a case, whatever has happened to it: of its plans, its presses, and who acts."""

import re
from collections.abc import Iterator, Mapping

from tests.web.contradictions.walk import Moment
from tests.web.helpdesk.conftest import text_of
from troubleshoot.diagnosis import status_of
from troubleshoot.engine import CaseActor, CaseMatter
from troubleshoot.models import WRITTEN_STATES, Job

#: The pages on which it stands who acts in the case; of a plan that is over, its own page says nothing of the case.
TELLING = ("employee: case", "helpdesk: case", "helpdesk: board", "manager: timeline", "auditor: timeline")
#: The page of a change says it while that waits or runs.
READ_ONLY = ("manager: change", "auditor: change")
#: Whose page has the press that leads on.
PAGE_OF = {
    CaseActor.PERSON: "employee: case",
    CaseActor.HELPDESK: "helpdesk: case",
    CaseActor.APPROVER: "approver: plan",
}
#: What the status names a press for by itself.
NAMED = {CaseMatter.ANSWER: "Send", CaseMatter.REPLY: "Keep the note"}
NEVER = "This plan was never carried out"


def broken(moment: Moment) -> Iterator[str]:
    """Yield what a page does that none may do."""
    change = moment.change
    for page, html in moment.markup.items():
        main = html.partition("<main")[2]
        found = [*_plans(page, main, change), *_followed(main), *_offered(main)]
        yield from (f"{page}: {said}" for said in found)
    yield from _actors(moment.markup)
    yield from _quoted(moment.markup)
    yield from _presses(moment)


def headers(html: str) -> list[tuple[str, ...]]:
    """What the columns of each table are called."""
    heads = re.findall(r"<thead.*?</thead>", html, re.DOTALL)
    return [tuple(map(text_of, re.findall(r"<th\b.*?</th>", head, re.DOTALL))) for head in heads]


def _plans(page: str, html: str, change: Job | None) -> Iterator[str]:
    """A plan is shown as what will be only while it waits or runs, and always says of which change it is."""
    names = [name for name in headers(html) if {"Now", "Would become"} & {*name} and "In the plan" not in name]
    planned = change.plan.document["title"] if change and change.plan else ""
    if names and (not planned or text_of(planned) not in text_of(html)):
        yield "a plan of no change that is named"
    if change is None:
        return
    over, wrote = change.has_ended, change.state in WRITTEN_STATES
    if over and any("Now" in name for name in names):
        yield f"a plan that is {change.state} stands there as what will be"
    if over and "People signed in" in text_of(html) and "Now" not in html:
        yield "who is disconnected, of a plan that is over"
    if any("Would become" in name for name in names) != (NEVER in html) and page != "employee: case":
        yield "never carried out, and columns of one that was"
    if NEVER in html and (wrote or not over):
        yield f"never carried out, and {change.state}"


def _presses(moment: Moment) -> Iterator[str]:
    """One press stands out at the most, and one does on the page of whoever acts."""
    status = status_of(moment.history.case)
    for page, html in moment.markup.items():
        found = leading(html.partition("<main")[2])
        if len(found) > 1:
            yield f"{page}: several presses stand out: {found}"
        if page == PAGE_OF.get(status.actor) and not found:
            yield f"{page}: {status.matter}, and no press stands out"
        if page == "helpdesk: case" and found and NAMED.get(status.matter, found[0]) != found[0]:
            yield f"{page}: {status.matter}, and what stands out is {found}"


def leading(html: str) -> list[str]:
    """The presses that stand out, where they are not folded away."""
    shown = re.sub(r"<details(?![^>]* open)[^>]*>.*?</details>", "", html, flags=re.DOTALL)
    return [text_of(one) for one in re.findall(r"<(?:button|a) [^>]*btn-primary[^>]*>(.*?)</", shown, re.DOTALL)]


def _followed(html: str) -> Iterator[str]:
    """What renews itself can be looked at again without scripts."""
    box = html.partition('class="card next"')[2].partition("</section>")[0] or html
    if re.search(r'hx-trigger="every \d+s" hx-target="#live"', html) and not re.search("Refresh|Look again", box):
        yield "it renews itself, and without scripts nobody is told how to look again"


def _offered(html: str) -> Iterator[str]:
    """What a page says that one can do has its press there, or nothing says so."""
    text = text_of(html)
    if re.search("[Oo]pen this case again|is closed. Open it again", text) and "/again" not in html:
        yield "it says that the case can be opened again, and has no press for that"
    if "read again at the start" in text and NEVER in text:
        yield "a plan that was never carried out is said to be read again at its start"


def _quoted(markup: Mapping[str, str]) -> Iterator[str]:
    """What helpdesk is told that the person reads stands on the person's page."""
    own = text_of(markup["employee: case"])
    quotes = re.findall(r"<q>(.*?)</q>", markup["helpdesk: case"], re.DOTALL)
    sentences = (one for quote in quotes for one in re.split(r"(?<=[.!?]) ", text_of(quote)))
    yield from (f"the person does not read: {one}" for one in sentences if one not in own)


def _actors(markup: Mapping[str, str]) -> Iterator[str]:
    """Every page about the case names the same actor."""
    said = {page: {*re.findall(r'data-actor="(\w+)"', html)} for page, html in markup.items()}
    named = {page: said[page] for page in (*TELLING, *READ_ONLY) if page in TELLING or said.get(page)}
    if len({frozenset(actors) for actors in named.values()}) > 1 or not all(len(one) == 1 for one in named.values()):
        yield f"who acts: {named}"
