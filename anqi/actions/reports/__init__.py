"""Reports (征信): what each lender's bureau is told each month, handed over by people, and what the bureau says of it.

Refused
├── MonthNotOver         month
├── NoReportedLoans
├── NotHandedOver        it was not sent, so that nobody can have answered
├── ReceiptMissing
├── HandedOver           receipt
├── AnsweredBefore
├── NoSuchLine           lines
└── NotRejected
Who may act is refused by `people.authority`; a lender's rule by `lending.reporting_rules`.
"""

from collections.abc import Sequence

from anqi.actions.reports.delivering import (
    AnsweredBefore,
    HandedOver,
    NoSuchLine,
    NotHandedOver,
    NotRejected,
    ReceiptMissing,
    answer,
    download,
    hand_over,
    release,
)
from anqi.actions.reports.making import MonthNotOver, NoReportedLoans, due, make
from anqi.actions.reports.ruling import rule

__all__: Sequence[str] = (
    "AnsweredBefore", "HandedOver", "MonthNotOver", "NoReportedLoans", "NoSuchLine", "NotHandedOver", "NotRejected",
    "ReceiptMissing", "answer", "download", "due", "hand_over", "make", "release", "rule",
)  # fmt: skip
