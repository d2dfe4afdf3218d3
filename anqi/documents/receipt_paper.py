"""A receipt as a paper, with the words and amounts of the day on which it was issued."""

from typing import Any

from anqi.documents.queries import Receipt, ReceiptLine
from anqi.rows.days import SHANGHAI

Paper = dict[str, Any]
_PARTS = {"principal": "本金", "interest": "利息", "fee": "手续费", "penalty": "罚息"}


def paper(receipt: Receipt) -> Paper:
    """The receipt as the template `statement` takes it."""
    return {
        "language": "zh",
        "title": "收据",
        "from": "按期",
        "to": receipt.charge_key,
        "facts": [
            ("收到还款", _yuan(receipt.amount_minor)),
            ("支付时间", f"{receipt.paid_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}（北京时间）"),
            ("计入日期", str(receipt.counts_on)),
            ("渠道流水号", receipt.ref),
            ("我们的单号", receipt.charge_key),
        ],
        "tables": [_loan(line) for line in receipt.lines],
        "foot": f"内容校验码（SHA-256） {receipt.sha256}",
    }


def _loan(line: ReceiptLine) -> Paper:
    others = {
        "提前还的本金": line.prepaid_minor, "转入溢缴款": line.excess_minor, "用掉的溢缴款": -line.credit_used_minor,
        "当时没有用上的": line.unapplied_minor,
    }  # fmt: skip
    rows = [[f"第 {n} 期{_PARTS.get(part, part)}", _yuan(minor)] for n, part, minor in line.parts]
    rows += [[name, _yuan(minor)] for name, minor in others.items() if minor]
    left = line.remaining_after_minor
    return {
        "title": line.loan_number,
        "columns": [
            {"name": "还的是", "wide": True, "amount": False}, {"name": "金额", "wide": False, "amount": True},
        ],
        "rows": rows,
        "sum": [],
        "note": "" if left is None else f"还后剩余应还 {_yuan(left)}",
    }  # fmt: skip


def _yuan(amount_minor: int) -> str:
    yuan, fen = divmod(abs(amount_minor), 100)
    return f"{'-' if amount_minor < 0 else ''}{yuan:,}.{fen:02} 元"
