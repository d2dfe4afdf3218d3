"""Amendments as people read them, in the language in which they are signed: as sections, and as a paper to keep."""

from collections.abc import Callable, Mapping
from typing import Any

from anqi.engine.money import write_amount
from anqi.lending import amendments
from anqi.lending.disclosures import percent
from anqi.lending.models import Amendment
from anqi.lending.signed_papers import Paper, column, paper, table

Signed = Mapping[str, Any]
Row = dict[str, Any]

TITLES: Mapping[str, str] = {
    Amendment.Kind.DUE_DAY: "还款日变更协议",
    Amendment.Kind.DEFERRAL: "延期还款协议",
    Amendment.Kind.HARDSHIP: "协商还款协议",
}
_PARTS = {"interest": "利息", "fee": "手续费", "penalty": "罚息"}


def amendment(row: Amendment) -> Paper:
    """The amendment as the template `statement` takes it."""
    body = amendments.body_of(row)
    tables = [_plan(body, "变更前的还款计划", "plan_before"), _plan(body, "变更后的还款计划", "plan_after")]
    return paper(TITLES[body["kind"]], row, body, facts=_facts(body), sections=_words(body), tables=tables)


def sections(body: Signed) -> list[tuple[str, list[str]]]:
    """What changes, what it costs and why, both plans, and that all else stays: titles with their lines."""
    what, *rest = _words(body)
    return [what, ("还款计划", _plans(body)), *rest]


def _words(body: Signed) -> list[tuple[str, list[str]]]:
    return [
        ("变更内容", [_WORDS[change["kind"]](body, change) for change in body["changes"]]),
        ("费用", _cost(body)),
        ("年化成本", _annual(body)),
        ("其他", [body["rules"]["rest"], body["rules"]["complaints"]]),
    ]


def _facts(body: Signed) -> list[tuple[str, str]]:
    return [
        ("分期合同", body["loan"]["number"]),
        ("原合同的校验码（SHA-256）", body["loan"]["agreement_sha256"]),
        ("还款计划版本", f"第 {body['version']} 版"),
    ]


def _cost(body: Signed) -> list[str]:
    cost_minor = body["cost"]["amount_minor"]
    whole = f"比变更前一共{_more(cost_minor)} {_yuan(body, abs(cost_minor))}。"
    return [whole if cost_minor else "不多付，也不少付。", *(_odd(body, each) for each in body["cost"]["of"])]


def _odd(body: Signed, odd: Row) -> str:
    before, after = _yuan(body, odd["before_minor"]), _yuan(body, odd["after_minor"])
    told = f"第 {odd['n']} 期利息从 {before} 变为 {after}"
    if "base_minor" not in odd:
        return f"{told}。"
    days = f"{'多' if odd['days'] > 0 else '少'} {abs(odd['days'])} 天"
    formula = f"本金 {_yuan(body, odd['base_minor'])} × 年利率 {percent(odd['annual_rate'])}"
    return f"{told}：{days}，{formula} × {abs(odd['days'])}/{odd['year_days']}，四舍五入到分。"


def _annual(body: Signed) -> list[str]:
    before, after = body["annual_cost"]["before_percent"], body["annual_cost"]["after_percent"]
    rates = [f"从签署之日起按计划还，年化成本（单利）变更前 {before}%，变更后 {after}%。"] if before and after else []
    caps = [f"适用的年化成本上限 {each['percent']}%（{each['source']}），没有超过。" for each in body["caps"]]
    return [*rates, *caps]


def _plans(body: Signed) -> list[str]:
    before, after = ({row["n"]: row for row in body[name]} for name in ("plan_before", "plan_after"))
    return [_both(body, n, before.get(n), after.get(n)) for n in sorted(before.keys() | after.keys())]


def _both(body: Signed, n: int, before: Row | None, after: Row | None) -> str:
    old, new = (f"{row['due_on']} 还 {_yuan(body, row['remaining_minor'])}" if row else "没有" for row in (before, after))
    return f"第 {n} 期：{new}（变更前：{old}）"


def _plan(body: Signed, title: str, name: str) -> Paper:
    parts = ("principal_minor", "interest_minor", "fee_minor", "penalty_minor", "paid_minor", "remaining_minor")
    rows = [[str(row["n"]), row["due_on"], *(_yuan(body, row[part]) for part in parts)] for row in body[name]]
    sums = [_yuan(body, sum(row[part] for row in body[name])) for part in parts]
    names = ("本金", "利息", "手续费", "罚息", "已还", "待还")
    columns = [column("期"), column("还款日"), *(column(each, amount=True) for each in names)]
    return table(title, columns, rows, total=["合计", "", *sums])


def _reschedule(body: Signed, change: Row) -> str:
    carried = "、".join(_PARTS[part] for part in change.get("carries", ()))
    rate = f"，年利率 {percent(change['annual_rate'])}" if "annual_rate" in change else ""
    own = f"，连同未还的{carried}" if carried else ""
    return f"剩余本金{own}重新分 {change['instalments']} 期，第一期还款日 {change['first_due_on']}{rate}。"


def _re_age(body: Signed, change: Row) -> str:
    count = f"分 {change['instalments']} 期，" if "instalments" in change else ""
    return f"没有还的各期重新排期，{count}第一期还款日 {change['first_due_on']}。"


_WORDS: Mapping[str, Callable[[Signed, Row], str]] = {
    "due_day_change": lambda body, change: f"以后各期的还款日改为每月 {change['day']} 日，没有一期提前。",
    "deferral": lambda body, change: f"第 {change['n']} 期的还款日延到 {change['to']}，其他各期的还款日不变。",
    "reschedule": _reschedule,
    "re_age": _re_age,
    "waiver": lambda body, change: f"减免{_PARTS[change['what']]} {_yuan(body, change['amount_minor'])}。",
    "pause": lambda body, change: f"从签署之日起停止计息，到 {change['until']}（不含当天）。",
    "rate_change": lambda body, change: f"从签署之日起年利率改为 {percent(change['annual_rate'])}。",
    "hold": lambda body, change: f"从签署之日起到 {change['until']}，不计逾期天数，不加罚息。",
    "release": lambda body, change: "出借机构没有按时答复的日子不计逾期、不计罚息，到签署之日为止。",
    "re_amortise": lambda body, change: "已到期未还的金额平摊到还没到期的各期。",
}


def _more(amount_minor: int) -> str:
    return "多付" if amount_minor > 0 else "少付"


def _yuan(body: Signed, amount_minor: int) -> str:
    return f"{write_amount(amount_minor, currency=body['currency'])} 元"
