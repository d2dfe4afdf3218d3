"""Debits of one hour: plans stepped on a second, and debits sent a second at three channels, one of them slow.

The channels answer in this process, after a while, as real ones do. Durable: fsync is on.
"""

import bisect
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tools.bench import ground

_COUNT = int(os.environ.get("ANQI_BENCH_DEBITS", "10000"))
_PLANTERS = 2
_STARTED, _DUE = date(2026, 9, 9), date(2026, 10, 9)
# The second a day before it is due, so that nothing but the debit is left to be done.
_NOW = datetime(2026, 10, 9, 1, 31, tzinfo=UTC)
_ANSWERED_AFTER = {"alipay": 0.3, "wechat": 0.3, "unionpay": 3.0}
_SLOW_ONE_IN = 10
_SENT_EACH = int(os.environ.get("ANQI_BENCH_DEBITS_SENT", "300"))


def measure() -> dict[str, float]:
    """Steps a second by one process and their statements; what each channel is sent a second, its rate kept."""
    with ground.throwaway() as found:
        environment = found.environment()
        ground.run("anqi", "migrate", environment=environment)
        print(f"planting {_COUNT} plans that are due at once", flush=True)
        planting = [ground.start(__name__, "plant", str(part), environment=environment) for part in range(_PLANTERS)]
        for process in planting:
            assert process.wait() == 0, "planting failed"
        told: dict[str, float] = json.loads(ground.run(__name__, "step", environment=environment))
        sending = {code: ground.start(__name__, "send", code, environment=environment) for code in _ANSWERED_AFTER}
        for code, process in sending.items():
            sent = json.loads(process.communicate()[0])
            told |= {f"debits_{name}_{code}": figure for name, figure in sent.items()}
    quick, slow = told["debits_sent_per_s_alipay"], told["debits_sent_per_s_unionpay"]
    return {**told, "debits_quick_to_slow": round(quick / slow, 2)}


def _plant(part: int) -> None:
    """This planter's share: each a loan with an agreement at one of the channels, and a plan of which all is done."""
    from anqi.payments import debit_plans
    from anqi.payments.models import Mandate
    from tests.planting import at, plant_borrower, plant_loan, reference_rows

    signed = at(_STARTED)
    reference_rows(signed)
    codes = tuple(_ANSWERED_AFTER)
    for number in range(part, _COUNT, _PLANTERS):
        loan = plant_loan(borrower_id=plant_borrower(f"+86139{number:08}", now=signed), starts_on=_STARTED)
        code = "unionpay" if number // _PLANTERS % _SLOW_ONE_IN == 0 else codes[number // _PLANTERS % 2]
        Mandate.objects.create(
            borrower_id=loan.borrower_id, loan_id=loan.loan_id, channel=code, key=f"am{number}", ref=f"T{number}",
            state=Mandate.State.ACTIVE, terms={}, single_minor=60_000, opened_at=signed, signed_at=signed,
        )  # fmt: skip
        plan = debit_plans.put(
            borrower_id=loan.borrower_id, loan_id=loan.loan_id, due_on=_DUE, expected_minor=53_309, now=signed
        )
        debit_plans.note(plan, reminded_at=signed, tested_at=signed)


def _step() -> None:
    """All of them, by one process."""
    from anqi.actions import autodebits
    from anqi.payments.debiting import Try

    plans = autodebits.lease(now=_NOW, limit=_COUNT)
    # The first asks what kind of server it is.
    first, second, *others = plans
    autodebits.step(borrower_id=first.borrower_id, plan_id=first.id, now=_NOW)
    with _statements() as count:
        autodebits.step(borrower_id=second.borrower_id, plan_id=second.id, now=_NOW)
        statements = count()
    began, cpu_began = time.perf_counter(), time.process_time()
    for plan in others:
        assert isinstance(autodebits.step(borrower_id=plan.borrower_id, plan_id=plan.id, now=_NOW), Try)
    stepped, seconds, cpu = len(others), time.perf_counter() - began, time.process_time() - cpu_began
    figures = {
        "autodebits_per_s": round(stepped / seconds, 1), "autodebit_step_cpu_ms": round(1000 * cpu / stepped, 2),
        "autodebit_step_statements": statements,
    }  # fmt: skip
    print(json.dumps(figures))


def _statements() -> AbstractContextManager[Callable[[], int]]:
    from contextlib import contextmanager

    import psycopg

    @contextmanager
    def counting() -> Any:
        wait, done = psycopg.Connection.wait, [0]

        def counted(*asked: Any, **more: Any) -> Any:
            done[0] += 1
            return wait(*asked, **more)

        psycopg.Connection.wait = counted  # type: ignore[method-assign]
        yield lambda: done[0]
        psycopg.Connection.wait = wait  # type: ignore[method-assign]

    return counting()


def _send(code: str) -> None:
    """So many of one channel's debits, as its job does; all three channels' jobs run at the same time."""
    from anqi.actions import autodebits
    from anqi.jobs import debits
    from anqi.payments import channels
    from anqi.payments.channels.protocol import Accepted, DebitRules

    class Desk:
        def debit_rules(self) -> DebitRules:
            return DebitRules()

        def debit(self, request: object) -> Accepted:
            asked.append(time.monotonic())
            time.sleep(_ANSWERED_AFTER[code])
            return Accepted()

    asked: list[float] = []
    desk = Desk()
    channels.find_debiting = lambda code: desk  # type: ignore[assignment,return-value]
    sent, began = 0, time.perf_counter()
    while sent < _SENT_EACH and (due := autodebits.lease_debits(code, now=_NOW + timedelta(seconds=1), limit=100)):
        sent += debits.send_through(due, per_second=desk.debit_rules().per_second, now=_NOW + timedelta(seconds=1))
    seconds = time.perf_counter() - began
    print(json.dumps({"sent": sent, "sent_per_s": round(sent / seconds, 1), "most_in_a_second": _most(sorted(asked))}))


def _most(asked: list[float]) -> int:
    """How many questions came in the fullest second, wherever it begins."""
    return max(bisect.bisect_left(asked, at + 1) - n for n, at in enumerate(asked))


def _play(role: str, arguments: list[str]) -> None:
    import django

    django.setup()
    from django.conf import settings

    for code in _ANSWERED_AFTER:
        setattr(settings, f"ANQI_{code.upper()}", {"gateway": "unused"})
    if role == "plant":
        _plant(int(arguments[0]))
    elif role == "step":
        _in_place()
        _step()
    else:
        _send(arguments[0])


def _in_place() -> None:
    """Channels that are asked for nothing but their rules."""
    from anqi.payments import channels
    from anqi.payments.channels.protocol import DebitRules

    class Rules:
        def debit_rules(self) -> DebitRules:
            return DebitRules()

    channels.find_debiting = lambda code: Rules()  # type: ignore[assignment,return-value]


if __name__ == "__main__":
    _play(sys.argv[1], sys.argv[2:])
