"""A cash reserve's life: offered, priced, applied for, signed with its payout, arrived, and given back the same day."""

import json
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi.actions import credit_lines, purchases, reserves
from anqi.actions import payouts as payout_actions
from anqi.config.verification import verify
from anqi.engine import loan as engine_loan
from anqi.lending import agreements, limits, reserve_agreements, store
from anqi.lending.agreements import AgreementChanged, ConsentMissing
from anqi.lending.applications import (
    AlreadyApplied,
    NoSuchApplication,
    NotOpen,
    OfferLapsed,
    OtherRequest,
    To,
)
from anqi.lending.limits import LimitExceeded, LimitLocked
from anqi.lending.models import Agreement, Application, Fact, Lender, Loan, Order
from anqi.lending.offers import AlreadySigned, NotVerified
from anqi.lending.policies import PurposeUnknown
from anqi.lending.products import AmountOutOfRange, CostAboveCap, PlanUnavailable
from anqi.lending.readings import ReadingTooShort
from anqi.notices.models import Message
from anqi.payments.models import Card, Payout
from anqi.people.models import Borrower, Consent
from anqi.rows import keyring
from tests import purchasing, reserving
from tests.actions.test_payouts import Bank, bank
from tests.planting import at
from tests.reserving import NOON, READ, TODAY, ZHOU, apply, arrive, bind, sign, welcome
from tests.returning import Bought, staff
from tests.returning import arrive as pay

__all__ = ["bank"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def street(bank: Bank) -> None:
    reserving.open_shelf()


@pytest.fixture
def mine() -> tuple[UUID, To]:
    return welcome()


def assert_sound(today: date = TODAY) -> None:
    wrong = [each.told() for each in verify(today=today).wrong]
    assert not wrong, wrong


# Offered and priced


def test_the_offer_has_the_limit_with_its_numbers_and_what_may_be_had(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    sign(apply(lin, to, amount_minor=1_700_000))
    [shelf] = reserves.offer(borrower_id=lin, today=TODAY)
    limit = shelf.limit
    assert (limit.limit_minor, limit.used_minor, limit.frozen_minor, limit.available_minor) == (2_000_000, 0, 1_700_000, 300_000)
    assert (shelf.lender.code, shelf.why) == ("qhxj", "")
    assert [(each.product.code, each.least_minor, each.most_minor) for each in shelf.reserves] == [
        ("reserve-d30", 10_000, 300_000), ("reserve-d7", 50_000, 50_000), ("reserve-m3", 50_000, 300_000),
        ("reserve-m6", 50_000, 300_000), ("reserve-m12", 50_000, 300_000),
    ]  # fmt: skip
    assert all(each.fits for each in shelf.reserves)


def test_the_offer_says_why_there_is_nothing(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    lender_id = Lender.objects.get().id
    sign(apply(lin, to, product="reserve-m12", amount_minor=2_000_000))
    assert [each.why for each in reserves.offer(borrower_id=lin, today=TODAY)] == ["used_up"]
    credit_lines.lock(borrower_id=lin, lender_id=lender_id, reason="", now=NOON)
    [shelf] = reserves.offer(borrower_id=lin, today=TODAY)
    assert (shelf.why, [each.fits for each in shelf.reserves]) == ("locked", [False] * 5)


def test_a_line_that_is_over_or_was_never_granted_offers_nothing(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    credit_lines.end(
        borrower_id=lin, lender_id=Lender.objects.get().id, until=TODAY - timedelta(days=1), reason="到期",
        actor=staff("supervisor"), now=NOON,
    )  # fmt: skip
    assert [each.why for each in reserves.offer(borrower_id=lin, today=TODAY)] == ["expired"]
    reserving.open_shelf(code="other", name="别家")
    [shelf] = reserves.offer(borrower_id=lin, today=TODAY)
    assert (shelf.lender.code, shelf.why, shelf.limit.available_minor) == ("other", "no_line", 0)
    assert apply(lin, to).state == "refused"


def test_a_quote_is_got_paid_back_and_why() -> None:
    """1000.00 at 0.04 % a day from 24 November, in three months of 30, 31 and 31 days."""
    lin, _ = welcome()
    quote = reserves.quote(borrower_id=lin, product="reserve-m3", amount_minor=100_000, today=TODAY)
    assert (quote.got_minor, quote.back_minor, quote.cost_minor) == (100_000, 102_449, 2_449)
    assert (quote.simple_percent, quote.compound_percent) == ("14.63", "15.61")
    assert [(each.due_on, each.n, each.total_minor) for each in quote.dues] == [
        (date(2026, 12, 24), 1, 34_150), (date(2027, 1, 24), 2, 34_150), (date(2027, 2, 24), 3, 34_149),
    ]  # fmt: skip
    first, second, _third = quote.steps
    assert (first.since, first.until, first.days) == (TODAY, date(2026, 12, 24), 30)
    assert (first.base_minor, first.daily_rate, first.exact) == (100_000, Fraction(4, 10_000), 1_200)
    assert (second.base_minor, second.exact) == (67_050, Fraction(67_050 * 4 * 31, 10_000))
    assert sum(round(each.exact) for each in quote.steps) == quote.cost_minor


def test_the_free_week_costs_nothing_and_a_month_is_twelve_yuan(mine: tuple[UUID, To]) -> None:
    lin, _ = mine
    with CaptureQueriesContext(connection) as asked:
        week = reserves.quote(borrower_id=lin, product="reserve-d7", amount_minor=50_000, today=TODAY)
    assert (week.back_minor, week.cost_minor, week.simple_percent) == (50_000, 0, "0.00")
    assert [each.due_on for each in week.dues] == [date(2026, 12, 1)]
    month = reserves.quote(borrower_id=lin, product="reserve-d30", amount_minor=100_000, today=TODAY)
    assert (month.cost_minor, [each.due_on for each in month.dues]) == (1_200, [date(2026, 12, 24)])
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("product", "amount_minor", "refused"),
    [("p12", 100_000, PlanUnavailable), ("reserve-d7", 50_001, AmountOutOfRange), ("reserve-m12", 2_000_000, LimitExceeded)],
)  # fmt: skip
def test_what_is_not_quoted(mine: tuple[UUID, To], product: str, amount_minor: int, refused: type[Exception]) -> None:
    lin, _ = mine
    credit_lines.want(borrower_id=lin, lender_id=Lender.objects.get().id, amount_minor=1_999_999, now=NOON)
    with pytest.raises(refused):
        reserves.quote(borrower_id=lin, product=product, amount_minor=amount_minor, today=TODAY)


# Applied for


def test_it_is_approved_at_once_for_a_day(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    row = apply(lin, to)
    assert (row.state, row.reasons, row.decided_at, row.expires_at) == ("approved", [], NOON, NOON + timedelta(days=1))
    kept = Application.objects.get()
    decision = json.loads(kept.decision)
    assert decision["application"]["free_minor"] == 2_000_000
    assert (decision["application"]["born_on"], decision["policy"]["source"]) == ("1997-05-21", "anqi")
    assert (kept.channel, kept.label) == ("unionpay", "招商银行 尾号0017")


def test_nothing_of_a_person_stands_there_in_clear(mine: tuple[UUID, To]) -> None:
    lin, _ = mine
    reserves_to_wallet = To(wallet="13800006021")
    with pytest.raises(reserves.CannotPayThere):
        apply(lin, reserves_to_wallet)
    apply(lin, mine[1])
    token = Card.objects.get().token
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(a)::text from lending_application a")
        text = cursor.fetchone()[0]
    # Long enough that no sealed text has them by chance.
    for clear in ("1997-05-21", token):
        assert clear not in text and clear.encode().hex() not in text, clear


def test_a_wallet_is_named_by_a_phone_or_an_address(mine: tuple[UUID, To], monkeypatch: pytest.MonkeyPatch) -> None:
    from anqi.payments import channels

    monkeypatch.setattr(channels, "paying_out", lambda: ("alipay",))
    lin, _ = mine
    for wallet in ("", "138", "@example.com", "zhou@example"):
        with pytest.raises(reserves.NotAWallet):
            apply(lin, To(wallet=wallet))
    row = apply(lin, To(wallet="lin@example.com"))
    assert (row.channel, row.label) == ("alipay", "支付宝 lin***@example.com")
    loan = sign(row)
    payout = Payout.objects.get(loan_id=loan.id)
    assert (payout.channel, payout.account, payout.holder) == ("alipay", "lin@example.com", "林小满")


def test_only_a_bound_debit_card_of_ones_own_is_paid_to(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    _, theirs = welcome(ZHOU)
    with pytest.raises(reserves.NoSuchCard):
        apply(lin, theirs)
    with pytest.raises(reserves.CreditCard):
        apply(lin, bind(lin, "62353", kind="credit"))
    Card.objects.filter(borrower_id=lin).update(state="ended")
    with pytest.raises(reserves.NoSuchCard):
        apply(lin, to)
    assert not Application.objects.exists()


def test_one_attempt_is_one_application(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    first = apply(lin, to)
    assert apply(lin, to, attempt=first.id, now=NOON + timedelta(days=3)).id == first.id
    with pytest.raises(OtherRequest):
        apply(lin, to, attempt=first.id, amount_minor=100_001)
    assert Application.objects.count() == 1


def test_one_is_alive_at_a_time_and_withdrawn_makes_room(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    first = apply(lin, to)
    with pytest.raises(AlreadyApplied) as refused:
        apply(lin, to)
    assert refused.value.facts == {"application_id": first.id}
    for _ in range(2):
        reserves.withdraw(borrower_id=lin, application_id=first.id, now=NOON)
    assert Application.objects.get().state == "withdrawn"
    with pytest.raises(NotOpen):
        sign_straight(first)
    assert apply(lin, to).state == "approved"


def test_what_nobody_signs_lapses_after_a_day(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    first = apply(lin, to)
    day_over = NOON + timedelta(days=1)
    late = day_over - timedelta(seconds=5)
    with pytest.raises(OfferLapsed):
        sign(first, now=late, after=timedelta(seconds=10))
    assert reserves.lapse(now=late, limit=10) == 0
    assert reserves.lapse(now=day_over, limit=10) == 1
    assert Application.objects.get().state == "lapsed"
    with pytest.raises(OfferLapsed):
        reserves.present(borrower_id=lin, application_id=first.id, now=day_over)
    second = apply(lin, to, now=day_over)
    # Who comes back before the worker finds it out of the way as well.
    assert apply(lin, to, now=day_over + timedelta(days=1)).state == "approved"
    second.refresh_from_db()
    assert second.state == "lapsed"


def test_nothing_is_another_borrowers(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    row, (zhou, _) = apply(lin, to), welcome(ZHOU)
    for act in (reserves.present, reserves.withdraw, reserves.question):
        with pytest.raises(NoSuchApplication):
            act(borrower_id=zhou, application_id=row.id, now=NOON)
    with pytest.raises(NoSuchApplication):
        sign_straight(row, borrower_id=zhou)


def test_a_purpose_is_one_that_is_named(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    with pytest.raises(PurposeUnknown):
        apply(lin, to, purpose="shares" * 50)


# Signed


def sign_straight(row: Application, **changed: Any) -> Loan:
    stated = {
        "borrower_id": row.borrower_id, "application_id": row.id, "sha256": "0" * 64, "reading_token": "",
        "consents": agreements.CONSENTS, "address": "", "agent": "", "now": NOON + READ,
    } | changed  # fmt: skip
    return reserves.sign(**stated)


def test_signing_writes_all_that_it_means(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    row = apply(lin, to)
    loan = sign(row)
    agreement, order, payout = Agreement.objects.get(), Order.objects.get(), Payout.objects.get()
    assert (loan.is_cash, loan.starts_on, loan.principal_minor, loan.order_id) == (True, None, 100_000, row.id)
    assert (order.state, order.merchant_id, order.amount_minor) == ("confirmed", None, 100_000)
    body = json.loads(agreement.body)
    assert (agreement.template, body["terms"], loan.agreement_id) == (reserve_agreements.TEMPLATE, loan.terms, agreement.id)
    assert body["reserve"] == {"purpose": "日常消费", "channel": "unionpay", "pay_to": "招商银行 尾号0017"}
    assert body["borrower"] == {"name": "林小满", "id_number": "110***********0007"}
    assert (payout.loan_id, payout.state, payout.amount_minor) == (loan.id, "released", 100_000)
    assert (payout.account, payout.holder, payout.label) == ("6235200006021", "林小满", "招商银行 尾号0017")
    [fact] = Fact.objects.all()
    assert (fact.kind, fact.counts_on, fact.seq, fact.body["agreement_sha256"]) == ("signed", TODAY, 1, agreement.sha256)
    assert json.loads(keyring.decrypt(bytes.fromhex(fact.body["evidence"])))["address"] == "203.0.113.7"
    assert {(each.purpose, each.version) for each in Consent.objects.all()} == {
        (purpose, reserve_agreements.TEMPLATE) for purpose in agreements.CONSENTS
    }
    assert [each.template for each in Message.objects.all()] == ["reserve_signed"]
    assert limits.read(lin, loan.lender_id, today=TODAY).frozen_minor == 100_000
    assert Application.objects.get().state == "signed"
    assert_sound()


def test_the_agreement_reads_as_one_of_money(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    offer = reserves.present(borrower_id=lin, application_id=apply(lin, to).id, now=NOON)
    told = dict(agreements.sections(offer.draft.body))
    assert told["用途和收款账户"] == ["用途：日常消费", "收款账户：招商银行 尾号0017，户名 林小满"]
    assert told["当事人"][:1] == ["出借机构：青禾消费金融"]
    assert len(told["当事人"]) == 2
    assert told["还款日"][1] == "例如 2026-11-24 到账，还款日为 2026-12-24、2027-01-24、2027-02-24。"
    assert "商品" not in told


def test_signed_twice_is_one_loan_and_one_payout(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    row = apply(lin, to)
    assert sign(row).id == sign_straight(row).id
    assert (Loan.objects.count(), Payout.objects.count(), Message.objects.count()) == (1, 1, 1)
    with pytest.raises(AlreadySigned):
        reserves.present(borrower_id=lin, application_id=row.id, now=NOON)
    with pytest.raises(NotOpen):
        reserves.withdraw(borrower_id=lin, application_id=row.id, now=NOON)


def test_nobody_signs_without_having_read(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    row = apply(lin, to)
    with pytest.raises(ReadingTooShort) as hurried:
        sign(row, after=timedelta(seconds=9))
    assert hurried.value.facts == {"seconds_left": 1}
    for forged in ("", "nonsense"):
        with pytest.raises(AgreementChanged):
            sign(row, reading_token=forged)
    with pytest.raises(AgreementChanged):
        sign(row, sha256="0" * 64)
    for missing in agreements.CONSENTS:
        with pytest.raises(ConsentMissing):
            sign(row, consents=tuple(each for each in agreements.CONSENTS if each != missing))
    assert not (Loan.objects.exists() or Payout.objects.exists() or Order.objects.exists())


def test_reading_a_purchase_signs_no_reserve(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    shop = purchasing.open_street()
    order = purchasing.opened(shop, lin)
    read = purchases.present(borrower_id=lin, order_id=order.id, now=NOON)
    with pytest.raises(AgreementChanged):
        sign(apply(lin, to), reading_token=read.reading_token)


def test_what_changed_in_between_is_seen_when_it_is_signed(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    row, lender_id = apply(lin, to), Lender.objects.get().id
    lock = credit_lines.lock(borrower_id=lin, lender_id=lender_id, reason="", now=NOON)
    with pytest.raises(LimitLocked):
        sign(row)
    credit_lines.unlock(borrower_id=lin, lender_id=lender_id, lock_id=lock, now=NOON)
    credit_lines.want(borrower_id=lin, lender_id=lender_id, amount_minor=99_999, now=NOON)
    with pytest.raises(LimitExceeded):
        sign(row)
    credit_lines.want(borrower_id=lin, lender_id=lender_id, amount_minor=None, now=NOON)
    Card.objects.update(state="ended")
    with pytest.raises(reserves.NoSuchCard):
        sign(row)
    Card.objects.update(state="bound", last4="0018")
    with pytest.raises(AgreementChanged):
        sign(row)
    Card.objects.update(last4="0017")
    Borrower.objects.update(verified_at=None)
    with pytest.raises(NotVerified):
        sign(row)


def test_it_is_of_the_caps_of_the_day_on_which_it_is_signed(bank: Bank) -> None:
    """A small-loan company's year of 14.6 % was lawful when it was approved, and is not on the next day."""
    reserving.open_shelf(code="small", name="青禾小贷", kind="microloan", now=at(date(2027, 12, 30), 10))
    lin, to = welcome()
    eve = at(date(2027, 12, 30), 23, 59)
    row = apply(lin, to, product="reserve-m12", now=eve)
    with pytest.raises(CostAboveCap):
        sign(row, now=eve, after=timedelta(minutes=2))
    reserves.withdraw(borrower_id=lin, application_id=row.id, now=eve)
    with pytest.raises(CostAboveCap):
        apply(lin, to, product="reserve-m12", now=eve + timedelta(minutes=2))


def test_a_large_one_waits_for_a_supervisor(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    sign(apply(lin, to, product="reserve-m12", amount_minor=500_000))
    assert Payout.objects.get().state == "waiting"


def test_how_many_statements_signing_takes(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    row = apply(lin, to)
    offer = reserves.present(borrower_id=lin, application_id=row.id, now=NOON)
    with CaptureQueriesContext(connection) as asked:
        sign_straight(row, sha256=offer.draft.sha256, reading_token=offer.reading_token)
    assert len(asked) <= 21, "\n".join(each["sql"][:120] for each in asked)


# Paid out, and given back


def test_it_begins_when_its_money_arrives_and_is_free_on_that_day(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    loan = sign(apply(lin, to))
    evening = at(TODAY, 20)
    arrive(loan, paid_at=evening)
    assert loan.starts_on == TODAY
    plan = Bought(shop=None, borrower_id=lin, loan_id=loan.id, order=None)  # type: ignore[arg-type]
    assert plan.standing(TODAY).payoff_minor == 100_000
    assert plan.standing(TODAY + timedelta(days=1)).payoff_minor == 100_040
    charge = plan.open_charge(evening, purpose="all")
    pay(charge, evening, now=evening)
    loan.refresh_from_db()
    assert (charge.amount_minor, loan.settled_on) == (100_000, TODAY)
    assert limits.read(lin, loan.lender_id, today=TODAY).available_minor == 2_000_000
    assert_sound()


def test_days_are_counted_from_the_day_of_arrival(mine: tuple[UUID, To]) -> None:
    """Signed on 24 November, arrived on 1 December: due on the first of each month, with the interest of those days."""
    lin, to = mine
    loan = sign(apply(lin, to))
    arrived = at(date(2026, 12, 1), 9)
    arrive(loan, paid_at=arrived)
    held = store.read(lin, [loan.id])[loan.id]
    rows = engine_loan.standing(held.terms, held.facts, date(2026, 12, 1)).instalments
    assert [(row.due_on, row.interest_minor) for row in rows] == [
        (date(2027, 1, 1), 1_240), (date(2027, 2, 1), 832), (date(2027, 3, 1), 378),
    ]  # fmt: skip
    assert_sound(date(2026, 12, 1))


def test_a_payout_that_failed_is_asked_for_anew_by_the_borrower(mine: tuple[UUID, To], bank: Bank) -> None:
    from anqi.payments.channels.protocol import Failed

    lin, to = mine
    loan = sign(apply(lin, to))
    bank.answer = Failed(reason="account_closed", code="10")
    payout = Payout.objects.get()
    payout_actions.deliver(borrower_id=lin, payout_id=payout.id, now=NOON + READ)
    payout.refresh_from_db()
    assert payout.state == "failed"
    row = Application.objects.get()
    assert sign_straight(row).id == loan.id
    assert Payout.objects.count() == 1
