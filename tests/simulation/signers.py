"""Borrowers who let themselves be debited: what they sign, and what they do at the wrong moment."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Literal
from uuid import UUID

from anqi.actions import cards, mandates
from anqi.payments import mandates as kept
from anqi.payments.models import Mandate
from anqi.rows.refusals import Refused
from tests.simulation.desks import Agreement, Desk, Lot
from tests.simulation.story import Story

HABITS = {
    "nothing": 30, "revokes": 5, "binds_again": 5, "ends_told": 5, "ends_silently": 5, "runs_out": 5, "removes_card": 5,
    "arranges": 5, "pays_too": 8, "settles": 5, "returns": 5,
}  # fmt: skip
# What each needs to be signed for it to happen at all; of the others any will do.
_NEEDS = {"removes_card": "unionpay", "ends_told": "alipay", "ends_silently": "alipay", "runs_out": "alipay"}
_SIGNING = {"signs": 80, "walks_away": 5, "signs_late": 5}
_SOURCES = ("alipay", "wechat", "unionpay")

Moment = Literal["before", "amid"]
"""Of a day's first debits: a minute before, or with some on their way."""


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Somebody's loan."""

    borrower_id: UUID
    loan_id: UUID


@dataclass(kw_only=True)
class Signers:
    """`loans` is for whose loan each agreement was given, by the channel's number of it."""

    chance: random.Random
    desks: Mapping[str, Desk]
    story: Story
    pays: Callable[[str, Whose, datetime], None]
    loans: dict[str, Whose] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    _acts: dict[tuple[date, Moment], list[Callable[[datetime], object]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.habits, self.signings = Lot(self.chance, HABITS), Lot(self.chance, _SIGNING)

    def welcome(self, whose: Whose, *, signs_on: date, due_days: Sequence[date]) -> None:
        """They sign in some days, and something else may happen about each of the first due days."""
        habits = [self.habits.draw() for _ in due_days]
        sources = self.chance.sample(_SOURCES, self.chance.choice((1, 2, 2, 3)))
        sources += sorted({_NEEDS[habit] for habit in habits if habit in _NEEDS} - {*sources})
        for source in sources:
            day = signs_on + timedelta(days=self.chance.randint(0, 5))
            self._later(day, "before", partial(self._bind, whose, source))
        for habit, due_on in zip(habits, due_days, strict=True):
            is_about_today = habit in ("pays_too", "settles", "returns")
            day = due_on if is_about_today else due_on + timedelta(days=self.chance.randint(-3, 1))
            moment: Moment = "before" if habit == "pays_too" else "amid"
            self._later(day, moment, partial(self._do, habit, whose))

    def _later(self, day: date, moment: Moment, act: Callable[[datetime], object]) -> None:
        self._acts.setdefault((day, moment), []).append(act)

    def stop(self) -> None:
        """Nobody signs anything more, nor does anything at the wrong moment."""
        self._acts.clear()

    def act(self, moment: Moment, now: datetime) -> None:
        for act in self._acts.pop((now.date(), moment), ()):
            act(now)

    def _bind(self, whose: Whose, source: str, now: datetime) -> None:
        try:
            agreement = self._bind_card(whose, now) if source == "unionpay" else self._sign(whose, source, now)
        except Refused as refused:
            self.refused[refused.code] = self.refused.get(refused.code, 0) + 1
            if refused.code == "days_do_not_fit" and self.refused[refused.code] < 40:
                self._later(now.date() + timedelta(days=4), "before", partial(self._bind, whose, source))
            return
        self.loans[agreement.token] = whose
        self.story.tell(now, f"loan {whose.loan_id} may be debited at {source}, {agreement.key}")

    def _bind_card(self, whose: Whose, now: datetime) -> Agreement:
        card = cards.open(borrower_id=whose.borrower_id, channel="unionpay", now=now)
        cards.lead(borrower_id=whose.borrower_id, card_id=card.id)
        agreement = self.desks["unionpay"].agreements[f"G{card.key}"]
        agreement.signed_at = now
        cards.inquire(borrower_id=whose.borrower_id, card_id=card.id, now=now)
        mandates.open(**vars(whose), channel="unionpay", card_id=card.id, now=now)
        return agreement

    def _sign(self, whose: Whose, source: str, now: datetime) -> Agreement:
        mandate = mandates.open(**vars(whose), channel=source, now=now)
        mandates.lead(borrower_id=whose.borrower_id, mandate_id=mandate.id, payer_ip="203.0.113.7", now=now)
        desk = self.desks[source]
        agreement = desk.agreements[f"G{mandate.key}"]
        luck = self.signings.draw()
        if luck == "signs":
            agreement.signed_at = now
        elif luck == "signs_late":
            self._later(now.date() + timedelta(days=1), "before", partial(self._sign_late, desk, agreement))
        return agreement

    def _sign_late(self, desk: Desk, agreement: Agreement, now: datetime) -> None:
        """Nobody waits for it any more; a notice says that there is news."""
        agreement.signed_at = now
        desk.write_of(agreement)

    def _do(self, habit: str, whose: Whose, now: datetime) -> None:
        self.story.tell(now, f"loan {whose.loan_id}: {habit}")
        if habit in ("pays_too", "settles", "returns"):
            self.pays(habit, whose, now)
            return
        living = kept.in_force(whose.borrower_id, whose.loan_id, today=now.date())
        if habit != "nothing" and not self._use(habit, whose, living, now):
            self.habits.put_back(habit)

    def _use(self, habit: str, whose: Whose, living: list[Mandate], now: datetime) -> bool:
        """Whether there was something to do it with."""
        signed, bound = [each for each in living if not each.card_id], [each for each in living if each.card_id]
        if habit in ("revokes", "binds_again") and living:
            given_up = self.chance.choice(living)
            mandates.end(borrower_id=whose.borrower_id, mandate_id=given_up.id, now=now)
            if habit == "binds_again":
                again_on = now.date() + timedelta(days=self.chance.randint(0, 2))
                moment: Moment = "before" if again_on > now.date() else "amid"
                act = partial(self._bind, whose, given_up.channel)
                act(now) if again_on == now.date() else self._later(again_on, moment, act)
            return True
        if habit == "removes_card" and bound and bound[0].card_id:
            cards.end(borrower_id=whose.borrower_id, card_id=bound[0].card_id, now=now)
            return True
        if habit in ("ends_told", "ends_silently", "runs_out") and signed:
            desk = self.desks[signed[0].channel]
            why = "expired" if habit == "runs_out" else "ended_by_payer"
            desk.finish(desk.agreements[f"G{signed[0].key}"], why, writes=habit == "ends_told")
            return True
        if habit == "arranges" and living:
            order = [each.id for each in reversed(living)]
            mandates.arrange(**vars(whose), mandate_ids=order, now=now)
            return True
        return False
