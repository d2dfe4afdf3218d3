"""Auto-debit: one instalment from its reminder to its receipt, and all that goes wrong on the way."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from anqi.actions import autodebits, cards, charges, loans, mandates, repayments
from anqi.actions.charges import DebitOnItsWay, Wish
from anqi.engine import loan as engine_loan
from anqi.lending import holding, repaying, store
from anqi.lending.models import Hold
from anqi.notices.models import Message
from anqi.payments import channels
from anqi.payments.channels.protocol import Accepted, DebitRules, Failed, NotFound, Succeeded, Unknown
from anqi.payments.models import Card, Charge, DebitPlan, Mandate, Payment
from anqi.people.models import User
from anqi.rows.days import SHANGHAI
from anqi.rows.ids import uuid7
from tests import reserving
from tests.actions.debit_days import do_what_is_due, live
from tests.actions.debit_desk import DebitDesk
from tests.actions.test_payouts import Bank, ask, learn
from tests.happening import happen, hold
from tests.planting import Planted, at, plant_borrower, plant_cash, plant_loan

pytestmark = pytest.mark.django_db
STARTED, DUE = date(2026, 9, 9), date(2026, 10, 9)
AMOUNT = 53309
SIGNED = at(date(2026, 9, 20))
DAY = timedelta(days=1)


@dataclass
class Street:
    """Lin's loan, and the channels it can be debited at."""

    lin: Planted
    alipay: DebitDesk
    wechat: DebitDesk
    unionpay: DebitDesk

    def bind(self, code: str, now: datetime = SIGNED) -> Mandate:
        mandate = mandates.open(borrower_id=self.lin.borrower_id, loan_id=self.lin.loan_id, channel=code, now=now)
        getattr(self, code).sign(now)
        mandates.inquire(borrower_id=mandate.borrower_id, mandate_id=mandate.id, now=now)
        mandate.refresh_from_db()
        return mandate

    def bind_card(self, now: datetime = SIGNED) -> Mandate:
        card = Card.objects.create(
            borrower_id=self.lin.borrower_id, channel="unionpay", key=uuid7().hex, token="6235240000020837",
            bank="中国工商银行", last4="0017", kind="debit", state=Card.State.BOUND, opened_at=now, bound_at=now,
        )  # fmt: skip
        return mandates.open(
            borrower_id=self.lin.borrower_id, loan_id=self.lin.loan_id, channel="unionpay", card_id=card.id, now=now
        )

    @property
    def plans(self) -> list[DebitPlan]:
        return list(DebitPlan.objects.filter(loan_id=self.lin.loan_id).order_by("opened_at", "id"))

    @property
    def debits(self) -> list[Charge]:
        return list(Charge.objects.filter(plan_id__isnull=False).order_by("opened_at", "id"))

    def standing(self, on: date) -> engine_loan.Standing:
        held = store.read(self.lin.borrower_id, [self.lin.loan_id])[self.lin.loan_id]
        return engine_loan.standing(held.terms, held.facts, on)

    def remaining(self, n: int, on: date) -> int:
        return self.standing(on).instalments[n - 1].remaining_minor


@pytest.fixture
def street(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Street:
    settings.ANQI_ALIPAY = {"gateway": "x", "sign_scene": "INDUSTRY|CREDIT"}
    settings.ANQI_WECHAT = {"gateway": "x", "papay_plan_id": "1"}
    settings.ANQI_UNIONPAY = {"gateway": "x"}
    monkeypatch.setattr(channels, "_WITH_MANDATES", ("alipay", "wechat"))
    monkeypatch.setattr(channels, "DEBITING", ("alipay", "wechat", "unionpay"))
    desks = {
        "alipay": DebitDesk("alipay", DebitRules(names_days=True, last_day_of_month=28, once_a_period=True)),
        "wechat": DebitDesk("wechat", DebitRules(announced_days=2, single_minor=60_000, once_a_period=True)),
        "unionpay": DebitDesk("unionpay"),
    }
    for name in ("find", "find_debiting", "find_with_mandates", "find_with_cards"):
        monkeypatch.setattr(channels, name, desks.__getitem__)
    return Street(plant_loan(starts_on=STARTED), **desks)


def told() -> list[str]:
    return list(Message.objects.order_by("created_at", "id").values_list("template", flat=True))


def no(reason: str) -> Any:
    return lambda request: Failed(reason=reason, code="X")


def hour(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def test_an_instalment_is_announced_taken_once_and_the_next_one_planned(street: Street) -> None:
    street.bind("alipay")
    assert told() == ["mandate_begun"]
    live(SIGNED, hour(DUE - 7 * DAY, 9, 1))
    assert told() == ["mandate_begun", "debit_coming"]
    live(hour(DUE - 7 * DAY, 9, 1), hour(DUE, 9, 29))
    assert street.debits == []
    live(hour(DUE, 9, 29), hour(DUE, 9, 31))
    [debit] = street.debits
    assert (debit.amount_minor, debit.state) == (AMOUNT, Charge.State.PROCESSING)
    street.alipay.pay(debit.key, hour(DUE, 9, 32))
    live(hour(DUE, 9, 31), hour(DUE, 23))
    assert street.remaining(1, DUE) == 0
    assert [(plan.due_on, plan.state) for plan in street.plans] == [
        (DUE, DebitPlan.State.PAID), (date(2026, 11, 9), DebitPlan.State.OPEN),
    ]  # fmt: skip
    assert len(street.debits) == 1
    assert told()[2:] == ["payment_received"]


def test_a_success_in_the_answer_is_learned_at_once(street: Street) -> None:
    street.alipay.fate = lambda request: Succeeded(
        ref="A1", amount_minor=request.amount_minor, paid_at=hour(DUE, 9, 30)
    )
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 31))
    assert street.remaining(1, DUE) == 0


def test_a_failure_is_told_and_the_next_source_tried_at_once(street: Street) -> None:
    first, second = street.bind("alipay"), street.bind_card()
    street.alipay.fate = no("balance")
    live(SIGNED, hour(DUE, 9, 35))
    assert [(debit.mandate_id, debit.state) for debit in street.debits] == [
        (first.id, Charge.State.FAILED), (second.id, Charge.State.PROCESSING),
    ]  # fmt: skip
    [news] = Message.objects.filter(template="debit_failed_next")
    assert news.words == {
        "amount": "¥533.09", "reason_word": "balance", "source_word": "alipay", "account": "", "next_word": "unionpay",
    }  # fmt: skip
    street.unionpay.pay(street.debits[1].key, hour(DUE, 9, 34))
    live(hour(DUE, 9, 35), hour(DUE + 5 * DAY, 12))
    assert len(street.debits) == 2
    assert street.plans[0].state == DebitPlan.State.PAID


def test_without_money_it_is_tried_at_the_set_hours_until_the_window_is_over(street: Street) -> None:
    street.alipay.fate = no("balance")
    street.bind("alipay")
    live(SIGNED, hour(DUE + 6 * DAY, 12))
    tries = [debit.opened_at.astimezone(SHANGHAI) for debit in street.debits]
    assert tries == [hour(DUE + n * DAY, *at) for n in range(4) for at in ((9, 30), (15, 30))]
    assert street.plans[0].state == DebitPlan.State.GIVEN_UP
    assert told()[2:] == ["debit_failed_again"] * 7 + ["debit_failed", "debit_given_up"]
    assert street.standing(DUE + 6 * DAY).days_past_due == 6


def test_an_agreement_that_has_ended_is_not_tried_again(street: Street) -> None:
    street.alipay.fate = no("mandate_ended")
    street.bind("alipay")
    live(SIGNED, hour(DUE + 6 * DAY, 12))
    assert len(street.debits) == 1
    assert told()[-2:] == ["debit_failed", "debit_given_up"]


def test_what_is_paid_by_hand_is_not_debited(street: Street) -> None:
    street.bind("alipay")
    charge = charges.open(
        borrower_id=street.lin.borrower_id, wishes=[Wish(loan_id=street.lin.loan_id, purpose="next")],
        channel="alipay", how="wap", attempt="a", now=hour(DUE, 9, 25),
    )  # fmt: skip
    live(SIGNED, hour(DUE, 9, 29))
    do_what_is_due(hour(DUE, 9, 30))
    assert street.debits == []
    repayments.learn(
        channel="alipay", key=charge.key, learned_by="notice", now=hour(DUE, 9, 31),
        result=Succeeded(ref="M1", amount_minor=charge.amount_minor, paid_at=hour(DUE, 9, 31)),
    )  # fmt: skip
    live(hour(DUE, 9, 31), hour(DUE + 3 * DAY, 12))
    assert street.debits == []
    assert street.plans[0].state == DebitPlan.State.PAID


def test_while_a_debit_is_on_its_way_nobody_pays_by_hand(street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 31))
    with pytest.raises(DebitOnItsWay):
        charges.open(
            borrower_id=street.lin.borrower_id, wishes=[Wish(loan_id=street.lin.loan_id, purpose="due")],
            channel="alipay", how="wap", attempt="a", now=hour(DUE, 9, 32),
        )  # fmt: skip
    [debit] = street.debits
    charges.give_up(borrower_id=debit.borrower_id, charge_id=debit.id, now=hour(DUE, 9, 32))
    debit.refresh_from_db()
    assert debit.closing_at is None


def test_an_unknown_debit_keeps_its_number_and_blocks_every_other(street: Street) -> None:
    street.bind("alipay")
    street.bind_card()
    street.alipay.fate = lambda request: Unknown(cause="timeout")
    street.alipay.ends = {}
    live(SIGNED, hour(DUE, 20))
    [debit] = street.debits
    assert set(street.alipay.sent) == {debit.key}
    assert len(street.alipay.sent) > 1
    street.alipay.pay(debit.key, hour(DUE, 9, 30))
    live(hour(DUE, 20), hour(DUE + DAY, 12))
    assert len(street.debits) == 1
    assert Payment.objects.get().counts_on == DUE
    assert street.plans[0].state == DebitPlan.State.PAID


def test_a_debit_that_never_arrived_is_another_ones_turn(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = lambda request: Unknown(cause="timeout")
    live(SIGNED, hour(DUE, 9, 31))
    [debit] = street.debits
    street.alipay.ends[debit.key] = NotFound()
    live(hour(DUE, 9, 31), hour(DUE, 15, 29))
    debit.refresh_from_db()
    assert debit.state == Charge.State.CLOSED
    street.alipay.fate = lambda request: Accepted()
    live(hour(DUE, 15, 29), hour(DUE, 15, 31))
    assert len(street.debits) == 2


def test_a_failure_that_is_not_the_borrowers_costs_nothing(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = no("bank_closed")
    live(SIGNED, hour(DUE + 2 * DAY, 12))
    [hold] = Hold.objects.filter(loan_id=street.lin.loan_id)
    assert hold.kind == Hold.Kind.DEBIT_FAILED
    assert street.debits[0].key in hold.reason
    loans.wake(now=hour(DUE + 2 * DAY, 12), limit=10)
    shown = street.standing(DUE + 2 * DAY)
    assert (shown.days_past_due, sum(row.penalty_minor for row in shown.instalments)) == (0, 0)
    street.alipay.fate = lambda request: Accepted()
    live(hour(DUE + 2 * DAY, 12), hour(DUE + 2 * DAY, 15, 31))
    street.alipay.pay(street.debits[-1].key, hour(DUE + 2 * DAY, 15, 32))
    live(hour(DUE + 2 * DAY, 15, 31), hour(DUE + 2 * DAY, 17))
    hold.refresh_from_db()
    assert hold.ended_at
    assert street.plans[0].state == DebitPlan.State.PAID
    assert "debit_excused" in told()


def test_an_excuse_ends_when_the_borrower_is_without_money_or_days_to_pay_are_over(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = no("bank_closed")
    live(SIGNED, hour(DUE, 10))
    street.alipay.fate = no("balance")
    live(hour(DUE, 10), hour(DUE, 16))
    assert Hold.objects.get().ended_at
    street.alipay.fate = no("bank_closed")
    live(hour(DUE, 16), hour(DUE + 9 * DAY, 12))
    assert Hold.objects.count() == 1
    assert street.standing(DUE + 9 * DAY).days_past_due == 9


def test_excused_to_the_end_there_are_days_to_pay_by_hand(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = no("bank_closed")
    live(SIGNED, hour(DUE + 6 * DAY, 12))
    assert Hold.objects.get().ended_at is None
    assert street.plans[0].state == DebitPlan.State.OPEN
    assert [each for each in told() if each.startswith("debit_failed")][-2:] == ["debit_failed_again", "debit_failed"]
    live(hour(DUE + 6 * DAY, 12), hour(DUE + 7 * DAY, 1))
    assert Hold.objects.get().ended_at
    assert street.plans[0].state == DebitPlan.State.GIVEN_UP
    assert [street.standing(DUE + n * DAY).instalments[0].days_late for n in (7, 8, 9)] == [0, 1, 2]


def test_an_end_that_is_known_after_the_last_try_is_excused_as_long(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = lambda request: Unknown(cause="timeout")
    live(SIGNED, hour(DUE + 4 * DAY, 12))
    street.alipay.ends[street.debits[0].key] = Failed(reason="system", code="X")
    live(hour(DUE + 4 * DAY, 12), hour(DUE + 6 * DAY, 12))
    assert len(street.debits) == 1 and "debit_excused" in told()
    assert Hold.objects.get().ended_at is None
    live(hour(DUE + 6 * DAY, 12), hour(DUE + 8 * DAY, 1))
    assert Hold.objects.get().ended_at
    assert [street.standing(DUE + n * DAY).instalments[0].days_late for n in (6, 7, 8)] == [0, 0, 1]


def test_an_excuse_outlives_the_agreement(street: Street) -> None:
    mandate = street.bind("alipay")
    street.alipay.fate = no("bank_closed")
    live(SIGNED, hour(DUE, 10))
    mandates.end(borrower_id=mandate.borrower_id, mandate_id=mandate.id, now=hour(DUE, 11))
    live(hour(DUE, 11), hour(DUE + 6 * DAY, 12))
    assert (Hold.objects.get().ended_at, street.plans[0].state) == (None, DebitPlan.State.OPEN)
    live(hour(DUE + 6 * DAY, 12), hour(DUE + 7 * DAY, 1))
    assert Hold.objects.get().ended_at
    assert (street.plans[0].why, told()[-1]) == ("no_source", "debit_stopped")
    assert street.standing(DUE + 7 * DAY).days_past_due == 0


def test_silent_over_midnight_the_day_of_the_debit_counts(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = lambda request: Unknown(cause="timeout")
    live(SIGNED, hour(DUE + DAY, 8))
    [debit] = street.debits
    street.alipay.ends[debit.key] = NotFound()
    live(hour(DUE + DAY, 8), hour(DUE + 2 * DAY, 8))
    assert Hold.objects.get().ended_at is None
    assert street.standing(DUE + DAY).instalments[0].days_late == 0


def test_a_debit_on_its_way_is_waited_for_though_the_loan_is_over(street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 31))
    [debit] = street.debits
    all_minor = repaying.choose(hold(street.lin), today=DUE).all_minor
    happen(street.lin, "payment", DUE, amount=f"{all_minor // 100}.{all_minor % 100:02}", **{"for": "all"})
    live(hour(DUE, 9, 31), hour(DUE, 12))
    assert street.plans[0].state == DebitPlan.State.OPEN
    street.alipay.ends[debit.key] = Failed(reason="balance", code="X")
    live(hour(DUE, 12), hour(DUE, 14))
    assert street.plans[0].state == DebitPlan.State.PAID
    assert "debit_failed" not in told(), "there is nothing to pay by hand any more"


def test_a_plan_on_hold_is_not_debited(street: Street) -> None:
    street.bind("alipay")
    happen(street.lin, "hold", DUE - DAY, reason="return")
    live(SIGNED, hour(DUE + 2 * DAY, 12))
    assert street.debits == []


def test_wechat_is_announced_two_days_before_and_never_debited_above_it(street: Street) -> None:
    street.bind("wechat")
    live(SIGNED, hour(DUE - 2 * DAY, 9, 1))
    [said] = street.wechat.announced
    assert (said.amount_minor, said.on) == (AMOUNT, DUE)
    street.wechat.fate = no("balance")
    live(hour(DUE - 2 * DAY, 9, 1), hour(DUE + 3 * DAY, 12))
    assert {request.amount_minor for request in street.wechat.debits.values()} == {AMOUNT}
    assert len(street.wechat.announced) == 1


def test_every_wechat_source_is_announced_though_it_is_the_second(street: Street) -> None:
    street.bind_card()
    street.bind("wechat")
    live(SIGNED, hour(DUE - DAY, 9))
    assert len(street.wechat.announced) == 1


def test_bound_late_wechat_waits_for_its_days(street: Street) -> None:
    late = hour(DUE - DAY, 21)
    street.bind("wechat", late)
    live(late, hour(DUE + DAY, 9, 29))
    assert street.debits == []
    live(hour(DUE + DAY, 9, 29), hour(DUE + DAY, 9, 31))
    assert len(street.debits) == 1


def test_an_announcement_that_the_channel_refuses_leaves_the_source_out(street: Street) -> None:
    street.bind("wechat")
    street.wechat.told = Failed(reason="mandate_ended", code="X")
    live(SIGNED, hour(DUE + 5 * DAY, 12))
    assert street.debits == []
    assert street.plans[0].state == DebitPlan.State.GIVEN_UP


def test_nothing_is_tried_outside_the_channels_hours(street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 29))
    live(hour(DUE, 22, 1), hour(DUE + DAY, 9, 29))
    assert street.debits == []


def test_the_payer_ends_it_at_the_channel_and_is_told(street: Street) -> None:
    mandate = street.bind("alipay")
    street.alipay.found = Failed(reason="ended_by_payer", code="STOP")
    live(SIGNED, SIGNED + 2 * DAY)
    mandate.refresh_from_db()
    assert (mandate.state, mandate.ended_by) == (Mandate.State.ENDED, "ended_by_payer")
    assert street.plans[0].state == DebitPlan.State.STOPPED
    assert told() == ["mandate_begun", "mandate_ended", "debit_stopped"]


def test_ended_with_us_it_ends_at_the_channel(street: Street) -> None:
    mandate = street.bind("alipay")
    mandates.end(borrower_id=mandate.borrower_id, mandate_id=mandate.id, now=SIGNED)
    live(SIGNED, SIGNED + timedelta(minutes=5))
    mandate.refresh_from_db()
    assert (mandate.state, mandate.ref, street.alipay.endings) == (Mandate.State.ENDED, None, ["alipay-1"])


def test_what_will_fail_is_told_before(street: Street) -> None:
    street.bind("alipay")
    street.alipay.sign(SIGNED, limit_minor=10_000)
    live(SIGNED, hour(DUE - 3 * DAY, 9, 1))
    assert "debit_doubtful" in told()


def test_two_workers_make_one_debit(street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 29))
    [plan] = street.plans
    for _ in range(2):
        autodebits.step(borrower_id=plan.borrower_id, plan_id=plan.id, now=hour(DUE, 9, 30))
    assert len(street.debits) == 1


def asked_by_phone(plan: DebitPlan) -> dict[str, Any]:
    """What a clerk says who stops a plan, or has it tried."""
    clerk = User.objects.create(
        id=uuid7(), kind=User.Kind.STAFF, role=User.Role.CLERK, email="s@example.com", created_at=SIGNED, password="!"
    )
    return {"borrower_id": plan.borrower_id, "plan_id": plan.id, "actor": clerk, "reason": "asked by phone"}


def test_staff_stop_a_plan_or_have_it_tried_at_once(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = no("balance")
    live(SIGNED, hour(DUE, 10))
    [plan] = street.plans
    whose = asked_by_phone(plan)
    autodebits.retry(**whose, now=hour(DUE, 11))
    live(hour(DUE, 11), hour(DUE, 11, 1))
    assert len(street.debits) == 2
    autodebits.stop(**whose, now=hour(DUE, 12))
    live(hour(DUE, 12), hour(DUE + 5 * DAY, 12))
    assert len(street.debits) == 2
    assert street.plans[0].state == DebitPlan.State.STOPPED
    with pytest.raises(autodebits.PlanOver):
        autodebits.stop(**whose, now=hour(DUE + 5 * DAY, 12))


def test_who_stops_a_plan_ends_no_excuse(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = no("bank_closed")
    live(SIGNED, hour(DUE, 10))
    [plan] = street.plans
    whose = asked_by_phone(plan)
    autodebits.stop(**whose, now=hour(DUE, 11))
    assert told()[-1] == "debit_stopped"
    for again in (autodebits.stop, autodebits.retry):
        with pytest.raises(autodebits.PlanOver):
            again(**whose, now=hour(DUE, 12))
    live(hour(DUE, 11), hour(DUE + 6 * DAY, 12))
    assert Hold.objects.get().ended_at is None and len(street.debits) == 1
    live(hour(DUE + 6 * DAY, 12), hour(DUE + 7 * DAY, 1))
    assert Hold.objects.get().ended_at and told().count("debit_stopped") == 1
    assert street.plans[0].state == DebitPlan.State.STOPPED


def test_a_removed_card_is_no_source(street: Street) -> None:
    mandate = street.bind_card()
    assert mandate.card_id
    cards.end(borrower_id=mandate.borrower_id, card_id=mandate.card_id, now=SIGNED)
    live(SIGNED, SIGNED + timedelta(minutes=1))
    mandate.refresh_from_db()
    assert (mandate.state, mandate.ended_by) == (Mandate.State.ENDED, "card_removed")


def test_the_last_instalment_ends_the_agreements(street: Street) -> None:
    mandate = street.bind("alipay")
    street.alipay.fate = lambda request: Succeeded(
        ref=request.key, amount_minor=request.amount_minor, paid_at=request.opened_at
    )
    live(SIGNED, at(date(2027, 9, 20)))
    assert len(street.debits) == 12
    assert street.standing(date(2027, 9, 20)).status == "settled"
    mandate.refresh_from_db()
    assert (mandate.state, mandate.ended_by) == (Mandate.State.ENDED, "settled")
    assert all(plan.state == DebitPlan.State.PAID for plan in street.plans)


def test_arrears_are_taken_with_the_next_instalment_but_not_above_the_agreement(street: Street) -> None:
    street.alipay.fate = no("balance")
    mandate = street.bind("alipay")
    live(SIGNED, hour(date(2026, 11, 8), 12))
    street.alipay.fate = lambda request: Accepted()
    live(hour(date(2026, 11, 8), 12), hour(date(2026, 11, 9), 9, 31))
    assert mandate.single_minor == 59_000
    assert all(debit.amount_minor <= 59_000 for debit in street.debits)
    assert holding.on(store.read(street.lin.borrower_id, [street.lin.loan_id])[street.lin.loan_id], DUE) is False


def test_nothing_of_an_agreement_is_anybody_elses(street: Street) -> None:
    mandate, other_id = street.bind("alipay"), plant_borrower("+8613900000001", now=SIGNED)
    for act in (mandates.end, mandates.inquire):
        with pytest.raises(mandates.NoSuchMandate):
            act(borrower_id=other_id, mandate_id=mandate.id, now=SIGNED)


def test_a_loan_whose_money_came_back_is_over(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, is_true in (("find_payer", lambda code: Bank()), ("paying_out", lambda: ("unionpay",))):
        monkeypatch.setattr(channels, name, is_true)
    loan = plant_cash(borrower_id=street.lin.borrower_id, now=at(STARTED))
    ask(loan, now=at(STARTED))
    payout = reserving.arrive(loan, paid_at=at(STARTED))
    street.lin = Planted(**{**vars(street.lin), "loan_id": loan.id})
    mandates = [street.bind("wechat"), street.bind_card()]
    live(SIGNED, hour(DUE - 8 * DAY, 9))
    back_at = hour(DUE - 8 * DAY, 9)
    learn(payout, Failed(reason="returned", code="", at=back_at), by="statement", now=back_at)
    live(back_at, hour(DUE, 20))
    for mandate in mandates:
        mandate.refresh_from_db()
    assert [mandate.state for mandate in mandates] == ["ended", "ended"]
    assert [(plan.state, plan.why) for plan in street.plans] == [("stopped", "moved")]
    assert street.debits == []
    assert told() == ["payout_arrived", "mandate_begun", "mandate_begun", "payout_came_back"]
