"""Which domain somebody registered, of the names that a host may have."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from domaincheck.model import Target
from domaincheck.targets import parse, with_domain


def domain(text: str) -> str | None:
    """Return the registrable domain of a target that must be valid."""
    target = parse(text)
    assert isinstance(target, Target)
    return with_domain(target).domain


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("example.com", "example.com"),
        ("a.b.example.com:8443", "example.com"),
        ("www.example.co.uk", "example.co.uk"),
        ("_dmarc.example.org", "example.org"),
        ("a.b.example.ck", "b.example.ck"),
        ("www.ck", "www.ck"),
        ("a.b.city.kawasaki.jp", "city.kawasaki.jp"),
    ],
)
def test_the_domain_is_one_label_under_the_public_suffix(written: str, expected: str) -> None:
    """Suffixes of several labels, wildcards of the list and exceptions to them count."""
    assert domain(written) == expected


def test_only_suffixes_of_registries_count() -> None:
    """What a company lets out under its own domain is registered by that company."""
    assert domain("me.github.io") == "github.io"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("www.пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("www.xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd.xn--p1ai"),
        ("www.bücher.example.公司.cn", "example.xn--55qx5d.cn"),
        ("www.straße.de", "xn--strae-oqa.de"),
        ("xn--ls8h.la", "xn--ls8h.la"),
    ],
)
def test_internationalized_suffixes_are_found_in_either_form(written: str, expected: str) -> None:
    """The domain comes in ASCII, whichever way the target was written."""
    assert domain(written) == expected


@pytest.mark.parametrize(
    "written", ["192.0.2.1", "[2001:db8::1]:443", "com", "co.uk", "рф", "x.ck", "localhost", "www.shop.test"]
)
def test_what_nobody_registered_has_no_domain(written: str) -> None:
    """Addresses, public suffixes and names under no public suffix are none of a registry's business."""
    assert domain(written) is None


def test_the_rest_of_the_target_stays() -> None:
    """Only the domain is filled in."""
    assert with_domain(Target("x", "mx.example.com", 25, "smtp")) == Target(
        "x", "mx.example.com", 25, "smtp", "example.com"
    )


def test_threads_may_ask_at_once() -> None:
    """Many threads, the first ones included, get the right answer."""
    targets = [Target(f"{n}", f"www.example{n}.co.uk") for n in range(64)]
    with ThreadPoolExecutor(8) as threads:
        found = [target.domain for target in threads.map(with_domain, targets)]
    assert found == [f"example{n}.co.uk" for n in range(64)]
