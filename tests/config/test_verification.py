"""What somebody changed behind the application's back is found, and named."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F

from anqi.actions import charges, loans, repayments
from anqi.actions.charges import Wish
from anqi.config import verification
from anqi.config.verification import Report
from anqi.documents.models import Document
from anqi.ledger import days
from anqi.ledger.models import ClosedDay, DayTotal, Posting
from anqi.lending.inspection import PRODUCTS_OF_LOANS
from anqi.lending.models import Fact
from anqi.payments.channels.protocol import Succeeded
from anqi.people.models import Borrower
from tests.planting import Planted, at, plant_borrower, plant_loan, reference_rows
from tests.returning import BOUGHT, buy

pytestmark = pytest.mark.django_db

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)


@pytest.fixture
def lin() -> Planted:
    """A loan with a payment that came twice, woken on its first due date."""
    who = plant_loan(starts_on=STARTED)
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="due")], channel="alipay", how="wap",
        attempt=uuid4().hex, now=at(FIRST_DUE),
    )  # fmt: skip
    for ref in ("T1", "T2"):
        repayments.learn(
            channel="alipay", key=charge.key, learned_by="notice", now=at(FIRST_DUE).replace(microsecond=120300),
            result=Succeeded(ref=ref, amount_minor=charge.amount_minor, paid_at=at(FIRST_DUE)),
        )  # fmt: skip
    loans.wake(now=at(FIRST_DUE), limit=10)
    tamper("update lending_agreement set sha256 = encode(sha256(convert_to(body, 'UTF8')), 'hex')")
    return who


@contextmanager
def as_owner() -> Iterator[None]:
    """The owner of the database with all triggers off: somebody who can change what nobody may."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set local role none")
        cursor.execute("set local session_replication_role = replica")
        yield
        cursor.execute("set local session_replication_role = origin")
        cursor.execute("set local role anqi_app")


def tamper(statement: str, *values: object) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0, "nothing was tampered with"


def verify() -> Report:
    return verification.verify(today=FIRST_DUE)


def found(report: Report) -> list[tuple[str, str]]:
    return [(wrong.what, wrong.where) for wrong in report.wrong]


def test_what_the_application_wrote_is_clean(lin: Planted) -> None:
    report = verify()
    assert found(report) == []
    assert report.is_clean
    assert (report.borrowers, report.loans, report.documents) == (1, 1, 3)
    assert report.links == Fact.objects.count() + Posting.objects.count() == Borrower.objects.get().last_seq
    assert report.told().endswith("nothing wrong.")


def test_a_changed_fact_is_named_and_its_loan_no_longer_agrees(lin: Planted) -> None:
    fact = Fact.objects.get(kind="payment")
    tamper("update lending_fact set body = jsonb_set(body, '{amount_minor}', '53308') where id = %s", fact.id)
    report = verify()
    assert ("hash", f"fact {fact.id}, seq {fact.seq}") in found(report)
    assert [what for what, _ in found(report)].count("hash") == 1, "only the changed row is named"
    assert any(what == "books" and "receivable_principal" in where for what, where in found(report))
    assert all(wrong.borrower_id == lin.borrower_id for wrong in report.wrong)
    assert "林" not in report.told()


@pytest.mark.parametrize(
    "change",
    [
        "amount_minor = amount_minor + 1", "booked_on = booked_on + 1", "recorded_at = recorded_at + interval '1 ms'",
        "cause = 'other'", "debit = 'waived'", "lender_id = gen_random_uuid()",
    ],
)  # fmt: skip
def test_any_changed_posting_is_named(lin: Planted, change: str) -> None:
    posting = Posting.objects.filter(loan_id=lin.loan_id).order_by("seq")[1]
    tamper(f"update ledger_posting set {change} where id = %s", posting.id)
    assert ("hash", f"posting {posting.id}, seq {posting.seq}") in found(verify())


def test_a_removed_link_is_a_gap(lin: Planted) -> None:
    posting = Posting.objects.order_by("seq")[1]
    tamper("delete from ledger_posting where id = %s", posting.id)
    [gap] = [where for what, where in found(verify()) if what == "gap"]
    assert f"expected {posting.seq}" in gap, "one gap is named once, not at each link after it"


def test_two_links_in_one_place_are_a_fork(lin: Planted) -> None:
    fact, posting = Fact.objects.order_by("seq")[0], Posting.objects.order_by("seq")[0]
    tamper("update ledger_posting set seq = %s where id = %s", fact.seq, posting.id)
    assert "fork" in [what for what, _ in found(verify())]


def test_a_chain_cut_off_at_its_end_is_noticed(lin: Planted) -> None:
    last = Posting.objects.order_by("-seq")[0]
    tamper("delete from ledger_posting where id = %s", last.id)
    assert "end" in [what for what, _ in found(verify())]


def test_a_rewritten_borrower_row_is_noticed(lin: Planted) -> None:
    Borrower.objects.filter(id=lin.borrower_id).update(last_hash=bytes(32))
    assert [what for what, _ in found(verify())] == ["end"]


def test_a_changed_agreement_and_a_changed_receipt_are_named(lin: Planted) -> None:
    tamper("update lending_agreement set body = body || ' '")
    receipt = Document.objects.order_by("id")[0]
    tamper("update documents_document set body = replace(body, '53309', '53308') where id = %s", receipt.id)
    told = found(verify())
    assert [what for what, _ in told] == ["agreement", "document"]
    assert str(receipt.id) in told[1][1]


def test_a_case_that_lost_money_is_noticed(lin: Planted) -> None:
    tamper("update payments_unapplied set left_minor = left_minor - 1")
    assert found(verify()) == [("unapplied", "53309 in the books, 53308 in cases")]


def test_changed_terms_no_longer_agree_with_the_books(lin: Planted) -> None:
    tamper("""update lending_loan set terms = jsonb_set(terms, '{annual_rate}', '"0.13"')""")
    assert {what for what, _ in found(verify())} == {"books"}


def close_the_first_due_day() -> None:
    with transaction.atomic():
        days.sum_up(FIRST_DUE, loans=PRODUCTS_OF_LOANS)
        ClosedDay.objects.create(day=FIRST_DUE, shut_at=at(FIRST_DUE), finished_at=at(FIRST_DUE))
    assert verify().is_clean


def test_a_changed_total_of_a_day_is_named_with_both_figures(lin: Planted) -> None:
    close_the_first_due_day()
    DayTotal.objects.filter(account="in_transit_alipay").update(credit_minor=1)
    lender, product, _merchant = reference_rows(at(STARTED))
    kept = f"2026-09-30, lender {lender.id}, product none, in_transit_alipay: 106618 debit and 1 credit kept"
    assert ("day_total", f"{kept}, 106618 and 0 posted") in found(verify())
    DayTotal.objects.filter(account="receivable_interest").update(product_id=None)
    told = "\n".join(where for what, where in found(verify()) if what == "day_total")
    assert f"product {product.id}, receivable_interest: 0 debit and 0 credit kept, 6000 and 6000 posted" in told
    assert "product none, receivable_interest: 6000 debit and 6000 credit kept, 0 and 0 posted" in told


@pytest.mark.parametrize("side", ["debit_minor", "credit_minor"])
def test_a_total_that_is_a_fen_off_on_either_side_is_found(lin: Planted, side: str) -> None:
    close_the_first_due_day()
    DayTotal.objects.filter(account="in_transit_alipay").update(**{side: F(side) + 1})
    assert [what for what, _ in found(verify())] == ["trial_balance", "day_total"]


def test_a_posting_changed_after_its_day_was_summed_up_is_named_there_too(lin: Planted) -> None:
    close_the_first_due_day()
    tamper("update ledger_posting set amount_minor = amount_minor + 1 where debit = 'in_transit_alipay'")
    assert {what for what, _ in found(verify())} >= {"hash", "day_total"}


def test_a_finished_day_must_have_its_totals_and_one_that_is_merely_shut_need_not(lin: Planted) -> None:
    close_the_first_due_day()
    DayTotal.objects.all().delete()
    assert {what for what, _ in found(verify())} == {"day_total"}
    ClosedDay.objects.update(finished_at=None)
    assert verify().is_clean


def test_a_loan_whose_day_has_come_waits_for_the_worker(lin: Planted) -> None:
    assert verification.verify(today=date(2026, 10, 31)).is_clean, "nobody has woken it yet: nothing to compare"


def test_a_limit_counts_borrowers_and_pages_miss_nobody(lin: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_PAGE", 2)
    for n in range(4):
        plant_loan(starts_on=STARTED, borrower_id=plant_borrower(f"+8613900000{n:03}", now=at(STARTED)))
    assert verification.verify(today=STARTED).borrowers == 5
    assert verification.verify(today=STARTED, limit=3).borrowers == 3


def test_verifying_takes_few_statements_a_page_and_nineteen_for_the_whole(lin: Planted) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        verify()
    told = (
        "balance, totals, the lender's book and its channels, three of settlements, four of the bank, holds, amendments,"
        " three of what bureaus were told, four of debits, a page, its agreements, amendments, documents and certificates, an empty page"
    )
    assert len(captured) == 26, told


def test_holds_that_their_facts_know_nothing_of_are_named_both_ways() -> None:
    lin = buy()
    hold = lin.request(at(BOUGHT), 300_000).hold
    assert verification.verify(today=BOUGHT).is_clean
    tamper("update lending_hold set ended_at = opened_at where id = %s", hold.id)
    told = [("hold", f"hold {hold.id}: over, but its fact still holds the plan")]
    assert found(verification.verify(today=BOUGHT)) == told
    tamper("update lending_hold set ended_at = null where id = %s", hold.id)
    tamper("update lending_fact set kind = 'note' where id = %s", hold.id)
    assert ("hold", f"hold {hold.id}: open, but no fact holds the plan") in found(verification.verify(today=BOUGHT))


def test_a_hold_ends_with_its_release_and_goes_on_without_it() -> None:
    lin = buy()
    goods = lin.withdraw(lin.request(at(BOUGHT), 300_000), at(BOUGHT))
    assert verification.verify(today=BOUGHT).is_clean
    tamper("update lending_fact set body = jsonb_set(body, '{of}', to_jsonb(id::text)) where kind = 'release'")
    assert ("hold", f"hold {goods.hold_id}: over, but its fact still holds the plan") in found(
        verification.verify(today=BOUGHT)
    )
