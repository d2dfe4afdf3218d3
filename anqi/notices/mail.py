"""The mail gateway: letters of plain text, asked and answered as the SMS gateway is."""

from datetime import datetime

import httpx

from anqi.notices import sms
from anqi.notices.sms import Answer

_LANGUAGES = {"zh-hans": "zh-CN", "en": "en"}


async def send(
    gateway: dict[str, str], *, to: str, subject: str, text: str, language: str, out_id: str, now: datetime,
    receipt_url: str = "", transport: httpx.AsyncBaseTransport | None = None,
) -> Answer:  # fmt: skip
    """What the gateway said, within 8 seconds. `out_id` is our key: the same one twice is one letter."""
    letter = {"to": to, "language": _LANGUAGES[language], "subject": subject, "text": text, "out_id": out_id}
    if receipt_url:
        letter["receipt_url"] = receipt_url
    return await sms.post(gateway, letter, name="Mail", now=now, transport=transport)
