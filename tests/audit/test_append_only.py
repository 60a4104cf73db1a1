"""The audit log's tables under raw SQL: nothing is changed, deleted or replaced; a personal part may be erased."""

from collections.abc import Callable

import pytest
from django.core import checks
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.conftest import MakePerson
from troubleshoot import audit
from troubleshoot.models import Entry, EntryObject, PersonalPart, Writer

APPEND_ONLY = ["troubleshoot_entry", "troubleshoot_entryobject"]
GUARDED = [*APPEND_ONLY, "troubleshoot_personalpart", "troubleshoot_writer"]


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def rows() -> list[list[tuple[object, ...]]]:
    with connection.cursor() as cursor:
        found = []
        for table in GUARDED:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
            found.append([tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor])
        return found


@pytest.fixture
def written(person: MakePerson) -> Entry:
    """Two entries with objects and personal parts; returns the first."""
    ann = person("Ann")
    first, _ = (audit.record("case:open", actor=ann, objects=[("case", number)]) for number in (1, 2))
    return first


@pytest.fixture
def refused(written: Entry) -> Callable[..., None]:
    """Run a statement that must be refused and must leave every row as it was."""

    def attack(sql: str) -> None:
        before = rows()
        with pytest.raises(DatabaseError, match="audit log"):
            run(sql)
        assert rows() == before

    return attack


COLUMNS = {
    "troubleshoot_entry": ["canonical", "leaf_hash", "at", "tag", "actor", "seq", "received_at"],
    "troubleshoot_entryobject": ["kind", "ref", "entry_id"],
    "troubleshoot_personalpart": ["salt", "payload"],
}


@pytest.mark.django_db
class TestAppendOnly:
    @pytest.mark.parametrize(("table", "column"), [(t, c) for t, columns in COLUMNS.items() for c in columns])
    def test_refuses_to_change(self, refused: Callable[..., None], table: str, column: str) -> None:
        refused(f"UPDATE {table} SET {column} = {column}")

    @pytest.mark.parametrize("table", [*APPEND_ONLY, "troubleshoot_writer"])
    def test_refuses_to_delete(self, refused: Callable[..., None], table: str) -> None:
        refused(f"DELETE FROM {table}")

    @pytest.mark.parametrize("change", ["seq = seq - 1", "seq = seq + 2", "seq = seq", "head = head"])
    def test_lets_a_writer_move_on_by_one_only(self, refused: Callable[..., None], change: str) -> None:
        refused(f"UPDATE troubleshoot_writer SET {change}")

    def test_refuses_an_upsert(self, refused: Callable[..., None]) -> None:
        refused(
            "INSERT INTO troubleshoot_entry SELECT * FROM troubleshoot_entry WHERE seq = 1"
            " ON CONFLICT (id) DO UPDATE SET tag = 'x'"
        )

    def test_refuses_the_same_number_twice(self, written: Entry) -> None:
        last = Entry.objects.latest("seq")
        last.pk = written.pk.__class__(int=written.pk.int ^ 1)
        with pytest.raises(IntegrityError), transaction.atomic():
            last.save(force_insert=True)

    def test_lets_a_personal_part_be_erased_and_the_log_stays_whole(self, written: Entry) -> None:
        run("DELETE FROM troubleshoot_personalpart")
        assert not PersonalPart.objects.exists()
        assert list(audit.verify()) == []

    def test_shows_another_personal_part_in_place_of_an_erased_one(self, written: Entry) -> None:
        PersonalPart.objects.filter(entry=written).delete()
        PersonalPart.objects.create(entry=written, salt=b"x" * 32, payload=b"{}")
        assert [(fault.kind, fault.entry) for fault in audit.verify()] == [("personal", written.pk)]


@pytest.mark.django_db
class TestSqlite:
    @pytest.fixture(autouse=True)
    def _only_here(self, db: None) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("about SQLite")

    @pytest.mark.parametrize("recursive", ["ON", "OFF"])
    @pytest.mark.parametrize("table", GUARDED)
    def test_refuses_replace_with_and_without_recursive_triggers(
        self, refused: Callable[..., None], table: str, recursive: str
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA recursive_triggers = {recursive}")
        try:
            refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
            refused(f"REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
        finally:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA recursive_triggers = ON")

    def test_refuses_replace_through_the_number_and_through_the_hidden_row_id(
        self, refused: Callable[..., None]
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA table_info(troubleshoot_entry)")
            names = [row[1] for row in cursor.fetchall()]
        for target in ("", "rowid, "):
            copied = ", ".join("'ff' || substr(id, 3)" if name == "id" else name for name in names)
            if target:
                copied = copied.replace("seq", "seq + 1000")
            refused(
                f"INSERT OR REPLACE INTO troubleshoot_entry ({target}{', '.join(names)})"
                f" SELECT {target}{copied} FROM troubleshoot_entry WHERE seq = 1"
            )

    def test_update_or_replace_is_refused_too(self, refused: Callable[..., None]) -> None:
        refused("UPDATE OR REPLACE troubleshoot_entry SET seq = 2 WHERE seq = 1")

    def test_a_missing_trigger_or_weak_setting_is_found(self) -> None:
        def found() -> set[str | None]:
            faults = checks.run_checks(databases=["default"])
            return {message.id for message in faults if not message.is_silenced()}

        assert found() == set()
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER troubleshoot_entry_no_update")
            cursor.execute("PRAGMA recursive_triggers = OFF")
        assert found() == {"troubleshoot.E002", "troubleshoot.E003"}
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")


@pytest.mark.django_db
@pytest.mark.postgres
class TestPostgres:
    @pytest.mark.parametrize("table", GUARDED)
    def test_refuses_truncate(self, refused: Callable[..., None], table: str) -> None:
        run("SET CONSTRAINTS ALL IMMEDIATE")
        refused(f"TRUNCATE {table} CASCADE")

    @pytest.mark.parametrize("table", APPEND_ONLY)
    def test_fires_for_a_replica_as_well(self, refused: Callable[..., None], table: str) -> None:
        run("SET LOCAL session_replication_role = replica")
        refused(f"DELETE FROM {table}")

    def test_dates_a_row_itself(self, written: Entry) -> None:
        copy = Entry.objects.get(pk=written.pk)
        copy.pk, copy.seq = written.pk.__class__(int=written.pk.int ^ 1), 999
        copy.received_at = written.at.replace(year=2001)
        copy.db_user = "somebody"
        copy.save(force_insert=True)
        copy.refresh_from_db()
        assert copy.received_at >= written.at
        assert copy.db_user == "mendpoint"

    def test_a_trigger_switched_off_is_found(self) -> None:
        run("ALTER TABLE troubleshoot_entry DISABLE TRIGGER troubleshoot_entry_append_only")
        faults = checks.run_checks(databases=["default"])
        assert {one.id for one in faults if not one.is_silenced()} == {"troubleshoot.E003"}


@pytest.mark.django_db
def test_every_guarded_table_holds_rows_in_these_tests(written: Entry) -> None:
    for model in (Entry, EntryObject, PersonalPart, Writer):
        assert model._default_manager.exists()
