"""Exports: files of a day that say what the books and the engine say, in the columns that their page names."""

import csv
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from pyarrow import parquet

from anqi.config import exports
from anqi.config.cli import books as command
from anqi.config.exports import NoExport, tables
from anqi.config.exports.tables import TABLES
from anqi.config.place import CHECKOUT
from anqi.engine import loan as engine_loan
from anqi.engine.lateness import State
from anqi.ledger import trial
from anqi.lending.models import Fact, Loan
from anqi.payments.models import Charge, Payment
from anqi.rows.ids import uuid7
from tests import books_town
from tests.books_town import BEGUN, COUNTED, LATE_MINOR, LEARNED, TODAY, Town
from tests.happening import happen, hold
from tests.planting import at, days, plant_borrower, plant_loan

Rows = list[dict[str, Any]]


@pytest.fixture
def town(clone_database: str) -> Town:
    """Committed for real: an export looks at the database through a connection of its own."""
    return books_town.live()


def read(folder: Path, name: str) -> Rows:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def balances(postings: Rows) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in postings:
        found[row["debit"]] += int(row["amount_minor"])
        found[row["credit"]] -= int(row["amount_minor"])
    return Counter({account: amount for account, amount in found.items() if amount})


def told(value: Any) -> str:
    return "" if value is None else str(value)


def test_postings_come_to_the_trial_balance_of_the_day(town: Town, tmp_path: Path) -> None:
    for on in (BEGUN, COUNTED, TODAY):
        exports.export(on, tmp_path)
        found = balances(read(tmp_path, "postings"))
        assert found == {row.code: row.balance_minor for row in trial.trial_balance(on) if row.balance_minor}, on


def test_as_known_then_is_there_too(town: Town, tmp_path: Path) -> None:
    exports.export(TODAY, tmp_path)
    then = [row for row in read(tmp_path, "postings") if row["booked_on"] <= str(COUNTED)]
    expected = trial.trial_balance(COUNTED, known="then")
    assert balances(then) == {row.code: row.balance_minor for row in expected if row.balance_minor}
    assert trial.trial_balance(COUNTED, known="now") != expected


def test_loans_and_instalments_are_what_the_engine_says_of_the_day(town: Town, tmp_path: Path) -> None:
    for on in (COUNTED, TODAY):
        exports.export(on, tmp_path)
        loans, instalments = read(tmp_path, "loans"), read(tmp_path, "instalments")
        assert len(loans) == 2
        for who in (town.lin, town.zhou):
            held = hold(who)
            standing = engine_loan.standing(held.terms, held.facts, on)
            [loan] = [row for row in loans if row["loan_id"] == str(who.loan_id)]
            for name in ("status", "days_past_due", "due_now_minor", "payoff_minor", "next_due_on", "credit_minor"):
                assert loan[name] == told(getattr(standing, name)), (name, on)
            assert loan["remaining_minor"] == str(standing.remaining_minor)
            rows = [row for row in instalments if row["loan_id"] == str(who.loan_id)]
            assert len(rows) == len(standing.instalments) == int(loan["instalments"])
            for row, stated in zip(rows, standing.instalments, strict=True):
                assert {name: row[name] for name in stated._fields} == {n: told(v) for n, v in stated._asdict().items()}
                parts = (row[f"{part}_minor"] for part in ("principal", "interest", "fee", "penalty"))
                assert sum(map(int, parts)) - int(row["paid_minor"]) == int(row["remaining_minor"])


def test_what_is_owed_in_the_loans_is_what_is_owed_in_the_postings(town: Town, tmp_path: Path) -> None:
    exports.export(TODAY, tmp_path)
    found = balances(read(tmp_path, "postings"))
    loans = read(tmp_path, "loans")
    principal_minor = sum(minor for account, minor in found.items() if account.startswith("receivable_principal"))
    assert principal_minor == sum(int(row["outstanding_principal_minor"]) for row in loans)


def test_a_loan_that_has_not_begun_has_no_figures(town: Town, tmp_path: Path) -> None:
    borrower_id = plant_borrower("+8613900003333", now=at(TODAY))
    for cancelled_on in (None, TODAY):
        who = plant_loan(borrower_id=borrower_id, starts_on=TODAY)
        Loan.objects.filter(id=who.loan_id).update(starts_on=None, cancelled_on=cancelled_on)
    exports.export(TODAY, tmp_path)
    mine = [row for row in read(tmp_path, "loans") if row["borrower_id"] == str(borrower_id)]
    assert [row["status"] for row in mine] == ["confirmed", "cancelled"]
    names = tables.LOANS.names
    assert {row[name] for row in mine for name in names[names.index("days_past_due") :]} == {""}
    assert not [row for row in read(tmp_path, "instalments") if row["borrower_id"] == str(borrower_id)]
    # The day before, one had not been cancelled and the other not been signed.
    Loan.objects.filter(borrower_id=borrower_id, cancelled_on=TODAY).update(created_at=at(TODAY - days(1), 23, 59))
    exports.export(TODAY - days(1), tmp_path)
    [then] = [row for row in read(tmp_path, "loans") if row["borrower_id"] == str(borrower_id)]
    assert (then["status"], then["cancelled_on"]) == ("confirmed", "")


def test_a_loan_signed_before_it_began_is_there_without_figures(town: Town, tmp_path: Path) -> None:
    Loan.objects.filter(id=town.zhou.loan_id).update(created_at=at(BEGUN))
    exports.export(BEGUN, tmp_path)
    statuses = {row["loan_id"]: (row["status"], row["starts_on"]) for row in read(tmp_path, "loans")}
    assert statuses[str(town.zhou.loan_id)] == ("confirmed", "")
    assert statuses[str(town.lin.loan_id)] == ("active", str(BEGUN))


def test_payments_of_the_day_and_before(town: Town, tmp_path: Path) -> None:
    payment = plant_payment(town)
    exports.export(COUNTED, tmp_path)
    [row] = read(tmp_path, "payments")
    assert row["payment_id"] == str(payment.id)
    assert (row["amount_minor"], row["counts_on"]) == (str(LATE_MINOR), str(COUNTED))
    assert row["paid_at"] == "2026-10-15T04:00:00.000000+00:00"
    exports.export(COUNTED - days(1), tmp_path)
    assert read(tmp_path, "payments") == []


def test_postings_name_the_payment_they_book(town: Town, tmp_path: Path) -> None:
    exports.export(TODAY, tmp_path)
    postings = read(tmp_path, "postings")
    paid = {str(id): body["payment_id"] for id, body in Fact.objects.filter(kind="payment").values_list("id", "body")}
    assert len(paid) == 3
    assert {row["cause_id"]: row["payment_id"] for row in postings if row["cause"] == "payment"} == paid
    assert all(row["payment_id"] == row["cause_id"] for row in postings if row["cause"] == "arrival")
    assert {row["payment_id"] for row in postings if row["cause"] in ("day", "waiver", "shipped")} == {""}


def test_the_same_day_twice_is_the_same_bytes(town: Town, tmp_path: Path) -> None:
    plant_payment(town)
    folders = [tmp_path / "first", tmp_path / "second" / "deeper"]
    for folder in folders:
        for format in exports.FORMATS:
            exports.export(COUNTED, folder, format=format)
    first, second = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in folders)
    assert len(first) == len(TABLES) * len(exports.FORMATS)
    assert first == second
    happen(town.lin, "payment", COUNTED, today=TODAY, amount="10.00")
    exports.export(COUNTED, folders[1])
    assert (folders[1] / "postings.csv").read_bytes() != first["postings.csv"]


def test_parquet_says_what_csv_says(town: Town, tmp_path: Path) -> None:
    plant_payment(town)
    counts = exports.export(TODAY, tmp_path)
    assert exports.export(TODAY, tmp_path, format="parquet") == counts
    types = {"id": "string", "text": "string", "date": "date32[day]", "int64": "int64",
             "timestamp": "timestamp[us, tz=UTC]"}  # fmt: skip
    for table in TABLES:
        found = parquet.read_table(tmp_path / f"{table.name}.parquet")
        assert [str(field.type) for field in found.schema] == [types[column.kind] for column in table.columns]
        rows = [{name: plain(value) for name, value in row.items()} for row in found.to_pylist()]
        assert rows == read(tmp_path, table.name)
        assert len(rows) == counts[table.name] > 0


def plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else told(value)


def test_columns_are_those_of_their_page(town: Town, tmp_path: Path) -> None:
    page = (CHECKOUT / "docs/exports.md").read_text()
    exports.export(BEGUN, tmp_path)
    for table in TABLES:
        section = page.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        documented = re.findall(r"^\| (\w+) \| (\w+) \| (\w*) ?\|", section, re.MULTILINE)[1:]
        assert [(name, kind) for name, kind, _unit in documented] == [(each.name, each.kind) for each in table.columns]
        assert all((unit == "fen") == name.endswith("_minor") for name, _kind, unit in documented)
        header = (tmp_path / f"{table.name}.csv").read_text().split("\n")[0]
        assert header.split(",") == [name for name, _kind, _unit in documented]


def test_their_page_names_every_state() -> None:
    page = (CHECKOUT / "docs/exports.md").read_text()
    loans, instalments = page.split("\n## loans\n")[1].split("\n## instalments\n")
    assert {status for status in get_args(engine_loan.Status) if f"`{status}`" not in loans} == {"pending"}
    assert not [state for state in get_args(State) if f"`{state}`" not in instalments]


def test_nothing_tells_who_somebody_is(town: Town, tmp_path: Path) -> None:
    exports.export(TODAY, tmp_path)
    told = "".join(file.read_text() for file in tmp_path.iterdir())
    for personal in ("林小满", "13800006021", "13900001111", "11010519491231002X", Loan.objects.first().number):
        assert personal not in told


def test_only_their_owner_reads_them(town: Town, tmp_path: Path) -> None:
    exports.export(TODAY, tmp_path)
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_half_an_export_is_none(town: Town, tmp_path: Path) -> None:
    """A fact that makes no sense, as only a wrong hand could have written it."""
    exports.export(TODAY, tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    Fact.objects.create(
        borrower_id=town.lin.borrower_id, loan_id=town.lin.loan_id, seq=9999, hash=b"", kind="waiver", key="wrong",
        counts_on=COUNTED, body={"what": "penalty", "amount_minor": 900_000}, actor="?", recorded_at=at(TODAY),
    )  # fmt: skip
    with pytest.raises(NoExport, match=str(town.lin.loan_id)):
        exports.export(TODAY, tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_all_files_are_of_one_moment(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment that is booked while the files are being written is in none of them."""
    exports.export(TODAY, tmp_path / "before")
    real, paid = exports.exporting.standings.state, list[Payment]()

    def state(row: Any, *, on: date) -> Any:
        if not paid:
            paid.append(plant_payment(town))
            happen(town.lin, "payment", TODAY, amount="20.00")
        return real(row, on=on)

    monkeypatch.setattr(exports.exporting.standings, "state", state)
    exports.export(TODAY, tmp_path / "meanwhile")
    assert paid
    for table in TABLES:
        assert read(tmp_path / "meanwhile", table.name) == read(tmp_path / "before", table.name)
    exports.export(TODAY, tmp_path / "after")
    assert read(tmp_path / "after", "loans") != read(tmp_path / "before", "loans")


def plant_payment(town: Town) -> Payment:
    now, borrower_id = at(COUNTED), town.zhou.borrower_id
    charge = Charge.objects.create(
        borrower_id=borrower_id, id=uuid7(), channel="alipay", key="aq1", attempt="1", amount_minor=LATE_MINOR,
        subject="", how="page", opened_at=now, expires_at=now, state="succeeded",
    )  # fmt: skip
    return Payment.objects.create(
        borrower_id=borrower_id, charge_id=charge.id, channel="alipay", ref="2026", amount_minor=LATE_MINOR,
        paid_at=now, counts_on=COUNTED, learned_by="query", recorded_at=at(LEARNED),
    )  # fmt: skip


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django is set up already, and its environment must stay that of the other tests."""
    monkeypatch.setattr(command.site, "set_up", lambda **_: True)


def test_the_command_tells_a_day_in_both_ways(town: Town, typed: None, capsys: pytest.CaptureFixture[str]) -> None:
    shown = {}
    for known in ("now", "then"):
        assert command.run(["trial-balance", "--on", str(COUNTED), "--known", known, "--csv"]) == 0
        shown[known] = {row["account"]: row for row in csv.DictReader(capsys.readouterr().out.splitlines())}
    now, then = (int(shown[known]["in_transit_alipay"]["debit_minor"]) for known in ("now", "then"))
    assert now - then == LATE_MINOR
    assert shown["now"]["total"]["balance_minor"] == "0"


def test_the_command_splits_by_product(town: Town, typed: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(["trial-balance", "--on", str(TODAY), "--by", "product", "--csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert rows[-1]["account"] == "total"
    total = trial.total(trial.trial_balance(TODAY))
    assert sum(int(row["debit_minor"]) for row in rows[:-1]) == int(rows[-1]["debit_minor"]) == total.debit_minor
    found = {(row["account"], row["product"], row["lender"]): int(row["balance_minor"]) for row in rows}
    assert found["in_transit_alipay", "", "other"] == LATE_MINOR


def test_the_command_prints_yuan_in_columns(town: Town, typed: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(["trial-balance", "--on", str(BEGUN)]) == 0
    about, _, *lines = capsys.readouterr().out.rstrip("\n").split("\n")
    assert about == f"{BEGUN}, as known now, in yuan"
    assert len({len(line) for line in lines}) == 1
    [principal] = [line for line in lines if line.startswith("receivable_principal ")]
    assert principal.split() == ["receivable_principal", "asset", "6000.00", "0.00", "6000.00"]
    assert command.run(["trial-balance", "--on", str(TODAY)]) == 0
    assert "the day is not closed" in capsys.readouterr().out


def test_the_command_exports(town: Town, typed: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["export", "--on", str(COUNTED), "--to", str(tmp_path), "--format", "parquet"]
    assert command.run(words) == 0
    assert f"{tmp_path}/loans.parquet: 2 rows" in capsys.readouterr().out
    assert parquet.read_table(tmp_path / "loans.parquet").num_rows == 2


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_a_folder_that_is_none_is_a_sentence(
    town: Town, typed: None, tmp_path: Path, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert command.run(["export", "--on", str(BEGUN), "--to", str(tmp_path / folder)]) == 1
    assert "Nothing can be written there" in capsys.readouterr().err


def test_a_day_to_come_is_a_sentence(town: Town, typed: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(["export", "--on", "2999-01-01", "--to", str(tmp_path)]) == 1
    assert "has not come yet" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
