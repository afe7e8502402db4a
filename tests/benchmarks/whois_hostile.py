"""Prints how many milliseconds of CPU the WHOIS parser needs for texts made to be slow: ``python whois_hostile.py``.

With ``--fallback`` it prints instead, for each TLD that python-whois knows, the worst time of the patterns run for it.
"""

from __future__ import annotations

# ruff: noqa: T201 - a script that is run by hand, and prints
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from domaincheck.model import Registration, RegistrationState
from domaincheck.probes.whois import fallback, parse

SIZE = 1 << 20
RECORD = "Domain Name: A.X\nRegistrar:\n  Name: x\nName Servers:\n ns1.a.x\nExpiry Date: 2030-01-01\nStatus: ok\n\n"
PIECES = {
    "nothing but colons": ":",
    "one line of letters": "a",
    "blanks": " ",
    "blank lines": "\n",
    "tabs": "\t",
    "NULs": "\0",
    "carriage returns": "\r",
    "nested brackets": "[(",
    "dots": ".",
    "commas": ",",
    "digits": "1",
    "dates on one line": "2030-01-01 ",
    "empty fields": "a:\n",
    "short fields": "Registrar: x\n",
    "date fields": "Expiry Date: 2030-01-01T00:00:00Z\n",
    "unreadable dates": "Expiry Date: " + "1-" * 40 + "\n",
    "statuses": "Status: " + "a," * 240 + "\n",
    "name servers": "Name Server: " + "a.b," * 120 + "\n",
    "sentences": "no " * 160 + "\n",
    "exceeded": "exceeded " * 54 + "\n",
    "limits": "limit " * 82 + "\n",
    "not found": "not found " * 50 + "\n",
    "headings": "Name servers:\n  ns1.example.com\n\n",
    "surrogates": "\udcff\ud800",
    "records": RECORD,
    "slashes in a label": "/" * 78 + ": x\n",
    "parentheses in a label": "(a)" * 26 + ": x\n",
    "short slashes": "a/b/c/d:\n",
    "prose": "Record expires on hold\n",
    "blanks in a line": "a" + "  a" * 160 + "\n",
    "Hangul": "등록일 : \n",
}


def _milliseconds(domain: str, text: str, *, with_fallback: bool) -> float:
    registered = Registration(RegistrationState.REGISTERED)
    start = time.process_time()
    if with_fallback:
        fallback.fill(registered, domain, text)
    else:
        parse(domain, text)
    return (time.process_time() - start) * 1000


def main() -> None:
    """Print one line for each case."""
    texts = {name: (piece * (SIZE // len(piece) + 1))[:SIZE] for name, piece in PIECES.items()}
    parse("example.com", "warm: up")
    if "--fallback" not in sys.argv:
        for name, text in texts.items():
            print(f"{_milliseconds('example.fi', text, with_fallback=False):8.1f} ms  {name}")
        return
    from whois import parser  # noqa: PLC0415 - 50 ms, and not needed above

    known = set(re.findall(r'endswith\("\.([^"]+)"\)', Path(parser.__file__).read_text("utf-8")))
    for tld in sorted(known - fallback.UNSAFE):
        times = {n: _milliseconds(f"a.{tld}", text, with_fallback=True) for n, text in texts.items()}
        worst = max(times, key=times.__getitem__)
        print(f"{times[worst]:8.1f} ms  .{tld}  {worst}")


if __name__ == "__main__":
    main()
