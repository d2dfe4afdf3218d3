"""The only reader of the wall clock. Everything else is told what day or instant it is."""

from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from anqi.rows.days import SHANGHAI


def now() -> datetime:
    """This instant in Asia/Shanghai, shifted where tests and the demo share a clock file."""
    return datetime.now(SHANGHAI) + _shift()


def today() -> date:
    """The business day in Asia/Shanghai."""
    return now().date()


def _shift() -> timedelta:
    file = settings.ANQI_CLOCK_FILE
    if not file:
        return timedelta()
    # A lender's books on a shifted clock would be wrong for ever, so settings refuse the file in production.
    assert settings.ANQI_MODE != "production"
    text = Path(file).read_text().strip() if Path(file).exists() else ""
    return timedelta(seconds=int(text or 0))
