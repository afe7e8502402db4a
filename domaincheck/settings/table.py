"""The table of settings: all that can be settled, and what is known of it.

What is read, and the comments of ``config init``, the manual and the completions, all come from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domaincheck.settings.readers import (
    choice,
    days,
    host,
    http_address,
    moment,
    names,
    number,
    path,
    seconds,
    switch,
    text,
    texts,
    threshold,
    web_address,
    whole,
)

if TYPE_CHECKING:
    from domaincheck.settings.readers import Reader

LAST_PORT = 65535
MOST_JOBS = 4096
"""Threads beyond which a process gains nothing."""
POSTHOG = "https://us.i.posthog.com"
FORMATS = ("table", "plain", "json", "ndjson", "csv", "nagios", "prometheus", "html", "ics")


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of the settings file: where it stands, how its value is read, what it is without one, what it is for.

    *example* is a value as TOML has it, for those that have no default. A *secret* is never shown whole.
    """

    section: str
    key: str
    read: Reader[Any]
    default: Any
    help: str
    example: str = ""
    secret: bool = False

    @property
    def name(self) -> str:
        """The key with its section, as in ``check.jobs``."""
        return f"{self.section}.{self.key}"

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"DOMAINCHECK_{self.section}_{self.key}".upper()


SECTIONS = {
    "check": "What 'domaincheck check' and scheduled runs do unless an option says otherwise.",
    "tls": "How certificates are judged.",
    "registry": "How registrations are looked up.",
    "store": "Where subscriptions are kept.",
    "smtp": "How mail is sent.",
    "alerts": "When an alert is due.",
    "telemetry": "What is told to your own PostHog; nothing without a key.",
    "history": "What is remembered of past runs.",
    "domains": "What holds for a single domain. Each has a section of its own, its name between quotation marks.",
}
"""What each section is about, in their order."""

TABLE = (
    Setting(
        "check",
        "threshold",
        threshold,
        None,
        "Warn this long before an expiry. "
        "Without it 30 days, or the last third of the lifetime of a shorter-lived certificate.",
        example='"25%"',
    ),
    Setting(
        "check",
        "critical",
        threshold,
        None,
        "Call it critical this long before an expiry. Without it 7/30 of the time of the warning.",
        example="7",
    ),
    Setting("check", "jobs", whole(1, MOST_JOBS), 64, "How many targets to probe at once."),
    Setting("check", "timeout", seconds, 10.0, "Seconds that one probe may take in all."),
    Setting("check", "retries", whole(0), 0, "How often to try again after a failure that may pass."),
    Setting(
        "check",
        "format",
        choice(*FORMATS),
        None,
        "The output format. Without it table on a terminal, plain in a pipe or a file.",
        example='"json"',
    ),
    Setting(
        "tls",
        "ca_file",
        path,
        None,
        "PEM file of the CAs to trust in place of the system's.",
        example='"/etc/ssl/private-ca.pem"',
    ),
    Setting(
        "tls",
        "weak",
        choice("critical", "warning", "ignore"),
        "critical",
        "How much a weak key, signature or protocol matters.",
    ),
    Setting("registry", "source", choice("auto", "rdap", "whois"), "auto", "Whom to ask about registrations."),
    Setting(
        "registry",
        "rdap_url",
        http_address,
        None,
        "RDAP server to ask about every domain.",
        example='"https://rdap.example.net/"',
    ),
    Setting(
        "registry",
        "whois_server",
        host,
        None,
        "WHOIS server to ask about every domain.",
        example='"whois.example.net"',
    ),
    Setting(
        "registry", "rate", number("a number", 0.001, 10_000), 1.0, "Queries a second to one registry server, at most."
    ),
    Setting(
        "registry",
        "cache_days",
        number("a number of days", 0, 3650),
        7.0,
        "Days for which a registration may be remembered; 0 for never.",
    ),
    Setting(
        "store",
        "path",
        path,
        None,
        "The file of the subscriptions: .db for SQLite, .toml for TOML. "
        "Without it subscriptions.db in the usual folder for data.",
        example='"~/subscriptions.toml"',
    ),
    Setting("smtp", "host", text, "localhost", "The mail server."),
    Setting(
        "smtp",
        "port",
        whole(1, LAST_PORT),
        None,
        "Its port. Without it 587, 465 or 25 by the kind of security.",
        example="587",
    ),
    Setting(
        "smtp",
        "security",
        choice("starttls", "tls", "none"),
        "starttls",
        "How the connection is encrypted; tls at once.",
    ),
    Setting(
        "smtp",
        "user",
        text,
        None,
        "The name to log in with. Without it there is no login.",
        example='"alerts@example.com"',
    ),
    Setting(
        "smtp",
        "password_file",
        path,
        None,
        "The file that holds the password, readable by you alone.",
        example='"~/.config/domaincheck/smtp-password"',
    ),
    Setting("smtp", "from", text, None, "The sender's address.", example='"alerts@example.com"'),
    Setting(
        "smtp",
        "ca_file",
        path,
        None,
        "PEM file of the CAs to trust for the mail server.",
        example='"/etc/ssl/private-ca.pem"',
    ),
    Setting("smtp", "timeout", seconds, 30.0, "Seconds that one mail may take in all."),
    Setting(
        "smtp",
        "command",
        text,
        None,
        "A sendmail-compatible command to hand mail to in place of a server.",
        example='"/usr/sbin/sendmail"',
    ),
    Setting("alerts", "windows", days, (30, 14, 7, 3, 1, 0), "Days before an expiry at which to send an alert."),
    Setting("alerts", "unreachable_after", whole(1), 3, "Runs in a row after which an unreachable target is news."),
    Setting(
        "telemetry",
        "enabled",
        switch,
        None,
        "Whether to send telemetry. Without it, it is sent if there is a key.",
        example="true",
    ),
    Setting(
        "telemetry",
        "api_key",
        text,
        None,
        "The key of the PostHog project to send it to.",
        example='"phc_the_key_of_your_project"',
        secret=True,
    ),
    Setting("telemetry", "host", web_address, POSTHOG, "The address of the PostHog server."),
    Setting("telemetry", "identity", choice("email", "hashed", "anonymous"), "email", "How it names addresses."),
    Setting("telemetry", "domains", choice("full", "hashed", "count"), "full", "How it names domains."),
    Setting("history", "keep_days", whole(1), 400, "Days for which past results are kept."),
)
"""Every setting there is, but for those of single domains."""

DOMAINS = "domains"
"""The section that has a table for each domain."""

DOMAIN_TABLE = (
    Setting(
        DOMAINS,
        "expires_at",
        moment,
        None,
        "When the domain expires, where its registry does not publish it.",
        example="2027-03-01",
    ),
    Setting(
        DOMAINS,
        "threshold",
        threshold,
        None,
        "Warn this long before an expiry of the domain, and of the certificates of hosts under it.",
        example='"60d"',
    ),
    Setting(
        DOMAINS,
        "expect_issuer",
        texts,
        None,
        "Who has to have issued the certificates: a part of the issuer's name, or all of it with * and ?.",
        example='"Let\'s Encrypt"',
    ),
    Setting(
        DOMAINS,
        "expect_key",
        texts,
        None,
        "What key the certificates have to have: its kind, or the SHA-256 digest of the public key.",
        example='"ECDSA P-256"',
    ),
    Setting(
        DOMAINS,
        "expect_registrar",
        texts,
        None,
        "With whom the domain has to be registered, written as for the issuer.",
        example='"Example Registrar"',
    ),
    Setting(
        DOMAINS,
        "expect_name_servers",
        names,
        None,
        "All the name servers that the domain has to have.",
        example='["a.example.net", "b.example.net"]',
    ),
)
"""What can be settled for a single domain."""
