"""Turns the rows of a list into hosts as they would be registered, with every problem found on the way."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from troubleshoot.audit import Actor
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.hosts import registration_rules
from troubleshoot.hosts.audit_details import Description, HostChange, describe_host, host_difference
from troubleshoot.hosts.csv_reader import ListProblem, ListRow, quoted_cell, quoted_cell_of
from troubleshoot.hosts.registration import MOST_ASSIGNED, account_follows
from troubleshoot.models import Credential, Host, Person, Site, held, normalise_email
from troubleshoot.people import Decision, may

Item = TypeVar("Item")

_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_PORT = re.compile("[1-9][0-9]{0,4}")
_MOST_HINTS = 100  # comparing is slow, and no more problems are listed
_PARAMETERS = 500  # of one query; SQLite takes 999 in older builds


class Unfit(Refusal):
    """A cell that its column does not take: what it takes."""


class ListReferences:
    """What the rows refer to, fetched in as few queries as the database allows, whatever the number of rows."""

    def __init__(self, rows: list[ListRow], actor: Actor) -> None:
        self._actor = actor
        self._decisions: dict[UUID, Decision] = {}
        self._unknown: dict[str, str] = {}
        #: The first refusal met, if the list touches a site that is not the actor's.
        self.refused: Decision | None = None
        self.sites = {site.slug: site for site in Site.objects.all()}
        self.credentials = {(one.site_id, one.name): one for one in Credential.objects.all()}
        self.people = {one.email: one for part in query_parts(_emails(rows)) for one in _active(part)}
        hosts = held(Host.objects.select_related("site", "credential").order_by("pk"))
        self.hosts = {host.name.lower(): host for host in hosts}
        self.assigned: dict[int, dict[UUID, int]] = defaultdict(dict)
        for link, host, person in Host.assigned.through.objects.values_list("pk", "host_id", "person_id"):
            self.assigned[host][person] = link

    def reaches(self, site: Site) -> bool:
        """Tell whether the actor may import into this site; a first refusal is kept."""
        decision = self._decision(site)
        self.refused = self.refused or (decision if decision and not decision.allowed else None)
        return decision is None or decision.allowed

    def site(self, slug: str) -> Site:
        """Return the site with this short name. One that is not the actor's is answered like one that is absent."""
        site = self.sites.get(slug)
        if site is None or not self.reaches(site):
            if slug not in self._unknown:
                self._unknown[slug] = self._nearest(slug) if len(self._unknown) < _MOST_HINTS else ""
            near = self._unknown[slug]
            raise Unfit(RefusalCode.SITE_MISSPELT, near=near) if near else Unfit(RefusalCode.SITE_UNKNOWN)
        return site

    def _nearest(self, slug: str) -> str:
        mine = [one.slug for one in self.sites.values() if (found := self._decision(one)) is None or found.allowed]
        return next(iter(difflib.get_close_matches(slug[:40].lower(), mine, n=1)), "")

    def _decision(self, site: Site) -> Decision | None:
        """Return what the access table says about a person at a site, asked once; None for the operator on the
        server."""
        if not isinstance(self._actor, Person):
            return None
        if site.pk not in self._decisions:
            self._decisions[site.pk] = may(self._actor, "host.import", site)
        return self._decisions[site.pk]

    def person(self, email: str) -> Person:
        """Return the person with an active account of this address."""
        found = self.people.get(normalise_email(email))
        if found is None:
            raise Unfit(RefusalCode.PERSON_UNKNOWN, email=quoted_cell(email))
        return found


@dataclass
class Draft:
    """One row as a host. `before` is empty for a new one; `was_assigned` holds the row of each assignment."""

    row: ListRow
    host: Host
    before: Description
    was_assigned: Mapping[UUID, int]
    assigned: frozenset[UUID]
    problems: list[ListProblem] = field(default_factory=list)

    @cached_property
    def change(self) -> HostChange:
        """Return what differs from what is registered. Asked for once every cell has been read without a problem."""
        return host_difference(self.host, self.before, describe_host(self.host, self.assigned))

    def problem(self, column: str, fault: Refusal | str) -> ListProblem:
        """Return a problem of one of this row's cells."""
        return ListProblem(self.row.number, column, quoted_cell_of(column, self.row.cells.get(column, "")), fault)

    def judge(self) -> Iterator[ListProblem]:
        """Yield what the rules say about the host. After a problem with a cell, only what does not depend on others."""
        change = None if self.problems else self.change
        if change and not change.after:
            return
        spoilt = {problem.column for problem in self.problems}
        for column, texts in registration_rules.registration_faults(
            self.host, change.fields if change else _ALONE
        ).items():
            if change or column in _ALONE - spoilt:
                yield self.problem(column, " ".join(texts))
        if change and self.before and "credential" not in self.row.cells and account_follows(change):
            yield self.problem("credential", Refusal(RefusalCode.ACCOUNT_TO_NAME))


#: Fields that can be judged although another cell of the row is unusable.
_ALONE = frozenset({"name", "address", "rdp_port"})


def draft_host(row: ListRow, known: ListReferences) -> Draft:
    """Return the host that a row describes: the registered one with the row's values, or a new one."""
    host = known.hosts.get(row.cells["name"].lower())
    assigned = known.assigned.get(host.pk, {}) if host else {}
    before = describe_host(host, assigned) if host else {}
    made = Draft(row, host or Host(name=row.cells["name"]), before, assigned, frozenset(assigned))
    if host and not known.reaches(host.site):
        made.problems.append(made.problem("name", Refusal(RefusalCode.HOST_ELSEWHERE)))
    elif host and host.lab:
        made.problems.append(made.problem("name", Refusal(RefusalCode.HOST_SIMULATED)))
    for column, read in _CELLS.items():
        if column in row.cells or not host:
            _set(made, column, read, known)
    return made


def _set(made: Draft, column: str, read: Callable[[Draft, ListReferences, str], object], known: ListReferences) -> None:
    cell = made.row.cells.get(column, "")
    try:
        value = read(made, known, cell)
    except Unfit as unfit:
        made.problems.append(made.problem(column, unfit))
    else:
        setattr(made if column == "assigned" else made.host, column, value)


def _site(_made: Draft, known: ListReferences, cell: str) -> Site:
    return known.site(cell)


def _tls(_made: Draft, _known: ListReferences, cell: str) -> bool:
    return _yes_or_no(cell or "yes")


def _critical(_made: Draft, _known: ListReferences, cell: str) -> bool:
    return _yes_or_no(cell or "no")


def _yes_or_no(cell: str) -> bool:
    if cell.lower() not in _YES_NO:
        raise Unfit(RefusalCode.YES_OR_NO)
    return _YES_NO[cell.lower()]


def _address(made: Draft, _known: ListReferences, cell: str) -> str:
    return cell or made.host.name


def _owner(_made: Draft, known: ListReferences, cell: str) -> Person | None:
    return known.person(cell) if cell else None


def _assigned(_made: Draft, known: ListReferences, cell: str) -> frozenset[UUID]:
    people = frozenset(known.person(email).pk for email in _listed(cell))
    if len(people) > MOST_ASSIGNED:
        raise Unfit(RefusalCode.TOO_MANY_ASSIGNED, most=MOST_ASSIGNED)
    return people


def _rdp_port(_made: Draft, _known: ListReferences, cell: str) -> int:
    return _port(cell) if cell else registration_rules.RDP_PORT


def _winrm_port(made: Draft, _known: ListReferences, cell: str) -> int:
    return _port(cell) if cell else registration_rules.winrm_port(tls=made.host.tls)


def _port(cell: str) -> int:
    if not _PORT.fullmatch(cell) or int(cell) > 65535:
        raise Unfit(RefusalCode.PORT_UNREADABLE)
    return int(cell)


def _transport(_made: Draft, _known: ListReferences, cell: str) -> str:
    if cell and cell.lower() not in Host.Transport.values:
        raise Unfit(RefusalCode.CHOICE_UNKNOWN, known=list(Host.Transport.values))
    return cell.lower() or Host.Transport.NTLM


def _credential(made: Draft, known: ListReferences, cell: str) -> Credential | None:
    if not cell or not made.host.site_id:
        return None
    found = known.credentials.get((made.host.site_id, cell))
    if found is None:
        raise Unfit(RefusalCode.ACCOUNT_UNKNOWN)
    return found


#: How each column is read, in this order: the later ones look at the earlier ones.
_CELLS: dict[str, Callable[[Draft, ListReferences, str], object]] = {
    "site": _site,
    "tls": _tls,
    "address": _address,
    "owner": _owner,
    "assigned": _assigned,
    "rdp_port": _rdp_port,
    "winrm_port": _winrm_port,
    "transport": _transport,
    "credential": _credential,
    "critical": _critical,
}


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _emails(rows: list[ListRow]) -> list[str]:
    cells = {cell for row in rows for cell in (row.cells.get("owner", ""), row.cells.get("assigned", ""))}
    return sorted({normalise_email(email) for cell in cells for email in _listed(cell)})


def _active(emails: Sequence[str]) -> Iterable[Person]:
    return Person.objects.filter(email__in=emails, is_active=True)


def query_parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Return the items in parts that fit into the parameters of one query."""
    return (items[start : start + _PARAMETERS] for start in range(0, len(items), _PARAMETERS))
