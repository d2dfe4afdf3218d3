"""Everything that happened to a loan, in one order of time: told, decided, booked, paid, sent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.documents import queries as documents
from anqi.documents.queries import Receipt
from anqi.engine.facts import Fact as EngineFact
from anqi.ledger import inspection as ledger
from anqi.ledger.inspection import EntryShown
from anqi.lending import amendments
from anqi.lending import inspection as lending
from anqi.lending.inspection import LoanShown
from anqi.lending.models import Amendment, Fact
from anqi.notices import inspection as notices
from anqi.notices.models import Webhook
from anqi.notices.texts import CODES
from anqi.payments import inspection as payments
from anqi.payments.models import Application, Unapplied
from anqi.people import inspection as people
from anqi.web.office import outside, wording
from anqi.web.office.events import Event, Line
from anqi.web.office.wording import word
from anqi.web.shared.figures import write_day
from anqi.web.shared.happenings import Told, tell


@dataclass(frozen=True, kw_only=True)
class _Actors:
    """The names of the staff behind facts and applications."""

    names: dict[UUID, str]

    def told(self, actor: str) -> str:
        kind, _colon, id = actor.partition(":")
        if kind == "staff" and id:
            return self.names.get(UUID(id), id)
        return {"borrower": _("借款人"), "merchant": _("商户")}.get(kind, actor)


def events(shown: LoanShown) -> list[Event]:
    """The loan's whole story, oldest first, in a number of statements that doesn't grow with it."""
    borrower_id, loan_id = shown.row.borrower_id, shown.row.id
    facts = lending.facts(borrower_id, loan_id)
    dealings = payments.dealings(borrower_id, loan_id, payment_ids=_payment_ids(facts))
    payment_ids = [payment.id for payment in dealings.payments]
    causes = [*payment_ids, *(refund.id for refund in dealings.refunds)]
    cases = [case for case in payments.cases(borrower_id) if case.payment_id in payment_ids]
    case_ids = {case.id for case in cases}
    applications = [
        each for each in payments.applications(borrower_id) if each.loan_id == loan_id or each.case_id in case_ids
    ]
    happened = {fact.id: fact for fact in shown.held.facts}
    actors = _Actors(names=people.staff_names([*_staff_of(facts), *_deciders(applications)]))
    return sorted(
        [
            *(_fact(fact, actors, happened) for fact in facts),
            *(_amendment(each) for each in amendments.of_loan(borrower_id, loan_id)),
            *(_entry(each) for each in ledger.entries(borrower_id, loan_id, cause_ids=causes)),
            *outside.with_channels(dealings),
            *(_receipt(each) for each in documents.receipts_of(borrower_id, payment_ids).values()),
            *(_case(case) for case in cases),
            *(event for each in applications for event in _application(each, actors)),
            *(outside.message(each) for each in notices.messages(borrower_id) if each.template not in CODES),
            *(outside.webhook(each) for each in _webhooks(shown)),
        ],
        key=lambda event: (event.at, event.rank),
    )


def _webhooks(shown: LoanShown) -> list[Webhook]:
    return notices.webhooks_about(shown.row.order.merchant_order_id) if shown.row.order else []


def _payment_ids(facts: Iterable[Fact]) -> list[UUID]:
    return [UUID(fact.body["payment_id"]) for fact in facts if "payment_id" in fact.body]


def _staff_of(facts: Iterable[Fact]) -> Iterator[UUID]:
    for fact in facts:
        kind, _colon, id = fact.actor.partition(":")
        if kind == "staff" and id:
            yield UUID(id)


def _deciders(applications: Iterable[Application]) -> Iterator[UUID | None]:
    for each in applications:
        yield from (each.requested_by, each.decided_by)


def _fact(fact: Fact, actors: _Actors, happened: Mapping[str, EngineFact]) -> Event:
    counted = happened.get(str(fact.id))
    told = tell(counted, among=happened, this_year=fact.recorded_at.year) if counted else None
    lines = [
        Line(label=_("计入日"), text=write_day(fact.counts_on, this_year=None)),
        Line(label=_("谁"), text=actors.told(fact.actor)),
        Line(label=_("幂等键"), text=fact.key),
        Line(label=_("链上序号"), text=str(fact.seq)),
        *_figures(fact, told),
    ]
    return Event(
        at=fact.recorded_at,
        rank=3,
        title=told.title if told else word(wording.FACTS, fact.kind),
        note=_("计入 %(on)s · %(who)s") % {
            "on": write_day(fact.counts_on, this_year=fact.recorded_at.year), "who": actors.told(fact.actor),
        },
        tone=_TONES.get(fact.kind, "brand"),
        amount_minor=told.amount_minor if told else None,
        lines=tuple(lines),
        anchor=f"fact-{fact.id}",
    )  # fmt: skip


def _figures(fact: Fact, told: Told | None) -> Iterator[Line]:
    if told and told.amount_minor is not None:
        yield Line(label=_("金额"), amount_minor=told.amount_minor)
    if told:
        yield from (Line(label=label, text=text) for label, text in told.more)
    shown = _BESIDE if told else fact.body
    yield from (_of_body(name, value) for name, value in sorted(fact.body.items()) if name in shown)


def _of_body(name: str, value: Any) -> Line:
    if name == "for":
        return Line(label=_("怎么还"), text=word(wording.PURPOSES, value))
    return Line(label=word(wording.DETAILS, name), text=str(value))


_TONES = {
    "payment": "good", "recovery": "good", "goodwill": "good", "reversal": "bad", "chargeback": "bad",
    "write_off": "bad",
}  # fmt: skip
# What stands in the body of a counted fact beside what happened.
_BESIDE = ("payment_id", "case_id", "for")


def _amendment(row: Amendment) -> Event:
    return Event(
        at=row.signed_at,
        rank=2,
        title=_("签署%(paper)s") % {"paper": word(wording.AMENDMENTS, row.kind)},
        note=_("还款计划第 %(version)d 版") % {"version": row.version},
        lines=(Line(label="SHA-256", text=row.sha256),),
        anchor=f"amendment-{row.id}",
        url=reverse("office:amendment", args=[row.borrower_id, row.loan_id, row.id]),
    )


def _entry(entry: EntryShown) -> Event:
    causes = wording.CAUSES if entry.postings[0].loan_id else wording.MOVES
    moves = tuple(
        Line(
            label=f"{word(wording.ACCOUNTS, posting.debit)} → {word(wording.ACCOUNTS, posting.credit)}",
            amount_minor=posting.amount_minor,
        )
        for posting in entry.postings
    )
    days = Line(
        label=_("计入日 / 入账日"),
        text=f"{write_day(entry.counts_on, this_year=None)} / {write_day(entry.booked_on, this_year=None)}",
    )
    return Event(
        at=entry.recorded_at,
        rank=2 if entry.cause == "arrival" else 4,
        title=_("凭证：%(cause)s") % {"cause": word(causes, entry.cause)},
        note=_("入账 %(on)s") % {"on": write_day(entry.booked_on, this_year=entry.recorded_at.year)},
        amount_minor=entry.amount_minor,
        lines=(*moves, days, Line(label=_("链上序号"), text=str(entry.seq))),
        anchor=f"entry-{entry.id}",
    )


def _receipt(receipt: Receipt) -> Event:
    return Event(
        at=receipt.issued_at,
        rank=5,
        title=_("开出收据"),
        note=receipt.ref,
        amount_minor=receipt.amount_minor,
        lines=(
            Line(label=_("没有用上"), amount_minor=receipt.unapplied_minor),
            Line(label="SHA-256", text=receipt.sha256),
        ),
    )


def _case(case: Unapplied) -> Event:
    return Event(
        at=case.opened_at,
        rank=5,
        title=_("成为待核销款"),
        note=word(wording.WHY_UNAPPLIED, case.reason),
        tone="bad" if case.closed_at is None else "warn",
        amount_minor=case.amount_minor,
        lines=(Line(label=_("还剩"), amount_minor=case.left_minor),),
    )


def _application(application: Application, actors: _Actors) -> Iterator[Event]:
    yield Event(
        at=application.requested_at,
        rank=0,
        title=_("申请核销"),
        note=f"{actors.names.get(application.requested_by, '')} · {application.reason}",
        amount_minor=application.amount_minor,
        lines=(Line(label=_("怎么还"), text=word(wording.PURPOSES, application.purpose)),),
    )
    if application.decided_at and application.decided_by:
        yield Event(
            at=application.decided_at,
            rank=6,
            title=word(wording.APPLICATIONS, application.state),
            note=actors.names.get(application.decided_by, ""),
            tone="good" if application.state == Application.State.DONE else "warn",
        )
