"""Every way the gateway says no. Its error bodies are not signed.

Refused
├── unsigned   401 SIGN_ERROR
├── parameter  400 PARAM_ERROR, with the field
├── request    400 INVALID_REQUEST
├── order_paid, order_closed, number_used, no_such_order, no_such_refund
├── no_statement, statement_creating
└── limited    429 FREQUENCY_LIMITED, not_enough 403 NOT_ENOUGH
"""

from typing import Any


class Refused(Exception):
    """The gateway's answer is no."""

    def __init__(self, status: int, code: str, message: str, detail: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.content = {"code": code, "message": message, **({"detail": detail} if detail else {})}


def unsigned(message: str, issue: str) -> Refused:
    detail = {"field": "signature", "location": "authorization", "issue": issue}
    return Refused(401, "SIGN_ERROR", message, detail)


def parameter(field: str, issue: str, *, location: str = "body") -> Refused:
    return Refused(
        400, "PARAM_ERROR", f"参数错误：{issue}", {"location": location, "field": field, "issue": issue}
    )


def request(message: str) -> Refused:
    return Refused(400, "INVALID_REQUEST", message)


def no_such_address() -> Refused:
    return Refused(404, "NOT_FOUND", "请求的资源不存在")


def other_merchant() -> Refused:
    return Refused(400, "APPID_MCHID_NOT_MATCH", "appid 和 mchid 不匹配")


def order_paid() -> Refused:
    return Refused(400, "ORDERPAID", "该订单已支付")


def order_closed() -> Refused:
    return Refused(400, "ORDER_CLOSED", "该订单已关闭")


def number_used() -> Refused:
    return Refused(403, "OUT_TRADE_NO_USED", "商户订单号重复，参数与上次不一致")


def no_such_order() -> Refused:
    return Refused(404, "ORDER_NOT_EXIST", "订单不存在")


def no_such_refund() -> Refused:
    return Refused(404, "RESOURCE_NOT_EXISTS", "退款单不存在")


def nothing_to_refund() -> Refused:
    return Refused(404, "RESOURCE_NOT_EXISTS", "订单号不存在")


def not_enough() -> Refused:
    return Refused(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")


def no_statement() -> Refused:
    return Refused(400, "NO_STATEMENT_EXIST", "账单文件不存在，请检查该日期是否有交易")


def statement_creating() -> Refused:
    return Refused(400, "STATEMENT_CREATING", "账单生成中，请稍后再试")


def limited(message: str) -> Refused:
    return Refused(429, "FREQUENCY_LIMITED", message)


def system_error() -> Refused:
    return Refused(500, "SYSTEM_ERROR", "系统异常，请稍后重试")


def unlisted() -> Refused:
    return Refused(400, "CODE_NOBODY_LISTED", "未知结果")
