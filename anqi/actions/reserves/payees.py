"""Where a reserve is paid to: a debit card that its borrower has bound, or an account of theirs at a wallet."""

import re

from anqi.lending.applications import To
from anqi.payments import cards, channels
from anqi.payments.models import Card
from anqi.payments.payouts import PayTo
from anqi.people.models import Borrower
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


def find(borrower: Borrower, to: To) -> PayTo:
    """The payee, who is the borrower and nobody else: a wallet refuses another holder's name.

    Refuses NoSuchCard, CreditCard, NotAWallet, CannotPayThere.
    """
    found = _card(borrower, to) if to.card_id else _wallet(borrower, to.wallet.strip())
    if found.channel not in channels.paying_out():
        raise CannotPayThere(channel=found.channel)
    return found


def _card(borrower: Borrower, to: To) -> PayTo:
    assert to.card_id
    card = cards.read(borrower.id, to.card_id)
    if card is None or card.state != Card.State.BOUND or not card.token:
        raise NoSuchCard(card_id=to.card_id)
    if card.kind == Card.Kind.CREDIT:
        raise CreditCard(card_id=to.card_id)
    label = f"{card.bank} 尾号{card.last4}"[:64]
    return PayTo(channel=card.channel, account=card.token, holder=borrower.name or "", label=label)


def _wallet(borrower: Borrower, account: str) -> PayTo:
    if _PHONE.fullmatch(account):
        shown = f"{account[:3]}****{account[-4:]}"
    elif _EMAIL.fullmatch(account):
        name, _, host = account.partition("@")
        shown = f"{name[:3]}***@{host}"
    else:
        raise NotAWallet
    return PayTo(channel=_WALLET, account=account, holder=borrower.name or "", label=f"支付宝 {shown}"[:64])
