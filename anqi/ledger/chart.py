"""The chart of accounts, as the postings may name it."""

from anqi.engine.accounts import RECEIVABLES, STAGES

ACCOUNTS = (
    # What late loans owe stands apart by how long they are late.
    *(f"{account}{stage}" for stage in STAGES for account in RECEIVABLES),
    "subsidy_receivable",
    "in_transit_alipay",
    "in_transit_wechat",
    "in_transit_unionpay",
    "bank",
    "merchant_payable",
    "payout_payable",
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
    "channel_fees",
)
CHANNELS = ("alipay", "wechat", "unionpay")
# What moves between the lender, its channels and its bank touches no borrower's account.
HOUSE_ACCOUNTS = ("bank", "channel_fees", *(f"in_transit_{channel}" for channel in CHANNELS))
# A posting to the credit of one of these charges the borrower: as which part of an instalment.
CHARGES = {"interest_income": "interest", "fee_income": "fee", "penalty_income": "penalty"}
# What was earned and is not booked: of these no posting is made, only an amount for each day, product and lender.
ACCRUED = ("accrued_interest", "accrued_fee", "accrued_penalty")
ACCRUED_INCOME = "accrued_income"


def arrives_in(channel: str) -> str:
    """The account in which a channel's money arrives, and from which it goes back."""
    return "bank" if channel == "bank" else f"in_transit_{channel}"
