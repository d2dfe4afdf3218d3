"""The town in which everything is paid by every channel, and each channel's day is reconciled in the morning."""

import random
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest

from anqi import clock
from anqi.jobs import tasks
from anqi.lending.repaying import Purpose
from anqi.payments import channels as ways
from tests.planting import at
from tests.simulation.bureau import LUCK, Bureau
from tests.simulation.channel_books import ChannelBooks
from tests.simulation.debit_town import RULES, DebitTown
from tests.simulation.desks import Lot
from tests.simulation.reconcilers import Reconcilers
from tests.simulation.reconciliation_auditor import ReconciliationAuditor
from tests.simulation.story import OPENS_ON

_FEES = {"alipay": (Decimal("0.006"), 0), "wechat": (Decimal("0.006"), 0), "unionpay": (Decimal("0.006"), 100)}
# When files are asked for again, of the hours at which workers look.
_AGAIN = time(11, 30)


class SoakTown(DebitTown):
    """As in the town with auto-debit; whoever pays by hand chooses among all channels."""

    def __init__(self, seed: int, **how: int) -> None:
        super().__init__(seed, **how)
        self._choices = random.Random(seed + 14)  # noqa: S311
        dice = random.Random(seed + 15)  # noqa: S311
        self.lucks_of_files = Lot(dice, LUCK)
        self.bureaus = {
            code: Bureau(
                books=ChannelBooks(desk=desk, vault=self.cash.vault if code == "unionpay" else None), chance=dice,
                lucks=self.lucks_of_files, story=self.story,
            )
            for code, desk in self.desks.items()
        }  # fmt: skip
        self.reconcilers: Reconcilers
        self.reconciliation_auditor = ReconciliationAuditor(bureaus=self.bureaus, story=self.story)
        self._read_at = at(OPENS_ON)

    def open(self, patch: pytest.MonkeyPatch) -> None:
        super().open(patch)
        patch.setattr(ways, "stating", lambda: tuple(RULES))
        patch.setattr(ways, "find_stating", self.bureaus.__getitem__)
        patch.setattr(ways, "fees", _FEES.__getitem__)
        patch.setattr(clock, "now", lambda: self._read_at)

    def _hire(self) -> None:
        super()._hire()
        self.reconcilers = Reconcilers(
            chance=random.Random(self._seed + 16), bureaus=self.bureaus, story=self.story,  # noqa: S311
            clerk=self.treasury.clerk, supervisor=self.treasury.supervisor,
        )  # fmt: skip

    def stop_paying(self) -> None:
        super().stop_paying()
        self.lucks_of_files.only = "right"

    def _choose(self, purpose: Purpose) -> str:
        code = super()._choose(purpose)
        return code if code == "bank" else self._choices.choice(tuple(RULES))

    def _read_statements(self, now: datetime) -> None:
        self._reconcile(now)
        self.reconcilers.work(now + timedelta(minutes=5))

    def _work_at(self, now: datetime) -> None:
        super()._work_at(now)
        if now.time() == _AGAIN:
            self._reconcile(now)

    def _reconcile(self, now: datetime) -> None:
        """What the worker does every quarter of an hour."""
        self._read_at = now
        for bureau in self.bureaus.values():
            bureau.now = now
        tasks.read_statements()
        tasks.reconcile_days()
