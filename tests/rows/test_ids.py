"""Ids stand in the order in which they were made, also those of one millisecond."""

import time
from unittest.mock import patch

from anqi.rows.ids import uuid7

NOON = 1_795_000_000_000_000_000


def made_at(*times: int) -> list[str]:
    with patch.object(time, "time_ns", side_effect=times):
        return [str(uuid7()) for _ in times]


def test_of_one_millisecond_the_earlier_is_first() -> None:
    ids = made_at(NOON, NOON + 250, NOON + 999_999, NOON + 1_000_000)
    assert ids == sorted(ids)
    assert ids[0][:15] == ids[2][:15] != ids[3][:15]


def test_version_and_variant_are_told_and_of_one_moment_there_are_many() -> None:
    ids = made_at(*[NOON] * 1000)
    assert len(set(ids)) == 1000
    assert {each[14] for each in ids} == {"7"}
    assert {each[19] for each in ids} <= {*"89ab"}
