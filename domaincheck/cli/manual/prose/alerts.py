"""What the pages of the commands say that have to do with alerts: subscriptions, codes, scheduled runs."""

from __future__ import annotations

from domaincheck.cli.manual.words import Words

_NOT_YET = """
`0`
    Done.

`1`
    Not done yet: a code is needed or was wrong, or a mail could not be delivered.

`3`
    It could not be done, or the command line or a setting cannot be used; standard error says why.

`130`
    Interrupted by Ctrl-C.
"""

_SETTINGS_FILE = ("domaincheck.toml(5)",)

_CODES = """
A code belongs to one address and one operation. It has six digits, works once, and lives ten minutes; the fifth wrong
try ends it. An address is sent at most one code a minute and five an hour. Asking again while a code lives sends
nothing new. A wrong code is answered in the same way whatever is wrong with it, and whether or not the address is
known.
"""

SUBSCRIBE = Words(
    description="""
Asks that *EMAIL* be told when the certificates or registrations of the targets are about to expire or have a problem.
It takes effect once the address has proved itself: a one-time code is mailed to it, and nothing else is until then.

On a terminal the code is asked for; `r` asks for another. Without one, standard error says how to finish: the same
command with --otp. Without --threshold, an expiry is told when it comes within the windows of `alerts.windows`: see
`domaincheck-run-scheduled`(1). A target that the address has already gets the new threshold.
""",
    sections={"Codes": _CODES},
    exit_status=_NOT_YET,
    examples="""
Subscribe, and type the code:
    domaincheck subscribe ops@example.com example.com www.example.com

Finish where nobody could be asked:
    domaincheck subscribe ops@example.com example.com --otp 123456

Be told 60 days before:
    domaincheck subscribe ops@example.com example.com --threshold 60
""",
)

UNSUBSCRIBE = Words(
    description="""
Ends the alerts to *EMAIL* about the targets named, or about all of them when none is named. The address has to prove
itself by a code, as for `domaincheck-subscribe`(1).
""",
    exit_status=_NOT_YET,
    examples="""
End all alerts to an address:
    domaincheck unsubscribe ops@example.com

End those about one target, with a code that was mailed:
    domaincheck unsubscribe ops@example.com www.example.com --otp 123456
""",
)

OTP_SEND = Words(
    description="""
Mails a one-time code to *EMAIL*, for use with --otp of `domaincheck-subscribe`(1) or `domaincheck-unsubscribe`(1). The
limits on codes that are told there hold with --force-new too.
""",
    exit_status=_NOT_YET,
    examples="""
Send a code by which all subscriptions may be ended:
    domaincheck otp send ops@example.com --operation unsubscribe
""",
)

RUN_SCHEDULED = Words(
    description="""
Checks each target that a verified subscription names, once however many name it, and sends each address one digest of
what is new, most urgent first; nothing if nothing is. It prints nothing while all is well, and is meant to be run every
day by cron or a timer: see `domaincheck-schedule`(1). While one run is under way another one says so and ends.
""",
    sections={
        "What is news": """
An expiry is told when it comes within 30, 14, 7, 3 and 1 days, on the day itself, and when it has passed
(`alerts.windows`). Windows are entered a day early, so that with daily runs the mail comes before and not after. For
certificates that live less than 90 days they are shorter in proportion. A subscription's own threshold, or else that of
its domain in the settings, takes the place of the widest.

A problem is told when it appears, and that it is solved, once. A target that cannot be reached is news after three runs
in a row (`alerts.unreachable_after`). What an address has been told about a certificate or a date it is never told
again, not even when a farm of servers shows its old and its new certificate by turns. After days without a run, one
digest catches up.

At most one digest a day goes to an address, unless something became critical.
""",
        "Mail": """
Mail goes to the server of `smtp.host`, encrypted by STARTTLS unless `smtp.security` says otherwise, or to the command
of `smtp.command`. What is due is written down before it is sent. A mail that is not accepted waits for the next run;
one that was accepted just when the run was cut off may come twice, with the same Message-ID. An address that is refused
for good is set aside: `domaincheck subscriptions list` shows it.
""",
        "Report": """
With --json, one object:

`version`
    `"1"`

`dry_run`
    whether nothing was changed and sent

`subscriptions`, `targets`
    verified subscriptions, and the distinct targets they name

`mails_written`, `mails_sent`, `mails_waiting`
    digests made by this run; mails accepted, and mails left waiting, those of earlier runs included

`addresses_refused`
    addresses set aside by this run

`digests`
    for each digest `email` and `news`: `target`, `severity`, `headline`, `detail`, `when` (the expiry, or `null`) and
    `solved`
""",
    },
    exit_status="""
`0`
    Done, or another run is under way.

`1`
    A mail could not be delivered and waits for the next run.

`3`
    It could not be done: a setting, the subscriptions or the state cannot be used, or the clock is behind the last run.

`130`
    Interrupted by Ctrl-C.
""",
    examples="""
See what would be sent, and to whom:
    domaincheck run-scheduled --dry-run

Run it from a script, and see how many mails wait:
    domaincheck run-scheduled --json | jq .mails_waiting
""",
    see_also=_SETTINGS_FILE,
)

SCHEDULE = Words(
    description="""
Prints what makes `domaincheck-run-scheduled`(1) run every day, with absolute paths and with the --config and --store
that were given; nothing is installed. The crontab line runs at a minute that is the same for one installation and
another for others. The service for systemd runs as a user of its own, with settings in `/etc/domaincheck` and
subscriptions and state in `/var/lib/domaincheck`.
""",
    examples="""
Add the line to your crontab:
    (crontab -l; domaincheck schedule --cron) | crontab -

See the units for systemd, for subscriptions in a file of your own:
    domaincheck --store /srv/domaincheck/subscriptions.toml schedule --systemd
""",
)

SUBSCRIPTIONS = Words(
    description="""
Subscriptions stand in one file: by default SQLite, or TOML for people who keep it in version control. The suffix of
`store.path`, or of --store, decides: `.db` or `.toml`.
""",
    examples="""
Move from SQLite to TOML; who was verified stays so:
    domaincheck subscriptions export -o ~/subscriptions.toml
    domaincheck config set store.path ~/subscriptions.toml
""",
    see_also=_SETTINGS_FILE,
)

SUBSCRIPTIONS_LIST = Words(
    description="""
Shows a line for each subscription: address, target, standing, threshold, and since when it has that standing; in a pipe
with tabs between, and `-` for what there is none of. The standing is `pending` until the address has proved itself,
then `verified`; `refused` once its mail server has refused it for good, after which nothing is sent to it.
""",
    sections={
        "Json": """
With --json, one object: `version`, which is `"1"`, and `subscriptions`, each with

`email`, `target`
    the address, and the target as it was given

`standing`
    `pending`, `verified` or `refused`

`threshold`
    as `45d` or `25%`, or `null` for the windows of the settings

`since`
    UTC, RFC 3339, or `null`
"""
    },
    examples="""
See who is set aside:
    domaincheck subscriptions list | grep refused
""",
)

SUBSCRIPTIONS_IMPORT = Words(
    description="""
Adds many subscriptions at once: all of the list or, when one of them cannot be used, none. What is new is pending,
whatever the list says of it, and each address that has something pending is sent one code; `domaincheck subscribe`
*EMAIL* `--otp` *CODE* confirms all of it. What is verified already stays so.
""",
    exit_status=_NOT_YET,
    examples="""
Subscribe a team to what it runs:
    domaincheck subscriptions import team.csv

Do so from a program:
    printf '%s\\n' 'ops@example.com example.com www.example.com' | domaincheck subscriptions import -
""",
)

SUBSCRIPTIONS_EXPORT = Words(
    description="""
Writes all subscriptions, as TOML in the form of the store or as JSON in that of `domaincheck-subscriptions-list`(1).
""",
    examples="""
Keep a copy:
    domaincheck subscriptions export -o subscriptions.toml
""",
)
