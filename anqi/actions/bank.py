"""The bank's statements: taken whole or not at all, and what people decide about money that nobody stated a number for.

Refused
├── NoAccount            this installation has no account
├── Empty                the file has no line
├── NoSuchCharge         the number is of no transfer that a borrower began
└── NotToDecide          somebody has decided about the line, or nothing is to be decided
What a file can be wrong in is refused by `payments.bank_files` and `payments.bank_lines`; who may act by
`people.authority`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from anqi.lending import payouts_to_shops
from anqi.payments import bank_files, bank_lines, charges, inbox
from anqi.payments.bank_lines import News
from anqi.payments.models import BankLine, BankStatement
from anqi.people import authority, staff
from anqi.people.models import User
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

_CHANNEL = "bank"
State, Use = BankLine.State, BankLine.Use


class NoAccount(Refused):
    """This installation states no bank account."""

    code = "no_bank_account"


class Empty(Refused):
    """The file has no lines."""

    code = "empty_statement"


class NoSuchCharge(Refused):
    """There is no transfer of that number."""

    code = "no_such_charge"


class NotToDecide(Refused):
    """About this line nothing is to be decided any more."""

    code = "not_to_decide"


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A statement that is kept; `is_new` is False where its very bytes were kept before."""

    statement: BankStatement
    is_new: bool


def import_statement(file: bytes, *, actor: User | None, now: datetime) -> Imported:
    """The file's statement. Its new lines are kept and told to their charges and refunds; the same file again, or
    one that overlaps, adds nothing twice. The actor is None for whoever has the server.

    Refuses MayNotAct, NoAccount, Empty, and what a file can be wrong in; nothing of it is kept then.
    """
    if actor:
        authority.must_act(actor)
    account = _account()
    text = bank_files.decode(file)
    lines = bank_files.read(text, account=account)
    if not lines:
        raise Empty
    sha256 = hashlib.sha256(file).hexdigest()
    with transaction.atomic(durable=True):
        bank_lines.hold(account)
        known = bank_lines.statement(account, sha256)
        if known:
            return Imported(statement=known, is_new=False)
        placed = bank_lines.place(account, lines)
        statement = BankStatement(
            id=uuid7(), account=account, sha256=sha256, raw=text, lines=len(lines), new_lines=len(placed),
            first_at=lines[0].at, last_at=lines[-1].at, balance_minor=lines[-1].balance_minor, imported_at=now,
            imported_by=actor.id if actor else None,
        )  # fmt: skip
        taken = bank_lines.take(account, statement.id, placed, to_shops=payouts_to_shops.ending_in)
        bank_lines.keep(statement, taken)
        _tell(account, taken.news, now)
        if actor:
            staff.note(
                actor_id=actor.id, verb="import_statement", object_id=statement.id,
                detail={"lines": len(lines), "new_lines": len(placed)}, now=now,
            )  # fmt: skip
    return Imported(statement=statement, is_new=True)


def _account() -> str:
    if not settings.ANQI_BANK:
        raise NoAccount
    number: str = settings.ANQI_BANK["account_number"]
    return number


def _tell(account: str, news: Sequence[News], now: datetime) -> None:
    """What lines say goes the way of every channel's messages: through the inbox, once."""
    inbox.store_told(
        channel=_CHANNEL, now=now,
        told=[(f"{account}:{each.serial}", each.kind, each.key, each.result) for each in news],
    )  # fmt: skip


def decide(
    *, line_id: UUID, use: str, key: str = "", reason: str, actor: User, now: datetime
) -> BankLine:
    """What unmatched money is: a charge's (by its key), somebody's to send back to, or none of any borrower's.

    Up to `authority.ALONE_MINOR` it is done at once; more waits for another person. The same wish again changes
    nothing. Refuses MayNotAct, ReasonMissing, NotToDecide, NoSuchCharge.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        line = bank_lines.lock(line_id)
        if (line.use, line.key, line.asked_by) == (use, key, actor.id) and line.state != State.WAITING:
            return line
        if line.state != State.WAITING:
            raise NotToDecide
        if use == Use.CHARGE and not charges.owner(_CHANNEL, key):
            raise NoSuchCharge
        bank_lines.note(line, use=use, key=key, reason=reason, asked_by=actor.id, asked_at=now, state=State.ASKED)
        if line.amount_minor <= authority.ALONE_MINOR:
            _carry_out(line, actor, now)
        _note("decide_bank_line" if line.state != State.ASKED else "ask_bank_line", line, actor, reason, now)
        return line


def approve(*, line_id: UUID, actor: User, now: datetime) -> BankLine:
    """What another person asked for, done; again changes nothing. Refuses NeedsSupervisor, OwnRequest, NotToDecide."""
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        line = bank_lines.lock(line_id)
        if line.decided_by == actor.id:
            return line
        if line.state != State.ASKED:
            raise NotToDecide
        authority.must_be_another(actor, line.asked_by)
        _carry_out(line, actor, now)
        _note("approve_bank_line", line, actor, "", now)
        return line


def refuse(*, line_id: UUID, reason: str, actor: User, now: datetime) -> BankLine:
    """The wish is refused, or taken back by whoever had it: the line waits again.

    Refuses NeedsSupervisor, ReasonMissing, NotToDecide.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        line = bank_lines.lock(line_id)
        if line.state != State.ASKED:
            raise NotToDecide
        if line.asked_by != actor.id:
            authority.must_decide(actor)
        bank_lines.note(line, state=State.WAITING, use="", key="", reason="", asked_by=None, asked_at=None)
        _note("refuse_bank_line", line, actor, reason, now)
        return line


def _carry_out(line: BankLine, actor: User, now: datetime) -> None:
    decided: dict[str, object] = {"decided_by": actor.id, "decided_at": now}
    if line.use == Use.CHARGE:
        _tell(line.account, [bank_lines.arrived(line.serial, line.amount_minor, line.at, key=line.key)], now)
        bank_lines.note(line, state=State.TAKEN, **decided)
    elif line.use == Use.SEND_BACK:
        bank_lines.note(line, state=State.RETURNING, returns_as=bank_lines.return_reference(), **decided)
    else:
        bank_lines.note(line, state=State.NOT_OURS, **decided)


def _note(verb: str, line: BankLine, actor: User, reason: str, now: datetime) -> None:
    staff.note(
        actor_id=actor.id, verb=verb, object_id=line.id, reason=reason,
        detail={"use": line.use, "key": line.key, "amount_minor": line.amount_minor}, now=now,
    )  # fmt: skip
