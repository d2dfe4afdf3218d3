"""Every way the gateway says no.

Refused
├── missing   40001, a required parameter is not there
├── invalid   40002, a parameter or the signature is wrong
├── limited   40005, asked too often
├── away      20000, nobody knows what became of the call
└── declined  40004, understood and declined by the business behind the gateway
"""


class Refused(Exception):
    """The gateway's answer is no."""

    def __init__(self, *, code: str, message: str, sub_code: str, sub_message: str) -> None:
        super().__init__(f"{sub_code}: {sub_message}")
        self.code = code
        self.sub_code = sub_code
        self.sub_message = sub_message
        self.content = {"code": code, "msg": message, "sub_code": sub_code, "sub_msg": sub_message}


def missing(sub_code: str, sub_message: str) -> Refused:
    return Refused(
        code="40001", message="Missing Required Arguments", sub_code=sub_code, sub_message=sub_message
    )


def invalid(sub_code: str, sub_message: str) -> Refused:
    return Refused(code="40002", message="Invalid Arguments", sub_code=sub_code, sub_message=sub_message)


def limited(sub_message: str) -> Refused:
    return Refused(
        code="40005", message="Call Limited", sub_code="isv.app-call-limited", sub_message=sub_message
    )


def away() -> Refused:
    return Refused(
        code="20000",
        message="Service Currently Unavailable",
        sub_code="isp.unknow-error",
        sub_message="系统繁忙",
    )


def declined(sub_code: str, sub_message: str) -> Refused:
    return Refused(code="40004", message="Business Failed", sub_code=sub_code, sub_message=sub_message)


def system_error() -> Refused:
    return declined("ACQ.SYSTEM_ERROR", "系统异常")


def wrong_time(sub_message: str) -> Refused:
    return invalid("isv.invalid-timestamp", f"非法的时间戳参数，{sub_message}")


def no_such_trade() -> Refused:
    return declined("ACQ.TRADE_NOT_EXIST", "交易不存在")


def wrong_state() -> Refused:
    return declined("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")


def bad_parameter(sub_message: str) -> Refused:
    return declined("ACQ.INVALID_PARAMETER", f"参数无效：{sub_message}")
