"""What docs point at: each way to lead nowhere is found, and what is fine is left alone."""

from pathlib import Path

import pytest

from tools import links

WRONG = [
    pytest.param("[runbook](docs/gone.md)", "no such file", id="file"),
    pytest.param("![a phone](docs/pictures/gone.png)", "no such file", id="picture"),
    pytest.param('<img src="docs/pictures/gone.png" alt="">', "no such file", id="picture-by-tag"),
    pytest.param("[keys](docs/other.md#locks)", "no such heading", id="heading-elsewhere"),
    pytest.param("[above](#nowhere)", "no such heading", id="heading-here"),
    pytest.param("[third](docs/other.md#again-2)", "no such heading", id="heading-said-twice-only"),
    pytest.param("[shown](docs/other.md#in-an-example)", "no such heading", id="heading-of-an-example"),
    pytest.param("See `actions/gone`.", "names what is not there", id="module"),
    pytest.param("See `actions/charges.shut`.", "names what is not there", id="function"),
    pytest.param("See `tools/gone.py`.", "names what is not there", id="file-by-name"),
]
FINE = [
    pytest.param("[other](docs/other.md) and [its keys](docs/other.md#keys-and-锁)", id="file-and-heading"),
    pytest.param("[again](docs/other.md#again-1), [here](#first-words)", id="said-twice"),
    pytest.param("[them](https://example.org/gone), <a href=\"mailto:a@b.example\">mail</a>", id="elsewhere"),
    pytest.param("[folder](docs/pictures/)", id="folder"),
    pytest.param("`[an example](gone.md)`\n\n```\n[one more](gone.md) `actions/gone`\n```", id="examples"),
    pytest.param("`actions/charges`, `actions/charges.open`, `anqi/actions/charges.py`, `/hooks/sms`", id="names"),
]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """One page beside the one under test, one module, one picture that the page shows."""
    for name, text in {
        "docs/other.md": "# Keys and 锁!\n![](pictures/seen.png)\n## Again\n## Again\n```\n# In an example\n```\n",
        "docs/pictures/seen.png": "a picture",
        "anqi/actions/charges.py": "def open() -> None:\n    pass\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_what_leads_nowhere_is_found(checkout: Path, text: str, told: str) -> None:
    (checkout / "README.md").write_text(f"# First words\n\n{text}\n")
    [(path, line, said)] = links.faults(checkout)
    assert (path, line) == ("README.md", 3)
    assert told in said


@pytest.mark.parametrize("text", FINE)
def test_what_leads_somewhere_is_left_alone(checkout: Path, text: str) -> None:
    (checkout / "README.md").write_text(f"# First words\n\n{text}\n")
    assert not list(links.faults(checkout))


def test_a_picture_that_no_page_shows_is_found(checkout: Path) -> None:
    (checkout / "docs/pictures/forgotten.png").write_text("a picture")
    assert list(links.faults(checkout)) == [("docs/pictures/forgotten.png", 1, "no page shows it")]


def test_pictures_stay_small(checkout: Path) -> None:
    (checkout / "docs/pictures/seen.png").write_bytes(bytes(links.MOST_BYTES + 1))
    [(path, _, said)] = links.faults(checkout)
    assert path == links.PICTURES
    assert "bytes of pictures" in said
