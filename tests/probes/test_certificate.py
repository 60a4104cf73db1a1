"""Examining a certificate…"""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.probes.hostile import certificate, presenting, probe_served
from troubleshoot.probes.certificate import examine, name_matches, printable

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD = certificate(begins=NOW - DAY, ends=NOW + DAY).public_bytes(Encoding.DER)


def swapped_dates() -> bytes:
    """A certificate whose end lies before its beginning: no library makes one, so the bytes are exchanged."""
    begins, ends = b"261121090000Z", b"261123090000Z"
    assert GOOD.count(begins) == GOOD.count(ends) == 1
    return GOOD.replace(begins, b"-" * 13).replace(ends, begins).replace(b"-" * 13, ends)


def test_reads_what_an_administrator_compares() -> None:
    examined = examine(GOOD, "acc-07", NOW)
    fields = examined.fields
    assert (examined.fact, examined.detail) == ("valid", "valid until 2026-11-23T09:00:00Z")
    assert (fields["subject"], fields["serial"], fields["key"]) == ("CN=ACC-07", "7", "RSA 2048")
    assert (fields["signature"], fields["self_signed"], fields["name_matches"]) == ("sha256", True, True)
    assert len(fields["thumbprint"]) == 40


SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
REMOTE_DESKTOP = x509.ObjectIdentifier("1.3.6.1.4.1.311.54.1.2")


@pytest.mark.parametrize(
    ("usages", "purpose"),
    [
        (None, "suitable"),
        ([SERVER], "suitable"),
        ([CLIENT, SERVER], "suitable"),
        ([REMOTE_DESKTOP], "suitable"),
        ([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], "suitable"),
        ([CLIENT], "missing"),
    ],
)
def test_tells_whether_a_server_may_use_it(usages: list[x509.ObjectIdentifier] | None, purpose: str) -> None:
    der = certificate(usages=usages, begins=NOW - DAY, ends=NOW + DAY).public_bytes(Encoding.DER)
    assert examine(der, "acc-07", NOW).purpose == purpose


@pytest.mark.parametrize(("size", "strength"), [(1024, "weak"), (2048, "current")])
def test_calls_a_short_key_weak(size: int, strength: str) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=size)
    assert examine(certificate(key=key).public_bytes(Encoding.DER), "acc-07", NOW).signature == strength


def test_tells_who_issued_it() -> None:
    assert examine(GOOD, "acc-07", NOW).issuer == "self"
    assert examine(swapped_dates(), "acc-07", NOW).issuer == "other"  # not signed by its own key


def test_says_none_of_everything_without_a_certificate() -> None:
    nothing = examine(None, "acc-07", NOW)
    assert (nothing.fact, nothing.signature, nothing.issuer, nothing.purpose) == ("none", "none", "none", "none")


@pytest.mark.parametrize(
    ("begins", "ends", "fact"),
    [
        (NOW - 2 * DAY, NOW - timedelta(seconds=1), "expired"),
        (NOW - DAY, NOW, "valid"),
        (NOW + timedelta(seconds=1), NOW + DAY, "not_yet_valid"),
        (NOW - DAY, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "valid"),
    ],
)
def test_judges_the_dates_by_our_clock(begins: datetime, ends: datetime, fact: str) -> None:
    der = certificate(begins=begins, ends=ends).public_bytes(Encoding.DER)
    assert examine(der, "acc-07", NOW).fact == fact


def test_says_that_it_ends_before_it_begins() -> None:
    examined = examine(swapped_dates(), "acc-07", NOW)
    assert examined.fact == "expired"
    assert "ends before it begins" in examined.detail
    assert examined.fields["self_signed"] is False  # the signature no longer fits


def test_puts_expiry_before_the_name() -> None:
    der = certificate(common_name="OTHER", begins=NOW - 2 * DAY, ends=NOW - DAY).public_bytes(Encoding.DER)
    assert examine(der, "acc-07", NOW).fact == "expired"
    assert examine(der, "acc-07", NOW - DAY - timedelta(hours=1)).fact == "mismatch"


@pytest.mark.parametrize("der", [b"", b"not DER", b"\x30\x80", GOOD[:100], GOOD[:-1]])
def test_reports_what_cannot_be_read(der: bytes) -> None:
    examined = examine(der, "acc-07", NOW)
    assert examined.fact == "unknown"
    assert "cannot be read" in examined.detail


def test_reports_that_there_is_none() -> None:
    assert examine(None, "acc-07", NOW).fact == "none"


@pytest.mark.parametrize(
    ("name", "names", "matches"),
    [
        ("ACC-07", ["acc-07"], True),
        ("acc-07", ["ACC-07.corp.example"], True),
        ("acc-07.corp.example", ["ACC-07"], True),
        ("acc-07.corp.example.", ["acc-07.corp.example"], True),
        ("acc-07.corp.example", ["acc-07.other.example"], False),
        ("acc-07.corp.example", ["*.corp.example"], True),
        ("a.b.corp.example", ["*.corp.example"], False),
        ("acc-07", ["*.corp.example"], False),
        ("acc-07", ["*"], False),
        ("acc-07", ["gateway", "acc-07"], True),
        ("acc-07", [], False),
        ("acc-07", ["acc-07\0.evil.example"], False),
        ("10.0.0.7", ["ACC-07"], None),
        ("10.0.0.7", ["ACC-07", "10.0.0.7"], True),
        ("10.0.0.7", ["10.0.0.8"], False),
    ],
)
def test_compares_names_as_windows_writes_them(name: str, names: list[str], matches: bool | None) -> None:
    assert name_matches(name, names) is matches


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü", "plain ü"),
        ("two\nlines", "two\\nlines"),
        ("nul\0byte", "nul\\x00byte"),
        ("right\u202eleft", "right\\u202eleft"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("<b>&amp;", "<b>&amp;"),
        ("x" * 300, "x" * 200 + "…"),
    ],
)
def test_shows_names_without_what_could_deceive(text: str, shown: str) -> None:
    assert printable(text) == shown


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_never_raises_on_a_changed_certificate(place: int, noise: bytes) -> None:
    changed = GOOD[:place] + noise + GOOD[place + len(noise) :]
    assert examine(changed, "acc-07", NOW).detail


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_printable_text_has_no_control_characters(text: str) -> None:
    assert all(character.isprintable() for character in printable(text))


class TestServed:
    """A certificate that a real TLS server presents…"""

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("two\nlines", "two\\nlines"),
            ("acc-07\0.evil", "acc-07\\x00.evil"),
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
            ("\u202egnihsihp", "\\u202egnihsihp"),
        ],
    )
    def test_is_shown_harmless_whatever_its_name(self, name: str, shown: str) -> None:
        report = probe_served(presenting(certificate(common_name=name)))
        assert (report.verdict, report.facts["rdp.certificate"]) == ("ok", "mismatch")
        assert report.certificate["names"] == [shown]

    def test_may_have_a_weak_key(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        report = probe_served(presenting(certificate(key=key), key=key))
        assert (report.verdict, report.facts["rdp.certificate"]) == ("ok", "valid")
        assert report.certificate["key"] == "RSA 1024"

    def test_may_end_before_it_begins(self) -> None:
        backwards = x509.load_der_x509_certificate(swapped_dates())
        report = probe_served(presenting(backwards))
        assert (report.verdict, report.facts["rdp.certificate"]) in {("ok", "expired"), ("ok", "not_yet_valid")}
        assert "ends before it begins" in report.stages[4].detail

    def test_may_last_until_the_year_9999(self) -> None:
        ends = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
        report = probe_served(presenting(certificate(ends=ends)))
        assert report.certificate["not_after"] == "9999-12-31T23:59:59Z"
        assert report.facts["rdp.certificate"] == "valid"
