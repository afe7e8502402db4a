"""One at a time: a lock among processes that ends with its holder, however that ended."""

from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING

import pytest

from domaincheck.errors import StateError
from domaincheck.files.lock import alone_in, holding, in_turn
from tests.commands import ended, start_python

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

HOLDER = """
import pathlib, sys
from domaincheck.files.lock import holding
with holding(pathlib.Path(sys.argv[1])) as alone:
    print(alone, flush=True)
    sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    """Start a process that asks for the lock, says whether it has it, and keeps it until its input ends."""
    return start_python("-c", HOLDER, path, home=path.parent)


def says(process: subprocess.Popen[str]) -> str:
    """Return the next word of *process*."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_one_process_holds_it_and_others_are_told_so(tmp_path: Path) -> None:
    """They do not wait; when it is let go of, the next can have it."""
    path = tmp_path / "run.lock"
    first = holder(path)
    assert says(first) == "True"
    with holding(path) as alone:
        assert not alone
    assert ended(holder(path), "").stdout == "False\n"
    ended(first, "")
    with holding(path) as alone:
        assert alone


def test_it_ends_with_a_holder_that_is_killed(tmp_path: Path) -> None:
    """Nobody has to remove a file by hand."""
    path = tmp_path / "run.lock"
    process = holder(path)
    assert says(process) == "True"
    process.kill()
    ended(process)
    with holding(path) as alone:
        assert alone


def test_it_ends_with_its_block_also_by_an_error(tmp_path: Path) -> None:
    """Within one process, too, only one block at a time has it."""
    path = tmp_path / "run.lock"
    with pytest.raises(ZeroDivisionError), holding(path):
        raise ZeroDivisionError
    with holding(path) as alone, holding(path) as again:
        assert (alone, again) == (True, False)


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The folder is made if need be."""
    path = tmp_path / "state" / "run.lock"
    with holding(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_place_that_takes_no_files_is_named(tmp_path: Path) -> None:
    """With the reason in the system's words."""
    (tmp_path / "file").touch()
    with (
        pytest.raises(StateError, match=r"file/run\.lock cannot be made: (Not a directory|File exists)"),
        holding(tmp_path / "file" / "run.lock"),
    ):
        pass


def test_those_who_want_to_be_alone_in_a_folder_wait_for_one_another(tmp_path: Path) -> None:
    """None is turned away."""
    inside, crowd = [], []

    def enter() -> None:
        with alone_in(tmp_path):
            inside.append(1)
            crowd.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert crowd == [1] * 20


def test_a_turn_in_a_folder_comes_to_everyone(tmp_path: Path) -> None:
    """One at a time, none before the other has ended."""
    inside, crowd = [], []

    def enter() -> None:
        with in_turn(tmp_path, 10):
            inside.append(1)
            crowd.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert crowd == [1] * 20


def test_a_turn_is_waited_for_only_so_long(tmp_path: Path) -> None:
    """Whoever was stopped while he had his does not stop everybody; afterwards all is as before."""
    entered = []
    with in_turn(tmp_path, 10), in_turn(tmp_path, 0.01):
        entered.append("out of turn")
    with in_turn(tmp_path, 10), alone_in(tmp_path / ".."):
        entered.append("in turn")
    assert entered == ["out of turn", "in turn"]


def test_where_there_is_no_folder_nobody_waits(tmp_path: Path) -> None:
    """A turn is a courtesy, and never in the way."""
    with in_turn(tmp_path / "missing", 10):
        assert not (tmp_path / "missing").exists()
