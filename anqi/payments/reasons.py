"""Why debits fail: whose matter it is, and whether the same source may be tried again. Channels use these words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# Of the payer's account, of the channel or the bank behind it, or of ours.
Whose = Literal["payer", "channel", "ours"]
# At the next hour, on another day, or not before the payer has changed something.
Again = Literal["soon", "tomorrow", "never"]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """What a channel's final no means for the debits that would follow."""

    whose: Whose
    again: Again


_PAYERS, _LASTING = Reason(whose="payer", again="soon"), Reason(whose="payer", again="never")
_LIMIT = Reason(whose="payer", again="tomorrow")
_CHANNELS, _OURS = Reason(whose="channel", again="soon"), Reason(whose="ours", again="soon")
_KNOWN: Mapping[str, Reason] = {
    "balance": _PAYERS,
    "declined": _PAYERS,
    "risk": _LIMIT,
    "not_passed": _LIMIT,
    "day_limit": _LIMIT,
    "amount_limit": _LIMIT,
    "too_many_tries": _LIMIT,
    # The agreement: ended by the payer or run out.
    "mandate_ended": _LASTING,
    "account_state": _LASTING,
    "card_number": _LASTING,
    "card_not_supported": _LASTING,
    "card_state": _LASTING,
    "card_expired": _LASTING,
    "cardholder": _LASTING,
    "not_open": _LASTING,
    "password": _LASTING,
    # The bank's or the channel's own.
    "bank_closed": _CHANNELS,
    "system": _CHANNELS,
    "merchant_limit": _OURS,
    "merchant_state": _OURS,
    "no_rights": _OURS,
    "wrong_message": _OURS,
    "wrong_signature": _OURS,
    "not_announced": _OURS,
    "outside_hours": _OURS,
    "over_announced": _OURS,
    "too_often": _OURS,
}


def of(reason: str) -> Reason:
    """What that word means; of a word that stands nowhere here, that it is the channel's."""
    return _KNOWN.get(reason, _CHANNELS)


def known() -> tuple[str, ...]:
    """All the words, each of which has a text for the payer."""
    return tuple(_KNOWN)
