"""The close is killed at any of its statements, or its database is: begun again it ends in the very same books."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from anqi import clock
from anqi.config.postgres import Postgres
from tests.faults.close_dying import PHASES
from tests.faults.close_street import draw, street
from tests.faults.throwaway import connected_to, durable_server
from tests.jobs import close_book
from tests.jobs.close_left import Left, left
from tests.seeds import IS_SOAK, SEED

KILLS = range(SEED, SEED + (50 if IS_SOAK else 2))
STOPS = range(SEED, SEED + (10 if IS_SOAK else 1))


@dataclass(frozen=True, kw_only=True)
class Night:
    """A server with the book that each run begins with, and what a run that nothing befell made of it."""

    server: Postgres
    clock: Path
    counts: dict[str, int]
    left: Left


@pytest.fixture(scope="module")
def night(
    shared_server: Postgres, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Night]:
    logs = tmp_path_factory.mktemp("close")
    clock_file = logs / "clock"
    clock_file.write_text(str((close_book.NIGHT - clock.now()) // timedelta(seconds=1)))
    with durable_server() as server, django_db_blocker.unblock():
        with connected_to(server):
            close_book.plant()
        with street(server, clock=clock_file, logs=logs, name="undisturbed") as undisturbed:
            counts, found = undisturbed.count(), _left()
        yield Night(server=server, clock=clock_file, counts=counts, left=found)


def test_the_book_has_what_a_night_can_meet(night: Night) -> None:
    """Else all that follows would prove little."""
    assert set(night.counts) == set(PHASES) and all(night.counts.values()), night.counts
    assert {kind for _loan, kind, *_ in night.left.waiting} == {"differs", "failed"}
    assert Counter(kind for kind, _ in night.left.told)["order.settled"] == 3
    assert not night.left.unsummed


@pytest.mark.parametrize("seed", KILLS)
def test_killed_and_begun_again_it_ends_in_the_same_books(night: Night, tmp_path: Path, seed: int) -> None:
    live_and_compare(night, tmp_path, seed, "group", "parent", "worker")


@pytest.mark.parametrize("seed", STOPS)
def test_with_its_database_stopped_too(night: Night, tmp_path: Path, seed: int) -> None:
    live_and_compare(night, tmp_path, seed, "database")


def live_and_compare(night: Night, logs: Path, seed: int, *victims: str) -> None:
    plan = draw(seed, night.counts, victims=victims)
    print(f"\nANQI_SEED={seed}: {plan}")
    with street(night.server, clock=night.clock, logs=logs, name=f"night_{seed}") as opened:
        opened.live(plan)
        found = _left()
    for each in fields(Left):
        assert getattr(found, each.name) == getattr(night.left, each.name), each.name


def _left() -> Left:
    return left(today=close_book.NIGHT.date())
