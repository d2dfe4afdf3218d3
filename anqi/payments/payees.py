"""Where a reserve is paid to: a debit card that its borrower has bound, or an account of theirs at a wallet.

Refused
├── NoSuchCard
├── CreditCard            nobody is lent money into a card that lends
├── NotAWallet
└── CannotPayThere        the channel is not offered, or pays nothing out
"""

import re
from uuid import UUID

from anqi.payments import cards, channels
from anqi.payments.models import Card
from anqi.payments.payouts import PayTo
from anqi.rows.refusals import Refused

_WALLET = "alipay"
_PHONE = re.compile(r"1[0-9]{10}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,60}\.[^@\s]{2,20}")


class NoSuchCard(Refused):
    """There is no such card of yours."""

    code = "no_such_card"


class CreditCard(Refused):
    """A loan is paid to a debit card, not to one that lends itself."""

    code = "credit_card"


class CannotPayThere(Refused):
    """Money can't be paid out by this way now."""

    code = "cannot_pay_there"


class NotAWallet(Refused):
    """An account at Alipay is a mobile number or an e-mail address."""

    code = "not_a_wallet"


def find(borrower_id: UUID, *, holder: str, card_id: UUID | None, wallet: str) -> PayTo:
    """The payee, by card or else by wallet: the borrower and nobody else, for a wallet refuses another holder's name.

    Refuses NoSuchCard, CreditCard, NotAWallet, CannotPayThere.
    """
    found = _card(borrower_id, holder, card_id) if card_id else _wallet(holder, wallet.strip())
    if found.channel not in channels.paying_out():
        raise CannotPayThere(channel=found.channel)
    return found


def _card(borrower_id: UUID, holder: str, card_id: UUID) -> PayTo:
    card = cards.read(borrower_id, card_id)
    if card is None or card.state != Card.State.BOUND or not card.token:
        raise NoSuchCard(card_id=card_id)
    if card.kind == Card.Kind.CREDIT:
        raise CreditCard(card_id=card_id)
    return PayTo(channel=card.channel, account=card.token, holder=holder, label=f"{card.bank} 尾号{card.last4}"[:64])


def _wallet(holder: str, account: str) -> PayTo:
    if _PHONE.fullmatch(account):
        shown = f"{account[:3]}****{account[-4:]}"
    elif _EMAIL.fullmatch(account):
        name, _, host = account.partition("@")
        shown = f"{name[:3]}***@{host}"
    else:
        raise NotAWallet
    return PayTo(channel=_WALLET, account=account, holder=holder, label=f"支付宝 {shown}"[:64])
