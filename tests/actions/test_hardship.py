"""Hardship help: options of the rules, offers of people, what is signed, and what time makes of it."""

import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection

from anqi.actions import hardship as acts
from anqi.engine import contact
from anqi.engine.contact import Situation
from anqi.lending import amendments, hardship, hardship_options, holding
from anqi.lending.hardship import (
    AlreadyAsked,
    HardshipNotOpen,
    HelpLapsed,
    NothingToHelp,
    OnHold,
    PlanChanged,
)
from anqi.lending.hardship_options import DoesNotFit
from anqi.lending.hardship_shapes import Shape
from anqi.lending.models import Amendment, Fact, HardshipCase, HardshipOffer, Hold
from anqi.notices.models import Message
from anqi.people.authority import NeedsSupervisor, OwnRequest
from anqi.people.models import StaffAct
from tests import helping
from tests.helping import ask, work
from tests.planting import at, days
from tests.returning import FIRST_DUE, Bought, arrive, assert_sound, buy, staff

pytestmark = pytest.mark.django_db
# Ten days late: 473.09 × 0.0005 × 10.
LATE = FIRST_DUE + days(10)
PENALTY = 237
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lin() -> Bought:
    return buy()


def told() -> list[str]:
    return [each.template for each in Message.objects.order_by("id") if each.template.startswith("hardship")]


def facts() -> list[str]:
    return list(Fact.objects.filter(key__startswith="amendment:").order_by("seq").values_list("kind", flat=True))


def test_a_late_plan_asks_picks_and_signs_once(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    assert (case.row().state, told()) == ("choosing", ["hardship_choosing"])
    with connection.cursor() as cursor:
        cursor.execute("select said from lending_hardship")
        assert "住院".encode() not in bytes(cursor.fetchone()[0])
    spread = acts.present(**case.whose, choice="spread", now=at(LATE))
    done = spread.option.foreseen
    # 533.09 and 2.37 of penalty leave the first row; its principal bears interest again until November.
    assert done.standing_before.due_now_minor == 53309 + PENALTY and done.standing_after.due_now_minor == 0
    assert done.cost_minor == done.standing_after.remaining_minor - done.standing_before.remaining_minor > 0
    signed = case.sign("spread", at(LATE))
    assert (signed.state, signed.accepted and signed.accepted["kind"]) == ("accepted", "spread")
    again = acts.accept(**case.whose, choice="spread", sha256=spread.draft.sha256, now=at(LATE) + MINUTE)
    assert again.accepted_at == at(LATE) and facts() == ["re_amortise"]
    kept = Amendment.objects.get()
    assert (kept.id, kept.kind, kept.version) == (signed.amendment_id, "hardship", 2)
    assert amendments.body_of(kept)["cost"]["amount_minor"] == done.cost_minor
    shown = lin.standing(LATE)
    assert (shown.days_past_due, shown.due_now_minor, shown.next_due_on) == (0, 0, date(2026, 11, 1))
    assert told()[-1] == "hardship_accepted"
    assert_sound(LATE)


def test_a_longer_plan_keeps_each_instalment_within_what_she_can_pay(lin: Bought) -> None:
    case = ask(lin, at(LATE), from_on=date(2026, 11, 29))
    option = acts.present(**case.whose, choice="longer", now=at(LATE)).option
    assert option.shape.on == date(2026, 11, 25) and option.largest_minor <= 30_000, "45 days, never beyond the 28th"
    one_less = Shape(kind="longer", instalments=option.shape.instalments - 1, on=option.shape.on)
    assert hardship_options.foresee(lin.held(), one_less, on=LATE).largest_minor > 30_000
    case.sign("longer", at(LATE))
    shown = lin.standing(LATE)
    assert (shown.due_now_minor, shown.next_due_on) == (0, date(2026, 11, 25))
    assert {row.n for row in shown.instalments if row.remaining_minor} == set(
        range(13, 13 + option.shape.instalments)
    )
    assert_sound(LATE)
    poor = ask(buy(phone="+8613900008866", number="QH-2"), at(LATE), monthly_minor=100)
    longest = acts.present(**poor.whose, choice="longer", now=at(LATE)).option
    assert longest.shape.instalments == 24


def test_a_plan_in_order_may_pay_its_next_instalment_later(lin: Bought) -> None:
    case = ask(lin, at(FIRST_DUE - days(5)))
    with pytest.raises(hardship.NoSuchHelp):
        acts.present(**case.whose, choice="catch_up", now=at(FIRST_DUE - days(5)))
    case.sign("later", at(FIRST_DUE - days(5)))
    assert lin.standing(FIRST_DUE).next_due_on == FIRST_DUE + days(15)
    assert lin.standing(FIRST_DUE + days(18)).status == "grace"
    for day in (FIRST_DUE, FIRST_DUE + days(15)):
        work(at(day))
        assert_sound(day)


def test_days_to_catch_up_bear_no_penalty_and_end_by_themselves(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    signed = json.loads(acts.present(**case.whose, choice="catch_up", now=at(LATE)).draft.text)
    assert signed["changes"] == [{"kind": "hold", "reason": "hardship", "until": "2026-10-18"}]
    case.sign("catch_up", at(LATE))
    hold = Hold.objects.get()
    assert (hold.kind, hold.until, hold.id) == ("hardship", LATE + days(7), case.row().hold_id)
    work(at(LATE + days(7)))
    assert lin.standing(LATE + days(7)).days_past_due == 10
    lin.pay(at(LATE + days(7)))
    work(at(LATE + days(8)))
    row = case.row()
    assert (row.state, row.look_on, row.hold_id) == ("kept", None, None)
    assert not holding.on(lin.held(), LATE + days(8)) and Hold.objects.get().ended_at == at(LATE + days(8))
    assert_sound(LATE + days(8))


def test_help_that_is_not_kept_comes_back_before_a_person(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    case.sign("catch_up", at(LATE))
    work(at(LATE + days(8)))
    row = case.row()
    assert (row.state, row.broken_at, row.answer_by) == ("waiting", at(LATE + days(8)), LATE + days(11))
    assert told()[-1] == "hardship_broken"
    assert lin.standing(LATE + days(8)).days_past_due == 10, "the day on which it is looked at is free too"
    with pytest.raises(hardship.NoSuchHelp):
        acts.present(**case.whose, choice="spread", now=at(LATE + days(8)))
    case.offer(Shape(kind="spread"), staff(), at(LATE + days(9)))
    case.sign("offer", at(LATE + days(9)))
    assert facts() == ["hold", "re_amortise"] and case.row().look_on == date(2026, 11, 4)


def test_the_first_instalments_of_a_new_plan_are_looked_at(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    case.sign("spread", at(LATE))
    for month in (11, 12):
        lin.pay(at(date(2026, month, 1)))
        work(at(date(2026, month, 4)))
        assert (case.row().state, case.row().looks) == ("accepted", month - 10)
    charge = lin.open_charge(at(date(2027, 1, 4)))
    work(at(date(2027, 1, 4)))
    assert (case.row().state, case.row().look_on) == ("accepted", date(2027, 1, 5)), "money is on its way"
    helping.close(charge, at(date(2027, 1, 4)))
    work(at(date(2027, 1, 5)))
    assert case.row().state == "waiting"


def test_what_is_no_matter_for_one_is_approved_by_another(lin: Bought) -> None:
    clerk, boss = staff(), staff("supervisor")
    case = ask(lin, at(LATE))
    acts.ask_otherwise(**case.whose, text="想明年再还", now=at(LATE))
    assert case.row().said == "住院两个月\n想明年再还" and case.row().answer_by == LATE + days(3)
    shape = Shape(kind="longer", instalments=30, on=date(2026, 12, 28), waives_minor=99_999)
    made = case.offer(shape, clerk, at(LATE))
    assert (made.state, made.why_another, made.costs_minor) == ("proposed", "rules", PENALTY)
    with pytest.raises(hardship.NoSuchHelp):
        acts.present(**case.whose, choice="offer", now=at(LATE))
    with pytest.raises(NeedsSupervisor):
        acts.approve(**case.whose, actor=clerk, now=at(LATE))
    other = staff("supervisor")
    acts.refuse(**case.whose, reason="太久", actor=boss, now=at(LATE))
    assert (case.row().state, HardshipOffer.objects.get().state) == ("waiting", "refused")
    case.offer(shape, other, at(LATE))
    with pytest.raises(OwnRequest):
        acts.approve(**case.whose, actor=other, now=at(LATE))
    acts.approve(**case.whose, actor=boss, now=at(LATE))
    assert (case.row().state, told()[-1]) == ("offered", "hardship_offered")
    case.sign("offer", at(LATE + days(1)))
    assert facts() == ["waiver", "reschedule"]
    # What a day has added to the penalty is waived too, as the offer names the most.
    assert Fact.objects.get(kind="waiver").body["amount_minor"] == 260
    assert lin.standing(LATE + days(1)).next_due_on == date(2026, 12, 28)
    assert [act.verb for act in StaffAct.objects.order_by("at", "id")].count("offer_help") == 2
    assert_sound(LATE + days(1))


def test_a_waiver_above_the_limit_is_no_matter_for_one(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    small = case.offer(Shape(kind="spread", waives_minor=50_000), staff(), at(LATE))
    assert (small.state, small.why_another) == ("open", "")
    large = case.offer(Shape(kind="spread", waives_minor=50_001), staff(), at(LATE))
    assert (large.state, large.why_another) == ("proposed", "costs")
    small.refresh_from_db()
    assert small.state == "over"


def test_nothing_is_signed_unseen(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    seen = acts.present(**case.whose, choice="spread", now=at(LATE)).draft.sha256
    charge = lin.open_charge(at(LATE), amount_minor=20_000)
    with pytest.raises(hardship.PaymentOnItsWay):
        acts.accept(**case.whose, choice="spread", sha256=seen, now=at(LATE))
    arrive(charge, at(LATE), now=at(LATE))
    with pytest.raises(PlanChanged):
        acts.accept(**case.whose, choice="spread", sha256=seen, now=at(LATE))
    assert (facts(), case.row().state) == ([], "choosing")
    newer = acts.present(**case.whose, choice="spread", now=at(LATE))
    assert newer.option.foreseen.standing_before.due_now_minor == 53309 + PENALTY - 20_000
    with pytest.raises(PlanChanged):
        acts.accept(**case.whose, choice="spread", sha256=newer.draft.sha256, now=at(LATE + days(1)))


def test_what_is_paid_meanwhile_needs_no_help(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    lin.pay(at(LATE))
    with pytest.raises(hardship.NoSuchHelp):
        acts.present(**case.whose, choice="spread", now=at(LATE))
    lin.pay(at(LATE), purpose="all")
    with pytest.raises(NothingToHelp):
        acts.present(**case.whose, choice="longer", now=at(LATE))
    work(at(LATE + days(8)))
    assert case.row().state == "lapsed"


def test_one_case_a_loan_and_a_form_sent_twice_is_one(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    with pytest.raises(AlreadyAsked) as refused:
        ask(lin, at(LATE))
    assert refused.value.facts["case_id"] == case.id
    wish = hardship.Wish(reason="job")
    same = acts.ask(borrower_id=lin.borrower_id, loan_id=lin.loan_id, case_id=case.id, wish=wish, now=at(LATE))
    assert (same.reason, HardshipCase.objects.count(), told()) == ("illness", 1, ["hardship_choosing"])
    with pytest.raises(IntegrityError):
        HardshipCase.objects.create(
            borrower_id=lin.borrower_id, loan_id=lin.loan_id, reason="job", said="", state="waiting", asked_at=at(LATE)
        )


def test_a_plan_on_hold_or_over_needs_none(lin: Bought) -> None:
    goods = lin.request(at(LATE))
    with pytest.raises(OnHold):
        ask(lin, at(LATE))
    lin.withdraw(goods, at(LATE))
    lin.pay(at(LATE), purpose="all")
    with pytest.raises(NothingToHelp):
        ask(lin, at(LATE))


def test_time_to_choose_and_to_sign_ends(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    work(at(LATE + days(7)))
    assert case.row().state == "choosing"
    with pytest.raises(HelpLapsed):
        case.sign("spread", at(LATE + days(8), 0))
    work(at(LATE + days(8), 0))
    assert (case.row().state, told()[-1]) == ("lapsed", "hardship_lapsed")
    other = ask(lin, at(LATE + days(9)))
    other.offer(Shape(kind="spread"), staff(), at(LATE + days(9)), days=2)
    with pytest.raises(HelpLapsed):
        other.sign("offer", at(LATE + days(12), 0))
    third = ask(lin, at(LATE + days(12)))
    assert other.row().state == "lapsed" and HardshipOffer.objects.get().state == "over"
    assert third.row().state == "choosing"


def test_a_no_is_questioned_once_and_by_another(lin: Bought) -> None:
    clerk, other = staff(), staff()
    case = ask(lin, at(LATE))
    acts.ask_otherwise(**case.whose, text="", now=at(LATE))
    acts.look(**case.whose, actor=clerk, now=at(LATE))
    acts.decline(**case.whose, reason="材料对不上", actor=clerk, now=at(LATE))
    assert (case.row().state, case.row().decided_why) == ("declined", "材料对不上")
    with pytest.raises(HardshipNotOpen):
        case.offer(Shape(kind="spread"), other, at(LATE))
    acts.question(**case.whose, text="不用材料", now=at(LATE))
    assert (case.row().state, case.row().question, case.row().answer_by) == ("waiting", "不用材料", LATE + days(3))
    with pytest.raises(acts.AnotherMustLook):
        acts.decline(**case.whose, reason="还是不行", actor=clerk, now=at(LATE))
    acts.decline(**case.whose, reason="还是不行", actor=other, now=at(LATE))
    with pytest.raises(acts.QuestionedBefore):
        acts.question(**case.whose, text="再看看", now=at(LATE))
    assert ask(lin, at(LATE)).row().state == "choosing"


def test_days_on_which_the_lender_is_late_count_for_nothing(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    acts.ask_otherwise(**case.whose, text="", now=at(LATE))
    work(at(LATE + days(3)))
    assert Hold.objects.count() == 0
    # The worker comes by a day late, and the day after the one that was named counts for nothing all the same.
    work(at(LATE + days(5)))
    hold = Hold.objects.get()
    assert (hold.kind, told()[-1], Fact.objects.get(kind="hold").counts_on) == ("late_answer", "hardship_late", LATE + days(3))
    work(at(LATE + days(9)))
    assert lin.standing(LATE + days(9)).days_past_due == 13
    assert_sound(LATE + days(9))
    case.offer(Shape(kind="spread"), staff(), at(LATE + days(9)))
    assert (Hold.objects.get().ended_why, case.row().hold_id) == ("answered", None)
    assert lin.standing(LATE + days(9)).days_past_due == 13 and lin.standing(LATE + days(10)).days_past_due == 14
    assert_sound(LATE + days(10))


def test_an_answer_that_is_late_before_the_worker_came_by_gives_the_days_back_too(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    acts.ask_otherwise(**case.whose, text="", now=at(LATE))
    acts.decline(**case.whose, reason="不符合", actor=staff(), now=at(LATE + days(6)))
    assert lin.standing(LATE + days(6)).days_past_due == 13, "three days are the lender's"
    assert_sound(LATE + days(6))


def test_own_help_ends_the_days_that_were_the_lenders(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    acts.ask_otherwise(**case.whose, text="", now=at(LATE))
    work(at(LATE + days(4)))
    case.sign("spread", at(LATE + days(6)))
    assert facts() == ["release", "re_amortise"] and Hold.objects.get().ended_why == "accepted"
    assert list(holding.differing()) == []
    assert_sound(LATE + days(6))


def test_nobody_is_pressed_while_a_case_is_open(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    held = lin.held()
    debt = contact.debt_of(held.terms, held.standing(LATE))
    wish = contact.Wish(kind="overdue", channel="call")

    def why_not() -> str | None:
        still = hardship.standstills([(lin.borrower_id, lin.loan_id)]).values()
        situation = Situation(debt=debt, standstills=tuple(still))
        return contact.may_contact(wish, situation, at=at(LATE, 15), lender="qinghe").why_not

    assert why_not() == "standing_still"
    acts.withdraw(**case.whose, now=at(LATE))
    assert why_not() is None
    assert acts.withdraw(**case.whose, now=at(LATE)).state == "withdrawn"


def test_what_does_not_fit_or_comes_from_nowhere_is_refused(lin: Bought) -> None:
    case = ask(lin, at(LATE))
    with pytest.raises(DoesNotFit):
        case.offer(Shape(kind="longer", instalments=3, on=LATE), staff(), at(LATE))
    with pytest.raises(acts.DaysOutOfRange):
        case.offer(Shape(kind="spread"), staff(), at(LATE), days=31)
    stranger = buy(phone="+8613900008866", number="QH-2")
    with pytest.raises(hardship.NoSuchCase):
        acts.withdraw(borrower_id=stranger.borrower_id, case_id=case.id, now=at(LATE))
