"""What the page of ``demo`` says."""

from __future__ import annotations

from domaincheck.cli.manual.words import Words

DEMO = Words(
    description="""
Starts servers of its own on the loopback interface, good ones and bad ones, with certificates made on the spot and
registries that know invented domains. Checks them with the same engine as `domaincheck check`, prints what it found,
and takes everything down again. Nothing is sent to any other machine and no file is left behind.
""",
    exit_status="""
`0`
    The demonstration was shown, whatever its results say.

`3`
    The command line or a setting cannot be used, or the servers could not be started.

`130`
    Interrupted by Ctrl-C.
""",
    examples="""
See every status:
    domaincheck demo

See them as scripts do:
    domaincheck demo --json
""",
)
