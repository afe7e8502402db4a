"""What is weak: keys and signatures of the chain, and the way that client and server speak."""

from __future__ import annotations

from typing import Any

import pytest

from domaincheck.model import Certificate, Failure, ProblemCode, PublicKey, Severity, Status, TlsPart, Verification
from domaincheck.verdict import Policy, judge_tls
from tests.facts import NOW, certificate, codes, intermediate, root, tls_facts

OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL


def judge(*chain: Certificate, policy: Policy | None = None, **changes: Any) -> TlsPart:
    """Return the judgement of a probe that found *chain*."""
    return judge_tls(tls_facts(*chain, **changes), policy or Policy(), NOW)


@pytest.mark.parametrize(
    ("key", "weak"),
    [
        (PublicKey("RSA", 1024), True),
        (PublicKey("RSA", 2047), True),
        (PublicKey("RSA", 2048), False),
        (PublicKey("DSA", 1024), True),
        (PublicKey("DSA", 2048), False),
        (PublicKey("ECDSA", 192, "P-192"), True),
        (PublicKey("ECDSA", 224, "P-224"), False),
        (PublicKey("ECDSA", 0, "1.2.3.4"), False),
        (PublicKey("Ed25519", 256), False),
        (PublicKey("1.2.3.4", 0), False),
        (None, False),
    ],
)
def test_small_keys_are_weak(key: PublicKey | None, *, weak: bool) -> None:
    """RSA and DSA under 2048 bits and curves under 224 are too small; what is not known is not accused."""
    assert codes(judge(certificate(key=key))) == (["weak_key"] if weak else [])


@pytest.mark.parametrize(
    ("signature", "weak"),
    [
        ("md5WithRSAEncryption", True),
        ("sha1WithRSAEncryption", True),
        ("ecdsa-with-SHA1", True),
        ("dsaWithSHA1", True),
        ("sha256WithRSAEncryption", False),
        ("ecdsa-with-SHA512", False),
        ("ED25519", False),
        (None, False),
    ],
)
def test_broken_digests_are_weak(signature: str | None, *, weak: bool) -> None:
    """A signature over MD2, MD5 or SHA-1 can be forged."""
    assert codes(judge(certificate(signature=signature))) == (["weak_signature"] if weak else [])


@pytest.mark.parametrize(
    ("policy", "status", "severity", "found"),
    [
        (Policy(), Status.INVALID, CRITICAL, ["weak_key", "weak_signature"]),
        (Policy(weak=WARNING), Status.VALID, WARNING, ["weak_key", "weak_signature"]),
        (Policy(weak=None), Status.VALID, OK, []),
    ],
    ids=["critical", "warning", "ignore"],
)
def test_the_user_weighs_weakness(policy: Policy, status: Status, severity: Severity, found: list[str]) -> None:
    """Weak keys and signatures are critical, a warning or nothing, as the user wishes."""
    part = judge(certificate(key=PublicKey("RSA", 1024), signature="sha1WithRSAEncryption"), policy=policy)
    assert (part.status, part.severity, codes(part)) == (status, severity, found)


@pytest.mark.parametrize(("number", "code"), [(66, "weak_key"), (67, "weak_key"), (68, "weak_signature")])
def test_weakness_that_only_openssl_sees_is_told(number: int, code: str) -> None:
    """When OpenSSL stops at a weakness that the certificates do not show, it is still a problem, and told once."""
    part = judge(certificate(), verification=Verification(number, "too weak"))
    assert (part.status, codes(part), part.trusted) == (Status.INVALID, [code], False)


def test_weakness_above_the_leaf_counts_but_not_a_roots_own_signature() -> None:
    """An intermediate signed with SHA-1 can be forged; nobody relies on the signature that a root puts on itself."""
    sha1 = "sha1WithRSAEncryption"
    part = judge(certificate(), intermediate(signature=sha1), root(signature=sha1))
    assert (codes(part), "Lab Intermediate" in part.problems[0].message) == (["weak_signature"], True)


def test_an_anchors_own_signature_does_not_matter_but_its_key_does() -> None:
    """A root of RSA 1024 is a weakness, for whoever breaks it can vouch for anything."""
    part = judge(certificate(), intermediate(), root(key=PublicKey("RSA", 1024)))
    assert (codes(part), "Lab Root" in part.problems[0].message) == (["weak_key"], True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"protocol": "TLSv1", "cipher": "ECDHE-RSA-AES128-SHA"}, ["nothing newer than TLS 1.0"]),
        ({"protocol": "TLSv1.1", "cipher": "ECDHE-RSA-AES128-SHA"}, ["nothing newer than TLS 1.1"]),
        ({"protocol": "TLSv1.2", "cipher": "AES128-GCM-SHA256"}, ["no forward secrecy"]),
        ({"protocol": "TLSv1.2", "cipher": "ECDHE-RSA-RC4-SHA"}, ["ECDHE-RSA-RC4-SHA is broken"]),
        ({"protocol": "TLSv1.2", "cipher": "ECDHE-RSA-DES-CBC3-SHA"}, ["ECDHE-RSA-DES-CBC3-SHA is broken"]),
        ({"protocol": "TLSv1.2", "cipher": "ECDHE-RSA-NULL-SHA"}, ["encrypts nothing"]),
        (
            {"protocol": "TLSv1", "cipher": "EXP-RC4-MD5"},
            ["nothing newer", "no forward secrecy", "was made to be broken"],
        ),
        ({"protocol": "TLSv1.2", "cipher": "DHE-RSA-AES128-SHA", "dh_bits": 1024}, ["has 1024 bits"]),
        ({"protocol": "TLSv1.2", "cipher": "DHE-RSA-AES128-SHA", "dh_bits": 2048}, []),
        ({"protocol": "TLSv1.2", "cipher": "ECDHE-ECDSA-CHACHA20-POLY1305"}, []),
        ({"protocol": "TLSv1.3", "cipher": "TLS_CHACHA20_POLY1305_SHA256"}, []),
        ({"protocol": None, "cipher": None}, []),
    ],
)
def test_a_weak_way_of_speaking_is_told(changes: dict[str, Any], words: list[str]) -> None:
    """Old versions, static keys, small groups and broken ciphers are weak; what clients like is not."""
    part = judge(certificate(), **changes)
    assert codes(part) == ["weak_protocol"] * len(words)
    assert all(word in problem.message for word, problem in zip(words, part.problems, strict=True))


def test_what_only_a_lenient_client_can_reach_is_weak() -> None:
    """Where nothing that was agreed upon is weak, the reason why others are refused is told."""
    refused = Failure(ProblemCode.HANDSHAKE_FAILURE, "the handshake failed (unsafe legacy renegotiation disabled)")
    part = judge(certificate(), refused=refused)
    assert (part.status, codes(part)) == (Status.INVALID, ["weak_protocol"])
    assert "unsafe legacy renegotiation" in part.problems[0].message
