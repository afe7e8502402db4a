"""What is read from a command tree."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations when the program runs
from types import MappingProxyType
from typing import Annotated, Literal

import typer

from domaincheck.cli.manual.tree import Command, Kind, Option, read
from domaincheck.settings.readers import choice, path, text

app = typer.Typer(
    help="Sample of a program.\n\nIt does nothing.", context_settings={"help_option_names": ["-h", "--help"]}
)
codes = typer.Typer(help="All about codes.")
app.add_typer(codes, name="otp")


@app.callback()
def root(config: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Read FILE.")] = None) -> None:
    """Do nothing."""


@codes.command()
def send(  # noqa: PLR0913, PLR0917 - a parameter an option
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Whom to send it to.")],
    operation: Annotated[Literal["subscribe", "unsubscribe"], typer.Option("--operation", help="What it is for.")],
    seconds: Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="Wait SECONDS.")] = 10.0,
    loud: Annotated[bool, typer.Option("--loud/--quiet", help="Tell of it.")] = True,
    tag: Annotated[list[str] | None, typer.Option("-t", "--tag", metavar="TAG", help="Mark it.")] = None,
    verbose: Annotated[int, typer.Option("-v", count=True, help="Tell more.")] = 0,
    folder: Annotated[Path | None, typer.Option("--folder", file_okay=False, help="Where to keep it.")] = None,
    secret: Annotated[bool, typer.Option("--secret", hidden=True)] = False,
) -> None:
    """Send a code.

    It lives for ten minutes.
    """


@codes.command("forget-all")
def forget(files: Annotated[list[Path], typer.Argument(metavar="[FILE]...", help="What to forget.")]) -> None:
    """Forget codes."""


@codes.command(hidden=True)
def internal() -> None:
    """Nobody's business."""


TREE = read(app)


def option(name: str) -> Option:
    """Return the option *name* of ``otp send``."""
    return next(each for each in command("otp", "send").options if name in each.spellings)


def command(*path: str) -> Command:
    """Return the command at *path*."""
    return next(each for each in TREE.walk() if each.path == path)


def test_every_visible_command_is_found_at_its_path() -> None:
    """Groups come before what is in them, in the order of their declaration; what is hidden stays so."""
    assert [each.path for each in TREE.walk()] == [(), ("otp",), ("otp", "send"), ("otp", "forget-all")]


def test_the_summary_is_the_first_paragraph() -> None:
    """The rest of the help is not lost."""
    assert command("otp", "send").summary == "Send a code."
    assert command("otp", "send").help == "Send a code.\n\nIt lives for ten minutes."


def test_a_hidden_option_is_not_told() -> None:
    """It may go at any time."""
    assert all("--secret" not in each.spellings for each in command("otp", "send").options)


def test_the_option_for_help_is_everywhere_and_its_short_form_first() -> None:
    """Its names are settled at the top, and typer keeps them without an order."""
    assert all(("-h", "--help") in [option.names for option in each.options] for each in TREE.walk())


def test_a_flag_with_two_ways_tells_both_and_which_is_the_default() -> None:
    """The default is told as one would have to write it."""
    flag = option("--loud")
    assert (flag.names, flag.negations, flag.default, flag.value) == (("--loud",), ("--quiet",), "--loud", None)
    assert (flag.help_for("--loud"), flag.help_for("--quiet")) == ("Tell of it.", "The opposite of --loud.")


def test_defaults_are_those_of_the_declaration() -> None:
    """Numbers have no needless digits; none, nothing and "off" go without saying."""
    assert option("--timeout").default == "10"
    assert option("--tag").default is None
    assert option("-v").default is None


def test_what_may_be_given_more_than_once() -> None:
    """Lists and counts may."""
    assert [name for name in ("--tag", "-v", "--timeout", "--loud") if option(name).repeatable] == ["--tag", "-v"]


def test_kinds_of_values() -> None:
    """A shell can help with choices, files and folders."""
    values = {name: option(name).value for name in ("--operation", "--folder", "--timeout")}
    assert {name: value.kind for name, value in values.items() if value} == {
        "--operation": Kind.CHOICE,
        "--folder": Kind.FOLDER,
        "--timeout": Kind.TEXT,
    }
    assert values["--operation"]
    assert values["--operation"].choices == ("subscribe", "unsubscribe")


class _Colour:
    """Reads a colour, which is of another kind for each thing."""

    readers = MappingProxyType({"sky": choice("blue", "grey"), "picture": path, "word": text})
    __name__ = "colour"

    def __call__(self, written: str) -> str:
        return written


def test_what_an_argument_takes_may_depend_on_the_one_before_it() -> None:
    """Its parser knows how it is read behind which word; nothing is told of what a shell can't help with."""
    painter = typer.Typer()

    @painter.command()
    def paint(thing: str, colour: Annotated[str, typer.Argument(parser=_Colour())]) -> None:
        """Paint it."""

    after = read(painter).arguments[1].value.after
    assert {word: (value.kind, value.choices) for word, value in after.items()} == {
        "sky": (Kind.CHOICE, ("blue", "grey")),
        "picture": (Kind.FILE, ()),
    }


def test_arguments_are_written_as_in_a_synopsis() -> None:
    """Brackets mark what may be left out, dots what there may be more of."""
    sent, forgotten = command("otp", "send").arguments[0], command("otp", "forget-all").arguments[0]
    assert (sent.usage, sent.repeatable, sent.value.kind) == ("EMAIL", False, Kind.ADDRESS)
    assert (forgotten.usage, forgotten.repeatable, forgotten.value.kind) == ("[FILE]...", True, Kind.FILE)
