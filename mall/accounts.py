"""Who may log in: customers by phone, the shopkeeper by name, both with a password."""

import base64
import datetime as dt
import hashlib
import hmac
import re
import secrets
import sqlite3
from dataclasses import dataclass

from mall.refusals import FormIncomplete, LoginRefused
from mall.store import Rows

PHONE = re.compile(r"1[3-9]\d{9}")
PASSWORD_LENGTH_MIN = 8
FAILURES_MAX = 5
FAILURES_WINDOW = dt.timedelta(minutes=15)

# A demo shop is useless without someone to log in as; real customers sign up on the page.
DEMO_PASSWORD = "qinghe2026"
DEMO_ACCOUNTS = (
    ("customer", "13800006021", "林小满"),
    ("customer", "13900008866", "周立夏"),
    ("shopkeeper", "shopkeeper", "掌柜"),
)


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person who may log in."""

    id: int
    kind: str
    login_name: str
    name: str

    @property
    def masked_login_name(self) -> str:
        """The phone with its middle hidden: 138****6021."""
        return f"{self.login_name[:3]}****{self.login_name[-4:]}"


def plant(rows: Rows, *, now: dt.datetime) -> None:
    """Put the demo accounts into a home that has no account yet."""
    if rows.execute("SELECT 1 FROM accounts LIMIT 1").fetchone() is not None:
        return
    for kind, login_name, name in DEMO_ACCOUNTS:
        _insert(rows, kind=kind, login_name=login_name, name=name, password=DEMO_PASSWORD, now=now)


def sign_up(rows: Rows, *, phone: str, name: str, password: str, now: dt.datetime) -> Account:
    """A new customer; refuses a malformed phone, a short password and a phone that is taken."""
    errors = {}
    if not PHONE.fullmatch(phone):
        errors["phone"] = "请填 11 位手机号。"
    if not 1 <= len(name) <= 20:
        errors["name"] = "请填称呼，最多 20 个字。"
    if not PASSWORD_LENGTH_MIN <= len(password) <= 128:
        errors["password"] = f"密码至少 {PASSWORD_LENGTH_MIN} 位。"
    if errors:
        raise FormIncomplete(errors)
    try:
        _insert(rows, kind="customer", login_name=phone, name=name, password=password, now=now)
    except sqlite3.IntegrityError:
        raise FormIncomplete({"phone": "这个手机号已经注册过，请直接登录。"}) from None
    return _by_login_name(rows, kind="customer", login_name=phone)


def check_tries(rows: Rows, *, login_name: str, now: dt.datetime) -> None:
    """Refuses a name with too many failures in the last quarter of an hour."""
    since = (now - FAILURES_WINDOW).isoformat()
    (failures,) = rows.execute(
        "SELECT count(*) FROM login_failures WHERE login_name = ? AND failed_at > ?", (login_name, since)
    ).fetchone()
    if failures >= FAILURES_MAX:
        raise LoginRefused("试的次数太多了，请 15 分钟后再试。")


def note_failure(rows: Rows, *, login_name: str, now: dt.datetime) -> None:
    """Count a wrong password against the name, and forget those of yesterday."""
    yesterday = now - dt.timedelta(days=1)
    rows.execute("DELETE FROM login_failures WHERE failed_at < ?", (yesterday.isoformat(),))
    rows.execute("INSERT INTO login_failures VALUES (?, ?)", (login_name, now.isoformat()))


def log_in(rows: Rows, *, kind: str, login_name: str, password: str) -> Account:
    """The account of that name; one answer for an unknown name and for a wrong password."""
    row = rows.execute(
        "SELECT password_hash FROM accounts WHERE kind = ? AND login_name = ?", (kind, login_name)
    ).fetchone()
    # The hash is computed for unknown names too, so that the time taken does not tell who is a customer.
    known = row["password_hash"] if row else _hashed("", salt=b"\0" * 16)
    fits = hmac.compare_digest(_hashed(password, salt=_salt_of(known)), known)
    if row is None or not fits:
        raise LoginRefused
    return _by_login_name(rows, kind=kind, login_name=login_name)


def find(rows: Rows, *, account_id: int) -> Account:
    """The account of a session."""
    row = rows.execute(
        "SELECT id, kind, login_name, name FROM accounts WHERE id = ?", (account_id,)
    ).fetchone()
    return Account(**dict(row))


def _by_login_name(rows: Rows, *, kind: str, login_name: str) -> Account:
    row = rows.execute(
        "SELECT id, kind, login_name, name FROM accounts WHERE kind = ? AND login_name = ?",
        (kind, login_name),
    ).fetchone()
    return Account(**dict(row))


def _insert(rows: Rows, *, kind: str, login_name: str, name: str, password: str, now: dt.datetime) -> None:
    rows.execute(
        "INSERT INTO accounts (kind, login_name, name, password_hash, created_at) VALUES (?, ?, ?, ?, ?)",
        (kind, login_name, name, _hashed(password, salt=secrets.token_bytes(16)), now.isoformat()),
    )


def _hashed(password: str, *, salt: bytes) -> str:
    key = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
    return f"scrypt${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _salt_of(hashed: str) -> bytes:
    return base64.b64decode(hashed.split("$")[1])
