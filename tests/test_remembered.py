"""The words that are remembered for shells: what is put into the store, as a user's later TAB finds it."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from domaincheck.cli.remembered import MOST, RememberingStore
from domaincheck.model import Standing, Subscription
from domaincheck.store import open_store
from domaincheck.targets import parse
from tests.commands import Shell

if TYPE_CHECKING:
    from pathlib import Path

ANN, BOB = "ann@example.com", "bob@example.com"
NOW = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Memory:
    """A store, and the files beside it."""

    folder: Path

    @property
    def store(self) -> RememberingStore:
        """The store, as a new command opens it."""
        return RememberingStore(open_store(self.folder / "subscriptions.db", parse), self.folder.joinpath)

    def add(self, email: str, *targets: str) -> None:
        """Subscribe *email* to *targets*."""
        self.store.add(Subscription(email, target, None, Standing.PENDING) for target in targets)

    def words(self, name: str = "addresses.txt") -> list[str]:
        """Return what is remembered in the file *name*."""
        return (self.folder / name).read_text(encoding="ascii").splitlines()


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    """Return the memory of a new user."""
    return Memory(tmp_path)


def test_what_is_added_is_remembered_the_latest_first(memory: Memory) -> None:
    """Each address and each target once."""
    memory.add(ANN, "a.test", "b.test:8443")
    memory.add(BOB, "smtp://mx.a.test", "a.test")
    memory.add(ANN, "c.test")
    assert memory.words() == [ANN, BOB]
    assert memory.words("targets.txt")[0] == "c.test"
    assert sorted(memory.words("targets.txt")) == ["a.test", "b.test:8443", "c.test", "smtp://mx.a.test"]


def test_an_address_is_forgotten_with_its_last_subscription(memory: Memory) -> None:
    """And not before; its targets still have a history to look at."""
    memory.add(ANN, "a.test", "b.test")
    memory.add(BOB, "a.test")
    memory.store.remove(ANN, ["a.test"])
    assert memory.words() == [BOB, ANN]
    memory.store.remove(ANN)
    assert memory.words() == [BOB]
    assert set(memory.words("targets.txt")) == {"a.test", "b.test"}


def test_only_plain_words_are_kept(memory: Memory) -> None:
    """None that a shell could act upon, whichever an address may hold."""
    memory.add("o'brien@example.com", "a.test")
    memory.add("a$b{c}@example.com", "[::1]:8443")
    memory.add("bücher@example.com", "bücher.test")
    memory.add("ann+x_y.z@example.com", "https://a.test:8443/path?x=$y")
    assert memory.words() == ["ann+x_y.z@example.com"]
    assert memory.words("targets.txt") == ["a.test"]


def test_there_are_only_so_many(memory: Memory) -> None:
    """The oldest make room."""
    memory.add(BOB, *(f"host-{number}.test" for number in range(MOST + 5)))
    memory.add(BOB, "new.test")
    words = memory.words("targets.txt")
    assert (len(words), words[0]) == (MOST, "new.test")


def test_a_store_that_was_filled_before_counts(memory: Memory) -> None:
    """By an older version, or with an editor."""
    open_store(memory.folder / "subscriptions.db", parse).add([Subscription(BOB, "b.test", None, Standing.PENDING)])
    memory.add(ANN, "a.test")
    assert memory.words() == [ANN, BOB]


def test_nobody_else_can_read_it(memory: Memory) -> None:
    """Who is told about what is nobody's business; and nothing is left beside it."""
    memory.add(ANN, "a.test")
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in memory.folder.glob("*.txt")}
    assert files == {"addresses.txt": 0o600, "targets.txt": 0o600}
    assert list(memory.folder.glob(".*")) == []


@pytest.mark.parametrize("content", [b"\xff\xfe\n", b"x" * (2 << 20), None])
def test_a_memory_that_cannot_be_used_spoils_nothing(memory: Memory, content: bytes | None) -> None:
    """Neither one that is no text, nor one far too large, nor a folder in its place."""
    path = memory.folder / "addresses.txt"
    path.mkdir() if content is None else path.write_bytes(content)
    memory.add(ANN, "a.test")
    assert [each.email for each in memory.store.subscriptions()] == [ANN]
    assert memory.store.remove(ANN) == 1


def test_a_folder_that_takes_no_files_spoils_nothing(memory: Memory) -> None:
    """The store may be elsewhere."""
    (memory.folder / "file").touch()
    store = RememberingStore(memory.store.store, (memory.folder / "file").joinpath)
    assert len(store.add([Subscription(ANN, "a.test", None, Standing.PENDING)])) == 1
    assert store.mark(ANN, Standing.VERIFIED, NOW) == store.remove(ANN) == 1


def test_commands_remember(tmp_path: Path) -> None:
    """An import does, for one."""
    shell = Shell(home=tmp_path, stdin=f"{ANN} a.test\n")
    shell.run("subscriptions", "import", "-")
    assert Memory(tmp_path).words() == [ANN]
