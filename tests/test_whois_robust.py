"""Whatever a server sends, the parser answers, and does a bounded amount of work."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaincheck.model import Registration, RegistrationState
from domaincheck.probes.whois import parse
from domaincheck.probes.whois.lines import LINE_LIMIT, TEXT_LIMIT, cut
from domaincheck.text import clean

SIZE = 1 << 20
LABELS = st.sampled_from(
    ["Domain Name", "Expiry Date", "Registrar", "Name Server", "Status", "created", "[State]", "DS"]
)
LINES = st.builds("{}{}{}".format, LABELS, st.sampled_from([": ", ":", "\t", "....", "] ", " "]), st.text())


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_text_is_answered(domain: str, text: str) -> None:
    """Neither a name nor an answer of any kind makes the parser raise."""
    assert isinstance(parse(domain, text), Registration)


@settings(deadline=None)
@given(st.lists(LINES).map("\n".join))
def test_any_record_is_answered(text: str) -> None:
    """Known labels with any values are read, and what is kept is clean."""
    answer = parse("example.test", text)
    assert all(part == clean(part) for part in (answer.registrar or "", *answer.name_servers, *answer.faults))
    assert all(when.utcoffset() is not None for when in (answer.expires_at, answer.created_at) if when)


@settings(deadline=None)
@given(st.binary(), st.sampled_from(["utf-8", "latin-1", "cp949", "shift_jis", "utf-16"]))
def test_any_bytes_are_answered(sent: bytes, encoding: str) -> None:
    """Bytes decoded by the wrong encoding are text like any other."""
    assert isinstance(
        parse("example.test", sent.decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")),
        Registration,
    )


@pytest.mark.parametrize(
    "piece",
    [
        ":",
        "a",
        " ",
        "\n",
        "\r",
        "\t",
        "\0",
        "[(",
        "a:\n",
        ":\n",
        "Registrar: x\n",
        "Status: a,a,a\n",
        "\udcff",
        "no ",
        "1-",
    ],
)
def test_a_flood_is_answered(piece: str) -> None:
    """A mebibyte of anything gives an answer."""
    assert isinstance(parse("example.test", piece * (SIZE // len(piece))), Registration)


@settings(deadline=None)
@given(st.text(alphabet="a \r\n\0:"), st.integers(1, 300_000))
def test_the_work_is_bounded(text: str, times: int) -> None:
    """However much arrives, no more than 64 KiB in 2,000 lines of 500 characters are looked at."""
    lines = cut((text * times)[:SIZE])
    assert len(lines) <= 2000
    assert sum(map(len, lines)) <= TEXT_LIMIT
    assert all(len(line) <= LINE_LIMIT for line in lines)


def test_lists_are_bounded() -> None:
    """A thousand name servers are not kept."""
    text = "Domain: example.test\n" + "".join(f"Name Server: ns{n}.example.com\n" for n in range(1000))
    answer = parse("example.test", text)
    assert answer.state is RegistrationState.REGISTERED
    assert len(answer.name_servers) == 64
