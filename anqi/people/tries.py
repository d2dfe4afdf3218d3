"""How often a borrower may try something in an hour, and everybody at one network address together.

TooOften     again_at
"""

from datetime import datetime
from uuid import UUID

from anqi.people import addresses, places
from anqi.rows.refusals import Refused

# A form that was filled in wrongly counts as well; behind one address there may be a whole dormitory.
OF_BORROWER, OF_ADDRESS = 20, 60


class TooOften(Refused):
    """This was tried too often. It can be tried again at {again_at}."""

    code = "too_often"


def spend_address(what: str, *, address: str | None, now: datetime) -> None:
    """One more try of somebody who has not signed in. Without an address it counts for nobody. Refuses TooOften."""
    again_at = places.take(what, addresses.network(address), an_hour=OF_ADDRESS, now=now) if address else None
    if again_at:
        raise TooOften(again_at=again_at)


def spend(what: str, *, borrower_id: UUID, address: str | None, now: datetime) -> None:
    """One more try. Without an address it counts for the borrower only. Refuses TooOften."""
    again_at = places.take(what, f"borrower:{borrower_id}", an_hour=OF_BORROWER, now=now)
    if not again_at and address:
        again_at = places.take(what, addresses.network(address), an_hour=OF_ADDRESS, now=now)
    if again_at:
        raise TooOften(again_at=again_at)
