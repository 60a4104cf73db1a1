"""What the database itself refuses, whoever writes: tried with raw SQL on the real schema."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.conftest import TESTER, MakePerson
from troubleshoot import hosts
from troubleshoot.models import Approval, GuideVersion, Host, Job, JobState, Person, Plan, Site

pytestmark = pytest.mark.django_db
DIGEST = "d" * 64
Insert = Callable[..., None]


@pytest.fixture
def host(north: Site) -> Host:
    return hosts.register_host(actor=TESTER, name="ACC-07", site=north, lab=True, transport="ntlm", tls=False)


@pytest.fixture
def asker(person: MakePerson) -> Person:
    return person("Hanna")


@pytest.fixture
def user(person: MakePerson) -> Person:
    return person("Emil")


@pytest.fixture
def decider(person: MakePerson) -> Person:
    return person("Abel")


@pytest.fixture
def job(host: Host, asker: Person, user: Person) -> Job:
    plan = Plan.objects.create(host=host, action="lift-nla", document={}, digest=DIGEST)
    return Job.objects.create(
        kind=Job.Kind.APPLY,
        host=host,
        plan=plan,
        action="lift-nla",
        risk="dangerous",
        requester=asker,
        beneficiary=user,
        needs_approval=True,
        state=JobState.WAITING_APPROVAL,
    )


def sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [_raw(value) for value in values])


def _raw(value: Any) -> Any:
    return value.hex if isinstance(value, uuid.UUID) and connection.vendor == "sqlite" else value


@pytest.fixture
def vote(job: Job, asker: Person, user: Person) -> Insert:
    """Insert an approval by raw SQL, with any column replaced."""

    def insert(approver: Person, **other: Any) -> None:
        row = {
            "id": uuid.uuid4(),
            "job_id": job.pk,
            "digest": DIGEST,
            "approver_id": approver.pk,
            "requester_id": asker.pk,
            "beneficiary_id": user.pk,
            "decision": "approve",
            "reason": "",
            "made_at": "2026-11-22 09:00:00+00:00",
            "expires_at": "2099-01-01 00:00:00+00:00",
            **other,
        }
        names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
        sql(f"INSERT INTO troubleshoot_approval ({names}) VALUES ({marks})", *row.values())

    return insert


class TestAVote:
    def test_by_a_third_person_is_taken(self, vote: Insert, decider: Person) -> None:
        vote(decider)
        assert Approval.objects.count() == 1

    def test_by_whoever_asked_is_refused(self, vote: Insert, asker: Person) -> None:
        with pytest.raises(DatabaseError):
            vote(asker)

    def test_by_whom_it_is_for_is_refused(self, vote: Insert, user: Person) -> None:
        with pytest.raises(DatabaseError):
            vote(user)

    def test_with_another_requester_than_the_job_is_refused(
        self, vote: Insert, asker: Person, decider: Person, person: MakePerson
    ) -> None:
        with pytest.raises(DatabaseError, match="repeat the requester"):
            vote(asker, requester_id=person("Somebody").pk)
        with pytest.raises(DatabaseError, match="repeat the requester"):
            vote(decider, requester_id=person("Else").pk)

    def test_without_the_beneficiary_of_the_job_is_refused(self, vote: Insert, user: Person) -> None:
        with pytest.raises(DatabaseError, match="repeat the requester"):
            vote(user, beneficiary_id=None)

    def test_for_another_plan_is_refused(self, vote: Insert, decider: Person) -> None:
        with pytest.raises(DatabaseError, match="repeat the requester"):
            vote(decider, digest="e" * 64)

    def test_for_a_job_that_waits_for_none_is_refused(self, vote: Insert, job: Job, decider: Person) -> None:
        Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
        with pytest.raises(DatabaseError, match="repeat the requester"):
            vote(decider)

    def test_is_given_once(self, vote: Insert, decider: Person) -> None:
        vote(decider)
        with pytest.raises(DatabaseError):
            vote(decider)
        with pytest.raises(DatabaseError):
            vote(decider, decision="decline")

    @pytest.mark.parametrize(
        "change", ["digest = 'e'", "decision = 'decline'", "expires_at = '2100-01-01'", "approver_id = requester_id"]
    )
    def test_is_never_changed(self, change: str, vote: Insert, decider: Person) -> None:
        vote(decider)
        with pytest.raises(DatabaseError):
            sql(f"UPDATE troubleshoot_approval SET {change}, used_at = '2026-11-22 10:00:00+00:00'")

    def test_is_used_once(self, vote: Insert, decider: Person) -> None:
        vote(decider)
        sql("UPDATE troubleshoot_approval SET used_at = '2026-11-22 10:00:00+00:00'")
        with pytest.raises(DatabaseError, match="only used once"):
            sql("UPDATE troubleshoot_approval SET used_at = '2026-11-22 11:00:00+00:00'")

    def test_is_never_deleted(self, vote: Insert, decider: Person) -> None:
        vote(decider)
        with pytest.raises(DatabaseError):
            sql("DELETE FROM troubleshoot_approval")

    def test_is_not_replaced(self, vote: Insert, decider: Person, job: Job) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("INSERT OR REPLACE is SQLite's")
        vote(decider)
        statement = (
            "INSERT OR REPLACE INTO troubleshoot_approval (id, job_id, digest, approver_id, requester_id,"
            " beneficiary_id, decision, reason, made_at, expires_at) SELECT id, job_id, digest, approver_id,"
            " requester_id, beneficiary_id, 'decline', reason, made_at, expires_at FROM troubleshoot_approval"
        )
        with pytest.raises(DatabaseError, match="cannot be replaced"):
            sql(statement)


class TestAJob:
    @pytest.mark.parametrize(
        "change",
        ["beneficiary_id = NULL", "risk = 'low'", "needs_approval = false", "action = 'x'", "plan_id = NULL"],
    )
    def test_never_becomes_another_job(self, change: str, job: Job) -> None:
        with pytest.raises(DatabaseError):
            sql(f"UPDATE troubleshoot_job SET {change} WHERE id = %s", job.pk)

    @pytest.mark.parametrize("end", ["declined", "expired", "cancelled", "drifted", "refused", "unreachable"])
    def test_that_has_ended_does_not_begin_again(self, end: str, job: Job) -> None:
        sql("UPDATE troubleshoot_job SET state = %s WHERE id = %s", end, job.pk)
        with pytest.raises(DatabaseError, match="has ended"):
            sql("UPDATE troubleshoot_job SET state = 'queued' WHERE id = %s", job.pk)

    def test_that_was_verified_can_only_be_reverted(self, job: Job) -> None:
        sql("UPDATE troubleshoot_job SET state = 'verified' WHERE id = %s", job.pk)
        with pytest.raises(DatabaseError, match="has ended"):
            sql("UPDATE troubleshoot_job SET state = 'running' WHERE id = %s", job.pk)
        sql("UPDATE troubleshoot_job SET state = 'reverted' WHERE id = %s", job.pk)

    def test_is_never_deleted(self, job: Job) -> None:
        with pytest.raises(DatabaseError):
            sql("DELETE FROM troubleshoot_job")

    @pytest.mark.parametrize("state", ["claimed", "starting", "running", "verifying", "unknown"])
    def test_that_changes_a_host_keeps_every_other_change_away(self, state: str, job: Job) -> None:
        sql("UPDATE troubleshoot_job SET state = %s WHERE id = %s", state, job.pk)
        other = Job(kind="revert", host=job.host, plan=job.plan, requester=job.requester, state=JobState.CLAIMED)
        with pytest.raises(DatabaseError), transaction.atomic():
            other.save()

    def test_whose_end_is_unknown_does_not_keep_readings_away(self, job: Job) -> None:
        sql("UPDATE troubleshoot_job SET state = 'unknown' WHERE id = %s", job.pk)
        Job.objects.create(
            kind="plan", action="lift-nla", host=job.host, requester=job.requester, state=JobState.CLAIMED
        )


@pytest.mark.parametrize("table", ["job", "plan", "guideversion"])
def test_nothing_is_replaced_even_when_triggers_are_not_recursive(table: str, job: Job) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    GuideVersion.objects.create(name="x", digest=DIGEST, source="")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers = 0")
    try:
        with pytest.raises(DatabaseError, match="cannot be replaced"):
            sql(f"INSERT OR REPLACE INTO troubleshoot_{table} SELECT * FROM troubleshoot_{table}")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = 1")


class TestAPlan:
    def test_is_never_changed_or_deleted(self, job: Job) -> None:
        for statement in ("UPDATE troubleshoot_plan SET digest = 'x'", "DELETE FROM troubleshoot_plan"):
            with pytest.raises(DatabaseError):
                sql(statement)


@pytest.mark.postgres
def test_no_table_of_decisions_can_be_truncated(job: Job) -> None:
    for table in ("answer", "approval", "guideversion", "job", "plan"):
        with pytest.raises(DatabaseError):
            sql(f"TRUNCATE troubleshoot_{table} CASCADE")
