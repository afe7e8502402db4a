"""Cuts an answer into entries: a label, its value, and the heading they stand under.

Registries write ``Label: value``, ``[Label] value``, ``Label........ value``, ``Label<tab>value``, a sentence that
begins with a label, or a heading with its values on the lines below. Each line is looked at a constant number of
times, and at most 64 KiB and 2,000 lines of 500 characters are, so that the work is bounded whatever arrives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domaincheck.probes.whois.labels import BARE_HEADERS, OBJECTS, PHRASES, Field, find, is_alien, is_common, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT_LIMIT = 64 * 1024
LINE_LIMIT = 500
_LINES_LIMIT = 2000
_LABEL_LIMIT = 80

_COMMENT = ("%", "#", ";", ">>>", "<<<", "&gt;", "//", "--")
_NUMBERED = re.compile(r"\d{1,2}[a-z]?\.\s+(?=[^\d\s])")
_BRACKETED = re.compile(r"(?:[a-z]{1,2}\.?\s+)?\[([^\[\]]{1,60})\]\s*(.*)")
_DOTTED = re.compile(r"([^.:#]{2,60})(?:#[. ]*|\.{2,}\s*)(?!:)(\S.*)")
_GAP = re.compile(r"([^\t:]{2,40}?)(?<!\.)(?:\t|\s{2,})\s*(\S.*)")
_RWHOIS = re.compile(r"domain:([A-Za-z-]{2,30})(?:;I)?:(.*)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing an answer tells.

    *alien* is set where it belongs to a contact or another object than the domain,
    *registry* where it is certain that the registry says so, and not a registrar.
    """

    field: Field
    value: str
    label: str = ""
    section: str = ""
    alien: bool = False
    registry: bool = False


@dataclass(slots=True)
class _Heading:
    """The heading in force, and how far in it stands; *open_* until a line has come under it."""

    text: str = ""
    field: Field | None = None
    indent: int = 0
    deepest: int = 0
    used: bool = False
    strong: bool = True  # it also rules labelled lines that stand no further in than it does


def cut(text: str) -> list[str]:
    """Return the lines of *text* that are looked at, each without its end."""
    text = text[:TEXT_LIMIT].replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return [line[:LINE_LIMIT] for line in text.split("\n", _LINES_LIMIT)[:_LINES_LIMIT]]


@dataclass(slots=True)
class _Reader:
    """Walks down the lines and keeps the heading in force."""

    heading: _Heading = field(default_factory=_Heading)
    fresh: bool = True  # the line before was blank
    continued: int | None = None  # how far in the name server above stands, whose list may go on below it
    registry: bool = False  # what comes is certainly the registry's answer, not a registrar's

    def read(self, line: str) -> Iterator[Entry]:
        """Yield what *line* tells."""
        bare = line.strip().lstrip("*").strip() if line.lstrip().startswith("*") else line.strip()
        if not bare:
            self.fresh = True
            return
        if bare.startswith(_COMMENT):
            return
        if bare.casefold().startswith("whois server version"):
            self.registry = True  # the heading of Verisign's registry, whose answer may follow a registrar's
        indent = len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
        self._close(indent)
        label, value = _split(bare)
        if label is None:
            yield from self._plain(bare, indent)
        elif value:
            yield from self._labelled(label, value, indent)
        else:
            self._open(label, indent)
        self.fresh = False

    def _close(self, indent: int) -> None:
        """Let the heading go where a line stands no further in than it, after a blank line or deeper ones."""
        heading = self.heading
        if heading.used and indent <= heading.indent and (self.fresh or heading.deepest > heading.indent):
            self.heading = _Heading()

    def _open(self, label: str, indent: int) -> None:
        text = squeeze(label)
        known = find(label)
        strong = self.fresh or text in BARE_HEADERS or known is not None
        self.heading = _Heading(text, known, indent, indent, strong=strong)

    def _plain(self, bare: str, indent: int) -> Iterator[Entry]:
        squeezed = squeeze(bare)
        prose = len(bare) > _LABEL_LIMIT or bare.endswith(".")
        known = None if prose else find(bare)
        if known in {Field.NAME_SERVER, Field.REGISTRAR, Field.DOMAIN} or (squeezed in BARE_HEADERS and not prose):
            self._open(bare, indent)
            return
        heading = self.heading
        if self.continued is not None and indent > self.continued and not self.fresh:
            yield Entry(Field.NAME_SERVER, bare, "continued")
            return
        self.continued = None
        if heading.field is not None:
            first = not heading.used
            if first or heading.field in {Field.NAME_SERVER, Field.STATUS}:
                yield Entry(heading.field, bare, heading.text, heading.text)
        self._use(indent)

    def _labelled(self, label: str, value: str, indent: int) -> Iterator[Entry]:
        squeezed = squeeze(label)
        if self.fresh and squeezed in OBJECTS:
            self.heading = _Heading(squeezed, None, indent, indent)
        ruled = self.heading.strong or indent > self.heading.indent
        section = self.heading.text if ruled else ""
        known = find(label)
        if known is Field.DOMAIN:
            self.heading, section = _Heading(), ""
        if known is not None:
            alien = is_common(squeezed) and is_alien(section)
            registry = self.registry or squeezed.startswith("registry ")
            yield Entry(known, value, squeezed, section, alien, registry)
        self.continued = indent if known is Field.NAME_SERVER else None
        self._use(indent)

    def _use(self, indent: int) -> None:
        self.heading.used = True
        self.heading.deepest = max(self.heading.deepest, indent)


def _split(bare: str) -> tuple[str | None, str]:
    """Return label and value of a line; the label is ``None`` where none is recognised, the value may be empty."""
    if bare[0].isdigit():
        bare = _NUMBERED.sub("", bare, count=1)
    if match := _RWHOIS.match(bare):
        return match[1], match[2].strip()
    if (bare[0] == "[" or "[" in bare[:5]) and (match := _BRACKETED.match(bare)):
        return match[1], match[2].strip()
    label, colon, value = bare[: _LABEL_LIMIT + LINE_LIMIT].partition(":")
    if colon and len(label) <= _LABEL_LIMIT and (not value[:1].isdigit() or find(label)) and value[:2] != "//":
        return label, value.strip().lstrip(".").strip() if value.startswith("..") else value.strip()
    return _split_without_colon(bare)


def _split_without_colon(bare: str) -> tuple[str | None, str]:
    if match := _DOTTED.match(bare):
        return match[1], match[2].strip()
    if (match := _GAP.match(bare)) and find(match[1]):
        return match[1], match[2].strip()
    start = squeeze(bare[:40])
    for phrase in PHRASES:
        if start.startswith(phrase + " "):
            return phrase, bare[len(phrase) :].strip()
    return None, bare


def entries(lines: list[str]) -> list[Entry]:
    """Return all that *lines* tell, in their order."""
    reader = _Reader()
    return [entry for line in lines for entry in reader.read(line)]


def about(domain: str, told: list[Entry]) -> list[Entry]:
    """Drop from *told* what is said of other names than *domain*, if anything is said of it by name."""
    names = [_name(entry) if entry.field is Field.DOMAIN else None for entry in told]
    if domain not in names:
        return told
    kept, wanted = [], True
    for entry, name in zip(told, names, strict=True):
        wanted = wanted if name is None else not _is_other(name, domain)
        if wanted:
            kept.append(entry)
    return kept


def other_name(domain: str, text: str) -> str | None:
    """Return the name that *text* is about when that is certainly not *domain* but another one under its TLD."""
    told = [_name(entry) for entry in entries(cut(text)) if entry.field is Field.DOMAIN]
    if not told or not all("." in name and _is_other(name, domain) for name in told):
        return None
    other = told[0]
    same_tld = other.rpartition(".")[2] == domain.rpartition(".")[2]
    return other if same_tld and not domain.endswith("." + other) else None


def _is_other(name: str, domain: str) -> bool:
    """Tell whether *name* is certainly another name than *domain*; one in Unicode may be the same in other letters."""
    if name == domain or not name.isascii() or "xn--" in name:
        return False
    return "." in name or domain.endswith("." + name)


def _name(entry: Entry) -> str:
    return entry.value.split(None, 1)[0].casefold().rstrip(".")
