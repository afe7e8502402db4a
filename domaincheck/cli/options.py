"""The options of ``check``, each described once; ``--help``, man pages and completions are made from this."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from domaincheck.cli import parsers
from domaincheck.schemes import SCHEMES, STARTTLS, Scheme
from domaincheck.settings import MOST_JOBS, seconds, whole
from domaincheck.threshold import Threshold

FormatName = Literal["table", "plain", "json", "ndjson", "csv", "nagios", "prometheus", "html", "ics"]


def _threshold(text: str) -> Threshold:
    try:
        return Threshold.parse(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no threshold: give {error}") from error


class _Protocol:
    """Reads the name of a protocol; typer's own choice would not say which is nearest. Completions offer *choices*."""

    choices = tuple(STARTTLS)
    __name__ = "protocol"

    def __call__(self, text: str) -> Scheme:
        if text.lower() in STARTTLS:
            return STARTTLS[text.lower()]
        if text.lower() in SCHEMES:
            raise typer.BadParameter(f"{text!r} speaks TLS from the first byte: write {text.lower()}://HOST instead")
        from difflib import get_close_matches

        near = get_close_matches(text.lower(), STARTTLS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"give one of {', '.join(STARTTLS)}"
        raise typer.BadParameter(f"{text!r} is no protocol that can start TLS; {hint}")


Targets = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TARGET]...",
        show_default=False,
        help="Hosts (example.com, mail.example.com:465, https://example.com/), certificate files (file:chain.pem), "
        "or - for standard input.",
    ),
]
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "-f",
        "--file",
        metavar="FILE",
        parser=parsers.file,
        help="Read targets from FILE too: a list, or CSV with a header; - is standard input. Repeatable.",
    ),
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
        "Without it, 30 days, but never more than a third of that lifetime.",
    ),
]
Critical = Annotated[
    Threshold | None,
    typer.Option(
        "--critical",
        metavar="VALUE",
        parser=_threshold,
        help="Call it critical this long before, within the warning window. Without it, the last 7/30 of that window.",
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        "-j", "--jobs", metavar="N", parser=parsers.Number(whole(1, MOST_JOBS)), help="Probe up to N targets at once."
    ),
]
Timeout = Annotated[
    float,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        parser=parsers.Number(seconds),
        help="Seconds that one probe may take in all, name resolution and retries included.",
    ),
]
Retries = Annotated[
    int,
    typer.Option(
        "--retries",
        metavar="N",
        parser=parsers.Number(whole(0)),
        help="Try again up to N times after a failure that may pass.",
    ),
]
Format = Annotated[
    FormatName | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="Output format: table, plain, json, ndjson, csv, nagios, prometheus, html or ics. "
        "Without it, table on a terminal and plain elsewhere.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Same as --format json.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        parser=parsers.output,
        help="Write to FILE, whole or not at all; - is standard output.",
    ),
]
Sort = Annotated[
    Literal["input", "urgency"], typer.Option("--sort", metavar="ORDER", help="Order of the results: input or urgency.")
]
Group = Annotated[
    bool,
    typer.Option(
        "--group", help="Show targets with one certificate and the same problems as one; table and plain only."
    ),
]
ExitZero = Annotated[
    bool, typer.Option("--exit-zero", help="Exit with 0 whatever the results say; bad usage is 3 still.")
]
Progress = Annotated[
    bool | None,
    typer.Option("--progress/--no-progress", show_default=False, help="Show a progress bar; by default on a terminal."),
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        "--ca-file",
        metavar="FILE",
        parser=parsers.file,
        help="Trust the CAs in this PEM file in place of the system's.",
    ),
]
Servername = Annotated[
    str | None,
    typer.Option("--servername", metavar="NAME", help="Send NAME as SNI, and expect each certificate to be for it."),
]
Starttls = Annotated[
    Scheme | None,
    typer.Option(
        "--starttls",
        metavar="PROTOCOL",
        parser=_Protocol(),
        help="Start TLS within PROTOCOL, as smtp or imap, on its port unless another is given, "
        "for targets without a scheme.",
    ),
]
Ipv4 = Annotated[bool, typer.Option("-4", help="Use IPv4 only.")]
Ipv6 = Annotated[bool, typer.Option("-6", help="Use IPv6 only.")]
AllAddresses = Annotated[
    bool,
    typer.Option("--all-addresses", help="Check each address of a host, not just the first that answers."),
]
ClientCert = Annotated[
    Path | None,
    typer.Option(
        "--client-cert", metavar="FILE", parser=parsers.file, help="Show this PEM certificate to servers that ask."
    ),
]
ClientKey = Annotated[
    Path | None,
    typer.Option(
        "--client-key", metavar="FILE", parser=parsers.file, help="The key of --client-cert, if not in the same file."
    ),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        parser=parsers.file,
        help="Open an encrypted --client-key, and PKCS#12 files, with the first line of FILE.",
    ),
]
Revocation = Annotated[
    bool,
    typer.Option(
        "--revocation/--no-revocation", help="Ask the issuers of the chain whether any of it has been revoked."
    ),
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
    typer.Option(
        "--whois-server", metavar="HOST[:PORT]", help="Ask this WHOIS server about every domain, on port 43 by default."
    ),
]
ExpectIssuer = Annotated[
    list[str] | None,
    typer.Option(
        "--expect-issuer",
        metavar="TEXT",
        help="Complain unless the certificate's issuer has TEXT in its name, or matches it with * and ?. "
        "Repeatable: one will do.",
    ),
]
ExpectKey = Annotated[
    list[str] | None,
    typer.Option(
        "--expect-key",
        metavar="TEXT",
        help="Complain unless the certificate's key is of this kind (RSA 2048, ECDSA), or has this SHA-256 digest. "
        "Repeatable: one will do.",
    ),
]
ExpectRegistrar = Annotated[
    list[str] | None,
    typer.Option(
        "--expect-registrar",
        metavar="TEXT",
        help="Complain unless the domain is with this registrar; TEXT is as for --expect-issuer. "
        "Repeatable: one will do.",
    ),
]
ExpectNs = Annotated[
    list[str] | None,
    typer.Option(
        "--expect-ns",
        metavar="NAME",
        help="Complain unless this is the domain's only name server. Repeatable: unless these are all of them.",
    ),
]
NoCache = Annotated[
    bool,
    typer.Option("--no-cache", help="Neither use nor keep what is remembered: registrations and revocation lists."),
]
Refresh = Annotated[
    bool,
    typer.Option("--refresh", help="Ask registries and issuers anew, and remember what they say now."),
]
