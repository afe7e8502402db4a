"""JSON: the document of a run, and the encoder that all formats made of JSON share.

The names and the order of the keys are those of the dataclasses' fields. Everything but printable ASCII is escaped,
so that the text is the same in every locale and holds nothing a terminal could act upon, and yet reads back as it was.
"""

from __future__ import annotations

import zlib
from dataclasses import fields
from datetime import datetime
from functools import cache
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from domaincheck.model import ProblemCode, RevocationState, Severity, Status
from domaincheck.text import timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from domaincheck.model import Result
    from domaincheck.output import Finish, Style

    # A value and the white space before each of its closing brackets: "" for none at all, or a newline and an indent.
    Encoder = Callable[[Any, str], str]

_INDENT = "  "


def render(results: Iterable[Result], finish: Finish, _style: Style) -> Iterator[str]:
    """Yield the document of a run, indented for people.

    The summary stands before the results, so nothing can be written before the last of them has come. Until then
    they are kept as deflated text: a result takes about 200 bytes so, and 1 to 3 kB as an object.
    """
    deflated, deflate = [], zlib.compressobj(level=1)
    comma, inner = "", "\n" + _INDENT * 2
    for result in results:
        if piece := deflate.compress(f"{comma}{inner}{encode(result, inner)}".encode("ascii")):
            deflated.append(piece)
        comma = ","
    yield encode(finish(), "\n").removesuffix("\n}") + f',\n{_INDENT}"results": ['
    inflate = zlib.decompressobj()
    for piece in (*deflated, deflate.flush()):
        yield inflate.decompress(piece).decode("ascii")
    yield ("\n" + _INDENT if comma else "") + "]\n}\n"


def encode(value: Any, gap: str = "") -> str:
    """Return *value*, a dataclass or something made for JSON, as JSON text.

    *gap* is empty for compact text, or a newline and the indent of the line on which the value stands.
    """
    return _ENCODERS.get(type(value), _object)(value, gap)


def _object(value: Any, gap: str) -> str:
    template, values_of, encoders = _shape(value.__class__, gap)
    inner = gap and gap + _INDENT
    values = zip(encoders, values_of(value), strict=True)
    # Called for each field of each result, so the look-up of encode() is spelled out here.
    known = _ENCODERS.get
    return template % tuple([(encoder or known(type(each), _object))(each, inner) for encoder, each in values])


@cache
def _shape(cls: Any, gap: str) -> tuple[str, Callable[[Any], tuple[Any, ...]], tuple[Encoder | None, ...]]:
    """Return what all objects of *cls* share: the text around their values, how to get these, who encodes them.

    An encoder is ``None`` where the value's own type decides.
    """
    names = [field.name for field in fields(cls)]
    inner, colon = (gap + _INDENT, ": ") if gap else ("", ":")
    members = ("," + inner).join(f'"{name}"{colon}%s' for name in names)
    encoders = tuple(_ROUNDED.get(name) for name in names)
    return f"{{{inner}{members}{gap}}}", attrgetter(*names), encoders


def _list(values: Iterable[Any], gap: str) -> str:
    if not values:
        return "[]"
    inner = gap and gap + _INDENT
    return f"[{inner}{(',' + inner).join([encode(value, inner) for value in values])}{gap}]"


def _text(text: str, _gap: str) -> str:
    if text.isascii() and text.isprintable():
        return encode_basestring_ascii(text)
    # A lone surrogate, as from an argument that is not UTF-8, makes JSON that strict readers refuse.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return encode_basestring_ascii(text).replace("\x7f", "\\u007f")


def _rounded(digits: int) -> Encoder:
    return lambda number, _gap: "null" if number is None else repr(round(float(number), digits))


_ROUNDED = {
    "duration_seconds": _rounded(3),
    "warn_before_days": _rounded(2),
    "critical_before_days": _rounded(2),
}

_ENCODERS: dict[type, Encoder] = {
    str: _text,
    Status: _text,
    Severity: _text,
    ProblemCode: _text,
    RevocationState: _text,
    int: lambda number, _gap: repr(number),
    float: lambda number, _gap: repr(number),
    bool: lambda truth, _gap: "true" if truth else "false",
    type(None): lambda _none, _gap: "null",
    datetime: lambda moment, _gap: f'"{timestamp(moment)}"',
    tuple: _list,
    list: _list,
}
