"""Tables of payments."""

from anqi.payments.models.bank import BankLine, BankStatement
from anqi.payments.models.cards import Card
from anqi.payments.models.charges import ChannelOrder, Charge, ChargePart, Payment
from anqi.payments.models.mail import Exchange, Inbox, Outbox
from anqi.payments.models.mandates import DebitNotice, DebitPlan, Mandate
from anqi.payments.models.pay_links import PayLink, PayLinkEntry
from anqi.payments.models.payouts import Payout, PayoutExchange, ReadStatement, UnreadStatement
from anqi.payments.models.reconciliation import ChannelStatement, ReconciliationDay, ReconciliationDifference
from anqi.payments.models.remittances import Remittance
from anqi.payments.models.unapplied import Application, Difference, Refund, Unapplied

__all__ = [
    "Application", "BankLine", "BankStatement", "Card", "ChannelOrder", "ChannelStatement", "Charge", "ChargePart",
    "DebitNotice", "DebitPlan", "Difference", "Exchange", "Inbox", "Mandate", "Outbox", "PayLink", "PayLinkEntry",
    "Payment", "Payout", "PayoutExchange", "ReadStatement", "ReconciliationDay", "ReconciliationDifference", "Refund",
    "Remittance",
    "Unapplied", "UnreadStatement",
]  # fmt: skip
