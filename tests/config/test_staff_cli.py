"""`anqi staff`: who works in the office, by whoever has the server."""

import io
import sys

import pytest

from anqi.config.cli import staff
from anqi.people.models import StaffAct, User

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-way-to-guess-7"


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    # Django is set up already, and its environment must stay that of the other tests.
    monkeypatch.setattr(staff.site, "set_up", lambda **_: True)


LI = "li@office.example"


def add() -> User:
    assert staff.run(["add", LI, "--name", "李复核", "--role", "supervisor"]) == 0
    return User.objects.get(email=LI)


def test_somebody_is_let_in_kept_out_and_let_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    li = add()
    assert li.check_password(PASSWORD)
    assert staff.run(["suspend", LI, "--reason", "left"]) == 0
    assert not User.objects.get(id=li.id).is_active
    monkeypatch.setattr(sys, "stdin", io.StringIO("another-long-way-8\n"))
    assert staff.run(["readmit", LI]) == 0
    again = User.objects.get(id=li.id)
    assert again.is_active
    assert again.check_password("another-long-way-8")
    acts = [(act.verb, act.reason, act.detail["by"]) for act in StaffAct.objects.order_by("at")]
    by = "command line"
    assert acts == [("admit_staff", "", by), ("suspend_staff", "left", by), ("readmit_staff", "", by)]


@pytest.mark.parametrize("command", [["suspend", "nobody@office.example", "--reason", "x"], ["readmit", "nobody@x.example"]])
def test_a_stranger_is_refused_in_a_sentence(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert staff.run(command) == 1
    assert "no such member of staff" in capsys.readouterr().err


def test_suspending_wants_a_reason() -> None:
    li = add()
    with pytest.raises(SystemExit):
        staff.run(["suspend", LI])
    assert User.objects.get(id=li.id).is_active
