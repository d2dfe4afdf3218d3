"""The chart of accounts, as the postings may name it."""

_RECEIVABLE = ("receivable_principal", "receivable_interest", "receivable_fee", "receivable_penalty")
# What late loans owe stands apart by how long they are late: 1 to 30 days, to 60, to 90, longer.
STAGES = ("", "_m1", "_m2", "_m3", "_m4")
ACCOUNTS = (
    *(f"{account}{stage}" for stage in STAGES for account in _RECEIVABLE),
    "subsidy_receivable",
    "in_transit_alipay",
    "in_transit_wechat",
    "bank",
    "merchant_payable",
    "partners_payable",
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
# What was earned and is not booked: of these no posting is made, only an amount for each day, product and lender.
ACCRUED = ("accrued_interest", "accrued_fee", "accrued_penalty")
ACCRUED_INCOME = "accrued_income"
