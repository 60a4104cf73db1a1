"""A certificate made from the state…"""

import ssl
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from troubleshoot.lab.certificates import certificate, key_of, server_context, stamp, thumbprint
from troubleshoot.lab.state import RDP_TCP, UNSTAMPED, Document, healthy


def entry_of(document: Document) -> Document:
    entry: Document = document["certificates"]["Remote Desktop"][0]
    return entry


def test_says_what_the_entry_says() -> None:
    document = healthy("ACC-07")
    entry_of(document).update(not_before="2026-01-02T03:04:05Z", not_after="2026-07-02T03:04:05Z", serial=42)
    issued = certificate(document, entry_of(document))
    assert issued.subject.rfc4514_string() == issued.issuer.rfc4514_string() == "CN=ACC-07"
    assert issued.serial_number == 42
    assert issued.not_valid_before_utc == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert issued.not_valid_after_utc == datetime(2026, 7, 2, 3, 4, 5, tzinfo=UTC)
    usages = issued.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usages) == [ExtendedKeyUsageOID.SERVER_AUTH]
    issued.verify_directly_issued_by(issued)


def test_is_the_same_for_the_same_entry_and_host() -> None:
    first, second = healthy("ACC-07"), healthy("ACC-07")
    entry_of(second).update(entry_of(first))
    one, two = (certificate(document, entry_of(document)) for document in (first, second))
    assert one.public_bytes(Encoding.DER) == two.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("field", "value"), [("serial", 43), ("subject", "CN=X"), ("not_after", "2099-01-01T00:00:00Z")]
)
def test_changes_with_every_field(field: str, value: object) -> None:
    document = healthy("ACC-07")
    before = thumbprint(certificate(document, entry_of(document)))
    entry_of(document)[field] = value
    assert thumbprint(certificate(document, entry_of(document))) != before


def test_has_a_key_of_its_host() -> None:
    one, two = healthy("ACC-07"), healthy("ACC-08")
    keys = [certificate(document, entry_of(document)).public_key() for document in (one, two)]
    assert keys[0] == key_of(one["identity"]["machine_guid"]).public_key()
    assert keys[0] != keys[1]


def test_may_be_issued_by_another() -> None:
    document = healthy("ACC-07")
    entry_of(document)["issuer"] = "CN=Corp CA"
    issued = certificate(document, entry_of(document))
    assert issued.issuer.rfc4514_string() == "CN=Corp CA"
    assert issued.signature_hash_algorithm is not None
    key_of("CN=Corp CA").public_key().verify(
        issued.signature, issued.tbs_certificate_bytes, padding.PKCS1v15(), issued.signature_hash_algorithm
    )


def test_stamps_its_true_thumbprint_and_the_binding_that_named_it() -> None:
    document = healthy("ACC-07")
    document["certificates"]["My"].append(entry_of(document) | {"thumbprint": "A" * 40, "serial": 9})
    values = document["registry"][RDP_TCP]
    values["SSLCertificateSHA1Hash"] = {"kind": "Binary", "value": "a" * 40}
    stamp(document)
    mine = document["certificates"]["My"][0]
    expected = certificate(document, mine).fingerprint(hashes.SHA1()).hex().upper()
    assert mine["thumbprint"] == values["SSLCertificateSHA1Hash"]["value"] == expected
    assert entry_of(document)["thumbprint"] not in {UNSTAMPED, expected}
    again = [entry["thumbprint"] for store in document["certificates"].values() for entry in store]
    stamp(document)
    assert again == [entry["thumbprint"] for store in document["certificates"].values() for entry in store]


def test_leaves_another_binding_alone() -> None:
    document = healthy("ACC-07")
    document["registry"][RDP_TCP]["SSLCertificateSHA1Hash"] = {"kind": "Binary", "value": "B" * 40}
    stamp(document)
    assert document["registry"][RDP_TCP]["SSLCertificateSHA1Hash"]["value"] == "B" * 40


def test_is_served_without_tls_1_3() -> None:
    document = healthy("ACC-07")
    assert server_context(document, entry_of(document)).maximum_version is ssl.TLSVersion.TLSv1_2
