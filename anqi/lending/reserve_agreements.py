"""Agreements for a reserve: what is signed when money is lent in cash, in the words that hold for it."""

from datetime import date
from typing import Any

from anqi.lending import agreements, disclosures, policies, products, reporting_rules
from anqi.lending.agreements import Draft
from anqi.lending.models import Application

TEMPLATE = "reserve-2026-11"


def draw_up(row: Application, *, borrower_name: str, borrower_id_number: str, on: date) -> Draft:
    """The agreement for an application that was approved, as if the money arrived on that day."""
    product, lender = row.product, row.product.lender
    terms = products.terms_of(product, row.amount_minor)
    planned = products.plan_of(terms, on)
    due_on = [each.due_on.isoformat() for each in planned.instalments]
    body: dict[str, Any] = {
        "template": TEMPLATE,
        "drawn_up_on": on.isoformat(),
        "lender": {"code": lender.code, "name": lender.name},
        "borrower": {"name": borrower_name, "id_number": agreements.masked(borrower_id_number)},
        "reserve": {"purpose": policies.PURPOSES[row.purpose], "channel": row.channel, "pay_to": row.label},
        "product": {"code": product.code, "version": product.version, "title": product.title},
        "currency": row.currency,
        "principal_minor": row.amount_minor,
        "terms": terms,
        "plan": agreements.amounts(planned),
        "cost_statement": disclosures.cost_statement(product, row.amount_minor, on=on),
        "dates": {"rule": _DATES, "example": {"arrived_on": on.isoformat(), "due_on": due_on}},
        "rules": {"start": _START, "complaints": agreements.COMPLAINTS.format(lender=lender.name)},
    }
    return agreements.sealed(body | reporting_rules.clause(lender, on=on))


_DATES = (
    "款项到账之日起计息，算头不算尾，按实际天数计算（一年 365 天）。还款日自到账日起按约定的间隔推算；按月归还的，当月没有"
    "这一日的，为当月最后一日。上列金额按签约当日到账计算；实际到账日不同的，年利率和计算方法不变，金额以到账后通知的计划为准。"
)
_START = (
    "签约后占用额度，款项到账前不计息，不收取任何费用。到账当日全部归还的，不收利息和费用。款项没有到账且 3 天内没有更换"
    "收款账户的，本合同自动失效。不得用于购房、投资、偿还其他贷款等用途。"
)
