"""One day of so many movements, planted and then matched, in a process of its own: `reconciling_day COUNT`."""

import json
import sys
import tempfile
import time
import tracemalloc
from datetime import date
from decimal import Decimal
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from anqi.ledger import chart, transits  # noqa: E402
from anqi.payments import kept_statements, reconciliation, statements  # noqa: E402
from anqi.payments.models import ChannelStatement, ReconciliationDay, ReconciliationDifference  # noqa: E402
from anqi.payments.reconciliation import Fees  # noqa: E402
from anqi.payments.statements import Statement  # noqa: E402
from tests.actions.reconciling import ACCOUNT, plant  # noqa: E402
from tests.planting import at  # noqa: E402
from tools import statements as planting  # noqa: E402

_DAY, _MORNING, _SEED = date(2026, 11, 26), at(date(2026, 11, 27)), 1
_CHANNEL, _KIND = "unionpay", "clearing"


def main(count: int) -> None:
    """Prints what it took."""
    with tempfile.TemporaryDirectory(prefix="anqi-bench-") as folder:
        path = Path(folder) / "file"
        planted = planting.write(
            path, channel=_CHANNEL, kind=_KIND, day=_DAY, account=ACCOUNT, count=count, seed=_SEED
        )
        plant(planting.ours(kind=_KIND, day=_DAY, count=count, seed=_SEED), channel=_CHANNEL, now=_MORNING)
        kept = _keep(path)
        with connection.cursor() as cursor:
            # What would be done in the background, at a time that nobody knows.
            cursor.execute("analyze")
        began, own_began = time.perf_counter(), time.process_time()
        day = _match(path, kept)
        seconds, own_s = time.perf_counter() - began, time.process_time() - own_began
        assert day.open_differences == len(planted), "other differences than were planted"
        tracemalloc.start()
        _match(path, kept)
        peak = tracemalloc.get_traced_memory()[1]
    found = ReconciliationDifference.objects.count()
    print(json.dumps({"rows": count, "seconds": seconds, "own_s": own_s, "peak": peak, "found": found}))


def _keep(path: Path) -> ChannelStatement:
    file = Statement(channel=_CHANNEL, kind=_KIND, day=_DAY, account=ACCOUNT, file=path.read_bytes())
    with transaction.atomic():
        return kept_statements.keep(file, now=_MORNING)


def _match(path: Path, kept: ChannelStatement) -> ReconciliationDay:
    # From the disk: what a file takes as a whole is its own size, and no matter of matching.
    with path.open("rb") as file, transaction.atomic():
        rows = statements.read(file, channel=_CHANNEL, kind=_KIND, day=_DAY, account=ACCOUNT)
        moved = transits.moved(chart.arrives_in(_CHANNEL))
        return reconciliation.compare(kept, rows, moved=moved, fees=Fees(rate=Decimal("0.006")), now=_MORNING)


if __name__ == "__main__":
    main(int(sys.argv[1]))
