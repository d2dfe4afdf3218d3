"""A life's rows as they are gathered, with slots for whoever lived it."""

import hashlib
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models

from anqi.ledger import books
from anqi.ledger.books import Entry
from anqi.ledger.models import Posting
from anqi.lending import store
from anqi.lending.models import Fact
from anqi.lending.store import NewFact
from anqi.people.models import Borrower
from anqi.rows import keyring
from anqi.rows.chain import GENESIS, canonical
from anqi.rows.days import SHANGHAI
from demo.seeding import encoding, people
from demo.seeding.forms import Form, Slots, id_at
from demo.seeding.lives import Life
from demo.seeding.street import Street

Stated = dict[str, Any]
# What is given of a person when forms are filled, and its length: three characters, a phone, a number twice.
_GIVEN = (9, 14, 18, 18)


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Where a person's own data go."""

    name: str
    phone: str
    id_number: str
    masked_id_number: str


class Biography:
    """Everything written down about one borrower, in the order in which it happened."""

    def __init__(self, life: Life, street: Street, *, today: date, first_open_on: date) -> None:
        self.life, self.street, self.today = life, street, today
        self.chance = random.Random(f"{life.seed}:{life.number}")  # noqa: S311
        self.slots = Slots(_GIVEN)
        self.who = Marks(**dict(zip(Marks.__dataclass_fields__, map(self.slots.given, range(4)), strict=True)))
        self.sealed_phone = self.sealed(self.who.phone)
        self.borrower_id: UUID | None = None
        self._first_open_on = first_open_on
        self._rows: list[tuple[type[models.Model], Stated]] = []
        self._places, self._seq = 0, 0
        self._last_hash = ""

    def new_id(self, at: datetime) -> UUID:
        """An id made at that instant."""
        self._places += 1
        return id_at(int(at.timestamp() * 1000), self._places)

    def at(self, day: date, *, first_hour: int, last_hour: int) -> datetime:
        """Some instant of the day within these hours."""
        minute, second, micro = (self.chance.randrange(each) for each in (60, 60, 1_000_000))
        hour = self.chance.randint(first_hour, last_hour)
        return datetime.combine(day, time(hour, minute, second, micro), SHANGHAI)

    def add(self, model: type[models.Model], made_at: datetime, /, **stated: Any) -> Stated:
        """A new row, with an id of its own unless told otherwise; what is changed in it later is written changed."""
        row = stated if "id" in stated or not hasattr(model, "id") else {"id": self.new_id(made_at), **stated}
        self._rows.append((model, row))
        return row

    def add_mine(self, model: type[models.Model], made_at: datetime, /, **stated: Any) -> Stated:
        """A new row of a table that belongs to the borrower."""
        return self.add(model, made_at, borrower_id=self.borrower_id, **stated)

    def record(self, fact: NewFact, *, now: datetime) -> None:
        """Adds the fact at the end of the borrower's chain."""
        self._link(Fact, {**vars(fact), "recorded_at": now}, store.recorded)

    def post(self, entries: Sequence[Entry], *, now: datetime) -> None:
        """Adds the entries' postings at the end of the borrower's chain, on the first open day at the earliest."""
        for entry in entries:
            entry_id = self.new_id(now)
            for debit, credit, amount_minor in entry.moves:
                kept = vars(entry).items()
                stated = {name: value for name, value in kept if name not in ("id", "moves", "discloses")}
                posting = stated | {
                    "id": self.new_id(now), "entry_id": entry_id, "debit": debit, "credit": credit,
                    "amount_minor": amount_minor, "booked_on": max(entry.counts_on, self._first_open_on),
                    "recorded_at": now,
                }  # fmt: skip
                self._link(Posting, posting, books.recorded)

    def _link(
        self, model: type[models.Model], stated: Stated, recorded: Callable[[Stated], Mapping[str, Any]]
    ) -> None:
        self._seq += 1
        head = self._last_hash.encode() or GENESIS
        form = self.slots.form(head + str(self._seq).encode() + canonical(recorded(stated)))
        self._last_hash = self.slots.add(32, lambda values: hashlib.sha256(form.filled(values)).digest(), form)
        self._rows.append((
            model, {**stated, "borrower_id": self.borrower_id, "seq": self._seq, "hash": self._last_hash},
        ))  # fmt: skip

    def sealed(self, text: str) -> str:
        """A slot for the text as it stands encrypted; what is the same for everybody is encrypted once."""
        form = self.slots.form(text)
        sealed = keyring.encrypt(text)
        if form.is_fixed:
            return self.slots.add(len(sealed), lambda values: sealed)
        return self.slots.add(len(sealed), lambda values: keyring.encrypt(form.filled(values).decode()), form)

    def fingerprint(self, text: str, *, purpose: str) -> str:
        """A slot for the keyed hash of the text."""
        form = self.slots.form(text)
        return self.slots.add(
            64, lambda values: keyring.fingerprint(form.filled(values).decode(), purpose=purpose).encode(), form
        )

    def sha256(self, text: str | bytes) -> str:
        """A slot for the hash of the text."""
        form = self.slots.form(text)
        return self.slots.add(64, lambda values: hashlib.sha256(form.filled(values)).hexdigest().encode(), form)

    def drawn(self, length: int, letters: bytes = b"0123456789abcdef") -> str:
        """A slot for so many letters that nobody else's is like."""
        written = _written_with(letters)
        return self.slots.drawn(
            length, lambda values: hashlib.blake2b(values, digest_size=length).digest().translate(written)
        )

    def finished(self, *, without: Collection[type[models.Model]] = ()) -> "Written":
        """The rows as forms, one for each table but for those left out."""
        for model, row in self._rows:
            if model is Borrower:
                row |= {"last_seq": self._seq, "last_hash": self._last_hash}
        encoded: dict[type[models.Model], list[bytes]] = {}
        for model, row in self._rows:
            if model not in without:
                encoded.setdefault(model, []).append(encoding.encode(model, row))
        forms = {model: self.slots.form(b"".join(rows)) for model, rows in encoded.items()}
        counts = {model: len(rows) for model, rows in encoded.items()}
        needed = self.slots.needed(forms.values())
        return Written(life=self.life, slots=self.slots, needed=needed, forms=forms, counts=counts)


@dataclass(frozen=True, kw_only=True)
class Written:
    """A life written down: a form of each table's rows, and how many rows that is."""

    life: Life
    slots: Slots
    needed: Sequence[int]
    forms: Mapping[type[models.Model], Form]
    counts: Mapping[type[models.Model], int]

    def of(self, copy: int) -> dict[type[models.Model], bytes]:
        """The rows of the copy of that number, as COPY takes them."""
        seed, number = self.life.seed, self.life.first + copy
        who = people.nobody(seed, number)
        masked = f"{who.id_number[:3]}{'*' * 11}{who.id_number[-4:]}"
        given = [each.encode() for each in (who.name, who.phone, who.id_number, masked)]
        values = self.slots.fill(tail_of(seed, number), given, self.needed)
        return {model: form.filled(values) for model, form in self.forms.items()}


@cache
def _written_with(letters: bytes) -> bytes:
    return bytes(letters[each % len(letters)] for each in range(256))


def tail_of(seed: int, number: int) -> bytes:
    """The last eight bytes of every id of that person, with the two bits that say which kind of id it is."""
    drawn = int.from_bytes(hashlib.blake2b(f"{seed}:{number}".encode(), digest_size=8).digest())
    return (drawn >> 2 | 1 << 63).to_bytes(8)
