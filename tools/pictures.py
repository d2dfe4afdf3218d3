"""`python -m tools.pictures` brings docs/pictures to what the browser tests have just seen; `make pictures` runs both.

Those are taken that a page shows, each under the name by which a story took it. One that looks as before stays as it
is, to the byte: the minute at which a story passed is no change of a page.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageChops

from tests.browser import windows
from tools import links

_CHECKOUT = Path(__file__).resolve().parents[1]
# A pixel has changed when a colour differs by so much, a picture when so many of a thousand pixels have.
_COLOUR, _PER_MILLE = 48, 3


def main() -> int:
    """0 when all that pages show are there, 1 with the names of those that no story took."""
    missing = list(bring(windows.PICTURES, _CHECKOUT))
    for name in missing:
        print(f"{links.PICTURES}/{name} is shown, and no story took it.", file=sys.stderr)
    return 1 if missing else 0


def bring(taken: Path, root: Path) -> Iterator[str]:
    """The names of those that pages of `root` show and no story took; the others are there now."""
    (root / links.PICTURES).mkdir(parents=True, exist_ok=True)
    for kept in links.pictures_shown(root):
        seen = taken / kept.name
        if not seen.exists():
            yield kept.name
            continue
        picture = Image.open(seen).convert("RGB")
        if kept.exists() and not has_changed(Image.open(kept).convert("RGB"), picture):
            continue
        # 128 colours are enough for flat pages and keep the checkout small.
        picture.quantize(128, dither=Image.Dither.NONE).save(kept, optimize=True)
        print(f"{kept.relative_to(root)} is new.")


def has_changed(before: Image.Image, now: Image.Image) -> bool:
    """Whether somebody who has seen the one would call the other another picture."""
    if before.size != now.size:
        return True
    differing = ImageChops.difference(before, now).convert("L").point([int(each > _COLOUR) for each in range(256)])
    return sum(differing.tobytes()) * 1000 > _PER_MILLE * before.width * before.height


if __name__ == "__main__":
    sys.exit(main())
