"""Which transfer a merchant asks for, or about; checked field by field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.alipay import refusals
from sandbox.alipay.orders import amount, number, optional, refuse_unknown

# The one product of this kind that the merchant has signed for, and its one scene.
_PRODUCT = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}
_LOGIN = re.compile(r"1[0-9]{10}|[!-?A-~]{1,64}@[0-9A-Za-z.-]{1,63}")


@dataclass(frozen=True, kw_only=True)
class TransferOrder:
    """A transfer as the merchant describes it."""

    out_biz_no: str
    logon_id: str
    name: str
    amount_minor: int
    title: str
    remark: str | None


@dataclass(frozen=True, kw_only=True)
class TransferReference:
    """Which transfer is meant: by the merchant's number, the gateway's, or both."""

    out_biz_no: str | None
    order_id: str | None


def read_transfer(biz: Mapping[str, Any]) -> TransferOrder:
    refuse_unknown(biz, "out_biz_no", "trans_amount", "payee_info", "order_title", "remark", *_PRODUCT)
    _check_product(biz)
    logon_id, name = _payee(biz.get("payee_info"))
    return TransferOrder(
        out_biz_no=number(biz, "out_biz_no"),
        logon_id=logon_id,
        name=name,
        amount_minor=amount(biz, "trans_amount"),
        title=optional(biz, "order_title", longest=128) or "转账",
        remark=optional(biz, "remark", longest=200),
    )


def read_transfer_reference(biz: Mapping[str, Any]) -> TransferReference:
    """The transfer that `biz` means; one of the two numbers must be there, ours with the product beside it."""
    refuse_unknown(biz, "out_biz_no", "order_id", *_PRODUCT)
    out_biz_no = number(biz, "out_biz_no") if biz.get("out_biz_no") else None
    order_id = optional(biz, "order_id", longest=64)
    if not (out_biz_no or order_id):
        raise refusals.bad_parameter("out_biz_no 与 order_id 不能同时为空")
    if out_biz_no:
        _check_product(biz)
    return TransferReference(out_biz_no=out_biz_no, order_id=order_id)


def check_account(biz: Mapping[str, Any], *, owner: str) -> None:
    """Refused unless the merchant asks about the balance of its own account."""
    refuse_unknown(biz, "alipay_user_id", "account_type")
    if biz.get("account_type") != "ACCTRANS_ACCOUNT":
        raise refusals.bad_parameter("account_type 应为 ACCTRANS_ACCOUNT")
    if biz.get("alipay_user_id") != owner:
        raise refusals.bad_parameter("alipay_user_id 应为商户自己的 2088 号")


def _check_product(biz: Mapping[str, Any]) -> None:
    for name, only in _PRODUCT.items():
        if biz.get(name) != only:
            raise refusals.bad_parameter(f"{name} 应为 {only}")


def _payee(stated: object) -> tuple[str, str]:
    if not isinstance(stated, dict):
        raise refusals.bad_parameter("payee_info 应为对象")
    refuse_unknown(stated, "identity", "identity_type", "name")
    if stated.get("identity_type") != "ALIPAY_LOGON_ID":
        raise refusals.bad_parameter("identity_type 应为 ALIPAY_LOGON_ID")
    identity = stated.get("identity")
    if not isinstance(identity, str) or not _LOGIN.fullmatch(identity):
        raise refusals.bad_parameter("identity 应为手机号或邮箱")
    name = optional(stated, "name", longest=128)
    if name is None:
        raise refusals.bad_parameter("identity_type 为 ALIPAY_LOGON_ID 时 name 必填")
    return identity, name
