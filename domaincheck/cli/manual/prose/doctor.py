"""What the page of ``doctor`` says."""

from __future__ import annotations

from domaincheck.cli.manual.words import Words

DOCTOR = Words(
    description="""
Looks at everything that a scheduled run needs, and prints a line for each finding: `ok`, `warning` or `failed`, what it
is about, and what was found; below it, where something is wrong, what to do. One thing that fails keeps no other from
being looked at, and nothing takes longer than its time limit. No secret is printed, and no mail is sent without --mail.
""",
    sections={
        "Findings": """
`settings`
    Where they are from. If they cannot be used, what depends on them is left out. A variable that begins with
    `DOMAINCHECK_` and is none of ours, and so has no effect, is a warning.

`store`
    How many subscriptions there are, and whether the file can be written.

`state`, `journal`, `cache`
    Whether the folder takes files, and those in it can be used; whether mail waits there, and why.

`schedule`
    When the last scheduled run was. One that is more than two days ago is a warning.

`secrets`
    Whether others may read or write files that hold addresses, codes or keys.

`CAs`, `DNS`, `clock`
    Whether there are authorities to trust, names are resolved, and the time can be right; it is compared with PostHog's
    too, if telemetry is on.

`mail`
    Whether the mail server takes a login and, with --mail, a test mail. What both sides said stands below a failure.

`PostHog`
    Whether telemetry is on and by whose word; if it is, whether the host answers a plain request, which tells it of no
    event, how many events wait, and why. It is never more than a warning, as runs do without it.
""",
        "Json": """
With --json, one object: `version`, which is `"1"`; `status`, the worst mark of all; and `checks`, each with `name`,
`mark`, `message`, `advice`, which may be `null`, and `conversation`, a list of lines.
""",
    },
    exit_status="""
`0`
    Nothing failed; there may be warnings.

`3`
    Something failed, or the command line cannot be used.

`130`
    Interrupted by Ctrl-C.
""",
    examples="""
See whether alerts would arrive:
    domaincheck doctor --mail you@example.com

List what failed, in a script:
    domaincheck doctor --json | jq -r '.checks[] | select(.mark == "failed") | .message'
""",
    see_also=("domaincheck.toml(5)",),
)
