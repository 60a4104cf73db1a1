"""The measurements. Each compares the product with less of it, in the same run, against the same simulated hosts."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings

from tests.e2e.world import wait_for
from troubleshoot import catalog, jobs, remote
from troubleshoot.hosts import observe, visits
from troubleshoot.models import ENDED_STATES, Case, Host, Job, JobState, Person
from troubleshoot.probes import WINDOWS_READINGS, probe_network, x224
from troubleshoot.remote import VisitItem, VisitWork


@dataclass(frozen=True)
class Rate:
    """How often something was done, in how many seconds, and with how much of this process's processor time."""

    count: int
    seconds: float
    cpu: float

    @property
    def per_second(self) -> float:
        """Times per second."""
        return self.count / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of processor time for each."""
        return 1000 * self.cpu / self.count


@contextlib.contextmanager
def _timed(count: int) -> Iterator[Callable[[], Rate]]:
    begin, cpu = time.monotonic(), time.process_time()
    yield lambda: Rate(count, time.monotonic() - begin, time.process_time() - cpu)


def by_threads(hosts: Sequence[Host], threads: int) -> Rate:
    """The door and the probe called from threads: what a job does, without rows, queue and leases."""
    with ThreadPoolExecutor(threads) as pool, _timed(len(hosts)) as done:
        for observation in pool.map(observe, hosts):
            if not observation.windows_answered:
                raise RuntimeError(f"a host did not answer: {observation.trouble}")
        return done()


def by_celery(opened: Sequence[Case], person: Person) -> Rate:
    """The same as jobs of cases: asked for, rung, claimed, run, recorded and ended by a worker process."""
    with _timed(len(opened)) as done:
        asked = [jobs.request_reading(actor=person, host=case.host, case=case).pk for case in opened if case.host]
        ours = Job.objects.filter(pk__in=asked)
        wait_for(lambda: not ours.exclude(state__in=ENDED_STATES).exists() or None, "the jobs", seconds=170)
        rate = done()
    if bad := ours.exclude(state=JobState.DONE).first():
        raise RuntimeError(f"a job ended {bad.state}: {bad.explanation}")
    return rate


def round_trips(host: Host) -> int:
    """HTTP requests of one cold visit that reads what a diagnosis reads."""
    resources = catalog.installed_catalog().resources
    items = tuple(VisitItem(one.resource, dict(one.params), resources[one.resource].read) for one in WINDOWS_READINGS)
    work = VisitWork("read", str(uuid4()), str(uuid4()), None, None, items)
    visit = remote.visit_host(
        visits.host_door(host), work, seconds=settings.MENDPOINT_VISIT_SECONDS, on_progress=lambda _: None
    )
    return visit.round_trips


def probes(host: Host, count: int, threads: int) -> Rate:
    """The network probe up to its verdict: three connections, one with TLS, a certificate judged, a deadline kept."""
    target = visits.dial_target(host)

    def probe(_: int) -> None:
        report = probe_network(target, host.rdp_port, thorough=False)
        if report.verdict != "ok":
            raise RuntimeError(f"the probe said {report.verdict}")

    return _repeat(probe, count, threads)


def floor(host: Host, count: int, threads: int) -> Rate:
    """The least that can be done to see a certificate: one connection, the first offer, one TLS handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def handshake(_: int) -> None:
        with socket.create_connection((host.address, host.rdp_port), timeout=10) as sock:
            sock.sendall(x224.request(x224.TLS | x224.HYBRID))
            sock.recv(64)
            with context.wrap_socket(sock) as tls:
                tls.getpeercert(binary_form=True)

    return _repeat(handshake, count, threads)


def _repeat(step: Callable[[int], None], count: int, threads: int) -> Rate:
    with ThreadPoolExecutor(threads) as pool, _timed(count) as done:
        list(pool.map(step, range(count)))
        return done()


def together(rates: Sequence[Rate]) -> Rate:
    """Several rounds of one measurement as one."""
    return Rate(sum(one.count for one in rates), sum(one.seconds for one in rates), sum(one.cpu for one in rates))


def spread(rates: Sequence[Rate]) -> str:
    """The rounds, so that a reader sees how steady they are."""
    return f"rounds {', '.join(f'{one.per_second:.1f}' for one in rates)}"
