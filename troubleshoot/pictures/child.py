"""Runs in the child alone: gives up what the reading program does not need, prepares the picture, becomes that program.

Started as `python -I -S child.py TIMES QUARTERS PROGRAM ARGUMENT…`; it imports nothing of ours, and holds no secret to
begin with. The picture is unpacked here for the first time, by the library that the reading program itself uses.
"""

import ctypes
import os
import resource
import sys

MEBIBYTE = 1024 * 1024
#: 20 megapixels in four bytes each, unpacked several times over, and the tables of three languages.
MEMORY = 1024 * MEBIBYTE
CPU_SECONDS = 20
#: All that the program writes is the text that it found.
WRITTEN = MEBIBYTE
#: Before it, we write the prepared picture, a byte for each point.
PREPARED = 64 * MEBIBYTE
FILES = 64
LIMITS = {
    resource.RLIMIT_AS: MEMORY,
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_NOFILE: FILES,
    resource.RLIMIT_NPROC: 0,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: WRITTEN,
}
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
SET_PARENT_DEATH_SIGNAL, SET_NO_NEW_PRIVILEGES = 1, 38
KILL = 9
LIBRARIES = ("libleptonica.so.6", "liblept.so.5")
AS_PNM = 11


def leave_network() -> None:
    """Move into a network of our own, in which there is nothing; where the system does not allow it, stay."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(SET_PARENT_DEATH_SIGNAL, KILL, 0, 0, 0)
    libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if libc.unshare(NEW_USER | NEW_NETWORK):
        libc.unshare(NEW_NETWORK)


def take_limit(kind: int, most: int) -> None:
    """Set a limit, for good; one that is lower already stays."""
    hard = resource.getrlimit(kind)[1]
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (least, least))


def load_library() -> ctypes.CDLL | None:
    """Return Leptonica, which unpacks pictures for Tesseract; None where it has another name here."""
    for name in LIBRARIES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def prepare(times: float, quarters: int) -> None:
    """Put the picture on the standard input in grey, larger and upright; where that cannot be, leave it as it is.

    Letters of a screen are too small to be told apart: twice or three times as large they are those of a book.
    """
    lept = load_library()
    if lept is None:
        return
    for name in ("pixReadMem", "pixConvertTo8", "pixRotateOrth", "pixScale"):
        getattr(lept, name).restype = ctypes.c_void_p
    with open(0, "rb", closefd=False) as given:
        data = given.read()
    os.lseek(0, 0, os.SEEK_SET)
    pix = lept.pixReadMem(data, ctypes.c_size_t(len(data)))
    pix = pix and lept.pixConvertTo8(ctypes.c_void_p(pix), 0)
    pix = pix and lept.pixRotateOrth(ctypes.c_void_p(pix), quarters)
    pix = pix and lept.pixScale(ctypes.c_void_p(pix), ctypes.c_float(times), ctypes.c_float(times))
    made, size = ctypes.c_void_p(), ctypes.c_size_t()
    if not pix or lept.pixWriteMem(ctypes.byref(made), ctypes.byref(size), ctypes.c_void_p(pix), AS_PNM):
        sys.exit(1)  # it cannot be unpacked
    file = os.memfd_create("prepared")
    with open(file, "wb", closefd=False) as prepared:
        prepared.write(ctypes.string_at(made, size.value))
    os.lseek(file, 0, os.SEEK_SET)
    os.dup2(file, 0)


def main(times: str, quarters: str, program: str, *arguments: str) -> None:
    """Give up what is not needed, prepare the picture where it has to be, and become the program."""
    leave_network()
    limits = {**LIMITS, resource.RLIMIT_FSIZE: PREPARED}
    for kind, most in limits.items():
        take_limit(kind, most)
    if times != "1" or quarters != "0":
        prepare(float(times), int(quarters))
    take_limit(resource.RLIMIT_FSIZE, WRITTEN)
    os.execve(program, [program, *arguments], dict(os.environ))  # noqa: S606 - no shell, and a program that we named


if __name__ == "__main__":
    main(*sys.argv[1:])
