"""What a month's code says of a loan, in words, for borrowers and for staff alike."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

CODES: dict[str, str | Promise] = {
    "N": lazy("按时还"),
    "*": lazy("当月没有应还"),
    "M": lazy("当月逾期，当月已还清"),
    "1": lazy("月末逾期 1–30 天"),
    "2": lazy("月末逾期 31–60 天"),
    "3": lazy("月末逾期 61–90 天"),
    "4": lazy("月末逾期 91–120 天"),
    "5": lazy("月末逾期 121–150 天"),
    "6": lazy("月末逾期 151–180 天"),
    "7": lazy("月末逾期超过 180 天"),
    "D": lazy("由担保人代还"),
    "Z": lazy("以物抵债"),
    "B": lazy("已核销，还有欠款"),
    "C": lazy("已结清"),
    "G": lazy("已结束"),
    "#": lazy("还没有核对清楚"),
}
