"""Tables of lending: what is offered, what was bought, what was signed, what happened since, what comes back."""

from anqi.lending.models.hardship import HardshipCase, HardshipOffer
from anqi.lending.models.loans import (
    Agreement,
    Amendment,
    CreditLine,
    Fact,
    LineDecision,
    Loan,
    Order,
    SetAside,
)
from anqi.lending.models.reserves import Application, ApplicationReview, LenderPolicy, Trace
from anqi.lending.models.returns import Hold, Return
from anqi.lending.models.settlements import (
    MerchantAccount,
    MerchantPayout,
    PageLink,
    PayoutPart,
    Settlement,
    SettlementLine,
)
from anqi.lending.models.shops import Lender, Merchant, MerchantKey, MerchantOrder, Product

__all__ = (
    "Agreement", "Amendment", "Application", "ApplicationReview", "CreditLine", "Fact", "HardshipCase",
    "HardshipOffer", "Hold", "Lender", "LenderPolicy", "LineDecision", "Loan", "Merchant", "MerchantAccount",
    "MerchantKey", "MerchantOrder", "MerchantPayout", "Order", "PageLink", "PayoutPart", "Product", "Return",
    "SetAside", "Settlement", "SettlementLine", "Trace",
)  # fmt: skip
