"""The jobs of borrowers' rights: copies of their data, other phone numbers, and what is no longer to be kept."""

import logging
from datetime import datetime

from procrastinate.contrib.django import app

from anqi import clock
from anqi.actions import account_requests, copies, retention
from anqi.jobs.drains import EVERY_MINUTE, drain, go_through
from anqi.people.account_requests import due as due_requests
from anqi.people.models import AccountRequest, DataCopy

# 04:10 in Shanghai.
_EVERY_DAY = "10 20 * * *"
_log = logging.getLogger("anqi.jobs")


@drain("copies", EVERY_MINUTE, alone=True)
def make_copies(now: datetime, limit: int) -> int:
    copies.expire(now=now)
    return go_through(_make_copy, copies.waiting(limit=limit), now)


def _make_copy(copy: DataCopy, now: datetime) -> None:
    copies.make(borrower_id=copy.borrower_id, copy_id=copy.id, now=now)


@drain("account_requests", EVERY_MINUTE, alone=True)
def change_phones(now: datetime, limit: int) -> int:
    return go_through(_change_phone, due_requests(now=now, limit=limit), now)


def _change_phone(row: AccountRequest, now: datetime) -> None:
    account_requests.carry_out(borrower_id=row.borrower_id, request_id=row.id, now=now)


@app.periodic(cron=_EVERY_DAY, queueing_lock="retention")
@app.task(name="retention", queueing_lock="retention", lock="retention")
def forget(timestamp: int | None = None) -> None:
    """Once a day, when the night's close is over, what is no longer to be kept goes."""
    _log.info("retention", extra=retention.carry_out(now=clock.now()))
