"""Every way the gateway says no, and what its codes say in words."""

MESSAGES = {
    "00": "成功",
    "A6": "有缺陷的成功",
    "01": "交易失败",
    "02": "系统未开放或暂时关闭",
    "03": "交易通讯超时，请发起查询",
    "04": "交易状态未明，请查询对账结果",
    "05": "交易已受理，请稍后查询交易结果",
    "06": "系统繁忙，请稍后再试",
    "10": "报文格式错误",
    "11": "验证签名失败",
    "12": "重复交易",
    "13": "交易类型未开通",
    "30": "交易未通过，请尝试使用其他银联卡支付",
    "31": "商户状态不正确",
    "32": "无此交易权限",
    "33": "交易金额超限",
    "34": "查无此交易",
    "36": "交易金额超限，请尝试使用其他银联卡支付",
    "60": "交易失败，详情请咨询发卡行",
    "61": "输入的卡号无效，请确认后输入",
    "62": "发卡银行不支持该商户",
    "63": "卡状态不正确",
    "64": "卡上的余额不足",
    "65": "输入的密码、有效期或CVN2有误",
    "66": "持卡人身份信息或手机号连续输错，次数超限",
    "67": "持卡人信息有误",
    "68": "超出当日限额",
    "73": "支付卡已超过有效期",
    "77": "银行系统维护中",
    "98": "文件不存在",
    "99": "通用错误",
}


class Refused(Exception):
    """The gateway's answer is no, under this code."""

    def __init__(self, code: str, detail: str = "") -> None:
        message = f"{MESSAGES[code]}：{detail}" if detail else MESSAGES[code]
        assert not set(message) & set("&={}"), "an answer's fields are divided by these, and not escaped"
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


def malformed(detail: str) -> Refused:
    return Refused("10", detail)


def unsigned(detail: str) -> Refused:
    return Refused("11", detail)


def duplicate(detail: str = "") -> Refused:
    return Refused("12", detail)


def no_such_order(detail: str = "") -> Refused:
    return Refused("34", detail)
