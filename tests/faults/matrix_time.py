"""Time that goes on from one thing that is due to the next, with two workers at every stop."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import httpx
from django.db.models import Min, QuerySet

from anqi import clock
from tests.faults.matrix_cells import Cell
from tests.people.at_once import at_once
from tests.sandbox.sandbox_stand import Sandbox, wait_until

_MOST_STEPS = 200
Due = tuple[QuerySet[Any], str]


@dataclass(kw_only=True)
class Clockwork:
    """One channel and our dealings with it; nothing happens here but what a step asks for."""

    drains: ClassVar[tuple[Callable[[], object], ...]]
    long_enough: ClassVar[timedelta]

    sandbox: Sandbox
    channel: str
    # When each waiting letter of the channel's is due on business time, by its number, try and own due time.
    letters: dict[tuple[int, int, float], datetime] = field(default_factory=dict)
    # How often a page of the channel's was not what the borrower expected.
    sighs: int = 0
    # The rule of the cell's fault.
    rule_id: int | None = None

    def dues(self) -> Iterable[Due]:
        """Rows, and which of their columns says when it is their time."""
        raise NotImplementedError

    def moments(self) -> Iterable[datetime]:
        """What else is due that stands in no row."""
        return ()

    def told(self) -> list[dict[str, Any]]:
        """The orders that the channel may have letters about."""
        raise NotImplementedError

    def is_moving(self, order: dict[str, Any]) -> bool:
        """Whether the channel does something about that order by itself, within half a second of the world."""
        raise NotImplementedError

    def strike(self, cell: Cell, key: str | None) -> None:
        """The cell's fault, set for that order; for any where its step is about none."""
        whose = {"out_trade_no": key} if key else {}
        told = self.sandbox.control(
            "faults", fault=cell.fault.name, channel=self.channel, operation=cell.step, **whose, **cell.rule
        )
        assert told.status_code == 201, told.text
        self.rule_id = told.json()["id"]

    def strikes(self) -> int:
        """How often the cell's fault has struck."""
        rules = self.sandbox.http.get("/_control/faults").json()["rules"]
        return next(int(rule["struck"]) for rule in rules if rule["id"] == self.rule_id)

    def browse(self, action: dict[str, Any]) -> None:
        """The borrower opens the channel's page, and loads it again when it isn't what it should be."""
        with httpx.Client(
            trust_env=False, follow_redirects=True, timeout=20, headers={"Referer": "http://localhost/"}
        ) as browser:
            for _ in range(4):
                if _is_cashier(browser, action):
                    return
                self.sighs += 1
        raise AssertionError("the cashier never opened")

    def press(self, path: str, key: str) -> None:
        """The borrower presses the button, and again when a bank says no; a closed order takes nothing."""
        for _ in range(3):
            answer = self.sandbox.control(f"{self.channel}/{path}", out_trade_no=key)
            if answer.status_code == 200 or answer.json()["error"] == "ORDER_CLOSED":
                return
            self.sighs += 1
        raise AssertionError(answer.text)

    def rest(self, *, until: Callable[[], bool] = lambda: False, within: timedelta | None = None) -> None:
        """Time goes on until nothing is due for long enough, or as soon as it holds."""
        horizon = clock.now() + (within or self.long_enough)
        for _ in range(_MOST_STEPS):
            if until() or not (dues := list(self._dues())) or min(dues) > horizon:
                return
            self.pass_until(min(dues))
            self._hear()
            self.work()
        raise AssertionError(f"no rest: {sorted(dues)}")

    def work(self) -> None:
        """Two workers, one of whom goes through the drains backwards."""
        ends = at_once(
            lambda: [drain() for drain in self.drains], lambda: [drain() for drain in reversed(self.drains)]
        )
        assert not [end for end in ends if isinstance(end, Exception)], ends

    def pass_until(self, moment: datetime) -> None:
        """It is that moment, or later as it was."""
        ahead = int((moment - clock.now()) / timedelta(seconds=1)) + 1
        if ahead > 0:
            # Replaced, not written: the sandbox reads it all the time.
            file = self.sandbox.clock_file
            draft = file.with_suffix(".draft")
            draft.write_text(str(int(file.read_text() or 0) + ahead))
            draft.replace(file)

    def _dues(self) -> Iterator[datetime]:
        # Letters first: what one brings is a row by then.
        letters = [due for _, due in self._letters()]
        yield from (due for rows, name in self.dues() if (due := _first(rows, name)))
        yield from (*self.moments(), *letters)

    def _letters(self) -> Iterator[tuple[str, datetime]]:
        """Each letter that waits at the channel, by its order's number, and when it comes on business time."""
        for order in self._rested():
            for letter in order["notifications"]:
                if letter["state"] == "waiting":
                    seen = (letter["id"], letter["tries"], letter["due_at"])
                    wait = timedelta(seconds=max(0.0, letter["due_at"] - time.time()))
                    yield order["out_trade_no"], self.letters.setdefault(seen, clock.now() + wait)

    def _rested(self) -> list[dict[str, Any]]:
        """The orders once the channel has done what it does by itself, and a letter that is out is here or in vain."""
        orders: list[dict[str, Any]] = []

        def are_at_rest() -> bool:
            orders[:] = self.told()
            return not any(self.is_moving(order) or _is_out(order) for order in orders)

        wait_until(are_at_rest)
        return orders

    def _hear(self) -> None:
        now = clock.now()
        for key in sorted({key for key, due in self._letters() if due <= now}):
            self.sandbox.flush(key)


def _is_cashier(browser: httpx.Client, action: dict[str, Any]) -> bool:
    try:
        answer = browser.post(action["post"], data=action["fields"]) if "post" in action else browser.get(action["url"])
    except httpx.TransportError:
        return False
    return answer.status_code == 200 and any(part in answer.url.path for part in ("/cashier/", "/sign/"))


def _is_out(order: dict[str, Any]) -> bool:
    return any(letter["state"] == "sending" for letter in order["notifications"])


def _first(rows: QuerySet[Any], name: str) -> datetime | None:
    found: datetime | None = rows.aggregate(first=Min(name))["first"]
    return found
