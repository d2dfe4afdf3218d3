"""The credit line (额度): what a lender grants one person in all, what of it is taken, and whether more may be lent.

What is taken follows from the loans: principal that is owed is used, what was signed and has not begun is frozen. So a
draw lowers what is available, and repaid principal, a return, a payout that came back and an order that lapses raise
it, none of them by a rule of its own.

LineRefused          line, asked_minor
├── LineExpired
├── LineLocked
└── BeyondLine
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from anqi.engine.ceilings import Ceiling, ceiling_of
from anqi.engine.granting import Decision, Lock, decided
from anqi.engine.refusals import NotPositive, Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A credit line at the end of a day, in fen."""

    on: date
    granted_minor: int
    """By the lender, as far as the borrower has agreed to it."""
    own_minor: int | None
    """The most that the borrower wants."""
    ceiling: Ceiling | None
    """The most that the law allows."""
    used_minor: int
    frozen_minor: int
    locks: tuple[Lock, ...]
    until: date | None
    """The last day on which something new may be lent."""

    @property
    def limit_minor(self) -> int:
        """The least of what is granted, what the borrower wants and what the law allows."""
        own_minor = self.granted_minor if self.own_minor is None else self.own_minor
        lawful_minor = self.ceiling.most if self.ceiling else self.granted_minor
        return min(self.granted_minor, own_minor, lawful_minor)

    @property
    def is_expired(self) -> bool:
        """Whether its last day is over."""
        return self.until is not None and self.on > self.until

    @property
    def available_minor(self) -> int:
        """What may be lent now, not below zero; nothing on a line that is locked or expired."""
        if self.locks or self.is_expired:
            return 0
        return max(self.limit_minor - self.used_minor - self.frozen_minor, 0)


class LineRefused(Refused):
    """The line lets nothing more in."""

    code = "line_refused"

    def __init__(self, line: Line, *, asked_minor: int) -> None:
        super().__init__()
        self.line, self.asked_minor = line, asked_minor

    @property
    def numbers(self) -> dict[str, int]:
        """What decided it, in fen."""
        names = ("granted_minor", "limit_minor", "used_minor", "frozen_minor", "available_minor")
        return {**{name: getattr(self.line, name) for name in names}, "asked_minor": self.asked_minor}

    @property
    def message(self) -> str:
        """The refusal in English, with its numbers."""
        told = ", ".join(f"{name.removesuffix('_minor')} {minor}" for name, minor in self.numbers.items())
        return f"{self} In fen: {told}."


class LineExpired(LineRefused):
    """The line has expired: nothing new is lent on it."""

    code = "line_expired"


class LineLocked(LineRefused):
    """The line is locked: nothing new is lent on it."""

    code = "line_locked"


class BeyondLine(LineRefused):
    """This is more than the line has left."""

    code = "limit_exceeded"


def line_of(
    decisions: Iterable[Decision], on: date, *, lender_kind: str, used_minor: int, frozen_minor: int
) -> Line:
    """The line at the end of the day with what loans take of it then; decisions dated later are not looked at.

    Lowered below what is taken, nothing is available and nothing is taken back. Refuses as `decided` does.
    1000.00 granted, 300.00 used, 200.00 frozen: 500.00 are available; lowered to 400.00: none, until 100.00 are repaid.
    """
    seen = decided(decisions, on)
    return Line(
        on=on,
        granted_minor=seen.granted_minor or 0,
        own_minor=seen.own_minor,
        ceiling=ceiling_of(lender_kind, "amount", on),
        used_minor=used_minor,
        frozen_minor=frozen_minor,
        locks=tuple(seen.locks.values()),
        until=seen.until,
    )


def admit(line: Line, asked_minor: int) -> None:
    """Refuses what the line does not let in: LineExpired, LineLocked, BeyondLine, or NotPositive.

    Asked where something is signed, or more is drawn. A loan that was signed begins without asking again, as its amount
    is frozen for it. Two at once: whoever asks holds the borrower until the loan is written.
    """
    if asked_minor <= 0:
        raise NotPositive()
    if line.is_expired:
        raise LineExpired(line, asked_minor=asked_minor)
    if line.locks:
        raise LineLocked(line, asked_minor=asked_minor)
    if asked_minor > line.available_minor:
        raise BeyondLine(line, asked_minor=asked_minor)
