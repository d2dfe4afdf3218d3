"""Agreements: what is signed, drawn up as canonical JSON with its hash, and kept as it was.

Refused
├── AgreementChanged
└── ConsentMissing     missing
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anqi.engine.disclosure import NOTHING_ELSE
from anqi.engine.money import write_amount
from anqi.engine.schedule import Plan
from anqi.lending import disclosures, products, reporting_rules
from anqi.lending.models import Agreement, Order, Product
from anqi.rows.chain import canonical
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

TEMPLATE = "purchase-2026-11"
# Each is its own box on the page, never ticked beforehand.
CONSENTS = ("cost_statement", "agreement", "personal_information")
# One more where the agreement says that it is reported.
REPORTED = "credit_report"


class AgreementChanged(Refused):
    """What is offered is no longer what the page showed. Read it again, please."""

    code = "agreement_changed"


class ConsentMissing(Refused):
    """These were not agreed to: {missing}."""

    code = "consent_missing"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An agreement ready to be signed; the hash is over its canonical text."""

    body: dict[str, Any]
    text: str
    sha256: str


def draw_up(
    order: Order, *, product: Product, borrower_name: str, borrower_id_number: str, on: date
) -> Draft:
    """The agreement for an order, on that day. All but its example dates holds whenever the goods leave."""
    terms = products.terms_of(product, order.amount_minor)
    planned = products.plan_of(terms, on)
    body = {
        "template": TEMPLATE,
        "drawn_up_on": on.isoformat(),
        "lender": {"code": product.lender.code, "name": product.lender.name},
        "borrower": {"name": borrower_name, "id_number": masked(borrower_id_number)},
        "merchant": {"code": order.shop.code, "name": order.shop.name},
        "order": {"number": order.order_number, "goods": order.goods},
        "product": {"code": product.code, "version": product.version, "title": product.title},
        "currency": order.currency,
        "principal_minor": order.amount_minor,
        "terms": terms,
        "plan": amounts(planned),
        "cost_statement": disclosures.cost_statement(product, order.amount_minor, on=on),
        "dates": {"rule": _DATES, "example": _example(planned, on)},
        "rules": {"start": _START, "complaints": COMPLAINTS.format(lender=product.lender.name)},
    }
    return sealed(body | reporting_rules.clause(product.lender, on=on))


def sealed(body: dict[str, Any]) -> Draft:
    """The agreement of that body, with its canonical text and hash."""
    text = canonical(body).decode()
    return Draft(body=body, text=text, sha256=hashlib.sha256(text.encode()).hexdigest())


def sections(body: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The agreement as people read it: titles with their lines, in the language in which it is signed."""
    statement, is_cash = body["cost_statement"], "reserve" in body
    return [
        ("当事人", _parties(body)),
        ("用途和收款账户", _reserve(body)) if is_cash else ("商品", _goods(body)),
        ("借款本金和期数" if is_cash else "分期本金和期数", [_principal_line(body)]),
        ("每期金额", [_instalment_line(body, row) for row in body["plan"]]),
        ("综合融资成本", _cost(body, statement)),
        ("还款日", [body["dates"]["rule"], _example_line(body["dates"]["example"])]),
        ("逾期和提前结清", [f"{item['name']}：{item['how']}。" for item in statement["contingent"]]),
        ("生效和失效", [body["rules"]["start"]]),
        *([("征信", [body["reporting"]["text"]])] if "reporting" in body else []),
        ("异议和投诉", [body["rules"]["complaints"]]),
    ]


def put(order: Order, draft: Draft, *, now: datetime) -> Agreement:
    """The agreement as signed; it never changes."""
    return Agreement.objects.create(
        borrower_id=order.borrower_id,
        id=uuid7(),
        order_id=order.id,
        template=draft.body["template"],
        body=draft.text,
        sha256=draft.sha256,
        signed_at=now,
    )


def asked(body: Mapping[str, Any]) -> dict[str, str]:
    """What has to be agreed to before that agreement is signed, each with the version of its words."""
    purposes = dict.fromkeys(CONSENTS, str(body["template"]))
    return purposes | ({REPORTED: reporting_rules.CONSENT} if "reporting" in body else {})


def refuse_silence(body: Mapping[str, Any], consents: Collection[str]) -> None:
    """Refuses with ConsentMissing what of that agreement was not agreed to."""
    missing = [purpose for purpose in asked(body) if purpose not in consents]
    if missing:
        raise ConsentMissing(missing=", ".join(missing))


def masked(id_number: str) -> str:
    """An identity number as it stands in an agreement."""
    return f"{id_number[:3]}{'*' * 11}{id_number[-4:]}" if id_number else ""


def amounts(planned: Plan) -> list[dict[str, int]]:
    """The instalments of a plan in fen, without their dates."""
    return [
        {
            "n": each.n,
            "principal_minor": each.principal_minor,
            "interest_minor": each.interest_minor,
            "fee_minor": each.fee_minor,
            "total_minor": each.total_minor,
        }
        for each in planned.instalments
    ]


def _example(planned: Plan, on: date) -> dict[str, Any]:
    return {"shipped_on": on.isoformat(), "due_on": [each.due_on.isoformat() for each in planned.instalments]}


def _parties(body: dict[str, Any]) -> list[str]:
    borrower = body["borrower"]
    shop = [f"商户：{body['merchant']['name']}，订单 {body['order']['number']}"] if "merchant" in body else []
    return [
        f"出借机构：{body['lender']['name']}",
        f"借款人：{borrower['name']}（身份证 {borrower['id_number']}）",
        *shop,
    ]


def _goods(body: dict[str, Any]) -> list[str]:
    return [
        f"{good['title']} × {good['quantity']}，单价 {_yuan(body, good['price_minor'])}"
        for good in body["order"]["goods"]
    ]


def _reserve(body: dict[str, Any]) -> list[str]:
    reserve = body["reserve"]
    return [f"用途：{reserve['purpose']}", f"收款账户：{reserve['pay_to']}，户名 {body['borrower']['name']}"]


def _principal_line(body: dict[str, Any]) -> str:
    count = len(body["plan"])
    returned = f"分 {count} 期归还" if count > 1 else "到期一次归还"
    return f"本金 {_yuan(body, body['principal_minor'])}，{returned}。"


def _instalment_line(body: dict[str, Any], row: dict[str, int]) -> str:
    parts = [("本金", row["principal_minor"]), ("利息", row["interest_minor"]), ("手续费", row["fee_minor"])]
    stated = "，".join(f"{name} {_yuan(body, amount_minor)}" for name, amount_minor in parts if amount_minor)
    return f"第 {row['n']} 期：{_yuan(body, row['total_minor'])}（{stated}）"


def _cost(body: dict[str, Any], statement: dict[str, Any]) -> list[str]:
    items = [
        f"{item['name']}：{_yuan(body, item['amount_minor'])}，{item['how']}，由{item['payee']}收取。"
        for item in statement["items"]
    ]
    rate = statement["annual_cost"]
    return [
        f"年化利率（单利）{rate['simple_percent']}%，复利折算 {rate['compound_percent']}%。",
        *(items or ["免息免费：不收任何利息和费用。"]),
        f"息费合计 {_yuan(body, statement['cost_minor'])}，本息合计 {_yuan(body, statement['total_minor'])}。",
        NOTHING_ELSE,
    ]


def _example_line(example: dict[str, Any]) -> str:
    days: Sequence[str] = example["due_on"]
    begun = f"{example['shipped_on']} 发货" if "shipped_on" in example else f"{example['arrived_on']} 到账"
    return f"例如 {begun}，还款日为 {'、'.join(days)}。"


def _yuan(body: dict[str, Any], amount_minor: int) -> str:
    return f"{write_amount(amount_minor, currency=body['currency'])} 元"


_DATES = (
    "商户发货之日起计。第一期还款日为发货后一个月的同一日，以后每月同一日；当月没有这一日的，为当月最后一日。"
    "各期金额在签约时确定，不因发货日不同而改变。"
)
_START = (
    "签约后占用额度，商户发货前不计息。签约后 15 天内商户未发货，或者发货前订单被取消的，本合同自动失效，不收取任何费用。"
)
COMPLAINTS = (
    "对本合同有异议，可以先联系{lender}；对处理结果不满意的，可以拨打金融消费者投诉热线 12378。"
)
