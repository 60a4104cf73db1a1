"""Cases: opening one from a pasted error, and answering what the guide asks."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from troubleshoot import audit, catalog, diagnosis, engine, jobs, people
from troubleshoot.audit import Tag
from troubleshoot.engine import Identified, Refusal, RefusalCode, Walk
from troubleshoot.models import Answer, Case, Host, Job, Person, held

MOST_CHARACTERS = 100_000


def open_case(
    *,
    actor: Person,
    beneficiary: Person,
    error_text: str,
    host: Host | None,
    urgency: int = Case.Urgency.TODAY,
    whereabouts: str = "",
    code: str = "",
    named_host: str = "",
    opened_with: UUID | None = None,
) -> Case:
    """Open a case from whatever the person pasted, and send for the readings at once.

    Without a host the questions go on and nothing is read; `named_host` is then what the person called it. `code` is
    the key of the code that the person chose where the text holds several. `opened_with` names the page that sent
    this: sent again, it answers with the case that it opened. Raises PermissionRefused, Refusal.
    """
    _may_open(actor, beneficiary, host)
    if not error_text.strip() or len(error_text) > MOST_CHARACTERS:
        raise Refusal(RefusalCode.ERROR_TEXT_UNFIT)
    found = catalog.installed_catalog().codes.identify(error_text, prefer=code)
    guide = catalog.installed_catalog().guides[guide_for_error(found)].begun_at(found.leads_to[1])
    with transaction.atomic():
        if opened_with and (before := _opened_before(actor, opened_with)):
            return before
        case = Case.objects.create(
            opened_by=actor,
            opened_with=opened_with,
            beneficiary=beneficiary,
            host=host,
            site=host.site if host else None,
            error_text=storable_text(error_text),
            named_host="" if host else storable_text(named_host.strip())[:253],
            urgency=Case.Urgency(urgency),
            whereabouts=Case.Whereabouts(whereabouts) if whereabouts else "",
            error=describe_error(found),
            guide=diagnosis.publish_guide(guide),
            facts_digest=catalog.all_facts().digest,
            at_step=guide.start,
        )
        case.refresh_from_db(fields=["round_began_at"])  # the database's own time
        audit.record(
            Tag.CASE_OPEN,
            actor=actor,
            on_behalf=beneficiary,
            objects=[case, *([host] if host else [])],
            details={"error": case.error["code"], "guide": guide.digest},
        )
        jobs.continue_case(case, actor=actor, requester=actor)
    return case


def open_case_about(person: Person, host: Host | None, named_host: str = "") -> Case | None:
    """Return the latest open case of a person about a computer, registered or as they call it; None without one."""
    rows = Case.objects.filter(beneficiary=person, closed_at=None, invented=False)
    if host is None and not named_host.strip():
        return None
    same = rows.filter(host=host) if host else rows.filter(host=None, named_host__iexact=named_host.strip())
    return same.with_guide().select_related("host").order_by("-pk").first()


def answer_step(*, actor: Person, case: Case, step: str, value: str) -> None:
    """Record what the person says to a question or a try; an earlier answer may be changed until a fix has begun."""
    people.require_permission(actor, "case.answer", case)
    with transaction.atomic():
        _hold(case)
        rows = list(case.answers.order_by("number"))
        given = [row for row in rows if row.round == case.round]
        known = diagnosis.current_answers(case, given)
        if known.get(step) == value:
            return  # said before: a second click, or the page of before
        _check_answer(case, known, step, value)
        row = Answer.objects.create(
            case=case,
            round=case.round,
            number=len(rows) + 1,
            step=step,
            value=value,
            source=Answer.Source.PERSON,
            by=actor,
        )
        _keep_word(case, given, step, value)
        audit.record(
            Tag.CASE_ANSWER,
            actor=actor,
            on_behalf=case.beneficiary,
            objects=[case],
            details={"answers": [{"step": step, "value": value, "source": "person"}]},
        )
        jobs.continue_case(case, actor=actor, requester=actor, rows=[*rows, row])


def answer_ahead(*, actor: Person, case: Case, step: str, value: str) -> None:
    """Keep the answer to the question that a person may answer while the readings are still being taken.

    It counts when the walk comes to that question; when it never does, it was not needed. Too late is no harm: where
    the walk already asks this, the answer counts at once.
    """
    people.require_permission(actor, "case.answer", case)
    with transaction.atomic():
        _hold(case)
        guide = diagnosis.case_guide(case)
        if step not in guide.meanwhile or value not in guide.steps[step].to:
            raise Refusal(RefusalCode.NOT_ASKED_NOW)
        case.ahead = dict.fromkeys(guide.meanwhile, value)
        case.save(update_fields=["ahead"])
        jobs.continue_case(case, actor=actor, requester=actor)


def _hold(case: Case) -> None:
    """Bring the case up to date, held until the transaction ends. Raises Refusal when it is closed."""
    case.hold()
    if case.closed_at is not None:
        raise Refusal(RefusalCode.CASE_CLOSED)


def _keep_word(case: Case, given: list[Answer], step: str, value: str) -> None:
    """Keep what the person says after a fix that was verified, of the case and of the latest change before it."""
    fixes = [row for row in given if row.source == Answer.Source.FIX]
    if diagnosis.case_guide(case).steps[step].kind != "try" or all(row.value != "verified" for row in fixes):
        return
    case.word = Case.Word.WORKS if value == "worked" else Case.Word.SAME_ERROR
    case.save(update_fields=["word"])
    if fixes[-1].value == "verified" and fixes[-1].job:
        Job.objects.filter(pk=fixes[-1].job.pk).update(word=case.word)


def _opened_before(actor: Person, opened_with: UUID) -> Case | None:
    """Return the case that this page opened already. Whoever opens waits here for the other: clicks come in pairs."""
    held(Person.objects.all()).get(pk=actor.pk)
    return Case.objects.filter(opened_with=opened_with, opened_by=actor).first()


def describe_error(found: Identified) -> dict[str, object]:
    """Describe what the parser made of a text, as a case keeps it and a command prints it."""
    used, window = found.used, found.window
    named = used.entry if used else None
    return {
        "code": str(used.code) if used else None,
        "how": used.how if used else "window" if window else "none",
        "page": engine.code_address(used.code) if used and used.entry else "",
        "name": used.entry.name if used and used.entry else None,
        "certainty": window.window.certainty if window else named.certainty if named else None,
        "sentence": _meaning(found),
        "ask": bool((used and used.ask) or (window and window.ask)),
        "others": [str(code) for code in used.others] if used else [],
        "start": found.leads_to[1],
        "causes": list(found.hint.causes) if window and window.window.causes else [],
        "saved": found.saved.to_json() if found.saved else None,
        "kept": [str(match.code) for match in found.kept],
        "hints": [str(hint) for hint in found.hints],
        "notes": list(found.notes),
    }


def guide_for_error(found: Identified) -> str:
    """Return the name of the guide for what was found in a text. Raises Refusal where no guide is installed for it."""
    guide = found.leads_to[0] or catalog.installed_catalog().default_guide
    if not guide:
        raise Refusal(RefusalCode.NO_GUIDE)
    return guide


def _meaning(found: Identified) -> str:
    if found.used:
        more = found.window and not found.window.window.code
        return f"{found.used.sentence} {found.window.sentence}" if found.window and more else found.used.sentence
    if found.window:
        return found.window.sentence
    if found.symptom:
        return found.symptom.text
    return "There is no error code in this text. We can still check the computer."


def _may_open(actor: Person, beneficiary: Person, host: Host | None) -> None:
    if host is not None:
        people.require_permission(actor, "case.open", host)
    else:
        people.require_permission(actor, "case.open")
    if actor != beneficiary:
        people.require_permission(actor, "case.open_for_other", host)
    if beneficiary.invented:
        raise Refusal(RefusalCode.NOBODY_TO_HELP, who=str(beneficiary))


def _check_answer(case: Case, known: dict[str, str], step: str, value: str) -> None:
    guide = diagnosis.case_guide(case)
    if step in guide.steps and guide.steps[step].kind not in {"ask", "try"}:
        raise Refusal(RefusalCode.NOT_FOR_PEOPLE)
    begun = diagnosis.begun_fixes(case, engine.walk_guide(guide, known)) if step in known else ()
    engine.answer_guide(guide, known, step, value, started=begun)


def open_answers(case: Case, walk: Walk) -> list[str]:
    """Return the steps of the walk that a person answered and may still answer in another way, in order."""
    guide, begun = diagnosis.case_guide(case), diagnosis.begun_fixes(case, walk)
    names = list(walk.steps) if case.closed_at is None else []
    last = max((place for place, name in enumerate(names) if name in begun), default=-1)
    return [name for name in names[last + 1 :] if guide.steps[name].kind in {"ask", "try"}]


def storable_text(text: str) -> str:
    """Return the text as the database can and may hold it: NUL and lone surrogates become the replacement character,
    and the secrets of a saved connection are taken out."""
    return engine.without_secrets(text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8"))
