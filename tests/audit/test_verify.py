"""`manage.py audit verify` and `export`: the exact entry and the kind of fault, whatever somebody did to the tables."""

import json
import random
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.conftest import TESTER, MakePerson
from tests.fixtures.databases import set_triggers_aside
from troubleshoot import audit, engine
from troubleshoot.audit import AuditFault, verifying
from troubleshoot.models import Entry, EntryObject, PersonalPart, Writer


@pytest.fixture
def log(person: MakePerson) -> list[Entry]:
    """Twelve entries, with objects and personal parts."""
    ann = person("Ann")
    for number in range(11):
        audit.record("case:answer", actor=ann, objects=[("case", number)], details={"step": f"s{number}"})
    return list(Entry.objects.order_by("seq"))


@pytest.fixture
def tamper(db: None) -> None:
    """Somebody who owns the database: the triggers are out of the way until the test is rolled back."""
    connection.check_constraints()
    set_triggers_aside()


def faults() -> set[tuple[str, int]]:
    return {(fault.kind, fault.seq) for fault in audit.verify()}


def rewrite(entry: Entry, **changes: object) -> None:
    Entry.objects.filter(pk=entry.pk).update(**changes)


def forged(entry: Entry, **changes: object) -> bytes:
    return engine.encode_canonical({**engine.decode_canonical(bytes(entry.canonical)), **changes})


def test_finds_nothing_while_others_write(log: list[Entry], monkeypatch: pytest.MonkeyPatch) -> None:
    original = verifying._verify_writer

    def late(writer: Writer) -> Iterator[AuditFault]:
        for number in range(3):
            audit.record("case:answer", actor=TESTER, objects=[("case", number)], details={"step": "late"})
        yield from original(writer)

    monkeypatch.setattr(verifying, "_verify_writer", late)
    before = Entry.objects.count()
    assert faults() == set()
    assert Entry.objects.count() > before


@pytest.mark.usefixtures("tamper")
class TestVerify:
    def test_finds_entries_beyond_where_the_writer_stands(self, log: list[Entry]) -> None:
        writer = Writer.objects.get(pk=log[-1].writer_id)
        Writer.objects.filter(pk=writer.pk).update(seq=log[-3].seq, head=log[-3].leaf_hash)
        assert faults() == {("head", log[-3].seq)}

    def test_finds_nothing_in_a_whole_log(self, log: list[Entry]) -> None:
        assert faults() == set()

    def test_finds_any_flipped_bit(self, log: list[Entry]) -> None:
        dice = random.Random(7)
        for _ in range(40):
            entry = dice.choice(log)
            data = bytearray(entry.canonical)
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            rewrite(entry, canonical=bytes(data))
            assert ("hash", entry.seq) in faults()
            rewrite(entry, canonical=bytes(entry.canonical))
        assert faults() == set()

    @pytest.mark.parametrize("position", [0, 5, -1])
    def test_finds_a_deleted_entry(self, log: list[Entry], position: int) -> None:
        gone = log[position]
        PersonalPart.objects.filter(entry=gone).delete()
        EntryObject.objects.filter(entry=gone).delete()
        Entry.objects.filter(pk=gone.pk).delete()
        assert faults() == {("gap", gone.seq)}

    def test_finds_a_tail_that_was_cut_together_with_the_writer(self, log: list[Entry]) -> None:
        """Only while a later entry or the writer remembers; a signed checkpoint elsewhere must do the rest."""
        PersonalPart.objects.filter(entry=log[-1]).delete()
        EntryObject.objects.filter(entry=log[-1]).delete()
        Entry.objects.filter(pk=log[-1].pk).delete()
        Writer.objects.update(seq=log[-2].seq)
        assert faults() == {("head", log[-2].seq)}

    def test_finds_an_entry_rewritten_together_with_its_hash(self, log: list[Entry]) -> None:
        data = forged(log[4], details={"step": "other"})
        rewrite(log[4], canonical=data, leaf_hash=audit.leaf_hash(data))
        assert faults() == {("chain", log[5].seq)}

    def test_finds_two_entries_that_changed_places(self, log: list[Entry]) -> None:
        first, second = log[2], log[3]
        rewrite(first, seq=999)
        rewrite(second, seq=first.seq)
        rewrite(first, seq=second.seq)
        assert {("column", first.seq), ("column", second.seq), ("chain", first.seq)} <= faults()

    @pytest.mark.parametrize(
        ("column", "value"),
        [("tag", "case:close"), ("code", 1303), ("actor", "nobody"), ("actor_kind", "cli"), ("version", 2)],
    )
    def test_finds_a_column_that_says_something_else(self, log: list[Entry], column: str, value: object) -> None:
        rewrite(log[6], **{column: value})
        assert faults() == {("column", log[6].seq)}

    def test_finds_an_object_added_or_taken_away(self, log: list[Entry]) -> None:
        EntryObject.objects.filter(entry=log[3]).delete()
        EntryObject.objects.create(entry=log[4], kind="host", ref="h")
        assert faults() == {("column", log[3].seq), ("column", log[4].seq)}

    def test_finds_an_altered_personal_part(self, log: list[Entry]) -> None:
        PersonalPart.objects.filter(entry=log[1]).update(payload=b'{"actor":{"name":"Eve"}}')
        assert faults() == {("personal", log[1].seq)}

    @pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"{", b"\xff", b'{"writer":1}', b'{"a":1,"a":2}'])
    def test_survives_bytes_that_are_no_entry(self, log: list[Entry], data: bytes) -> None:
        rewrite(log[2], canonical=data, leaf_hash=audit.leaf_hash(data))
        assert ("form", log[2].seq) in faults()


@pytest.mark.django_db
class TestCommand:
    def test_verify_says_that_the_log_is_whole_and_records_itself(self, log: list[Entry]) -> None:
        out = StringIO()
        call_command("audit", "verify", stdout=out)
        assert out.getvalue() == "The audit log is whole: 12 entries.\n"
        assert Entry.objects.latest("seq").tag == "audit:verify"

    def test_verify_names_the_entry_and_exits_1(self, log: list[Entry], tamper: None) -> None:
        rewrite(log[7], tag="case:close")
        out = StringIO()
        with pytest.raises(CommandError) as failure:
            call_command("audit", "verify", stdout=out)
        assert failure.value.returncode == 1
        assert out.getvalue().startswith("column: writer ")
        assert f"entry {log[7].pk}: tag is 'case:close'" in out.getvalue()

    def test_export_hands_out_the_bytes_that_were_hashed(self, log: list[Entry]) -> None:
        out = StringIO()
        call_command("audit", "export", stdout=out)
        lines = out.getvalue().splitlines()
        assert len(lines) == 13
        for line, entry in zip(lines, log, strict=False):
            stored = bytes(entry.canonical).decode()
            assert line == f'{{"leaf":"{bytes(entry.leaf_hash).hex()}","entry":{stored}}}'
            assert json.loads(line)["entry"]["id"] == str(entry.pk)


@pytest.mark.django_db
def test_reads_a_long_log_with_few_queries(
    django_assert_max_num_queries: Callable[..., object], person: MakePerson
) -> None:
    for number in range(50):
        audit.record("case:answer", actor=TESTER, objects=[("case", number)])
    with django_assert_max_num_queries(5):  # type: ignore[attr-defined]
        assert list(audit.verify()) == []
