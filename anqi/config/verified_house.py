"""The lender's own book: its chain, and what it has of channels' fees and remittances against their own word."""

from collections.abc import Iterator

from anqi.config.verified_sides import Told
from anqi.ledger import house, transits
from anqi.payments import remittance_proof


def wrong() -> Iterator[Told]:
    """(what, nobody, where) of all that is not as it must be."""
    for what, where in house.broken():
        yield what, None, where
    for cause, id, wanted_minor, booked_minor in remittance_proof.differing(moved=transits.OF_HOUSE):
        yield cause, None, f"{id}: {booked_minor} booked in transit, {wanted_minor} by the channel's word"
