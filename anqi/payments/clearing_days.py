"""Which day of a channel's a moment belongs to, and which of its movements each kind of file tells."""

from datetime import date, datetime, timedelta

from anqi.rows.days import SHANGHAI, start_of

# UnionPay's day ends at 23:00, that of the others at midnight.
_ENDS_EARLIER = {"unionpay": timedelta(hours=1)}
_PARTS = {
    "trade": ("charge", "refund"),
    "funds": ("charge", "refund", "fee", "payout", "returned"),
    "clearing": ("charge", "refund", "payout", "returned"),
}
# In Alipay's list of the account a refund stands under the number of what it gives back.
_UNDER_CHARGE = (("alipay", "funds"),)


def bounds(channel: str, day: date) -> tuple[datetime, datetime]:
    """When the channel's day begins, and the moment at which it is over."""
    begins = start_of(day) - _ENDS_EARLIER.get(channel, timedelta())
    return begins, begins + timedelta(days=1)


def last_over(channel: str, now: datetime) -> date:
    """The last day of the channel's that is over."""
    local = now.astimezone(SHANGHAI) + _ENDS_EARLIER.get(channel, timedelta())
    return local.date() - timedelta(days=1)


def parts(kind: str) -> tuple[str, ...]:
    """What files of that kind tell."""
    return _PARTS[kind]


def names_refunds_by_charge(channel: str, kind: str) -> bool:
    """Whether refunds stand there under their charge's number only."""
    return (channel, kind) in _UNDER_CHARGE
