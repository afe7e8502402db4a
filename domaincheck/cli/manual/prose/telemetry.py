"""What the pages of ``telemetry`` say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domaincheck.cli.manual.words import Words, terms
from domaincheck.telemetry.events import declarations

if TYPE_CHECKING:
    from domaincheck.telemetry.events import Declaration

_SWITCHES = """
Without a key there is no telemetry: no file, no process, no connection. The key is that of a project in PostHog, which
begins with `phc_`; a personal key, which begins with `phx_`, is refused. With a key, the first of these that is there
decides:

--no-telemetry
    Off for one command.

`DOMAINCHECK_TELEMETRY`
    `on`, `off`, or `log`: then each event is printed on standard error and nothing is sent, with or without a key.
    Another word means off.

`DO_NOT_TRACK`
    Off, if it is set to anything but nothing, `0` or `false`.

`telemetry.enabled`
    In the settings file, as `domaincheck telemetry enable` and `disable` write it.
"""

_NAMES = """
Events go to a project of your own, so by default they name addresses and domains in full. Settings change that.

`telemetry.identity`
    `email`: what somebody does who subscribes is told under their address, with its domain, their last operation and
    when they were first seen. `hashed`: under a hash of the address, by a key that this installation makes for itself,
    and without its domain. `anonymous`: under nobody's name. What nobody in particular does is `anonymous` in any case,
    and a scheduled run is `system`.

`telemetry.domains`
    `full`: the hosts of the targets of `check` and `subscribe`, a hundred at most. `hashed`: hashes of them. `count`:
    how many there are. With the latter two, error messages do not name hosts either.

No event holds a code, a password or another secret, a path, the command line, a traceback, or the name of this machine.
What stands in their place is in brackets, as `[path]`. Messages are cut to 300 characters.
"""

_DELIVERY = """
A command never waits for telemetry, and never fails by it. Its events are kept in `telemetry.db` when it has ended, and
a process of its own, at low priority, delivers them. `run-scheduled`, and any command in CI or a container, delivers
them itself and takes three seconds for it at most. What could not be delivered is tried again with later commands, each
time after a longer pause, up to six hours. An event is kept for 14 days, and of all the 10,000 latest. It keeps its
own time and, however often it is sent, its own number, so PostHog counts it once. After a change of key or host, what
is kept is not sent to the new project.
"""

TELEMETRY = Words(
    description="""
Tells PostHog, in the cloud or on a server of yours, how `domaincheck` is used: which commands run, how they end, and
how far people get who subscribe. It is for the operator who wants to know, and nobody else learns of it. The first
command that tells anything says so on standard error, once, where that is a terminal.
""",
    sections={"Switches": _SWITCHES, "Names": _NAMES, "Delivery": _DELIVERY},
    examples="""
Switch it on, for a project in PostHog's European cloud:
    export POSTHOG_API_KEY=phc_... POSTHOG_HOST=https://eu.i.posthog.com

See that it works:
    domaincheck check example.com; domaincheck telemetry flush

See what a command would tell, and send nothing:
    DOMAINCHECK_TELEMETRY=log domaincheck check example.com
""",
    see_also=("domaincheck.toml(5)",),
)

STATUS = Words(
    description="""
Shows whether telemetry is on, and by whose word; where it goes; how addresses and domains are named; how many events
are waiting, were dropped, and when they were last delivered; why the last delivery failed, if it did, and when the next
may be tried.
""",
    sections={
        "Json": """
With --json, one object:

`version`
    `"1"`

`mode`, `reason`
    `on`, `off` or `log`, and why, in words

`host`, `host_source`, `key`, `key_source`
    where events go, and who said so: `default`, an environment variable or a file; of the key only its ends

`identity`, `domains`
    the settings of these names

`pending`, `oldest`, `elsewhere`
    events that are waiting, the time of the first, and how many are kept for another key or host

`dropped`, `delivered_at`
    events that had to be dropped so far, and when some were last delivered

`failures`, `last_error`, `next_try`
    failures in a row, why the last one failed, and before when no delivery is tried

Times are in UTC and by RFC 3339; what there is none of is `null`.
"""
    },
    examples="""
See why nothing arrives:
    domaincheck telemetry status
""",
)

ENABLE = Words(
    description="""
Sets `telemetry.enabled` in the settings file; what else stands there stays as it is. Standard error says if something
is missing, as a key, or stands above the file.
""",
    examples="""
Switch it on after it was switched off:
    domaincheck telemetry enable
""",
)

DISABLE = Words(
    description="""
Sets `telemetry.enabled` in the settings file, and drops the events that have not been sent yet. Commands that are under
way keep none either, and a delivery that is under way is waited for, for six seconds at most. Nothing more is kept or
sent, not even that it was switched off. Standard error says if something stands above the file.
""",
    examples="""
Switch it off for all programs that honour that:
    export DO_NOT_TRACK=1
""",
)

SHOW = Words(
    description="""
Prints the events that wait to be sent to the present project. On the way PostHog's library adds its own name and
version, and two marks, by which PostHog neither looks up a place nor corrects the time.
""",
    examples="""
Read them at leisure:
    domaincheck telemetry show | jq .
""",
)


def _meaning(declaration: Declaration) -> str:
    return f"{declaration.when.replace('``', '`')}. {', '.join(f'`{name}`' for name in declaration.properties)}"


EVENTS = Words(
    description="""
Prints the name of each event, when it is sent, and its properties with their types: in a pipe with tabs between, or
with --json as an object of `version`, which is `"1"`, and `events`, each with `name`, `when` and `properties`.
""",
    sections={
        "Events": f"""
Each has, besides its own properties, `app_version` and `run_id`, which is the same for all events of one command.

{terms({f"`{each.name}`": _meaning(each) for each in declarations()})}
"""
    },
    examples="""
See which events tell of domains:
    domaincheck telemetry events --json | jq -r '.events[] | select(.properties.domains) | .name'
""",
)

FLUSH = Words(
    description="""
Delivers what is waiting, within a minute, without regard to a pause that is in force, and says what came of it.
""",
    exit_status="""
`0`
    All was sent, or there was nothing to send.

`1`
    Some events still wait; the line that is printed says why.

`3`
    Nothing can be sent, as telemetry is off; standard error says why.

`130`
    Interrupted by Ctrl-C.
""",
    examples="""
Send what is left before this machine is switched off:
    domaincheck telemetry flush
""",
)

WHOIS = Words(
    description="""
Prints the hash of an address, under which to look for it in PostHog. The key of the hashes is in `telemetry.key` in the
state folder; without that file, as on another machine, nobody can tell the hash of an address.
""",
    exit_status="""
`0`
    Done.

`1`
    There is no key, so no address has been hashed here.

`3`
    What was given is no e-mail address.
""",
    examples="""
Find somebody in PostHog:
    domaincheck telemetry whois you@example.com
""",
)

_DASHBOARD = """
Queries and descriptions are put right by each run: to change one, duplicate the insight. Names, the places of tiles,
and the alert with its bounds and its recipients are yours once they are made. Things are found again by the word in
brackets at the end of their descriptions; what has lost it, or was deleted, is made anew.

Row *n* of the funnel of subscriptions counts who did *n* of its four steps: people ask for a code before they attempt a
subscription or after, so their order is not fixed. With `telemetry.identity` set to `anonymous`, all people are one
there, and in the cohort.
"""

DASHBOARD = Words(
    description="""
Makes a dashboard in your PostHog project, and prints its address: the funnel from a code to a subscription, codes
mailed and failed, commands by name, the share of commands that failed, scheduled runs, and expired, expiring and valid
domains over time. Beside it are a cohort of those who proved their address, and an alert for days on which more than
5 per cent of commands failed. Run again, it makes what is missing, updates what differs, and says so on standard error;
where there is nothing to do it writes nothing. If the server has no alerts, or no more of them, a warning says so.

`POSTHOG_PERSONAL_API_KEY` is a personal API key, and `POSTHOG_PROJECT_ID` the number in the project's address. The key
needs the scopes `dashboard:write`, `insight:write`, `cohort:write`, `alert:write` and `user:read`; it is not kept, and
is sent to no host but that of `telemetry.host` or, for PostHog's cloud, to the application's that belongs to it.
""",
    sections={"What is yours": _DASHBOARD},
    examples="""
See what would be done:
    domaincheck telemetry dashboard --dry-run

Make it, with the key from a file:
    POSTHOG_PERSONAL_API_KEY=$(cat personal-key) POSTHOG_PROJECT_ID=12345 domaincheck telemetry dashboard
""",
)
