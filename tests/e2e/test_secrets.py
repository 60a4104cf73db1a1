"""Who holds the hosts' password: the worker and nobody else."""

from __future__ import annotations

import subprocess
import sys
import urllib.request

import pytest

from tests.e2e.conftest import Site
from tests.e2e.watching import environment, started_with
from tests.e2e.world import ROOT, SECRET, gunicorn


@pytest.mark.parametrize(
    "command",
    [gunicorn("127.0.0.1:0"), ("manage.py", "keeper", "--once")],
    ids=["web", "keeper"],
)
def test_a_process_without_business_with_hosts_refuses_to_start_with_a_credential(
    command: tuple[str, ...], site: Site
) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=site.world.plain | {"MENDPOINT_SECRET_X": "do-not-print"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "unset MENDPOINT_SECRET_X" in done.stderr
    assert "do-not-print" not in done.stdout + done.stderr


class TestThePassword:
    def test_is_in_the_environment_of_the_worker_and_of_the_simulated_hosts_alone(self, site: Site) -> None:
        world = site.world
        family = started_with("MENDPOINT_VAR", world.plain["MENDPOINT_VAR"])
        holders = {pid for pid in family if world.password in environment(pid).values()}
        alive = {name: process.pid for name, process in world.running.items() if process.poll() is None}
        hosts = {pid for name, pid in alive.items() if name not in {"web", "worker", "keeper"}}
        assert {alive["web"], alive["keeper"]} <= set(family)
        assert holders == {alive["worker"], *hosts}

    def test_has_no_variable_in_web_and_keeper(self, site: Site) -> None:
        family = started_with("MENDPOINT_VAR", site.world.plain["MENDPOINT_VAR"])
        outsiders = [pid for pid, line in family.items() if "gunicorn" in line or "keeper" in line]
        assert len(outsiders) >= 3, "the keeper, the web server and its worker"
        for pid in outsiders:
            assert not [name for name in environment(pid) if name.startswith("MENDPOINT_SECRET_")]
        assert SECRET in environment(site.world.running["worker"].pid)

    def test_is_in_no_database_and_no_log(self, site: Site) -> None:
        files = [file for name in ("var", "logs", "hosts") for file in (site.world.folder / name).rglob("*")]
        found = [file for file in files if file.is_file() and site.world.password.encode() in file.read_bytes()]
        assert found == []
        assert len(files) > 20


class TestTheWebProcess:
    def test_answers_with_the_sign_in_page(self, site: Site) -> None:
        with urllib.request.urlopen(f"{site.web}/me", timeout=10) as page:
            assert page.url.startswith(f"{site.web}/sign-in")


class TestArguments:
    def test_of_no_process_ever_held_a_secret(self, site: Site) -> None:
        assert site.world.watch.rounds > 20
        assert site.world.watch.found == set()

    def test_are_really_watched(self, site: Site) -> None:
        with type(site.world.watch)(["look-at-me"], every=0.01) as watch:
            subprocess.run([sys.executable, "-c", "import time; time.sleep(0.5)", "look-at-me"], check=True)
        assert len(watch.found) == 1
