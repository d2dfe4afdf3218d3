"""Long statements, written with differences by a seed and read back: what is found is what was planted."""

import io
import tracemalloc
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anqi.payments import statements
from anqi.payments.numbers import number_for
from anqi.payments.statements import Row
from tests.seeds import SEED
from tools import statements as planting
from tools.statements import Planted, papers
from tools.statements.movements import Movement

DAY = date(2026, 11, 26)
COUNT = 2_000
FORMS = [pytest.param(*form, id="-".join(form)) for form in planting.FORMS]


@pytest.mark.parametrize(("channel", "kind"), FORMS)
def test_what_is_found_is_what_was_planted(tmp_path: Path, channel: str, kind: str) -> None:
    file = tmp_path / "statement"
    planted = planting.write(
        file, channel=channel, kind=kind, day=DAY, account="2088000000000001", count=COUNT, seed=SEED
    )
    with file.open("rb") as opened:
        rows = list(statements.read(opened, channel=channel, kind=kind, day=DAY, account="2088000000000001"))
    ours = {each.key: each for each in planting.ours(kind=kind, day=DAY, count=COUNT, seed=SEED)}
    assert len(ours) == COUNT
    assert Counter(found(ours, rows)) == Counter(planted)


@pytest.mark.parametrize(("channel", "kind"), FORMS)
def test_a_long_file_is_never_held_as_a_whole(tmp_path: Path, channel: str, kind: str) -> None:
    file, count = tmp_path / "statement", 10_000
    planting.write(file, channel=channel, kind=kind, day=DAY, account="2088000000000001", count=count, seed=SEED)
    tracemalloc.start()
    try:
        with file.open("rb") as opened:
            for _ in statements.read(opened, channel=channel, kind=kind, day=DAY, account="2088000000000001"):
                pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Its text has more than a hundred bytes a row.
    assert peak < count * 80


NUMBERS = st.uuids().map(lambda id: number_for("aq", id))
KINDS = {"trade": ["pay", "debit", "refund"], "funds": ["pay", "refund", "fee", "payout"], "clearing": ["pay", "refund"]}


@st.composite
def happenings(draw: st.DrawFn, kind: str) -> Movement:
    """Anything that a statement of that kind can tell."""
    what = draw(st.sampled_from(KINDS[kind]))
    amount_minor = draw(st.integers(1, 10**10))
    return Movement(
        kind=what,
        key=draw(NUMBERS),
        ref=f"{draw(st.integers(0, 10**21 - 1)):021d}",
        amount_minor=amount_minor if what in ("pay", "debit") else -amount_minor,
        fee_minor=0 if kind == "funds" else draw(st.integers(-(10**6), 10**6)),
        at=draw(st.datetimes(datetime(2026, 11, 26), datetime(2026, 11, 26, 22, 59))).replace(microsecond=0),  # noqa: DTZ001
        charge_key=draw(NUMBERS) if (what, kind) == ("refund", "trade") else "",
        subject=draw(st.text("按期还款 ,，#`\"'AQ1", max_size=20).filter(lambda text: ",`" not in text)),
    )


@pytest.mark.parametrize(("channel", "kind"), FORMS)
@given(data=st.data())
def test_what_is_written_is_read(channel: str, kind: str, data: st.DataObject) -> None:
    written = data.draw(st.lists(happenings(kind), max_size=4))
    file = io.BytesIO()
    papers.WRITERS[channel, kind](file, written, DAY, "2088000000000001")
    file.seek(0)
    reading = statements.read(file, channel=channel, kind=kind, day=DAY, account="2088000000000001")
    rows = list(reading)
    assert [differs(ours, row, 1) for ours, row in zip(written, rows, strict=True)] == [""] * len(written)
    assert [name(row) for row in rows] == [each.key for each in written]
    assert reading.totals.minor == sum(each.amount_minor for each in written)
    assert reading.totals.fee_minor == sum(each.fee_minor for each in written)


def found(ours: dict[str, Movement], rows: list[Row]) -> list[Planted]:
    """Every difference between what we have and what the rows tell, one for each number."""
    times = Counter(name(row) for row in rows)
    gone = [Planted(plant="missing", key=key) for key in ours.keys() - times.keys()]
    told = {name(row): row for row in rows}
    return gone + [
        Planted(plant=plant, key=key) for key, row in told.items() if (plant := differs(ours.get(key), row, times[key]))
    ]


def differs(ours: Movement | None, row: Row, times: int) -> str:
    if ours is None:
        return "extra"
    if times > 1:
        return "duplicate"
    if row.state == "unknown":
        return "unknown_state"
    if row.at.replace(tzinfo=None) != ours.at:
        return "other_day"
    if row.amount_minor != ours.amount_minor:
        return "amount"
    if row.fee_minor != ours.fee_minor:
        return "fee"
    # Some files call a debit a payment.
    assert row.kind in (ours.kind, "pay" if ours.kind == "debit" else "")
    assert (row.ref, row.day) == (ours.ref, DAY)
    return ""


def name(row: Row) -> str:
    return row.key or row.charge_key
