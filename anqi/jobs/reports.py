"""The jobs of reporting to credit bureaus: notices before anything bad, and the file of each month."""

import logging
from datetime import datetime

from procrastinate.contrib.django import app

from anqi import clock
from anqi.actions import notices, reports
from anqi.jobs.drains import EVERY_MINUTE, drain

# 20 past each hour: the last days of a month are reconciled by and by.
_EVERY_HOUR = "20 * * * *"
_log = logging.getLogger("anqi.jobs")


@drain("report_notices", EVERY_MINUTE, alone=True)
def warn_of_reports(now: datetime, limit: int) -> int:
    return notices.warn(now=now, limit=limit)


@app.periodic(cron=_EVERY_HOUR, queueing_lock="reports")
@app.task(name="reports", queueing_lock="reports", lock="reports")
def make_reports(timestamp: int | None = None) -> None:
    """Each lender's file of the month that is over, once its days are reconciled or nobody should wait any longer."""
    for lender, month in reports.due(now=clock.now()):
        made = reports.make(lender=lender, month=month, now=clock.now())
        _log.info("report_made", extra={"lender": lender, "month": f"{month:%Y-%m}", "files": len(made)})
