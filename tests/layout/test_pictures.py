"""Pictures of the docs: taken where a page shows them, and left to the byte where they look as before."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tools import links, pictures

_PHONE = (390, 844)


def _page(*marks: tuple[int, int, int, int]) -> Image.Image:
    """A white page with black marks on it."""
    page = Image.new("RGB", _PHONE, "white")
    for mark in marks:
        ImageDraw.Draw(page).rectangle(mark, fill="black")
    return page


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text("![the plan](docs/pictures/plan.png)\n")
    (tmp_path / links.PICTURES).mkdir(parents=True)
    (tmp_path / "taken").mkdir()
    return tmp_path


def _bring(checkout: Path) -> list[str]:
    return list(pictures.bring(checkout / "taken", checkout))


def test_what_is_shown_is_taken_and_nothing_else(checkout: Path) -> None:
    for name in ("plan", "story"):
        _page((10, 10, 60, 60)).save(checkout / f"taken/{name}.png")
    assert _bring(checkout) == []
    assert [each.name for each in (checkout / links.PICTURES).iterdir()] == ["plan.png"]


def test_what_no_story_took_is_named(checkout: Path) -> None:
    assert _bring(checkout) == ["plan.png"]


@pytest.mark.parametrize(
    ("marks", "is_new"),
    [
        pytest.param([(10, 10, 60, 60)], False, id="the-same"),
        pytest.param([(10, 10, 60, 60), (300, 20, 320, 40)], False, id="another-minute"),
        pytest.param([(10, 10, 60, 60), (10, 100, 200, 130)], True, id="one-more-line"),
        pytest.param([], True, id="a-picture-less"),
    ],
)
def test_only_another_look_is_another_picture(
    checkout: Path, marks: list[tuple[int, int, int, int]], *, is_new: bool
) -> None:
    kept, taken = checkout / links.PICTURES / "plan.png", checkout / "taken/plan.png"
    _page((10, 10, 60, 60)).save(taken)
    _bring(checkout)
    before = kept.read_bytes()
    _page(*marks).save(taken)
    _bring(checkout)
    assert (kept.read_bytes() != before) == is_new
