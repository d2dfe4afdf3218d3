"""The auditor of reconciliation: each channel's day by the channel's own account, and differences that were planted."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.simulation.bureau import Bureau, Plant
from tests.simulation.channel_books import is_cost
from tests.simulation.reading import rows
from tests.simulation.story import OPENS_ON, Story
from tools.statements.movements import Movement

_DECIDED = ("explained", "written_off")


@dataclass(kw_only=True)
class ReconciliationAuditor:
    """Knows what each bureau planted, and what its channel took and gave."""

    bureaus: Mapping[str, Bureau]
    story: Story

    def audit(self, *, until: date) -> None:
        """Every day up to that one; when nothing is under way any more."""
        days = {(row["channel"], row["day"], row["kind"]): row for row in rows("select * from payments_reconciliation_day")}
        for bureau in self.bureaus.values():
            for of_day in range((until - OPENS_ON).days + 1):
                for kind in bureau.statement_kinds():
                    day = OPENS_ON + timedelta(days=of_day)
                    self._audit_day(bureau, day, kind, days.get((bureau.code, day, kind)))
        self._audit_differences(set(days))

    def _audit_day(self, bureau: Bureau, day: date, kind: str, row: Mapping[str, Any] | None) -> None:
        of = f"{bureau.code}'s {kind} of {day}"
        own = [each for each in bureau.books.movements(day, kind) if not is_cost(each)]
        if row is None:
            assert not own, self._told(f"{of} was never reconciled: {own}", [each.key for each in own])
            return
        told = [each for each in bureau.printed[day, kind].told if not is_cost(each)]
        wanted = {"ours": _sums(own), "theirs": _sums(told), "booked": sum(each.amount_minor for each in own)}
        found = {
            "ours": (row["ours_count"], row["ours_minor"]), "theirs": (row["theirs_count"], row["theirs_minor"]),
            "booked": row["booked_minor"],
        }  # fmt: skip
        assert found == wanted, self._told(f"{of}: {found}, by the channel {wanted}", [each.key for each in own])
        assert row["state"] == "reconciled", f"{of} is {row['state']}: {row}"

    def _audit_differences(self, days: set[tuple[str, date, str]]) -> None:
        planted = [each for bureau in self.bureaus.values() for each in bureau.planted]
        # What nobody fetches, because nothing moved there that day, nobody can find.
        planted = [each for each in planted if (each.channel, each.day, each.statement_kind) in days]
        may = Counter(_of(each) for each in planted if each.goes)
        must = Counter(_of(each) for each in planted if not each.goes)
        found = rows("select * from payments_reconciliation_difference")
        decided = Counter(_found(row) for row in found if row["state"] in _DECIDED)
        off = {*(decided - may - must), *(must - decided)}
        assert not off, self._told(f"differences, decided about or planted, not both: {off}", [str(each[4]) for each in off])
        gone = Counter(_found(row) for row in found if row["state"] == "settled")
        strange = {*(gone - may - self._news(days))}
        keys = [str(each[4]) for each in strange]
        assert not strange, self._told(f"differences that went, nobody knows why: {strange}", keys)
        waiting = [row for row in found if row["state"] in ("open", "asked")]
        assert not waiting, f"differences that wait: {waiting}"

    def _news(self, days: set[tuple[str, date, str]]) -> Counter[tuple[object, ...]]:
        """What files may have told before anybody else did: all that truly happened, on that day or the one before."""
        return Counter(
            (channel, day, kind, "missing_with_us", each.key, each.amount_minor)
            for channel, day, kind in days for each in self._true(self.bureaus[channel], day, kind)
        )

    def _true(self, bureau: Bureau, day: date, kind: str) -> Iterator[Movement]:
        yield from bureau.books.movements(day, kind)
        before = bureau.books.movements(day - timedelta(days=1), kind)
        yield from (each for each in bureau.printed[day, kind].told if each in before)

    def _told(self, what: str, keys: list[str]) -> str:
        return "\n".join((what, *self._stories(set(keys))))

    def _stories(self, keys: set[str]) -> Iterator[str]:
        loans = {str(row["loan_id"]) for key in keys for row in rows(_LOANS, key, key)}
        for line in self.story.lines:
            if any(each in line for each in keys | loans):
                yield line


def _sums(movements: list[Movement]) -> tuple[int, int]:
    return len(movements), sum(each.amount_minor for each in movements)


def _of(each: Plant) -> tuple[object, ...]:
    return each.channel, each.day, each.statement_kind, each.kind, each.key, each.off_minor


def _found(row: Mapping[str, Any]) -> tuple[object, ...]:
    return row["channel"], row["day"], row["statement_kind"], row["kind"], row["key"], row["off_minor"]


_LOANS = """
    select p.loan_id from payments_charge_part p join payments_charge c on c.borrower_id = p.borrower_id and c.id = p.charge_id
    where c.key = %s
    union select loan_id from payments_payout where key = %s
"""
