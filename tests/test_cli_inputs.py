"""Where targets come from: arguments, files, standard input, each target once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands import Outcome, run

if TYPE_CHECKING:
    from pathlib import Path


def listed(*arguments: object, stdin: str | bytes = "") -> Outcome:
    """Return what ``check`` makes of its input, where no name has an address and nothing need be waited for."""
    return run("check", "--no-domain", "--format", "plain", *arguments, stdin=stdin)


def test_arguments_may_be_lists() -> None:
    """Commas and white space part targets within an argument too."""
    assert listed("a.test,b.test", " c.test  d.test\n").targets == ["a.test", "b.test", "c.test", "d.test"]


def test_a_file_holds_lists_and_comments(tmp_path: Path) -> None:
    """Any mixture of separators and line ends, a byte order mark, and # to the end of a line."""
    hosts = tmp_path / "hosts.txt"
    hosts.write_bytes("\ufeffa.test, b.test # not c.test\r\n# d.test\r\te.test\n".encode())
    assert listed("-f", hosts).targets == ["a.test", "b.test", "e.test"]


def test_two_files_and_arguments_come_together(tmp_path: Path) -> None:
    """Arguments first, then the files in their order."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("one.test", encoding="utf-8")
    two.write_text("two.test", encoding="utf-8")
    assert listed("-f", two, "--file", one, "zero.test").targets == ["zero.test", "two.test", "one.test"]


@pytest.mark.parametrize("arguments", [("-",), ("-f", "-"), ("-", "-f", "-", "-")])
def test_a_dash_is_standard_input(arguments: tuple[str, ...]) -> None:
    """As a target or as a file; it is read once, however often it is named."""
    assert listed(*arguments, stdin="a.test\nbücher.test # and no more\n").targets == ["a.test", "bücher.test"]


def test_standard_input_is_not_read_unasked() -> None:
    """Targets that are piped but not asked for are no targets."""
    assert listed("a.test", stdin=b"\xff").targets == ["a.test"]


def test_the_same_target_is_checked_once(tmp_path: Path) -> None:
    """The same host and port is the same target, however it is spelled and wherever it stands; the first one counts."""
    hosts = tmp_path / "hosts.txt"
    hosts.write_text("A.TEST\na.test:443 https://a.test/path a.test.\na.test:8443\n", encoding="utf-8")
    assert listed("a.test", "-f", hosts, "-", stdin="a.test").targets == ["a.test", "a.test:8443"]


def test_one_bad_line_costs_one_result(tmp_path: Path) -> None:
    """In a file of 1,000 lines the bad one is named with file and line, and the 999 others are checked."""
    hosts = tmp_path / "hosts.txt"
    names = [f"host-{number}.test" for number in range(1000)]
    names[616] = "no/target"
    hosts.write_text("\n".join(names), encoding="utf-8")
    outcome = run("check", "--json", "--no-domain", "-f", hosts)
    statuses = [result["status"] for result in outcome.results]
    assert (statuses.count("unreachable"), statuses.count("invalid_target")) == (999, 1)
    assert outcome.results[616]["reason"].startswith(f"{hosts}, line 617: ")


def test_a_bad_line_of_standard_input_is_named_too() -> None:
    """By what it came from."""
    [_, result] = run("check", "--json", "--no-domain", "-", stdin="a.test\nb.test:99999\n").results
    assert result["reason"].startswith("standard input, line 2: ")


def test_a_bad_argument_has_no_line() -> None:
    """The user sees the command line; the reason quotes the target."""
    [result] = run("check", "--json", "--no-domain", "b.test:99999").results
    assert "99999" in result["reason"]
    assert "line" not in result["reason"]


def test_a_name_in_any_script_is_asked_for_in_ascii() -> None:
    """The target stands as it was written, the host as the DNS knows it."""
    [result] = run("check", "--json", "--no-domain", "bücher.test").results
    assert (result["target"], result["host"]) == ("bücher.test", "xn--bcher-kva.test")


@pytest.mark.parametrize(
    ("target", "host", "port"),
    [
        ("example.test:8443", "example.test", 8443),
        ("[2001:db8::1]:8443", "2001:db8::1", 8443),
        ("https://example.test/path?query", "example.test", 443),
        ("imaps://mail.example.test", "mail.example.test", 993),
        ("smtps://mail.example.test:4465", "mail.example.test", 4465),
    ],
)
def test_a_target_is_taken_in_many_spellings(target: str, host: str, port: int) -> None:
    """The result names the host and the port that were meant."""
    [result] = run("check", "--json", "--no-domain", target).results
    assert (result["target"], result["host"], result["port"]) == (target, host, port)


def test_a_password_in_a_target_is_not_repeated() -> None:
    """What stands between a colon and an @ may be one."""
    outcome = run("check", "--json", "--no-domain", "https://me:secret@example.test/")
    assert "secret" not in outcome.stdout + outcome.stderr
