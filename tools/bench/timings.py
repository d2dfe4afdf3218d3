"""How long each page took while it counted, and everything that went wrong, also while it didn't."""

import math
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(kw_only=True)
class Timings:
    """Milliseconds of each page's answers between `begin` and `end`."""

    by_page: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    # From coming back of the cashier to the page that says 还款成功.
    until_shown: list[float] = field(default_factory=list)
    seconds: float = 0
    own_cpu_share: float = 0
    machine_cpu_share: float = 0
    _since: "_Moment | None" = None

    def begin(self) -> None:
        self._since = _Moment()

    def end(self) -> None:
        assert self._since
        since, now, self._since = self._since, _Moment(), None
        self.seconds = now.at - since.at
        self.own_cpu_share = (now.own_cpu - since.own_cpu) / self.seconds
        self.machine_cpu_share = 1 - (now.idle - since.idle) / (now.jiffies - since.jiffies)

    def took(self, page: str, began: float) -> None:
        """The page that was asked for at that moment of `perf_counter` has just been answered."""
        if self._since:
            self.by_page.setdefault(page, []).append((time.perf_counter() - began) * 1000)

    def shown(self, began: float) -> None:
        """Who came back of the cashier at that moment of `perf_counter` has read that the payment succeeded."""
        if self._since:
            self.until_shown.append((time.perf_counter() - began) * 1000)

    def figures(self) -> dict[str, float]:
        """The keys that build/bench.json keeps."""
        everything = [each for answers in self.by_page.values() for each in answers]
        return {
            "load_errors": self.errors.total(),
            "load_requests_per_s": round(len(everything) / self.seconds, 1),
            "page_p50_ms": percentile(everything, 50),
            "page_p95_ms": percentile(everything, 95),
            "page_p99_ms": percentile(everything, 99),
            "pay_p95_ms": percentile(self.by_page.get("confirm", []), 95),
            "pay_shown_p95_ms": percentile(self.until_shown, 95),
            "load_own_cpu_share": round(self.own_cpu_share, 2),
            "load_machine_cpu_share": round(self.machine_cpu_share, 2),
        }

    def show(self) -> None:
        """Prints a table of the pages, and what went wrong, the most frequent first."""
        print(f"{'page':<12}{'answers':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
        for page, answers in self.by_page.items():
            shown = "".join(f"{percentile(answers, each):>9}" for each in (50, 95, 99))
            print(f"{page:<12}{len(answers):>9}{shown}")
        for told, count in self.errors.most_common(10):
            print(f"{count} × {told}")


class _Moment:
    """What the clocks say now: the machine's, this process's, and the kernel's of what was idle."""

    def __init__(self) -> None:
        self.at, self.own_cpu = time.perf_counter(), time.process_time()
        # The first line is of all processors; idle and waiting for a disk are its fourth and fifth.
        spent = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        self.jiffies, self.idle = sum(spent), spent[3] + spent[4]


def percentile(values: Iterable[float], percent: int) -> float:
    """The least value that so many percent of all don't exceed, to a tenth."""
    ordered = sorted(values)
    assert ordered, "nothing was measured: let it run longer"
    return round(ordered[math.ceil(len(ordered) * percent / 100) - 1], 1)
