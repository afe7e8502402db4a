"""The command tree, the global options, and what becomes of errors."""

import contextlib
import os
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from domaincheck import __version__, settings
from domaincheck.cli import commands, parsers
from domaincheck.cli.complaints import complaint
from domaincheck.cli.help import Group
from domaincheck.cli.invocation import BROKEN_PIPE, INTERRUPTED, Call, Invocation, recorder_for
from domaincheck.cli.terminal import say
from domaincheck.errors import DomaincheckError, UsageError
from domaincheck.world import World

COULD_NOT = 3
"""The exit status of bad usage and of what could not be done; for ``check`` the same as "unknown"."""

VERY_VERBOSE = 2

_FROM_SETTINGS = {  # parameters of check whose defaults can be settled
    "threshold": "check.threshold",
    "critical": "check.critical",
    "jobs": "check.jobs",
    "timeout": "check.timeout",
    "retries": "check.retries",
    "format": "check.format",
    "ca_file": "tls.ca_file",
    "registry": "registry.source",
    "rdap_url": "registry.rdap_url",
    "whois_server": "registry.whois_server",
}


def _print_version(ctx: typer.Context, wanted: bool) -> None:
    if wanted:
        ctx.obj.world.stdout.write(f"domaincheck {__version__}\n")
        raise typer.Exit


def command_line(arguments: Sequence[str] | None = None) -> typer.Typer:
    """Return the command tree, or the part of it that *arguments* need."""
    app = typer.Typer(
        name="domaincheck",
        cls=Group,
        callback=root,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    return commands.add_to(app, arguments)


def root(  # noqa: PLR0913, PLR0917 - a parameter an option
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", parser=parsers.file, help="Read settings from FILE, not from the usual place."
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store",
            metavar="FILE",
            parser=parsers.file,
            help="Keep subscriptions in FILE, which ends in .db or .toml.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress.")] = False,
    verbose: Annotated[
        int,
        typer.Option(
            "-v",
            "--verbose",
            count=True,
            show_default=False,
            help="Say where facts came from; -vv: explain faults too.",
        ),
    ] = 0,
    no_telemetry: Annotated[bool, typer.Option("--no-telemetry", help="Keep and send no telemetry.")] = False,
    version: Annotated[  # noqa: ARG001 - eager, handled by its callback
        bool,
        typer.Option("-V", "--version", is_eager=True, callback=_print_version, help="Show the version and exit."),
    ] = False,
) -> None:
    """Say which domains and TLS certificates are valid, expiring soon, expiring today or expired."""
    call: Call = ctx.obj
    found, usable = _settings(ctx, call.world, config)
    verbosity = -1 if quiet else verbose
    recorder = recorder_for(call.world, found) if usable and not no_telemetry else None
    ctx.obj = call.invocation = Invocation(call.world, found, verbosity, store, config, no_telemetry, recorder)
    settled = {name: found[key] for name, key in _FROM_SETTINGS.items() if found[key] is not None}
    ctx.default_map = {"check": settled}


def _settings(ctx: typer.Context, world: World, config: Path | None) -> tuple[settings.Settings, bool]:
    """Return the settings and whether they can be used.

    Those that cannot do not keep ``config`` from putting them right, ``doctor`` from telling, or help from being read.
    """
    try:
        return settings.load(world.environment, config), True
    except UsageError:
        asks_for_help = ctx.obj.arguments[-1] in {"-h", "--help"}
        if ctx.invoked_subcommand not in {"config", "doctor"} and not asks_for_help:
            raise
        return settings.defaults(), False


def main(arguments: Sequence[str], world: World) -> int:
    """Run the command line *arguments* in *world* and return its exit status; no exception gets past here."""
    call = Call(arguments, world)
    status = _status(call)
    # Where the command line was not understood there is no recorder yet; if all was well, it asked for a page of help.
    concerns_telemetry = call.invocation.recorder if call.invocation else status
    if concerns_telemetry:
        with contextlib.suppress(KeyboardInterrupt):
            from domaincheck.cli.reporting import report

            report(call, status)
    return status


def _status(call: Call) -> int:
    """Run the command, and see to what becomes of its errors."""
    arguments, world = call.arguments, call.world
    try:
        return _run(call)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # typer turns the first into the second, and has no other use for it
        _let_go(world)
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - a user never sees a traceback unless asked for
        if isinstance(error, typer.TyperException) and not arguments:
            world.stderr.write(f"{error.format_message()}\n")
            return COULD_NOT
        sentence = _explanation(error, arguments)
        call.fault = "UsageError" if isinstance(error, typer.TyperException) else type(error).__name__, sentence
        say(world.stderr, sentence)
        if _verbosity(arguments) >= VERY_VERBOSE:
            traceback.print_exc(file=world.stderr)
        if isinstance(error, OSError):
            _let_go(world)
        return COULD_NOT


def _run(call: Call) -> int:
    with contextlib.redirect_stdout(call.world.stdout):  # typer prints help there
        app = command_line(call.arguments)
        status: Any = app(args=list(call.arguments), prog_name="domaincheck", standalone_mode=False, obj=call)
    call.world.stdout.flush()
    return status if isinstance(status, int) else 0


def _verbosity(arguments: Sequence[str]) -> int:
    """Return how often more words were asked for, also where the command line could not be understood."""
    short = (argument for argument in arguments if argument.startswith("-") and not argument.startswith("--"))
    return sum(argument.count("v") for argument in short) + list(arguments).count("--verbose")


def _explanation(error: Exception, arguments: Sequence[str]) -> str:
    """Return one sentence for the user: what was wrong and, for a wrong command line, where to read how it is done."""
    if isinstance(error, DomaincheckError):
        return str(error)
    if isinstance(error, typer.TyperException):
        return complaint(error, arguments)
    if isinstance(error, OSError) and error.filename is None:
        return f"the results could not be written: {error.strerror}"
    return f"a fault in domaincheck itself: {type(error).__name__}: {error}; -vv shows more"


def _let_go(world: World) -> None:
    """Drop what could not be written to standard output, so that Python does not try again, and complain, at exit."""
    try:
        stdout = world.stdout.fileno()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stdout)
        os.close(null)
    except (OSError, ValueError):
        pass
