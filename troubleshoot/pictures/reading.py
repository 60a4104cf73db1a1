"""Reads the text in a picture with Tesseract, in a child process that holds nothing and can do little.

The child's environment is the two lines below; the picture comes on its standard input and its text goes to its
standard output, both in memory: nothing is stored. `child.py` takes its limits before it becomes Tesseract.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from troubleshoot.pictures.child import WRITTEN
from troubleshoot.pictures.header import BadPicture, Picture, measure_picture

AT_ONCE = 2
"""So many pictures are read at a time by one process; whoever comes later waits a moment, and is told."""
WAIT_SECONDS = 3.0
MOST_SECONDS = 25.0
"""For all that is tried on one picture."""
MOST_CHARACTERS = 20_000
"""Of the text of a picture: a whole screen of small letters has a quarter of it."""
FIRST, OTHERS = ("eng", "deu", "fra"), ("jpn", "chi_sim")
"""The packs that are tried first, and those that are tried where these found nothing that we know."""
ENOUGH = 2
"""What a text is worth that leaves nothing to look for."""
ENLARGED_UP_TO = 4_000_000
"""Points of a picture that is read in twice its size: one of a screen. A photo is large enough."""

_ENVIRONMENT = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}
#: How Tesseract looks at a page: in blocks that it finds, and as one, where it else loses small signs.
_LAYOUT = {FIRST: "3", OTHERS: "6"}
_CHILD = Path(__file__).with_name("child.py")
_PLACES = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class PictureState:
    """How pictures are read here: with which packs, and whether without any network."""

    packs: tuple[str, ...]
    apart: bool


def reads_pictures() -> bool:
    """Tell whether the program that reads pictures is installed here."""
    return bool(_program()) and hasattr(os, "memfd_create")


def picture_state() -> PictureState:
    """Return how pictures are read here, for whoever runs the portal."""
    return PictureState(_packs(_program()), _leaves_network()) if reads_pictures() else PictureState((), apart=False)


def read_picture(data: bytes, *, worth: Callable[[str], int]) -> str:
    """Return the text in a picture. `worth` says how much a text says: where it is ENOUGH, no other letters are tried.

    Raises BadPicture for what is not to be unpacked, cannot be read or takes too long, and while too many are read.
    """
    picture = measure_picture(data)
    packs = _packs(_program()) if reads_pictures() else ()
    if set(FIRST).isdisjoint(packs):
        raise BadPicture("no_reader")
    ends = time.monotonic() + MOST_SECONDS
    with _a_place():
        found = [_text(data, picture, FIRST, ends)]
        if worth(found[0]) < ENOUGH and not set(OTHERS).isdisjoint(packs):
            with contextlib.suppress(BadPicture):  # what was found first is there
                found.append(_text(data, picture, OTHERS, ends))
    return max(found, key=worth)


@contextlib.contextmanager
def _a_place() -> Iterator[None]:
    """Hold one of the few places. Raises BadPicture when none becomes free within a moment."""
    if not _PLACES.acquire(timeout=WAIT_SECONDS):
        raise BadPicture("busy")
    try:
        yield
    finally:
        _PLACES.release()


def _text(data: bytes, picture: Picture, packs: tuple[str, ...], ends: float) -> str:
    """Return what Tesseract makes of a picture with these packs, as far as they are installed."""
    program = _program()
    languages = "+".join(name for name in packs if name in _packs(program))
    command = [program, "stdin", "stdout", "-l", languages, "--psm", _LAYOUT[packs]]
    times = 2 if picture.width * picture.height <= ENLARGED_UP_TO else 1
    return run_apart(command, data, ends - time.monotonic(), (times, picture.quarters))[:MOST_CHARACTERS]


def _program() -> str:
    return shutil.which("tesseract") or ""


@functools.cache
def _packs(program: str) -> tuple[str, ...]:
    """Return the packs that are installed, of those that are used; looked for once in the life of a process."""
    try:
        listed = run_apart([program, "--list-langs"], b"", MOST_SECONDS)
    except BadPicture:
        return ()
    return tuple(name for name in (*FIRST, *OTHERS) if name in listed.split())


@functools.cache
def _leaves_network() -> bool:
    """Tell whether the system lets a child leave our network; tried once in the life of a process."""
    here, link = Path("/proc/self/ns/net"), shutil.which("readlink")
    try:
        return bool(link) and run_apart([str(link), str(here)], b"", 5.0).strip() != str(here.readlink())
    except (BadPicture, OSError):
        return False


def run_apart(command: Sequence[str], data: bytes, seconds: float, prepared: tuple[int, int] = (1, 0)) -> str:
    """Run a command as such a child and return what it wrote. Raises BadPicture when it fails or is stopped.

    `prepared`: how many times as large, and turned by how many quarters, a picture is put on its standard input.
    """
    with contextlib.ExitStack() as files:
        given, written = _in_memory(files), _in_memory(files)
        with open(given, "wb", closefd=False) as file:
            file.write(data)
        os.lseek(given, 0, os.SEEK_SET)
        child = subprocess.Popen(  # noqa: S603 - no shell, and nothing of a visitor's in the command
            [sys.executable, "-I", "-S", str(_CHILD), *map(str, prepared), *command],
            stdin=given,
            stdout=written,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
        try:
            ended = child.wait(max(seconds, 0.1))
        except subprocess.TimeoutExpired:
            raise BadPicture("too_hard") from None
        finally:
            _end(child)
        if ended:
            raise BadPicture("too_hard" if ended in {-signal.SIGXCPU, -signal.SIGKILL} else "unreadable")
        return os.pread(written, WRITTEN, 0).decode("utf-8", "replace")


def _in_memory(files: contextlib.ExitStack) -> int:
    """Return a file that lies in memory alone, and is gone at the end."""
    file = os.memfd_create("picture")
    files.callback(os.close, file)
    return file


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child with everything that it may have started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
