"""/healthz: the truth about what this installation needs to take a payment and post it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from anqi import clock
from anqi.jobs import pulse
from anqi.payments import backlog, channels
from anqi.payments.channels import papers

# Older than this, and a payment that was made is not being posted.
_LATE = timedelta(minutes=2)


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all is well, 503 with what isn't; nothing here is secret or personal."""
    now = clock.now()
    checks = {name: _checked(check, now) for name, check in _CHECKS.items()}
    is_well = all(found["ok"] for found in checks.values())
    return JsonResponse({"ok": is_well, "checks": checks}, status=200 if is_well else 503)


def _checked(check: Callable[[datetime], dict[str, Any]], now: datetime) -> dict[str, Any]:
    try:
        return check(now)
    except DatabaseError as error:
        return {"ok": False, "why": type(error).__name__}


def _database(now: datetime) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version_num')::int / 10000")
        [(version,)] = cursor.fetchall()
    return {"ok": True, "postgresql": version}


def _worker(now: datetime) -> dict[str, Any]:
    seconds = pulse.seconds_since_a_worker_was_heard()
    is_alive = seconds is not None and seconds < _LATE.total_seconds()
    return {"ok": is_alive, "last_heard_seconds": seconds}


def _inbox(now: datetime) -> dict[str, Any]:
    return _age(backlog.oldest_waiting_message(), now)


def _outbox(now: datetime) -> dict[str, Any]:
    return _age(backlog.oldest_waiting_question(), now)


def _age(oldest: datetime | None, now: datetime) -> dict[str, Any]:
    age = (now - oldest) if oldest else timedelta()
    return {"ok": age < _LATE, "oldest_seconds": int(age.total_seconds())}


def _channels(now: datetime) -> dict[str, Any]:
    offered = channels.offered()
    return {"ok": bool(offered), "offered": list(offered)}


def _papers(now: datetime) -> dict[str, Any]:
    left = {f"{code} {paper.name}": papers.days_left(paper, now=now) for code, paper in channels.stated_papers()}
    ends = {name: days for name, days in left.items() if days is None or days < papers.TELL_BEFORE}
    return {"ok": not any(days is None or days < 0 for days in ends.values()), "days_left": ends}


_CHECKS: dict[str, Callable[[datetime], dict[str, Any]]] = {
    "database": _database,
    "worker": _worker,
    "inbox": _inbox,
    "outbox": _outbox,
    "channels": _channels,
    "papers": _papers,
}
