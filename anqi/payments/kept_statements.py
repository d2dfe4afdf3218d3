"""Channels' statements as they came: each kept once, sealed, and read again from here."""

from base64 import b64decode, b64encode
from datetime import date, datetime

from django.db import connection

from anqi.payments.models import ChannelStatement
from anqi.payments.statements import Statement
from anqi.rows.ids import uuid7


def keep(statement: Statement, *, now: datetime) -> ChannelStatement:
    """The row of the file. The last one's bytes again are the same row; others are the day's next version."""
    its = {"channel": statement.channel, "day": statement.day, "kind": statement.kind}
    with connection.cursor() as cursor:
        # Of two at once, the second sees what the first has kept.
        name = f"statement:{statement.channel}:{statement.day}:{statement.kind}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    last = latest(statement.channel, statement.day, kind=statement.kind)
    if last and last.sha256 == statement.sha256:
        return last
    version = last.version + 1 if last else 1
    kept = ChannelStatement(
        id=uuid7(), **its, version=version, account=statement.account, sha256=statement.sha256,
        raw=b64encode(statement.file).decode(), kept_at=now,
    )  # fmt: skip
    ChannelStatement.objects.bulk_create([kept])
    return kept


def latest(channel: str, day: date, *, kind: str) -> ChannelStatement | None:
    """The last version of that day's file, its text not yet read."""
    found = ChannelStatement.objects.filter(channel=channel, day=day, kind=kind)
    return found.order_by("-version").defer("raw").first()


def kinds(channel: str, day: date) -> set[str]:
    """Which files of that day are here."""
    return set(ChannelStatement.objects.filter(channel=channel, day=day).values_list("kind", flat=True))


def open_again(kept: ChannelStatement) -> Statement:
    """The file that was kept."""
    return Statement(
        channel=kept.channel, kind=kept.kind, day=kept.day, account=kept.account, file=b64decode(kept.raw)
    )
