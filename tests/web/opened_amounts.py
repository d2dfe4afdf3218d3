"""Where each amount of a page can be opened: it stands in what opens, on a link that leads on, or is opened nearby."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_VOID = ("meta", "link", "input", "br", "img", "wbr", "hr")
_YUAN = re.compile(r"¥[\d,]+\.\d{2}(?!\d)")
# Of nothing there are no parts to tell.
NOTHING = "¥0.00"
# What opens an amount: its own summary, the lines that open, a link to the page that tells, the card that is one whole
# link, or the choice that tells what it would do.
_OPENS = ("details", "a", "article", "label")


@dataclass(frozen=True, kw_only=True)
class Place:
    """An amount where it stands: the words around it and the elements, outermost first, that it stands in."""

    amount: str
    words: str
    within: tuple[str, ...]
    is_total: bool

    @property
    def opens(self) -> bool:
        """Whether it is in what opens, leads on, or is the total of the lines before it."""
        return self.is_total or any(each in self.within for each in _OPENS)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []
        self._open: list[tuple[str, bool]] = []
        self._words: list[str] = []
        self._found: list[tuple[int, str, tuple[str, ...], bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append((tag, "data-total" in dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        within = tuple(tag for tag, _total in self._open)
        if "style" in within or "title" in within or "option" in within:
            return
        self._words.append(data)
        is_total = any(total for _tag, total in self._open)
        self._found.append((len(self._words) - 1, data, within, is_total))

    def close(self) -> None:
        super().close()
        # A large figure has its sign and its fen in elements of their own.
        text, starts = "", []
        for _n, data, within, is_total in self._found:
            starts.append((len(text), within, is_total))
            text += re.sub(r"\s+", " ", data) if data.strip() else " " if data and not text.endswith("¥") else ""
        for found in _YUAN.finditer(text):
            _start, within, is_total = [each for each in starts if each[0] <= found.start()][-1]
            words = re.sub(r"\s+", " ", text[max(found.start() - 40, 0) : found.end() + 4])
            self.places.append(Place(amount=found[0], words=words, within=within, is_total=is_total))


def read(page: str) -> list[Place]:
    """Every amount that the page shows."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.places


def shut(page: str) -> list[Place]:
    """The amounts that open to nothing: neither here, nor the same figure elsewhere on the page."""
    places = read(page)
    # A choice opens its own amount only, by being chosen.
    opened = {each.amount for each in places if each.opens and "label" not in each.within}
    return [each for each in places if not each.opens and each.amount not in opened and each.amount != NOTHING]
