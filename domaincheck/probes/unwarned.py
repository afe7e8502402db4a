"""Keeps a library's warnings to its programmers from the terminal of our users."""

from __future__ import annotations

import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_one_at_a_time = threading.Lock()


@contextmanager
def unwarned() -> Iterator[None]:
    """Let nothing be said while the block runs: of certificates that are odd, or written as few do any more.

    Python's filters are those of the whole process, so one thread at a time may change them.
    """
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
