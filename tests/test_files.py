"""Files are read whole and with a word about what is wrong, and replaced whole or not at all."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domaincheck.errors import UsageError
from domaincheck.files.whole import decode, matching, read_bytes, read_text, replacing


def mode(path: Path) -> int:
    """Return the permissions of *path*."""
    return stat.S_IMODE(path.stat().st_mode)


# --- reading -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text"), [(b"", ""), ("Größe\r\n".encode(), "Größe\r\n"), (b"\xef\xbb\xbfexample.com\n", "example.com\n")]
)
def test_text_is_read_whole(tmp_path: Path, data: bytes, text: str) -> None:
    """UTF-8 is read as it stands, without the mark that some editors put at the beginning."""
    (tmp_path / "list").write_bytes(data)
    assert read_text(tmp_path / "list") == text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"one\ntwo\nGr\xf6\xdfe\n", "line 3: this is not UTF-8"),
        (b"\xff\xfee\0x\0", "line 1: this is not UTF-8"),
        (b"one\n\0ELF\n", "line 2: this is a binary file"),
    ],
    ids=["Latin-1", "UTF-16", "binary"],
)
def test_what_is_no_text_is_named_with_its_line(data: bytes, words: str) -> None:
    """The line of the first byte that is wrong is told, with where the data came from."""
    with pytest.raises(UsageError, match=words) as caught:
        decode(data, "my list")
    assert str(caught.value).startswith("my list, ")


def test_a_device_that_never_ends_is_no_text() -> None:
    """A NUL is enough to tell, and nothing beyond it is read."""
    with pytest.raises(UsageError, match=r"^/dev/zero, line 1: this is a binary file"):
        read_text(Path("/dev/zero"))


def test_bytes_are_read_up_to_a_limit(tmp_path: Path) -> None:
    """What is larger is refused, and of what never ends nothing is read."""
    (tmp_path / "data").write_bytes(bytes(1 << 20))
    assert len(read_bytes(str(tmp_path / "data"), 1 << 20)) == 1 << 20
    with pytest.raises(UsageError, match="has more than"):
        read_bytes(str(tmp_path / "data"), (1 << 20) - 1)


def test_a_pattern_finds_files_in_order(tmp_path: Path) -> None:
    """A path that is none stands for itself, whether there is such a file or not."""
    for name in ("b.pem", "a.pem", "[a].pem"):
        (tmp_path / name).touch()
    assert matching(f"{tmp_path}/?.pem") == [f"{tmp_path}/a.pem", f"{tmp_path}/b.pem"]
    assert matching(f"{tmp_path}/[a].pem") == (f"{tmp_path}/[a].pem",)
    assert (matching("nowhere.pem"), matching("*.nowhere")) == (("nowhere.pem",), [])


def test_an_origin_with_escapes_is_shown_clean() -> None:
    """The name of a file can hold anything, and the message still fits on a line."""
    with pytest.raises(UsageError) as caught:
        decode(b"\xff", "a\x1b[31m\nb")
    assert str(caught.value).isprintable()


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A missing file and a directory are named with the reason."""
    with pytest.raises(UsageError, match="missing cannot be read: No such file"):
        read_text(tmp_path / "missing")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_text(tmp_path)


# --- writing -------------------------------------------------------------------------------------------------------


def test_a_new_file_takes_the_place_of_the_old(tmp_path: Path) -> None:
    """Until the end the old text stands, then the new one; nothing else is left in the folder."""
    path = tmp_path / "out"
    path.write_text("old", encoding="utf-8")
    with replacing(path) as stream:
        stream.write("new é\r\n")
        stream.flush()
        assert path.read_text(encoding="utf-8") == "old"
    assert path.read_bytes() == "new é\r\n".encode()
    assert os.listdir(tmp_path) == ["out"]  # noqa: PTH208 - the names are what matters


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("existing", ["old", None])
def test_an_error_leaves_everything_as_it_was(tmp_path: Path, error: type[BaseException], existing: str | None) -> None:
    """When the block fails, in whatever way, the old file stands, or there is none, and no half one lies about."""
    path = tmp_path / "out"
    if existing:
        path.write_text(existing, encoding="utf-8")

    def write_half() -> None:
        with replacing(path) as stream:
            stream.write("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert [file.read_text(encoding="utf-8") for file in tmp_path.iterdir()] == ([existing] if existing else [])


@pytest.mark.parametrize("permissions", [0o600, 0o644, 0o664])
def test_permissions_are_kept(tmp_path: Path, permissions: int) -> None:
    """A file that only its owner could read stays so."""
    path = tmp_path / "out"
    path.touch()
    path.chmod(permissions)
    with replacing(path) as stream:
        stream.write("new")
    assert (mode(path), path.read_text(encoding="utf-8")) == (permissions, "new")


def test_a_new_file_has_usual_permissions(tmp_path: Path) -> None:
    """A file that was not there gets what any new file would."""
    (tmp_path / "usual").touch()
    with replacing(tmp_path / "out") as stream:
        stream.write("new")
    assert mode(tmp_path / "out") == mode(tmp_path / "usual")


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_a_link(tmp_path: Path, *, there: bool) -> None:
    """What a symbolic link points to is replaced, or made, and the link itself is left alone."""
    real, link = tmp_path / "folder" / "real", tmp_path / "link"
    real.parent.mkdir()
    if there:
        real.write_text("old", encoding="utf-8")
    link.symlink_to(real)
    with replacing(link) as stream:
        stream.write("new")
    assert (link.is_symlink(), real.read_text(encoding="utf-8")) == (True, "new")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (".", "is a directory"),
        ("missing/out", "cannot be written: No such file"),
        ("file/out", "cannot be written: Not a directory"),
        ("x" * 300, "cannot be written: File name too long"),
    ],
)
def test_a_place_that_takes_no_file_is_refused_at_once(tmp_path: Path, place: str, words: str) -> None:
    """Before anything is computed, the user learns that the file could not be written."""
    (tmp_path / "file").touch()
    begun = []
    with pytest.raises(UsageError, match=words), replacing(tmp_path / place):
        begun.append(place)
    assert begun == []


def test_a_long_name_is_no_hindrance(tmp_path: Path) -> None:
    """A name as long as the file system takes can be written."""
    path = tmp_path / ("x" * 255)
    with replacing(path) as stream:
        stream.write("new")
    assert path.read_text(encoding="utf-8") == "new"


def test_a_device_is_written_to(tmp_path: Path) -> None:
    """A pipe cannot be replaced: what is written goes into it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_text, encoding="utf-8")
        with replacing(pipe) as stream:
            stream.write("through")
        assert (read.result(10), pipe.is_fifo()) == ("through", True)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="the system has no names for open files")
def test_an_open_file_is_written_to_as_it_stands(tmp_path: Path) -> None:
    """To replace it would leave whoever has opened it with a file that nobody sees."""
    path = tmp_path / "log"
    with path.open("w", encoding="utf-8") as log:
        for number, name in enumerate(("/dev/fd", "/proc/self/fd")):
            log.write(f"before {number}\n")
            log.flush()
            with replacing(Path(name, str(log.fileno()))) as stream:
                stream.write("through\n")
    assert path.read_text(encoding="utf-8") == "before 0\nthrough\nbefore 1\nthrough\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_a_full_disk_is_said() -> None:
    """What could not be written down to the last byte is an error, with the reason."""
    with pytest.raises(UsageError, match="cannot be written: No space left"), replacing(Path("/dev/full")) as stream:
        stream.write("more")
