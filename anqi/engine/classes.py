"""In which class of risk a loan stands on a day, and by what code a credit bureau is told of it."""

from bisect import bisect_right
from typing import Literal

from anqi.engine.loan import Standing

Category = Literal["normal", "special_mention", "substandard", "doubtful", "loss"]

_CATEGORIES: tuple[Category, ...] = ("normal", "special_mention", "substandard", "doubtful", "loss")
_CATEGORY_BEGINS = (1, 91, 271, 361)
_CODES = ("N", "1", "2", "3", "4", "5", "6", "7")
_CODE_BEGINS = (1, 31, 61, 91, 121, 151, 181)


def category_of(standing: Standing) -> Category | None:
    """五级分类 by lateness alone: the loan is at least as bad as that. None before it begins and where it is void.

    《商业银行金融资产风险分类办法》 2023: any day late special mention, more than 90 substandard, more than 270
    doubtful, more than 360 loss. 91 days: substandard. What was written off and is still owed is a loss.
    """
    if standing.status in ("pending", "void"):
        return None
    if standing.status == "written_off":
        return "loss"
    return _CATEGORIES[bisect_right(_CATEGORY_BEGINS, standing.days_past_due)]


def report_code_of(standing: Standing) -> str | None:
    """The state of repayment as the bureau's monthly record (二代征信) writes it; None before the loan begins.

    N not late, 1 to 6 for each 30 days begun, 7 from the 181st day on, C settled, B written off and still owed, G ended
    in another way. 31 days: 2.
    """
    ended = {"pending": None, "settled": "C", "written_off": "B", "void": "G"}
    if standing.status in ended:
        return ended[standing.status]
    return _CODES[bisect_right(_CODE_BEGINS, standing.days_past_due)]
