"""Each relation's predicate and its Q say the same of whatever rows there are, for every action of the table."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from troubleshoot import engine
from troubleshoot.engine import Relation, Role
from troubleshoot.models import Case, Credential, Grant, GuideVersion, Host, Incident, Job, Person, Site
from troubleshoot.people import may, permitted_rows, relations

#: Not made smaller when it fails: each try fills a database anew.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
MODELS: list[type[Model]] = [Person, Site, Host, Case, Job, Credential, Incident]
#: One action for each line that differs from the others: what is decided hangs on nothing else.
ACTIONS = {tuple(row.items()): action for action, row in engine.RULES.items()}
PEOPLE, SITES, HOSTS, CASES = range(3), range(2), range(3), range(3)

someone, somewhere = st.sampled_from(PEOPLE), st.sampled_from(SITES)
grants = st.tuples(someone, st.sampled_from(Role), st.none() | somewhere, st.sampled_from([-1, 0, 30]))
hosts = st.tuples(somewhere, st.none() | someone, st.frozensets(someone))
cases = st.tuples(someone, someone, st.none() | someone, st.none() | somewhere, st.none() | st.sampled_from(HOSTS))
jobs = st.tuples(
    *(someone, st.none() | someone, st.sampled_from(HOSTS), st.none() | st.sampled_from(CASES)),
    *(st.sampled_from(Job.Risk), st.booleans()),
)


@dataclass
class World:
    """What stands in the database: people with grants, and what they may or may not be allowed to touch."""

    people: list[Person]
    sites: list[Site]
    hosts: list[Host]
    cases: list[Case]

    @classmethod
    def made(cls, draw: st.DataObject) -> "World":
        people = [Person.objects.create(email=f"{number}@corp.example", name=f"P{number}") for number in PEOPLE]
        sites = [Site.objects.create(slug=f"s{number}", name=f"S{number}") for number in SITES]
        world = cls(people, sites, [], [])
        Person.objects.filter(pk=people[-1].pk).update(is_active=draw.draw(st.booleans()))
        world.grant(draw.draw(st.lists(grants, min_size=1, max_size=6, unique_by=lambda one: one[:3])))
        world.fill(draw)
        return world

    def at(self, number: int | None) -> Site | None:
        return None if number is None else self.sites[number]

    def who(self, number: int | None) -> Person | None:
        return None if number is None else self.people[number]

    def grant(self, drawn: list[tuple[int, Role, int | None, int]]) -> None:
        """Some in force, some over, some taken back."""
        now = timezone.now()
        for who, role, site, days in drawn:
            Grant.objects.create(
                person=self.people[who],
                role=role.value,
                site=self.at(site),
                granted_at=now - timedelta(days=60),
                until=now + timedelta(days=days or 30),
                revoked_at=now if days == 0 else None,
            )

    def fill(self, draw: st.DataObject) -> None:
        for number, (site, owner, assigned) in enumerate(draw.draw(st.tuples(*[hosts] * len(HOSTS)))):
            name = f"ACC-{number}"
            host = Host.objects.create(name=name, address=name, site=self.sites[site], owner=self.who(owner))
            host.assigned.set([self.people[one] for one in assigned])
            self.hosts.append(host)
        guide = GuideVersion.objects.create(name="g", digest="0" * 64, source="")
        for by, whose, owner, at, where in draw.draw(st.tuples(*[cases] * len(CASES))):
            named = {"opened_by": self.people[by], "beneficiary": self.people[whose], "owner": self.who(owner)}
            about = None if where is None else self.hosts[where]
            self.cases.append(Case.objects.create(**named, site=self.at(at), host=about, guide=guide))
        for by, whose, where, case, risk, mild in draw.draw(st.lists(jobs, min_size=1, max_size=4)):
            Job.objects.create(
                requester=self.people[by],
                beneficiary=self.who(whose),
                host=self.hosts[where],
                case=None if case is None else self.cases[case],
                risk=risk,
                self_service=mild,
                kind=Job.Kind.CHECK_BY_HAND,  # one that needs no plan, and a case or none
                action="mend",
                state="done",
            )
        for site in self.sites:
            Credential.objects.create(name=site.slug, site=site, username="u", reference="env:MENDPOINT_SECRET_X")
            Incident.objects.create(site=site, cause="c", owner=self.people[0], since=timezone.now())


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is made inside is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def rows(model: type[Model]) -> Any:
    return model._default_manager.all()


@pytest.mark.django_db(transaction=True)
@settings(max_examples=10, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data())
def test_a_list_shows_exactly_the_rows_that_each_action_reaches_one_by_one(draw: st.DataObject) -> None:
    with undone():
        World.made(draw)
        for person in Person.objects.all():
            person.came_with(person.held())
            for model in MODELS:
                found = list(rows(model))
                for action in ACTIONS.values():
                    reached = {one.pk for one in found if may(person, action, one).allowed}
                    listed = [one.pk for one in permitted_rows(rows(model), person, action)]
                    assert (set(listed), len(listed)) == (reached, len(reached)), (action, model)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=40, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.data(), relation=st.sampled_from(Relation))
def test_each_relation_is_the_same_as_a_predicate_and_as_a_question_to_the_database(
    draw: st.DataObject, relation: Relation
) -> None:
    with undone():
        World.made(draw)
        for person in Person.objects.all():
            for holder in relations.held_by(person).values():
                for model in MODELS:
                    listed = {one.pk for one in rows(model).filter(relations.relation_rows(relation, holder, model))}
                    reached = {one.pk for one in rows(model) if relations.relation_holds(relation, holder, one)}
                    assert listed == reached, (relation, model)
