"""What UnionPay's codes mean, operation by operation. A code that stands nowhere here leaves the result unknown."""

from collections.abc import Mapping
from dataclasses import dataclass

from anqi.payments.channels.protocol import Accepted, Failed, Unknown

DONE, NOT_FOUND, DUPLICATE, NO_FILE_YET = ("00", "A6"), "34", "12", "98"

# A final no wherever it is heard. 77 is one for this number: its bank may be back for another.
_NEVER = {
    "10": "wrong_message",
    "11": "wrong_signature",
    "13": "not_open",
    "30": "not_passed",
    "31": "merchant_state",
    "32": "no_rights",
    "33": "merchant_limit",
    "36": "amount_limit",
    "61": "card_number",
    "62": "card_not_supported",
    "63": "card_state",
    "64": "balance",
    "65": "password",
    "66": "too_many_tries",
    "67": "cardholder",
    "68": "day_limit",
    "73": "card_expired",
    "77": "bank_closed",
}


@dataclass(frozen=True, kw_only=True)
class Meanings:
    """The codes of one operation that are not success: which say to wait, and which a final no, and why."""

    waits: frozenset[str] = frozenset()
    noes: Mapping[str, str]

    def of(self, code: str) -> Accepted | Failed | Unknown:
        """What a code that is not success says."""
        if code in self.waits:
            return Accepted()
        return Failed(reason=self.noes[code], code=code) if code in self.noes else Unknown(cause=f"code_{code}"[:32])


# Of money that leaves us a mere "failed" is no end: payouts answered with 01, 12, 34 or 60 have arrived.
DEBITING = Meanings(noes=_NEVER | {"01": "declined"})
COLLECTED = Meanings(waits=frozenset({"05"}), noes=_NEVER | {"01": "declined"})
REFUNDING = PAYING_OUT = Meanings(noes=_NEVER)
REFUNDED = COLLECTED
PAID_OUT = Meanings(waits=frozenset({"05"}), noes=_NEVER)
