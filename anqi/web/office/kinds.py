"""A kind of exception, as the queue lists them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of exception: what it is called, and its rows, the oldest first."""

    slug: str
    title: str | Promise
    tone: str
    since: str
    rows: Callable[[datetime], QuerySet[Any]]
    may_be_dealt_with: bool = False
