"""How large a request may be: a stranger's upload would otherwise be kept on disk before anybody asks who it is."""

import io

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from pytest_django import Settings

from troubleshoot.pictures import MOST_PICTURE_BYTES
from troubleshoot.web.forms.hosts import MOST_LIST
from troubleshoot.web.middleware import MOST_BYTES


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sign-in", "/preview", "/cases/check", "/no-such-page"])
def test_a_larger_one_is_refused_unread(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", lambda *_args, **_named: kept.append("a file"))
    answer = Client().post(path, {"text": "0x904", "file": io.BytesIO(b"x" * MOST_BYTES)})
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()
    assert answer["Content-Security-Policy"]
    assert not kept


def test_whatever_is_let_in_stays_in_memory(settings: Settings) -> None:
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE >= MOST_BYTES > MOST_PICTURE_BYTES


def test_the_longest_list_of_computers_still_fits() -> None:
    assert MOST_LIST < MOST_BYTES
