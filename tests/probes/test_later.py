"""A thorough look…"""

import contextlib
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network

import pytest

from tests.lab.hosts import listening
from tests.probes.hostile import (
    Handler,
    answering,
    certificate,
    drain,
    failure,
    in_tls,
    presenting,
    probe_port,
    probe_served,
    selected,
    serving,
    tls_record,
)
from troubleshoot.probes import LATER, ProbeReport, probe_network, tls
from troubleshoot.probes import extended_checks as later
from troubleshoot.probes.rdp_connections import MOST
from troubleshoot.remote import RegisteredHost

BOTH = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
OURS, OTHERS = certificate(), certificate(common_name="OTHER")
Resolve = Callable[..., None]


def in_turn(*handlers: Handler) -> Handler:
    """Give the connections to these, one after another, and to the last for ever."""
    lock, left = threading.Lock(), iter([*handlers[:-1]])

    def handler(connection: socket.socket) -> None:
        with lock:
            turn = next(left, handlers[-1])
        turn(connection)

    return handler


def stages(report: ProbeReport) -> dict[str, str]:
    return {stage.name: stage.detail for stage in report.stages}


class TestLooksAgain:
    """…and says of a host…"""

    @pytest.mark.parametrize("handler", [presenting(OURS), answering(failure(3)), answering(b"no"), lambda _: None])
    def test_that_is_the_same_each_time_that_it_is_steady(self, handler: Handler) -> None:
        assert probe_served(handler).facts["rdp.steady"] == "steady"

    def test_that_comes_less_far_now_and_then_that_it_is_flapping(self) -> None:
        good, gone = presenting(OURS), answering(b"")
        report = probe_served(in_turn(good, good, good, good, gone, good))
        assert (report.verdict, report.facts["rdp.steady"]) == ("ok", "flapping")
        assert "closed_before_confirm" in stages(report)["look 3"]

    def test_that_shows_another_certificate_that_it_is_flapping(self) -> None:
        good = presenting(OURS)
        report = probe_served(in_turn(good, good, good, presenting(OTHERS), good))
        assert report.facts["rdp.steady"] == "flapping"
        assert "certificate" in stages(report)["look 2"]

    def test_that_refuses_each_time_that_it_is_steady(self) -> None:
        with serving(drain) as port:
            pass
        report = probe_port(port)
        assert (report.verdict, report.facts["rdp.steady"]) == ("refused", "steady")

    def test_nothing_that_the_deadline_cut_short(self) -> None:
        report = probe_served(in_turn(answering(failure(2)), drain), seconds=1)
        assert report.facts["rdp.steady"] == "unknown"
        assert "skipped: no time left" in {stage.detail for stage in report.stages}

    def test_nothing_in_an_observation_that_is_not_thorough(self) -> None:
        asked: list[int] = []

        def handler(connection: socket.socket) -> None:
            asked.append(connection.recv(19)[15])
            connection.sendall(failure(3))

        with serving(handler) as port:
            registered = RegisteredHost("acc-07", "127.0.0.1", frozenset({port}), BOTH)
            report = probe_network(registered, port, seconds=3, thorough=False)
        assert asked == [3, 1, 0]
        assert {report.facts[name] for name in LATER} == {"unknown"}


class TestTlsVersions:
    """…tries older versions of TLS…"""

    @pytest.mark.parametrize(
        ("lowest", "highest", "accepted", "fact"),
        [
            ("TLSv1_2", "TLSv1_3", ["TLSv1.3", "TLSv1.2"], "current"),
            ("TLSv1", "TLSv1_2", ["TLSv1.2", "TLSv1.1", "TLSv1"], "current"),
            ("TLSv1", "TLSv1", ["TLSv1"], "old_only"),
            ("TLSv1_1", "TLSv1_1", ["TLSv1.1"], "old_only"),
        ],
    )
    def test_and_names_those_that_are_accepted(self, lowest: str, highest: str, accepted: list[str], fact: str) -> None:
        def limit(context: ssl.SSLContext) -> None:
            context.minimum_version, context.maximum_version = ssl.TLSVersion[lowest], ssl.TLSVersion[highest]

        with pytest.warns(DeprecationWarning, match="deprecated") if lowest != "TLSv1_2" else contextlib.nullcontext():
            handler = presenting(OURS, change=limit)
        report = probe_served(handler)
        assert (report.facts["rdp.tls_versions"], report.certificate["tls_versions"]) == (fact, accepted)

    def test_only_when_it_is_asked_to_because_a_refusal_is_an_error_in_the_hosts_log(self) -> None:
        with serving(presenting(OURS)) as port:
            report = probe_network(RegisteredHost("acc-07", "127.0.0.1", frozenset({port}), BOTH), port, seconds=3)
        assert report.facts["rdp.tls_versions"] == "current"
        assert not {"TLSv1.2", "TLSv1.1", "TLSv1"} & stages(report).keys()

    def test_but_never_calls_refused_what_this_computer_cannot_offer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(later, "speaks", lambda version: version >= ssl.TLSVersion.TLSv1_2)
        report = probe_served(presenting(OURS))
        assert "this computer's own OpenSSL" in stages(report)["TLSv1"]
        assert report.facts["rdp.tls_versions"] == "current"

    def test_and_says_none_where_there_is_no_tls(self) -> None:
        assert probe_served(answering(selected(0))).facts["rdp.tls_versions"] == "none"
        assert probe_served(answering(failure(2))).facts["rdp.tls_versions"] == "none"
        assert probe_served(answering(failure(3))).facts["rdp.tls_versions"] == "unknown"

    def test_and_says_none_where_the_host_refuses_every_version(self, monkeypatch: pytest.MonkeyPatch) -> None:
        refusing = in_tls(tls_record(21, b"\x02\x46"))  # alert 70, protocol version
        assert probe_served(refusing).facts["rdp.tls_versions"] == "none"
        monkeypatch.setattr(later, "speaks", lambda version: version >= ssl.TLSVersion.TLSv1_2)
        assert probe_served(refusing).facts["rdp.tls_versions"] == "unknown"  # we did not offer them all

    def test_knows_what_its_own_openssl_speaks(self) -> None:
        assert tls.speaks(ssl.TLSVersion.TLSv1_2)
        assert not tls.speaks(ssl.TLSVersion.SSLv3)


class TestOffers:
    """…makes every offer…"""

    @pytest.mark.parametrize(
        ("answer", "plain"), [(selected(0), "allowed"), (failure(1), "refused"), (b"HTTP/1.1 400", "unknown")]
    )
    def test_and_tells_whether_plain_connections_are_allowed(self, answer: bytes, plain: str) -> None:
        def handler(connection: socket.socket) -> None:
            offer = connection.recv(19)[15]
            connection.sendall(failure(2) if offer else answer)

        assert probe_served(handler).facts["rdp.plain"] == plain

    def test_of_them_in_a_bounded_number_of_connections_one_at_a_time(self) -> None:
        count, open_now, most = itertools.count(1), 0, 0
        good, lock, made = presenting(OURS), threading.Lock(), 0

        def handler(connection: socket.socket) -> None:
            nonlocal open_now, most, made
            with lock:
                open_now, made = open_now + 1, next(count)
                most = max(most, open_now)
            with contextlib.suppress(OSError):
                good(connection)
            with lock:
                open_now -= 1

        assert probe_served(handler).verdict == "ok"
        assert made <= MOST == 12
        assert most <= 2  # one may still be leaving when the next comes


@contextlib.contextmanager
def resolved(monkeypatch: pytest.MonkeyPatch, *answers: str, **names: str) -> Iterator[None]:
    """Let every name lead to these addresses, and the given ones elsewhere."""

    def getaddrinfo(name: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        found = (names[name],) if name in names else answers
        return [(0, 0, 0, "", (address, 0)) for address in found]

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", getaddrinfo)
        yield


class TestAddresses:
    """…looks at every address…"""

    @pytest.fixture
    def host(self) -> Iterator[int]:
        with serving(presenting(OURS)) as port:
            yield port

    def probe_port(self, port: int, *, name: str = "acc-07.example", networks: tuple[str, ...] = ()) -> ProbeReport:
        allowed = (*BOTH, *map(ip_network, networks))
        return probe_network(RegisteredHost("acc-07", name, frozenset({port}), allowed), port, seconds=5)

    @pytest.mark.parametrize(
        ("answer", "families", "computer"),
        [
            (presenting(OURS), "same", "same"),
            (presenting(OTHERS), "differ", "differs"),
            (answering(b""), "differ", "unknown"),
        ],
    )
    def test_of_both_families(
        self, answer: Handler, families: str, computer: str, host: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serving(answer, listen="::1", number=host), resolved(monkeypatch, "127.0.0.1", "::1"):
            report = self.probe_port(host)
        assert (report.facts["rdp.families"], report.facts["rdp.same_computer"]) == (families, computer)

    def test_and_tells_when_one_family_fails(self, host: int, monkeypatch: pytest.MonkeyPatch) -> None:
        with resolved(monkeypatch, "::1", "127.0.0.1"):
            report = self.probe_port(host)
        assert (report.verdict, report.facts["rdp.families"]) == ("ok", "one_fails")

    def test_of_one_family(self, host: int, monkeypatch: pytest.MonkeyPatch) -> None:
        other = serving(presenting(OTHERS), listen="127.0.0.2", number=host)
        with other, resolved(monkeypatch, "127.0.0.1", "127.0.0.2"):
            report = self.probe_port(host)
        assert (report.facts["rdp.families"], report.facts["rdp.same_computer"]) == ("single", "differs")

    def test_of_a_host_with_one(self, host: int) -> None:
        report = probe_port(host)
        assert (report.facts["rdp.families"], report.facts["rdp.same_computer"]) == ("single", "single")

    def test_to_which_its_own_name_leads(self, host: int, monkeypatch: pytest.MonkeyPatch) -> None:
        other = serving(presenting(OTHERS), listen="127.0.0.3", number=host)
        with other, resolved(monkeypatch, "127.0.0.1", **{"acc-07": "127.0.0.3"}):
            report = self.probe_port(host, networks=("192.0.2.0/24",))
        assert report.facts["rdp.same_computer"] == "differs"
        assert stages(report)["its name"] == "127.0.0.3"

    def test_but_not_outside_the_allowed_networks(self, host: int, monkeypatch: pytest.MonkeyPatch) -> None:
        with resolved(monkeypatch, "127.0.0.1", **{"acc-07": "198.51.100.9"}):
            report = self.probe_port(host, networks=("192.0.2.0/24",))
        assert "are not dialled" in stages(report)["its name"]
        assert report.facts["rdp.same_computer"] == "unknown"


class TestTheVerdict:
    """…says how far a connection comes before it goes on:"""

    def test_the_caller_hears_it_first(self) -> None:
        heard: list[tuple[str, str]] = []
        with listening() as (_, server):
            registered = RegisteredHost("acc-07", "127.0.0.1", frozenset({server.port}), BOTH)
            report = probe_network(
                registered, server.port, on_verdict=lambda so_far: heard.append((so_far.verdict, str(so_far.facts)))
            )
        assert heard[0][0] == report.verdict == "ok"
        assert "'rdp.steady': 'unknown'" in heard[0][1]
        assert report.facts["rdp.steady"] == "steady"

    def test_a_host_that_falls_silent_later_does_not_hold_it_back(self) -> None:
        times: list[float] = []
        begin = time.monotonic()
        first = presenting(OURS)
        with serving(in_turn(first, answering(failure(5)), answering(failure(5)), drain)) as port:
            registered = RegisteredHost("acc-07", "127.0.0.1", frozenset({port}), BOTH)
            report = probe_network(
                registered, port, seconds=2, on_verdict=lambda _: times.append(time.monotonic() - begin)
            )
        assert times[0] < 1
        assert time.monotonic() - begin < 4
        assert (report.verdict, report.facts["rdp.nla"]) == ("ok", "required")
