"""What the end of day took on a book of some size."""

from dataclasses import dataclass


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
    def event_share(self) -> float:
        """Of all loans, those that changed by themselves on one of these nights."""
        return self.events / self.loans
