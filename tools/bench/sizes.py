"""What the end of day took on a book of some size."""

from dataclasses import dataclass

ORDINARY = 0.04


@dataclass(frozen=True, kw_only=True)
class Size:
    """What a book of so many loans took: events, nights and their proofs together, and the proof of the whole book."""

    loans: int
    nights: int
    events: int
    bringing_s: float
    us_per_event: int
    proved: int
    proving_s: float
    summing_s: float
    prove_all_s: float
    bytes_per_loan: int
    bytes_per_payment: int

    @property
    def ordinary_day_s(self) -> float:
        """Seconds of a night on which four loans of a hundred change: all of it, proof and sums too."""
        proved = self.loans * (ORDINARY + 1 / 7)
        bringing_s = self.loans * ORDINARY * self.us_per_event / 1_000_000
        return round(bringing_s + proved * self.proving_s / self.proved + self.summing_s / self.nights, 1)

    @property
    def event_share(self) -> float:
        """Of all loans, those that changed by themselves on one of these nights."""
        return self.events / self.loans
