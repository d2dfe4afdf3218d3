"""What complaints are about, in words that their borrowers and the office share."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

COMPLAINTS: dict[str, str | Promise] = {
    "amount": lazy("金额或费用不对"),
    "unposted": lazy("还了钱没有入账"),
    "debit": lazy("扣款有问题"),
    "contact": lazy("催收或打扰"),
    "record": lazy("征信记录有问题"),
    "privacy": lazy("个人信息"),
    "service": lazy("服务态度"),
    "other": lazy("其他"),
}
