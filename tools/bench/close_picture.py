"""The picture of docs/bench/close.md: what one event costs and what one loan weighs, by the size of the book."""

import math
from collections.abc import Iterator, Sequence

from tools.bench.sizes import Size

_WIDTH, _HEIGHT, _GAP = 320, 200, 70
_LEFT, _TOP = 50, 50
_LEAST, _MOST = 10_000, 2_000_000
_MARKS = {10_000: "10 k", 100_000: "100 k", 1_000_000: "1 M", 2_000_000: "2 M"}
# A paper of its own: a page may be light where its reader's system is dark.
_STYLE = """
:root { --paper: #ffffff; --ink: #1f2328; --faint: #d1d9e0; --line: #0969da }
@media (prefers-color-scheme: dark) { :root { --paper: #0d1117; --ink: #e6edf3; --faint: #3d444d; --line: #58a6ff } }
.paper { fill: var(--paper) }
text { fill: var(--ink); font: 12px system-ui, sans-serif; text-anchor: middle }
.title { font-weight: 600; text-anchor: start }
.faint { stroke: var(--faint) }
polyline { fill: none; stroke: var(--line); stroke-width: 2 }
circle { fill: var(--line) }
"""
_Point = tuple[int, float]


def drawn(measured: Sequence[Size]) -> str:
    """An SVG of two panels, readable on light and dark pages."""
    width, height = 2 * (_LEFT + _WIDTH + _GAP) - _LEFT, _TOP + _HEIGHT + 40
    per_event: list[_Point] = [(each.loans, each.us_per_event) for each in measured]
    weights: list[_Point] = [(each.loans, each.bytes_per_loan / 1000) for each in measured]
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}" rx="6"/>',
        *_panel("A loan brought on, in µs, by loans in the book", per_event, left=_LEFT),
        *_panel("A loan and its history, in kB, by loans in the book", weights, left=2 * _LEFT + _WIDTH + _GAP),
        "</svg>\n",
    ))  # fmt: skip


def _panel(title: str, points: Sequence[_Point], *, left: int) -> Iterator[str]:
    most, bottom = _round_above(max(value for _, value in points)), _TOP + _HEIGHT
    yield f'<text class="title" x="{left}" y="{_TOP - 24}">{title}</text>'
    for value in (0, most / 2, most):
        y = _y(value, most)
        yield f'<line class="faint" x1="{left}" y1="{y}" x2="{left + _WIDTH}" y2="{y}"/>'
        yield f'<text x="{left - 24}" y="{y + 4}">{value:g}</text>'
    for loans, name in _MARKS.items():
        yield f'<text x="{_x(loans, left)}" y="{bottom + 20}">{name}</text>'
    places = [(_x(loans, left), _y(value, most), value) for loans, value in points]
    yield f'<polyline points="{" ".join(f"{x},{y}" for x, y, _ in places)}"/>'
    for x, y, value in places:
        yield f'<circle cx="{x}" cy="{y}" r="4"/><text x="{x}" y="{y - 10}">{_short(value)}</text>'


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _x(loans: int, left: int) -> float:
    return round(left + _WIDTH * math.log(loans / _LEAST) / math.log(_MOST / _LEAST), 1)


def _y(value: float, most: float) -> float:
    return round(_TOP + _HEIGHT * (1 - value / most), 1)


def _round_above(value: float) -> float:
    """The next number of one digit and noughts, of which the half is round too."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)
