"""What has happened in the town, told to whoever reads why its auditor disagreed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

OPENS_ON = date(2026, 1, 5)
_LAST = 150


@dataclass(kw_only=True)
class Story:
    """Of one seed, line by line."""

    seed: int
    lines: list[str] = field(default_factory=list)

    def tell(self, at: datetime, what: str) -> None:
        self.lines.append(f"{at:%Y-%m-%d %H:%M} {what}")

    @contextmanager
    def told_where_it_fails(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            print(f"seed {self.seed}, and what happened last:", *self.lines[-_LAST:], sep="\n")
            raise
