"""What a simulated host offers in TLS: certificates with small keys and old digests, lists of cipher suites…"""

import ssl
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tests.lab.hosts import listening, seen
from troubleshoot.lab import BadStateError, build_state
from troubleshoot.lab.certificates import KEY_SIZES, certificate, key_of, server_context
from troubleshoot.lab.cipher_suites import openssl_list
from troubleshoot.lab.schannel import CIPHER_POLICY
from troubleshoot.lab.signatures import DIGESTS
from troubleshoot.lab.state import healthy

LOCAL = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Configuration\\Local\\SSL\\00010002"
STRONG = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"


HOST = healthy("ACC-07")
"""Made once: a second later its certificate would end a second later."""


def made(**fields: Any) -> x509.Certificate:
    return certificate(HOST, HOST["certificates"]["Remote Desktop"][0] | fields)


def meets(context: ssl.SSLContext, client: ssl.SSLContext) -> str:
    """The suite of a handshake in memory; ssl.SSLError when there is none."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(down, up)
    there = context.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        for end in (here, there):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    cipher = here.cipher()
    assert cipher is not None
    return str(cipher[0])


def client_that_trusts(issued: x509.Certificate) -> ssl.SSLContext:
    """A client of today that knows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.set_ciphers("DEFAULT:@SECLEVEL=2")
    context.load_verify_locations(cadata=issued.public_bytes(Encoding.DER))
    return context


class TestACertificate:
    """…a certificate…"""

    @pytest.mark.parametrize("bits", sorted(KEY_SIZES - {4096}))  # a key of 4096 bits takes seconds to make
    def test_has_a_key_of_the_size_that_its_entry_says(self, bits: int) -> None:
        key = made(key_bits=bits).public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        assert key.key_size == bits

    @pytest.mark.parametrize("digest", sorted(DIGESTS))
    @pytest.mark.parametrize("issuer", ["CN=ACC-07", "CN=Corp CA"])
    def test_is_signed_with_the_digest_that_its_entry_says(self, digest: str, issuer: str) -> None:
        issued = made(digest=digest, issuer=issuer)
        found = issued.signature_hash_algorithm
        assert found is not None
        assert found.name == digest
        owner = healthy("ACC-07")["identity"]["machine_guid"] if issuer == "CN=ACC-07" else issuer
        public = key_of(owner).public_key()
        recovered = public.recover_data_from_signature(issued.signature, padding.PKCS1v15(), None)
        assert len(recovered) > found.digest_size
        same = made(digest="sha256", issuer=issuer)
        assert (issued.subject, issued.not_valid_after_utc) == (same.subject, same.not_valid_after_utc)

    def test_without_these_fields_is_as_windows_10_makes_it(self) -> None:
        assert made() == made(key_bits=2048, digest="sha256")

    @pytest.mark.parametrize(
        ("fault", "field", "value"),
        [("sha1-certificate", "signature", "sha1"), ("chosen-certificate-weak-key", "key", "RSA 1024")],
    )
    def test_that_is_weak_is_read_by_the_probe_and_called_so(self, fault: str, field: str, value: str) -> None:
        with listening(fault) as (_, server):
            report = seen(server.port)
        assert (report.facts["rdp.certificate"], report.facts["rdp.certificate_signature"]) == ("valid", "weak")
        assert report.certificate[field] == value

    def test_that_is_small_is_refused_by_a_client_of_today(self) -> None:
        document = healthy()
        (usual,) = document["certificates"]["Remote Desktop"]
        small = usual | {"key_bits": 1024}
        assert meets(server_context(document, usual), client_that_trusts(certificate(document, usual)))
        with pytest.raises(ssl.SSLError, match=r"(?i)too small|too weak|EE_KEY"):
            meets(server_context(document, small), client_that_trusts(certificate(document, small)))

    @pytest.mark.parametrize(
        ("field", "value"),
        [("key_bits", 512), ("key_bits", "2048"), ("digest", "sha0"), ("key_file", 7), ("colour", 1)],
    )
    def test_that_cannot_be_is_refused(self, field: str, value: object) -> None:
        entry = healthy("ACC-07")["certificates"]["Remote Desktop"][0] | {field: value}
        with pytest.raises(BadStateError, match=r"certificates\.My\.0"):
            build_state(name="ACC-07", file=None, settings={"certificates.My": [entry]})

    def test_takes_an_optional_field_as_a_single_setting(self) -> None:
        document = build_state(name="ACC-07", file=None, settings={"certificates.Remote Desktop.0.digest": "sha1"})
        assert document["certificates"]["Remote Desktop"][0]["digest"] == "sha1"


class TestAList:
    """…a list of cipher suites…"""

    def serving(self, value: object, key: str = CIPHER_POLICY) -> tuple[str, str]:
        kind = "MultiString" if isinstance(value, list) else "String"
        places: dict[str, Any] = {f"registry.{key}.Functions": {"kind": kind, "value": value}}
        with listening(**places) as (_, server):
            report = seen(server.port)
        return report.facts["rdp.tls_failure"], str(report.certificate.get("cipher", ""))

    @pytest.mark.parametrize(
        ("listed", "served"),
        [
            (STRONG, "ECDHE-RSA-AES256-GCM-SHA384"),
            ("TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"),
            ("TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "DHE-RSA-AES256-GCM-SHA384"),
            (f"TLS_OF_TOMORROW, {STRONG.lower()}_p384", "ECDHE-RSA-AES256-GCM-SHA384"),
            (["TLS_OF_TOMORROW", STRONG], "ECDHE-RSA-AES256-GCM-SHA384"),
        ],
    )
    def test_is_served_as_far_as_its_names_are_known(self, listed: object, served: str) -> None:
        assert self.serving(listed) == ("none", served)

    @pytest.mark.parametrize(
        "listed",
        [
            *("TLS_RSA_WITH_NULL_SHA256", "TLS_OF_TOMORROW", "TLS_AES_256_GCM_SHA384", ","),
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        ],
        ids=["no encryption", "unknown", "TLS 1.3 alone", "no name", "another kind of key"],
    )
    def test_with_nothing_in_common_ends_the_handshake(self, listed: str) -> None:
        assert self.serving(listed)[0] == "alert_40"

    def test_of_the_computer_itself_counts_where_no_policy_has_one(self) -> None:
        assert self.serving(["TLS_RSA_WITH_AES_256_CBC_SHA"], LOCAL) == ("none", "AES256-SHA")
        both: dict[str, Any] = {
            f"registry.{LOCAL}.Functions": {"kind": "MultiString", "value": ["TLS_RSA_WITH_NULL_SHA"]},
            f"registry.{CIPHER_POLICY}.Functions": {"kind": "String", "value": STRONG},
        }
        with listening(**both) as (_, server):
            assert seen(server.port).verdict == "ok"

    def test_goes_with_an_old_version_where_its_suites_belong_to_that(self) -> None:
        for listed, failure in (("TLS_RSA_WITH_AES_256_CBC_SHA", "none"), (STRONG, "alert_40")):
            places: dict[str, Any] = {f"registry__{CIPHER_POLICY}__Functions": {"kind": "String", "value": listed}}
            with listening("tls12-off", **places) as (_, server):
                assert seen(server.port).facts["rdp.tls_failure"] == failure

    def test_that_is_absent_means_what_windows_serves_anyway(self) -> None:
        usual = openssl_list(None).split(":")
        assert usual[0] == "ECDHE-ECDSA-AES256-GCM-SHA384"
        assert not [name for name in usual if "NULL" in name or "RC4" in name or "ADH" in name]
