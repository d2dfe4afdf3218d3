"""The shop's words for states, roads of news and the lender's problems."""

from mall.refusals import Problem

STATES = {
    "submitted": "等待按期回应",
    "created": "待签约",
    "confirmed": "已签约，待发货",
    "shipped": "已发货",
    "settled": "已完成",
    "cancelled": "已取消",
    "lapsed": "已失效",
    "refused": "未下单成功",
}
ROADS = {"page": "打开页面时查询", "webhook": "按期通知", "lender": "按期回应", "shop": "本店"}
ACTS = {"create": "建单", "ship": "发货", "cancel": "取消", "return": "退货"}
CALL_STATES = {"waiting": "结果未知", "done": "已完成", "refused": "被拒绝"}

_BY_CODE = {
    "amount_out_of_range": "这笔金额不在分期的范围内，可以调整商品数量后再试。",
    "plan_unavailable": "这个分期方案现在不能用，请换一个方案。",
    "quote_expired": "试算已过有效期，请重新选择分期方案。",
    "more_than_shipped": "退货金额超过了还没退的商品。",
    "nothing_shipped_left": "商品已经全部退回，或正在退回。",
    "order_number_taken": "这个订单号已经用过，请重新下单。",
}
_BY_STATUS = {
    401: "小店与按期的连接需要店家处理，暂时不能分期下单。没有产生任何费用。",
    403: "小店与按期的连接需要店家处理，暂时不能分期下单。没有产生任何费用。",
    404: "按期没有找到这个订单。",
    409: "订单在按期的状态已经变了，请看最新状态。",
    422: "按期没有接受这笔订单，请换一个方案或调整商品后再试。",
}


def explain(problem: Problem) -> str:
    """A problem of the lender's as one clear sentence for a customer; the exact one is for the shopkeeper."""
    known = _BY_CODE.get(problem.code) or _BY_STATUS.get(problem.status)
    return known or "按期没有接受这次请求，请稍后再试。"


def day(instant: str) -> str:
    """2026-12-09… as 12月9日, for the same year's dates; other years with their year are `long_day`."""
    return f"{int(instant[5:7])}月{int(instant[8:10])}日"


def long_day(instant: str) -> str:
    """2026-12-09… as 2026年12月9日."""
    return f"{instant[:4]}年{day(instant)}"


def moment(instant: str) -> str:
    """2026-11-24T14:05… as 11月24日 14:05."""
    return f"{day(instant)} {instant[11:16]}"
