"""Tables of lending: what is offered, bought and signed, what happened since, comes back, and is told to a bureau."""

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
from anqi.lending.models.reporting import (
    Objection,
    ObjectionStep,
    ReportAnnotation,
    ReportedLoan,
    ReportFault,
    ReportFile,
    ReportingRule,
    ReportRecord,
    ReportRejection,
    ReportStep,
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
    "MerchantKey", "MerchantOrder", "MerchantPayout", "Objection", "ObjectionStep", "Order", "PageLink",
    "PayoutPart", "Product", "ReportAnnotation", "ReportFault", "ReportFile", "ReportRecord",
    "ReportRejection", "ReportStep", "ReportedLoan", "ReportingRule", "Return", "SetAside", "Settlement",
    "SettlementLine", "Trace",
)  # fmt: skip
