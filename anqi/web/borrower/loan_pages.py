"""A loan as its page shows it: what is due and when, and the timeline with real payments in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anqi.engine.facts import Fact
from anqi.engine.loan import StandingInstalment
from anqi.engine.schedule import Planned, Totals, plan
from anqi.lending import effects
from anqi.lending import queries as lending
from anqi.lending.holding import Standstill
from anqi.lending.queries import LoanView
from anqi.lending.queries import PaymentView as LoanPayment
from anqi.lending.store import terms_from
from anqi.payments import queries as payments
from anqi.payments.queries import PaymentView as Money
from anqi.web.borrower.explaining import Explanation
from anqi.web.borrower.wording import PARTS, hold_text, hold_title, instalments, paid_through, sentences
from anqi.web.shared.figures import write_day, write_yuan
from anqi.web.shared.happenings import Told, tell

Row = dict[str, Any]


def due_card(loan: LoanView, still: Standstill | None) -> Row:
    """The first thing to know today: what falls due when, since when it is late, or what the plan waits for."""
    shown = loan.standing
    assert shown
    # A claim stands behind all instalments, whenever it fell due.
    late = sorted((row for row in shown.instalments if row.state in ("overdue", "grace")), key=lambda row: row.due_on)
    today = [row for row in shown.instalments if row.state == "due"]
    if shown.status in _ENDINGS:
        return _ENDINGS[shown.status](loan)
    if still and still.kind == "hardship":
        days = max((still.until - still.today).days, 0)
        return _card("upcoming", days, hold_title(still), hold_text(still, due_minor=shown.due_now_minor))
    if still:
        return _card("held", 0, hold_title(still), hold_text(still, due_minor=shown.due_now_minor))
    if late:
        return _late(loan, late)
    if today:
        return _today(shown.due_now_minor, today)
    return _coming(loan)


def _card(state: str, days: int, title: str, text: str, *, url: str = "", link: str = "") -> Row:
    return {
        "state": state, "days": days, "title": capfirst(title), "text": capfirst(text), "url": url, "link": link,
    }  # fmt: skip


def _settled(_loan: LoanView) -> Row:
    return _card("settled", 0, _("已全部结清"), "")


def _void(loan: LoanView) -> Row:
    assert loan.standing
    credit_minor = loan.standing.credit_minor
    back = _("你还过的 %(amount)s 会退还给你。") % {"amount": write_yuan(credit_minor)} if credit_minor else ""
    if loan.held.is_cash:
        over = _("收款的银行退回了这笔钱，视为没有借过，你不用还款。还想用的话，可以换一个收款账户重新申请。")
        return _card("void", 0, _("钱被退回，借款已作废"), sentences(over, back))
    return _card("void", 0, _("这笔已作废"), sentences(_("借款已经退回出借机构，你不用再还。"), back))


def _written_off(loan: LoanView) -> Row:
    assert loan.standing
    lender, phone = {"lender": loan.lender_name}, loan.lender_phone
    talk = _("有困难请打%(lender)s的客服电话，一起商量怎么还。") if phone else _("有困难请联系%(lender)s，一起商量怎么还。")
    return _card(
        "written_off",
        0,
        _("已核销 · 还欠 %(amount)s") % {"amount": write_yuan(loan.standing.due_now_minor)},
        sentences(
            _("核销只是%(lender)s账上的处理，欠款没有免除。") % lender,
            _("核销以后不再产生利息和罚息，可以一次还清，也可以分几次还。"),
            talk % lender,
        ),
        url=f"tel:{phone}" if phone else "",
        link=_("打客服电话 %(phone)s") % {"phone": phone} if phone else "",
    )


_ENDINGS = {"settled": _settled, "void": _void, "written_off": _written_off}


def _late(loan: LoanView, late: list[StandingInstalment]) -> Row:
    assert loan.standing
    amount, days = write_yuan(loan.standing.due_now_minor), late[0].days_late
    since = _("%(day)s到期。") % {"day": write_day(late[0].due_on, this_year=loan.today.year)}
    if loan.grace_until:
        until = write_day(loan.grace_until, this_year=loan.today.year)
        title = _("%(which)s在宽限期内 · 应还 %(amount)s") % {"which": _numbers(late), "amount": amount}
        return _card("grace", days, title, sentences(since, _("%(day)s当天 24:00 前还清，不收罚息。") % {"day": until}))
    title = _("%(which)s已逾期 · 应还 %(amount)s") % {"which": _numbers(late), "amount": amount}
    return _card("overdue", days, title, sentences(since, _penalty_so_far(late)))


def _numbers(rows: Iterable[StandingInstalment]) -> str:
    return instalments(row.n for row in rows)


def _penalty_so_far(late: list[StandingInstalment]) -> str:
    penalty_minor = sum(row.penalty_minor - row.paid_penalty_minor for row in late)
    if not penalty_minor:
        return _("现在还清，不收罚息。")
    return _("现在还清，其中罚息 %(amount)s。") % {"amount": write_yuan(penalty_minor)}


def _today(due_minor: int, rows: list[StandingInstalment]) -> Row:
    title = _("今天应还 %(amount)s") % {"amount": write_yuan(due_minor)}
    return _card("due", 0, title, _("%(which)s，今天 24:00 前还清都不算晚。") % {"which": _numbers(rows)})


def _coming(loan: LoanView) -> Row:
    shown = loan.standing
    assert shown and shown.next_due_on and shown.next_due_minor is not None
    day = write_day(shown.next_due_on, this_year=loan.today.year)
    which = instalments(row.n for row in shown.instalments if row.due_on == shown.next_due_on)
    return _card(
        "upcoming",
        (shown.next_due_on - loan.today).days,
        _("%(day)s应还 %(amount)s") % {"day": day, "amount": write_yuan(shown.next_due_minor)},
        _("%(which)s。还款日当天 24:00 前还清都不算晚。") % {"which": which},
    )


def timeline(
    loan: LoanView, explained: Explanation, made: Iterable[LoanPayment], money: Mapping[UUID, Money]
) -> list[Row]:
    """All instalments with the lines that they are made of and what was really paid on each."""
    assert loan.standing
    paid = _paid_by_instalment(loan, made, money)
    return [
        {
            "n": row.n,
            "due_on": row.due_on,
            "state": loan.state_of(row),
            "total_minor": row.total_minor,
            "paid_minor": row.paid_minor,
            "remaining_minor": row.remaining_minor,
            "days_late": row.days_late if loan.state_of(row) == "overdue" else 0,
            "lines": explained.instalment(row),
            "payments": paid.get(row.n, []),
        }
        for row in loan.standing.instalments
    ]


def _paid_by_instalment(
    loan: LoanView, made: Iterable[LoanPayment], money: Mapping[UUID, Money]
) -> dict[int, list[Row]]:
    paid: dict[int, list[Row]] = defaultdict(list)
    for payment in made:
        arrived = money[payment.payment_id]
        told = _("%(channel)s还款") % {"channel": paid_through(arrived.channel, is_by_other=arrived.is_by_other)}
        for n, amount_minor in _by_instalment(payment).items():
            paid[n].append(
                {"on": payment.counts_on, "at": arrived.paid_at, "text": told, "amount_minor": amount_minor}
            )
    for fact, amounts in effects.of_other_money(loan.held, today=loan.today):
        told = _tell(loan, fact).title
        for n, amount_minor in amounts.items():
            paid[n].append({"on": fact.on, "text": told, "amount_minor": amount_minor})
    return {n: sorted(rows, key=lambda row: row["on"]) for n, rows in paid.items()}


def _by_instalment(payment: LoanPayment) -> dict[int, int]:
    amounts: dict[int, int] = defaultdict(int)
    for line in payment.effect.lines if payment.effect else ():
        amounts[line.n] += line.amount_minor
    return {n: amount_minor for n, amount_minor in amounts.items() if amount_minor}


def _tell(loan: LoanView, fact: Fact) -> Told:
    return tell(fact, among={each.id: each for each in loan.held.facts}, this_year=loan.today.year)


def payments_of(loan: LoanView, borrower_id: UUID) -> tuple[list[LoanPayment], dict[UUID, Money]]:
    """What was paid on the loan, and the money it came from; three statements."""
    made = lending.payments(loan.held, today=loan.today)
    return made, payments.payments(borrower_id, [each.payment_id for each in made]) if made else {}


def example_plan(loan: LoanView) -> tuple[list[Row], list[Row]]:
    """The instalments if the goods were shipped today, and their sum: amounts as signed, dates as an example."""
    terms = terms_from(loan.held.signed_terms, starts_on=loan.today)
    planned = plan(terms)
    rows = [
        {"n": row.n, "due_on": row.due_on, "total_minor": row.total_minor, "lines": _planned(row, _("这一期一共"))}
        for row in planned.instalments
    ]
    return rows, _planned(planned.totals, _("合计应还"))


def _planned(row: Planned | Totals, label: str) -> list[Row]:
    parts = (("principal", row.principal_minor), ("interest", row.interest_minor), ("fee", row.fee_minor))
    told: list[Row] = [{"label": PARTS[part], "amount_minor": minor} for part, minor in parts if minor]
    return [*told, {"label": label, "amount_minor": row.total_minor, "total": True}]
