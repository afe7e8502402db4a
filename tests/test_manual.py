"""The man pages: fresh, whole, well-formed, and the same wherever they are made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.cli.app import command_line
from domaincheck.cli.manual import documents, roff, settings_page
from domaincheck.cli.manual.__main__ import main
from domaincheck.cli.manual.pages import render
from domaincheck.cli.manual.prose import WORDS
from domaincheck.cli.manual.tree import Command, Option, read
from domaincheck.model import ProblemCode, Status
from domaincheck.settings import DOMAIN_TABLE, TABLE, Setting
from tests.test_manual_tree import TREE as SAMPLE

MANDOC, GROFF = shutil.which("mandoc"), shutil.which("groff")
ROOT = Path(__file__).parents[1]
TREE = read(command_line())
PAGES = dict([*render(TREE), settings_page.render()])
SAMPLE_PAGES = dict(render(SAMPLE))
OPTIONS = [(command, option) for command in TREE.walk() for option in command.options]


def page_of(command: Command) -> str:
    """Return the page of *command*."""
    return PAGES["-".join(("domaincheck", *command.path)) + ".1"]


# --- the files in the checkout ---


@pytest.mark.parametrize("path", documents(TREE))
def test_the_file_in_the_checkout_is_fresh(path: str) -> None:
    """What is shipped tells of the command line as it is; ``python -m domaincheck.cli.manual`` makes it so."""
    assert (ROOT / path).read_text(encoding="utf-8") == documents(TREE)[path]


def test_no_page_tells_of_a_command_that_is_gone() -> None:
    """Each page in the checkout is one of those that are made."""
    assert {path.name for path in (ROOT / "man").rglob("*.*")} == set(PAGES)


def test_man_finds_the_pages_of_the_checkout() -> None:
    """``man -M man domaincheck.toml``: each is in the folder of its section."""
    pages = [path for path in documents(TREE) if path.startswith("man/")]
    assert {"man/man1/domaincheck-check.1", "man/man5/domaincheck.toml.5"} <= set(pages)
    assert [path for path in pages if not path.startswith(f"man/man{path[-1]}/")] == []


def test_the_output_does_not_depend_on_the_environment() -> None:
    """Neither settings nor locale, width, time zone or hash seed change a byte."""
    odd = {
        "SSL_CERT_FILE": "/nowhere/ca.pem",
        "DOMAINCHECK_CHECK_JOBS": "3",
        "COLUMNS": "30",
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
        "PYTHONHASHSEED": "7",
    }
    command = [sys.executable, "-m", "domaincheck.cli.manual", "--check", str(ROOT)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | odd, capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert (done.returncode, done.stdout) == (0, "")


def test_check_names_what_would_change_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stale file makes for exit status 1."""
    main([str(tmp_path)])
    stale = tmp_path / "man/man1/domaincheck.1"
    stale.write_text("old")
    capsys.readouterr()
    assert main(["--check", str(tmp_path)]) == 1
    assert capsys.readouterr().out == "man/man1/domaincheck.1\n"
    assert stale.read_text() == "old"


def test_everything_is_written_into_the_folder_named(tmp_path: Path) -> None:
    """After that nothing is stale."""
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0


def test_the_page_of_a_command_that_is_gone_goes_and_foreign_pages_stay(tmp_path: Path) -> None:
    """Only what was written by the same hand is taken away."""
    main([str(tmp_path)])
    gone, foreign = tmp_path / "man/man1/domaincheck-gone.1", tmp_path / "man/man1/other.1"
    gone.write_bytes((tmp_path / "man/man1/domaincheck.1").read_bytes())
    foreign.write_text(".TH OTHER 1\n")
    assert main(["--check", str(tmp_path)]) == 1
    main([str(tmp_path)])
    assert not gone.exists()
    assert foreign.exists()


# --- what the pages tell ---


@pytest.mark.parametrize(
    ("command", "option"), OPTIONS, ids=lambda each: " ".join(getattr(each, "path", each.help.split()[:1]))
)
def test_every_option_stands_in_the_page_of_its_command(command: Command, option: Option) -> None:
    """All its spellings do, with its default."""
    page = page_of(command)
    assert all(roff.bold(spelling) in page for spelling in option.spellings)
    assert option.default is None or f"Default: {roff.bold(option.default)}." in " ".join(page.split())


def test_every_status_and_problem_is_explained() -> None:
    """Whoever finds a code in a report finds it in the page of check too."""
    page = PAGES["domaincheck-check.1"]
    assert [code for code in (*Status, *ProblemCode) if f".TP\n{roff.bold(code)}\n" not in page] == []


@pytest.mark.parametrize("setting", [*TABLE, *DOMAIN_TABLE], ids=lambda setting: setting.name)
def test_every_setting_is_told_of(setting: Setting) -> None:
    """Its own page has the key in its section, what it is for, and what it takes."""
    page = " ".join(PAGES["domaincheck.toml.5"].split())
    section = page.partition(f" .SS [{setting.section}")[2].partition(" .SS ")[0]
    told = section.partition(f" .TP {roff.bold(setting.key)} ")[2].partition(" .TP ")[0]
    assert told.startswith(roff.inline(setting.help))
    assert roff.inline(setting.read.wanted)[1:] in told


def test_prose_is_about_commands_that_exist() -> None:
    """A command that goes takes its words with it."""
    assert set(WORDS) <= {command.path for command in TREE.walk()}


def test_nested_commands_have_pages_of_their_own() -> None:
    """A group's page lists its commands, and each page names those around it."""
    assert list(SAMPLE_PAGES) == [
        "domaincheck.1",
        "domaincheck-otp.1",
        "domaincheck-otp-send.1",
        "domaincheck-otp-forget-all.1",
    ]
    assert r"\fBotp send\fR \fIEMAIL\fR" in SAMPLE_PAGES["domaincheck-otp.1"]
    around = SAMPLE_PAGES["domaincheck-otp-send.1"].partition(".SH SEE ALSO\n")[2]
    assert around.replace("\n", "") == (
        r"\fBdomaincheck\fR(1),\fBdomaincheck\-otp\fR(1),\fBdomaincheck\-otp\-forget\-all\fR(1)"
    )


def test_the_synopsis_has_what_is_required() -> None:
    """An option that must be given stands there by its name."""
    synopsis = SAMPLE_PAGES["domaincheck-otp-send.1"].partition(".SH SYNOPSIS\n")[2].partition("\n.SH")[0]
    assert synopsis == (
        r"\fBdomaincheck otp send\fR [\fIOPTION\fR]... \fB\-\-operation\fR \fIsubscribe\fR|\fIunsubscribe\fR "
        r"\fIEMAIL\fR"
    )


def complaints(page: str, *command: str) -> str:
    """Return what *command* has to say of *page*."""
    done = subprocess.run(command, input=page, capture_output=True, text=True, check=False)  # noqa: S603 - a formatter, named below
    return done.stdout + done.stderr


@pytest.mark.skipif(MANDOC is None, reason="mandoc is not installed")
@pytest.mark.parametrize("page", [*PAGES.values(), *SAMPLE_PAGES.values()], ids=[*PAGES, *SAMPLE_PAGES])
def test_mandoc_finds_nothing_to_complain_of(page: str) -> None:
    """The pages are good man(7), without so much as a question of style."""
    assert complaints(page, "mandoc", "-T", "lint") == ""


@pytest.mark.skipif(GROFF is None, reason="groff is not installed")
@pytest.mark.parametrize("page", [*PAGES.values(), *SAMPLE_PAGES.values()], ids=[*PAGES, *SAMPLE_PAGES])
def test_groff_has_no_warning(page: str) -> None:
    """Neither has the formatter that most systems use."""
    assert complaints(page, "groff", "-man", "-T", "ascii", "-w", "all", "-z") == ""


def test_an_example_is_copied_line_by_line() -> None:
    """Commands that follow each other stay apart, and so do the parts of a file."""
    example = PAGES["domaincheck.toml.5"].partition(".EX\n")[2].partition(".EE")[0]
    assert "[check]\nthreshold = \\(dq45d\\(dq\n\n[smtp]\n" in example


# --- roff ---


def test_what_is_typed_and_what_stands_for_something() -> None:
    """Backquotes make bold, asterisks italic, and an option is bold by itself."""
    assert roff.prose("Use `a-b` or *FILE* with --out-put, -f or -.") == (
        "Use \\fBa\\-b\\fR or \\fIFILE\\fR with \\fB\\-\\-out\\-put\\fR, \\fB\\-f\\fR or -.\n"
    )


def test_hyphens_within_words_stay_hyphens() -> None:
    """Only what is typed needs a minus."""
    assert roff.prose("well-known, 25%-30%") == "well-known, 25%-30%\n"


def test_what_is_typed_comes_out_as_it_is() -> None:
    """Quotes, backslashes and accents would turn into other signs in print."""
    assert roff.literal(r"a\n'`^~-") == r"a\en\(aq\(ga\(ha\(ti\-"


def test_a_line_never_starts_as_a_request() -> None:
    """A dot or a quote at the start of a line is roff's own."""
    assert roff.prose(".profile") == "\\&.profile\n"
    assert roff.prose("'tis") == "\\&'tis\n"


@given(st.text(st.characters(exclude_characters="`*", exclude_categories=["Cs", "Cc", "Zl", "Zp"])))
def test_any_text_is_safe(text: str) -> None:
    """Whatever a help text holds, roff sees no request, no unknown escape and nothing but ASCII."""
    for line in roff.prose(text).splitlines():
        assert line.isascii()
        assert not line.startswith((".", "'"))
