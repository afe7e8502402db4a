"""Lists of targets: how they are taken apart, and what becomes of repetitions."""

from __future__ import annotations

import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.model import CertificateFile, InvalidTarget, Target
from domaincheck.targets import distinct, parse, read, split


def pieces(text: str, *, comments: bool = False) -> list[str]:
    """Return what *text* is split into, without the line numbers."""
    return [piece for _, piece in split(text, comments=comments)]


def test_commas_white_space_and_newlines_separate() -> None:
    """Any run of them is one separator, and none of them makes an empty piece."""
    assert pieces(",a.example, b.example\tc.example\r\n\n ,,d.example\n") == [
        "a.example",
        "b.example",
        "c.example",
        "d.example",
    ]


def test_each_piece_comes_with_its_line() -> None:
    """Lines count from 1, whichever of the three line ends a file has."""
    text = "a b\n\nc\r\nd\re # f\n# g\nh"
    assert list(split(text, comments=True)) == [
        (1, "a"),
        (1, "b"),
        (3, "c"),
        (4, "d"),
        (5, "e"),
        (7, "h"),
    ]


def test_a_comment_hides_the_rest_of_its_line() -> None:
    """It may stand on a line of its own, after a target, or right behind one."""
    assert pieces("# old, hosts\na.example # b\nc.example#d, e\nf.example", comments=True) == [
        "a.example",
        "c.example",
        "f.example",
    ]


def test_without_comments_a_hash_is_a_character() -> None:
    """On the command line an address may have a fragment."""
    assert pieces("https://a.example/#top,b.example") == ["https://a.example/#top", "b.example"]


def test_a_byte_order_mark_is_passed_over() -> None:
    """A file that an editor marked as Unicode begins with its first target or comment all the same."""
    assert pieces("\ufeff# hosts\na.example", comments=True) == ["a.example"]
    assert pieces("\ufeffa.example") == ["a.example"]


@given(st.text(alphabet="ab,# \r\n\t\x85\u2028"), st.booleans())
def test_no_piece_holds_a_separator(text: str, comments: bool) -> None:
    """Every piece is a piece of the text, and the lines never run backwards."""
    found = list(split(text, comments=comments))
    assert all(piece.strip() == piece and "," not in piece and piece in text for _, piece in found)
    assert [line for line, _ in found] == sorted(line for line, _ in found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.example file:my chain,1.pem\nb.example", ["a.example", "file:my chain,1.pem", "b.example"]),
        ("file:a.pem, b.example", ["file:a.pem", "b.example"]),
        ("file:a.pem,FILE:b.pem,", ["file:a.pem", "FILE:b.pem"]),
        ("file:a.pem \t\r\n file:", ["file:a.pem", "file:"]),
        ("file.example:443 profile:8443", ["file.example:443", "profile:8443"]),
    ],
)
def test_the_path_of_a_file_may_hold_blanks_and_commas(text: str, found: list[str]) -> None:
    """It ends with its line, or at a comma before white space or another file."""
    assert pieces(text) == pieces(text, comments=True) == found


def test_a_comment_ends_the_path_of_a_file() -> None:
    """In files; on the command line the sign belongs to the path."""
    assert pieces("file:a b.pem # ours\nc.example,# d", comments=True) == ["file:a b.pem", "c.example"]
    assert pieces("file:a #1.pem") == ["file:a #1.pem"]


def test_a_large_list_is_taken_apart_bit_by_bit() -> None:
    """Going through two megabytes of targets takes next to no memory beside the text."""
    text = "www.example.com\n" * 131_072
    tracemalloc.start()
    try:
        assert sum(1 for _ in split(text, comments=True)) == 131_072
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_a_fault_in_a_file_says_where_it_stands() -> None:
    """The reason begins with the file and the line; the text is what stood there."""
    (target,) = read("# hosts\n\n300.1.1.1", "hosts.txt")
    assert isinstance(target, InvalidTarget)
    assert target.text == "300.1.1.1"
    assert target.reason.startswith("hosts.txt, line 3: '300.1.1.1' ")


def test_a_fault_on_the_command_line_needs_no_place() -> None:
    """There the reason is that of the target alone."""
    assert list(read("a.example,300.1.1.1", None)) == [parse("a.example"), parse("300.1.1.1")]


def test_the_name_of_a_file_is_data() -> None:
    """A file name with a terminal escape in it does not reach the terminal."""
    (target,) = read("1.2.3", "\x1b[31m.txt")
    assert isinstance(target, InvalidTarget)
    assert "\x1b" not in target.reason


def found_files(text: str, *paths: str) -> list[object]:
    """Return what *text* names where each pattern stands for *paths*."""
    return list(read(text, None, find=lambda pattern: paths if "*" in pattern else (pattern,)))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("file:a.pem", "a.pem"),
        ("File:./a.pem", "./a.pem"),
        ("file:/etc/a%20b.pem", "/etc/a%20b.pem"),
        ("file:///etc/a.pem", "/etc/a.pem"),
        ("file://localhost/etc/a.pem", "/etc/a.pem"),
    ],
)
def test_a_file_is_named_by_its_path(text: str, path: str) -> None:
    """It may have the empty host of a file's address, but nothing in it is decoded."""
    assert found_files(text) == [CertificateFile(text, path)]


def test_a_pattern_becomes_the_files_it_stands_for() -> None:
    """Each is a target of its own, named by its own path."""
    assert found_files("file://localhost/*.pem", "/b.pem", "/a.pem") == [
        CertificateFile("file:/b.pem", "/b.pem"),
        CertificateFile("file:/a.pem", "/a.pem"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file:", "names no file"),
        ("file:// ", "names no file"),
        ("file:a\0b", "names no file"),
        ("file://chain.pem", "names the machine 'chain.pem'; write file:///PATH"),
        ("file:*.pem", "no file matches '*.pem'"),
    ],
)
def test_what_names_no_file_says_why(text: str, words: str) -> None:
    """It is an invalid target."""
    (target,) = found_files(text)
    assert isinstance(target, InvalidTarget)
    assert words in target.reason


def test_where_only_hosts_will_do_a_file_is_refused() -> None:
    """It stands for no host that could be watched."""
    (target,) = read("file:chain.pem", None)
    assert isinstance(target, InvalidTarget)
    assert "give the host" in target.reason


def test_the_same_file_comes_once() -> None:
    """Two spellings of one path are one target, beside a host of that name."""
    text = "file:a.pem,file:./a.pem,file:b/../a.pem, a.pem"
    assert [target.text for target in distinct(read(text, None, find=lambda path: [path]))] == ["file:a.pem", "a.pem"]


def test_the_same_target_comes_once() -> None:
    """Two spellings of one host, port and STARTTLS are one target, and the first is kept."""
    found = distinct(read("a.example https://A.example:443/ smtps://a.example smtp://a.example:443 a.example", None))
    assert [target.text for target in found] == ["a.example", "smtps://a.example", "smtp://a.example:443"]


def test_invalid_targets_are_never_merged() -> None:
    """Each is a fault at a place of its own."""
    assert len(list(distinct(read("1.2.3\n1.2.3", "hosts.txt")))) == 2


def test_repetitions_are_dropped_without_reading_ahead() -> None:
    """An endless list yields its first targets at once."""
    endless = (Target(f"{n}.example", f"{n}.example") for n in itertools.count())
    assert next(distinct(endless)).text == "0.example"
