"""What the notification faults do to a message that is about to be kept."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from sandbox import clock, money, notify
from sandbox.faults import Strike
from sandbox.store import Connection

# Long enough for the answer to leave first: only a fault lets the notification overtake it.
_USUAL_DELAY_SECONDS = 0.5
_DAYS = ("next_deduct_time",)
_LONG_AGO = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """One message about to be kept for sending."""

    fields: dict[str, str]
    delay_seconds: float = _USUAL_DELAY_SECONDS
    copies: int = 1
    before_reply: bool = False
    withheld: bool = False
    signature: Literal["right", "wrong", "other", "none"] = "right"
    # An old message, repeated byte by byte instead of being written anew.
    old_body: str | None = None


def bend(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    """The messages after the fault; the first stays the one that was meant."""
    return _BENDS[strike.name](parcels, strike, connection)


def notify_id(day: str) -> str:
    """A new number for a message written on that day, such as 20261124."""
    return f"{day}{secrets.randbelow(10**26):026d}"


Bend = Callable[[list[Parcel], Strike, Connection], list[Parcel]]


def _twice(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    return [*parcels, *(replace(parcel, delay_seconds=parcel.delay_seconds + 1) for parcel in parcels)]


def _late(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    return [replace(parcel, delay_seconds=strike.seconds) for parcel in parcels]


def _replay(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    # Of the same sort: who watches for a trade's or an agreement's is to meet an old one of that.
    sort = "external_agreement_no=" if "external_agreement_no" in parcels[0].fields else "out_trade_no="
    old_body = notify.oldest_accepted_body(connection, channel="alipay", saying=sort)
    again = replace(parcels[0], delay_seconds=parcels[0].delay_seconds + 1, old_body=old_body)
    return [*parcels, again]


def _replay_old(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    written_at = clock.from_wire(parcels[0].fields["notify_time"]) - _LONG_AGO
    old = {"notify_id": notify_id(f"{written_at:%Y%m%d}"), "notify_time": clock.to_wire(written_at)}
    return [*parcels, _after(parcels[0], old)]


def _then_closed(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    other_id = parcels[0].fields["notify_id"][::-1]
    return [*parcels, _after(parcels[0], {"notify_id": other_id, "trade_status": "TRADE_CLOSED"})]


def _paid_twice(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
    # One number is paid once, at the real gateway too: this other payment lives in its notice only.
    first = parcels[0].fields
    other = {
        "notify_id": notify_id(first["notify_id"][:8]),
        "trade_no": f"{first['trade_no'][:-15]}{secrets.randbelow(10**15):015d}",
    }
    return [*parcels, _after(parcels[0], other)]


def _after(parcel: Parcel, changes: dict[str, str]) -> Parcel:
    return replace(parcel, fields={**parcel.fields, **changes}, delay_seconds=parcel.delay_seconds + 1)


def _shifted(sign: int) -> Bend:
    def shift(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
        by = timedelta(seconds=sign * strike.seconds)
        return [replace(parcel, fields=_at_another_time(parcel.fields, by)) for parcel in parcels]

    return shift


def _at_another_time(fields: dict[str, str], by: timedelta) -> dict[str, str]:
    times = [
        name
        for name in fields
        if (name.endswith("_time") and name not in _DAYS) or name.startswith("gmt_")
    ]
    # A refund's time goes on in milliseconds after the nineteen characters.
    changed = {
        name: clock.to_wire(clock.from_wire(fields[name][:19]) + by) + fields[name][19:] for name in times
    }
    return {**fields, **changed}


def _altered(*names: str, alter: Callable[[str], str]) -> Bend:
    """Changes the one of these fields that the message has."""

    def change(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
        [name] = set(names) & set(parcels[0].fields)
        return [
            replace(parcel, fields={**parcel.fields, name: alter(parcel.fields[name])}) for parcel in parcels
        ]

    return change


def _each(**changes: object) -> Bend:
    def change(parcels: list[Parcel], strike: Strike, connection: Connection) -> list[Parcel]:
        return [replace(parcel, **changes) for parcel in parcels]  # type: ignore[arg-type]

    return change


_BENDS: dict[str, Bend] = {
    "duplicate": _twice,
    "duplicate_at_once": _each(copies=2),
    "late": _late,
    "before_response": _each(before_reply=True),
    "never": _each(withheld=True),
    "wrong_signature": _each(signature="wrong"),
    "altered_amount": _altered("total_amount", alter=lambda text: money.to_yuan(money.to_minor(text) + 1)),
    "altered_order": _altered("out_trade_no", "external_agreement_no", alter=lambda text: f"{text[:63]}X"),
    "altered_seller": _altered("seller_id", alter=lambda text: f"{text[:-1]}9"),
    "altered_app": _altered("app_id", alter=lambda text: f"{text[:-1]}9"),
    "replay": _replay,
    "replay_old": _replay_old,
    "then_closed": _then_closed,
    "paid_twice": _paid_twice,
    "notice_other_key": _each(signature="other"),
    "notice_unsigned": _each(signature="none"),
    "clock_ahead": _shifted(1),
    "clock_behind": _shifted(-1),
}
