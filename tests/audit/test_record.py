"""`audit.record`: an entry in the transaction of its change, with nothing in it that must not be kept."""

import json
import uuid

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.conftest import TESTER, MakePerson
from troubleshoot import audit, engine, people
from troubleshoot.models import Entry, EntryObject, PersonalPart, Site, Writer


def note(**kwargs: object) -> Entry:
    return audit.record(audit.Tag.CASE_OPEN, actor=TESTER, **kwargs)  # type: ignore[arg-type]


def said(entry: Entry) -> dict[str, object]:
    found = json.loads(bytes(Entry.objects.get(pk=entry.pk).canonical))
    assert isinstance(found, dict)
    return found


@pytest.mark.django_db
class TestRecording:
    def test_keeps_the_database_that_was_asked_for(self, request: pytest.FixtureRequest) -> None:
        assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[request.config.option.db]

    def test_writes_the_bytes_once_with_their_hash_and_columns(self, north: Site) -> None:
        entry = note(objects=[north, ("host", 7), ("host", 7)], details={"code": 2308})
        stored = Entry.objects.get(pk=entry.pk)
        assert bytes(stored.leaf_hash) == audit.leaf_hash(bytes(stored.canonical))
        assert said(entry)["objects"] == [["host", "7"], ["site", str(north.pk)]]
        assert (stored.tag, stored.code, stored.actor_kind) == ("case:open", 1301, "cli")
        assert stored.received_at is not None
        assert EntryObject.objects.filter(kind="host", ref="7", entry=entry).count() == 1

    def test_keeps_names_apart_under_a_salted_hash(self, person: MakePerson) -> None:
        ann, bob = person("Ann"), person("Bob")
        with audit.acting_through(audit.Source("web", "r1", "s1", "192.0.2.7")):
            entry = audit.record("case:open", actor=ann, on_behalf=bob, personal={"typed": "my ledger"})
        part = PersonalPart.objects.get(entry=entry)
        payload = json.loads(bytes(part.payload))
        assert payload["actor"] == {"name": "Ann", "email": "ann@corp.example"}
        assert payload["on_behalf"]["name"] == "Bob"
        assert (payload["address"], payload["typed"]) == ("192.0.2.7", "my ledger")
        document = said(entry)
        assert document["via"] == {"door": "web", "request": "r1", "session": "s1"}
        assert document["on_behalf"] == str(bob.pk)
        for personal in (b"Ann", b"Bob", b"192.0.2.7", b"ledger"):
            assert personal not in bytes(entry.canonical)
        assert len(bytes(part.salt)) == 32

    def test_salts_every_personal_part_anew(self, person: MakePerson) -> None:
        ann = person("Ann")
        first, second = (audit.record("case:open", actor=ann) for _ in range(2))
        assert said(first)["personal"] != said(second)["personal"]

    def test_names_the_roles_that_the_actor_held(self, person: MakePerson) -> None:
        document = said(audit.record("case:open", actor=person("Ann", "helpdesk", "employee")))
        assert document["actor"]["roles"] == ["employee", "helpdesk"]  # type: ignore[index]

    def test_chains_a_writers_entries(self) -> None:
        first, second = note(), note()
        assert (first.writer, second.seq) == (second.writer, first.seq + 1)
        assert said(second)["writer"]["previous"] == bytes(first.leaf_hash).hex()  # type: ignore[index]
        assert bytes(Writer.objects.get().head) == bytes(second.leaf_hash)

    @pytest.mark.parametrize("tag", ["case:explode", "", "CASE_OPEN", "case:open "])
    def test_refuses_an_unknown_tag(self, tag: str) -> None:
        with pytest.raises(ValueError, match="no audit tag"):
            audit.record(tag, actor=TESTER)
        assert not Entry.objects.exists()

    @pytest.mark.parametrize(
        "details",
        [
            {"password": "x"},
            {"newPassword": "x"},
            {"deep": [{"API_KEY": "x", "api-key": "y"}]},
            {"access_token": "x"},
            {"clientSecret": "x"},
            {"Set-Cookie": "x"},
            {"output": "-----BEGIN RSA PRIVATE KEY-----\nMIIE"},
        ],
        ids=str,
    )
    def test_refuses_secrets_wherever_they_hide(self, details: dict[str, object]) -> None:
        for place in ("details", "personal"):
            with pytest.raises(audit.Unrecordable):
                note(**{place: details})

    @pytest.mark.parametrize(
        "value", [1.5, b"bytes", object(), {1: 2}, {1, 2}, uuid.uuid4(), "\ud800", 2**53, "x" * 16_384], ids=type
    )
    def test_refuses_what_has_no_canonical_form_or_is_too_large(self, value: object) -> None:
        for place in ("details", "personal"):
            with pytest.raises(audit.Unrecordable):
                note(**{place: {"value": value}})
        assert not Entry.objects.exists()

    def test_refuses_a_depth_bomb(self) -> None:
        bomb: object = 0
        for _ in range(100):
            bomb = [bomb]
        with pytest.raises(audit.Unrecordable, match="deep"):
            note(details={"bomb": bomb})

    @given(details=st.dictionaries(st.sampled_from("abcdef"), st.text(max_size=40) | st.integers(-9, 9) | st.none()))
    @hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_round_trips_whatever_it_accepts(self, details: dict[str, object]) -> None:
        with transaction.atomic():
            assert engine.decode_canonical(bytes(note(details=details).canonical))["details"] == details


@pytest.mark.django_db(transaction=True)
class TestOutsideATransaction:
    def test_refuses(self) -> None:
        with pytest.raises(audit.NotInTransaction):
            note()
        assert not Entry.objects.exists()

    def test_a_refused_entry_takes_the_change_with_it(self) -> None:
        @transaction.atomic
        def change() -> None:
            Site.objects.create(slug="x", name="X")
            note(details={"password": "x"})

        with pytest.raises(audit.Unrecordable):
            change()
        assert not Site.objects.exists()

    def test_a_use_case_that_fails_leaves_neither_row_nor_entry(self, person: MakePerson) -> None:
        @transaction.atomic
        def change() -> None:
            people.create_site(actor=TESTER, slug="x", name="X")
            raise RuntimeError

        with pytest.raises(RuntimeError):
            change()
        assert not Site.objects.exists()
        assert not Entry.objects.filter(tag="site:create").exists()
        assert list(audit.verify()) == []
