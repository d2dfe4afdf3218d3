"""The statements of a day: where each is downloaded, and what it tells."""

import io
from datetime import date, datetime, time
from typing import Any

from sandbox import bills
from sandbox.alipay import bill_files, refusals
from sandbox.alipay.bill_files import Line
from sandbox.alipay.envelope import Call
from sandbox.bank import remitting
from sandbox.bills import FUNDS, TRADE, Movement
from sandbox.site import Site
from sandbox.store import Connection

_OPERATIONS = {"trade": TRADE, "signcustomer": FUNDS}
_READY_AT = time(9)
_OPENING_MINOR = 100_000_000


def tell_address(connection: Connection, site: Site, call: Call, now: datetime) -> dict[str, Any]:
    """The answer to a question for a statement: where it lies for half a minute."""
    operation, day = _read(call.biz)
    seller_id = site.home.settings.seller_id
    names = bills.struck(connection, bills.FILE_FAULTS, channel="alipay", operation=operation)
    if "statement_not_ready" in names or not bills.is_over(day, ready_at=_READY_AT, now=now):
        raise refusals.declined("isp.bill_not_exist", "账单不存在")
    told = [] if "statement_empty" in names else _told(connection, operation, day)
    file = io.BytesIO()
    write = bill_files.write_trades if operation == TRADE else bill_files.write_funds
    lines = map(_trade, told) if operation == TRADE else _funds(told)
    write(
        file, lines, day=day, seller_id=seller_id, is_cut="statement_cut" in names,
        encoding="utf-8" if "statement_encoding" in names else "gbk",
    )  # fmt: skip
    content = _damaged(file.getvalue()) if "statement_broken" in names else file.getvalue()
    token = bills.keep(connection, content, is_expired="statement_link_expired" in names)
    return {"bill_download_url": f"{call.base_url}/alipay/bills/{token}"}


def _read(biz: dict[str, Any]) -> tuple[str, date]:
    if set(biz) != {"bill_type", "bill_date"} or biz["bill_type"] not in _OPERATIONS:
        raise refusals.invalid("isv.invalid-parameter", "应有 bill_type（trade 或 signcustomer）和 bill_date")
    try:
        return _OPERATIONS[biz["bill_type"]], date.fromisoformat(biz["bill_date"])
    except (TypeError, ValueError):
        raise refusals.invalid("isv.invalid-parameter", "bill_date 应为 yyyy-MM-dd") from None


def _told(connection: Connection, operation: str, day: date) -> list[Movement]:
    def happened(on: date) -> list[Movement]:
        rest = [] if operation == TRADE else [*_transferred(connection, on), *_remitted(connection, on)]
        return [*_paid(connection, on), *_refunded(connection, on), *rest]

    return bills.of_day(connection, happened, channel="alipay", operation=operation, day=day)


def _paid(connection: Connection, day: date) -> list[Movement]:
    rows = connection.execute(
        "SELECT t.*, logon_id FROM alipay_trades t JOIN alipay_wallets USING (buyer_id) WHERE paid_at LIKE ?",
        (f"{day}%",),
    )
    return [
        Movement(
            kind="pay", order_no=row["out_trade_no"], key=row["out_trade_no"], ref=row["trade_no"], at=row["paid_at"],
            amount_minor=row["total_minor"], fee_minor=bills.fee(row["total_minor"]), subject=row["subject"],
            other=row["logon_id"],
        )
        for row in rows
    ]  # fmt: skip


def _refunded(connection: Connection, day: date) -> list[Movement]:
    rows = connection.execute(
        "SELECT r.*, trade_no, subject, logon_id FROM alipay_refunds r JOIN alipay_trades USING (out_trade_no)"
        " JOIN alipay_wallets USING (buyer_id) WHERE refunded_at LIKE ?",
        (f"{day}%",),
    )
    return [
        Movement(
            kind="refund", order_no=row["out_trade_no"], key=row["out_request_no"], ref=row["trade_no"],
            at=row["refunded_at"], amount_minor=-row["amount_minor"], subject=row["subject"], other=row["logon_id"],
        )
        for row in rows
    ]  # fmt: skip


def _transferred(connection: Connection, day: date) -> list[Movement]:
    found = []
    for kind, column, sign in (("payout", "paid_at", -1), ("return", "returned_at", 1)):
        rows = connection.execute(f"SELECT * FROM alipay_transfers WHERE {column} LIKE ?", (f"{day}%",))
        found += [
            Movement(
                kind=kind, order_no=row["out_biz_no"], key=row["out_biz_no"], ref=row["pay_fund_order_id"],
                at=row[column], amount_minor=sign * row["amount_minor"], subject=row["title"], other=row["logon_id"],
            )
            for row in rows
        ]  # fmt: skip
    return found


def _remitted(connection: Connection, day: date) -> list[Movement]:
    return [
        Movement(
            kind="remit", order_no=row["ref"], key=row["ref"], ref=row["ref"], at=row["at"],
            amount_minor=-row["amount_minor"], subject="提现到银行账户",
        )
        for row in remitting.told(connection, "alipay", day.isoformat())
    ]  # fmt: skip


def _trade(each: Movement) -> Line:
    is_refund = each.kind == "refund"
    return Line(
        what="退款" if is_refund else "交易", trade_no=each.ref, out_trade_no=each.order_no, subject=each.subject,
        at=each.at, other=each.other, amount_minor=each.amount_minor, fee_minor=each.fee_minor,
        request_no=each.key if is_refund else "",
    )  # fmt: skip


_WORDS = {"pay": "在线支付", "refund": "交易退款", "payout": "转账", "return": "转账", "remit": "提现"}


def _funds(told: list[Movement]) -> list[Line]:
    """Each movement, and its fee as one of its own behind it, with what the account holds after it."""
    lines, balance_minor = [], _OPENING_MINOR
    for each in told:
        for what, amount_minor in ((_WORDS[each.kind], each.amount_minor), ("收费", -each.fee_minor)):
            if amount_minor:
                balance_minor += amount_minor
                lines.append(Line(
                    what=what, trade_no=each.ref, out_trade_no=each.order_no, subject=each.subject, at=each.at,
                    other=each.other, amount_minor=amount_minor, balance_minor=balance_minor,
                ))  # fmt: skip
    return lines


def _damaged(file: bytes) -> bytes:
    # The checksum that the directory at the end states of the first list no longer fits what stands in it.
    place = file.index(b"PK\x01\x02") + 16
    return file[:place] + bytes([file[place] ^ 0xFF]) + file[place + 1 :]

