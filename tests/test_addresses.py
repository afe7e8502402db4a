"""E-mail addresses: what is one, and its one spelling."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domaincheck.addresses import normalised
from domaincheck.errors import UsageError

_LOCAL = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
_LIKELY = st.tuples(
    _LOCAL, st.sampled_from(["@", "@@", "\n@", "@\r\n"]), st.sampled_from(["b.de", "BÜCHER.example", "b"])
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("you@example.com", "you@example.com"),
        ("First.Last+tag@Example.COM", "first.last+tag@example.com"),
        ("you@bücher.example", "you@xn--bcher-kva.example"),
        ("you@XN--bcher-kva.example", "you@xn--bcher-kva.example"),
        ("MÜLLER@example.com", "müller@example.com"),
        ("mu\u0308ller@example.com", "müller@example.com"),
        ("root@localhost", "root@localhost"),
        ("ops@nas.local", "ops@nas.local"),
        ("*@example.com", "*@example.com"),
    ],
)
def test_an_address_has_one_spelling(text: str, expected: str) -> None:
    """Lower case, composed letters, the domain as name servers know it."""
    assert normalised(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "@",
            "you",
            "you@",
            "@example.com",
            "a@b@c.de",
            "you@example.com.",
            "you@.example.com",
            "y..ou@example.com",
        ),
        *("You <you@example.com>", "<you@example.com>", "you@example.com (me)", '"you"@example.com', "a@b.c,d@e.f"),
        *(" you@example.com", "you@example.com ", "you @example.com", "you@example.com\n", "you@exa\tmple.com"),
        *(
            "you@[192.0.2.1]",
            "you@192.0.2.1",
            "you@1",
            "you@exam_ple.com",
            "you@-example.com",
            "you@" + "a" * 64 + ".com",
        ),
        *(
            "a" * 250 + "@b.de",
            "-oQ/tmp@example.com",
            "you@ex\u200bample.com",
            "y\u202eou@example.com",
            "you@a\u2024b.c d",
        ),
        *("you@example.com\r\nBcc: them@example.com", "you\0@example.com", "you\udcff@example.com", "you@\udcff.com"),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """A sentence on one line says why."""
    with pytest.raises(UsageError, match=r"is no e-mail address, as in you@example\.com: ") as caught:
        normalised(text)
    assert str(caught.value).isprintable()


@given(st.text(max_size=40) | _LIKELY.map("".join))
@example("ΑΣ@example.com")
@example("İ@example.com")
@example("a@b\uff0ede")
def test_nothing_that_passes_can_do_harm(text: str) -> None:
    """Neither in a header nor on a command line; and it has come to rest."""
    try:
        address = normalised(text)
    except UsageError:
        return
    assert normalised(address) == address
    assert re.fullmatch(r"[^\s@-][^\s@]*@[a-z0-9.-]+", address)
    assert address.isprintable()
    assert not set(address) & set('<>()[]",;:\\')
    message = EmailMessage()
    message["To"] = (Address(addr_spec=address),) if address.isascii() else address
    assert len(str(message["To"]).splitlines()) == 1
