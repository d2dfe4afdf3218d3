"""The lender's staff of the demonstration, with a second factor whose digits `python -m demo code` prints."""

import secrets
from datetime import datetime
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from anqi.actions import staff
from anqi.actions.settlements import accounts
from anqi.lending import inspection
from anqi.people import staff as members
from anqi.people.models import User
from anqi.rows.ids import uuid7

_PEOPLE = (
    ("clerk@qhxj.example", "何文", "clerk"),
    ("supervisor@qhxj.example", "高远", "supervisor"),
    ("auditor@qhxj.example", "沈稽", "auditor"),
)


def plant(*, now: datetime) -> dict[str, Any]:
    """Lets them in; their addresses, roles, password and the secret of the second factor."""
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    totp_secret = generate_totp_secret()
    for email, name, role in _PEOPLE:
        member = staff.admit(email=email, name=name, role=role, password=password, actor="demo", now=now)
        TOTP.activate(member, totp_secret)
    return {
        "password": password,
        "totp_secret": totp_secret,
        "people": [{"email": email, "name": name, "role": role} for email, name, role in _PEOPLE],
    }


def clerk() -> User:
    """何文."""
    return members.find(_PEOPLE[0][0])


def give_accounts(*, now: datetime) -> None:
    """Every shop has a bank account, entered by the clerk and released by the supervisor."""
    clerk, supervisor, _auditor = (members.find(email) for email, _name, _role in _PEOPLE)
    for shop in inspection.merchants():
        account = accounts.propose(
            account_id=uuid7(), merchant_id=shop.id, name=f"{shop.name}有限公司", bank="工商银行杭州分行",
            number=f"62220212{secrets.randbelow(10**11):011}", actor=clerk, now=now,
        )  # fmt: skip
        accounts.release(merchant_id=shop.id, account_id=account.id, actor=supervisor, now=now)
