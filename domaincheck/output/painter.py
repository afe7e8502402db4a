"""Text in columns, in colour or not, in Unicode or not: all that the table asks of rich."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from domaincheck.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.style import Style as RichStyle

    from domaincheck.output import Style


class Painter:
    """Measures, folds and colours text for a stream that can show *style*.

    Of rich only cell widths and escape codes are used: markup does not exist here, so no text can become any.
    """

    def __init__(self, style: Style) -> None:
        from rich.cells import cell_len, chop_cells
        from rich.color import ColorSystem

        self.unicode = style.unicode
        self.width = cell_len
        self._chop = chop_cells
        # The 16 colours that everyone's terminal theme keeps legible.
        self._colors = ColorSystem.STANDARD if style.color else None

    def pick(self, pair: str) -> str:
        """Return the first character of *pair*, or the second where only ASCII can be shown."""
        return pair[0] if self.unicode else pair[1]

    def foreign(self, text: str) -> str:
        """Return *text*, which came from elsewhere, safe and within what the stream can show."""
        text = clean(text)
        if self.unicode:
            return text
        return text.replace("…", "...").encode("ascii", "backslashreplace").decode("ascii")

    def paint(self, text: str, style: str = "", width: int = 0, *, right: bool = False) -> str:
        """Return *text* in *style*, as rich writes it (``bold red``), filled up to *width* columns."""
        fill = " " * (width - self.width(text))
        styled = _parsed(style).render(text, color_system=self._colors) if text else ""
        return fill + styled if right else styled + fill

    def wrap(self, atoms: Iterable[str], width: int, *, space: int = 1) -> Iterator[list[str]]:
        """Spread *atoms* over lines of *width* columns, *space* between two; only one that is longer is broken."""
        line: list[str] = []
        used = 0
        for atom in atoms:
            for piece in [atom] if self.width(atom) <= width else self._chop(atom, width):
                if line and used + space + self.width(piece) > width:
                    yield line
                    line, used = [], 0
                used += self.width(piece) + (space if line else 0)
                line.append(piece)
        if line:
            yield line


@cache
def _parsed(style: str) -> RichStyle:
    from rich.style import Style

    return Style.parse(style)
