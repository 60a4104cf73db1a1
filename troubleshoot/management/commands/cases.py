"""`manage.py cases open|answer|show|reindex`: a case without pages, by the same use cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from troubleshoot import cases, diagnosis, people, reports
from troubleshoot.engine import SPEAKING_VERDICTS, CaseMatter
from troubleshoot.management.command_base import ActingCommand, wait_until
from troubleshoot.management.process_context import person
from troubleshoot.models import Case, Host, Person


class Command(ActingCommand):
    """Opens cases, answers their questions and shows where they stand, for a named person."""

    help = "Open a case from an error text, answer its questions, show where it stands; rebuild what lists know of it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the sub-commands."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        one = verbs.add_parser("open", help="open a case and wait for the first readings")
        one.add_argument("--error", required=True, help="the text of the error window, or its number")
        one.add_argument("--host", help="the registered computer; without one nothing is read")
        one.add_argument("--for", dest="beneficiary", metavar="EMAIL", help="for whom, when not for oneself")
        one.add_argument("--wait", type=float, default=120, metavar="SECONDS")
        self.add_actor(one)
        answer = verbs.add_parser("answer", help="answer a question of the guide")
        answer.add_argument("case", type=int)
        answer.add_argument("answer", metavar="STEP=VALUE")
        self.add_actor(answer)
        show = verbs.add_parser("show", help="show a case")
        show.add_argument("case", type=int)
        self.add_actor(show)
        verbs.add_parser("reindex", help="rebuild what lists know of where cases stand from their rows")

    def handle(self, *, verb: str, actor: str = "", as_json: bool = False, **options: Any) -> None:
        """Act and print the case."""
        if verb == "reindex":
            self.stdout.write(f"{diagnosis.reindex_cases(Case.objects.for_status())} cases stood elsewhere")
            return
        with self.acting(actor) as acting:
            case = getattr(self, f"_{verb}")(acting, **options)
        self.say(reports.case_document(Case.objects.get(pk=case.pk)), as_json=as_json, text=in_words)

    def _open(
        self, actor: Person, *, error: str, host: str | None, beneficiary: str | None, wait: float, **_: Any
    ) -> Case:
        computer = people.obtain_object(Host.objects.all(), actor, "case.open", name__iexact=host) if host else None
        whom = person(beneficiary) if beneficiary else actor
        case = cases.open_case(actor=actor, beneficiary=whom, error_text=error, host=computer)

        def read() -> Case | None:
            fresh = Case.objects.get(pk=case.pk)
            return fresh if fresh.matter != CaseMatter.OBSERVE else None

        return wait_until(read, seconds=wait) or case

    def _answer(self, actor: Person, *, case: int, answer: str, **_: Any) -> Case:
        step, equals, value = answer.partition("=")
        if not equals:
            raise CommandError("Write the answer as STEP=VALUE.")
        found = people.obtain_object(Case.objects.all(), actor, "case.answer", pk=case)
        cases.answer_step(actor=actor, case=found, step=step, value=value)
        return found

    def _show(self, actor: Person, *, case: int, **_: Any) -> Case:
        return people.obtain_object(Case.objects.all(), actor, "case.read", pk=case)


def in_words(case: dict[str, Any]) -> Iterator[str]:
    """Yield a case as lines for a person."""
    yield f"Case {case['case']} · {host_in_words(case)} · for {case['for']}"
    yield from found_in_words(case)


def host_in_words(case: dict[str, Any]) -> str:
    """Return the computer that a case is about, and whether it is simulated."""
    return (case["host"] or "no registered computer") + (" (simulated)" if case["simulated"] else "")


def found_in_words(case: dict[str, Any]) -> Iterator[str]:
    """Yield what is known of a case, as lines for a person."""
    yield f"  {case['error']['sentence']}"
    for step in case["path"]:
        yield f"  {step['asks']}: {step['value']} ({step['source']})"
    for cause in case["causes"]:
        if cause["verdict"].replace(" ", "_") in {*SPEAKING_VERDICTS, "also_found", "told"}:
            yield f"  {cause['verdict']}: {cause['title']} ({'; '.join(cause['readings'])})"
    if case["healthy"]:
        yield "  the computer is in order as far as it was looked at"
    for question in case["questions"]:
        yield f"  ? {question['text']}  [{', '.join(question['answers'])}]"
    if case["action"]:
        yield f"  remedy: {case['action']}"
    yield f"  waiting for {case['waiting_for']}" if not case["outcome"] else f"  outcome: {case['outcome']}"
