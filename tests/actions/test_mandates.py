"""Agreements to be debited: signed once, learned of by asking, ended by either side, and what channels get wrong."""

from datetime import date, timedelta
from typing import Any

import pytest
from debit_days import live
from debit_desk import DatedDesk, DebitDesk

from anqi.actions import autodebits, mandates
from anqi.actions.mandates import (
    AmountAboveLimit,
    CannotDebit,
    DaysDoNotFit,
    NoSuchCard,
    NoSuchLoan,
    NothingToDebit,
    Stranger,
)
from anqi.lending import repaying
from anqi.notices.models import Message
from anqi.payments import channels
from anqi.payments.channels.protocol import Accepted, Closed, DebitRules, Failed, NotFound, Redirect, Unknown
from anqi.payments.models import DebitPlan, Mandate
from anqi.rows.ids import uuid7
from tests.happening import happen, hold
from tests.planting import Planted, at, plant_borrower, plant_cash, plant_loan

pytestmark = pytest.mark.django_db
NOW = at(date(2026, 9, 20))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMED = DebitRules(names_days=True, last_day_of_month=28, once_a_period=True)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Any) -> DebitDesk:
    settings.ANQI_ALIPAY = {"gateway": "x", "sign_scene": "INDUSTRY|CREDIT"}
    settings.ANQI_WECHAT = settings.ANQI_UNIONPAY = None
    monkeypatch.setattr(channels, "_WITH_MANDATES", ("alipay", "wechat"))
    desk = DebitDesk("alipay", NAMED)
    for name in ("find", "find_debiting", "find_with_mandates", "find_with_cards"):
        monkeypatch.setattr(channels, name, lambda code: desk)
    return desk


@pytest.fixture
def lin(desk: DebitDesk) -> Planted:
    return plant_loan(starts_on=date(2026, 9, 9))


@pytest.fixture
def dated(desk: DebitDesk, monkeypatch: pytest.MonkeyPatch) -> DatedDesk:
    dated = DatedDesk("alipay", NAMED)
    for name in ("find", "find_debiting", "find_with_mandates"):
        monkeypatch.setattr(channels, name, lambda code: dated)
    return dated


def open_(lin: Planted, now: Any = NOW, **more: Any) -> Mandate:
    return mandates.open(
        **{"borrower_id": lin.borrower_id, "loan_id": lin.loan_id, "channel": "alipay", "now": now, **more}
    )


def look(mandate: Mandate, now: Any = NOW) -> Mandate:
    mandates.inquire(borrower_id=mandate.borrower_id, mandate_id=mandate.id, now=now)
    return seen(mandate)


def seen(mandate: Mandate) -> Mandate:
    return Mandate.objects.get(borrower_id=mandate.borrower_id, id=mandate.id)


def test_the_payer_is_led_to_sign_what_was_shown(lin: Planted, desk: DebitDesk) -> None:
    shown_minor, days = mandates.offer(borrower_id=lin.borrower_id, loan_id=lin.loan_id, channel="alipay", now=NOW)
    mandate = open_(lin)
    action = mandates.lead(borrower_id=lin.borrower_id, mandate_id=mandate.id, payer_ip="", now=NOW)
    assert isinstance(action, Redirect)
    [request] = desk.signings
    assert days is not None
    assert (request.single_minor, request.first_on, request.every, request.times) == (
        shown_minor, days.first_on, "month", 12,
    )  # fmt: skip
    assert (mandate.single_minor, mandate.terms["single_minor"]) == (shown_minor, shown_minor)
    assert request.first_on == date(2026, 10, 12)


def test_two_taps_are_one_agreement_and_a_stale_one_gives_way(lin: Planted) -> None:
    first = open_(lin)
    assert open_(lin, NOW + MINUTE).id == first.id
    later = open_(lin, NOW + 30 * MINUTE)
    assert later.id != first.id
    assert seen(first).state == Mandate.State.FAILED


def test_the_channels_page_proves_nothing(lin: Planted) -> None:
    mandate = look(open_(lin))
    assert mandate.state == Mandate.State.PENDING
    assert not DebitPlan.objects.exists()


def test_a_notice_says_no_more_than_ask(lin: Planted, desk: DebitDesk) -> None:
    mandate = open_(lin)
    mandates.learn(channel="alipay", key=mandate.key, result=Accepted(), learned_by="notice", now=NOW + MINUTE)
    assert (seen(mandate).state, seen(mandate).next_try_at) == (Mandate.State.PENDING, NOW + MINUTE)
    with pytest.raises(Stranger):
        mandates.learn(channel="alipay", key="am0", result=Accepted(), learned_by="notice", now=NOW)


def test_learned_twice_it_begins_once(lin: Planted, desk: DebitDesk) -> None:
    mandate = open_(lin)
    desk.sign(NOW)
    look(mandate)
    assert look(mandate, NOW + MINUTE).state == Mandate.State.ACTIVE
    assert Message.objects.filter(template="mandate_begun").count() == 1
    assert DebitPlan.objects.count() == 1


@pytest.mark.parametrize(("answer", "waited"), [(Accepted(), HOUR), (NotFound(), HOUR), (Unknown(cause="x"), DAY)])
def test_a_signing_that_nobody_finishes_is_waited_for_and_no_longer(
    lin: Planted, desk: DebitDesk, answer: Any, waited: timedelta
) -> None:
    mandate = open_(lin)
    desk.found = answer
    assert look(mandate, NOW + waited - MINUTE).state == Mandate.State.PENDING
    failed = look(mandate, NOW + waited)
    assert (failed.state, failed.next_try_at) == (Mandate.State.FAILED, None)


def test_signed_after_we_stopped_waiting_it_is_in_force(lin: Planted, desk: DebitDesk) -> None:
    mandate = look(open_(lin), NOW + HOUR)
    desk.sign(NOW + HOUR)
    mandates.learn(channel="alipay", key=mandate.key, result=Accepted(), learned_by="notice", now=NOW + 2 * HOUR)
    live(NOW + 2 * HOUR, NOW + 2 * HOUR + MINUTE)
    assert seen(mandate).state == Mandate.State.ACTIVE


def test_signed_late_beside_another_one_it_is_ended_at_the_channel(lin: Planted, desk: DebitDesk) -> None:
    stale = open_(lin)
    fresh = open_(lin, NOW + 30 * MINUTE)
    desk.sign(NOW + 31 * MINUTE)
    look(fresh, NOW + 31 * MINUTE)
    mandates.learn(channel="alipay", key=stale.key, result=Accepted(), learned_by="notice", now=NOW + HOUR)
    live(NOW + HOUR, NOW + 2 * HOUR)
    assert (seen(stale).state, seen(fresh).state) == (Mandate.State.ENDED, Mandate.State.ACTIVE)
    assert desk.endings == ["alipay-1"]


def test_ended_while_it_is_being_signed_it_is_ended_there_too(lin: Planted, desk: DebitDesk) -> None:
    mandate = open_(lin)
    mandates.end(borrower_id=lin.borrower_id, mandate_id=mandate.id, now=NOW)
    desk.sign(NOW)
    live(NOW, NOW + 5 * MINUTE)
    assert seen(mandate).state == Mandate.State.ENDED
    assert desk.endings == ["alipay-1"]
    assert not DebitPlan.objects.exists()


def test_it_is_ended_at_the_channel_until_the_channel_knows(lin: Planted, desk: DebitDesk) -> None:
    desk.sign(NOW)
    mandate = look(open_(lin))
    desk.ended = Accepted()
    for _ in range(2):
        mandates.end(borrower_id=lin.borrower_id, mandate_id=mandate.id, now=NOW)
    live(NOW, NOW + 2 * MINUTE)
    assert len(desk.endings) > 1
    desk.ended = Closed()
    live(NOW + 2 * MINUTE, NOW + HOUR)
    assert (seen(mandate).ref, seen(mandate).next_try_at) == (None, None)


def test_one_that_runs_out_without_a_word_is_found_on_the_next_day(lin: Planted, desk: DebitDesk) -> None:
    desk.sign(NOW)
    mandate = look(open_(lin))
    desk.found = Failed(reason="expired", code="STOP")
    live(NOW, NOW + 25 * HOUR)
    assert (seen(mandate).state, seen(mandate).ended_by) == (Mandate.State.ENDED, "expired")
    assert Message.objects.filter(template="mandate_ended").count() == 1


def test_one_that_the_channel_does_not_find_is_ended_there_should_it_be_there_after_all(
    lin: Planted, desk: DebitDesk
) -> None:
    desk.sign(NOW)
    mandate = look(open_(lin))
    desk.found = NotFound()
    live(NOW, NOW + 25 * HOUR)
    assert (seen(mandate).state, desk.endings) == (Mandate.State.ENDED, ["alipay-1"])
    assert (seen(mandate).ref, seen(mandate).next_try_at) == (None, None)


def test_a_channel_that_is_silent_ends_nothing(lin: Planted, desk: DebitDesk) -> None:
    desk.sign(NOW)
    mandate = look(open_(lin))
    desk.found = Unknown(cause="timeout")
    live(NOW, NOW + 3 * DAY)
    assert seen(mandate).state == Mandate.State.ACTIVE


def test_what_is_refused(lin: Planted, desk: DebitDesk) -> None:
    with pytest.raises(NoSuchLoan):
        open_(lin, loan_id=uuid7())
    with pytest.raises(CannotDebit):
        open_(lin, channel="wechat")
    with pytest.raises(CannotDebit):
        open_(lin, channel="unionpay", card_id=uuid7())
    desk.rules = DebitRules(single_minor=50_000)
    with pytest.raises(AmountAboveLimit, match="53312"):
        open_(lin)


def test_no_agreement_with_days_before_they_are_known(lin: Planted, desk: DebitDesk) -> None:
    cash = plant_cash(borrower_id=plant_borrower("+8613800000009", now=NOW), now=NOW)
    with pytest.raises(DaysDoNotFit):
        open_(lin, borrower_id=cash.borrower_id, loan_id=cash.id)
    desk.rules = DebitRules()
    assert open_(lin, borrower_id=cash.borrower_id, loan_id=cash.id).state == Mandate.State.PENDING


def test_a_loan_due_on_the_last_of_the_month_needs_another_source(desk: DebitDesk) -> None:
    late = plant_loan(starts_on=date(2026, 8, 31))
    with pytest.raises(DaysDoNotFit):
        open_(late)


def test_nothing_is_signed_for_a_loan_that_is_over(lin: Planted) -> None:
    all_minor = repaying.choose(hold(lin), today=date(2026, 9, 20)).all_minor
    happen(lin, "payment", date(2026, 9, 20), amount=f"{all_minor // 100}.{all_minor % 100:02}", **{"for": "all"})
    with pytest.raises(NothingToDebit):
        open_(lin, NOW + MINUTE)


def test_somebody_elses_card_is_no_source(lin: Planted, settings: Any) -> None:
    settings.ANQI_UNIONPAY = {"gateway": "x"}
    with pytest.raises(NoSuchCard):
        open_(lin, channel="unionpay", card_id=uuid7())


def test_the_borrowers_order_is_kept(lin: Planted, desk: DebitDesk, settings: Any) -> None:
    settings.ANQI_WECHAT = {"gateway": "x", "papay_plan_id": "1"}
    first, second = open_(lin), open_(lin, channel="wechat")
    mandates.arrange(borrower_id=lin.borrower_id, loan_id=lin.loan_id, mandate_ids=[second.id], now=NOW)
    ranked = Mandate.objects.order_by("rank").values_list("id", flat=True)
    assert list(ranked) == [second.id, first.id]
    with pytest.raises(mandates.NoSuchMandate):
        mandates.arrange(borrower_id=lin.borrower_id, loan_id=lin.loan_id, mandate_ids=[uuid7()], now=NOW)


# The day that a channel keeps for the next debit


PASSED, NEXT = date(2026, 9, 12), date(2026, 10, 12)


@pytest.mark.parametrize(
    ("next_on", "moves"), [(PASSED, [NEXT]), (date(2026, 10, 2), []), (NEXT, []), (date(2026, 11, 12), []), (None, [])]
)
def test_a_day_that_passed_without_a_debit_is_moved_to_what_is_due_next(
    lin: Planted, dated: DatedDesk, next_on: date | None, moves: list[date]
) -> None:
    mandate = open_(lin)
    dated.sign(NOW, next_on=next_on)
    # Learned of: nothing is planned before, and so nothing is moved.
    assert (look(mandate).state, dated.moves) == (Mandate.State.ACTIVE, [])
    assert (look(mandate, NOW + MINUTE).state, dated.moves) == (Mandate.State.ACTIVE, moves)
    # Once it is where it should be it stays there.
    live(NOW + MINUTE, NOW + 10 * DAY)
    assert dated.moves == moves
    assert "debit_doubtful" not in told()


def test_after_a_payment_by_hand_the_channel_still_debits_the_next_instalment(lin: Planted, dated: DatedDesk) -> None:
    mandate = open_(lin)
    dated.sign(NOW, next_on=NEXT)
    look(mandate)
    live(NOW, at(date(2026, 10, 8)))
    happen(lin, "payment", date(2026, 10, 8), amount="533.09", **{"for": "next"})
    live(at(date(2026, 10, 8)), at(date(2026, 10, 12)))
    assert dated.moves == []
    live(at(date(2026, 10, 12)), at(date(2026, 11, 9)))
    assert dated.moves == [date(2026, 11, 12)]
    [debit] = dated.debits.values()
    assert debit.amount_minor == 53_309


@pytest.mark.parametrize("answer", [Unknown(cause="timeout"), "as it was"])
def test_a_day_that_stays_is_asked_for_again_each_day_and_told_before_it_fails(
    lin: Planted, dated: DatedDesk, answer: Any
) -> None:
    mandate = open_(lin)
    dated.sign(NOW, next_on=PASSED)
    look(mandate)
    dated.answer = dated.found if answer == "as it was" else answer
    live(NOW, NOW + 3 * DAY)
    assert dated.moves == [NEXT] * 2
    assert seen(mandate).state == Mandate.State.ACTIVE
    live(NOW + 3 * DAY, at(date(2026, 10, 7)))
    assert told().count("debit_doubtful") == 1
    dated.answer = None
    live(at(date(2026, 10, 7)), at(date(2026, 10, 10)))
    assert len(dated.debits) == 1


def test_no_day_is_moved_to_one_that_is_over(lin: Planted, dated: DatedDesk) -> None:
    mandate = open_(lin)
    dated.sign(NOW, next_on=PASSED)
    look(mandate)
    look(mandate, at(date(2026, 10, 13)))
    assert dated.moves == []
    look(mandate, at(NEXT))
    assert dated.moves == [NEXT]


def test_what_ended_while_its_day_was_to_be_moved_has_ended(lin: Planted, dated: DatedDesk) -> None:
    mandate = open_(lin)
    dated.sign(NOW, next_on=PASSED)
    look(mandate)
    dated.answer = Failed(reason="ended_by_payer", code="STOP")
    assert look(mandate, NOW + MINUTE).state == Mandate.State.ENDED
    assert told().count("mandate_ended") == 1


def test_looking_at_the_sources_moves_a_day_as_well(lin: Planted, dated: DatedDesk) -> None:
    mandate = open_(lin)
    dated.sign(NOW, next_on=PASSED)
    look(mandate)
    plan = DebitPlan.objects.get()
    autodebits.test(borrower_id=plan.borrower_id, plan_id=plan.id, now=NOW)
    assert dated.moves == [NEXT]
    assert "debit_doubtful" not in told()


def told() -> list[str]:
    return list(Message.objects.order_by("created_at", "id").values_list("template", flat=True))
