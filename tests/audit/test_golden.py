"""The canonical bytes of an entry, pinned: rows that were hashed once can never be hashed in another way."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from troubleshoot import audit
from troubleshoot.audit.document import Act, Position, commitment, compose

_FILE = Path(__file__).with_name("golden.json")
VECTORS: dict[str, Any] = json.loads(_FILE.read_text("utf-8")) if _FILE.exists() else {"entries": []}


def build(vector: dict[str, Any]) -> bytes:
    kind, actor, roles = vector["actor"]
    behalf, personal, (writer, seq, previous) = vector["on_behalf"], vector["personal"], vector["writer"]
    act = Act(
        audit.Tag.named(vector["tag"]),
        kind,
        actor,
        tuple(roles),
        UUID(behalf) if behalf else None,
        tuple((kind, ref) for kind, ref in vector["objects"]),
        vector["details"],
    )
    return compose(
        act,
        entry=UUID(vector["id"]),
        at=datetime.fromisoformat(vector["at"]),
        source=audit.Source(*vector["via"]),
        personal=bytes.fromhex(personal) if personal else None,
        position=Position(UUID(writer), seq, bytes.fromhex(previous)),
    )


def tags() -> dict[str, int]:
    return {tag.value: tag.code for tag in audit.Tag}


@pytest.mark.parametrize("vector", VECTORS["entries"], ids=lambda vector: vector["why"])
class TestGoldenEntries:
    def test_have_exactly_these_bytes(self, vector: dict[str, Any]) -> None:
        assert build(vector) == vector["bytes"].encode()

    def test_have_the_leaf_hash_of_rfc_6962(self, vector: dict[str, Any]) -> None:
        data = vector["bytes"].encode()
        assert audit.leaf_hash(data).hex() == vector["leaf"] == hashlib.sha256(b"\x00" + data).hexdigest()

    def test_read_back_as_json_on_one_line(self, vector: dict[str, Any]) -> None:
        assert json.loads(vector["bytes"])["details"] == vector["details"]
        assert vector["bytes"].isprintable()
        assert len(vector["bytes"].splitlines()) == 1


def test_the_personal_part_is_committed_to_with_its_salt() -> None:
    vector = VECTORS["commitment"]
    assert commitment(bytes.fromhex(vector["salt"]), vector["payload"].encode()).hex() == vector["hash"]


def test_tags_keep_their_numbers() -> None:
    """A tag may be added; none may go or change its number, because exports refer to it."""
    assert VECTORS["tags"].items() <= tags().items()
    assert len(set(tags().values())) == len(tags())
