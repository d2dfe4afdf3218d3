"""Refunds: money without use goes back to its source once, and whatever the channel says, no fen is lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from anqi.actions import charges, refunds, repayments, unapplied
from anqi.actions.charges import Wish
from anqi.config.verification import verify
from anqi.jobs import tasks
from anqi.notices.models import Message
from anqi.payments import channels
from anqi.payments.channels.protocol import (
    GIVEN_BACK,
    Accepted,
    Failed,
    NotFound,
    RefundRequest,
    Result,
    Succeeded,
    Unknown,
)
from anqi.payments.models import Difference, Exchange, Inbox, Refund, Unapplied
from anqi.people import authority
from anqi.people.models import StaffAct, User
from anqi.rows.ids import uuid7
from tests.planting import Planted, at, plant_borrower, plant_loan

pytestmark = pytest.mark.django_db
DUE = date(2026, 9, 30)
NOON = at(DUE)
HALF_A_DAY = timedelta(hours=12)
AMOUNT = 53309


@dataclass
class Till:
    """A channel that answers what the test wants, the last answer again and again."""

    refund_answers: list[Result] = field(default_factory=lambda: [Accepted(ref="R1")])
    query_answers: list[Result] = field(default_factory=lambda: [Accepted(ref="R1")])
    asked: list[RefundRequest] = field(default_factory=list)
    queried: list[str] = field(default_factory=list)

    def refund(self, request: RefundRequest) -> Result:
        self.asked.append(request)
        return self._next(self.refund_answers)

    def query_refund(self, key: str, *, charge_key: str, opened_at: datetime) -> Result:
        self.queried.append(key)
        return self._next(self.query_answers)

    @staticmethod
    def _next(answers: list[Result]) -> Result:
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Till:
    till = Till()
    monkeypatch.setattr(channels, "find", lambda code: till)
    return till


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=date(2026, 8, 31))


@pytest.fixture
def case(lin: Planted, till: Till) -> Unapplied:
    """The first instalment paid, and once more by the same charge: 533.09 without use."""
    charge = charges.open(
        borrower_id=lin.borrower_id, wishes=[Wish(loan_id=lin.loan_id, purpose="due")], channel="alipay",
        how="wap", attempt=uuid4().hex, now=NOON,
    )  # fmt: skip
    for ref in ("T1", "T2"):
        result = Succeeded(ref=ref, amount_minor=charge.amount_minor, paid_at=NOON)
        repayments.learn(channel="alipay", key=charge.key, result=result, learned_by="notice", now=NOON)
    Message.objects.all().delete()
    return Unapplied.objects.get()


def staff(role: str = "clerk") -> User:
    return User.objects.create(kind="staff", role=role, email=f"{uuid4().hex}@example.com", name=role, created_at=NOON)


def begin(case: Unapplied, *, actor: User | None = None, reason: str = "本人要求退回", now: datetime = NOON) -> Refund:
    return refunds.begin(borrower_id=case.borrower_id, case_id=case.id, actor=actor or staff(), reason=reason, now=now)


def work(now: datetime) -> None:
    """What the worker does at that time."""
    for due in tasks.due_cases(now=now, limit=100):
        refunds.begin_due(borrower_id=due.borrower_id, case_id=due.id, now=now)
    for refund in refunds.lease(now=now, limit=100):
        refunds.deliver(borrower_id=refund.borrower_id, refund_id=refund.id, now=now)


def refunded(refund: Refund, **changes: Any) -> Succeeded:
    return Succeeded(**{"ref": "R1", "amount_minor": refund.amount_minor, "paid_at": NOON} | changes)


def learn(refund: Refund, result: Result, *, by: str = "notice", now: datetime = NOON) -> None:
    refunds.learn(channel="alipay", key=refund.key, result=result, learned_by=by, now=now)


def booked(account: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(case when debit = %s then amount_minor else -amount_minor end), 0)"
            " from ledger_posting where %s in (debit, credit)", [account, account],
        )  # fmt: skip
        return int(cursor.fetchone()[0])


def told() -> list[str]:
    return [each.template for each in Message.objects.order_by("id")]


def assert_sound() -> None:
    # Planted loans have no agreement worth the name.
    wrong = [each.told() for each in verify(today=DUE).wrong if each.what != "agreement"]
    assert not wrong, wrong


def test_money_without_use_goes_back_by_itself_within_a_day(case: Unapplied, till: Till) -> None:
    work(NOON + HALF_A_DAY - timedelta(seconds=1))
    assert not Refund.objects.exists()
    work(NOON + HALF_A_DAY)
    refund = Refund.objects.get()
    assert (refund.state, refund.amount_minor, refund.requested_by) == ("processing", AMOUNT, None)
    assert (booked("unapplied"), booked("refund_in_transit"), booked("in_transit_alipay")) == (0, -AMOUNT, 2 * AMOUNT)
    assert_sound()
    till.query_answers = [refunded(refund)]
    work(NOON + HALF_A_DAY + timedelta(seconds=10))
    refund.refresh_from_db()
    assert (refund.state, refund.ref, refund.refunded_at) == ("succeeded", "R1", NOON)
    assert (booked("refund_in_transit"), booked("in_transit_alipay")) == (0, AMOUNT)
    assert told() == ["refund_begun", "refund_done"]
    assert Unapplied.objects.get().closed_at
    assert_sound()
    work(NOON + 10 * HALF_A_DAY)
    assert len(till.asked) == 1


def test_the_channel_is_asked_by_our_number_for_what_it_took(case: Unapplied, till: Till) -> None:
    begin(case)
    work(NOON)
    [request] = till.asked
    refund = Refund.objects.get()
    assert (request.key, request.amount_minor, request.charge_amount_minor) == (refund.key, AMOUNT, AMOUNT)
    assert (request.charge_key, request.payment_ref) == (case.payment.charge.key, case.payment.ref)
    assert request.notify_url.endswith("/hooks/alipay")
    assert [(each.kind, each.outcome) for each in Exchange.objects.filter(kind="refund")] == [("refund", "accepted")]


@pytest.mark.parametrize("answer", [Unknown(cause="timeout"), NotFound()])
def test_an_unclear_answer_is_asked_again_by_the_same_number(case: Unapplied, till: Till, answer: Result) -> None:
    till.refund_answers = [answer, Accepted(ref="R1")]
    begin(case)
    work(NOON)
    assert Refund.objects.get().state == "unknown"
    work(NOON + timedelta(seconds=9))
    assert len(till.asked) == 1, "a channel may not show a refund in its first seconds"
    work(NOON + timedelta(seconds=10))
    assert len({request.key for request in till.asked}) == 1
    assert len(till.asked) == 2
    assert Refund.objects.get().state == "processing"


def test_what_was_accepted_and_is_not_there_is_asked_for_again(case: Unapplied, till: Till) -> None:
    till.query_answers = [NotFound()]
    begin(case)
    work(NOON)
    work(NOON + timedelta(minutes=1))
    assert (len(till.asked), len(till.queried)) == (2, 1)


def test_waits_grow_and_never_end(case: Unapplied, till: Till) -> None:
    begin(case)
    now, waits = NOON, []
    for _ in range(8):
        work(now)
        due = Refund.objects.get().next_try_at
        assert due
        waits.append((due - now).total_seconds())
        now = due
    assert waits == [10, 30, 60, 300, 1800, 3600, 3600, 3600]


def test_a_final_no_puts_the_money_back_for_people(case: Unapplied, till: Till) -> None:
    till.refund_answers = [Failed(reason="too_late", code="X")]
    begin(case)
    work(NOON)
    refund, left = Refund.objects.get(), Unapplied.objects.get()
    assert (refund.state, refund.reason, refund.next_try_at) == ("failed", "too_late", None)
    assert (left.left_minor, left.closed_at, left.returns_at) == (AMOUNT, None, None)
    assert (booked("unapplied"), booked("refund_in_transit")) == (-AMOUNT, 0)
    assert told() == ["refund_begun", "refund_failed"]
    assert_sound()
    work(NOON + 10 * HALF_A_DAY)
    assert len(till.asked) == 1, "what failed was tried again by itself"
    begin(case)
    assert Refund.objects.count() == 2


def test_a_notice_ends_it_once(case: Unapplied, till: Till) -> None:
    refund = begin(case)
    work(NOON)
    for _ in range(2):
        learn(refund, refunded(refund))
    assert booked("in_transit_alipay") == AMOUNT
    assert told() == ["refund_begun", "refund_done"]
    assert not Difference.objects.exists()


def test_a_notice_that_only_says_that_there_is_news_makes_us_ask_at_once(case: Unapplied, till: Till) -> None:
    refund = begin(case)
    work(NOON)
    learn(refund, Accepted(ref="T2"))
    till.query_answers = [refunded(refund)]
    work(NOON)
    assert Refund.objects.get().state == "succeeded"


def test_a_notice_before_our_answer_is_not_undone_by_it(case: Unapplied, till: Till) -> None:
    refund = begin(case)
    learn(refund, refunded(refund))
    learn(refund, Accepted(ref="R1"), by="query")
    assert Refund.objects.get().state == "succeeded"


@pytest.mark.parametrize("later", [Failed(reason="closed", code="CLOSED"), Succeeded(ref="R1", amount_minor=1, paid_at=NOON)])
def test_a_channel_that_takes_it_back_is_a_case(case: Unapplied, till: Till, later: Result) -> None:
    refund = begin(case)
    learn(refund, refunded(refund))
    learn(refund, later)
    assert Difference.objects.get().kind == "refund_differs"
    assert Refund.objects.get().state == "succeeded"
    assert_sound()


def test_another_amount_is_not_believed_and_is_a_case(case: Unapplied, till: Till) -> None:
    refund = begin(case)
    learn(refund, refunded(refund, amount_minor=1), by="query")
    assert (Refund.objects.get().state, Difference.objects.get().kind) == ("unknown", "refund_differs")
    assert booked("refund_in_transit") == -AMOUNT
    learn(refund, refunded(refund), by="query")
    assert Refund.objects.get().state == "succeeded"
    assert Difference.objects.get().closed_at


def test_a_stranger_is_refused(till: Till) -> None:
    with pytest.raises(refunds.Stranger):
        refunds.learn(channel="alipay", key="ar0", result=Accepted(), learned_by="notice", now=NOON)


def test_a_trade_that_closes_while_other_money_of_it_is_here_is_a_case(case: Unapplied, till: Till) -> None:
    begin(case)
    key = case.payment.charge.key
    repayments.learn(channel="alipay", key=key, result=GIVEN_BACK, learned_by="query", now=NOON)
    assert Difference.objects.get().kind == "undone"


def test_a_trade_that_our_own_refund_closed_is_no_case(lin: Planted, till: Till) -> None:
    charge = charges.open(
        borrower_id=lin.borrower_id, wishes=[Wish(loan_id=lin.loan_id, purpose="due")], channel="alipay",
        how="wap", attempt=uuid4().hex, now=NOON,
    )  # fmt: skip
    result = Succeeded(ref="T1", amount_minor=1, paid_at=NOON)
    repayments.learn(channel="alipay", key=charge.key, result=result, learned_by="query", now=NOON)
    begin(Unapplied.objects.get())
    repayments.learn(channel="alipay", key=charge.key, result=GIVEN_BACK, learned_by="query", now=NOON)
    assert not Difference.objects.exists()


def test_twice_at_once_is_refused(case: Unapplied, till: Till) -> None:
    begin(case)
    with pytest.raises(refunds.NothingLeft):
        begin(case)
    assert Refund.objects.count() == 1


def test_money_that_somebody_wants_to_use_waits_for_the_decision(case: Unapplied, lin: Planted, till: Till) -> None:
    wish = unapplied.Wish(case_id=case.id, loan_id=lin.loan_id, amount_minor=AMOUNT, purpose="next", reason="还下一期")
    application = unapplied.apply(
        borrower_id=lin.borrower_id, application_id=uuid7(), wish=wish, actor=staff(), now=NOON
    )
    with pytest.raises(refunds.WishWaits):
        begin(case)
    work(NOON + HALF_A_DAY)
    assert not Refund.objects.exists()
    unapplied.refuse(
        borrower_id=lin.borrower_id, application_id=application.id, reason="不同意", actor=staff("supervisor"), now=NOON
    )
    work(NOON + HALF_A_DAY + timedelta(hours=1))
    assert Refund.objects.get().amount_minor == AMOUNT


def test_only_what_is_left_goes_back(case: Unapplied, lin: Planted, till: Till) -> None:
    wish = unapplied.Wish(case_id=case.id, loan_id=lin.loan_id, amount_minor=50_000, purpose="next", reason="还下一期")
    unapplied.apply(borrower_id=lin.borrower_id, application_id=uuid7(), wish=wish, actor=staff(), now=NOON)
    work(NOON + HALF_A_DAY)
    assert Refund.objects.get().amount_minor == AMOUNT - 50_000
    assert_sound()


def test_staff_may_keep_the_money_here(case: Unapplied, till: Till) -> None:
    refunds.keep_here(borrower_id=case.borrower_id, case_id=case.id, actor=staff(), reason="在核实", now=NOON)
    work(NOON + 10 * HALF_A_DAY)
    assert not Refund.objects.exists()
    assert StaffAct.objects.get().verb == "keep_unapplied"


@pytest.mark.parametrize("act", [begin, lambda case, **more: refunds.keep_here(
    borrower_id=case.borrower_id, case_id=case.id, now=NOON, **({"actor": staff(), "reason": "x"} | more))])  # fmt: skip
def test_who_may_act_and_says_why(case: Unapplied, till: Till, act: Callable[..., object]) -> None:
    with pytest.raises(authority.MayNotAct):
        act(case, actor=staff("auditor"))
    with pytest.raises(authority.ReasonMissing):
        act(case, reason=" ")
    case.borrower_id = plant_borrower("+8613900000001", now=NOON)
    with pytest.raises(refunds.NotTheirs):
        act(case)
    assert not Refund.objects.exists()


def test_the_inbox_leads_a_refunds_message_here(case: Unapplied, till: Till) -> None:
    refund = begin(case)
    message = Inbox.objects.create(
        channel="alipay", message_key="m1", kind="refund", key=refund.key,
        news={"kind": "succeeded", "ref": "R1", "amount_minor": AMOUNT, "paid_at": NOON.isoformat()}, raw=b"x",
        sha256="0" * 64, received_at=NOON, next_try_at=NOON,
    )  # fmt: skip
    tasks._learn(message, NOON)
    assert Refund.objects.get().state == "succeeded"
    assert Inbox.objects.get().state == "done"
    stranger = Inbox.objects.create(
        channel="alipay", message_key="m2", kind="refund", key="ar0", news={"kind": "accepted", "ref": "", "action": None},
        raw=b"x", sha256="0" * 64, received_at=NOON, next_try_at=NOON,
    )  # fmt: skip
    tasks._learn(stranger, NOON)
    assert Inbox.objects.get(message_key="m2").state == "refused"
