"""The key that signs sessions: given, or made once and kept."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal import env


class TestTheSigningKey:
    def test_is_the_one_that_is_given(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOME_KEY", "given")
        assert env.secret_key("SOME_KEY", tmp_path / "key") == "given"
        assert list(tmp_path.iterdir()) == []

    def test_is_made_once_even_by_processes_that_start_together(self, tmp_path: Path) -> None:
        kept = tmp_path / "var" / "key"
        with ThreadPoolExecutor(16) as pool:
            found = set(pool.map(lambda _: env.secret_key("SOME_KEY", kept), range(64)))
        assert found == {kept.read_text()}
        assert len(found.pop()) >= 48
        assert list(kept.parent.iterdir()) == [kept]

    def test_is_readable_by_nobody_else(self, tmp_path: Path) -> None:
        env.secret_key("SOME_KEY", tmp_path / "key")
        assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600

    def test_in_the_environment_is_no_host_credential(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MENDPOINT_SIGNING_KEY", "given")
        env.refuse_credentials("web process")
