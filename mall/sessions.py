"""Browser sessions behind the cookie `mall_session`."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from mall.store import Rows

COOKIE = "mall_session"
LIFE = dt.timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Session:
    """One browser: who is logged in, and the token its forms must carry."""

    token: str
    token_hash: str
    csrf_token: str
    customer_id: int | None
    shopkeeper_id: int | None
    notice: str
    fresh: bool

    @property
    def cart_owner(self) -> str:
        """Whose cart it is: the customer's on every device, or this browser's."""
        return f"customer:{self.customer_id}" if self.customer_id else f"session:{self.token_hash}"


def find(rows: Rows, *, token: str, now: dt.datetime) -> Session | None:
    """The session of a cookie, while it lives."""
    row = rows.execute(
        "SELECT * FROM sessions WHERE token_hash = ? AND expires_at > ?", (_hashed(token), now.isoformat())
    ).fetchone()
    if row is None:
        return None
    kept = {name: row[name] for name in row.keys() if name != "expires_at"}  # noqa: SIM118 (a Row iterates values)
    return Session(token=token, fresh=False, **kept)


def open_session(
    rows: Rows, *, now: dt.datetime, customer_id: int | None = None, shopkeeper_id: int | None = None
) -> Session:
    """A new session with a new token; expired ones and their carts go."""
    _forget_expired(rows, now=now)
    token, csrf_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    rows.execute(
        "INSERT INTO sessions VALUES (?, ?, ?, ?, '', ?)",
        (_hashed(token), csrf_token, customer_id, shopkeeper_id, (now + LIFE).isoformat()),
    )
    return Session(
        token=token, token_hash=_hashed(token), csrf_token=csrf_token,
        customer_id=customer_id, shopkeeper_id=shopkeeper_id, notice="", fresh=True,
    )


def close(rows: Rows, *, session: Session) -> None:
    """The cookie opens nothing any more."""
    rows.execute("DELETE FROM sessions WHERE token_hash = ?", (session.token_hash,))


def leave_notice(rows: Rows, *, session: Session, notice: str) -> None:
    """A sentence for the next page that this browser opens."""
    rows.execute("UPDATE sessions SET notice = ? WHERE token_hash = ?", (notice, session.token_hash))


def _forget_expired(rows: Rows, *, now: dt.datetime) -> None:
    rows.execute("DELETE FROM sessions WHERE expires_at <= ?", (now.isoformat(),))
    rows.execute(
        "DELETE FROM cart_lines WHERE owner LIKE 'session:%'"
        " AND substr(owner, 9) NOT IN (SELECT token_hash FROM sessions)"
    )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
