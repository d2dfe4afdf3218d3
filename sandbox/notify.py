"""Notifications to merchants: kept in the database, sent in the background, tried again on schedule."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import httpx

from sandbox import clock
from sandbox.store import Connection, Row, Store

# Seconds after the 1st, 2nd … unsuccessful sending; after the last one the sender gives up.
RETRY_SECONDS = (240, 600, 600, 3600, 7200, 21600, 54000)
TIMEOUT_SECONDS = 10
# Longer than a sending can take, so that a row claimed by a killed process comes back by itself.
CLAIM_SECONDS = 30

SCHEMA = """
CREATE TABLE IF NOT EXISTS notifications (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, order_no TEXT NOT NULL, event TEXT NOT NULL,
    url TEXT NOT NULL, body TEXT NOT NULL, faults TEXT NOT NULL, written_at TEXT NOT NULL,
    copies INTEGER NOT NULL DEFAULT 1, before_reply INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'withheld', 'gave_up')),
    tries INTEGER NOT NULL DEFAULT 0, due_at REAL NOT NULL, claimed_until REAL NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS notifications_due ON notifications (state, due_at);
CREATE INDEX IF NOT EXISTS notifications_by_order ON notifications (channel, order_no);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, notification_id INTEGER NOT NULL REFERENCES notifications (id),
    sent_at TEXT NOT NULL, status INTEGER, answer TEXT NOT NULL, accepted INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_by_notification ON deliveries (notification_id);
"""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a channel sends its notifications, which answer ends them, and when it tries again."""

    headers: Callable[[Row], Mapping[str, str]]
    accepts: Callable[[int, bytes], bool]
    retry_seconds: Sequence[int]
    # None: as long as the courier waits for anybody.
    timeout_seconds: int | None = None


# A form, answered by one word: what a channel without a manner of its own does.
FORM = Manner(
    headers=lambda row: {"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
    accepts=lambda status, body: status == 200 and body == b"success",
    retry_seconds=RETRY_SECONDS,
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one sending met: the HTTP status (none: nobody answered) and the start of the answer."""

    status: int | None
    answer: str
    accepted: bool


def enqueue(
    connection: Connection,
    *,
    channel: str,
    order_no: str,
    event: str,
    url: str,
    body: str,
    faults: str,
    written_at: str,
    due_at: float,
    copies: int = 1,
    before_reply: bool = False,
    withheld: bool = False,
) -> int:
    """Keep a notification to send; a withheld one is kept to be seen and never sent. Its id comes back."""
    cursor = connection.execute(
        "INSERT INTO notifications (channel, order_no, event, url, body, faults, written_at, due_at, copies,"
        " before_reply, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (channel, order_no, event, url, body, faults, written_at, due_at, copies, before_reply,
         "withheld" if withheld else "waiting"),
    )  # fmt: skip
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def oldest_accepted_body(connection: Connection, *, channel: str, saying: str = "") -> str | None:
    """The first message of the channel, with that text in it, that its merchant accepted: what a replay repeats."""
    row = connection.execute(
        "SELECT body FROM notifications WHERE channel = ? AND state = 'delivered' AND instr(body, ?)"
        " ORDER BY id LIMIT 1",
        (channel, saying),
    ).fetchone()
    return row["body"] if row else None


def of_order(connection: Connection, *, channel: str, order_no: str) -> list[dict[str, Any]]:
    """The notifications of one order with all their deliveries, oldest first."""
    rows = connection.execute(
        "SELECT * FROM notifications WHERE channel = ? AND order_no = ? ORDER BY id", (channel, order_no)
    ).fetchall()
    return [_with_deliveries(connection, row) for row in rows]


def _with_deliveries(connection: Connection, row: Row) -> dict[str, Any]:
    deliveries = connection.execute(
        "SELECT sent_at, status, answer, accepted FROM deliveries WHERE notification_id = ? ORDER BY id",
        (row["id"],),
    ).fetchall()
    return {
        **dict(row),
        "deliveries": [{**dict(each), "accepted": bool(each["accepted"])} for each in deliveries],
    }


class Courier:
    """Sends what is due. Several couriers may work at once: each row is claimed before it is sent."""

    def __init__(
        self,
        store: Store,
        *,
        timeout_seconds: int = TIMEOUT_SECONDS,
        manners: Mapping[str, Manner] | None = None,
    ) -> None:
        self._store = store
        self._manners = manners or {}
        self._stopping = False
        # Never through a proxy: merchants of a sandbox live on the same machine.
        self._client = httpx.Client(trust_env=False, timeout=timeout_seconds, follow_redirects=False)

    def stop(self) -> None:
        """Begin no further sending; what waits is sent by the next process."""
        self._stopping = True

    def close(self) -> None:
        self._client.close()

    def send_due(self) -> list[dict[str, Any]]:
        """Send everything whose time has come; what happened to each."""
        return self._send_all("due_at <= ?", clock.real_seconds())

    def send_waiting(self, *, order_no: str | None = None) -> list[dict[str, Any]]:
        """Send everything that waits, however far away its time; what happened to each."""
        if order_no is None:
            return self._send_all("1")
        return self._send_all("order_no = ?", order_no)

    def send_before_reply(self, *, channel: str, order_no: str) -> None:
        """Send what a fault wants at the merchant before the answer that causes it."""
        self._send_all("before_reply AND channel = ? AND order_no = ?", channel, order_no)

    def _send_all(self, condition: str, *values: Any) -> list[dict[str, Any]]:
        with self._store.begin() as connection:
            rows = connection.execute(
                f"SELECT id FROM notifications WHERE ({_FREE}) AND ({condition}) ORDER BY due_at, id",
                (clock.real_seconds(), *values),
            ).fetchall()
        return [sent for row in rows if not self._stopping and (sent := self._send(row["id"])) is not None]

    def _send(self, notification_id: int) -> dict[str, Any] | None:
        row = self._claim(notification_id)
        if row is None:
            return None
        outcomes = self._post_copies(row)
        return self._record(row, outcomes)

    def _claim(self, notification_id: int) -> Row | None:
        now = clock.real_seconds()
        with self._store.begin() as connection:
            row: Row | None = connection.execute(
                f"UPDATE notifications SET state = 'sending', claimed_until = ? WHERE id = ? AND ({_FREE})"
                " RETURNING *",
                (now + CLAIM_SECONDS, notification_id, now),
            ).fetchone()
        return row

    def _post_copies(self, row: Row) -> Sequence[Outcome]:
        if row["copies"] == 1:
            return [self._post(row)]
        # All copies leave together: the barrier opens when the last thread is ready.
        barrier = threading.Barrier(row["copies"])
        with ThreadPoolExecutor(row["copies"]) as pool:
            return list(pool.map(lambda _: (barrier.wait(), self._post(row))[1], range(row["copies"])))

    def _post(self, row: Row) -> Outcome:
        manner = self._manner(row)
        timeout = manner.timeout_seconds or self._client.timeout
        headers = dict(manner.headers(row))
        try:
            answer = self._client.post(
                row["url"], content=row["body"].encode(), headers=headers, timeout=timeout
            )
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            return Outcome(status=None, answer=type(failure).__name__, accepted=False)
        accepted = manner.accepts(answer.status_code, answer.content)
        return Outcome(status=answer.status_code, answer=answer.text[:200], accepted=accepted)

    def _manner(self, row: Row) -> Manner:
        return self._manners.get(row["channel"], FORM)

    def _record(self, row: Row, outcomes: Sequence[Outcome]) -> dict[str, Any]:
        tries = row["tries"] + 1
        now = clock.real_seconds()
        waits = self._manner(row).retry_seconds
        if any(outcome.accepted for outcome in outcomes):
            state, due_at = "delivered", row["due_at"]
        elif tries > len(waits):
            state, due_at = "gave_up", row["due_at"]
        else:
            state, due_at = "waiting", now + waits[tries - 1]
        with self._store.begin() as connection:
            connection.execute(
                "UPDATE notifications SET state = ?, tries = ?, due_at = ?, before_reply = 0 WHERE id = ?",
                (state, tries, due_at, row["id"]),
            )
            for outcome in outcomes:
                connection.execute(
                    "INSERT INTO deliveries (notification_id, sent_at, status, answer, accepted)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (row["id"], clock.to_wire(clock.real_now()), outcome.status, outcome.answer,
                     outcome.accepted),
                )  # fmt: skip
        return {
            "id": row["id"],
            "channel": row["channel"],
            "order_no": row["order_no"],
            "event": row["event"],
            "state": state,
            "tries": tries,
            "seconds_to_next": waits[tries - 1] if state == "waiting" else None,
            "answers": [{"status": each.status, "answer": each.answer} for each in outcomes],
        }


_FREE = "state = 'waiting' OR (state = 'sending' AND claimed_until <= ?)"


def describe(body: str) -> str:
    """A message's fields as indented JSON, for people."""
    return json.dumps(dict(parse_qsl(body)), ensure_ascii=False, indent=2)
