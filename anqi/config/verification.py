"""Verification: every chain recomputed, every loan's books compared with the engine, every document hashed anew."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from anqi.config import verified_debits, verified_house, verified_reports, verified_sides
from anqi.documents.models import Certificate, Document
from anqi.engine.facts import KINDS
from anqi.engine.refusals import Refused
from anqi.ledger import books, totals, trial
from anqi.ledger import inspection as ledger_inspection
from anqi.lending import courses, inspection, store
from anqi.lending.models import Agreement, Amendment
from anqi.lending.store import LoanInHand, NewFact
from anqi.rows.chain import GENESIS, digest

# Borrowers read together: enough for one statement to be worth its while, few enough to hold in memory.
_PAGE = 200


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One thing that is not as it must be, and where; ids only, no personal data."""

    what: str
    borrower_id: UUID | None
    where: str

    def told(self) -> str:
        """In one line, for the operator."""
        whose = f" borrower {self.borrower_id}" if self.borrower_id else ""
        return f"{self.what}{whose}: {self.where}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was verified, and what is wrong."""

    on: date
    borrowers: int
    links: int
    loans: int
    documents: int
    wrong: tuple[Wrong, ...]

    @property
    def is_clean(self) -> bool:
        return not self.wrong

    def told(self) -> str:
        """The report for the operator, the findings first."""
        lines = [wrong.told() for wrong in self.wrong]
        lines.append(
            f"{self.on}: {self.borrowers} borrowers, {self.links} facts and postings, {self.loans} loans and"
            f" {self.documents} documents verified; {len(self.wrong) or 'nothing'} wrong."
        )
        return "\n".join(lines)


@dataclass(frozen=True, kw_only=True)
class _Whole:
    """Everything that one borrower's chain and books hang on, read by one statement: one instant."""

    borrower_id: UUID
    last_seq: int
    last_hash: bytes
    left_minor: int
    returning_minor: int
    loans: Sequence[Mapping[str, Any]]
    facts: Sequence[Mapping[str, Any]]
    postings: Sequence[Mapping[str, Any]]
    paid_plans: Sequence[Mapping[str, Any]]


def verify(*, today: date, limit: int | None = None) -> Report:
    """What is wrong in the whole house, or in the first `limit` borrowers; it may run while others work.

    Chains without gap or fork, the lender's own too, the trial balance, the totals of shut days and the shops'
    settlements against their postings, the account `bank` against the bank's statements, holds against their facts,
    debits against their plans, what bureaus were told against files and facts, each loan's books and paid plans against
    the engine, unapplied money against its cases, papers' hashes. A loan not woken is compared as of the day before.
    """
    told = [*verified_house.wrong(), *verified_sides.wrong(), *verified_reports.wrong()]
    told += verified_debits.wrong(today=today)
    wrong = [*_check_trial_balance(), *_check_day_totals()]
    wrong += [Wrong(what=what, borrower_id=whose, where=where) for what, whose, where in told]
    borrowers = links = loans = documents = 0
    for page in _pages(limit):
        for whole in page:
            wrong += [*_check_chain(whole), *_check_loans(whole, today)]
            wrong += [*_check_unapplied(whole), *_check_payouts(whole)]
            borrowers, loans = borrowers + 1, loans + len(whole.loans)
            links += len(whole.facts) + len(whole.postings)
        count, changed = _check_documents([whole.borrower_id for whole in page])
        documents += count
        wrong += changed
    return Report(
        on=today, borrowers=borrowers, links=links, loans=loans, documents=documents, wrong=tuple(wrong)
    )


def _check_trial_balance() -> Iterator[Wrong]:
    total = trial.total(trial.trial_balance(date.max))
    if not total.is_balanced:
        yield Wrong(
            what="trial_balance", borrower_id=None, where=f"{total.debit_minor} debit, {total.credit_minor} credit"
        )


def _check_day_totals() -> Iterator[Wrong]:
    for off in totals.differing(loans=inspection.PRODUCTS_OF_LOANS):
        where = (
            f"{off.day}, lender {off.lender_id}, product {off.product_id or 'none'}, {off.account}:"
            f" {off.debit_minor} debit and {off.credit_minor} credit kept,"
            f" {off.posted_debit_minor} and {off.posted_credit_minor} posted"
        )
        yield Wrong(what="day_total", borrower_id=None, where=where)


def _check_chain(whole: _Whole) -> Iterator[Wrong]:
    """Each link is held against the stored hash before it, so that a changed row is named, and only that one."""
    previous, expected_seq = GENESIS, 1
    for row, record, table in _links(whole):
        where = f"{table} {row['id']}, seq {row['seq']}"
        if row["seq"] != expected_seq:
            what = "gap" if row["seq"] > expected_seq else "fork"
            yield Wrong(what=what, borrower_id=whole.borrower_id, where=f"{where}, expected {expected_seq}")
        elif digest(previous, row["seq"], record) != bytes(row["hash"]):
            yield Wrong(what="hash", borrower_id=whole.borrower_id, where=where)
        previous, expected_seq = bytes(row["hash"]), row["seq"] + 1
    if (whole.last_seq, whole.last_hash) != (expected_seq - 1, previous):
        where = f"chain ends at {expected_seq - 1}, the borrower's row says {whole.last_seq}"
        yield Wrong(what="end", borrower_id=whole.borrower_id, where=where)


def _links(whole: _Whole) -> list[tuple[Mapping[str, Any], dict[str, Any], str]]:
    facts = [(row, store.recorded(dict(row)), "fact") for row in whole.facts]
    postings = [(row, books.recorded(row), "posting") for row in whole.postings]
    return sorted([*facts, *postings], key=lambda link: int(link[0]["seq"]))


def _check_loans(whole: _Whole, today: date) -> Iterator[Wrong]:
    booked = _booked(whole.postings)
    for held in _held(whole):
        try:
            wanted = courses.expected(held, today=today)
        except Refused as failure:
            # Terms that nobody can read are found here too; the others are still looked at.
            where = f"loan {held.number}: {type(failure).__name__}"
            yield Wrong(what="books", borrower_id=whole.borrower_id, where=where)
            continue
        for off in ledger_inspection.differences(wanted=wanted, booked=booked.get(held.id, {})):
            where = f"loan {held.number}, {off.account}: {off.booked_minor} booked, {off.wanted_minor} expected"
            yield Wrong(what="books", borrower_id=whole.borrower_id, where=where)
        paid = verified_debits.paid_and_due(held, whole.paid_plans, whole.facts, today=today)
        yield from (Wrong(what="debit_plan", borrower_id=whole.borrower_id, where=where) for where in paid)


def _booked(postings: Iterable[Mapping[str, Any]]) -> dict[UUID | None, dict[str, int]]:
    balances: dict[UUID | None, dict[str, int]] = {}
    for row in postings:
        of_loan = balances.setdefault(row["loan_id"], {})
        of_loan[row["debit"]] = of_loan.get(row["debit"], 0) + row["amount_minor"]
        of_loan[row["credit"]] = of_loan.get(row["credit"], 0) - row["amount_minor"]
    return balances


def _held(whole: _Whole) -> Iterator[LoanInHand]:
    for row in whole.loans:
        facts = [fact for fact in whole.facts if fact["loan_id"] == row["id"] and fact["kind"] in KINDS]
        yield LoanInHand(
            **{name: row[name] for name in _LOAN},
            lines=row["accruals"],
            borrower_id=whole.borrower_id,
            signed=json.dumps(row["terms"]),
            facts=tuple(store.counted(_new_fact(fact), currency=row["currency"]) for fact in facts),
        )


def _new_fact(row: Mapping[str, Any]) -> NewFact:
    names = ("id", "loan_id", "kind", "counts_on", "body", "actor", "key")
    return NewFact(**{name: row[name] for name in names})


def _check_unapplied(whole: _Whole) -> Iterator[Wrong]:
    """Money that no loan has used is money that a case still holds or that is on its way back, to the fen."""
    booked = _booked(whole.postings).values()
    waiting_minor = -sum(of_loan.get("unapplied", 0) for of_loan in booked)
    if waiting_minor != whole.left_minor:
        where = f"{waiting_minor} in the books, {whole.left_minor} in cases"
        yield Wrong(what="unapplied", borrower_id=whole.borrower_id, where=where)
    returning_minor = -sum(of_loan.get("refund_in_transit", 0) for of_loan in booked)
    if returning_minor != whole.returning_minor:
        where = f"{returning_minor} in the books, {whole.returning_minor} in refunds on their way"
        yield Wrong(what="refunds", borrower_id=whole.borrower_id, where=where)


def _check_payouts(whole: _Whole) -> Iterator[Wrong]:
    """A loan in cash stands in the books if, and only if, its money has left."""
    to_leave_minor = -sum(of_loan.get("payout_payable", 0) for of_loan in _booked(whole.postings).values())
    if to_leave_minor:
        yield Wrong(what="payouts", borrower_id=whole.borrower_id, where=f"{to_leave_minor} begun and not paid out")


def _check_documents(borrower_ids: Sequence[UUID]) -> tuple[int, list[Wrong]]:
    count, wrong = 0, []
    for model in (Agreement, Amendment, Document, Certificate):
        name = model.__name__.lower()
        # Papers of the forgotten are blanked; nobody else's may be.
        kept = Q(borrower__forgotten_at=None) | ~Q(body="")
        theirs = model.objects.filter(kept, borrower_id__in=borrower_ids)
        rows = theirs.values_list("borrower_id", "id", "body", "sha256")
        for borrower_id, id, body, sha256 in rows.iterator():
            count += 1
            if hashlib.sha256(body.encode()).hexdigest() != sha256:
                wrong.append(Wrong(what=name, borrower_id=borrower_id, where=f"{name} {id}: body and hash differ"))
    return count, wrong


def _pages(limit: int | None) -> Iterator[list[_Whole]]:
    after, left = UUID(int=0), limit
    while left is None or left > 0:
        page = _read_page(after, _PAGE if left is None else min(_PAGE, left))
        if not page:
            return
        yield page
        after = page[-1].borrower_id
        left = None if left is None else left - len(page)


def _read_page(after: UUID, count: int) -> list[_Whole]:
    """The next borrowers, whole. One statement sees one instant, whatever is paid meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [after, count])
        return [
            _Whole(
                borrower_id=row[0],
                last_seq=row[1],
                last_hash=bytes(row[2]),
                left_minor=int(row[3]),
                returning_minor=int(row[4]),
                loans=[_typed(each) for each in json.loads(row[5])],
                facts=[_typed(each) for each in json.loads(row[6])],
                postings=[_typed(each) for each in json.loads(row[7])],
                paid_plans=[_typed(each) for each in json.loads(row[8])],
            )
            for row in cursor.fetchall()
        ]


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the types that its hash was computed with, told by the columns' names."""
    return {name: value if value is None else _type(name, value) for name, value in row.items()}


def _type(name: str, value: Any) -> Any:
    if name == "hash":
        return bytes.fromhex(value.removeprefix("\\x"))
    if name == "id" or name.endswith("_id"):
        return UUID(value)
    if name.endswith("_on"):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if name.endswith("_at") else value


_LOAN = (
    "id", "lender_id", "order_id", "number", "currency", "is_cash", "starts_on", "settled_on", "cancelled_on",
    "next_wake_on", "stands_on",
)  # fmt: skip
_READ = f"""
    select b.id, b.last_seq, b.last_hash,
        (select coalesce(sum(u.left_minor), 0) from payments_unapplied u where u.borrower_id = b.id),
        (select coalesce(sum(r.amount_minor), 0) from payments_refund r
            where r.borrower_id = b.id and r.state in ('created', 'processing', 'unknown')),
        (select coalesce(json_agg(l), '[]')::text from (
            select {", ".join(_LOAN)}, accruals, terms from lending_loan where borrower_id = b.id) l),
        (select coalesce(json_agg(f), '[]')::text from (
            select seq, hash, id, loan_id, kind, counts_on, body, actor, key, recorded_at
            from lending_fact where borrower_id = b.id order by seq) f),
        (select coalesce(json_agg(p), '[]')::text from (
            select seq, hash, id, entry_id, loan_id, cause, cause_id, debit, credit, amount_minor, currency,
                lender_id, counts_on, booked_on, recorded_at
            from ledger_posting where borrower_id = b.id order by seq) p),
        (select coalesce(json_agg(d), '[]')::text from (
            select id, loan_id, due_on, ended_at from payments_debit_plan
            where borrower_id = b.id and state = 'paid') d)
    from people_borrower b
    where b.id > %s
    order by b.id
    limit %s
"""
