"""One setting changed, and the rest of the file as it was."""

from __future__ import annotations

import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaincheck.errors import UsageError
from domaincheck.settings import TABLE, Setting, load
from domaincheck.settings.template import template
from domaincheck.settings.writing import create, set_value, unset_value
from tests.commands import ended, start_python
from tests.test_settings import VALUES

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[str], str]

FULL_DISK = """
import resource, sys
from pathlib import Path
from domaincheck.errors import UsageError
from domaincheck.settings.template import template
from domaincheck.settings.writing import create

resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # Python ignores the signal, and is told by an error
try:
    create(Path(sys.argv[1]), template(), replace=True)
except UsageError as error:
    print(error)
"""


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Return a function that sets telemetry.enabled to false in a file of that text, and returns its new text."""

    def changed(text: str) -> str:
        path = tmp_path / "config.toml"
        path.write_bytes(text.encode())
        set_value(path, "telemetry.enabled", False)
        return path.read_bytes().decode()

    return changed


# --- what is changed ------------------------------------------------------------------------------------------------


def test_comments_and_order_stay(change: Change) -> None:
    """The value alone is another one."""
    text = "# ours\n[telemetry] # here\n\nenabled = {}  # mine\nhost = 'https://x'\n[check]\njobs=3 # few\n"
    assert change(text.format("true")) == text.format("false")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "[telemetry]\nenabled = false\n"),
        ("[check]\njobs = 3", "[check]\njobs = 3\n\n[telemetry]\nenabled = false\n"),
        ("# ours\n", "# ours\n\n[telemetry]\nenabled = false\n"),
        (
            "[telemetry]\nhost = 'https://x'\n\n[check]\njobs = 3\n",
            "[telemetry]\nhost = 'https://x'\nenabled = false\n\n[check]\njobs = 3\n",
        ),
        ("telemetry.host = 'https://x'\n", "telemetry.host = 'https://x'\ntelemetry.enabled = false\n"),
        ("telemetry = {host = 'https://x'}\n", "telemetry = {host = 'https://x',enabled = false}\n"),
        ("[check]\r\njobs = 3\r\n", "[check]\r\njobs = 3\r\n\r\n[telemetry]\r\nenabled = false\r\n"),
        ("[telemetry]\nenabled=false", "[telemetry]\nenabled=false"),
    ],
)
def test_a_setting_goes_where_it_belongs(change: Change, before: str, after: str) -> None:
    """Into its section, which is begun at the end where there is none; in the way in which the file is written."""
    assert change(before) == after


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.name)
def test_every_setting_can_be_set(tmp_path: Path, setting: Setting) -> None:
    """By what the file may hold; what is read then is what was meant."""
    toml, value = VALUES[setting.name]
    path = tmp_path / "config.toml"
    set_value(path, setting.name, tomllib.loads(f"it = {toml}")["it"])
    assert load({}, path)[setting.name] == value


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("check.jobs", "32", "jobs = 32"),
        ("check.timeout", "2.5", "timeout = 2.5"),
        ("check.timeout", "7", "timeout = 7"),
        ("alerts.windows", "30,7", "windows = [30, 7]"),
        ("telemetry.enabled", "yes", "enabled = true"),
        ("tls.ca_file", "~/ca.pem", 'ca_file = "~/ca.pem"'),
        ("smtp.user", 'a"b\n', 'user = "a\\"b\\n"'),
    ],
)
def test_a_text_that_means_a_value_is_written_as_that_value(tmp_path: Path, name: str, text: str, line: str) -> None:
    """A number bare, a path with its ~."""
    path = tmp_path / "config.toml"
    set_value(path, name, text)
    assert path.read_text(encoding="utf-8").splitlines()[1:] == [line]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[domains."a.de"]\nexpires_at = 2027-03-01\n'),
        ("[check]\njobs = 3", '[check]\njobs = 3\n\n[domains."a.de"]\nexpires_at = 2027-03-01\n'),
        (
            '[domains."b.de"] # theirs\nexpires_at = 2028-01-01\n',
            '[domains."b.de"] # theirs\nexpires_at = 2028-01-01\n\n[domains."a.de"]\nexpires_at = 2027-03-01\n',
        ),
        (
            '[domains."b.de"]\nexpires_at = 2028-01-01\n\n[tls]\n',
            '[domains."b.de"]\nexpires_at = 2028-01-01\n\n[domains."a.de"]\nexpires_at = 2027-03-01\n\n[tls]\n',
        ),
        ('[domains."a.de"]\nexpires_at = 2028-01-01 # mine', '[domains."a.de"]\nexpires_at = 2027-03-01 # mine\n'),
    ],
)
def test_a_domain_has_a_section_of_its_own(tmp_path: Path, before: str, after: str) -> None:
    """Beside those of other domains, with a blank line between."""
    path = tmp_path / "config.toml"
    path.write_text(before, encoding="utf-8")
    set_value(path, "domains.a.de.expires_at", "2027-03-01")
    assert path.read_text(encoding="utf-8") == after


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: setting.name)
def test_a_setting_is_written_beneath_its_comment(tmp_path: Path, setting: Setting) -> None:
    """In the file that has everything commented out, also where another section has a key of that name."""
    toml, value = VALUES[setting.name]
    path = tmp_path / "config.toml"
    create(path, template())
    set_value(path, setting.name, tomllib.loads(f"it = {toml}")["it"])
    assert load({}, path)[setting.name] == value
    lines = path.read_text(encoding="utf-8").splitlines()
    [place] = [number for number, line in enumerate(lines) if line.startswith(f"{setting.key} = ")]
    assert lines[place - 1].startswith(f"#{setting.key} = ")
    assert [*lines[:place], *lines[place + 1 :]] == template().splitlines()


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("check.jobs", "[check]\njobs = 3 # few\nretries = 1 # once\n", "[check]\nretries = 1 # once\n"),
        ("check.jobs", "check.jobs = 3\ncheck.retries = 1\n", "check.retries = 1\n"),
        ("check.josb", "[check]\njosb = 3\n", "[check]\n"),
        ("chekc.jobs", "[chekc]\njobs = 3\nretries = 1\n", "[chekc]\nretries = 1\n"),
        ("jobs", "jobs = 3\n[check]\n", "[check]\n"),
        ("domains.a.de.expire", '[domains."a.de"]\nexpire = 1\n', '[domains."a.de"]\n'),
    ],
)
def test_a_setting_is_taken_out(tmp_path: Path, name: str, before: str, after: str) -> None:
    """With the comment beside it; what never was a setting, too."""
    path = tmp_path / "config.toml"
    path.write_text(before, encoding="utf-8")
    assert unset_value(path, name)
    assert path.read_text(encoding="utf-8") == after


def test_what_is_not_there_cannot_be_taken_out(tmp_path: Path) -> None:
    """A section is none, and no file is made for it."""
    path = tmp_path / "config.toml"
    assert not unset_value(path, "check.jobs")
    assert not path.exists()
    path.write_text("[check]\njobs = 3\n", encoding="utf-8")
    assert not unset_value(path, "check.retries")
    with pytest.raises(UsageError, match="there is no setting 'check'"):
        unset_value(path, "check")


CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "check": st.fixed_dictionaries({}, optional={"jobs": st.integers(1, 99), "retries": st.integers(0, 9)}),
        "telemetry": st.fixed_dictionaries({}, optional={"enabled": st.booleans(), "identity": st.just("hashed")}),
        "smtp": st.fixed_dictionaries({}, optional={"user": st.text("a#'\"\\]\n é", min_size=1, max_size=9)}),
    },
)


@given(content=CONTENTS, enabled=st.booleans(), dotted=st.booleans())
def test_no_other_setting_is_ever_changed(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, dict[str, Any]], enabled: bool, dotted: bool
) -> None:
    """However the file is laid out."""
    path = tmp_path_factory.mktemp("settings") / "config.toml"
    lines = []
    for section, keys in content.items():
        pairs = [
            (key, str(value).lower() if not isinstance(value, str) else repr_of(value)) for key, value in keys.items()
        ]
        lines += [f"{section}.{key} = {value}" for key, value in pairs] if dotted else [f"[{section}]"]
        lines += [] if dotted else [f"{key} = {value} # {key}" for key, value in pairs]
    path.write_text("\n".join(lines), encoding="utf-8")
    before = tomllib.loads(path.read_text(encoding="utf-8"))
    set_value(path, "telemetry.enabled", enabled)
    before.setdefault("telemetry", {})["enabled"] = enabled
    assert tomllib.loads(path.read_text(encoding="utf-8")) == before


def repr_of(text: str) -> str:
    """Return *text* as a TOML string."""
    return '"' + "".join(f"\\u{ord(character):04x}" for character in text) + '"'


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("check.josb", 3, "there is no setting 'check.josb'"),
        ("check.jobs", "many", "check.jobs must be a whole number"),
        ("telemetry.enabled", "maybe", "telemetry.enabled must be true or false"),
        ("telemetry.host", "https://me:hunter2@x", "telemetry.host must be an address without a password"),
    ],
)
def test_what_is_no_setting_or_no_value_is_refused(tmp_path: Path, name: str, value: object, said: str) -> None:
    """Before a file is made."""
    with pytest.raises(UsageError) as caught:
        set_value(tmp_path / "config.toml", name, value)
    assert str(caught.value).startswith(said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["[check\n", "[check]\njosb = 3\n", "[telemetry]\nenabled = 'perhaps'\n"])
def test_a_file_that_can_not_be_used_is_left_alone(tmp_path: Path, text: str) -> None:
    """What is wrong with it is told by its name, and is for its owner to correct."""
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=str(path)):
        set_value(path, "check.jobs", 3)
    assert path.read_text(encoding="utf-8") == text


def test_a_file_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "blocked").touch()
    path = tmp_path / "blocked" / "config.toml"
    with pytest.raises(UsageError, match="cannot be written: its folder is a file"):
        set_value(path, "check.jobs", 3)


def test_a_link_to_nowhere_is_told_with_where_it_leads(tmp_path: Path) -> None:
    """Its own folder is there, so that alone would be puzzling; the link stays."""
    link = tmp_path / "config.toml"
    link.symlink_to("gone/real.toml")
    with pytest.raises(UsageError, match=f"{link}, which leads to {tmp_path}/gone/real.toml, cannot be written"):
        set_value(link, "check.jobs", 3)
    with pytest.raises(UsageError, match="is there already"):
        create(link, "")
    assert link.is_symlink()


@pytest.mark.parametrize("replace", [False, True])
def test_what_is_no_file_is_left_alone(tmp_path: Path, replace: bool) -> None:
    """A directory can't be replaced, and what goes into a device is gone."""
    for path, what in ((tmp_path, "is a directory"), (Path("/dev/null"), "is a pipe or a device")):
        with pytest.raises(UsageError, match=what):
            create(path, "", replace=replace)
        with pytest.raises(UsageError, match=what):
            set_value(path, "check.jobs", 3)


def test_a_new_file_that_does_not_fit_leaves_nothing(tmp_path: Path) -> None:
    """An empty one would be in the way of the next attempt; one that was there stays as it was."""
    path = tmp_path / "config.toml"
    for before in (None, "# mine\n"):
        if before:
            path.write_text(before, encoding="utf-8")
        outcome = ended(start_python("-c", FULL_DISK, path, home=tmp_path))
        assert outcome.stdout == f"{path} cannot be written: File too large\n"
        assert [each.read_text(encoding="utf-8") for each in tmp_path.iterdir()] == ([before] if before else [])


def test_what_is_wrong_itself_can_be_changed(tmp_path: Path) -> None:
    """Whatever else is: one fault after the other is mended so."""
    path = tmp_path / "config.toml"
    path.write_text("[check]\njobs = true\nretries = 'often'\n", encoding="utf-8")
    set_value(path, "check.jobs", 1)
    unset_value(path, "check.retries")
    assert load({}, path)["check.jobs"] == 1


# --- the file -------------------------------------------------------------------------------------------------------


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    """A key may come to stand in it; nothing is left beside it."""
    path = tmp_path / "new" / "config.toml"
    set_value(path, "check.jobs", 3)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_file_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    """It may be shared, and kept elsewhere."""
    real, link = tmp_path / "real.toml", tmp_path / "config.toml"
    real.touch()
    real.chmod(0o640)
    link.symlink_to(real)
    set_value(link, "check.jobs", 3)
    assert (stat.S_IMODE(real.stat().st_mode), link.is_symlink()) == (0o640, True)
    assert load({}, real)["check.jobs"] == 3


def test_changes_at_the_same_time_are_all_made(tmp_path: Path) -> None:
    """Each process waits for its turn, and none overwrites what another has just set."""
    path = tmp_path / "config.toml"
    code = "import sys; from pathlib import Path; from domaincheck.settings.writing import set_value; "
    code += "set_value(Path(sys.argv[1]), sys.argv[2], sys.argv[3])"
    settings = {"check.jobs": "7", "check.retries": "2", "history.keep_days": "9", "smtp.port": "26"}
    commands = [[sys.executable, "-c", code, str(path), *each] for each in settings.items()]
    processes = [subprocess.Popen(command, cwd=Path(__file__).parents[1]) for command in commands]  # noqa: S603 - our own code
    assert [process.wait() for process in processes] == [0] * len(processes)
    assert {name: str(load({}, path)[name]) for name in settings} == settings
