"""Certificate files: what is found in them, and that it is judged as if a server showed it."""

from __future__ import annotations

import os
from base64 import encodebytes
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.errors import UsageError
from domaincheck.lab.authority import Authority, Credential, pem
from domaincheck.lab.hostile import heavy_credential
from domaincheck.lab.odd import INTEGER, UTF8_STRING, altered, common_name, tlv
from domaincheck.model import CertificateFile, InvalidTarget, Severity, Status, TlsFacts
from domaincheck.probes.certificate_bundle import certificates
from domaincheck.probes.certificate_file import CertificateFileProbe
from tests.facts import DAY, HOST, codes
from tests.test_tls_faults import EXPLAINED, EXTRAS, FAULTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography import x509

    from domaincheck.model import TlsPart
    from tests.tls_client import Client


class Desk:
    """Somebody who has files checked, and trusts the lab's root."""

    def __init__(self, client: Client, folder: Path) -> None:
        self._client, self.folder = client, folder

    def ask(self, content: bytes, *, password: bytes | None = None, **options: Any) -> TlsFacts | InvalidTarget:
        """Return what is learned of a file with that *content*."""
        path = self.folder / "chain.pem"
        path.write_bytes(content)
        credentials = replace(self._client.credentials, password=password)
        return CertificateFileProbe(10.0, credentials, **options)(CertificateFile(f"file:{path}", str(path)))

    def check(self, content: bytes, **options: Any) -> TlsPart:
        """Return the judgement of a file with that *content*."""
        facts = self.ask(content, **options)
        assert isinstance(facts, TlsFacts), facts
        return self._client.judge(facts)

    def refusal(self, content: bytes, **options: Any) -> str:
        """Return why a file with that *content* cannot be used, without its name."""
        facts = self.ask(content, **options)
        assert isinstance(facts, InvalidTarget)
        return facts.reason.removeprefix(f"{self.folder / 'chain.pem'} ")


@pytest.fixture
def desk(client: Client, tmp_path: Path) -> Desk:
    """Return a desk with a folder of its own."""
    return Desk(client, tmp_path)


@pytest.fixture(scope="module")
def sound(root: Authority) -> Credential:
    """Return a leaf with its intermediate, without a fault."""
    return root.intermediate().leaf(HOST)


# --- the same verdicts as on the wire --------------------------------------------------------------------------------


def superfluous(name: str, root: Authority) -> Credential:
    """Return a chain that holds, with something else among it."""
    issuer = root.intermediate()
    return issuer.leaf(HOST).sending(*EXTRAS[name](root, issuer.certificate))


SOUND = {
    "from the root": lambda r: r.leaf(HOST),
    "below an intermediate": lambda r: r.intermediate().leaf(HOST),
    "of RSA": lambda r: r.intermediate(key="RSA 2048").leaf(HOST, key="RSA 2048"),
    "of Ed25519": lambda r: r.leaf(HOST, key="Ed25519"),
    "of P-521": lambda r: r.leaf(HOST, key="P-521"),
    "for six days": lambda r: r.leaf(HOST, not_before=-3 * DAY, not_after=3.5 * DAY),
    "expiring soon": lambda r: r.leaf(HOST, not_after=9.5 * DAY),
    "expiring today": lambda r: r.leaf(HOST, not_after=0.5 * DAY),
    "with its root": lambda r: r.leaf(HOST).sending(r.certificate),
    "with a stray one": lambda r: (
        r.intermediate()
        .leaf(HOST)
        .sending(Authority.root(r.now, not_after=-DAY).certificate, r.intermediate().certificate)
    ),
    "with the leaf twice": lambda r: (c := r.leaf(HOST)).sending(c.leaf),
    "large": lambda r: heavy_credential(r, HOST, size=60_000),
}
CHAINS: dict[str, Callable[[Authority], Credential]] = {
    **SOUND,
    **{name: make for name, (make, *_) in FAULTS.items()},
    **{name: make for name, (make, *_) in EXPLAINED.items() if name != "leaf last"},
    **{name: partial(superfluous, name) for name in EXTRAS},
}


def told(part: TlsPart) -> tuple[object, ...]:
    """Return all that is told of a certificate, apart from the connection and the words of its problems."""
    away = replace(part, address=None, protocol=None, cipher=None, duration_seconds=0.0, problems=())
    return away, [(problem.code, problem.severity) for problem in part.problems]


@pytest.mark.parametrize("chain", CHAINS)
def test_a_chain_is_worth_the_same_in_a_file_and_on_a_server(
    client: Client, desk: Desk, root: Authority, chain: str
) -> None:
    """Status, severity, problems, trust, chain and all facts are those of a server that shows the very same."""
    credential = CHAINS[chain](root)
    assert told(desk.check(credential.chain_pem, servername=HOST)) == told(client.check(credential))


def test_a_sound_file_is_valid_and_knows_of_no_server(desk: Desk, sound: Credential) -> None:
    """There is no address, protocol or cipher, and without a name to look for none that matches."""
    part = desk.check(sound.chain_pem)
    assert (part.status, part.severity, part.problems) == (Status.VALID, Severity.OK, ())
    assert (part.address, part.protocol, part.cipher, part.hostname_matches) == (None, None, None, None)
    assert (part.trusted, part.names, len(part.chain)) == (True, (HOST,), 2)


@pytest.mark.parametrize(("name", "problems"), [(HOST, []), ("www.example.org", ["hostname_mismatch"])])
def test_names_are_compared_where_one_is_given(desk: Desk, sound: Credential, name: str, problems: list[str]) -> None:
    """With a server name, a certificate for another is invalid, as on a server."""
    part = desk.check(sound.chain_pem, servername=name)
    assert (part.hostname_matches, codes(part)) == (not problems, problems)


def test_a_missing_intermediate_is_missing_in_the_file(desk: Desk, sound: Credential) -> None:
    """The advice is about the file, not about a server."""
    (problem,) = desk.check(sound.sending().chain_pem).problems
    assert problem.message == "the file does not hold the intermediate CN=Lab Intermediate R1; add it to the file"


def test_the_issuers_can_be_asked(desk: Desk, sound: Credential) -> None:
    """For revocation the path that holds is handed on, up to the root, and no server's address."""
    asked = []
    desk.ask(sound.chain_pem, revocation=lambda path, address, _: asked.append((len(path), address)))
    assert asked == [(3, None)]


# --- order -----------------------------------------------------------------------------------------------------------


def deep(root: Authority) -> list[x509.Certificate]:
    """Return root, two intermediates and a leaf, from the top down."""
    upper = root.intermediate(subject="Lab Upper", path_length=None)
    lower = upper.intermediate(subject="Lab Lower")
    return [root.certificate, upper.certificate, lower.certificate, lower.leaf(HOST).leaf]


@pytest.mark.parametrize("order", [(3, 2, 1), (3, 1, 2), (3, 2, 1, 0), (3, 0, 1, 2)])
def test_issuers_may_stand_in_any_order(desk: Desk, root: Authority, order: tuple[int, ...]) -> None:
    """Clients find their way through them, so there is nothing to say."""
    found = deep(root)
    part = desk.check(pem(*(found[number] for number in order)))
    assert (part.status, part.problems, part.subject) == (Status.VALID, (), f"CN={HOST}")


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 1, 3), (2, 3, 1), (1, 2, 0, 3)])
def test_a_leaf_behind_its_issuers_is_found_and_its_place_told(
    desk: Desk, root: Authority, order: tuple[int, ...]
) -> None:
    """It is judged as the leaf it is, with a warning that says where it stands and where it belongs."""
    found = deep(root)
    part = desk.check(pem(*(found[number] for number in order)))
    assert (part.status, part.severity, part.subject) == (Status.VALID, Severity.WARNING, f"CN={HOST}")
    assert codes(part) == ["wrong_order"]
    assert f"as number {order.index(3) + 1} in the file" in part.problems[0].message
    assert part.chain[0].subject == f"CN={HOST}"


def test_of_several_chains_the_first_counts(desk: Desk, root: Authority, sound: Credential) -> None:
    """Behind a leaf that has issued nothing, another leaf is a stray one."""
    other = Authority.root(root.now).leaf("other.example.com", not_after=-DAY)
    part = desk.check(sound.chain_pem + other.chain_pem)
    assert (part.status, part.problems, part.subject) == (Status.VALID, (), f"CN={HOST}")


def test_a_chain_of_authorities_alone_can_be_checked(desk: Desk, root: Authority) -> None:
    """A file without any server's certificate is judged by the lowest authority in it."""
    upper = root.intermediate(subject="Lab Upper", path_length=None)
    part = desk.check(pem(upper.intermediate(subject="Lab Lower").certificate, upper.certificate, root.certificate))
    assert (part.status, part.subject, part.problems) == (Status.VALID, "CN=Lab Lower", ())


# --- PEM -------------------------------------------------------------------------------------------------------------

WRITTEN: dict[str, Callable[[Credential], bytes]] = {
    "key first": lambda c: c.key_pem + c.chain_pem,
    "key last": lambda c: c.chain_pem + c.key_pem,
    "key between": lambda c: pem(c.leaf) + c.key_pem + pem(*c.chain[1:]),
    "CR LF": lambda c: c.chain_pem.replace(b"\n", b"\r\n"),
    "CR": lambda c: c.chain_pem.replace(b"\n", b"\r"),
    "bag attributes": lambda c: b"Bag Attributes\n    localKeyID: 01\nsubject=/CN=x\n" + c.chain_pem,
    "text that begins as DER does": lambda c: b"0 s:CN = x\n" + c.chain_pem,
    "byte order mark": lambda c: b"\xef\xbb\xbf" + c.chain_pem,
    "indented": lambda c: c.chain_pem.replace(b"\n", b"\n   "),
    "no line ends": lambda c: c.chain_pem.replace(b"\n", b""),
    "no newline at the end": lambda c: c.chain_pem.rstrip(),
    "old label": lambda c: c.chain_pem.replace(b" CERTIFICATE", b" X509 CERTIFICATE"),
    "parameters": lambda c: b"-----BEGIN DH PARAMETERS-----\nMAYCAQUCAQI=\n-----END DH PARAMETERS-----\n" + c.chain_pem,
}


@pytest.mark.parametrize("way", WRITTEN)
def test_certificates_are_found_in_pem_however_it_is_written(desk: Desk, sound: Credential, way: str) -> None:
    """Keys, comments, indents and any line ends may stand around them, as servers take them."""
    part = desk.check(WRITTEN[way](sound))
    assert (part.status, len(part.chain), part.problems) == (Status.VALID, 2, ())


def test_a_trusted_certificate_is_one_without_its_notes(desk: Desk, sound: Credential) -> None:
    """What OpenSSL appends to a TRUSTED CERTIFICATE is no part of it."""
    whole = sound.leaf.public_bytes(Encoding.DER) + b"\x30\x02\x0c\x00"
    assert len(certificates(labelled("TRUSTED CERTIFICATE", whole))[0]) == len(whole) - 4
    assert desk.check(labelled("TRUSTED CERTIFICATE", whole)).subject == f"CN={HOST}"


def labelled(label: str, content: bytes) -> bytes:
    """Return *content* as PEM under *label*."""
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (label.encode(), encodebytes(content), label.encode())


# --- DER and PKCS#12 -------------------------------------------------------------------------------------------------


def test_der_is_one_certificate(desk: Desk, root: Authority) -> None:
    """A file in DER is recognised by what it holds, not by its name."""
    assert desk.check(root.leaf(HOST).leaf.public_bytes(Encoding.DER)).status is Status.VALID


def packed(credential: Credential, password: bytes | None, *, key: bool = True) -> bytes:
    """Return *credential* as PKCS#12, with its key or without."""
    kept = credential.key if key else None
    first = credential.leaf if key else None
    others = credential.chain[1:] if key else tuple(reversed(credential.chain))
    scheme = NoEncryption() if password is None else BestAvailableEncryption(password)
    return pkcs12.serialize_key_and_certificates(b"site", kept, first, others, scheme)


@pytest.mark.parametrize("key", [True, False], ids=["with key", "without"])
@pytest.mark.parametrize("password", [None, b"hello", "grüße".encode()], ids=["open", "ascii", "unicode"])
def test_pkcs12_is_opened(desk: Desk, sound: Credential, password: bytes | None, *, key: bool) -> None:
    """With its password, or with none where it needs none; there is no order to be wrong."""
    part = desk.check(packed(sound, password, key=key), password=password)
    assert (part.status, part.subject, len(part.chain), part.problems) == (Status.VALID, f"CN={HOST}", 2, ())


@pytest.mark.parametrize(
    ("password", "words"), [(None, "name a file with its password"), (b"wrong", "or its password")]
)
def test_pkcs12_stays_closed_without_its_password(
    desk: Desk, sound: Credential, password: bytes | None, words: str
) -> None:
    """It is told which option opens it, and apart from that, that the password is wrong."""
    reason = desk.refusal(packed(sound, b"hello"), password=password)
    assert reason.startswith("is PKCS#12")
    assert words in reason


# --- what is no certificate ------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[Credential], bytes], str]] = {
    "nothing": (lambda _: b"", "is empty"),
    "text": (lambda _: b"www.example.com\n", "holds no certificate"),
    "zero": (lambda _: b"0", "holds no certificate"),
    "zeros": (lambda _: bytes(1000), "holds no certificate"),
    "a key": (lambda c: c.key_pem, "holds a private key and no certificate"),
    "a key in DER": (
        lambda c: c.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        "holds a private key and no certificate",
    ),
    "a request": (lambda _: labelled("CERTIFICATE REQUEST", b"0\0"), "holds no certificate, only CERTIFICATE REQUEST"),
    "PKCS#7": (lambda _: labelled("PKCS7", b"0\0"), "convert it with 'openssl pkcs7 -print_certs'"),
    "a Java key store": (lambda _: b"\xfe\xed\xfe\xed\0\0\0\2", "is a key store of Java"),
    "no end": (lambda c: c.chain_pem[:-40], "its certificate number 2 cannot be decoded"),
    "no base64": (lambda _: labelled("CERTIFICATE", b"0\0").replace(b"MAA=", b"M"), "number 1 cannot be decoded"),
    "an empty one": (lambda _: labelled("CERTIFICATE", b""), "number 1 cannot be decoded"),
    "half of DER": (lambda c: c.leaf.public_bytes(Encoding.DER)[:-1], "holds no certificate"),
    "DER that is none": (lambda _: b"\x30\x04\x30\x02\x05\x00", "cannot read its certificate number 1"),
    "a broken PKCS#12": (lambda c: packed(c, None)[:-9], "is PKCS#12"),
    "too many": (lambda c: pem(c.leaf) * 200, "over 100 KiB of certificates (200 in number), which no client takes"),
    "too much": (lambda c: c.chain_pem + b" " * (1 << 20), "has more than 1 MiB"),
}


@pytest.mark.parametrize("content", REFUSED)
def test_what_is_no_certificate_is_told_in_a_sentence(desk: Desk, sound: Credential, content: str) -> None:
    """The reason names what the file is, or which certificate of it is damaged."""
    make, words = REFUSED[content]
    assert words in desk.refusal(make(sound))


UNREAD: dict[str, tuple[Callable[[Credential, Authority], bytes], str]] = {
    "invalid UTF-8": (
        lambda c, r: altered(c, r.key, subject=common_name(UTF8_STRING, b"\xff")).chain_pem,
        "cannot read its certificate number 1",
    ),
    "a padded number": (
        lambda c, r: altered(c, r.key, serial=tlv(INTEGER, b"\0\0\5")).chain_pem,
        "cannot read its certificate number 1",
    ),
    "a strange one behind it": (
        lambda credential, _: pem(credential.leaf) + labelled("CERTIFICATE", b"0\3\2\1\0"),
        "cannot read its certificate number 2",
    ),
    "names beyond number": (lambda _, root: heavy_credential(root, HOST).chain_pem, "which no client takes"),
}


@pytest.mark.parametrize("kind", UNREAD)
def test_what_openssl_does_not_take_is_told_as_far_as_it_can_be_read(desk: Desk, root: Authority, kind: str) -> None:
    """Servers could not show it, so it is invalid; but its dates and names are there."""
    make, words = UNREAD[kind]
    part = desk.check(make(root.leaf(HOST), root))
    assert (part.status, part.severity, codes(part)) == (Status.INVALID, Severity.CRITICAL, ["malformed_response"])
    assert (part.days_left, part.names[:1], part.trusted) == (59, (HOST,), None)
    assert words in part.problems[0].message


def test_a_key_is_never_repeated(desk: Desk, sound: Credential) -> None:
    """Neither a reason nor the facts hold anything of a private key."""
    key = rsa.generate_private_key(65537, 2048)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    lines = {line.decode() for line in secret.splitlines()[1:-1]}
    told = [desk.ask(content) for content in (secret, secret + sound.chain_pem, secret + sound.chain_pem[:-40])]
    assert not any(line in repr(each) for line in lines for each in told)


def test_a_password_is_never_repeated(client: Client) -> None:
    """Not even where a probe is printed."""
    assert "hello" not in repr(CertificateFileProbe(1.0, replace(client.credentials, password=b"hello")))


@given(
    st.binary()
    | st.lists(st.sampled_from([b"-----BEGIN ", b"-----END ", b"CERTIFICATE-----", b"MA==", b"\n"])).map(b"".join)
)
def test_any_bytes_are_certificates_or_a_sentence(data: bytes) -> None:
    """Whatever a file holds, there is no other way out."""
    with suppress(UsageError):
        assert all(certificates(data))


# --- files that are none ---------------------------------------------------------------------------------------------


def reason_of(client: Client, path: object) -> str:
    """Return why *path* cannot be used."""
    found = CertificateFileProbe(10.0, client.credentials)(CertificateFile(f"file:{path}", str(path)))
    assert isinstance(found, InvalidTarget)
    return found.reason


def test_a_pipe_is_left_alone(client: Client, tmp_path: Path) -> None:
    """It is not waited for, and whoever would write to it does not notice."""
    os.mkfifo(tmp_path / "pipe")
    assert reason_of(client, tmp_path / "pipe") == f"{tmp_path}/pipe is a pipe or a device: name a file"


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/tty", "/dev/null"])
def test_a_device_is_not_read(client: Client, path: str) -> None:
    """Devices may never end, or wait for somebody to type."""
    assert reason_of(client, path) == f"{path} is a pipe or a device: name a file"


def test_a_directory_is_told_from_what_is_in_it(client: Client, tmp_path: Path) -> None:
    """The sentence shows how to name the files."""
    assert (
        reason_of(client, tmp_path) == f"{tmp_path} is a directory: name a file, or a pattern such as {tmp_path}/*.pem"
    )


def test_a_file_that_is_not_there_is_named(client: Client, tmp_path: Path) -> None:
    """The system's words say why, and no escape sequence in a name reaches the terminal."""
    reason = reason_of(client, tmp_path / "\x1b[31m.pem")
    assert reason.endswith(".pem cannot be read: No such file or directory")
    assert "\x1b" not in reason
