"""Repayments a second through the action layer, beside pgbench's TPC-B on the same server.

The machine is noisy, so the two are measured in turns in one run and what counts is their ratio. Durable: fsync is on.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from datetime import date
from uuid import uuid4

from tools.bench import ground, tpcb

_SECONDS = 6
_ROUNDS = 3
_CLIENTS = (1, 4)
_BORROWERS = int(os.environ.get("ANQI_BENCH_BORROWERS", "8000"))
_STARTED, _PAID = date(2026, 8, 31), date(2026, 9, 30)


def measure() -> dict[str, float]:
    """Repayments and TPC-B transactions a second with one client and with four, and their ratios."""
    with ground.throwaway() as found:
        return _measure(found)


def _measure(found: ground.Ground) -> dict[str, float]:
    server, environment = found.server, _environment(found)
    ground.run("anqi", "migrate", environment=environment)
    print(f"planting {_BORROWERS} borrowers with an open charge each", flush=True)
    for part in [ground.start(__name__, "plant", str(part), environment=environment) for part in range(2)]:
        assert part.wait() == 0, "planting failed"
    tpcb.prepare(server)
    samples: dict[str, list[float]] = {}
    for _ in range(_ROUNDS):
        for clients in _CLIENTS:
            samples.setdefault(f"repayments_per_s_{clients}", []).append(_repay(clients, environment))
            samples.setdefault(f"tpcb_per_s_{clients}", []).append(
                tpcb.per_second(server, clients=clients, seconds=_SECONDS)
            )
    figures = {name: round(statistics.median(values), 1) for name, values in samples.items()}
    for clients in _CLIENTS:
        ratio = figures[f"repayments_per_s_{clients}"] / figures[f"tpcb_per_s_{clients}"]
        figures[f"repayments_to_tpcb_{clients}"] = round(ratio, 3)
    return figures


def _environment(found: ground.Ground) -> dict[str, str]:
    return found.environment() | {
        # Configured, and never asked: charges are opened here, and their money is said to have arrived.
        "ANQI_ALIPAY_GATEWAY": "http://127.0.0.1:9/gateway.do",
        "ANQI_ALIPAY_APP_ID": "bench",
        "ANQI_ALIPAY_SELLER_ID": "bench",
        "ANQI_ALIPAY_APP_PRIVATE_KEY": "unused",
        "ANQI_ALIPAY_PUBLIC_KEY": "unused",
    }


def _repay(clients: int, environment: dict[str, str]) -> float:
    started = [
        ground.start(__name__, "repay", str(client), str(clients), environment=environment, stdin=subprocess.PIPE)
        for client in range(clients)
    ]
    for process in started:
        assert process.stdout and process.stdout.readline() == b"ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write(b"go\n")
        process.stdin.flush()
    told = [json.loads(process.communicate()[0]) for process in started]
    return float(sum(each["count"] / each["seconds"] for each in told))


def _plant(part: int) -> None:
    """Half the borrowers, each with a phone of their own, a running loan and a charge that waits for its money."""
    from anqi.actions import charges
    from anqi.actions.charges import Wish
    from tests.planting import at, plant_borrower, plant_loan, reference_rows

    reference_rows(at(_STARTED))
    for number in range(part, _BORROWERS, 2):
        borrower_id = plant_borrower(f"+86139{number:08}", now=at(_STARTED))
        loan = plant_loan(borrower_id=borrower_id, starts_on=_STARTED)
        charges.open(
            borrower_id=borrower_id, wishes=[Wish(loan_id=loan.loan_id, purpose="due")], channel="alipay",
            how="wap", attempt=uuid4().hex, now=at(_PAID),
        )  # fmt: skip


def _repay_for_a_while(client: int, clients: int) -> None:
    from anqi.actions import repayments
    from anqi.config import memory
    from anqi.payments.channels.protocol import Succeeded
    from anqi.payments.models import Charge
    from tests.planting import at

    waiting = list(Charge.objects.filter(state="created").order_by("id").values_list("key", "amount_minor"))
    mine = waiting[client::clients]
    memory.settle()
    print("ready", flush=True)
    sys.stdin.readline()
    began, cpu_began, count = time.perf_counter(), time.process_time(), 0
    for key, amount_minor in mine:
        result = Succeeded(ref=f"T{key}", amount_minor=amount_minor, paid_at=at(_PAID))
        repayments.learn(channel="alipay", key=key, result=result, learned_by="notice", now=at(_PAID, 13))
        count += 1
        if time.perf_counter() - began >= _SECONDS:
            break
    spent = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - cpu_began}
    print(json.dumps({"count": count, **spent}))


def _play(role: str, arguments: list[str]) -> None:
    import django

    django.setup()
    if role == "plant":
        _plant(int(arguments[0]))
    else:
        _repay_for_a_while(int(arguments[0]), int(arguments[1]))


if __name__ == "__main__":
    _play(sys.argv[1], sys.argv[2:])
