"""What the page of the program itself says."""

from __future__ import annotations

from domaincheck.cli.manual.words import Words
from domaincheck.schemes import SCHEMES, STARTTLS

_AT_ONCE = ", ".join(f"`{name}` ({scheme.port})" for name, scheme in SCHEMES.items() if name not in STARTTLS)
_STARTTLS = ", ".join(f"`{name}` ({scheme.port})" for name, scheme in STARTTLS.items())

_TARGETS = f"""
A target is a host, with a port if it is not 443. It may be written as

`example.com`
    a host name; in any script, or in its `xn--` form

`example.com:8443`
    a host name and a port

`192.0.2.7`, `2001:db8::1`, `[2001:db8::1]:8443`
    an IP address; IPv6 with a port needs the brackets

`https://example.com/path`, `smtp://mx.example.com:587`
    an address, whose scheme chooses the port if there is none, and how TLS is begun; `http` without a port means the
    same site's https

`file:chain.pem`, `file:///etc/ssl/site.p12`, `file:/etc/letsencrypt/live/*/fullchain.pem`
    a certificate file, for `domaincheck check` alone; patterns with `*`, `?` and `[`...`]` are expanded

With these schemes TLS is spoken from the first byte: {_AT_ONCE}. With these, the server is first asked for TLS in its
own protocol, as clients do by STARTTLS: {_STARTTLS}. For targets without a scheme, --starttls names the protocol.

Lists, on the command line and in files, separate targets by commas, white space or newlines. In files and on standard
input, `#` starts a comment that ends with its line. A target named twice is checked once. What cannot be read as a
target gets a result of its own, `invalid_target`, and the others are checked all the same. A path may hold blanks and
commas: a `file:` target ends with its line or argument, at a comma before white space or another `file:`, and in files
at `#`.

A file, or standard input, may as well be CSV with a header. The targets stand in the column called `target`, `host`,
`hostname`, `domain` or `domain name`, in any case, also with `_` for the blank; of several, the first of these counts.
A column `port` has the ports of hosts that are given without one. Commas, semicolons or tabs stand between the cells,
and other columns do not matter: what --format csv has written can be read again. A row that cannot be read is an
`invalid_target`; a header without any of these columns is an error, and nothing is checked.

A registration belongs to a *registrable domain*: one label more than the public suffix that the host is under, as
`example.co.uk` for `www.example.co.uk`. It is looked up once, however many of the targets are hosts under it. An IP
address, a public suffix itself, and a name under none, such as `localhost`, have no registration; that is not a
failure.
"""

_FILES = """
`~/.config/domaincheck/config.toml`
    The settings file. It need not exist. --config and `DOMAINCHECK_CONFIG` name another. A key that does not exist,
    or a value that cannot be used, is reported with file and line, and nothing is done.

`~/.local/share/domaincheck/subscriptions.db`
    The subscriptions. --store, `DOMAINCHECK_STORE` and `store.path` name another file; one that ends in `.toml` holds
    them as text.

`~/.local/state/domaincheck/state.db`
    What addresses were told, mail that waits, codes, and past results. Without it, alerts would be repeated.

`~/.local/state/domaincheck/cache.db`
    What is remembered for convenience: registrations, servers that asked for a pause, the list of RDAP servers. All of
    it can be learned anew, so the file may be deleted at any time.

`~/.local/state/domaincheck/addresses.txt`, `targets.txt`
    What the completions of shells offer: the addresses and targets that were last subscribed or imported here, 500 at
    most. Both may be deleted at any time.

`~/.local/state/domaincheck/telemetry.db`, `telemetry.key`
    Events that were not delivered yet, and the key by which names are hashed. Neither is there without a key for
    PostHog: see `domaincheck-telemetry`(1).

`*.lock`
    Empty files, by which commands that run at the same time wait for each other. Leave them where they are.

These are the places on Linux; on macOS all of it is in `~/Library/Application Support/domaincheck`. `XDG_CONFIG_HOME`,
`XDG_DATA_HOME` and `XDG_STATE_HOME` move them, and so do systemd's `CONFIGURATION_DIRECTORY` and `STATE_DIRECTORY`,
which name the folder itself. Folders and files are made so that nobody else can read them.
"""

_SETTINGS = """
`domaincheck config` shows and changes them, and `domaincheck.toml`(5) lists them all.
"""

_ENVIRONMENT = """
`DOMAINCHECK_`*SECTION*`_`*KEY*
    Any setting but those of single domains, as `DOMAINCHECK_CHECK_JOBS` for `check.jobs`. An option on the command line
    comes before the environment, the environment before the settings file.

`DOMAINCHECK_STORE`
    The file of the subscriptions.

`DOMAINCHECK_SMTP_PASSWORD`
    The password for the mail server, in place of the file that `smtp.password_file` names.

`DOMAINCHECK_CONFIG`
    The settings file to read in place of the usual one.

`POSTHOG_API_KEY`, `POSTHOG_HOST`
    The key of your PostHog project and the address of the server, for `telemetry.api_key` and `telemetry.host`.

`DOMAINCHECK_TELEMETRY`, `DO_NOT_TRACK`
    Whether telemetry is on: see `domaincheck-telemetry`(1).

`POSTHOG_PERSONAL_API_KEY`, `POSTHOG_PROJECT_ID`
    What `domaincheck telemetry dashboard` needs.

`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`
    The proxy for what goes to PostHog. Nothing else goes by a proxy.

`SSL_CERT_FILE`
    PEM file of the CAs to trust, unless --ca-file or `DOMAINCHECK_TLS_CA_FILE` names one.

`NO_COLOR`
    If set to anything, no colours are used; nor are they with `TERM=dumb`.

`LC_ALL`, `LC_CTYPE`, `LANG`
    If the first of these that is set is `C` or `POSIX`, tables on a terminal are made of ASCII alone.

`COLUMNS`
    The width to write tables for, in place of the terminal's.

`XDG_CONFIG_HOME`, `CONFIGURATION_DIRECTORY`, `XDG_DATA_HOME`, `XDG_STATE_HOME`, `STATE_DIRECTORY`
    Where the files are: see `FILES`.
"""

_COMPLETIONS = """
Completions for bash, zsh and fish come with the program, under `share` beside its `bin`. They offer commands, options,
formats, settings and files, and the addresses and targets that were last subscribed or imported here; no process is
started for it. A shell finds them by itself where that `share` is one of the system's; `EXAMPLES` shows what to do
elsewhere. `man`(1) finds these pages where the `bin` beside them is on `PATH`.
"""

PROGRAM = Words(
    description="""
For each host it is given, `domaincheck` asks the registry until when its domain is registered, by RDAP or else by
WHOIS, and learns in one TLS handshake what certificate the server shows, until when it is valid, and whether a client
would accept it. Many hosts are asked at once.

Results go to standard output. Progress and messages go to standard error, each message as a line that begins with
`domaincheck:`. What servers and registries say is cleaned before it is shown, so that no control character of theirs
reaches the terminal.
""",
    sections={"Targets": _TARGETS},
    exit_status="""
`domaincheck check` reports the worst of its results, as a plugin for Nagios or Icinga does: 0 ok, 1 warning, 2
critical, 3 unknown. See `domaincheck-check`(1). For the other commands:

`0`
    Done.

`1`
    Not done yet: a code is needed or does not fit, or a mail waits for the next run. With `domaincheck config get`:
    there is no value.

`3`
    It could not be done, or the command line or a setting cannot be used; standard error says why.

`130`
    Interrupted by Ctrl-C.

`141`
    Whoever read the output has gone, as `head`(1) does when it has seen enough.
""",
    appendix={"Files": _FILES, "Settings": _SETTINGS, "Environment": _ENVIRONMENT, "Completions": _COMPLETIONS},
    examples="""
Look at one site:
    domaincheck check example.com

See what the results look like, without a network:
    domaincheck demo

Learn who gave each answer:
    domaincheck -v check example.com

Use the settings of a project:
    domaincheck --config ./domaincheck.toml check -f hosts.txt

Be told before something expires, every day by cron:
    domaincheck config set smtp.host mail.example.com
    domaincheck config set smtp.from alerts@example.com
    domaincheck subscribe ops@example.com example.com
    (crontab -l; domaincheck schedule --cron) | crontab -

Load the completions of an installation in /opt, by a line in ~/.bashrc, in ~/.zshrc before compinit, or in config.fish:
    source /opt/domaincheck/.venv/share/bash-completion/completions/domaincheck
    fpath=(/opt/domaincheck/.venv/share/zsh/site-functions $fpath)
    source /opt/domaincheck/.venv/share/fish/vendor_completions.d/domaincheck.fish
""",
    see_also=("domaincheck.toml(5)",),
)
