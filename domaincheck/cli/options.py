"""The options of ``check``, each described once; ``--help``, man pages and completions are made from this."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from domaincheck.settings import MOST_JOBS, seconds
from domaincheck.threshold import Threshold

FormatName = Literal["table", "plain", "json", "ndjson", "csv"]


def _threshold(text: str) -> Threshold:
    try:
        return Threshold.parse(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no threshold: give {error}") from error


def _seconds(text: str) -> float:
    try:
        return float(seconds(text))
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not {error}") from error


Targets = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TARGET]...",
        show_default=False,
        help="Hosts (example.com, mail.example.com:465, https://example.com/), or - for standard input.",
    ),
]
Files = Annotated[
    list[Path] | None,
    typer.Option("-f", "--file", metavar="FILE", help="Read targets from FILE too; - is standard input. Repeatable."),
]
Tls = Annotated[bool, typer.Option("--tls/--no-tls", help="Check the TLS certificate.")]
Domain = Annotated[bool, typer.Option("--domain/--no-domain", help="Check the domain's registration.")]
Warning_ = Annotated[
    Threshold | None,
    typer.Option(
        "-t",
        "--threshold",
        metavar="VALUE",
        parser=_threshold,
        help="Warn this long before an expiry: 30, 30d or 25% of the certificate's lifetime. "
        "Without it 30 days, or the last third of a shorter-lived certificate.",
    ),
]
Critical = Annotated[
    Threshold | None,
    typer.Option(
        "--critical",
        metavar="VALUE",
        parser=_threshold,
        help="Call it critical this long before, within the warning window. Without it 7/30 of that window.",
    ),
]
Jobs = Annotated[int, typer.Option("-j", "--jobs", metavar="N", min=1, max=MOST_JOBS, help="Probe N targets at once.")]
Timeout = Annotated[
    float,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        parser=_seconds,
        help="Time for one probe in all, name resolution and retries included.",
    ),
]
Retries = Annotated[int, typer.Option("--retries", metavar="N", min=0, help="Try again after a failure that may pass.")]
Format = Annotated[
    FormatName | None,
    typer.Option("--format", metavar="NAME", help="Output format; table on a terminal, plain elsewhere."),
]
Json = Annotated[bool, typer.Option("--json", help="Same as --format json.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write to FILE, whole or not at all, instead of standard output."
    ),
]
Sort = Annotated[
    Literal["input", "urgency"], typer.Option("--sort", metavar="ORDER", help="Order of the results: input or urgency.")
]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever the results say.")]
Progress = Annotated[
    bool | None,
    typer.Option("--progress/--no-progress", show_default=False, help="Show a progress bar; by default on a terminal."),
]
CaFile = Annotated[
    Path | None,
    typer.Option("--ca-file", metavar="FILE", help="Trust the CAs in this PEM file in place of the system's."),
]
Servername = Annotated[
    str | None,
    typer.Option("--servername", metavar="NAME", help="Send NAME as SNI, and expect the certificate to be for it."),
]
Ipv4 = Annotated[bool, typer.Option("-4", help="Use IPv4 only.")]
Ipv6 = Annotated[bool, typer.Option("-6", help="Use IPv6 only.")]
ClientCert = Annotated[
    Path | None, typer.Option("--client-cert", metavar="FILE", help="Show this PEM certificate to servers that ask.")
]
ClientKey = Annotated[
    Path | None, typer.Option("--client-key", metavar="FILE", help="The key of --client-cert, if not in the same file.")
]
Resolve = Annotated[
    list[str] | None,
    typer.Option(
        "--resolve",
        metavar="HOST:PORT:ADDRESS[,ADDRESS]...",
        help="Use these addresses for HOST and PORT, without asking the resolver. Repeatable.",
    ),
]
Registry = Annotated[
    Literal["auto", "rdap", "whois"],
    typer.Option("--registry", metavar="SOURCE", help="Whom to ask about registrations: auto, rdap or whois."),
]
RdapUrl = Annotated[
    str | None, typer.Option("--rdap-url", metavar="URL", help="Ask the RDAP server at URL about every domain.")
]
WhoisServer = Annotated[
    str | None,
    typer.Option("--whois-server", metavar="HOST[:PORT]", help="Ask this WHOIS server about every domain."),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither use nor keep registrations learned before.")]
Refresh = Annotated[
    bool, typer.Option("--refresh", help="Ask the registries anew, and keep what they say in place of what was kept.")
]
