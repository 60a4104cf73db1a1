"""`python -m tests.bench.sweep`: 1,000 probes over simulated and real listeners, against nmap and sslscan. Ratios."""

from __future__ import annotations

import contextlib
import itertools
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

from tests.bench import scanners
from tests.bench.listeners import REAL, TRUTHS
from tests.bench.scanners import Said

PROBES, THREADS, AIM = 1000, 8, 10
#: How often nmap is given the same listeners in one run: the faster way counts.
NMAP_TIMES = (1, 4)
QUESTIONS = {
    "nla": "NLA",
    "plain": "plain connections",
    "tls": "TLS without NLA",
    "in_date": "certificate in date",
    "versions": "TLS versions",
}


@dataclass(frozen=True)
class Swept:
    """One sweep: how many probes in how many seconds, with how much processor time of the scanner's processes."""

    name: str
    count: int
    seconds: float
    cpu: float
    said: Mapping[int, Said]

    @property
    def rate(self) -> float:
        """Probes per second."""
        return self.count / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of processor time for each probe."""
        return 1000 * self.cpu / self.count


def main() -> None:
    """Measure and print."""
    with _listeners() as ports:
        print(f"Sweep over {len(ports)} listeners on loopback, in processes of their own; ratios are within this run")
        if missing := REAL.keys() - ports.keys():
            print(f"  {len(missing)} real servers are left out: xrdp is not installed (make system-deps)")
        at = list(ports.values())
        swept = [_ours(at, thorough=True), _ours(at, thorough=False), *_others(at)]
        _print_rates(swept)
        _print_truths(ports, [swept[0], *swept[2:]])


@contextlib.contextmanager
def _listeners() -> Iterator[dict[str, int]]:
    command = [sys.executable, "-m", "tests.bench.listeners"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            yield json.loads(running.stdout.readline())
        finally:
            running.stdin.close()  # it ends its servers
            running.wait(timeout=60)


def _ours(ports: Sequence[int], *, thorough: bool) -> Swept:
    name = "Mendpoint, thorough look" if thorough else "Mendpoint, verdict"
    targets = list(itertools.islice(itertools.cycle(ports), PROBES))

    def probe_port(port: int) -> Said:
        return scanners.ours(port, thorough=thorough)

    def sweep() -> Mapping[int, Said]:
        with ThreadPoolExecutor(THREADS) as pool:
            return dict(zip(targets, pool.map(probe_port, targets), strict=True))

    return _timed(name, PROBES, resource.RUSAGE_SELF, sweep)


def _others(ports: Sequence[int]) -> Iterator[Swept]:
    if shutil.which("nmap"):
        yield max((_nmap(ports, times) for times in NMAP_TIMES), key=lambda one: one.rate)
    if shutil.which("sslscan"):
        yield _timed("sslscan --rdp", len(ports), resource.RUSAGE_CHILDREN, lambda: _sslscan(ports))
    if not (shutil.which("nmap") and shutil.which("sslscan")):
        print("  nmap or sslscan is not installed (make system-deps): there is nothing to compare with")


def _nmap(ports: Sequence[int], times: int) -> Swept:
    name, count = "nmap, rdp-enum-encryption", len(ports) * times
    return _timed(name, count, resource.RUSAGE_CHILDREN, lambda: scanners.nmap(ports, times=times))


def _sslscan(ports: Sequence[int]) -> Mapping[int, Said]:
    with ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(ports, pool.map(scanners.sslscan, ports), strict=True))


def _timed(name: str, count: int, who: int, sweep: Callable[[], Mapping[int, Said]]) -> Swept:
    begin, before = time.monotonic(), resource.getrusage(who)
    said = sweep()
    seconds, after = time.monotonic() - begin, resource.getrusage(who)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Swept(name, count, seconds, cpu, said)


def _print_rates(swept: Sequence[Swept]) -> None:
    for one in swept:
        print(
            f"  {one.name:<28} {one.count:>5} probes {one.rate:>8.1f} a second {one.cpu_ms:>8.1f} ms of processor each"
        )
    for mine, other in itertools.product(swept[:2], swept[2:]):
        aim = f"   aim {AIM} or more" if other.name.startswith("nmap") else ""
        pace, cost = mine.rate / other.rate, other.cpu_ms / mine.cpu_ms
        print(f"  {mine.name} : {other.name}: {pace:.1f} times as many a second, {cost:.1f} times less processor{aim}")


def _print_truths(ports: Mapping[str, int], swept: Sequence[Swept]) -> None:
    print("  Who was right (right / wrong / not said), by how each listener was set up")
    print(f"  {'':<24}" + "".join(f"{one.name:>28}" for one in swept))
    for field in fields(Said):
        cells = [_right(field.name, ports, one.said) for one in swept]
        print(f"  {QUESTIONS[field.name]:<24}" + "".join(f"{cell:>28}" for cell in cells))


def _right(question: str, ports: Mapping[str, int], said: Mapping[int, Said]) -> str:
    right = wrong = silent = 0
    for name, port in ports.items():
        true, told = getattr(TRUTHS[name], question), getattr(said.get(port, Said()), question)
        if told is None:
            silent += true is not None
        elif true == told:
            right += 1
        else:
            wrong += 1
    return f"{right} / {wrong} / {silent}"


if __name__ == "__main__":
    main()
