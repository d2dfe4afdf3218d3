"""A notice before it is kept for sending, and what the faults make of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sandbox import notify
from sandbox.faults import Strike
from sandbox.store import Connection
from sandbox.unionpay import messages

# Long enough for the answer to leave first: only a fault lets the notice overtake it.
_USUAL_DELAY_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One message about to be kept for sending."""

    fields: dict[str, str]
    delay_seconds: float = _USUAL_DELAY_SECONDS
    copies: int = 1
    before_reply: bool = False
    withheld: bool = False
    # See `signing.signed`.
    signed_how: str = "right"
    # An old message, repeated byte by byte instead of being written anew.
    old_body: str | None = None


def bend(parcel: Parcel, strikes: Iterable[Strike], connection: Connection) -> list[Parcel]:
    """What leaves in place of the parcel."""
    parcels = [parcel]
    for strike in strikes:
        parcels = _BENDS[strike.name](parcels, strike, connection)
    return parcels


Bend = Callable[[list[Parcel], Strike, Connection], list[Parcel]]


def _twice(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    return [*parcels, *(replace(parcel, delay_seconds=parcel.delay_seconds + 1) for parcel in parcels)]


def _late(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    return [replace(parcel, delay_seconds=strike.seconds) for parcel in parcels]


def _replay(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    old_body = notify.oldest_accepted_body(connection, channel="unionpay")
    return [*parcels, replace(_after(parcels[0], {}), old_body=old_body)]


def _then_failed(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    return [*parcels, _after(parcels[0], messages.code("01"))]


def _paid_twice(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    # One number is paid once, at the real gateway too: this other payment lives in its notice only.
    return [*parcels, _after(parcels[0], {"queryId": f"{parcels[0].fields['queryId'][:-1]}9"})]


def _after(parcel: Parcel, changes: dict[str, str]) -> Parcel:
    return replace(parcel, fields={**parcel.fields, **changes}, delay_seconds=parcel.delay_seconds + 1)


def _altered(name: str, alter: Callable[[str], str]) -> Bend:
    """The field with another value; of a notice that has none, as an opening has no amount, nothing changes."""

    def change(parcel: Parcel) -> Parcel:
        if name not in parcel.fields:
            return parcel
        return replace(parcel, fields={**parcel.fields, name: alter(parcel.fields[name])})

    return lambda parcels, strike, connection: [change(parcel) for parcel in parcels]


def _each(**changes: Any) -> Bend:
    return lambda parcels, strike, connection: [replace(parcel, **changes) for parcel in parcels]


_BENDS: dict[str, Bend] = {
    "duplicate": _twice,
    "duplicate_at_once": _each(copies=2),
    "late": _late,
    "before_response": _each(before_reply=True),
    "never": _each(withheld=True),
    "wrong_signature": _each(signed_how="wrong"),
    "notice_unsigned": _each(signed_how="none"),
    "unknown_certificate": _each(signed_how="unknown"),
    "expired_certificate": _each(signed_how="expired"),
    "other_holder": _each(signed_how="other_holder"),
    "rotated_key": _each(signed_how="next"),
    "altered_amount": _altered("txnAmt", lambda text: str(int(text) + 1)),
    "altered_order": _altered("orderId", lambda text: f"{text[:-1]}{'Y' if text.endswith('X') else 'X'}"),
    "altered_merchant": _altered("merId", lambda text: f"{text[:-1]}9"),
    "altered_currency": _altered("currencyCode", lambda text: "840"),
    "replay": _replay,
    "then_failed": _then_failed,
    "paid_twice": _paid_twice,
}
