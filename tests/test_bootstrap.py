"""Which RDAP server serves a top-level domain."""

from __future__ import annotations

from typing import Any

import pytest

from domaincheck.probes.bootstrap import compact, index, shipped

IANA: dict[str, Any] = {
    "publication": "2026-07-23T02:00:03Z",
    "version": "1.0",
    "services": [
        [["aero", "ASIA"], ["http://rdap.example/", "https://rdap.example/v1/"]],
        [["kg"], ["http://rdap.cctld.example"]],
        [["biz"], ["https://rdap.example/v1"]],
        [["odd"], ["ftp://rdap.example/"]],
    ],
}


def test_a_listed_tld_has_the_server_of_ianas_file() -> None:
    """The snapshot answers for generic, country and internationalised top-level domains."""
    assert shipped().server_for("com") == "https://rdap.verisign.com/com/v1/"
    assert shipped().server_for("no") == "https://rdap.norid.no/"
    assert shipped().server_for("xn--kpry57d") == "https://ccrdap.twnic.tw/taiwan/"


def test_a_tld_that_iana_does_not_list_may_have_a_server_all_the_same() -> None:
    """Servers known to answer are used even where IANA's file lacks them."""
    assert shipped().server_for("de") == "https://rdap.denic.de/"


def test_a_registry_without_https_is_reached_over_http() -> None:
    """Two registries list no https address."""
    assert shipped().server_for("kg") == "http://rdap.cctld.kg/"


@pytest.mark.parametrize("tld", ["es", "test", "", "COM", "example.com"])
def test_a_tld_without_rdap_has_no_server(tld: str) -> None:
    """What is not in the snapshot has none; the look-up is by the lower-case TLD alone."""
    assert shipped().server_for(tld) is None


def test_compact_keeps_the_date_and_the_servers() -> None:
    """A server is taken by https if it can be; base URLs end with a slash and are merged; TLDs are lower-case."""
    assert compact(IANA) == {
        "publication": "2026-07-23T02:00:03Z",
        "servers": {
            "https://rdap.example/v1/": ["aero", "asia", "biz"],
            "http://rdap.cctld.example/": ["kg"],
        },
    }


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"services": []},
        {"publication": "2026", "services": [["com"]]},
        {"publication": "2026", "services": [[["com"], [7]]]},
        {"publication": "2026", "services": 7},
        {"publication": "2026", "services": [[[None], ["https://rdap.example/"]]]},
    ],
)
def test_what_is_no_bootstrap_file_is_refused(broken: dict[str, Any]) -> None:
    """A refresh must be able to tell rubbish from IANA's file by one kind of exception."""
    with pytest.raises(ValueError, match="RFC 9224"):
        compact(broken)


def test_the_earlier_table_wins() -> None:
    """IANA's word on a TLD goes before that of the unlisted servers."""
    listed, unlisted = {"https://iana.example/": ["io"]}, {"https://other.example/": ["io", "ac"]}
    assert index(listed, unlisted) == {"io": "https://iana.example/", "ac": "https://other.example/"}
