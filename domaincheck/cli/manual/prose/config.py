"""What the pages of ``config`` say, and that of the settings file."""

from __future__ import annotations

from domaincheck.cli.manual.words import Words

_PAGE = ("domaincheck.toml(5)",)

CONFIG = Words(
    description="""
Prints and changes settings. There is one file of them, in TOML, which need not exist; the environment stands before it,
and options on the command line before both. All of these commands but `show` and `get` also work while the file, or a
variable, cannot be used.
""",
    examples="""
Begin with a file that has everything in it:
    domaincheck config init

Warn earlier, and know that it is so:
    domaincheck config set check.threshold 45d
    domaincheck config show --changed

Tell when a domain expires whose registry does not:
    domaincheck config set domains.example.de.expires_at 2027-03-01
""",
    see_also=_PAGE,
)

PATH = Words(
    description="""
Prints the file that --config names, else `DOMAINCHECK_CONFIG`, else the usual one. If there is none yet, standard error
says so.
""",
    examples="""
Look at it:
    less "$(domaincheck config path)"
""",
    see_also=_PAGE,
)

SHOW = Words(
    description="""
Prints a line for each setting: its name, its value as TOML has it, or `-` where there is none, and where that comes
from: `default`, an environment variable, a global option, or the file with the line. In a pipe there are tabs between.
Settings of single domains follow where there are some. A secret is shown by its ends alone, a password within an
address not at all; the password for the mail server is no setting.
""",
    sections={
        "Json": """
With --json, one object:

`version`
    `"1"`

`file`
    the settings file, whether or not it exists

`settings`
    an array of objects, each with `name`; `value`, a text, a number, `true` or `false`, an array, or `null`; `source`,
    as above, a file by its path; and `line`, `null` for what is from elsewhere
"""
    },
    examples="""
See only what was changed, and where:
    domaincheck config show --changed
""",
    see_also=_PAGE,
)

GET = Words(
    description="""
Prints the value that is in force, whether it comes from the environment, the file or is the default. A text is printed
as it is, a list, a number, a date and a switch as TOML has them. Of a secret only the ends are printed.
""",
    exit_status="""
`0`
    The value was printed.

`1`
    It has none; nothing was printed.

`3`
    There is no such setting, or the settings cannot be used; standard error says why.

`130`
    Interrupted by Ctrl-C.
""",
    examples="""
Use it in a script:
    jobs=$(domaincheck config get check.jobs)
""",
    see_also=_PAGE,
)

SET = Words(
    description="""
Writes one setting into the settings file, and leaves all else in it as it is, comments and order too. In a file from
`domaincheck config init` it is written beneath the line that has it commented out. If there is no file, one is made
that you alone can read.

*VALUE* is checked first, and nothing is written if it cannot be used. A text needs no quotation marks of its own; a
list may be written as `30,14,7` or as `[30, 14, 7]`. Nor is anything written while something else in the file is wrong,
but for a *KEY* that itself is: that can be set right, or taken out with --unset, even if there is no such setting.
Standard error says if an environment variable stands before the file.

The name of a domain stands in the middle, with its dots, as in `domains.example.de.expires_at`.
""",
    examples="""
Go back to the default:
    domaincheck config set --unset check.jobs

Send fewer alerts:
    domaincheck config set alerts.windows 14,3,0
""",
    see_also=_PAGE,
)

INIT = Words(
    description="""
Writes a settings file in which every setting is commented out: those with a default say what it is, the others have an
example. So nothing changes by it. A file that is there already is left alone, unless --force is given; then what it
said is lost.
""",
    examples="""
See what can be settled:
    domaincheck config init --stdout | less

Begin with all of it:
    domaincheck config init
""",
    see_also=_PAGE,
)

FILE = Words(
    description="""
The settings file of `domaincheck` is a TOML document, <https://toml.io/>. It need not exist; nothing in it is required.
--config names it, else `DOMAINCHECK_CONFIG`, else it is `config.toml` in the folder for settings: see `domaincheck`(1).
`domaincheck config path` prints which it is, `domaincheck config init` writes one in which everything is commented
out, and `domaincheck config set` changes a setting in it.

A setting is a key in a section: what messages and pages call `check.jobs` is `jobs = 32` in the section `[check]`.
Numbers, dates, `true` and `false` are written bare, texts and the names of domains between quotation marks. A path may
begin with `~`; one that is not absolute is looked for in the folder where the command runs. Every setting but those of
single domains can also be given in the environment, as `DOMAINCHECK_CHECK_JOBS`. An option on the command line comes
before the environment, the environment before the file; `domaincheck config show` tells where each value is from.

Where an example is told in place of a default there is none: until it is set, what its words say holds, or nothing.
Without `smtp.from`, or without a mail server that takes it, no mail is sent and no code.

A section or a key that does not exist, and a value that cannot be used, is reported with file and line, and nothing is
done. The file is made so that you alone can read it. It holds no password: `smtp.password_file` names a file that does,
and `DOMAINCHECK_SMTP_PASSWORD` may take its place.
""",
    examples="""
Earlier warnings, mail through a server that wants a login, and a date of which the registry says nothing:
    [check]
    threshold = "45d"

    [smtp]
    host = "mail.example.com"
    user = "alerts@example.com"
    password_file = "/etc/domaincheck/smtp-password"
    from = "alerts@example.com"

    [alerts]
    windows = [60, 30, 14, 7, 3, 1, 0]

    [domains."example.de"]
    expires_at = 2027-03-01
""",
    appendix={
        "Files": """
`~/.config/domaincheck/config.toml`
    On Linux; `XDG_CONFIG_HOME` moves `~/.config`.

`~/Library/Application Support/domaincheck/config.toml`
    On macOS.

`/etc/domaincheck/config.toml`
    For the service that `domaincheck schedule --systemd` prints, or wherever else systemd's `CONFIGURATION_DIRECTORY`
    says.
""",
    },
    see_also=("domaincheck(1)", "domaincheck-config(1)", "domaincheck-check(1)", "domaincheck-run-scheduled(1)"),
)
