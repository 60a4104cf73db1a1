"""`make docker-check`: the files, the unmodified build, and web, worker, keeper and lab from the built tree."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.docker.files import FILLED, config, hadolint
from tests.docker.image import NEEDED, Image
from troubleshoot.management import processes

LAB_PASSWORD = "simulated-only"
#: Where the image may write. /tmp and /dev/shm are memory in compose.yaml; the rest of the root is read-only there.
WRITABLE = ("var/lib/mendpoint", "tmp", "dev", "proc", "sys", "run", "etc/hosts", "etc/resolv.conf", "var/tmp")


def main() -> None:
    """Everything in order; the first fault ends it with its reason. Nothing is left behind."""
    began = time.monotonic()
    step = _stepper(began)
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        raise SystemExit(f"Not installed: {', '.join(missing)} (make system-deps)")
    if os.geteuid() != 0:
        raise SystemExit("docker-check needs root: it makes a Debian base and enters the built tree.")
    _accepted("hadolint", hadolint())
    _accepted("compose config", config(FILLED))
    step("hadolint and compose accept the files")
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with _image() as image:
        image.build()
        step(f"the unmodified Dockerfile is built, {_megabytes(image.root)} MB")
        _closed(image)
        step("it runs as a user without rights and holds no secret")
        _serve(image, step)


def _serve(image: Image, step: Callable[[str], None]) -> None:
    """Start what compose.yaml starts, with the embedded broker and SQLite in place of the two foreign images."""
    logs = image.folder / "logs"
    logs.mkdir()
    with ExitStack() as stack:
        broker = stack.enter_context(processes.Broker())
        port = processes.free_port()
        plain = {"REDIS_URL": broker.url, "MENDPOINT_SIGNING_KEY": "k" * 50, "MENDPOINT_HOSTS": "portal.example"}
        image.run("migrate", "--no-input", **plain)
        accounts = image.run("seed", **plain)
        marker = time.time()

        def start(name: str, *options: str, **env: str) -> subprocess.Popen[bytes]:
            return stack.enter_context(image.running(name, *options, log=logs / f"{name}.log", **plain, **env))

        fleet = "/var/lib/mendpoint/fleet.json"
        start("lab", "--fleet", fleet, MENDPOINT_LAB_PASSWORD=LAB_PASSWORD)
        worker = start("worker", MENDPOINT_SECRET_LAB=LAB_PASSWORD)
        start("keeper")
        web = start("web", MENDPOINT_BIND=f"127.0.0.1:{port}")
        portal = Portal(port)
        _until(lambda: portal.status("/healthz") == 200, 60, "/healthz", logs)
        step("web, worker, keeper and lab are up; /healthz answers 200")
        for process in ("worker", "keeper"):
            image.run("alive", process, **plain)
        image.run("alive", "web", "--port", str(port), **plain)
        step("each process gives its sign of life")
        _signed_in(portal, accounts)
        step("the administrator signs in over HTTP, and the style sheet is served")
        _passed_test(image, portal, plain)
        step("a connection test from the page passes every stage on a simulated computer")
        _unwritten(image.root, marker)
        step("nothing was written outside the folders that compose.yaml leaves writable")
        for child in (web, worker):
            processes.stop(child, seconds=20)
        step("web and worker end when they are told to")


class Portal:
    """A browser without a window."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(strict_domain=False))
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def get(self, path: str, form: dict[str, str] | None = None) -> str:
        """A page, after whatever redirects there are; with a form, what its POST leads to."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self._base + path, data, {"Host": "portal.example"})
        with self._opener.open(request, timeout=10) as answer:
            text: str = answer.read().decode()
        return text

    def status(self, path: str) -> int:
        """The status alone; 0 when nothing answers."""
        try:
            self.get(path)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0
        return 200


def _signed_in(portal: Portal, accounts: str) -> None:
    found = re.search(r"administrator\s+(\S+)\s+(\S+)", accounts)
    page = portal.get("/sign-in")
    style = re.search(r'href="(/static/portal[^"]*\.css)"', page)
    if not found or not style or "--accent" not in portal.get(style[1]):
        raise SystemExit("The sign-in page or its style sheet is not served.")
    answer = portal.get("/sign-in", {"csrfmiddlewaretoken": _token(page), "username": found[1], "password": found[2]})
    if "Administration" not in answer:
        raise SystemExit("The administrator could not sign in.")


def _passed_test(image: Image, portal: Portal, plain: dict[str, str]) -> None:
    host = next(one for one in json.loads(image.run("hosts", "list", "--json", **plain)) if one["name"] == "ACC-07")
    listed = re.search(
        r'href="(/administration/computers/\d+)"[^>]*><strong>ACC-07', portal.get("/administration/computers")
    )
    if not listed or not host["lab"]:
        raise SystemExit("The simulated computer is not listed.")
    path = f"{listed[1]}/test"
    portal.get(path, {"csrfmiddlewaretoken": _token(portal.get(path))})
    _until(lambda: "Every stage is passed" in portal.get(path), 60, "the connection test", image.folder / "logs")


def _token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return found[1] if found else ""


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
        for name in ("tests", ".git", "var", "requirements-dev.lock")
        if (image.root / "srv/mendpoint" / name).exists()
    ]
    if unwanted:
        raise SystemExit(f"The image holds what does not run: {', '.join(unwanted)}")


def _unwritten(root: Path, since: float) -> None:
    found = []
    for folder, names, files in os.walk(root):
        here = Path(folder).relative_to(root)
        names[:] = [name for name in names if str(here / name) not in WRITABLE]
        paths = (here / name for name in files)
        found += [str(one) for one in paths if str(one) not in WRITABLE and (root / one).lstat().st_mtime > since]
    if found:
        raise SystemExit(f"Written into the image's root: {', '.join(found[:10])}")


def _until(ready: Callable[[], bool], seconds: float, what: str, logs: Path) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            texts = [
                f"--- {file.name}\n{file.read_text(errors='replace')[-2000:]}" for file in sorted(logs.glob("*.log"))
            ]
            raise SystemExit("\n".join([*texts, f"Waited in vain for {what}."]))
        time.sleep(0.5)


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
