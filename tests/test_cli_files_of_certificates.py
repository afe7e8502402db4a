"""``check file:PATH`` as a user meets it: one file or many, beside hosts and in lists, with and without a password."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from domaincheck.lab.tls import TlsServer
from tests.commands import Outcome, Shell, ended, run, start
from tests.facts import DAY, HOST

if TYPE_CHECKING:
    from pathlib import Path

    from domaincheck.lab.authority import Authority, Credential


@pytest.fixture(scope="module")
def sound(root: Authority) -> Credential:
    """Return a leaf with its intermediate, without a fault."""
    return root.intermediate().leaf(HOST)


class Folder:
    """A folder of certificate files, and a command line that trusts the lab's root."""

    def __init__(self, path: Path, ca_file: Path) -> None:
        self.path, self._ca_file = path, ca_file

    def put(self, name: str, content: bytes) -> str:
        """Write a file, and return the target that names it."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return f"file:{path}"

    def check(self, *arguments: object, form: str = "json", **shell: Any) -> Outcome:
        """Return what a user sees of a check in the format *form*."""
        return run("check", "--format", form, "--ca-file", self._ca_file, *arguments, **shell)

    def seen(self, *arguments: object, **shell: Any) -> list[tuple[str, str]]:
        """Return the target, as it stands below the folder, and the status of each result."""
        results = self.check(*arguments, **shell).results
        return [(result["target"].replace(f"{self.path}/", ""), result["status"]) for result in results]


@pytest.fixture
def folder(tmp_path: Path, ca_file: Path) -> Folder:
    """Return an empty folder."""
    return Folder(tmp_path / "certificates", ca_file)


# --- results ---------------------------------------------------------------------------------------------------------


def test_a_file_has_a_certificate_and_no_host(folder: Folder, sound: Credential) -> None:
    """What has to do with a host, a connection or a registration is null; the rest is as for a server."""
    outcome = folder.check(folder.put("chain.pem", sound.chain_pem))
    (result,) = outcome.results
    assert (outcome.status, outcome.stderr, result["status"], result["severity"]) == (0, "", "valid", "ok")
    assert [result[key] for key in ("host", "port", "domain", "reason")] == [None] * 4
    assert [result["tls"][key] for key in ("address", "protocol", "cipher", "hostname_matches")] == [None] * 4
    assert (result["tls"]["days_left"], result["tls"]["trusted"], len(result["tls"]["chain"])) == (59, True, 2)


@pytest.mark.parametrize(("name", "status", "matches"), [(HOST, 0, True), ("www.example.org", 2, False)])
def test_a_servername_is_looked_for(
    folder: Folder, sound: Credential, name: str, status: int, *, matches: bool
) -> None:
    """With --servername the certificate has to be for it."""
    outcome = folder.check("--servername", name, folder.put("chain.pem", sound.chain_pem))
    assert (outcome.status, outcome.results[0]["tls"]["hostname_matches"]) == (status, matches)


@pytest.mark.parametrize("form", ["plain", "table", "csv", "ndjson", "json"])
def test_every_format_can_tell_of_a_file(folder: Folder, root: Authority, form: str) -> None:
    """Also of one that has expired, and of one that is none."""
    old = folder.put("old.pem", root.leaf(HOST, not_after=-DAY).chain_pem)
    outcome = folder.check(old, folder.put("none.pem", b""), form=form)
    assert (outcome.status, outcome.stderr) == (2, "")
    assert "old.pem" in outcome.stdout
    assert "is empty" in " ".join(outcome.stdout.split())


def test_what_is_told_beside_the_results_names_the_file(folder: Folder, sound: Credential, ca_file: Path) -> None:
    """With -v there is a line about each certificate, without an address."""
    target = folder.put("chain.pem", sound.chain_pem)
    assert f"{target}: certificate: valid in " in run("-v", "check", "--ca-file", ca_file, target).stderr


# --- files that cannot be used ---------------------------------------------------------------------------------------


def test_a_file_that_is_no_certificate_is_unknown(folder: Folder) -> None:
    """It is an invalid target with its reason, and the exit status is 3."""
    outcome = folder.check(folder.put("hosts.txt", b"www.example.com\n"))
    (result,) = outcome.results
    assert (outcome.status, result["status"], result["severity"], result["tls"]) == (
        3,
        "invalid_target",
        "unknown",
        None,
    )
    assert result["reason"] == f"{folder.path}/hosts.txt holds no certificate, neither as PEM nor as DER or PKCS#12"


def test_the_others_are_checked_all_the_same(folder: Folder, sound: Credential, root: Authority) -> None:
    """Files, hosts and what is neither stand side by side."""
    good, bad = folder.put("good.pem", sound.chain_pem), folder.put("bad.pem", sound.key_pem)
    with TlsServer(root.leaf(HOST)) as server:
        hosts = {(HOST, 443): (server.host, server.port)}
        outcome = folder.check("--no-domain", bad, HOST, good, "1.2.3", hosts=hosts)
    assert [each["status"] for each in outcome.results] == ["invalid_target", "valid", "valid", "invalid_target"]
    assert outcome.status == 3


def test_without_certificates_there_is_nothing_to_check(folder: Folder, sound: Credential) -> None:
    """A file has nothing else."""
    (result,) = folder.check("--no-tls", folder.put("chain.pem", sound.chain_pem)).results
    assert (result["status"], "nothing to check" in result["reason"]) == ("invalid_target", True)


# --- naming files ----------------------------------------------------------------------------------------------------


def test_a_pattern_stands_for_its_files_in_order(folder: Folder, sound: Credential) -> None:
    """As the shell would have it, had it known: sorted, and each a target of its own."""
    for name in ("b", "a", "c"):
        folder.put(f"live/{name}/fullchain.pem", sound.chain_pem)
    assert folder.seen(f"file:{folder.path}/live/*/fullchain.pem") == [
        (f"file:live/{name}/fullchain.pem", "valid") for name in "abc"
    ]


def test_a_pattern_without_a_match_is_told(folder: Folder, sound: Credential) -> None:
    """It is an invalid target, not silence."""
    good = folder.put("chain.pem", sound.chain_pem)
    *_, result = folder.check(good, f"file:{folder.path}/*.crt").results
    assert (result["status"], result["reason"]) == ("invalid_target", f"no file matches '{folder.path}/*.crt'")


def test_a_file_may_have_a_pattern_for_a_name(folder: Folder, sound: Credential) -> None:
    """A file that exists is meant by its name, whatever characters that has."""
    folder.put("a1.pem", sound.chain_pem)
    assert folder.seen(folder.put("a[1].pem", sound.chain_pem)) == [("file:a[1].pem", "valid")]


@pytest.mark.parametrize("name", ["my site.pem", "a,b.pem", "a ,b.pem", "été.pem", "100%41.pem", "a#b.pem"])
def test_a_path_is_taken_as_it_is(folder: Folder, sound: Credential, name: str) -> None:
    """Blanks, commas, percent signs and other scripts are part of it."""
    assert folder.seen(folder.put(name, sound.chain_pem)) == [(f"file:{name}", "valid")]


def test_a_list_may_name_files(folder: Folder, sound: Credential) -> None:
    """One a line, with blanks in it, before a comment, or several with commas between them."""
    for name in ("my site.pem", "b.pem", "c.pem"):
        folder.put(name, sound.chain_pem)
    listed = f"file:{folder.path}/my site.pem  # ours\nfile:{folder.path}/b.pem, 1.2.3\nFILE:{folder.path}/c.pem\n"
    assert [status for _, status in folder.seen("-", stdin=listed)] == ["valid", "valid", "invalid_target", "valid"]


def test_a_fault_in_a_list_says_where_it_stands(folder: Folder, tmp_path: Path) -> None:
    """A pattern that matches nothing is told with the line of the list."""
    (tmp_path / "list").write_text(f"\nfile:{folder.path}/*.pem\n", encoding="utf-8")
    (result,) = folder.check("-f", tmp_path / "list").results
    assert result["reason"].startswith(f"{tmp_path}/list, line 2: no file matches")


def test_the_same_file_is_checked_once(folder: Folder, sound: Credential) -> None:
    """However its path is spelled; a link is another file."""
    target = folder.put("chain.pem", sound.chain_pem)
    (folder.path / "link.pem").symlink_to("chain.pem")
    again = (f"file://{folder.path}/./chain.pem", f"file://localhost{folder.path}/*.pem")
    assert folder.seen(target, *again) == [("file:chain.pem", "valid"), ("file:link.pem", "valid")]


def test_a_relative_path_is_below_the_working_directory(folder: Folder, sound: Credential, ca_file: Path) -> None:
    """With or without a dot before it, or as a pattern."""
    for name in ("a.pem", "b.pem", "c.pem"):
        folder.put(name, sound.chain_pem)
    targets = ("file:a.pem", "file:./b.pem", "file:[c].pem")
    process = start("check", "--json", "--ca-file", ca_file, *targets, home=folder.path, cwd=folder.path)
    found = json.loads(ended(process).stdout)["results"]
    assert [(each["target"], each["status"]) for each in found] == [
        ("file:a.pem", "valid"),
        ("file:./b.pem", "valid"),
        ("file:c.pem", "valid"),
    ]


# --- passwords -------------------------------------------------------------------------------------------------------


@pytest.fixture
def closed(folder: Folder, sound: Credential) -> str:
    """Return the target of an encrypted PKCS#12 file."""
    scheme = BestAvailableEncryption(b"open sesame")
    content = pkcs12.serialize_key_and_certificates(b"site", sound.key, sound.leaf, sound.chain[1:], scheme)
    return folder.put("site.p12", content)


@pytest.mark.parametrize("text", ["open sesame", "open sesame\n", "open sesame\r\nand a note\n"])
def test_the_first_line_of_the_password_file_opens_pkcs12(
    folder: Folder, closed: str, tmp_path: Path, text: str
) -> None:
    """The end of that line is no part of the password."""
    (tmp_path / "password").write_text(text, encoding="utf-8", newline="")
    outcome = folder.check("--password-file", tmp_path / "password", closed)
    assert (outcome.status, outcome.results[0]["status"]) == (0, "valid")


@pytest.mark.parametrize("text", [None, "open, barley\n"], ids=["none", "wrong"])
def test_pkcs12_without_its_password_is_unknown(folder: Folder, closed: str, tmp_path: Path, text: str | None) -> None:
    """That is told in a sentence, which does not repeat a password."""
    (tmp_path / "password").write_text(text or "", encoding="utf-8")
    outcome = folder.check(*(("--password-file", tmp_path / "password") if text else ()), closed)
    (result,) = outcome.results
    assert (outcome.status, result["status"], "--password-file" in result["reason"]) == (3, "invalid_target", True)
    assert "barley" not in outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "cannot be read"), ("\nsecret\n", "the first line, which should be the password, is empty")],
)
def test_a_password_file_that_cannot_be_used_is_told(
    folder: Folder, closed: str, tmp_path: Path, text: str | None, words: str
) -> None:
    """One sentence, and nothing is checked."""
    if text is not None:
        (tmp_path / "password").write_text(text, encoding="utf-8")
    outcome = folder.check("--password-file", tmp_path / "password", closed)
    assert (outcome.status, outcome.stdout, words in outcome.complaint) == (3, "", True)


@pytest.fixture
def own(root: Authority, tmp_path: Path) -> tuple[Path, Path]:
    """Return the files of a client's certificate and of its key, which is encrypted."""
    identity = root.leaf("client.example.com", usage=[ExtendedKeyUsageOID.CLIENT_AUTH])
    (tmp_path / "own.pem").write_bytes(identity.chain_pem)
    encrypted = BestAvailableEncryption(b"open sesame")
    (tmp_path / "own.key").write_bytes(identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encrypted))
    return tmp_path / "own.pem", tmp_path / "own.key"


def visit(own: tuple[Path, Path], root: Authority, ca_file: Path, *options: object) -> Outcome:
    """Return what a user sees who shows *own* certificate to a server that wants one."""
    with TlsServer(root.leaf(HOST), client_ca=root.certificate) as server:
        shell = Shell(hosts={(HOST, 443): (server.host, server.port)})
        who = ("--client-cert", own[0], "--client-key", own[1])
        return shell.run("check", "--json", "--no-domain", "--ca-file", ca_file, *who, *options, HOST)


def test_the_password_opens_a_clients_key(
    own: tuple[Path, Path], root: Authority, ca_file: Path, tmp_path: Path
) -> None:
    """A server that wants a client's certificate is shown one whose key is kept encrypted."""
    (tmp_path / "password").write_text("open sesame\n", encoding="utf-8")
    outcome = visit(own, root, ca_file, "--password-file", tmp_path / "password")
    assert (outcome.status, outcome.results[0]["tls"]["problems"]) == (0, [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "the client's key is encrypted: name a file with its password by --password-file"),
        ("open, barley\n", "the password of --password-file does not open the client's key"),
    ],
    ids=["none", "wrong"],
)
def test_a_clients_key_that_stays_closed_is_told(  # noqa: PLR0913, PLR0917 - fixtures
    own: tuple[Path, Path], root: Authority, ca_file: Path, tmp_path: Path, text: str | None, words: str
) -> None:
    """One sentence, and nothing is checked."""
    (tmp_path / "password").write_text(text or "", encoding="utf-8")
    outcome = visit(own, root, ca_file, *(("--password-file", tmp_path / "password") if text else ()))
    assert (outcome.status, outcome.stdout, outcome.complaint) == (3, "", words)


# --- who else is told ------------------------------------------------------------------------------------------------


def test_telemetry_never_names_a_file(folder: Folder, sound: Credential) -> None:
    """Files are counted, and their paths stay here."""
    on = {"DOMAINCHECK_TELEMETRY": "log", "POSTHOG_API_KEY": "phc_test"}
    outcome = folder.check(folder.put("chain.pem", sound.chain_pem), f"file:{folder.path}/none", environment=on)
    begun = next(event for event in outcome.events if event["event"] == "domain_check")
    assert (begun["properties"]["domain_count"], begun["properties"]["domains"]) == (2, [])
    assert str(folder.path) not in json.dumps(outcome.events)


@pytest.mark.parametrize("command", ["subscribe", "unsubscribe"])
def test_alerts_are_for_hosts(command: str) -> None:
    """A certificate file is refused where mail is to be sent, with what to name instead."""
    outcome = run(command, "someone@example.com", "file:./chain.pem")
    assert (outcome.status, outcome.stdout) == (3, "")
    assert "only 'domaincheck check' looks into certificate files; give the host" in outcome.complaint
