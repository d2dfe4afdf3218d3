"""Whether any worker is alive."""

from django.db import connection


def seconds_since_a_worker_was_heard() -> int | None:
    """By the queue's own heartbeat and the database's clock, which shifted business time doesn't touch."""
    with connection.cursor() as cursor:
        cursor.execute("select extract(epoch from now() - max(last_heartbeat)) from procrastinate_workers")
        [(seconds,)] = cursor.fetchall()
    return None if seconds is None else int(seconds)
