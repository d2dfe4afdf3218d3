"""Whoever meets a lane of the queue that isn't empty finds in the runbook what it means and what to do."""

from pathlib import Path

import pytest

from anqi.web.office import queue, queue_kinds

RUNBOOK = (Path(__file__).resolve().parents[2] / "docs/runbook.md").read_text()
LANES = [*(each.title for each in queue_kinds.KINDS), queue.BOOKS, queue.PAPERS]


@pytest.mark.parametrize("title", [str(each) for each in LANES])
def test_every_lane_has_a_row(title: str) -> None:
    assert f"\n| {title} | " in RUNBOOK, f"docs/runbook.md has no row for the lane {title}"
