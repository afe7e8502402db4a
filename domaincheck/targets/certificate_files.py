"""Certificate files as targets: ``file:chain.pem``, ``file:///etc/ssl/site.pem``, ``file:live/*/fullchain.pem``.

What stands after the scheme is a path as it is, and no URL's: blanks, commas and percent signs belong to it. A shell
that expands patterns looks for a folder called ``file:``, so they are expanded here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from domaincheck.errors import UsageError
from domaincheck.model import CertificateFile, InvalidTarget
from domaincheck.targets.hosts import quote
from domaincheck.text import clean

SCHEME = "file:"

Find = Callable[[str], Sequence[str]]
"""Returns the paths of the files that a pattern stands for, in order; none where it matches nothing."""


def names_file(text: str) -> bool:
    """Return whether *text* is meant to name a certificate file."""
    return text[: len(SCHEME)].lower() == SCHEME


def parse_files(text: str, find: Find) -> Iterator[CertificateFile | InvalidTarget]:
    """Yield the files that *text* stands for, more than one only where it holds a pattern; or why there is none."""
    text = text.strip()
    try:
        path = _path(text[len(SCHEME) :].strip())
    except UsageError as error:
        yield InvalidTarget(text, str(error))
        return
    paths = find(path)
    for each in paths:
        yield CertificateFile(text if each == path else SCHEME + each, each)
    if not paths:
        yield InvalidTarget(text, f"no file matches '{clean(path)}'")


def _path(rest: str) -> str:
    """Return the path in what stands after the scheme, with or without an empty host (RFC 8089); raises UsageError."""
    path = rest
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        if host.lower() not in ("", "localhost"):
            raise UsageError(
                f"{quote(SCHEME + rest)} names the machine {quote(host)}; "
                f"write {SCHEME}///PATH for an absolute path, or {SCHEME}PATH"
            )
        path = slash + path
    if not path or "\0" in path:
        raise UsageError(f"{quote(SCHEME + rest)} names no file; write {SCHEME}PATH, as in {SCHEME}./chain.pem")
    return path
