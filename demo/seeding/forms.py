"""Forms: what many borrowers' rows have in common, with slots for what is each one's own.

A slot is a mark of the length of what will stand there, so that lengths written before it stay right.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from uuid import UUID

Values = list[bytes]
Make = Callable[[Values], bytes]

# The last eight bytes of every id of one borrower, and the same as ids are written.
_TAIL, _WRITTEN_TAIL = b"~S0000__", b"7e53-303030305f5f"
_MARK = re.compile(rb"~S(\d{4})_|" + _WRITTEN_TAIL)


class Slots:
    """The slots of one form, in the order in which they are filled: each may use those before it."""

    def __init__(self, given: Sequence[int]) -> None:
        self.lengths = [8, 17, *given]
        self._makes: list[Make] = []
        self._uses: list[set[int]] = []

    def given(self, place: int) -> str:
        """The mark of what is given when the form is filled."""
        return self._mark(2 + place)

    def add(self, length: int, make: Make, *uses: "Form") -> str:
        """The mark of a new slot for so many bytes, made with these forms filled.

        Marks stand in texts, in bytes and inside other slots' forms.
        """
        self.lengths.append(length)
        self._makes.append(make)
        self._uses.append({slot for form in uses for slot in form.slots})
        assert length > 6, "too short for a mark"
        return self._mark(len(self.lengths) - 1)

    def _mark(self, slot: int) -> str:
        return f"~S{slot:04}".ljust(self.lengths[slot], "_")

    def needed(self, forms: Iterable["Form"]) -> list[bool]:
        """Which of the slots that were added must be filled for these forms."""
        needed, given = {slot for form in forms for slot in form.slots}, len(self.lengths) - len(self._makes)
        for place in reversed(range(len(self._makes))):
            if given + place in needed:
                needed |= self._uses[place]
        return [given + place in needed for place in range(len(self._makes))]

    def fill(self, tail: bytes, given: Sequence[bytes], needed: Sequence[bool]) -> Values:
        """What stands in each slot for the borrower of whose ids these are the last eight bytes."""
        written = tail.hex()
        values = [tail, f"{written[:4]}-{written[4:]}".encode(), *given]
        for make, is_needed in zip(self._makes, needed, strict=True):
            values.append(make(values) if is_needed else b"")
        assert all(
            len(value) == length for value, length in zip(values, self.lengths, strict=True) if value
        ), "a value of another length than its slot"
        return values

    def form(self, text: str | bytes) -> "Form":
        """The form that this text with its marks is."""
        return Form(text.encode() if isinstance(text, str) else text, self.lengths)

    def drawn(self, length: int, draw: Callable[[bytes], bytes]) -> str:
        """A slot for what is drawn from a borrower's tail, like and unlike all others."""
        place = len(self.lengths).to_bytes(2)
        return self.add(length, lambda values: draw(values[0] + place))


class Form:
    """A text with slots."""

    def __init__(self, text: bytes, lengths: Sequence[int]) -> None:
        pieces: list[bytes] = []
        slots, end = [], 0
        for mark in _MARK.finditer(text):
            slot = int(mark[1]) if mark[1] else 1
            pieces += [text[end : mark.start()], b""]
            slots.append(slot)
            end = mark.start() + lengths[slot]
        self.slots = tuple(slots)
        self._pieces = [*pieces, text[end:]]
        # Asked for one thing alone, itemgetter would not answer with a tuple of it.
        self._pick = itemgetter(*slots, 0, 0)

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same text for everybody."""
        return len(self._pieces) == 1

    def filled(self, values: Values) -> bytes:
        """The text of one borrower."""
        pieces = self._pieces.copy()
        pieces[1::2] = self._pick(values)[:-2]
        return b"".join(pieces)


def id_at(milliseconds: int, place: int) -> UUID:
    """An id of version 7 of that instant, with a slot for the borrower's tail; `place` tells one life's rows apart."""
    head = (milliseconds << 16) | 0x7000 | (place & 0xFFF)
    return UUID(bytes=head.to_bytes(8) + _TAIL)


def id_of(id: UUID, values: Values) -> UUID:
    """That id as this borrower has it."""
    return UUID(bytes=id.bytes[:8] + values[0])
