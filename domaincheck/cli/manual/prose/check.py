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
    Critical. The domain is registered, but on hold, in redemption, or about to be deleted at the registry.

`not_registered`
    Critical. The registry does not know the domain, and where a second source answered it agreed.

`unreachable`
    Unknown. There was no answer to judge: no address, refused, timed out, no TLS, no registry.

`unknown_expiry`
    Ok. Registered, but this registry publishes no expiry, as that of `.de` does not.

`invalid_target`
    Unknown. The text cannot be read as a target; the reason says why.
"""

_THRESHOLDS = """
A threshold is a number of days, as `30` or `30d`, or a share of the certificate's lifetime, as `25%`. Without
--threshold the warning window is 30 days, but at most the last third of a certificate's lifetime, so that one of 47
or of six days is not always expiring. A threshold that is given is taken as it stands. Shares have no meaning for a
registration: there, 30 days take their place.

Without --critical, the last 7/30 of the warning window are critical: seven days of thirty.
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

`weak_key`
    A key of the chain is too small to be safe.

`weak_signature`
    A signature of the chain uses a digest that can be forged.

`bad_chain`
    The chain does not hold for another reason, given in OpenSSL's words.

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
    TLS could not be started from within the protocol that the target's scheme names.

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
"""

_FORMATS = """
`table`
    For people: the default on a terminal. Colour, and a bar for the time left.

`plain`
    The default elsewhere. A line a target, no header, twelve fields with a tab between them: target, status, severity;
    the certificate's status, days left, expiry; the registration's domain, status, days left, expiry; the codes of all
    problems with commas between them; the message of the worst. What is unknown is `-`.

`json`
    One document, version 1, with a `summary` and the `results`. Keys are always present, `null` where nothing is known.
    Within a version keys may be added, but none goes or changes its meaning.

`ndjson`
    One element of `results` a line, each as soon as its target is finished.

`csv`
    With a header; no cell is ever taken for a formula by a spreadsheet.

Times are in UTC and by RFC 3339. Days left are rounded down, and negative once the date has passed.
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
    Unknown: something could not be found out; or the command line or a setting cannot be used.

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

Check what another program names, and write a spreadsheet:
    list-hosts | domaincheck check --format csv -o expiries.csv -

Warn 45 days ahead, and call ten days critical:
    domaincheck check -t 45 --critical 10 example.com

Take the days left out of the JSON:
    domaincheck check --json example.com | jq '.results[0].tls.days_left'

Check a new server before the DNS points at it:
    domaincheck check --no-domain --resolve example.com:443:192.0.2.7 example.com

Check a host whose certificate comes from a CA of your own:
    domaincheck check --ca-file root.pem intranet.example.com

Look at registrations only:
    domaincheck check --no-tls example.com example.org
""",
)
