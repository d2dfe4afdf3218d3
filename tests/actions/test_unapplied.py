"""Unapplied money: used for a loan once, by whoever may, and never twice or for a stranger."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections

from anqi.actions import charges, repayments, unapplied
from anqi.actions.charges import Wish as ChargeWish
from anqi.actions.unapplied import Wish
from anqi.documents.models import Document
from anqi.engine.accounts import balances
from anqi.ledger import books
from anqi.ledger.models import Posting
from anqi.lending import inspection, store
from anqi.lending.models import Fact, Lender, Loan, MerchantOrder
from anqi.payments.channels.protocol import Succeeded
from anqi.payments.models import Application, Unapplied
from anqi.payments.unapplied import LeftTooSmall
from anqi.people import authority
from anqi.people.models import Borrower, StaffAct, User
from anqi.rows.ids import uuid7
from tests.planting import Planted, at, plant_borrower, plant_loan

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)
LATER = date(2026, 10, 5)
PAID_MINOR = 53309



@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest) -> None:
    """Rolled back after each test, but for those that have a database of their own."""
    if "clone_database" not in request.fixturenames:
        request.getfixturevalue("db")


def staff(role: str = "clerk", *, kind: str = "staff", **changes: Any) -> User:
    return User.objects.create(
        kind=kind, role=role, email=f"{uuid4().hex}@example.com", name=role, created_at=at(STARTED), **changes
    )


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=STARTED)


def pay_twice(who: Planted, on: date = FIRST_DUE) -> Unapplied:
    """The first instalment paid, and once more by the same charge: 533.09 of unapplied money."""
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[ChargeWish(loan_id=who.loan_id, purpose="due")], channel="alipay",
        how="wap", attempt=uuid4().hex, now=at(on),
    )  # fmt: skip
    for ref in ("T1", "T2"):
        result = Succeeded(ref=f"{ref}{charge.key}", amount_minor=charge.amount_minor, paid_at=at(on))
        repayments.learn(channel="alipay", key=charge.key, result=result, learned_by="notice", now=at(on, 12, 1))
    return Unapplied.objects.get(borrower_id=who.borrower_id, closed_at=None)


def wish(case: Unapplied, who: Planted, amount_minor: int = 50_000, **changes: Any) -> Wish:
    stated = Wish(case_id=case.id, loan_id=who.loan_id, amount_minor=amount_minor, purpose="next", reason="付了两次")
    return replace(stated, **changes)


def apply(who: Planted, wanted: Wish, *, actor: User | None = None, on: date = LATER, id: UUID | None = None) -> Application:
    return unapplied.apply(
        borrower_id=who.borrower_id, application_id=id or uuid7(), wish=wanted, actor=actor or staff(), now=at(on)
    )


def assert_books_equal_engine(who: Planted, on: date) -> None:
    held = store.read(who.borrower_id, [who.loan_id])[who.loan_id]
    booked = books.read(who.borrower_id, [who.loan_id])
    assert booked.balances[who.loan_id] == balances(held.terms, held.facts, on)


def unapplied_in_books_minor() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(sum(case when credit = 'unapplied' then amount_minor when debit = 'unapplied'"
                       " then -amount_minor end), 0) from ledger_posting")  # fmt: skip
        return int(cursor.fetchone()[0])


def test_up_to_500_yuan_one_person_decides(lin: Planted) -> None:
    case, clerk = pay_twice(lin), staff()
    application = apply(lin, wish(case, lin), actor=clerk)
    assert (application.state, application.decided_by) == ("done", clerk.id)
    assert Unapplied.objects.get().left_minor == PAID_MINOR - 50_000
    fact = Fact.objects.get(key=f"application:{application.id}")
    assert (fact.kind, fact.counts_on, fact.actor) == ("payment", FIRST_DUE, f"staff:{clerk.id}")
    assert fact.body == {
        "amount_minor": 50_000, "for": "next", "payment_id": str(case.payment_id), "case_id": str(case.id),
    }  # fmt: skip
    assert_books_equal_engine(lin, LATER)
    assert unapplied_in_books_minor() == PAID_MINOR - 50_000
    assert Document.objects.count() == 2, "no receipt beyond those of the two payments"


def test_the_chain_goes_on_over_what_staff_do(lin: Planted) -> None:
    apply(lin, wish(pay_twice(lin), lin))
    borrower = Borrower.objects.get(id=lin.borrower_id)
    last = Fact.objects.order_by("-seq")[0]
    assert borrower.last_seq > last.seq
    assert last.key.startswith("application:")


def test_everything_used_closes_the_case(lin: Planted) -> None:
    case = pay_twice(lin)
    apply(lin, wish(case, lin, 50_000))
    waiting = apply(lin, wish(case, lin, PAID_MINOR - 50_000))
    assert waiting.state == "requested", "slices count together: 533.09 of one case needs a second person"
    unapplied.approve(borrower_id=lin.borrower_id, application_id=waiting.id, actor=staff("supervisor"), now=at(LATER))
    closed = Unapplied.objects.get()
    assert (closed.left_minor, closed.closed_at) == (0, at(LATER))
    assert unapplied_in_books_minor() == 0
    assert_books_equal_engine(lin, LATER)


def test_a_larger_sum_waits_for_a_second_person(lin: Planted) -> None:
    case, clerk, supervisor = pay_twice(lin), staff(), staff("supervisor")
    waiting = apply(lin, wish(case, lin, PAID_MINOR), actor=clerk)
    assert (waiting.state, waiting.decided_by) == ("requested", None)
    assert not Fact.objects.filter(key__startswith="application:").exists()
    done = unapplied.approve(
        borrower_id=lin.borrower_id, application_id=waiting.id, actor=supervisor, now=at(LATER, 13)
    )
    assert (done.state, done.requested_by, done.decided_by) == ("done", clerk.id, supervisor.id)
    assert_books_equal_engine(lin, LATER)
    acts = StaffAct.objects.order_by("at").values_list("verb", "actor_id", "borrower_id", "reason")
    assert list(acts) == [
        ("request_application", clerk.id, lin.borrower_id, "付了两次"),
        ("approve_application", supervisor.id, lin.borrower_id, ""),
    ]


def test_nobody_approves_their_own_wish(lin: Planted) -> None:
    supervisor = staff("supervisor")
    waiting = apply(lin, wish(pay_twice(lin), lin, PAID_MINOR), actor=supervisor)
    assert waiting.state == "requested"
    with pytest.raises(authority.OwnRequest):
        unapplied.approve(borrower_id=lin.borrower_id, application_id=waiting.id, actor=supervisor, now=at(LATER))


@pytest.mark.parametrize("role", ["clerk", "auditor"])
def test_only_a_supervisor_approves(lin: Planted, role: str) -> None:
    waiting = apply(lin, wish(pay_twice(lin), lin, PAID_MINOR))
    with pytest.raises((authority.NeedsSupervisor, authority.MayNotAct)):
        unapplied.approve(borrower_id=lin.borrower_id, application_id=waiting.id, actor=staff(role), now=at(LATER))


@pytest.mark.parametrize(
    "changes", [{"role": "auditor"}, {"role": "none"}, {"is_active": False}, {"kind": "borrower"}]
)
def test_who_only_reads_moves_no_money(lin: Planted, changes: dict[str, Any]) -> None:
    with pytest.raises(authority.MayNotAct):
        apply(lin, wish(pay_twice(lin), lin), actor=staff(**changes))


def test_the_same_form_twice_is_one_application(lin: Planted) -> None:
    case, id = pay_twice(lin), uuid7()
    first = apply(lin, wish(case, lin, 20_000), id=id)
    again = apply(lin, wish(case, lin, 20_000), id=id)
    assert first.id == again.id
    assert Unapplied.objects.get().left_minor == PAID_MINOR - 20_000
    with pytest.raises(unapplied.OtherRequest):
        apply(lin, wish(case, lin, 20_001), id=id)


def test_an_approval_twice_is_one_payment(lin: Planted) -> None:
    waiting, supervisor = apply(lin, wish(pay_twice(lin), lin, PAID_MINOR)), staff("supervisor")
    for _ in range(2):
        unapplied.approve(borrower_id=lin.borrower_id, application_id=waiting.id, actor=supervisor, now=at(LATER))
    assert Fact.objects.filter(key__startswith="application:").count() == 1
    with pytest.raises(unapplied.AlreadyDecided):
        unapplied.approve(
            borrower_id=lin.borrower_id, application_id=waiting.id, actor=staff("supervisor"), now=at(LATER)
        )


def test_a_refused_wish_frees_the_money(lin: Planted) -> None:
    case = pay_twice(lin)
    waiting = apply(lin, wish(case, lin, PAID_MINOR))
    with pytest.raises(unapplied.AlreadyAsked):
        apply(lin, wish(case, lin, 100))
    with pytest.raises(authority.NeedsSupervisor):
        unapplied.refuse(
            borrower_id=lin.borrower_id, application_id=waiting.id, reason="不对", actor=staff(), now=at(LATER)
        )
    refused = unapplied.refuse(
        borrower_id=lin.borrower_id, application_id=waiting.id, reason="先问本人", actor=staff("supervisor"),
        now=at(LATER),
    )  # fmt: skip
    assert refused.state == "refused"
    assert Unapplied.objects.get().left_minor == PAID_MINOR
    with pytest.raises(unapplied.AlreadyDecided):
        unapplied.approve(
            borrower_id=lin.borrower_id, application_id=waiting.id, actor=staff("supervisor"), now=at(LATER)
        )
    assert apply(lin, wish(case, lin, 100)).state == "done"


def test_whoever_asked_may_take_it_back(lin: Planted) -> None:
    clerk = staff()
    waiting = apply(lin, wish(pay_twice(lin), lin, PAID_MINOR), actor=clerk)
    taken_back = unapplied.refuse(
        borrower_id=lin.borrower_id, application_id=waiting.id, reason="填错了", actor=clerk, now=at(LATER)
    )
    assert taken_back.state == "refused"


@pytest.mark.parametrize("amount_minor", [0, -1, PAID_MINOR + 1])
def test_not_more_than_is_left(lin: Planted, amount_minor: int) -> None:
    with pytest.raises(LeftTooSmall):
        apply(lin, wish(pay_twice(lin), lin, amount_minor))


def test_a_reason_is_a_must(lin: Planted) -> None:
    with pytest.raises(authority.ReasonMissing):
        apply(lin, wish(pay_twice(lin), lin, reason="  "))


def test_another_borrowers_loan_and_case_are_out_of_reach(lin: Planted) -> None:
    case = pay_twice(lin)
    wang = plant_loan(starts_on=STARTED, borrower_id=another_borrower())
    with pytest.raises(unapplied.NotTheirs):
        apply(lin, wish(case, wang))
    with pytest.raises(unapplied.NotTheirs):
        apply(wang, wish(case, wang))


def another_borrower() -> UUID:
    return plant_borrower("+8613900001111", now=at(STARTED))


def test_money_stays_with_its_lender(lin: Planted) -> None:
    case = pay_twice(lin)
    other = Lender.objects.create(code="other", name="别家", kind="bank", limit_minor=1)
    Loan.objects.filter(borrower_id=lin.borrower_id, id=lin.loan_id).update(lender_id=other.id)
    with pytest.raises(inspection.OtherLender):
        apply(lin, wish(case, lin))


def test_a_cancelled_loan_takes_nothing(lin: Planted) -> None:
    case = pay_twice(lin)
    Loan.objects.filter(borrower_id=lin.borrower_id, id=lin.loan_id).update(cancelled_on=FIRST_DUE)
    with pytest.raises(inspection.LoanNotRunning):
        apply(lin, wish(case, lin))


def test_a_loan_takes_no_more_than_it_can_use(lin: Planted) -> None:
    """50.00 are left to pay of a loan of 100.00 in two: more of the double payment would be mere credit."""
    small = plant_loan(starts_on=STARTED, principal="100.00", instalments=2, borrower_id=lin.borrower_id)
    case = pay_twice(small)
    assert case.amount_minor == 5075
    both = apply(small, wish(case, small, 5075, purpose="due"), on=FIRST_DUE)
    assert both.state == "done"
    assert Loan.objects.get(id=small.loan_id).settled_on == FIRST_DUE
    assert MerchantOrder.objects.get(id=small.merchant_order_id).state == "settled"
    other_case = pay_twice(lin)
    with pytest.raises(inspection.LoanTakesLess) as refused:
        apply(lin, wish(other_case, small, 100), on=FIRST_DUE)
    assert refused.value.facts["most_minor"] == 0


def test_a_settlement_must_reach_the_payoff(lin: Planted) -> None:
    with pytest.raises(inspection.PayoffNotReached) as refused:
        apply(lin, wish(pay_twice(lin), lin, purpose="all"))
    assert refused.value.facts["need_minor"] > PAID_MINOR


def test_days_that_nobody_booked_are_booked_with_it(lin: Planted) -> None:
    late = FIRST_DUE + timedelta(days=40)
    apply(lin, wish(pay_twice(lin), lin), on=late)
    assert Posting.objects.filter(cause="day", counts_on=date(2026, 10, 31)).exists(), "the next due date, on its own day"
    assert_books_equal_engine(lin, late)
    assert Loan.objects.get(id=lin.loan_id).next_wake_on > late


def test_killed_before_the_commit_nothing_is_there(lin: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    case, id = pay_twice(lin), uuid7()

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("anqi.people.holds.keep", die)
        with pytest.raises(KeyboardInterrupt):
            apply(lin, wish(case, lin), id=id)
    assert not Application.objects.exists()
    assert not StaffAct.objects.exists()
    assert Unapplied.objects.get().left_minor == PAID_MINOR
    assert apply(lin, wish(case, lin), id=id).state == "done"


def test_two_supervisors_at_once_use_the_money_once(clone_database: str) -> None:
    lin = plant_loan(starts_on=STARTED)
    waiting = apply(lin, wish(pay_twice(lin), lin, PAID_MINOR))
    said: list[str] = []

    def approve(supervisor: User) -> None:
        try:
            unapplied.approve(
                borrower_id=lin.borrower_id, application_id=waiting.id, actor=supervisor, now=at(LATER)
            )
            said.append("done")
        except unapplied.AlreadyDecided:
            said.append("decided")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=approve, args=(staff("supervisor"),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["decided", "done"]
    assert Fact.objects.filter(key__startswith="application:").count() == 1
    assert Unapplied.objects.get().left_minor == 0
    assert_books_equal_engine(lin, LATER)
