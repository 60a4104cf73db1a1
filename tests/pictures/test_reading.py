"""The child that reads pictures: what it holds, what it may do, and that it ends."""

from __future__ import annotations

import os
import resource
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.pictures.hostile import HOSTILE, png
from tests.support import need
from troubleshoot.pictures import BadPicture, picture_state, read_picture, reading, reads_pictures
from troubleshoot.pictures.child import FILES, LIMITS, MEMORY, WRITTEN

DRAWN = Path(__file__).parent / "drawn"


def child(code: str, *, seconds: float = 20.0) -> str:
    """What a program of Python prints that runs as the reader does."""
    return reading.run_apart([sys.executable, "-I", "-S", "-c", code], b"", seconds)


@pytest.fixture
def _reader() -> None:
    need(shutil.which("tesseract"), "Tesseract (make system-deps)")


def test_its_environment_holds_two_harmless_lines() -> None:
    os.environ["MENDPOINT_SECRET_TOLD"] = "lab-only-password"
    try:
        said = child("import os; print(sorted(os.environ.items()), os.getcwd())")
    finally:
        del os.environ["MENDPOINT_SECRET_TOLD"]
    assert said.strip() == "[('LC_ALL', 'C.UTF-8'), ('OMP_THREAD_LIMIT', '1')] /"


def test_it_holds_no_file_of_ours() -> None:
    with Path(__file__).open() as ours:
        os.set_inheritable(ours.fileno(), True)
        said = child("import os; print(sorted(os.listdir('/proc/self/fd')))")
    assert len(said.split(",")) == 4, said  # its input, output and errors, and the folder that it lists


def test_its_limits_are_taken_for_good() -> None:
    said = child(
        "import resource; print([resource.getrlimit(one) for one in " + repr([int(one) for one in LIMITS]) + "])"
    )
    assert said.strip() == repr([(most, most) for most in LIMITS.values()])


def test_it_may_not_take_more_memory() -> None:
    with pytest.raises(BadPicture) as refused:
        child(f"bytearray({MEMORY})")
    assert refused.value.reason == "unreadable"


def test_it_may_not_write_more_than_a_text() -> None:
    with pytest.raises(BadPicture):
        child(f"import sys; sys.stdout.write('x' * {WRITTEN + 1})")
    assert len(child(f"import sys; sys.stdout.write('x' * {WRITTEN})")) == WRITTEN


def test_it_may_not_open_more_files() -> None:
    with pytest.raises(BadPicture):
        child(f"[open('/dev/null') for _ in range({FILES})]")


def test_it_is_ended_in_time_with_all_that_it_started() -> None:
    begun = time.monotonic()
    with pytest.raises(BadPicture) as refused:
        child("import time; time.sleep(60)", seconds=0.5)
    assert refused.value.reason == "too_hard"
    assert time.monotonic() - begun < 5


def test_it_reaches_no_network_where_the_system_allows_to_leave_it() -> None:
    code = "import os; print(len(open('/proc/self/net/dev').read().splitlines()), os.readlink('/proc/self/ns/net'))"
    lines, place = child(code).split()
    apart = place != str(Path("/proc/self/ns/net").readlink())
    assert picture_state().apart is apart
    assert not apart or lines == "3"  # two of headings, and the loopback that is off


def test_where_no_reader_is_installed_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert not reads_pictures()
    with pytest.raises(BadPicture) as refused:
        read_picture(png(8, 8), worth=len)
    assert refused.value.reason == "no_reader"
    assert picture_state().packs == ()


@pytest.mark.usefixtures("_reader")
def test_only_a_few_are_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WAIT_SECONDS", 0.1)
    monkeypatch.setattr(reading, "_PLACES", threading.BoundedSemaphore(1))
    with reading._a_place(), pytest.raises(BadPicture) as refused:
        read_picture(png(8, 8), worth=len)
    assert refused.value.reason == "busy"
    assert read_picture(png(64, 64), worth=len) == ""


@pytest.mark.usefixtures("_reader")
@pytest.mark.parametrize("name", [name for name, (_, fault) in HOSTILE.items() if fault == "read"])
def test_a_file_that_means_harm_takes_no_more_than_its_limits(name: str) -> None:
    data, begun = HOSTILE[name][0](), time.monotonic()
    try:
        found = read_picture(data, worth=lambda _text: 2).strip()
    except BadPicture as refused:
        found = refused.reason
    assert found in {"", "unreadable", "too_hard"}
    assert time.monotonic() - begun < reading.MOST_SECONDS
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 <= MEMORY
