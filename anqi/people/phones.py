"""Phone numbers: mainland mobiles, as people type them and as they are kept."""

import re
import unicodedata

from anqi.rows import keyring
from anqi.rows.refusals import Refused

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_BETWEEN = re.compile(r"[\s\-()]")


class NotAPhone(Refused):
    """This is not a mobile number: eleven digits that begin with 1."""

    code = "not_a_phone"


def read(text: str) -> str:
    """The number in its one form. "138 0000 6021": "+8613800006021". Refuses NotAPhone."""
    # Chinese keyboards type full-width digits, which NFKC makes plain.
    found = _MOBILE.fullmatch(_BETWEEN.sub("", unicodedata.normalize("NFKC", text)))
    if not found:
        raise NotAPhone
    return f"+86{found[1]}"


def fingerprint(phone: str) -> str:
    """By which a number is found without being readable."""
    return keyring.fingerprint(phone, purpose="phone")


def mask(phone: str) -> str:
    """As it is shown. "+8613800006021": "138****6021"."""
    return f"{phone[3:6]}****{phone[-4:]}"
