"""Loans in hand: read whole for an act, and the only place that writes facts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, Protocol
from uuid import UUID

from anqi.engine import disclosure
from anqi.engine import facts as engine_facts
from anqi.engine.accruals import Line
from anqi.engine.loan import Standing
from anqi.engine.loan import standing as standing_of
from anqi.engine.money import read_amount
from anqi.engine.products import Terms, read_terms
from anqi.lending import accruals
from anqi.rows import sql
from anqi.rows.chain import Chain
from anqi.rows.ids import uuid7


@dataclass(frozen=True, kw_only=True)
class LoanInHand:
    """A loan as read at the start of an act: its terms as signed and all its facts so far."""

    id: UUID
    borrower_id: UUID
    lender_id: UUID
    order_id: UUID
    number: str
    currency: str
    is_cash: bool = False
    """Whether the borrower gets the money and no shop does."""
    signed: str = field(repr=False)
    """The terms as they were signed, as JSON."""
    starts_on: date | None
    settled_on: date | None
    cancelled_on: date | None
    next_wake_on: date | None
    stands_on: date | None = None
    """The evening that its books show."""
    lines: Sequence[int] | None = None
    """Its accruals as they are kept."""
    facts: tuple[engine_facts.Fact, ...] = field(repr=False)

    @cached_property
    def accruals(self) -> tuple[Line, ...]:
        """By what it goes on earning from the evening that its books show until its next wake, without being booked."""
        return accruals.from_numbers(self.lines, since=self.stands_on)

    @cached_property
    def signed_terms(self) -> dict[str, Any]:
        """The terms as they were signed, without a day."""
        signed: dict[str, Any] = json.loads(self.signed)
        return signed

    @property
    def signed_minor(self) -> int:
        """How much was signed for, in fen."""
        return read_amount(self.signed_terms["principal"], currency=self.currency)

    @cached_property
    def terms(self) -> Terms:
        """The terms with the day the loan began. Asked only of a loan that has begun."""
        return _read_terms(self.signed, self.starts_on)

    @property
    def discloses(self) -> frozenset[str]:
        """The parts as which its signed cost statement lets something be charged; nothing before it has begun."""
        return disclosure.parts_of(self.terms) if self.starts_on else frozenset()

    def standing(self, on: date) -> Standing:
        """How it stands at the end of that day; each day is replayed once. Asked only of a loan that has begun."""
        if on not in self._standings:
            self._standings[on] = standing_of(self.terms, self.facts, on)
        return self._standings[on]

    @cached_property
    def _standings(self) -> dict[date, Standing]:
        return {}

    @property
    def has_begun(self) -> bool:
        """Whether it has dates and stands in the books: also once it was written off, made void or settled."""
        return self.starts_on is not None and self.cancelled_on is None


@dataclass(frozen=True, kw_only=True)
class NewFact:
    """A fact about to be recorded; `key` makes its act repeatable.

    The body of a kind that the engine counts is its JSON statement of the fact without type, id and on, but for the
    four kinds whose amounts stand there in fen: payment, reversal, waiver, return.
    """

    loan_id: UUID
    kind: str
    counts_on: date
    body: dict[str, Any]
    actor: str
    key: str
    id: UUID = field(default_factory=uuid7)


def terms_from(signed_terms: dict[str, Any], *, starts_on: date | None) -> Terms:
    """What the engine reads: the signed terms, dated."""
    return _read_terms(json.dumps(signed_terms), starts_on)


# By the text, so that of many loans on the same terms one is read.
@lru_cache(maxsize=4096)
def _read_terms(signed: str, starts_on: date | None) -> Terms:
    assert starts_on, "a loan that has not begun has no dates"
    return read_terms(json.loads(signed) | {"starts_on": starts_on.isoformat()})


def read(borrower_id: UUID, loan_ids: Iterable[UUID]) -> dict[UUID, LoanInHand]:
    """These loans of this borrower with their facts, in one statement. Lock the borrower first."""
    rows = sql.fetch(_READ, [borrower_id, list(loan_ids)])
    return {loan.id: loan for loan in map(_loan, rows)}


def read_waking(borrower_ids: Iterable[UUID], *, on: date) -> list[LoanInHand]:
    """All loans of these borrowers whose next day has come by then, in one statement. Lock the borrowers first."""
    return [_loan(row) for row in sql.fetch(_READ_WAKING, [sql.as_ids(borrower_ids), on])]


def read_pairs(pairs: Iterable[tuple[UUID, UUID]]) -> list[LoanInHand]:
    """The loans of these (borrower id, loan id), in one statement."""
    borrower_ids, loan_ids = zip(*pairs, strict=True)
    return [_loan(row) for row in sql.fetch(_READ_PAIRS, [sql.as_ids(borrower_ids), sql.as_ids(loan_ids)])]


def counted(fact: NewFact, *, currency: str) -> engine_facts.Fact:
    """The new fact as the engine reads it, with its amounts in the loan's currency."""
    return _engine_fact(str(fact.id), fact.kind, fact.counts_on, fact.body, currency)


def record(chain: Chain, facts: Sequence[NewFact], *, now: datetime) -> None:
    """Adds facts at the end of the borrower's chain, in this order and in one statement."""
    rows = [_row(chain, fact, now) for fact in facts]
    sql.write(_RECORD, [chain.borrower_id, sql.as_rows(rows)])


def recorded(fact_row: dict[str, Any]) -> dict[str, Any]:
    """What the chain's hash of a fact covers: the whole row but its place in the chain."""
    return {name: fact_row[name] for name in _HASHED}


class Outlook(Protocol):
    """What is kept beside a loan of how it goes on: when it next changes by itself, and what it earns until then."""

    @property
    def next_wake_on(self) -> date | None: ...
    @property
    def settled_on(self) -> date | None: ...
    @property
    def stands_on(self) -> date | None: ...
    @property
    def accruals(self) -> tuple[Line, ...]: ...


def wake(borrower_id: UUID, loan_id: UUID, outlook: Outlook) -> None:
    """Notes beside the loan what the nightly close looks for."""
    sql.write(
        "update lending_loan set next_wake_on = $1, settled_on = $2, stands_on = $3, accruals = $4"
        " where borrower_id = $5 and id = $6",
        [
            outlook.next_wake_on, outlook.settled_on, outlook.stands_on, accruals.as_numbers(outlook.accruals),
            borrower_id, loan_id,
        ],
    )


def wake_all(outlooks: Iterable[tuple[LoanInHand, Outlook]]) -> None:
    """Notes beside each of these loans what the nightly close looks for, in one statement."""
    rows = [
        f'{{"borrower_id":"{held.borrower_id}","id":"{held.id}"'
        f',"next_wake_on":{_spelt(outlook.next_wake_on)},"settled_on":{_spelt(outlook.settled_on)}'
        f',"stands_on":{_spelt(outlook.stands_on)},"accruals":{accruals.as_numbers(outlook.accruals) or "null"}}}'
        for held, outlook in outlooks
    ]
    sql.write(_WAKE_ALL, [sql.as_rows(rows)])


def _spelt(day: date | None) -> str:
    return f'"{day}"' if day else "null"


def _loan(row: tuple[Any, ...]) -> LoanInHand:
    *columns, facts = row
    stated = dict(zip(_LOAN, columns, strict=True))
    currency = stated["currency"]
    return LoanInHand(
        **stated,
        facts=tuple(
            _engine_fact(id, kind, date.fromisoformat(counts_on), body, currency)
            for id, kind, counts_on, body in json.loads(facts)
        ),
    )


def _engine_fact(
    id: str, kind: str, counts_on: date, body: dict[str, Any], currency: str
) -> engine_facts.Fact:
    if kind == "payment":
        return engine_facts.Payment(id=id, on=counts_on, amount_minor=body["amount_minor"], goal=body["for"])
    stated: dict[str, Any] = {"id": id, "on": counts_on}
    if kind == "reversal":
        return engine_facts.Reversal(**stated, of=body["of"])
    if kind == "waiver":
        return engine_facts.Waiver(**stated, what=body["what"], amount_minor=body["amount_minor"])
    if kind == "return":
        gives_back = body.get("gives_back", False)
        return engine_facts.Return(**stated, amount_minor=body["amount_minor"], gives_back=gives_back)
    told = body | {"type": kind, "id": id, "on": counts_on.isoformat()}
    [fact] = engine_facts.read_facts([told], currency=currency)
    return fact


def _row(chain: Chain, fact: NewFact, now: datetime) -> str:
    stated = {
        "id": fact.id,
        "loan_id": fact.loan_id,
        "kind": fact.kind,
        "counts_on": fact.counts_on,
        "body": fact.body,
        "actor": fact.actor,
        "key": fact.key,
        "recorded_at": now,
    }
    return chain.link(recorded(stated)).as_row()


_TYPES = {
    "id": "uuid", "loan_id": "uuid", "kind": "text", "counts_on": "date", "body": "jsonb", "actor": "text",
    "key": "text", "recorded_at": "timestamptz",
}  # fmt: skip
_HASHED = tuple(_TYPES)
_RECORD = f"""
    insert into lending_fact (borrower_id, {", ".join(_HASHED)}, seq, hash)
    select $1::uuid, {", ".join(_HASHED)}, seq, decode(hash, 'hex')
    from {sql.rows("$2", _TYPES | {"seq": "bigint", "hash": "text"})}
"""
_LOAN = {
    "id": "l.id", "borrower_id": "l.borrower_id", "lender_id": "l.lender_id", "order_id": "l.order_id",
    "number": "l.number", "currency": "l.currency", "is_cash": "l.is_cash", "starts_on": "l.starts_on",
    "settled_on": "l.settled_on",
    "cancelled_on": "l.cancelled_on", "next_wake_on": "l.next_wake_on", "stands_on": "l.stands_on",
    "lines": "l.accruals", "signed": "l.terms::text",
}  # fmt: skip
_LOAN_WITH_FACTS = f"""
    select {", ".join(_LOAN.values())},
        (select coalesce(json_agg(json_build_array(f.id, f.kind, f.counts_on, f.body) order by f.seq), '[]')::text
            from lending_fact f
            where f.borrower_id = l.borrower_id and f.loan_id = l.id and f.kind in {engine_facts.KINDS})
    from lending_loan l
"""
_READ = f"{_LOAN_WITH_FACTS} where l.borrower_id = $1 and l.id = any($2) order by l.id"
_READ_WAKING = f"""
    {_LOAN_WITH_FACTS} where l.borrower_id = any($1::uuid[]) and l.next_wake_on <= $2 order by l.borrower_id, l.id
"""
_READ_PAIRS = f"""
    {_LOAN_WITH_FACTS}
    join unnest($1::uuid[], $2::uuid[]) as asked (borrower_id, id) using (borrower_id, id)
    order by l.borrower_id, l.id
"""
_OUTLOOK = {
    "borrower_id": "uuid", "id": "uuid", "next_wake_on": "date", "settled_on": "date", "stands_on": "date",
    "accruals": "bigint[]",
}  # fmt: skip
_WAKE_ALL = f"""
    update lending_loan l set next_wake_on = given.next_wake_on, settled_on = given.settled_on,
        stands_on = given.stands_on, accruals = given.accruals
    from {sql.rows("$1", _OUTLOOK)}
    where l.borrower_id = given.borrower_id and l.id = given.id
"""
