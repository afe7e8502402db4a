"""What is used wrongly: one sentence on standard error, exit status 3, nothing printed and nobody bothered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domaincheck.lab.hostile import HostileServer
from tests.commands import Outcome, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domaincheck.lab.authority import Authority


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    """Start a server that counts who comes; nobody should."""
    with HostileServer("close") as started:
        yield started


def assert_refused(outcome: Outcome, server: HostileServer, *words: str) -> None:
    """Assert that nothing was probed or printed, and that the one sentence says *words*."""
    assert outcome.status == 3
    assert outcome.stdout == ""
    assert [word for word in words if word not in outcome.complaint] == []
    assert server.connections == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--jobs", "0"), ("--jobs", "0")),
        (("--jobs", "5000"), ("--jobs", "4096")),
        (("--jobs", "many"), ("--jobs", "'many' is not a whole number from 1 to 4096")),
        (("--timeout", "0"), ("--timeout", "0.01")),
        (("--timeout", "nan"), ("--timeout", "nan")),
        (("--timeout", "1e300"), ("--timeout", "86400")),
        (("--timeout", "soon"), ("--timeout", "soon")),
        (("--retries", "-1"), ("--retries", "-1")),
        (("--threshold", "a month"), ("--threshold", "a month", "30d", "25%")),
        (("--threshold", "-5"), ("--threshold", "-5")),
        (("--threshold", "101%"), ("--threshold", "101%")),
        (("--critical", "1e3"), ("--critical", "1e3")),
        (("--format", "xml"), ("--format", "xml", "ndjson")),
        (("--sort", "size"), ("--sort", "size", "urgency")),
        (("--registry", "dns"), ("--registry", "dns", "rdap")),
        (("--jsn",), ("--jsn; did you mean --json?",)),
        (("--thresold", "3"), ("--thresold; did you mean --threshold?",)),
        (("--json", "--format", "csv"), ("--json", "--format csv")),
        (("--no-cache", "--refresh"), ("--no-cache", "--refresh")),
        (("--registry", "whois", "--rdap-url", "https://x/"), ("--rdap-url", "--registry whois")),
        (("--registry", "rdap", "--whois-server", "x"), ("--whois-server", "--registry rdap")),
        (("-4", "-6"), ("-4", "-6")),
        (("--no-tls", "--no-domain"), ("--no-tls", "--no-domain")),
        (("--client-key", "key.pem"), ("--client-key", "--client-cert")),
        (("--resolve", "example.com"), ("--resolve", "example.com", "HOST:PORT:ADDRESS")),
        (("--resolve", "example.com:443:there"), ("--resolve", "IP addresses")),
        (("--resolve", "example.com:443:"), ("--resolve",)),
        (("--resolve", "ex ample:443:127.0.0.1"), ("--resolve", "ex ample:443")),
        (("--resolve", "[::1:443:127.0.0.1"), ("--resolve", "[::1")),
        (("--whois-server", "whois://x"), ("--whois-server", "whois://x")),
        (("--whois-server", "a b"), ("--whois-server", "a b")),
        (("--rdap-url", "rdap.example.net"), ("--rdap-url", "https://")),
        (("--rdap-url", "ftp://rdap.example.net"), ("--rdap-url", "ftp://")),
        (("--servername", "no_such..name"), ("--servername", "no_such..name")),
        (("--ca-file", "no-such.pem"), ("CA file", "no-such.pem", "No such file")),
        (("--client-cert", "no-such.pem"), ("client certificate", "no-such.pem")),
        (("--file", "no-such.txt"), ("no-such.txt", "No such file")),
        (("--file", ""), ("--file", "'' names no file")),
        (("--output", ""), ("--output", "'' names no file")),
        (("--ca-file", ""), ("--ca-file", "'' names no file")),
        (("--output", "no-such-folder/out.json"), ("no-such-folder/out.json", "No such file")),
        (("--threshold",), ("--threshold", "argument")),
    ],
    ids=" ".join,
)
def test_a_wrong_option_is_named(server: HostileServer, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    """The sentence names the option and what was given for it, or what would do."""
    assert_refused(run("check", f"127.0.0.1:{server.port}", *arguments), server, *words)


def test_no_target_is_no_usage(server: HostileServer) -> None:
    """The sentence shows how targets are named."""
    assert_refused(run("check"), server, "no target", "domaincheck check example.com", "--file")


def test_an_empty_list_is_no_target_either(server: HostileServer, tmp_path: Path) -> None:
    """A list of comments and blank lines holds none."""
    empty = tmp_path / "hosts.txt"
    empty.write_text("# nothing here yet\n\n  ,\n", encoding="utf-8")
    assert_refused(run("check", "-f", empty), server, "no target")


def test_an_unknown_command_is_named_with_its_neighbour(server: HostileServer) -> None:
    """Who mistyped a command is told which one was meant."""
    assert_refused(run("chekc", f"127.0.0.1:{server.port}"), server, "chekc", "'check'?", "--help")


def test_a_complaint_says_where_help_is() -> None:
    """It names the command's own help page, and ends in one full stop."""
    for arguments in (("--jobs", "0"), ("--jobs",), ("--exit-zero=1",)):
        assert run("check", "example.com", *arguments).complaint.endswith(". Try 'domaincheck check --help'.")
    assert run("otp", "send", "--operation").complaint.endswith(". Try 'domaincheck otp send --help'.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "-v", "example.com"), "-v stands before the command, as in 'domaincheck -v check'"),
        (("check", "--config", "x"), "--config stands before the command, as in 'domaincheck --config FILE check'"),
        (("otp", "send", "-q"), "-q stands before the command, as in 'domaincheck -q otp'"),
        (("--json", "check", "example.com"), "--json stands after the command, as in 'domaincheck check --json'"),
    ],
)
def test_an_option_on_the_wrong_side_is_told_its_place(arguments: tuple[str, ...], words: str) -> None:
    """Options for every command stand before it, its own behind it."""
    outcome = run(*arguments)
    assert (outcome.status, outcome.complaint.startswith(words)) == (3, True)


def test_a_format_that_was_settled_gives_way_to_json() -> None:
    """Only what was typed can contradict."""
    assert run("check", "--json", "a/b", environment={"DOMAINCHECK_CHECK_FORMAT": "csv"}).document["version"] == "1"


# --- files that are something else ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x7fELF\x02\x01\x01\0\0\0", ("line 1", "binary")),
        (b"example.com\nb\xfccher.example\n", ("line 2", "not UTF-8")),
        ("example.com\n".encode("utf-16"), ("line 1", "not UTF-8")),
    ],
    ids=["binary", "latin-1", "utf-16"],
)
def test_a_list_that_is_no_text_is_refused(
    server: HostileServer, tmp_path: Path, content: bytes, words: tuple[str, ...]
) -> None:
    """The file and the line are named; a target given beside it is not probed either."""
    path = tmp_path / "hosts.txt"
    path.write_bytes(content)
    assert_refused(run("check", f"127.0.0.1:{server.port}", "-f", path), server, str(path), *words)


def test_a_directory_is_no_list(server: HostileServer, tmp_path: Path) -> None:
    """It is named as what it is."""
    assert_refused(run("check", "-f", tmp_path), server, str(tmp_path), "Is a directory")


def test_standard_input_that_is_no_text_is_refused(server: HostileServer) -> None:
    """As a file would be."""
    target = f"127.0.0.1:{server.port}"
    assert_refused(run("check", target, "-", stdin=b"\xff\xfe\n"), server, "standard input, line 1", "not UTF-8")


@pytest.mark.parametrize("option", ["--ca-file", "--client-cert"])
def test_a_file_without_a_certificate_is_refused(server: HostileServer, tmp_path: Path, option: str) -> None:
    """A certificate file that is no PEM is found out before anything is probed."""
    path = tmp_path / "some.pem"
    path.write_text("-----BEGIN NONSENSE-----\n", encoding="utf-8")
    assert_refused(run("check", f"127.0.0.1:{server.port}", option, path), server, str(path), "cannot be used")


def test_a_key_of_another_certificate_is_refused(server: HostileServer, tmp_path: Path, root: Authority) -> None:
    """A client's certificate and key have to belong together."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(root.leaf("client").chain_pem)
    key.write_bytes(root.leaf("client").key_pem)
    options = ("--client-cert", cert, "--client-key", key)
    assert_refused(
        run("check", f"127.0.0.1:{server.port}", *options), server, str(cert), "the key is that of another certificate"
    )


def test_an_output_that_is_a_directory_is_refused(server: HostileServer, tmp_path: Path) -> None:
    """Before anything is probed, not after it all."""
    assert_refused(run("check", f"127.0.0.1:{server.port}", "-o", tmp_path), server, str(tmp_path), "directory")


# --- foreign text in complaints ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "\x1b[31mred"),
        ("--file", "\x1b]0;title\x07"),
        ("--resolve", "a\nb"),
        ("--rdap-url", "\x9b31m"),
        ("--whois-server", "\x1b[2J"),
        ("--servername", "\x1b[2J"),
        ("--threshold", "\x1b[2J\n"),
        ("--ca-file", "\u202etxt.pem"),
        ("--\x1b[31m",),
    ],
)
def test_a_complaint_shows_no_raw_text(server: HostileServer, arguments: tuple[str, ...]) -> None:
    """What was given is quoted on one line, without anything that a terminal would act upon."""
    outcome = run("check", f"127.0.0.1:{server.port}", *arguments)
    assert_refused(outcome, server)
    assert outcome.complaint.isprintable()


@pytest.mark.parametrize("arguments", [("--\x1b[31m", "check"), ("\x1b[31m",)])
def test_neither_does_one_about_the_command(arguments: tuple[str, ...]) -> None:
    """Global options and commands are no exception."""
    assert run(*arguments).complaint.isprintable()
