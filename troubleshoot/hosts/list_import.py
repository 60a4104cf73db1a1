"""The use case that imports a list of computers: all or nothing, and the same list twice changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from troubleshoot.audit import Actor, Tag
from troubleshoot.engine import NoticeCode, Refusal, RefusalCode
from troubleshoot.hosts.admin_notices import notify_administrators
from troubleshoot.hosts.audit_details import record_host_changes
from troubleshoot.hosts.csv_reader import ListProblem, ListRow, read_host_table
from troubleshoot.hosts.list_validation import Draft, ListReferences, draft_host, query_parts
from troubleshoot.hosts.registration import account_follows
from troubleshoot.hosts.registration_rules import ENDPOINT, TakenNames
from troubleshoot.models import Host, Person
from troubleshoot.people import Decision, ObjectHidden, require_permission

MOST_LISTED = 100

#: What a list can change on a registered host; the name is how it is found.
_WRITTEN = ("address", "site", "owner", "rdp_port", "winrm_port", "transport", "tls", "credential", "critical")


class NotImported(Refusal):
    """The list has problems, so nothing was written. `problems` are the first 100 by row, `total` counts all."""

    def __init__(self, problems: Iterable[ListProblem]) -> None:
        super().__init__(RefusalCode.LIST_UNFIT)
        every = sorted(problems, key=lambda one: one.place)
        self.problems, self.total = every[:MOST_LISTED], len(every)


class NotReached(NotImported, ObjectHidden):
    """Some of the problems are about sites that exist but are not the actor's: a refusal, recorded at the door."""

    def __init__(self, problems: Iterable[ListProblem], decision: Decision) -> None:
        NotImported.__init__(self, problems)
        self.decision = decision


@dataclass(frozen=True)
class ImportOutcome:
    """What an import did, or with a dry run would do. `changed` names the fields of each host."""

    registered: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    unchanged: int = 0


def import_list(*, actor: Actor, data: bytes, dry_run: bool = False) -> ImportOutcome:
    """Register the computers of a CSV list, and change those that are registered otherwise.

    A missing column leaves what is registered; an empty cell means the default. Raises NotImported with every
    problem, NotReached, PermissionRefused.
    """
    if isinstance(actor, Person):
        require_permission(actor, "host.import")
    table = read_host_table(data)
    if not table.columns:
        raise NotImported(table.problems)
    try:
        with transaction.atomic():
            drafts = _drafts(actor, table.rows, table.problems)
            new = [one for one in drafts if not one.before]
            changed = [one for one in drafts if one.before and one.change.after]
            if not dry_run:
                _write(actor, new, changed, hashlib.sha256(data).hexdigest())
    except IntegrityError as error:
        meanwhile = ListProblem(0, "", "", Refusal(RefusalCode.REGISTERED_MEANWHILE))
        raise NotImported([meanwhile]) from error
    return ImportOutcome(
        registered=[one.host.name for one in new],
        changed={one.host.name: one.change.fields for one in changed},
        unchanged=len(drafts) - len(new) - len(changed),
    )


def _drafts(actor: Actor, rows: list[ListRow], problems: list[ListProblem]) -> list[Draft]:
    """Read every row as a host. Raises NotImported unless there is no problem at all."""
    known = ListReferences(rows, actor)
    once, found = _once(rows)
    drafts = [draft_host(row, known) for row in once]
    for one in drafts:
        one.problems.extend(list(one.judge()))
    found += [*problems, *(problem for one in drafts for problem in one.problems)]
    found += _clashes([one for one in drafts if not one.problems], known)
    if known.refused:
        raise NotReached(found, known.refused)
    if found:
        raise NotImported(found)
    return drafts


def _once(rows: list[ListRow]) -> tuple[list[ListRow], list[ListProblem]]:
    """Return the rows with each name once, and a problem for each repetition."""
    first: dict[str, ListRow] = {}
    problems = []
    for row in rows:
        earlier = first.setdefault(row.cells["name"].lower(), row)
        if earlier is not row:
            repeated = Refusal(RefusalCode.ROW_REPEATED, row=earlier.number)
            problems.append(ListProblem(row.number, "name", "", repeated))
    return list(first.values()), problems


def _clashes(drafts: list[Draft], known: ListReferences) -> Iterator[ListProblem]:
    """Yield endpoints that two computers would share once the list were imported."""
    moved = [one for one in drafts if not (one.before and ENDPOINT.isdisjoint(one.change.fields))]
    away = {one.host.pk for one in moved}
    taken = TakenNames(host for host in known.hosts.values() if host.pk not in away)
    for one in moved:
        for column, text in taken.faults(one.host, one.change.fields):
            yield one.problem(column, text)
        taken.add(one.host)


def _write(actor: Actor, new: list[Draft], changed: list[Draft], file: str) -> None:
    Host.objects.bulk_create(one.host for one in new)
    # An upsert by id: the CASE expressions of bulk_update take far longer for the same rows.
    Host.objects.bulk_create(
        (one.host for one in changed), update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN
    )
    _assign([*new, *changed])
    record_host_changes(Tag.HOST_REGISTER, actor=actor, changes=[one.change for one in new], file=file)
    record_host_changes(Tag.HOST_CHANGE, actor=actor, changes=[one.change for one in changed], file=file)
    led = [one.host for one in changed if account_follows(one.change)]
    for site in {host.site_id: host.site for host in led}.values():
        notify_administrators(actor, site, NoticeCode.HOSTS_LED_ELSEWHERE, {"site": str(site)})


def _assign(drafts: list[Draft]) -> None:
    links = Host.assigned.through.objects
    gone = [link for one in drafts for person, link in one.was_assigned.items() if person not in one.assigned]
    for part in query_parts(gone):
        links.filter(pk__in=part).delete()
    links.bulk_create(
        Host.assigned.through(host=one.host, person_id=person)
        for one in drafts
        for person in sorted(one.assigned - one.was_assigned.keys())
    )
