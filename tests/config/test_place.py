"""The tag and the folders of a checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from anqi.config import place


def test_the_tag_is_drawn_once(tmp_path: Path) -> None:
    assert place.tag(tmp_path) == place.tag(tmp_path)
    assert len(place.tag(tmp_path)) == 8


def test_two_checkouts_have_two_tags(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    assert place.tag(tmp_path / "one") != place.tag(tmp_path / "two")


def test_processes_at_once_agree_on_the_tag(tmp_path: Path) -> None:
    ask = ("from pathlib import Path; from anqi.config import place;"
           f"print(place.tag(Path({str(tmp_path)!r})))")
    asking = [subprocess.Popen([sys.executable, "-c", ask], cwd=place.CHECKOUT, stdout=subprocess.PIPE)
              for _ in range(6)]
    answers = {process.communicate()[0] for process in asking}
    assert len(answers) == 1
    assert answers == {place.tag(tmp_path).encode() + b"\n"}


def test_a_draw_that_was_killed_before_writing_is_drawn_again(tmp_path: Path) -> None:
    (tmp_path / ".anqi-tag").touch()
    assert len(place.tag(tmp_path)) == 8


@pytest.mark.parametrize("written", ["../../etc\n", "my-shop\n", "0123abcd"])
def test_a_tag_written_by_hand_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / ".anqi-tag").write_text(written)
    with pytest.raises(ValueError, match="does not hold a tag"):
        place.tag(tmp_path)


def test_anqi_home_overrides(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANQI_HOME", str(home / "deep/state"))
    assert place.state_dir() == home / "deep/state"
    assert place.state_dir().is_dir()
    assert place.programs_dir() == home / "deep/state/programs"


def test_folders_are_open_and_private_whatever_the_umask(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANQI_HOME", str(home / "state"))
    before = os.umask(0o077)
    try:
        state, keys = place.state_dir(), place.private_dir("keys")
    finally:
        os.umask(before)
    assert state.stat().st_mode & 0o777 == 0o755
    assert keys.stat().st_mode & 0o777 == 0o700
    assert keys.parent == state


@pytest.mark.skipif(os.geteuid() == 0, reason="root keeps its state in /var/lib/anqi")
def test_an_ordinary_user_has_it_at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(place, "tag", lambda: "0123abcd")
    assert place.state_dir() == home / ".local/share/anqi/0123abcd"
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "xdg"))
    assert place.state_dir() == home / "xdg/anqi/0123abcd"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert place.state_dir() == home / ".local/share/anqi/0123abcd"
