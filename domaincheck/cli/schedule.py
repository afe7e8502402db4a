"""``domaincheck schedule``: what to install, so that ``run-scheduled`` runs every day."""

from __future__ import annotations

import shlex
import shutil
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domaincheck.errors import UsageError
from domaincheck.files.folders import expanded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domaincheck.cli.invocation import Invocation

HOUR = 6
MINUTES = 60

_CRON = """\
# Install with: crontab -e
# cron mails what a run prints, which is nothing while all is well.
{minute} {hour} * * * {command}
"""

_SYSTEMD = """\
# /etc/systemd/system/domaincheck.service
[Unit]
Description=Check domains and certificates, and mail what is due
Documentation=man:domaincheck-run-scheduled(1)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={command}
# 1: a mail waits for the next run.
SuccessExitStatus=1
DynamicUser=yes
StateDirectory=domaincheck
StateDirectoryMode=0700
ConfigurationDirectory=domaincheck
UMask=0077
CapabilityBoundingSet=
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=read-only
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
TimeoutStartSec=6h

# /etc/systemd/system/domaincheck.timer
[Unit]
Description=Check domains and certificates every day

[Timer]
OnCalendar=*-*-* {hour:02}:00:00
RandomizedDelaySec=1h
FixedRandomDelay=yes
Persistent=yes

[Install]
WantedBy=timers.target

# Install with: systemctl daemon-reload && systemctl enable --now domaincheck.timer
# The service has its own folders: settings in /etc/domaincheck, subscriptions and state in /var/lib/domaincheck.
"""


def schedule(
    ctx: typer.Context,
    cron: Annotated[bool, typer.Option("--cron", help="Print a crontab line; the default.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="Print a service and a timer for systemd.")] = False,
) -> int:
    """Print a crontab line, or units for systemd, for a run every day; nothing is installed."""
    if cron and systemd:
        raise UsageError("--cron and --systemd exclude each other: give one")
    invocation: Invocation = ctx.obj
    words = _words(invocation)
    if systemd:
        text = _SYSTEMD.format(command=" ".join(_quoted_for_systemd(word) for word in words), hour=HOUR)
    else:
        command = shlex.join(words).replace("%", "\\%")  # crontab(5) turns a bare per cent sign into a newline
        text = _CRON.format(command=command, hour=HOUR, minute=_minute(words))
    invocation.world.stdout.write(text)
    return 0


def _words(invocation: Invocation) -> Sequence[str]:
    """Return the command to run, with absolute paths: cron and systemd know neither this folder nor this PATH.

    Nor do they know this environment, so that files which it names are named on the command line.
    """
    script = shutil.which("domaincheck", path=str(Path(sys.executable).parent))
    program = [script] if script else [sys.executable, "-m", "domaincheck"]
    config, store = (invocation.world.environment.get(name) for name in ("DOMAINCHECK_CONFIG", "DOMAINCHECK_STORE"))
    told = replace(
        invocation,
        config=invocation.config or (expanded(Path(config)) if config else None),
        store=invocation.store or (expanded(Path(store)) if store else None),
    )
    return [*program, *told.file_options, "run-scheduled"]


def _minute(words: Sequence[str]) -> int:
    """Return the minute at which to run: the same for one installation, another for others, never all at :00."""
    return zlib.crc32("\0".join(words).encode()) % (MINUTES - 1) + 1


def _quoted_for_systemd(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if any(c in word for c in " \t\"'\\;") else escaped
