"""Tables of lending: what is offered, what was bought, what was signed, what happened since, what comes back."""

from anqi.lending.models.loans import (
    Agreement,
    CreditLine,
    Fact,
    Lender,
    Loan,
    Merchant,
    MerchantKey,
    MerchantOrder,
    Order,
    Product,
    SetAside,
)
from anqi.lending.models.returns import Hold, Return
from anqi.lending.models.settlements import (
    MerchantAccount,
    MerchantPayout,
    PageLink,
    PayoutPart,
    Settlement,
    SettlementLine,
)

__all__ = (
    "Agreement", "CreditLine", "Fact", "Hold", "Lender", "Loan", "Merchant", "MerchantAccount", "MerchantKey",
    "MerchantOrder", "MerchantPayout", "Order", "PageLink", "PayoutPart", "Product", "Return", "SetAside", "Settlement",
    "SettlementLine",
)  # fmt: skip
