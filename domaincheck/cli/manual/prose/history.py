"""What the page of ``history`` says."""

from __future__ import annotations

from domaincheck.cli.manual.words import Words

HISTORY = Words(
    description="""
Shows what the scheduled runs have found of a target, which is spelt as for `domaincheck-check`(1): first the days left
over time, of the certificate and of the registration, then what changed when, newest first. Results are kept by
`domaincheck-run-scheduled`(1), for each target that somebody has subscribed to, and for as long as `history.keep_days`
says; `domaincheck check` keeps none. Without --since and --limit all of it is shown.
""",
    sections={
        "The trend": """
Each column stands for an equal part of the time, and is as high as the fewest days left in it, beside the most there
have been; a renewal is a jump. Colours are those of the statuses. Beside it stand the days left today, and how few
there have been. A cross, or an `x`, is what had expired, `?` what was not known.
""",
        "Changes": """
A line for each: the certificate was replaced; the expiry of the registration moved to another day; registrar, name
servers, the registry's statuses or DNSSEC changed; a status changed; a problem appeared or was solved. Between them
stands for how long, and how often, nothing changed. A server that does not answer has lost nothing by that: when it is
back, it is compared with what it was before.
""",
        "Json": """
With --json, one object:

`version`, `target`
    `"1"`, and the target in its shortest form

`first_seen`, `last_seen`, `result_count`
    when the first and the last result were, and how many there are; not touched by --since and --limit

`points`
    the results at which something began or ended, oldest first: `checked_at`, `status`, `tls_status`, `tls_days_left`,
    `domain_status`, `domain_days_left`. Between two of them the days left go down by one a day.

`changes`
    newest first: `at`, `part` (`tls` or `domain`), `what`, `before` and `after`. For `what` of `certificate` these are
    objects with `issuer`, `not_after`, `fingerprint_sha256` and `key`; for `expires_at` times; for `name_servers`,
    `statuses` and `problems` lists; for `dnssec` truth values; for `status` and `registrar` texts.
""",
    },
    exit_status="""
`0`
    Done.

`3`
    There are no results of that target; standard error names those that may be meant. Or the command line, a setting or
    the state cannot be used.

`130`
    Interrupted by Ctrl-C.
""",
    examples="""
See when the certificate was replaced:
    domaincheck history www.example.com

Look at the last month:
    domaincheck history --since 30 www.example.com

List the days on which name servers changed:
    domaincheck history --json example.com | jq -r '.changes[] | select(.what == "name_servers") | .at'
""",
    see_also=("domaincheck.toml(5)",),
)
