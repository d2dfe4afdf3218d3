"""Why acts on plans on hold and on returned goods were declined."""

from django.utils.translation import gettext as _


def refusals() -> dict[str, str]:
    """Why an act on a hold or a return was declined, by its code."""
    return {
        "no_such_hold": _("这位借款人没有这条记录，可能页面放得太久了。"),
        "no_such_return": _("这位借款人没有这条记录，可能页面放得太久了。"),
        "hold_over": _("这次冻结已经结束，可能页面放得太久了。"),
        "day_too_soon": _("期限至少到明天。"),
        "prolonging_waits": _("已经有人申请延长，先复核那一条。"),
        "acceptance_waits": _("已经有人申请代商户收退货，先复核那一条。"),
        "nothing_asked": _("没有等着复核的申请，可能已经处理了。"),
        "more_than_shipped": _("还没退回的商品只剩 %(left_minor)s。"),
        "nothing_shipped_left": _("商品已经全部退回，或正在退回。"),
        "cannot_count": _("这笔分期已经作废，不能再计入退货。"),
    }
