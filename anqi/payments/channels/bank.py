"""Transfers to the lender's own account at its bank, found in the account's statement by what their payers state.

A bank tells nobody anything here and can't be asked: a charge is an account and a reference, and waits.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta

from anqi.payments.channels.protocol import (
    Accepted,
    BadSignature,
    ChargeRequest,
    Closed,
    Notification,
    RawRequest,
    RawResponse,
    RefundRequest,
    Result,
    Transfer,
)

# Digits and letters that nobody takes for another one: O is typed for 0, I and L for 1.
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTUVWXYZ"
_FOLDED = str.maketrans("OIL", "011")
# So many of a key's last, random digits: two charges in a million millions share them.
_TAIL = 8
_REFERENCE = re.compile(rf"(?=(A[A-Z][{_SYMBOLS}]{{{_TAIL + 1}}}))")


def connect(stated: Mapping[str, str]) -> "Bank":
    """The channel for one account: account_name, account_number and bank_name."""
    return Bank(stated)


class Bank:
    """One account at a bank, as `protocol.Channel`. Money that comes after a charge was closed is late money."""

    code = "bank"
    # Over a weekend; transfers between banks may take a working day.
    life = timedelta(days=3)

    def __init__(self, stated: Mapping[str, str]) -> None:
        self._stated = stated

    def charge(self, request: ChargeRequest) -> Result:
        """Where to transfer the money to, and the reference to state."""
        assert request.currency == "CNY", "the account is kept in yuan"
        transfer = Transfer(
            account_name=self._stated["account_name"],
            account_number=self._stated["account_number"],
            bank=self._stated["bank_name"],
            reference=reference(request.key),
        )
        return Accepted(action=transfer)

    def query(self, key: str, *, opened_at: datetime) -> Result:
        """Nothing is known before the statement tells it."""
        return Accepted()

    def close(self, key: str, *, opened_at: datetime) -> Result:
        """Closed at once: there is nobody to ask, and nothing to stop."""
        return Closed()

    def refund(self, request: RefundRequest) -> Result:
        """On its way until the statement shows that people have made it."""
        return Accepted()

    def query_refund(self, key: str, *, charge_key: str, opened_at: datetime) -> Result:
        """Nothing is known before the statement tells it."""
        return Accepted()

    def parse_notification(self, raw: RawRequest) -> Notification:
        """Banks don't knock: whoever does is somebody else."""
        raise BadSignature

    def acknowledge(self, ok: bool) -> RawResponse:
        """A no."""
        return RawResponse(status=404, body=b"")


def reference(key: str) -> str:
    """What people type for a number of ours: its two letters, eight of its digits and one that proves them.

    aq0c5qk1e2m9x4t7z3r8w6b2n5v is AQ8W6B2N5VT.
    """
    digits = key[-_TAIL:].upper().translate(_FOLDED)
    return f"{key[:2].upper()}{digits}{_proof(digits)}"


def references_in(text: str) -> tuple[str, ...]:
    """The references in what a payer wrote, as `reference` writes them, whatever stands around their letters."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(_FOLDED)
    found = _REFERENCE.findall("".join(each for each in plain if each.isascii() and each.isalnum()))
    return tuple(dict.fromkeys(each for each in found if each[-1] == _proof(each[2:-1])))


def _proof(digits: str) -> str:
    # Powers of two are prime to 33, and so are their differences: no single slip and no two neighbours exchanged pass.
    total = sum(_SYMBOLS.index(digit) * 2**place for place, digit in enumerate(reversed(digits), start=1))
    return _SYMBOLS[-total % len(_SYMBOLS)]
