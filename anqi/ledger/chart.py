"""The chart of accounts, as the postings may name it."""

ACCOUNTS = (
    "receivable_principal",
    "receivable_interest",
    "receivable_fee",
    "receivable_penalty",
    "subsidy_receivable",
    "in_transit_alipay",
    "in_transit_wechat",
    "merchant_payable",
    "unapplied",
    "refund_in_transit",
    "credit_balance",
    "interest_income",
    "fee_income",
    "penalty_income",
    "merchant_fee_income",
    "recovered",
    "waived",
    "goodwill",
    "written_off",
)
