"""What a store of subscriptions promises, in whatever kind of file it is."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaincheck.errors import StateError, UsageError
from domaincheck.model import Standing, Subscription
from domaincheck.store import open_store, store_file
from domaincheck.targets import parse

if TYPE_CHECKING:
    from domaincheck.store import Store

SUFFIXES = ("db", "toml")
NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ANN, BOB = "ann@example.com", "bob@example.com"
PENDING, VERIFIED, REFUSED = Standing


@pytest.fixture(params=SUFFIXES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return where a store of each kind may be."""
    return tmp_path / f"subscriptions.{request.param}"


@pytest.fixture
def store(path: Path) -> Store:
    """Return a store of each kind that does not exist yet."""
    return open_store(path, parse)


def wish(email: str = ANN, target: str = "example.com", standing: Standing = PENDING, **rest: Any) -> Subscription:
    """Return a subscription of today."""
    return Subscription(email, target, standing=standing, **({"since": NOW} | rest))


def held(store: Store) -> list[tuple[str, str]]:
    """Return who is told about what."""
    return [(each.email, each.target) for each in store.subscriptions()]


# --- where it is ---


@pytest.mark.parametrize(
    ("environment", "named", "settled", "expected"),
    [
        ({"DOMAINCHECK_STORE": "/e.db", "STATE_DIRECTORY": "/s"}, "/n.db", "/c.db", "/n.db"),
        ({"DOMAINCHECK_STORE": "/e.db", "STATE_DIRECTORY": "/s"}, None, "/c.db", "/e.db"),
        ({"STATE_DIRECTORY": "/s"}, None, "/c.db", "/c.db"),
        ({"STATE_DIRECTORY": "/s:/t"}, None, None, "/s/subscriptions.db"),
    ],
)
def test_the_command_line_comes_before_the_environment_and_that_before_the_settings(
    environment: dict[str, str], named: str | None, settled: str | None, expected: str
) -> None:
    """Without any of them the file is in the state directory that systemd gives."""
    found = store_file(environment, Path(named) if named else None, Path(settled) if settled else None)
    assert found == Path(expected)


def test_the_usual_place_is_the_folder_for_data() -> None:
    """Its name is the platform's business, the file's is ours."""
    assert store_file({}, None, None).parts[-2:] == ("domaincheck", "subscriptions.db")


def test_a_home_is_found_where_no_shell_has_looked_for_it() -> None:
    """Cron and systemd hand on a tilde as it is."""
    assert store_file({"DOMAINCHECK_STORE": "~/a.toml"}, None, None) == Path.home() / "a.toml"


def test_the_suffix_tells_the_kind_of_file(tmp_path: Path) -> None:
    """Any other is refused before anything is made."""
    with pytest.raises(UsageError, match=r"subscriptions\.json can't hold subscriptions: .* end in \.db .* or \.toml"):
        open_store(tmp_path / "subscriptions.json", parse)


def test_a_link_is_followed(store: Store, path: Path) -> None:
    """The file behind it is written; the link stays."""
    link = path.with_name(f"link{path.suffix}")
    link.symlink_to(path)
    open_store(link, parse).add([wish()])
    assert link.is_symlink()
    assert held(store) == [(ANN, "example.com")]


# --- what it keeps ---


def test_a_file_that_is_not_there_holds_nothing_and_is_not_made(store: Store, path: Path) -> None:
    """Neither reading nor removing leaves a trace."""
    assert list(store.subscriptions()) == []
    assert (store.remove(ANN), store.mark(ANN, VERIFIED, NOW)) == (0, 0)
    assert list(path.parent.iterdir()) == []


def test_only_the_owner_can_read_the_file_and_enter_its_folders(tmp_path: Path) -> None:
    """All folders on the way that had to be made are private too."""
    for suffix in SUFFIXES:
        path = tmp_path / suffix / "deep" / f"s.{suffix}"
        open_store(path, parse).add([wish()])
        open_store(path, parse).mark(ANN, VERIFIED, NOW)
        assert [each.stat().st_mode & 0o777 for each in (path, path.parent, path.parent.parent)] == [
            0o600,
            0o700,
            0o700,
        ]


def test_what_is_added_is_there_for_the_next_who_opens_it(store: Store, path: Path) -> None:
    """All that was known of it is still known."""
    new = [wish(BOB, "smtp://mx.example.com", VERIFIED, threshold="25%"), wish(since=None), wish(ANN, "bücher.example")]
    assert store.add(new) == new
    assert list(open_store(path, parse).subscriptions()) == sorted(new, key=lambda each: each.email)


def test_the_order_is_by_address_then_by_target(store: Store) -> None:
    """It does not depend on who was added first."""
    store.add([wish(BOB, "b.example"), wish(ANN, "z.example"), wish(BOB, "a.example")])
    assert held(store) == [(ANN, "z.example"), (BOB, "a.example"), (BOB, "b.example")]


def test_one_address_can_be_asked_for(store: Store) -> None:
    """Nobody else's subscriptions come with it."""
    store.add([wish(BOB), wish(ANN), wish("bob@example.com.au")])
    assert [each.email for each in store.subscriptions(BOB)] == [BOB]


def test_more_than_a_page_of_them_comes_whole(store: Store) -> None:
    """Reading goes on where a page ended, within an address as between two."""
    new = [wish(f"u{number % 3}@example.com", f"host{number}.example") for number in range(3500)]
    store.add(new)
    assert sorted(store.subscriptions()) == sorted(new)
    assert sum(1 for _ in store.subscriptions("u1@example.com")) == 1167


def test_reading_goes_on_while_others_write(store: Store) -> None:
    """Who reads slowly keeps nobody from writing."""
    store.add([wish(), wish(BOB)])
    reading = store.subscriptions()
    next(reading)
    assert store.mark(BOB, REFUSED, LATER) == 1
    assert next(reading).email == BOB


# --- what is the same ---


def test_a_target_is_the_same_however_it_is_written(store: Store) -> None:
    """There is one subscription for it, spelled as it was last."""
    store.add([wish(target="https://Bücher.example/"), wish(target="BÜCHER.example:443"), wish(target="mx.example:25")])
    store.add([wish(target="smtp://mx.example"), wish(target="xn--bcher-kva.example")])
    assert held(store) == [(ANN, "mx.example:25"), (ANN, "smtp://mx.example"), (ANN, "xn--bcher-kva.example")]


def test_adding_again_tells_what_changed(store: Store) -> None:
    """The same once more is nothing new, whenever it comes; another threshold is."""
    assert len(store.add([wish(), wish(BOB)])) == 2
    assert store.add([wish(since=LATER)]) == []
    assert store.add([wish(since=LATER, threshold="30")]) == [wish(threshold="30d")]


@pytest.mark.parametrize("standing", [VERIFIED, REFUSED])
def test_a_pending_wish_changes_nothing_of_what_is_settled(store: Store, standing: Standing) -> None:
    """Who can't prove to be the address can neither silence it nor make it louder."""
    settled = wish(standing=standing, threshold="7d")
    store.add([settled])
    assert store.add([wish(threshold="90d", target="EXAMPLE.com")]) == []
    assert list(store.subscriptions()) == [settled]


def test_a_code_settles_what_was_pending_or_refused(store: Store) -> None:
    """From then on the subscription is verified."""
    store.add([wish(), wish(BOB, standing=REFUSED)])
    new = [wish(standing=VERIFIED, since=LATER), wish(BOB, standing=VERIFIED, since=LATER)]
    assert store.add(new) == new
    assert list(store.subscriptions()) == new


def test_times_are_kept_in_utc_and_whole_seconds(store: Store) -> None:
    """Whatever precision and zone they come in."""
    store.add([wish(since=NOW.astimezone(timezone(timedelta(hours=5))) + timedelta(microseconds=999_999))])
    assert [each.since for each in store.subscriptions()] == [NOW]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (wish(target="not a host"), "contains ' '"),
        (wish(target="https://example.com/\x1b[31m"), "characters that can't be shown"),
        (wish(target="https://example.com/\udcff"), "characters that can't be shown"),
        (wish(threshold="soon"), "'soon' is no threshold"),
    ],
)
def test_what_is_not_usable_keeps_all_from_being_added(store: Store, bad: Subscription, said: str) -> None:
    """All or nothing."""
    with pytest.raises(UsageError, match=said):
        store.add([wish(BOB), bad])
    assert held(store) == []


# --- removing and marking ---


def test_some_targets_of_an_address_are_removed(store: Store) -> None:
    """In any spelling; others and those of other addresses stay."""
    store.add([wish(ANN, "a.example"), wish(ANN, "b.example"), wish(BOB, "a.example")])
    assert store.remove(ANN, ["https://A.example", "c.example"]) == 1
    assert held(store) == [(ANN, "b.example"), (BOB, "a.example")]


def test_all_targets_of_an_address_are_removed(store: Store) -> None:
    """Where none is named; an empty list names none, and removes none."""
    store.add([wish(ANN, "a.example"), wish(ANN, "b.example"), wish(BOB, "a.example")])
    assert store.remove(ANN, []) == 0
    assert store.remove(ANN) == 2
    assert held(store) == [(BOB, "a.example")]


def test_an_emptied_store_is_a_store(store: Store) -> None:
    """It can be read, and added to."""
    store.add([wish()])
    store.remove(ANN)
    assert held(store) == []
    assert len(store.add([wish()])) == 1


def test_a_standing_is_given_to_all_subscriptions_of_an_address(store: Store) -> None:
    """Those that had it keep the day since when."""
    store.add([wish(ANN, "a.example", VERIFIED), wish(ANN, "b.example"), wish(BOB)])
    assert store.mark(ANN, VERIFIED, LATER) == 1
    assert list(store.subscriptions()) == [
        wish(ANN, "a.example", VERIFIED),
        wish(ANN, "b.example", VERIFIED, since=LATER),
        wish(BOB),
    ]


_EMAILS, _TARGETS = (
    st.sampled_from([ANN, BOB, "müller@example.com"]),
    st.sampled_from(["a.example", "A.example:443", "b.example"]),
)
_STANDINGS, _TIMES = st.sampled_from(Standing), st.none() | st.datetimes(timezones=st.just(UTC))
_WISHES = st.builds(Subscription, _EMAILS, _TARGETS, st.sampled_from([None, "30", "25%"]), _STANDINGS, _TIMES)
_STEPS = st.one_of(
    st.tuples(st.just("add"), st.lists(_WISHES, max_size=4)),
    st.tuples(st.just("remove"), _EMAILS, st.none() | st.lists(_TARGETS, max_size=2)),
    st.tuples(st.just("mark"), _EMAILS, _STANDINGS, st.just(NOW)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_STEPS, max_size=6))
def test_both_kinds_of_store_do_the_same(steps: list[tuple[Any, ...]]) -> None:
    """Whatever is done to them, in whatever order."""
    with tempfile.TemporaryDirectory() as folder:
        stores = [open_store(Path(folder) / f"s.{suffix}", parse) for suffix in SUFFIXES]
        for name, *arguments in steps:
            outcomes = [getattr(store, name)(*arguments) for store in stores]
            assert outcomes[0] == outcomes[1]
        contents = [list(store.subscriptions()) for store in stores]
        assert contents[0] == contents[1]


# --- files that are not as they should be ---


def refuses(path: Path, said: str) -> None:
    """Assert that nothing can be done with the file at *path*, that *said* tells why, and that it stays as it is."""
    before = path.read_bytes()
    store = open_store(path, parse, patience=0.05)
    for act in (
        lambda: list(store.subscriptions()),
        lambda: store.add([wish()]),
        lambda: store.remove(ANN),
        lambda: store.mark(ANN, VERIFIED, NOW),
    ):
        with pytest.raises(StateError, match=said) as caught:
            act()
        assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_a_truncated_file_is_left_alone(store: Store, path: Path) -> None:
    """What is left may help whoever restores it."""
    store.add([wish(target=f"host{number}.example.com") for number in range(200)])
    path.write_bytes(path.read_bytes()[:-1000])
    refuses(path, "is damaged|is no TOML")


def test_an_empty_file_is_no_empty_store(path: Path) -> None:
    """It was one before something cut it off; to go on would be to forget everybody in silence."""
    path.touch()
    refuses(path, "is empty|has no line 'version = 1'")


def test_a_file_of_the_other_kind_is_left_alone(tmp_path: Path) -> None:
    """Renaming a file does not convert it."""
    for ours, other in (SUFFIXES, SUFFIXES[::-1]):
        right, wrong = tmp_path / f"right.{other}", tmp_path / f"wrong.{ours}"
        open_store(right, parse).add([wish()])
        right.rename(wrong)
        refuses(wrong, "not a database|not UTF-8 text|binary file")


def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path) -> None:
    """So is anything else that the operating system has against it."""
    (tmp_path / "file").touch()
    for suffix in SUFFIXES:
        with pytest.raises(StateError, match=r"s\.\w+ cannot be used: .*; nothing was changed"):
            open_store(tmp_path / "file" / f"s.{suffix}", parse).add([wish()])
