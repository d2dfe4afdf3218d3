"""What was signed, as papers to keep: agreement and cost statement, in the language in which they were signed.

They say what stands in the kept JSON and nothing else, so that no later name, product or rate changes them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from anqi.engine.disclosure import NOTHING_ELSE
from anqi.engine.money import write_amount
from anqi.lending import agreements
from anqi.lending.models import Agreement, Amendment
from anqi.rows.days import SHANGHAI

Paper = dict[str, Any]
Signed = Mapping[str, Any]


def agreement(row: Agreement) -> Paper:
    """The agreement as the template `statement` takes it."""
    body = _read(row)
    return paper("分期合同", row, body, sections=agreements.sections(dict(body)))


def cost_statement(row: Agreement) -> Paper:
    """The cost statement (综合融资成本明示表) as the template `statement` takes it."""
    body = _read(row)
    stated, tables = body["cost_statement"], [_plan(body), _contingent(body)]
    sections = [("说明", [NOTHING_ELSE, body["dates"]["rule"], body["rules"]["complaints"]])]
    if stated["items"]:
        tables = [_items(body), *tables]
    else:
        sections = [("正常还款的费用", ["免息免费：不收任何利息和费用。"]), *sections]
    return paper("综合融资成本明示表", row, body, facts=_cost(body), sections=sections, tables=tables)


def _read(row: Agreement) -> Signed:
    # An agreement that is no longer what was signed must not be printed as though it were.
    assert hashlib.sha256(row.body.encode()).hexdigest() == row.sha256, f"agreement {row.id} was changed"
    body: Signed = json.loads(row.body)
    return body


def paper(
    title: str, row: Agreement | Amendment, body: Signed, *, facts: Iterable[tuple[str, str]] = (),
    sections: Iterable[tuple[str, list[str]]], tables: Iterable[Paper] = (),
) -> Paper:  # fmt: skip
    """What was signed as the template `statement` takes it, with who signed it when, and its hash."""
    borrower, signed_at = body["borrower"], row.signed_at.astimezone(SHANGHAI)
    return {
        "language": "zh",
        "title": title,
        "from": body["lender"]["name"],
        "to": borrower["name"],
        "facts": [
            ("出借机构", body["lender"]["name"]),
            ("借款人", f"{borrower['name']}（身份证 {borrower['id_number']}）"),
            *facts,
            ("签约时间", f"{signed_at:%Y-%m-%d %H:%M:%S}（北京时间）"),
            ("合同模板", body["template"]),
            ("签约内容的校验码（SHA-256）", row.sha256),
        ],
        "sections": [{"title": name, "lines": lines} for name, lines in sections],
        "tables": [each for each in tables if each["rows"]],
        "foot": "本文件按签约时保存的内容制作，一字未改",
    }


def _cost(body: Signed) -> list[tuple[str, str]]:
    stated, rate = body["cost_statement"], body["cost_statement"]["annual_cost"]
    return [
        ("分期方案", f"{body['product']['title']}（{body['product']['code']}）"),
        ("本金", _yuan(body, stated["principal_minor"])),
        ("年化利率（单利）", f"{rate['simple_percent']}%"),
        ("复利折算", f"{rate['compound_percent']}%"),
        ("息费合计", _yuan(body, stated["cost_minor"])),
        ("本息合计", _yuan(body, stated["total_minor"])),
    ]


def _items(body: Signed) -> Paper:
    stated = body["cost_statement"]
    rows = [[each["name"], each["how"], each["payee"], _yuan(body, each["amount_minor"])] for each in stated["items"]]
    columns = [column("项目"), column("怎么收", wide=True), column("由谁收取"), column("金额", amount=True)]
    return table("正常还款的费用", columns, rows, total=["息费合计", "", "", _yuan(body, stated["cost_minor"])])


def _plan(body: Signed) -> Paper:
    parts = ("principal_minor", "interest_minor", "fee_minor", "total_minor")
    rows = [[str(each["n"]), *(_yuan(body, each[part]) for part in parts)] for each in body["plan"]]
    sums = [_yuan(body, sum(each[part] for each in body["plan"])) for part in parts]
    names = ("本金", "利息", "手续费", "每期应还")
    columns = [column("期"), *(column(name, wide=True, amount=True) for name in names)]
    return table("每期金额", columns, rows, total=["合计", *sums])


def _contingent(body: Signed) -> Paper:
    rows = [[each["name"], each["how"], each["payee"]] for each in body["cost_statement"]["contingent"]]
    columns = [column("项目"), column("怎么收", wide=True), column("由谁收取")]
    return table("只有发生时才收的费用", columns, rows)


def column(name: str, *, wide: bool = False, amount: bool = False) -> Paper:
    """The head of a table's column."""
    return {"name": name, "wide": wide, "amount": amount}


def table(title: str, columns: list[Paper], rows: list[list[str]], *, total: Iterable[str] = ()) -> Paper:
    """A table of texts, with its sums as the last row."""
    return {"title": title, "columns": columns, "rows": rows, "sum": list(total), "note": ""}


def _yuan(body: Signed, amount_minor: int) -> str:
    return f"{write_amount(amount_minor, currency=body['currency'])} 元"
