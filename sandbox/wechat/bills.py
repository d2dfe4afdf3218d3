"""The statements of a day: where each is downloaded, its hash, and what it tells."""

import gzip
import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from urllib.parse import parse_qsl

from sandbox import bills
from sandbox.bank import remitting
from sandbox.bills import FUNDS, TRADE, Movement
from sandbox.store import Connection
from sandbox.wechat import bill_files, debits, refusals
from sandbox.wechat.keys import Account

_READY_AT = time(10)
_OPENING_MINOR = 100_000_000
# What each kind is asked with, besides the day and the packing.
_ASKED = {TRADE: ("bill_type", "ALL"), FUNDS: ("account_type", "BASIC")}


def tell_address(
    connection: Connection, operation: str, query: str, account: Account, *, base_url: str, now: datetime
) -> dict[str, Any]:
    """Where the statement lies for half a minute, and the hash of its text."""
    day, is_packed = _read(operation, query)
    names = bills.struck(connection, bills.FILE_FAULTS, channel="wechat", operation=operation)
    if "statement_not_ready" in names or not bills.is_over(day, ready_at=_READY_AT, now=now):
        raise refusals.statement_creating()
    told = _told(connection, operation, day)
    if not told:
        raise refusals.no_statement()
    text = _text(operation, [] if "statement_empty" in names else told, account, names)
    hashed = text + b" " if "statement_broken" in names else text
    file = gzip.compress(text) if is_packed else text
    token = bills.keep(connection, file, is_expired="statement_link_expired" in names)
    return {
        "download_url": f"{base_url}/wechat/v3/billdownload/file?token={token}",
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(hashed, usedforsecurity=False).hexdigest(),
    }


def download(connection: Connection, query: str) -> bytes:
    """The file that the query names."""
    file = bills.find(connection, dict(parse_qsl(query)).get("token", ""))
    if file is None:
        raise refusals.request("下载链接已失效，请重新申请账单")
    return file


def _read(operation: str, query: str) -> tuple[date, bool]:
    asked = dict(parse_qsl(query, keep_blank_values=True))
    name, value = _ASKED[operation]
    if unknown := set(asked) - {"bill_date", name, "tar_type"}:
        raise refusals.parameter(f"/{sorted(unknown)[0]}", "不认识的字段", location="query")
    if asked.get(name, value) != value:
        raise refusals.parameter(f"/{name}", f"这里只有 {value}", location="query")
    if asked.get("tar_type", "GZIP") != "GZIP":
        raise refusals.parameter("/tar_type", "应为 GZIP", location="query")
    try:
        return date.fromisoformat(asked.get("bill_date", "")), "tar_type" in asked
    except ValueError:
        raise refusals.parameter("/bill_date", "应为 yyyy-MM-DD", location="query") from None


def _told(connection: Connection, operation: str, day: date) -> list[Movement]:
    def happened(on: date) -> list[Movement]:
        rest = [] if operation == TRADE else _remitted(connection, on)
        return [*_paid(connection, on), *_refunded(connection, on), *rest]

    return bills.of_day(connection, happened, channel="wechat", operation=operation, day=day)


def _paid(connection: Connection, day: date) -> list[Movement]:
    rows = connection.execute("SELECT * FROM wechat_trades WHERE paid_at LIKE ?", (f"{day}%",))
    return [
        Movement(
            kind="debit" if row["trade_type"] == debits.TRADE_TYPE else "pay", order_no=row["out_trade_no"],
            key=row["out_trade_no"], ref=row["transaction_id"], paid_ref=row["transaction_id"], at=row["paid_at"],
            amount_minor=row["total_minor"], fee_minor=bills.fee(row["total_minor"]), subject=row["description"],
            other=row["openid"], means=row["trade_type"], status="SUCCESS",
        )
        for row in rows
    ]  # fmt: skip


def _refunded(connection: Connection, day: date) -> list[Movement]:
    rows = connection.execute(
        "SELECT r.*, transaction_id, description, openid, trade_type FROM wechat_refunds r"
        " JOIN wechat_trades USING (out_trade_no) WHERE success_at LIKE ?",
        (f"{day}%",),
    )
    return [
        Movement(
            kind="refund", order_no=row["out_trade_no"], key=row["out_refund_no"], ref=row["refund_id"],
            paid_ref=row["transaction_id"], at=row["success_at"], amount_minor=-row["amount_minor"],
            # What a payment cost comes back with it.
            fee_minor=-bills.fee(row["amount_minor"]), subject=row["description"], other=row["openid"],
            means=row["trade_type"], status=row["status"],
        )
        for row in rows
    ]  # fmt: skip


def _remitted(connection: Connection, day: date) -> list[Movement]:
    return [
        Movement(
            kind="remit", order_no=row["ref"], key=row["ref"], ref=row["ref"], at=row["at"],
            amount_minor=-row["amount_minor"],
        )
        for row in remitting.told(connection, "wechat", day.isoformat())
    ]  # fmt: skip


def _text(operation: str, told: list[Movement], account: Account, names: list[str]) -> bytes:
    if operation == TRADE:
        lines = list(bill_files.trades(map(_trade, told), mchid=account.mchid, appid=account.appid))
    else:
        lines = list(bill_files.funds(_funds(told)))
    if "statement_cut" in names:
        lines = lines[:-2]
    encoding = "gb18030" if "statement_encoding" in names else "utf-8"
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


def _trade(each: Movement) -> bill_files.Line:
    is_refund = each.kind == "refund"
    refunded = {"refund_id": each.ref, "out_refund_no": each.key, "refund_status": each.status} if is_refund else {}
    return bill_files.Line(
        at=each.at, transaction_id=each.paid_ref or each.ref, out_trade_no=each.order_no, openid=each.other,
        trade_type=each.means, bank_type="OTHERS", description=each.subject, amount_minor=each.amount_minor,
        fee_minor=each.fee_minor, status="REFUND" if is_refund else "SUCCESS", **refunded,
    )  # fmt: skip


# How the account calls a movement, and its fee.
_WORDS = {"refund": ("退款", "退还交易手续费"), "remit": ("提现", "")}


def _funds(told: list[Movement]) -> Iterator[bill_files.Movement]:
    """Each movement, and its fee as one of its own behind it, with what the account holds after it."""
    balance_minor = _OPENING_MINOR
    for each in told:
        word, fees = _WORDS.get(each.kind, ("交易", "扣除交易手续费"))
        for what, amount_minor in ((word, each.amount_minor), (fees, -each.fee_minor)):
            if amount_minor:
                balance_minor += amount_minor
                yield bill_files.Movement(
                    at=each.at, transaction_id=each.ref, voucher=each.key, what=what, amount_minor=amount_minor,
                    balance_minor=balance_minor,
                )  # fmt: skip
