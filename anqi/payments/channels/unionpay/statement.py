"""UnionPay's statement of one clearing day: asked for at its file server. `payments/statements` reads it."""

from datetime import date, datetime

from anqi.payments.channels.protocol import NotReady, Unknown
from anqi.payments.channels.unionpay import codes
from anqi.payments.channels.unionpay.gateway import Gateway
from anqi.payments.numbers import number_for
from anqi.rows.ids import uuid7

_STATEMENT = ("76", "01", "000000")


def fetch(way: Gateway, *, day: date, now: datetime) -> bytes:
    """The file as UnionPay signed it. Raises NotReady, and OSError where there is no clear answer."""
    asked = {"fileType": "00", "settleDate": f"{day:%m%d}"}
    answer = way.fetch(_STATEMENT, key=number_for("af", uuid7()), opened_at=now, more=asked)
    if isinstance(answer, Unknown):
        raise OSError(answer.cause)
    code = answer.get("respCode", "")
    if code == codes.NO_FILE_YET:
        raise NotReady
    if code not in codes.DONE or not answer.get("fileContent"):
        raise OSError(f"code_{code}"[:32])
    return answer["fileContent"].encode()
