"""The lender's staff before what differs: files fetched anew or by hand, differences explained, or written off by two."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anqi.actions import payouts, reconciliation
from anqi.payments import unread_statements
from anqi.payments.models import ReconciliationDifference, UnreadStatement
from anqi.people.models import User
from tests.simulation.bureau import Bureau
from tests.simulation.story import Story

State = ReconciliationDifference.State
# What the next day's file may tell settles by itself.
_PATIENCE = timedelta(days=2)
_WRITTEN_OFF = ("missing_with_them", "amount")


@dataclass(kw_only=True)
class Reconcilers:
    """They act by the rules: money that differs takes two."""

    chance: random.Random
    bureaus: Mapping[str, Bureau]
    story: Story
    clerk: User
    supervisor: User
    did: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("explained", "written_off", "refused", "called", "by_hand", "given_up"), 0)
    )

    def work(self, now: datetime) -> None:
        for statement in unread_statements.waiting(now):
            self._see_to(statement, now)
        for row in ReconciliationDifference.objects.filter(state=State.ASKED).order_by("found_at", "key"):
            self._agree(row, now)
        old = ReconciliationDifference.objects.filter(state=State.OPEN, found_at__lte=now - _PATIENCE)
        for row in old.order_by("found_at", "key"):
            self._look_at(row, now)

    def _see_to(self, statement: UnreadStatement, now: datetime) -> None:
        """Somebody calls the channel, which has no file, gives it now, or sends it."""
        bureau, day = self.bureaus[statement.channel], statement.day
        bureau.put_right(day)
        kinds = bureau.statement_kinds()
        if any(bureau.is_none(day, kind) for kind in kinds):
            self._did("given_up", f"{statement.channel} {day}", now)
            payouts.give_up_statement(
                statement_id=statement.id, reason="当日无交易，渠道不出账单", actor=self.supervisor, now=now
            )
        elif self.chance.random() < 0.5:
            self._did("called", f"{statement.channel} {day}", now)
            payouts.try_statement(statement_id=statement.id, actor=self.clerk, now=now)
        else:
            self._did("by_hand", f"{statement.channel} {day}", now)
            payouts.take_statement(
                statement_id=statement.id, file=bureau.file(day, self.chance.choice(kinds)), reason="渠道后台下载",
                actor=self.supervisor, now=now,
            )  # fmt: skip

    def _look_at(self, row: ReconciliationDifference, now: datetime) -> None:
        if row.kind in _WRITTEN_OFF:
            reconciliation.ask_write_off(difference_id=row.id, reason="渠道确认差错", actor=self.clerk, now=now)
            return
        self._did("explained", f"{row.kind} {row.key}", now)
        reconciliation.explain(difference_id=row.id, reason="渠道确认账单有误", actor=self.clerk, now=now)

    def _agree(self, row: ReconciliationDifference, now: datetime) -> None:
        if not self.did["refused"] or self.chance.random() < 0.05:
            self._did("refused", f"{row.kind} {row.key}", now)
            reconciliation.refuse_write_off(difference_id=row.id, reason="再核对", actor=self.supervisor, now=now)
            return
        self._did("written_off", f"{row.kind} {row.key}", now)
        reconciliation.approve_write_off(difference_id=row.id, actor=self.supervisor, now=now)

    def _did(self, what: str, about: str, now: datetime) -> None:
        self.did[what] += 1
        self.story.tell(now, f"reconcilers: {what} {about}")
