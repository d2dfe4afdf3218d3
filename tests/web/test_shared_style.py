"""What the style sheet promises: contrast in both colour sets, weight, vendored files as published."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from anqi.web import shared
from anqi.web.shared.states import BADGES

SHARED = Path(shared.__file__).parent
STATIC = SHARED / "static/shared"
CSS = (STATIC / "anqi.css").read_text()
OFFICE_CSS = (STATIC / "office.css").read_text()

TEXT_PAIRS = [
    ("ink", "card"),
    ("ink-2", "card"),
    ("ink-3", "card"),
    ("ink", "paper"),
    ("ink-2", "paper"),
    ("ink-3", "paper"),
    ("brand", "card"),
    ("brand", "paper"),
    ("brand", "brand-soft"),
    ("on-brand", "brand"),
    ("on-brand", "brand-deep"),
    ("good", "card"),
    ("good", "good-soft"),
    ("warn", "warn-soft"),
    ("bad", "card"),
    ("bad", "bad-soft"),
    ("good", "brand-soft"),
    ("calm", "calm-soft"),
    ("ink", "brand-soft"),
    ("ink-2", "brand-soft"),
    ("ink", "calm-soft"),
    ("ink", "good-soft"),
    ("ink", "warn-soft"),
    ("ink", "bad-soft"),
    ("good", "paper"),
    ("bad", "paper"),
    ("card", "bad"),
    ("hero-ink", "hero-from"),
    ("hero-ink", "hero-to"),
    ("hero-label", "hero-from"),
    ("hero-label", "hero-to"),
    ("mark-ink", "mark-alipay"),
    ("mark-ink", "mark-wechat"),
    ("mark-ink", "mark-bank"),
]
SHAPE_PAIRS = [
    ("control", "card"),
    ("control", "paper"),
    ("brand", "card"),
    ("good", "card"),
    ("warn", "card"),
    ("bad", "card"),
    ("hero-paid", "hero-from"),
    ("hero-due", "hero-from"),
    ("hero-late", "hero-from"),
]


def token_sets() -> dict[str, dict[str, str]]:
    layer = CSS[CSS.index("@layer tokens {") : CSS.index("@layer base {")]
    blocks = re.findall(r"(:root[^{]*)\{([^}]*--paper:[^}]*)\}", layer)
    return {
        name.strip(): dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block)) for name, block in blocks
    }


def test_there_are_three_token_sets_and_both_dark_ones_are_alike() -> None:
    sets = token_sets()
    assert set(sets) == {":root", ':root:not([data-theme="light"])', ':root[data-theme="dark"]'}
    assert sets[':root:not([data-theme="light"])'] == sets[':root[data-theme="dark"]']
    assert set(sets[":root"]) == set(sets[':root[data-theme="dark"]'])


@pytest.mark.parametrize("theme", [":root", ':root[data-theme="dark"]'])
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_stands_out(theme: str, front: str, back: str) -> None:
    tokens = token_sets()[theme]
    assert contrast(tokens[front], tokens[back]) >= 4.5, f"{front} on {back}"


@pytest.mark.parametrize("theme", [":root", ':root[data-theme="dark"]'])
@pytest.mark.parametrize(("front", "back"), SHAPE_PAIRS)
def test_shapes_stand_out(theme: str, front: str, back: str) -> None:
    tokens = token_sets()[theme]
    assert contrast(tokens[front], tokens[back]) >= 3, f"{front} on {back}"


def test_the_scale_of_contrast_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ff6700") == pytest.approx(2.9, abs=0.05)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours. White on #ff6700: 2.9."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_components_take_colours_from_tokens_only() -> None:
    rest = CSS[CSS.index("@layer base {") : CSS.index("@layer print {")] + OFFICE_CSS
    loose = set(re.findall(r"#[0-9a-fA-F]{3,8}(?=[;\s)])", rest))
    assert loose == set()


def test_every_token_used_is_defined() -> None:
    sheets = CSS + OFFICE_CSS
    defined = set(re.findall(r"--([a-z0-9-]+):", sheets))
    assert set(re.findall(r"var\(--([a-z0-9-]+)", sheets)) <= defined


def test_no_letter_is_smaller_than_twelve_pixels() -> None:
    sizes = re.findall(r"(?:font-size|--note|--label): (\.?\d*\.?\d+)rem", CSS + OFFICE_CSS)
    assert sizes
    assert min(float(size) for size in sizes) >= 0.75


def test_targets_are_44_pixels_and_60_in_big_mode() -> None:
    tap = float(re.search(r"--tap: ([\d.]+)rem", CSS)[1])  # type: ignore[index]
    big = float(re.search(r'\[data-size="big"\] \{ font-size: ([\d.]+)%', CSS)[1])  # type: ignore[index]
    assert tap * 16 >= 44
    assert tap * 16 * big / 100 >= 60


def test_what_a_borrower_downloads_fits_the_budget() -> None:
    packed = sum(
        len(gzip.compress((STATIC / name).read_bytes()))
        for name in ("anqi.css", "anqi.js", "htmx-4.0.1.min.js", "digits.woff2")
    )
    assert packed <= 60 * 1024
    assert len(gzip.compress((STATIC / "anqi.css").read_bytes())) <= 14 * 1024


@pytest.mark.parametrize("name", ["htmx-4.0.1.min.js", "digits.woff2"])
def test_vendored_files_are_as_noted(name: str) -> None:
    note = (STATIC / "VENDOR.txt").read_text()
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() in note[note.index(f"\n{name}") :]
    assert (STATIC / "digits.LICENSE.txt").read_text().count("SIL OPEN FONT LICENSE") >= 1


def test_templates_hold_nothing_the_content_policy_would_stop() -> None:
    for template in (SHARED / "templates").rglob("*.html"):
        source = template.read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:|<script(?![^>]*\ssrc=)", source), (
            template.name
        )


def test_nothing_is_fetched_from_elsewhere() -> None:
    for sheet in (CSS, OFFICE_CSS):
        assert set(re.findall(r"https?://[^\s'\")]+", sheet)) <= {"http://www.w3.org/2000/svg"}
    for template in (SHARED / "templates").rglob("*.html"):
        assert "//" not in "".join(re.findall(r'(?:src|href|action)="([^"]*)"', template.read_text()))


def test_every_icon_shown_is_drawn() -> None:
    drawn = set(re.findall(r'\[data-icon="([a-z]+)"\]', CSS))
    shown: set[str] = set()
    for template in (SHARED / "templates").rglob("*.html"):
        shown |= set(re.findall(r'{%\s*icon "([a-z]+)"', template.read_text()))
    assert shown <= drawn
    assert {f"--icon-{name}" for name in drawn} <= set(re.findall(r"(--icon-[a-z]+):", CSS))


def test_every_shape_and_tone_of_a_badge_is_drawn() -> None:
    for badge in BADGES.values():
        assert badge.shape == "ring" or f'.aq-badge[data-shape="{badge.shape}"]' in CSS
        assert badge.tone == "calm" or f'.aq-badge[data-tone="{badge.tone}"]' in CSS
