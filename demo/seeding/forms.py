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

    def needed(self, forms: Iterable["Form"]) -> list[int]:
        """Which of the slots that were added must be filled for these forms, in their order."""
        needed, first = {slot for form in forms for slot in form.slots}, len(self.lengths) - len(self._makes)
        for slot in reversed(range(first, len(self.lengths))):
            if slot in needed:
                needed |= self._uses[slot - first]
        return [slot for slot in range(first, len(self.lengths)) if slot in needed]

    def fill(self, tail: bytes, given: Sequence[bytes], needed: Sequence[int]) -> Values:
        """What stands in each slot for the borrower of whose ids these are the last eight bytes."""
        written = tail.hex()
        values = [tail, f"{written[:4]}-{written[4:]}".encode(), *given, *([b""] * len(self._makes))]
        first = len(values) - len(self._makes)
        for slot in needed:
            values[slot] = self._makes[slot - first](values)
        assert all(len(values[slot]) == self.lengths[slot] for slot in (*range(first), *needed)), (
            "a value of another length than its slot"
        )
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
            pieces.append(text[end : mark.start()])
            slots.append(slot)
            end = mark.start() + lengths[slot]
        self.slots = tuple(slots)
        # One formatting is quicker than joining pieces, and this is done for every row of everybody.
        self._text = b"%b".join(piece.replace(b"%", b"%%") for piece in (*pieces, text[end:]))
        self._pick = itemgetter(*slots) if slots else _nothing

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same text for everybody."""
        return not self.slots

    def filled(self, values: Values) -> bytes:
        """The text of one borrower."""
        return self._text % self._pick(values)


def _nothing(values: Values) -> tuple[bytes, ...]:
    return ()


def id_at(milliseconds: int, place: int) -> UUID:
    """An id of version 7 of that instant, with a slot for the borrower's tail; `place` tells one life's rows apart."""
    head = (milliseconds << 16) | 0x7000 | (place & 0xFFF)
    return UUID(bytes=head.to_bytes(8) + _TAIL)


def id_of(id: UUID, values: Values) -> UUID:
    """That id as this borrower has it."""
    return UUID(bytes=id.bytes[:8] + values[0])
