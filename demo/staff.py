"""The lender's staff of the demonstration, with a second factor whose digits `python -m demo code` prints."""

import secrets
from datetime import datetime
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from anqi.actions import staff

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
