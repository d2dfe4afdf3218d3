"""A notification before it is kept for sending, and what the faults make of it."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.faults import Strike
from sandbox.store import Connection, Row
from sandbox.wechat.messages import STATES

# Long enough for the answer to leave first: only a fault lets the notification overtake it.
USUAL_DELAY_SECONDS = 0.5
# The payment's notice waits until that of its refund has left.
HELD_BACK = "refund_before_payment"


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One message about to be kept for sending."""

    event_type: str
    resource: dict[str, Any]
    # Repeats carry the number of the first.
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    delay_seconds: float = USUAL_DELAY_SECONDS
    copies: int = 1
    before_reply: bool = False
    withheld: bool = False
    # How it is signed when it leaves: see `signing.headers`.
    signed_how: str = "right"
    # An old message, repeated byte by byte with its headers instead of being written anew.
    old: Row | None = None


Bend = Callable[[list[Parcel], Strike, Connection], list[Parcel]]


def bend(
    parcel: Parcel, strikes: Iterable[Strike], connection: Connection, *, bends: Mapping[str, Bend] | None = None
) -> list[Parcel]:
    """What leaves in place of the parcel."""
    parcels = [parcel]
    for strike in strikes:
        parcels = (bends or BENDS)[strike.name](parcels, strike, connection)
    return parcels


def _twice(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    return [*parcels, *(replace(parcel, delay_seconds=parcel.delay_seconds + 1) for parcel in parcels)]


def _late(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    return [replace(parcel, delay_seconds=strike.seconds) for parcel in parcels]


def _replay(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    old = connection.execute(
        "SELECT body, headers FROM notifications JOIN wechat_envelopes ON notification_id = notifications.id"
        " WHERE channel = 'wechat' AND state = 'delivered' AND headers IS NOT NULL ORDER BY notifications.id LIMIT 1"
    ).fetchone()
    return [*parcels, replace(parcels[0], delay_seconds=parcels[0].delay_seconds + 1, old=old)]


def _then_closed(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    first = parcels[0]
    resource = {name: value for name, value in first.resource.items() if name != "success_time"}
    closed = replace(
        first,
        id=str(uuid.uuid4()),
        event_type="TRANSACTION.CLOSED",
        resource=resource | {"trade_state": "CLOSED", "trade_state_desc": STATES["CLOSED"]},
        delay_seconds=first.delay_seconds + 1,
    )
    return [*parcels, closed]


def altered(alter: Callable[[dict[str, Any]], dict[str, Any]]) -> Bend:
    return lambda parcels, strike, connection: [
        replace(parcel, resource=parcel.resource | alter(parcel.resource)) for parcel in parcels
    ]


def each(**changes: Any) -> Bend:
    return lambda parcels, strike, connection: [replace(parcel, **changes) for parcel in parcels]


BENDS: dict[str, Bend] = {
    "duplicate": _twice,
    "duplicate_at_once": each(copies=2),
    "late": _late,
    "before_response": each(before_reply=True),
    "never": each(withheld=True),
    "wrong_signature": each(signed_how="wrong"),
    "unknown_serial": each(signed_how="unknown_serial"),
    "no_headers": each(signed_how="none"),
    "rotated_key": each(signed_how="rotated"),
    "altered_amount": altered(
        lambda told: {"amount": told["amount"] | {"total": told["amount"]["total"] + 1}}
    ),
    "altered_order": altered(lambda told: {"out_trade_no": f"{told['out_trade_no'][:31]}X"}),
    "altered_mchid": altered(lambda told: {"mchid": f"{told['mchid'][:-1]}8"}),
    "altered_appid": altered(lambda told: {"appid": f"{told.get('appid', 'wx0')[:-1]}9"}),
    "altered_currency": altered(lambda told: {"amount": told["amount"] | {"currency": "USD"}}),
    "replay": _replay,
    "then_closed": _then_closed,
    HELD_BACK: _late,
}
