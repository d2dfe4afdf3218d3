"""`anqi complaints`: the day by which complaints are answered, set for all or for one lender."""

from datetime import timedelta
from pathlib import Path

import pytest

from anqi import clock
from anqi.config.cli import complaints as command
from anqi.lending.models import Lender
from anqi.people import complaints
from tests import purchasing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command.site, "set_up", lambda **_: True)


def test_a_lender_has_a_rule_of_its_own_from_a_day_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    purchasing.open_street()
    lender_id, tomorrow = Lender.objects.get().id, clock.today() + timedelta(days=1)
    days = tmp_path / "2027.json"
    days.write_text('{"holidays": ["2027-01-01"], "workdays": []}')
    stated = ["--days", "5", "--lender", "qhxj", "--from", tomorrow.isoformat(), "--calendar", str(days)]
    assert command.run(stated) == 0
    assert f"From {tomorrow} on complaints are answered within 5 working days." in capsys.readouterr().out
    mine = complaints.rule_of(lender_id, on=tomorrow)
    assert (mine.days, mine.calendar["holidays"], mine.phone) == (5, ["2027-01-01"], "12378")
    assert complaints.rule_of(lender_id, on=clock.today()).days == 15
    assert complaints.rule_of(None, on=tomorrow).days == 15
    assert command.run(["--days", "7"]) == 0
    assert complaints.rule_of(None, on=tomorrow).days == 7
    assert complaints.rule_of(lender_id, on=tomorrow).days == 5
    days.write_text('{"holidays": 1}')
    refused = {
        "since": stated, "days": ["--days", "61"], "lender": ["--days", "7", "--lender", "nobody"],
        "calendar": ["--days", "7", "--calendar", str(days)],
    }  # fmt: skip
    for field, argv in refused.items():
        if field == "since":
            argv = argv[:-2]
        assert command.run(argv) == 1, field
        assert f"No rule can have this {field}." in capsys.readouterr().err
