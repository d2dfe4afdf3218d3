"""`anqi reserves`: the whole shelf is on sale, once."""

import pytest

from anqi.config.cli import reserves
from anqi.lending import shelf
from anqi.lending.models import Product
from tests import purchasing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserves.site, "set_up", lambda **_: True)


def test_the_shelf_is_sold_and_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    purchasing.open_street()
    assert [reserves.run(["qhxj"]) for _ in range(2)] == [0, 0]
    assert Product.objects.filter(kind="reserve").count() == len(shelf.RESERVES)
    assert "reserve-m12 version 1: 备用金 12 期" in capsys.readouterr().out


def test_an_unknown_lender_is_refused_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert reserves.run(["nobody"]) == 1
    assert "There is no lender nobody." in capsys.readouterr().err
