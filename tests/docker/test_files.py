"""The Dockerfile, compose.yaml and env.example: accepted by the real tools, complete, and closed where they must be."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.docker.files import DOCKER, FILLED, config, hadolint, no_tools, settings_in_example, settings_read
from tests.support import need

Service = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    """hadolint and compose run here."""
    absent = no_tools()
    need(not absent, absent)


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    """The services as compose itself understands them."""
    read = config(FILLED)
    assert read.returncode == 0, read.stderr
    found: dict[str, Service] = json.loads(read.stdout)["services"]
    return found


class TestTheDockerfile:
    def test_satisfies_hadolint(self) -> None:
        judged = hadolint()
        assert (judged.returncode, judged.stdout) == (0, "")

    def test_is_judged_by_a_hadolint_that_finds_faults(self, tmp_path: Path) -> None:
        (tmp_path / "Dockerfile").write_text("FROM debian\nRUN cd /tmp && sudo apt-get install x\n")
        assert hadolint(tmp_path / "Dockerfile").returncode == 1

    def test_ends_as_a_user_without_rights(self) -> None:
        users = [line for line in (DOCKER / "Dockerfile").read_text().splitlines() if line.startswith("USER")]
        assert users == ["USER 10001"]


class TestComposeFile:
    def test_is_refused_with_a_misspelt_key(self, tmp_path: Path) -> None:
        text = (DOCKER / "compose.yaml").read_text()
        (tmp_path / "compose.yaml").write_text(text.replace("    networks: [", "    netwroks: [", 1))
        assert config(FILLED, file=tmp_path / "compose.yaml").returncode != 0

    @pytest.mark.parametrize("name", FILLED)
    def test_is_refused_without_a_value_that_only_the_operator_has(self, name: str) -> None:
        refused = config({key: value for key, value in FILLED.items() if key != name})
        assert refused.returncode != 0
        assert name in refused.stderr

    def test_gives_every_process_of_ours_a_closed_room(self, services: dict[str, Service]) -> None:
        ours = {name: one for name, one in services.items() if one["image"].startswith("mendpoint:")}
        assert set(ours) == {"web", "worker", "keeper", "migrate", "setup", "seed", "lab"}
        for one in ours.values():
            assert one["read_only"] is True
            assert one["cap_drop"] == ["ALL"]
            assert one["security_opt"] == ["no-new-privileges:true"]
            assert "privileged" not in one
            assert "user" not in one  # the image's own

    def test_shows_nothing_but_the_web_to_the_outside(self, services: dict[str, Service]) -> None:
        published = {name: one["ports"] for name, one in services.items() if "ports" in one}
        assert set(published) == {"web"}
        assert published["web"][0]["host_ip"] == "127.0.0.1"
        for name in ("database", "broker"):
            assert set(services[name]["networks"]) == {"inside"}

    def test_gives_host_credentials_to_workers_alone(self, services: dict[str, Service]) -> None:
        holders = [
            name for name, one in services.items() if any("MENDPOINT_SECRET_" in key for key in one["environment"])
        ]
        assert holders == ["worker"]

    def test_starts_simulated_hosts_in_the_demo_only(self, services: dict[str, Service]) -> None:
        assert services["lab"]["profiles"] == ["demo"]
        assert services["seed"]["profiles"] == ["demo"]
        assert "profiles" not in services["web"]

    def test_asks_each_process_for_its_own_sign_of_life(self, services: dict[str, Service]) -> None:
        for name in ("worker", "keeper"):
            assert services[name]["healthcheck"]["test"][-2:] == ["alive", name]


class TestTheExample:
    def test_has_one_line_for_each_setting(self) -> None:
        lines = settings_in_example()
        assert len(lines) == len(set(lines))
        assert settings_read() <= set(lines)

    def test_has_no_line_for_what_nobody_reads(self) -> None:
        composed = (DOCKER / "compose.yaml").read_text()
        assert {name for name in settings_in_example() if name not in settings_read() and name not in composed} == set()

    def test_gives_no_secret_a_value(self) -> None:
        text = (DOCKER / "env.example").read_text()
        for name in FILLED:
            assert f"\n{name}=\n" in f"\n{text}"
