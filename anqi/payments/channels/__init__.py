"""The channels: one file each, and what all of them answer in `protocol`."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache

from django.conf import settings

from anqi.payments.channels import alipay, bank, unionpay, wechat
from anqi.payments.channels.papers import Paper
from anqi.payments.channels.protocol import (
    CASHIER_LIFE,
    CardChannel,
    Channel,
    DebitChannel,
    MandateChannel,
    PayoutChannel,
    StatementChannel,
)

# A channel's settings are ANQI_ and its code: none, and this installation doesn't offer it.
_CHANNELS: dict[str, Callable[[Mapping[str, str]], Channel]] = {
    "alipay": alipay.connect,
    "wechat": wechat.connect,
    "unionpay": unionpay.connect,
    "bank": bank.connect,
}
_KINDS: dict[str, type[alipay.Alipay | wechat.Wechat | unionpay.Unionpay | bank.Bank]] = {
    "alipay": alipay.Alipay, "wechat": wechat.Wechat, "unionpay": unionpay.Unionpay, "bank": bank.Bank,
}  # fmt: skip
_PAPERS: dict[str, Callable[[Mapping[str, str]], list[Paper]]] = {
    "alipay": alipay.papers, "wechat": wechat.papers, "unionpay": unionpay.papers,
}  # fmt: skip
_LIVES = {code: kind.life for code, kind in _KINDS.items()}
_WITH_CARDS = tuple(code for code, kind in _KINDS.items() if issubclass(kind, CardChannel))
# Those that pay out; and of them those that tell by a statement, and by nothing else, what came back: by which kind.
_PAYING_OUT = tuple(code for code, kind in _KINDS.items() if issubclass(kind, PayoutChannel))
RETURNS_STAND_IN = {"unionpay": "clearing"}
_STATING = tuple(code for code, kind in _KINDS.items() if issubclass(kind, StatementChannel))
# By which files each of those tells a day: their own `statement_kinds`, for whoever needs no channel for it.
_FILES = {"alipay": ("trade", "funds"), "wechat": ("trade", "funds"), "unionpay": ("clearing",)}
# Those that take money without the payer at the screen.
DEBITING = tuple(code for code, kind in _KINDS.items() if issubclass(kind, DebitChannel))
# Those at which an agreement to be debited can be signed; a bound card needs none of the channel's own.
_WITH_MANDATES = tuple(code for code, kind in _KINDS.items() if issubclass(kind, MandateChannel))
# The setting without which a channel signs no such agreement.
_SIGNS_WITH = {"alipay": "sign_scene", "wechat": "papay_plan_id"}
# The setting without which a channel only collects.
_PAYS_OUT_WITH = {"alipay": "app_cert"}


def offered() -> tuple[str, ...]:
    """The codes of the channels that this installation can use; a page shows no other."""
    return tuple(code for code in _CHANNELS if _stated(code))


def known() -> tuple[str, ...]:
    """The codes of all channels that there are, offered here or not any more."""
    return tuple(_CHANNELS)


def at_a_cashier() -> tuple[str, ...]:
    """Those of the offered channels that anybody can pay at, at once, without our knowing who it is."""
    return tuple(code for code in offered() if life_of(code) <= CASHIER_LIFE)


def with_cards() -> tuple[str, ...]:
    """Those of the offered channels at which cards can be bound."""
    return tuple(code for code in offered() if code in _WITH_CARDS)


def find_with_cards(code: str) -> CardChannel:
    """That channel. LookupError when it is not offered, or takes no cards."""
    if code not in _WITH_CARDS:
        raise LookupError(f"no cards at {code}")
    channel = find(code)
    assert isinstance(channel, CardChannel)
    return channel


def with_mandates() -> tuple[str, ...]:
    """Those of the offered channels at which an agreement to be debited can be signed."""
    return tuple(code for code in offered() if code in _WITH_MANDATES and _SIGNS_WITH[code] in (_stated(code) or ()))


def find_with_mandates(code: str) -> MandateChannel:
    """That channel. LookupError when it is not offered, or signs no agreements."""
    if code not in with_mandates():
        raise LookupError(f"no mandates at {code}")
    channel = find(code)
    assert isinstance(channel, MandateChannel)
    return channel


def find_debiting(code: str) -> DebitChannel:
    """That channel, which takes money without the payer at the screen. LookupError when it is not offered."""
    channel = find(code)
    assert isinstance(channel, DebitChannel), f"{code} debits nothing"
    return channel


def stated_papers() -> list[tuple[str, Paper]]:
    """(channel's code, certificate) of all the certificates that this process may have read when it began."""
    return [(code, paper) for code in offered() for paper in _papers(code, tuple((_stated(code) or {}).items()))]


@cache
def _papers(code: str, stated: tuple[tuple[str, str], ...]) -> list[Paper]:
    return _PAPERS[code](dict(stated)) if code in _PAPERS else []


def life_of(code: str) -> timedelta:
    """For how long a charge can be paid at that channel."""
    return _LIVES[code]


@cache
def find(code: str) -> Channel:
    """The channel of that code, the same one for the whole process. LookupError when it is not offered."""
    stated = _stated(code)
    if code not in _CHANNELS or not stated:
        raise LookupError(f"no channel {code}")
    return _CHANNELS[code](stated)


def paying_out() -> tuple[str, ...]:
    """The codes of the channels that pay out here."""
    return tuple(code for code in _PAYING_OUT if _can_pay_out(code))


def _can_pay_out(code: str) -> bool:
    stated = _stated(code)
    return bool(stated) and _PAYS_OUT_WITH.get(code, "") in ("", *(stated or ()))


def find_payer(code: str) -> PayoutChannel:
    """The channel of that code, which pays out. LookupError when it is not offered."""
    channel = find(code)
    assert isinstance(channel, PayoutChannel), f"{code} pays nothing out"
    return channel


def stating_payouts() -> tuple[str, ...]:
    """The codes of the channels whose statements tell which payouts came back."""
    return tuple(code for code in paying_out() if code in RETURNS_STAND_IN)


def stating() -> tuple[str, ...]:
    """Those of the offered channels that hand out statements."""
    return tuple(code for code in offered() if code in _STATING)


def files_of_days() -> list[tuple[str, str]]:
    """(channel's code, kind of file) of all by which the offered channels tell their days."""
    return [(code, kind) for code in stating() for kind in _FILES[code]]


def find_stating(code: str) -> StatementChannel:
    """The channel of that code, which hands out statements. LookupError when it is not offered."""
    channel = find(code)
    assert isinstance(channel, StatementChannel), f"{code} has no statements"
    return channel


def fees(code: str) -> tuple[Decimal, int] | None:
    """What the channel keeps by the lender's contract with it: of what is collected, and fen of each payout."""
    stated = _stated(code) or {}
    if "fee_rate" not in stated:
        return None
    return Decimal(stated["fee_rate"]), int(stated.get("payout_fee_minor", "0"))


def _stated(code: str) -> Mapping[str, str] | None:
    return getattr(settings, f"ANQI_{code.upper()}", None)
