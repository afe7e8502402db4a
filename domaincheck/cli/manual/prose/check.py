"""What the page of ``check`` says."""

from __future__ import annotations

from domaincheck.cli.manual.words import Words

_RESULTS = """
A target's result has two parts, its certificate and its registration, each with a status. The target's own status is
that of the worse part. From worst to best, severities are critical, unknown, warning and ok.

`valid`
    Ok. All is well, until the warning window begins.

`expiring_soon`
    Warning; critical within --critical. The expiry lies inside the warning window. For a certificate, all of the
    chain in use counts: a leaf with 200 days left under an intermediate with three is expiring.

`expiring_today`
    Critical. Inside the warning window, and less than 24 hours are left.

`expired`
    Critical. The date has passed, of the certificate, of one above it, or of the registration.

`invalid`
    Critical. A client would refuse the certificate; the problems say why.

`at_risk`
    Critical. The domain is registered, but on hold, in redemption, about to be deleted at the registry, or not with the
    registrar or the name servers that were expected.

`not_registered`
    Critical. The registry does not know the domain, and where a second source answered it agreed.

`unreachable`
    Unknown. There was no answer to judge: no address, refused, timed out, no TLS, no registry.

`unknown_expiry`
    Ok. Registered, but this registry publishes no expiry, as that of `.de` does not.

`invalid_target`
    Unknown. The text cannot be read as a target, or with --no-tls there is nothing to check of it, as of an IP address;
    the reason says which.
"""

_THRESHOLDS = """
A threshold is a number of days, as `30` or `30d`, or a share of the certificate's lifetime, as `25%`. Without
--threshold the warning window is 30 days, but at most the last third of a certificate's lifetime, so that one of 47
or of six days is not always expiring. A threshold that is given is taken as it stands. Shares have no meaning for a
registration: there, 30 days take their place.

Without --critical, the last 7/30 of the warning window are critical: seven days of thirty. Both windows stand in the
results, as `warn_before_days` and `critical_before_days`.
"""

_PROBLEMS = """
Beside its status, each part lists its problems, the most severe first. Each has a code, a severity, and a message for
people. The codes:

`expired`
    The certificate, or the registration, has expired.

`not_yet_valid`
    The certificate, or one above it, is not valid yet.

`hostname_mismatch`
    The certificate is for other names.

`self_signed`
    The certificate is signed by itself.

`untrusted_root`
    The chain leads to a CA that is not trusted here.

`incomplete_chain`
    The server does not send an intermediate certificate that it has to send.

`chain_expired`
    A certificate above the server's has expired.

`chain_expiring`
    A certificate above the server's expires first, and soon.

`revoked`
    An issuer has revoked the certificate, or one above it: the message says when, and why if the issuer did. Only with
    --revocation.

`revocation_unknown`
    A note, and no fault: with --revocation, it could not be determined whether a certificate is revoked. The message
    says why.

`weak_key`
    A key of the chain is too small to be safe.

`weak_signature`
    A signature of the chain uses a digest that can be forged.

`weak_protocol`
    The server speaks TLS 1.0 or 1.1 only, or agrees on keys or on a cipher in a way that is no longer safe.

`bad_chain`
    The chain does not hold for another reason, given in OpenSSL's words.

`wrong_order`
    A warning. In a certificate file, the certificate itself does not stand first, where servers look for it.

`addresses_differ`
    With --all-addresses: not all addresses show the same certificate, or not all are well. The message says who shows
    what.

`dns_failure`
    The name cannot be resolved.

`connection_refused`
    Nothing listens on that port, or a firewall says so.

`timeout`
    There was no complete answer within --timeout.

`connection_reset`
    The connection was broken off.

`not_tls`
    What answers there does not speak TLS.

`handshake_failure`
    The TLS handshake failed.

`client_certificate_required`
    The server asks for a certificate: see --client-cert.

`starttls_failed`
    TLS could not be started within the protocol that the target's scheme, or --starttls, names: the server does not
    offer it, refused it, or speaks something else.

`registry_unreachable`
    A registry's server did not answer, or not usefully.

`rate_limited`
    A registry's server has had enough of this client for now.

`no_registry`
    No registry server is known for this top-level domain.

`expiry_not_published`
    The registry publishes no expiry.

`registry_hold`
    The domain is taken out of the DNS by its registry or registrar.

`redemption`
    The domain was deleted and can be restored for some weeks.

`pending_delete`
    The domain is about to be deleted.

`pending_transfer`
    The domain is on its way to another registrar.

`auto_renew_period`
    The registry renewed the domain by itself, which the registrar may still undo.

`not_registered`
    The domain is not registered, or one of two sources says so.

`malformed_response`
    An answer cannot be read.

`unexpected_issuer`
    The certificate is not from the issuer that was expected: see `EXPECTATIONS`, as for the next three.

`unexpected_key`
    The certificate does not have the key that was expected.

`unexpected_registrar`
    The domain is not with the registrar that was expected.

`unexpected_name_servers`
    The domain does not have just the name servers that were expected.
"""

_EXPECTATIONS = """
What has to hold can be said with --expect-issuer, --expect-key, --expect-registrar and --expect-ns, or in the settings
for a domain and all hosts under it, or for one host, whose own entry comes first: under `[domains."example.de"]` by
`expect_issuer`, `expect_key`, `expect_registrar` and `expect_name_servers`, beside its own `threshold`. There they
count for `domaincheck-run-scheduled`(1) too; an option takes the place of its key. What does not hold is a critical
problem, whose message says what was found. What could not be learned is none: an unreachable server, or a registry that
names no registrar.

*Issuer, registrar.* A part of the name, in any case, or a pattern with `*` and `?` for all of it. An issuer's name is
written as in the JSON: `CN=R11,O=Let's Encrypt,C=US`. Of several one will do.

*Key.* As in the JSON, `RSA 2048` or `ECDSA P-256`, or the beginning of that, `ECDSA`; or the SHA-256 digest of the
public key (its SubjectPublicKeyInfo) in hexadecimal or base64, also after `sha256:` or, as for `curl`(1), `sha256//`.
Of several one will do.

*Name servers.* All of them, in any order.
"""

_CERTIFICATE_FILES = """
A target such as `file:chain.pem` is a file, of PEM (any text and keys may stand around the certificates), DER, or
PKCS#12, which --password-file opens. What it holds is judged as if a server showed it: by the same CAs, with the same
statuses and problems, and with --revocation if that is given. Names are compared only with --servername; without it
`hostname_matches` is `null`, as are `host`, `port`, `address`, `protocol` and `cipher`. A file has no registration.

Of several certificates the first is judged, with the others as its chain, unless it has issued one of them: then the
first that has issued none. Private keys are neither needed nor read.

A file that cannot be read, has over 1 MiB, holds no certificate or more than clients take (100 KiB), or cannot be
decrypted, is an `invalid_target`, and so are a directory, a pipe and a device.
"""

_REVOCATION = """
With --revocation each issuer of a chain that holds is asked whether it has revoked what it issued: the certificate
itself, and those above it but for the root. The part's `revocation` tells the outcome, `null` without the option.

A certificate names a list of revocations (CRL), which is fetched, verified with the issuer's key and searched; OCSP
responders, which public CAs are switching off, are asked where no list is named. A list or answer counts only within
its dates, and only for what it covers. Lists of changes (delta lists), of several issuers (indirect lists) and of some
reasons only are not enough to call a certificate good.

A list is fetched once for all targets that need it, has at most 10 MiB, and is remembered until its next update is due,
but for twelve hours at most; 64 MiB of lists are kept. --refresh fetches it anew, --no-cache neither uses nor keeps
any. What cannot be fetched is not tried again for a minute.

All of it takes place within --timeout, after the handshake, each certificate with an equal share of the time. A server
that hangs costs that time and nothing else: what the handshake has shown is kept, with the note `revocation_unknown`.
An address in a certificate is followed only to the public internet; to a private network only where the checked server
itself is in one, and to this machine only where that is.
"""

_FORMATS = """
`table`
    For people: the default on a terminal. Colour, and a bar for the time left, a third of which remains when the
    warning window begins. Beside an `xn--` name stands what it means, unless that could be mistaken for another name.

`plain`
    The default elsewhere. A line a target, no header, twelve fields with a tab between them: target, status, severity;
    the certificate's status, days left, expiry; the registration's domain, status, days left, expiry; the codes of all
    problems with commas between them; the message of the worst. What is unknown is `-`. With --group, a thirteenth
    field has the number of targets that the line stands for.

`json`
    One document, version 1, with a `summary` and the `results`. Keys are always present, `null` where nothing is known.
    Within a version keys may be added, but none goes or changes its meaning.

`ndjson`
    One element of `results` a line, each as soon as its target is finished.

`csv`
    With a header that names the columns; new ones come last. No cell is ever taken for a formula by a spreadsheet. Of
    several problems, blanks stand between the codes and semicolons between the messages.

`nagios`
    By the guidelines of the Monitoring Plugins: a line with the state, a summary and performance data, and below it a
    line a problem, or of many targets one each, the worst first. The data are the days left, with the warning and
    critical ranges, and the seconds it took. Of 4,000 bytes half is for days; what finds no room is left out whole, and
    told of. In labels, equals signs become `_`, and `::` becomes `:0:`.

`prometheus`
    For the textfile collector of node_exporter, at best with --output, which replaces the file at once; one file is
    best, for no series may be in two. Which metrics there are is told below.

`html`
    A page to look at, print and send: the counts, a timeline of what expires when, and a table, the most urgent first,
    that can be sorted and filtered and tells all there is of a target. One file, which asks no network for anything.

`ics`
    A calendar of expiries: an event a certificate, however many targets serve it, and one a registration, at the very
    time it ends, with an alarm when the warning window begins. Imported again, events that have moved are updated, not
    doubled; what has no date is named in the calendar's description.

*Metrics.* In `prometheus`, beside `domaincheck_`... with the label `target`, stand metrics under the names that others
gave them. As from blackbox_exporter come `probe_success`, `probe_duration_seconds`, `probe_ssl_earliest_cert_expiry`,
`probe_ssl_last_chain_info`, `probe_tls_version_info` and `probe_ssl_last_chain_expiry_timestamp_seconds`. They have the
target as `instance` too, which Prometheus keeps where the scrape is told `honor_labels: true`, and else calls
`exported_instance`. As from domain_exporter come `domain_expiry_days`, `domain_probe_success` and
`domain_probe_duration_seconds`, with the label `domain`. Unlike there, `probe_ssl_earliest_cert_expiry` is also told of
chains that do not hold, `domain_expiry_days` is left out where it is not known, and `domain_probe_success` is 1 where
the registry publishes no expiry.

*Groups.* With --group, `table` and `plain` show targets that are alike as one: those with the same certificate (without
certificates, the same registration) whose parts have the same statuses and the same problems. The first of them is
named; the dates are the earliest among them. Counts and exit status stay those of all targets. The other formats, which
tell programs of every target, refuse --group.

*Times* are in UTC and by RFC 3339. Days left are rounded down, and negative once the date has passed.
"""

_REGISTRIES = """
*Sources.* What is remembered comes first, then the RDAP server by IANA's list, then WHOIS; `domaincheck registries
show` names the servers for a top-level domain. The first definite answer ends the search, but "not registered" is
confirmed by the other source where there is one. If that contradicts it, the domain counts as registered, with the
problem `not_registered`. A server that is silent, broken or tired of being asked says nothing about a domain: the
result is `unreachable`, never `not_registered`. What went wrong at each source is among the problems. The registry's
date counts, not the registrar's. Where a registry publishes none, `domains."`*DOMAIN*`".expires_at` in the settings
supplies it.

*Pace.* A server is sent four queries at once at most, and then one a second (`registry.rate`); some that are known to
be stricter get one in two seconds. One that refuses, or that names a time in Retry-After, is left alone until then, for
a minute if it named none; so it is in later runs, and its other domains are `rate_limited` at once, or asked of the
other source. Waiting for a server's turn holds up neither certificates nor other registries, and is no part of
--timeout. -v says what is waited for.

*Memory.* Facts are kept for a tenth of the time until 30 days before the expiry: at least half a day, at most a week or
`registry.cache_days`, which may be 0. Half a day it is too where the expiry is unknown or a status tells of trouble.
"Not registered" is kept for an hour, an error that a registry answered with for five minutes, and not at all what kept
us from reaching it. What is remembered has `cached` true in the JSON, and `age_seconds`. --refresh asks anew and keeps
the answer; --no-cache neither uses nor keeps any.
"""

CHECK = Words(
    description="""
Checks the registration and the TLS certificate of each target. Targets are named on the command line, read from files
with --file, or from standard input where the name is `-`. How they are written is described in `domaincheck`(1).

Certificates are verified against the CAs that the system trusts, and their names compared by RFC 9525. A certificate
with a fault is reported with all it says.

Registrations are asked of the registry's RDAP server and, where that does not settle it, of its WHOIS server:
`REGISTRIES` below says how, how fast, and for how long an answer is remembered.

The defaults of many options can be changed in the settings file or the environment: see `domaincheck`(1).
""",
    sections={
        "Results": _RESULTS,
        "Thresholds": _THRESHOLDS,
        "Problems": _PROBLEMS,
        "Expectations": _EXPECTATIONS,
        "Certificate files": _CERTIFICATE_FILES,
        "Revocation": _REVOCATION,
        "Registries": _REGISTRIES,
        "Formats": _FORMATS,
    },
    exit_status="""
That of the worst target, by the convention of the Monitoring Plugins. The command may thus be used in Nagios and
Icinga as it is.

`0`
    Ok: all targets are well, or --exit-zero was given.

`1`
    Warning: something expires soon.

`2`
    Critical: something has expired, is about to, is invalid, at risk or not registered.

`3`
    Unknown: something could not be found out. Or the command line or a setting cannot be used, also with --exit-zero.

`130`
    Interrupted by Ctrl-C. What had finished by then is printed; with --output nothing is written, and an old file
    stays.

`141`
    Whoever read the output has gone, as `head`(1) does when it has seen enough.

Critical is worse than unknown, and unknown is worse than a warning.
""",
    examples="""
Check a list of hosts, the most urgent first:
    domaincheck check -f hosts.txt --sort urgency

Tell once of all hosts behind one certificate:
    domaincheck check -f hosts.txt --group

Keep a calendar of expiries that others can subscribe to:
    domaincheck check -f hosts.txt --format ics -o /var/www/html/expiries.ics

Check what another program names, and write a spreadsheet:
    list-hosts | domaincheck check --format csv -o expiries.csv -

Warn 45 days ahead, and call ten days critical:
    domaincheck check -t 45 --critical 10 example.com

Run as a plugin of Nagios or Icinga:
    domaincheck check --format nagios www.example.com

Write metrics for Prometheus, from a crontab:
    domaincheck check --format prometheus --exit-zero -f hosts.txt -o /var/lib/node_exporter/expiry.prom

Check the hosts in a column of a spreadsheet that was saved as CSV:
    domaincheck check -f inventory.csv

Check the sites that nginx serves, by its own account of its configuration:
    nginx -T | sed 's/#.*//' | tr -s ' \\t\\n' ' ' | grep -o '[ ;{]server_name [^;]*' |
        tr ' "' '\\n' | grep '^[a-z0-9].*\\.' | domaincheck check -

Take the days left out of the JSON:
    domaincheck check --json example.com | jq '.results[0].tls.days_left'

Check a new server before the DNS points at it:
    domaincheck check --no-domain --resolve example.com:443:192.0.2.7 example.com

Find the one stale server among those behind a name:
    domaincheck check --no-domain --all-addresses example.com

Check a host whose certificate comes from a CA of your own:
    domaincheck check --ca-file root.pem intranet.example.com

Check every certificate that certbot has on this machine:
    domaincheck check 'file:/etc/letsencrypt/live/*/fullchain.pem'

Check that a new chain is complete and for the right name before a server gets it:
    domaincheck check --servername example.com file:./chain.pem

Sound the alarm when somebody else's certificate appears, or the domain is taken away:
    domaincheck check --expect-issuer "Let's Encrypt" --expect-registrar Gandi example.com

Look at registrations only:
    domaincheck check --no-tls example.com example.org
""",
    see_also=("domaincheck.toml(5)",),
)
