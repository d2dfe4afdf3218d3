"""The lender's staff at its bank account: files taken, unmatched money decided about, transfers made by hand."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anqi.actions import bank
from anqi.payments import bank_inspection
from anqi.payments.bank_inspection import ToMake
from anqi.payments.bank_lines import FileMissing
from anqi.payments.models import BankLine
from anqi.people.models import User
from anqi.rows.days import day_of
from tests.planting import at
from tests.simulation.branch import Branch, Order
from tests.simulation.story import Story

_OVERLAP = 4


@dataclass(kw_only=True)
class Treasury:
    """`used` is what unmatched money was decided to be, by the bank's number of it, as those say who decided."""

    chance: random.Random
    branch: Branch
    story: Story
    clerk: User
    supervisor: User
    used: dict[str, str] = field(default_factory=dict)
    lucks: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("late", "again", "missing", "two", "refused", "came_back"), 0)
    )
    is_prompt: bool = False
    _made: set[str] = field(default_factory=set)
    _idle_days: int = 0

    def take_files(self, now: datetime) -> None:
        """All of yesterday and before that is new, with some that is not; some days nobody gets round to it."""
        until = self.branch.lines_before(at(day_of(now), 0))
        if until == self.branch.told:
            return
        if self._idle_days < 4 and self._happens("late", 0.2):
            self._idle_days += 1
            return
        self._idle_days = 0
        if until - self.branch.told > 1 and self.branch.told and self._happens("missing", 0.1):
            self._miss(until, now)
        first = max(self.branch.told - self.chance.randrange(_OVERLAP), 0)
        file = self.branch.file(first, until)
        assert bank.import_statement(file, actor=self.clerk, now=now).is_new
        self.story.tell(now, f"file of lines {first} to {until}")
        self.branch.told = until
        if self._happens("again", 0.1):
            assert not bank.import_statement(file, actor=self.clerk, now=now).is_new

    def _miss(self, until: int, now: datetime) -> None:
        try:
            bank.import_statement(self.branch.file(until - 1, until), actor=self.clerk, now=now)
        except FileMissing:
            return
        raise AssertionError("a file with a gap before it was taken")

    def decide(self, now: datetime) -> None:
        """Somebody asks around whose money it is, and where it is much another one agrees."""
        for line in bank_inspection.unmatched():
            if line.state == BankLine.State.ASKED:
                self._agree(line, now)
            elif self.is_prompt or self.chance.random() < 0.7:
                self._decide(line, now)

    def _decide(self, line: BankLine, now: datetime) -> None:
        meant = self.branch.movement(line.serial).order
        use = "charge" if meant.cause == "charge" and self.chance.random() < 0.8 else "send_back"
        if meant.cause != "charge" and self.chance.random() < 0.5:
            use = "not_ours"
        decided = bank.decide(
            line_id=line.id, use=use, key=meant.key if use == "charge" else "", reason="电话核对过", actor=self.clerk, now=now
        )
        self._note(decided, now)

    def _agree(self, line: BankLine, now: datetime) -> None:
        if self._happens("refused", 0.1):
            bank.refuse(line_id=line.id, reason="再核对", actor=self.supervisor, now=now)
            return
        self.lucks["two"] += 1
        self._note(bank.approve(line_id=line.id, actor=self.supervisor, now=now), now)

    def _note(self, line: BankLine, now: datetime) -> None:
        self.story.tell(now, f"line {line.serial}: {line.use} {line.key}, {line.state}")
        if line.state != BankLine.State.ASKED:
            self.used[line.serial] = line.use

    def make_transfers(self, now: datetime) -> None:
        """Money back, each once, under the number that goes with it; of some the payee's bank sends it back."""
        for each in bank_inspection.to_make():
            if each.reference not in self._made and (self.is_prompt or self.chance.random() < 0.8):
                self._made.add(each.reference)
                self._make(each, now)

    def _make(self, each: ToMake, now: datetime) -> None:
        back = timedelta(hours=self.chance.randint(3, 60)) if self._happens("came_back", 0.05) else None
        self.branch.take(Order(
            at=now + timedelta(minutes=self.chance.randint(1, 600)), amount_minor=-each.amount_minor,
            memo=f"退款 {each.reference}", cause="refund" if each.kind == "refund" else "sent_back",
            key=each.reference, name=each.name, comes_back_after=back,
        ))  # fmt: skip

    def _happens(self, what: str, chance: float) -> bool:
        """By chance; and the first time for sure, so that every seed proves something of it."""
        happens = (self.chance.random() < chance or not self.lucks[what]) and not self.is_prompt
        self.lucks[what] += happens
        return happens

    def see_strangers(self, now: datetime) -> None:
        """The account is not only for loans: somebody's other money, and the bank's own fee."""
        if self.is_prompt:
            return
        if self.chance.random() < 0.05:
            minor = self.chance.randrange(1_000, 200_000)
            self.branch.take(Order(at=now, amount_minor=minor, memo="货款", cause="stranger", name="某某商行"))
        if now.day == 20:
            self.branch.take(Order(at=now, amount_minor=-1_500, memo="账户管理费", cause="stranger", name="交通银行"))
