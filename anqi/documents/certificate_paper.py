"""A settlement certificate as a paper, in the language in which it is issued, with its code to scan or to type."""

from typing import Any

import qrcode
from qrcode.image.svg import SvgPathImage

from anqi.documents import certificates
from anqi.documents.models import Certificate

Paper = dict[str, Any]


def paper(certificate: Certificate, *, page: str) -> Paper:
    """The certificate as the template `statement` takes it; `page` is the address where anybody may check it."""
    stated, code = certificates.read(certificate), certificates.written(certificate.code)
    borrower, lenders = stated["borrower"], "、".join(dict.fromkeys(each["lender"] for each in stated["loans"]))
    return {
        "language": "zh",
        "title": "结清证明",
        "from": lenders,
        "to": borrower["name"],
        "facts": [
            ("证明编号", stated["number"]),
            ("借款人", f"{borrower['name']}（身份证 {borrower['id_number']}）"),
            ("出借机构", lenders),
            ("开具日期", stated["issued_on"]),
        ],
        "sections": [{"title": "证明", "lines": _words(stated)}],
        "tables": [_loans(stated)],
        "code": {
            "picture": _picture(f"{page}?code={code}"),
            "title": f"验证码 {code}",
            "lines": [
                f"扫码，或打开 {page} 输入验证码，可以核对这份证明的真伪，以及所列分期现在的状态。",
                "开具以后还款被收回或撤回的，以查询结果为准。",
                f"内容校验码（SHA-256） {certificate.sha256}",
            ],
        },
        "foot": f"结清证明 {stated['number']}",
    }


def _words(stated: dict[str, Any]) -> list[str]:
    on, count = stated["issued_on"], len(stated["loans"])
    if stated["scope"] == "all":
        return [f"截至 {on}，上述借款人的全部 {count} 笔分期已经结清，本金、利息和各项费用都已还清，没有欠款。"]
    return [f"截至 {on}，上述借款人的下列分期已经结清，本金、利息和各项费用都已还清，没有欠款。"]


def _loans(stated: dict[str, Any]) -> Paper:
    rows = [
        [each["number"], each["lender"], each["started_on"], each["settled_on"], *_amounts(each)]
        for each in stated["loans"]
    ]
    sums = [sum(each[name] for each in stated["loans"]) for name in ("lent_minor", "paid_minor")]
    names = ("分期合同", "出借机构", "开始日", "结清日")
    columns = [{"name": name, "wide": name == "出借机构", "amount": False} for name in names]
    columns += [{"name": name, "wide": False, "amount": True} for name in ("借款本金", "实际还款合计")]
    return {
        "title": "结清的分期",
        "columns": columns,
        "rows": rows,
        "sum": ["合计", "", "", "", *map(_yuan, sums)] if len(rows) > 1 else [],
        "note": "；".join(note for each in stated["loans"] if (note := _note(each))),
    }


def _amounts(loan: dict[str, Any]) -> list[str]:
    return [_yuan(loan["lent_minor"]), _yuan(loan["paid_minor"])]


def _note(loan: dict[str, Any]) -> str:
    more = {"退货抵减": loan["returned_minor"], "出借机构补偿": loan["goodwill_minor"]}
    told = "，".join(f"{name} {_yuan(amount_minor)}" for name, amount_minor in more.items() if amount_minor)
    return f"{loan['number']}：{told}" if told else ""


def _yuan(amount_minor: int) -> str:
    yuan, fen = divmod(amount_minor, 100)
    return f"{yuan:,}.{fen:02} 元"


def _picture(link: str) -> str:
    return str(qrcode.make(link, image_factory=SvgPathImage, border=0).to_string(encoding="unicode"))
