"""The auditor: does its own sums over the rows, day by day and naively, and believes nobody else's."""

import hashlib
import json
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from tests.simulation.reading import rows

GRACE_DAYS = 3
DAY = timedelta(days=1)
# In which order of one day.
_TURNS = ("hold", "release", "return", "refund", "payment")
_KINDS = (*_TURNS, "void")


@dataclass(frozen=True, kw_only=True)
class Happened:
    """Something that a loan's fact tells, in fen; what ends a hold names it."""

    kind: str
    on: date
    id: str
    amount_minor: int = 0
    goal: str = ""
    of: str = ""


@dataclass(kw_only=True)
class Instalment:
    """What is to be paid on one due date and what was, in fen; `burden` is Σ unpaid principal of each late day.

    `late` counts the days since the due date on which nobody held the loan.
    """

    due_on: date
    opening: int
    principal: int
    interest: int
    penalty: int = 0
    burden: int = 0
    late: int = 0
    is_exempt: bool = False
    paid: dict[str, int] = field(default_factory=lambda: {"penalty": 0, "interest": 0, "principal": 0})

    def left(self, part: str) -> int:
        return int(getattr(self, part)) - self.paid[part]

    @property
    def all_left(self) -> int:
        return sum(self.left(part) for part in self.paid)

    def take(self, amount_minor: int) -> int:
        """What this instalment does not take."""
        for part in ("penalty", "interest", "principal"):
            taken_minor = min(self.left(part), amount_minor)
            self.paid[part] += taken_minor
            amount_minor -= taken_minor
        return amount_minor


class Course:
    """One loan, lived through day by day: equal instalments, penalty on late principal, excess to the next.

    Or one that is paid back at once after so many `days`, at a 365th of the year's rate for each. One whose payout came
    back never was: what was paid of it is the borrower's.
    """

    def __init__(
        self, *, principal_minor: int, instalments: int, annual_rate: str, fee_rate: str, starts_on: date, lent_to: str,
        void_on: date | None, penalty_a_day: str, days: int | None,
    ) -> None:  # fmt: skip
        self.lent_to, self.void_on, self.fee_rate = lent_to, void_on, Fraction(fee_rate)
        self.principal_minor, self.starts_on, self.rate = principal_minor, starts_on, Fraction(annual_rate)
        self.penalty_a_day, self.year = Fraction(penalty_a_day), 365 if days else 360
        self.rows = (
            _at_once(principal_minor, days, self.rate / 365, starts_on) if days
            else _plan(principal_minor, instalments, self.rate / 12, starts_on)
        )  # fmt: skip
        self.credit = self.received = self.brought_back_minor = 0
        self.today = starts_on
        self.holds: set[str] = set()
        # The running period's opening principal before each cut, and the days over which it stood.
        self.stretches: list[tuple[int, int]] = []
        self.stands_since = starts_on

    def live(self, happened: Iterable[Happened], *, until: date) -> "Course":
        waiting = sorted(happened, key=lambda each: (each.on, _TURNS.index(each.kind), each.id))
        self.today = self.starts_on - DAY
        while self.today < until:
            self.today += DAY
            if self.today == self.void_on:
                self._annul()
            self._grow()
            self._fall_due()
            while waiting and waiting[0].on <= self.today:
                each = waiting.pop(0)
                if self._waits(each, waiting):
                    continue
                self._meet(each)
            for row in self.rows:
                is_early = row.late <= GRACE_DAYS
                row.is_exempt = row.is_exempt or (is_early and not row.left("principal") + row.left("interest"))
        return self

    def _waits(self, each: Happened, waiting: list[Happened]) -> bool:
        """A refund of what a payment of the same day has left over comes after that payment."""
        same = [n for n, other in enumerate(waiting) if (other.on, other.kind) == (each.on, "payment")]
        before = [n for n in same if waiting[n].id < each.id]
        if each.kind != "refund" or each.amount_minor <= self.credit or not before:
            return False
        waiting.insert(before[-1] + 1, each)
        return True

    def _annul(self) -> None:
        self.rows, self.principal_minor, self.brought_back_minor, self.credit = [], 0, 0, self.received

    def _grow(self) -> None:
        if self.holds:
            return
        for row in self.rows:
            if row.due_on < self.today:
                row.late += 1
                row.burden += row.left("principal")
                if row.late > GRACE_DAYS and not row.is_exempt:
                    row.penalty = half_up(row.burden * self.penalty_a_day)

    def _fall_due(self) -> None:
        if any(row.due_on == self.today for row in self.rows):
            self.stretches, self.stands_since = [], self.today
            self._pay_due(self.credit)

    def _pay_due(self, amount_minor: int) -> None:
        for row in self.due:
            amount_minor = row.take(amount_minor)
        self.credit = amount_minor

    def _meet(self, each: Happened) -> None:
        if each.kind == "hold":
            self.holds.add(each.id)
        elif each.kind == "release":
            self.holds.remove(each.of)
        elif each.kind == "return":
            self._bring_back(each.amount_minor)
        elif each.kind == "refund":
            assert each.amount_minor <= self.credit, f"{each} is more than the credit {self.credit}"
            self.credit -= each.amount_minor
            self.received -= each.amount_minor
        else:
            self._take(each)

    def _bring_back(self, amount_minor: int) -> None:
        """Off the last instalments first, then off what is due; then it pays what is due, and the rest is credit."""
        self.brought_back_minor += amount_minor
        if not self.owes:
            self.credit += amount_minor
            return
        coming, left_minor = self.coming, amount_minor
        if coming and self.today > self.stands_since:
            self.stretches.append((sum(row.principal for row in coming), (self.today - self.stands_since).days))
            self.stands_since = self.today
        for row in (*reversed(coming), *self.due):
            cut_minor = min(row.left("principal"), left_minor)
            row.principal -= cut_minor
            left_minor -= cut_minor
        self._price(coming)
        credit_minor = self.credit
        self._pay_due(left_minor)
        self.credit += credit_minor

    def _price(self, coming: list[Instalment]) -> None:
        opening_minor = sum(row.principal for row in coming)
        for n, row in enumerate(coming):
            row.opening = opening_minor
            if n == 0:
                begins_on = self.due[-1].due_on if self.due else self.starts_on
                base = self._weighted(opening_minor, until=row.due_on)
                row.interest = half_up(self.rate / 12 * base / (row.due_on - begins_on).days)
            else:
                row.interest = half_up(self.rate / 12 * opening_minor)
            self.credit += max(row.paid["interest"] - row.interest, 0)
            row.paid["interest"] = min(row.paid["interest"], row.interest)
            opening_minor -= row.principal

    def _weighted(self, opening_minor: int, *, until: date) -> int:
        before = sum(minor * days for minor, days in self.stretches)
        return before + opening_minor * (until - self.stands_since).days

    def _take(self, payment: Happened) -> None:
        self.received += payment.amount_minor
        amount_minor = payment.amount_minor
        if payment.goal == "all" and self.owes:
            assert amount_minor >= self.payoff, f"{payment} is less than the payoff {self.payoff}"
            self.credit = amount_minor - self.payoff
            self._end()
            return
        for row in self.rows:
            amount_minor = row.take(amount_minor)
        self.credit += amount_minor

    def _end(self) -> None:
        earned = self.earned
        for n, row in enumerate(self.coming):
            row.interest = earned if n == 0 else 0
        for row in self.rows:
            row.paid = {part: getattr(row, part) for part in row.paid}

    @property
    def due(self) -> list[Instalment]:
        return [row for row in self.rows if row.due_on <= self.today]

    @property
    def coming(self) -> list[Instalment]:
        return self.rows[len(self.due) :]

    @property
    def owes(self) -> int:
        return sum(row.all_left for row in self.rows)

    @property
    def due_now(self) -> int:
        return sum(row.all_left for row in self.due)

    @property
    def earned(self) -> int:
        """Interest of the period that runs, up to today."""
        if not self.coming:
            return 0
        base = self._weighted(sum(row.principal for row in self.coming), until=self.today)
        return min(half_up(self.rate * base / self.year), self.coming[0].interest)

    @property
    def payoff(self) -> int:
        """What settles the loan today; below zero where more was paid ahead than was earned."""
        if not self.owes:
            return 0
        ahead = sum(row.paid["interest"] for row in self.coming)
        return self.due_now + sum(row.left("principal") for row in self.coming) + self.earned - ahead - self.credit

    @property
    def accrued_interest(self) -> int:
        """What is earned tonight and neither due nor paid ahead."""
        running = self.coming[0] if self.coming else None
        return max(self.earned - running.paid["interest"], 0) if running and running.all_left else 0

    @property
    def stage(self) -> str:
        """The ending of the accounts of what is receivable: by the oldest due date that was missed."""
        missed = [row.late for row in self.due if row.all_left]
        late = max((days for days in missed if days > GRACE_DAYS), default=0)
        return f"_m{min((late - 1) // 30 + 1, 4)}" if late else ""

    def books(self) -> dict[str, int]:
        """What must stand in the books tonight, debit above zero, with what accrues of the penalty."""
        lent_minor = self.principal_minor - self.brought_back_minor
        fee_minor = half_up(self.fee_rate * max(lent_minor, 0))
        shown = {
            f"receivable_principal{self.stage}": sum(row.left("principal") for row in self.rows),
            f"receivable_interest{self.stage}": sum(row.left("interest") for row in self.due),
            f"receivable_penalty{self.stage}": sum(row.left("penalty") for row in self.due),
            "interest_income": -sum(row.interest for row in self.due)
            - sum(row.paid["interest"] for row in self.coming),
            "penalty_income": -sum(row.penalty for row in self.rows),
            "credit_balance": -self.credit,
            "unapplied": self.received,
            self.lent_to: fee_minor - lent_minor,
            "merchant_fee_income": -fee_minor,
        }
        return {account: amount for account, amount in shown.items() if amount}


def _plan(principal_minor: int, count: int, rate: Fraction, starts_on: date) -> list[Instalment]:
    level = half_up(principal_minor / sum(1 / (1 + rate) ** k for k in range(1, count + 1)))
    rows, left = [], principal_minor
    for n, due_on in enumerate(due_dates(starts_on, count), 1):
        interest = half_up(left * rate)
        principal = left if n == count else min(left, max(0, level - interest))
        rows.append(Instalment(due_on=due_on, opening=left, principal=principal, interest=interest))
        left -= principal
    return rows


def _at_once(principal_minor: int, days: int, rate_a_day: Fraction, starts_on: date) -> list[Instalment]:
    interest = half_up(principal_minor * rate_a_day * days)
    due_on = starts_on + days * DAY
    return [Instalment(due_on=due_on, opening=principal_minor, principal=principal_minor, interest=interest)]


def due_dates(starts_on: date, count: int) -> list[date]:
    """The same day of each later month, or its last one."""
    months = [divmod(starts_on.year * 12 + starts_on.month - 1 + k, 12) for k in range(1, count + 1)]
    return [date(y, m + 1, min(starts_on.day, monthrange(y, m + 1)[1])) for y, m in months]


def half_up(amount: Fraction | int) -> int:
    return int((amount + Fraction(1, 2)) // 1)


class Auditor:
    """Compares what stands in the rows with its own sums; every finding names the loan, payment or borrower."""

    def __init__(self) -> None:
        self.compared = 0

    def audit(self, *, today: date) -> None:
        """Everything, at the end of a day on which all loans have been woken."""
        self._audit_loans(today)
        self._audit_payments()
        self._audit_totals()
        self._audit_chains()

    def course(self, loan_id: UUID, *, today: date) -> Course:
        """The loan as the auditor sees it on that day."""
        [loan] = rows("select * from lending_loan where id = %s", loan_id)
        facts = rows(f"select * from lending_fact where loan_id = %s and kind in {_KINDS}", loan_id)
        return _course(loan, facts, today)

    def _audit_loans(self, today: date) -> None:
        facts = _grouped(f"select * from lending_fact where kind in {_KINDS}", "loan_id")
        booked = _grouped(_BOOKED, "loan_id")
        for loan in rows("select * from lending_loan where starts_on is not null"):
            course = _course(loan, facts.get(loan["id"], []), today)
            stands = Counter({row["account"]: int(row["amount"]) for row in booked.get(loan["id"], [])})
            accrued = _accrued(loan, today)
            stands[f"receivable_penalty{course.stage}"] += accrued["penalty"]
            stands["penalty_income"] -= accrued["penalty"]
            stands = Counter({account: minor for account, minor in stands.items() if minor})
            assert accrued["interest"] == course.accrued_interest, f"loan {loan['id']} on {today}: {accrued}"
            assert stands == course.books(), _off(loan, today, stands, course.books())
            is_over = course.owes == 0 and not course.void_on
            assert (loan["settled_on"] is not None) == is_over, f"loan {loan['id']} settled? {today}"
            self.compared += 1

    def _audit_payments(self) -> None:
        """Every fen of a payment is in one loan's fact or in one case, and it has one receipt.

        Every fen of a case is left there, was used by staff, or has gone back or is about to.
        """
        for row in rows(_SPLIT):
            assert row["amount_minor"] == row["applied"] + row["kept"], f"payment {row['id']}: {row}"
            assert row["receipts"] == row["arrivals"] == 1, f"payment {row['id']}: {row}"

        for row in rows(_CASES):
            assert row["amount_minor"] == row["left_minor"] + row["returned"], f"case {row['id']}: {row}"

    def _audit_totals(self) -> None:
        for row in rows(_TOTALS):
            left = row["paid"] - row["gone"] - row["lent"]
            assert row["in_transit"] == left, f"in transit of {row['borrower_id']}: {row}"
            assert row["going"] == row["on_its_way"], f"refunds of {row['borrower_id']}: {row}"
            assert row["unapplied"] == row["open_cases"], f"unapplied of {row['borrower_id']}: {row}"

    def _audit_chains(self) -> None:
        facts, postings = (_grouped(f"select * from {table}", "borrower_id") for table in _HASHED)
        for borrower in rows("select id, last_seq, last_hash from people_borrower"):
            links = [
                (row, {name: row[name] for name in names})
                for names, rows in zip(_HASHED.values(), (facts, postings), strict=True)
                for row in rows.get(borrower["id"], [])
            ]
            links.sort(key=lambda link: link[0]["seq"])
            end = bytes(32)
            for seq, (row, stated) in enumerate(links, 1):
                end = hashlib.sha256(end + str(seq).encode() + _spelled(stated)).digest()
                assert (row["seq"], bytes(row["hash"])) == (seq, end), f"chain of {borrower['id']} at {seq}"
            assert (borrower["last_seq"], bytes(borrower["last_hash"])) == (
                len(links),
                end,
            ), f"chain of {borrower['id']} ends elsewhere"


def _course(loan: Mapping[str, Any], facts: Iterable[Mapping[str, Any]], today: date) -> Course:
    terms = loan["terms"]
    course = Course(
        principal_minor=int(Fraction(terms["principal"]) * 100), instalments=terms["instalments"],
        annual_rate=terms["annual_rate"], fee_rate=terms.get("merchant_fee_rate", "0"), starts_on=loan["starts_on"],
        lent_to="payout_payable" if loan["is_cash"] else "merchant_payable",
        void_on=next((fact["counts_on"] for fact in facts if fact["kind"] == "void"), None),
        penalty_a_day=terms["penalty"]["daily_rate"], days=terms["every"].get("days"),
    )  # fmt: skip
    return course.live((_happened(fact) for fact in facts if fact["kind"] != "void"), until=today)


def _happened(fact: Mapping[str, Any]) -> Happened:
    body = fact["body"]
    amount_minor = int(Fraction(body["amount"]) * 100) if "amount" in body else body.get("amount_minor", 0)
    return Happened(
        kind=fact["kind"], on=fact["counts_on"], id=str(fact["id"]), amount_minor=amount_minor,
        goal=body.get("for", ""), of=body.get("of", ""),
    )  # fmt: skip


def _accrued(loan: Mapping[str, Any], today: date) -> Counter[str]:
    """What the lines beside the loan come to tonight: seven numbers each."""
    found: Counter[str] = Counter()
    numbers = loan["accruals"] or []
    for n in range(0, len(numbers), 7):
        part, start, per_day, denominator, most, booked, _ = numbers[n : n + 7]
        earned = half_up(Fraction(start + per_day * (today - loan["stands_on"]).days, denominator))
        found[("interest", "fee", "penalty")[part]] += max(min(earned, most) - booked, 0)
    return found


def _off(loan: Mapping[str, Any], today: date, stands: dict[str, int], wanted: dict[str, int]) -> str:
    off = {name: (stands.get(name, 0), wanted.get(name, 0)) for name in {*stands, *wanted}}
    return f"loan {loan['id']} on {today}, (booked, wanted): " + str(
        {name: pair for name, pair in off.items() if pair[0] != pair[1]}
    )


def _grouped(statement: str, by: str) -> dict[Any, list[dict[str, Any]]]:
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows(statement):
        groups.setdefault(row[by], []).append(row)
    return groups


def _spelled(stated: Mapping[str, Any]) -> bytes:
    def spell(value: Any) -> str:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        return value.isoformat() if isinstance(value, date) else str(value)

    return json.dumps(stated, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=spell).encode()


_HASHED = {
    "lending_fact": ("id", "loan_id", "kind", "counts_on", "body", "actor", "key", "recorded_at"),
    "ledger_posting": (
        "id", "entry_id", "loan_id", "cause", "cause_id", "debit", "credit", "amount_minor", "currency",
        "lender_id", "counts_on", "booked_on", "recorded_at",
    ),
}  # fmt: skip
_BOOKED = """
    select loan_id, account, sum(amount) as amount from (
        select loan_id, debit as account, amount_minor as amount from ledger_posting
        union all select loan_id, credit, -amount_minor from ledger_posting
    ) moved where loan_id is not null group by loan_id, account
"""
_SPLIT = """
    select p.id, p.amount_minor,
        (select coalesce(sum((f.body->>'amount_minor')::bigint), 0) from lending_fact f
            where f.kind = 'payment' and f.body->>'payment_id' = p.id::text)
        - (select coalesce(sum((f.body->>'amount')::numeric * 100), 0)::bigint from lending_fact f
            where f.kind = 'refund' and right(f.key, 36) = p.id::text) as applied,
        (select coalesce(sum(u.amount_minor), 0) from payments_unapplied u where u.payment_id = p.id) as kept,
        (select count(*) from documents_document d where d.subject_id = p.id) as receipts,
        (select count(*) from ledger_posting g where g.cause = 'arrival' and g.cause_id = p.id
            and g.amount_minor = p.amount_minor) as arrivals
    from payments_payment p
"""
_CASES = """
    select u.id, u.amount_minor, u.left_minor,
        (select coalesce(sum(r.amount_minor), 0) from payments_refund r
            where r.borrower_id = u.borrower_id and r.case_id = u.id and r.state <> 'failed') as returned
    from payments_unapplied u
"""
_TOTALS = """
    select b.id as borrower_id,
        (select coalesce(sum(case when debit like 'in_transit%' or debit = 'bank' then amount_minor else 0 end)
                - sum(case when credit like 'in_transit%' or credit = 'bank' then amount_minor else 0 end), 0)
            from ledger_posting g where g.borrower_id = b.id and g.cause <> 'settlement') as in_transit,
        (select coalesce(sum(amount_minor), 0) from payments_payment p where p.borrower_id = b.id) as paid,
        (select coalesce(sum(case when credit = 'unapplied' then amount_minor else 0 end)
                - sum(case when debit = 'unapplied' then amount_minor else 0 end), 0)
            from ledger_posting g where g.borrower_id = b.id) as unapplied,
        (select coalesce(sum(left_minor), 0) from payments_unapplied u where u.borrower_id = b.id) as open_cases,
        (select coalesce(sum(case when credit = 'refund_in_transit' then amount_minor else 0 end)
                - sum(case when debit = 'refund_in_transit' then amount_minor else 0 end), 0)
            from ledger_posting g where g.borrower_id = b.id) as going,
        (select coalesce(sum(amount_minor), 0) from payments_refund r
            where r.borrower_id = b.id and r.state in ('created', 'processing', 'unknown')) as on_its_way,
        (select coalesce(sum(amount_minor), 0) from payments_refund r
            where r.borrower_id = b.id and r.state = 'succeeded') as gone,
        (select coalesce(sum(amount_minor), 0) from payments_payout p
            where p.borrower_id = b.id and p.state = 'succeeded') as lent
    from people_borrower b
"""
