"""The morning after at the sandbox, and what a channel's statement of today then tells."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from anqi.payments.channels.protocol import StatementChannel
from anqi.payments.statements import Row, Totals
from anqi.rows.days import SHANGHAI
from tests.sandbox.sandbox_stand import Sandbox


@dataclass(frozen=True, kw_only=True)
class BillDesk:
    """Whoever fetches the statements of the day on which the test began."""

    sandbox: Sandbox
    channel: StatementChannel
    code: str
    day: date = field(default_factory=lambda: datetime.now(SHANGHAI).date())

    def be_at(self, hour: int, *, days: int = 1) -> None:
        """From here on it is that hour of a later day."""
        then = datetime.combine(self.day + timedelta(days=days), datetime.min.time(), SHANGHAI) + timedelta(hours=hour)
        self.sandbox.shift_clock(int((then - datetime.now(SHANGHAI)).total_seconds()) + 1)

    def told(self, kind: str, number: str, *, days: int = 0) -> list[Row]:
        """The rows about that number, or one that begins with it."""
        return [row for row in self.all(kind, days=days)[0] if (row.charge_key or row.key).startswith(number)]

    def all(self, kind: str, *, days: int = 0) -> tuple[list[Row], Totals]:
        reading = self.channel.statement(self.day + timedelta(days=days), kind=kind).rows()
        rows = list(reading)
        return rows, reading.totals

    def fault(self, name: str, **more: object) -> None:
        self.sandbox.fault(name, channel=self.code, **more)


def brief(rows: list[Row]) -> list[tuple[str, str, str, str, int, int]]:
    return [(row.kind, row.state, row.key, row.charge_key, row.amount_minor, row.fee_minor) for row in rows]
