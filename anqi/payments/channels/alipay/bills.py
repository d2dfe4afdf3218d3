"""Alipay's statements of a day: asked for by its own date, and downloaded while their link is good. Nothing is signed
but the link; the zip has checksums of its own.
"""

from datetime import date
from urllib.parse import urlsplit

import requests
from alipay import AliPay

from anqi.payments.channels.alipay import gateway
from anqi.payments.channels.protocol import NotReady, Unknown

# What Alipay calls each kind.
TYPES = {"trade": "trade", "funds": "signcustomer"}
_METHOD = "alipay.data.dataservice.bill.downloadurl.query"
_NOT_THERE = ("40004 isp.bill_not_exist", "40004 BILL_NOT_EXIST")
_TIMEOUT_SECONDS = (3, 30)
# Some ten million rows: whatever is larger is no day of ours.
_LARGEST, _CHUNK = 512 * 1024 * 1024, 64 * 1024


def fetch(sdk: AliPay, *, day: date, kind: str) -> bytes:
    """The zip. Raises NotReady, and OSError where there is no clear answer."""
    answer = gateway.ask(sdk, _METHOD, {"bill_type": TYPES[kind], "bill_date": day.isoformat()})
    if isinstance(answer, Unknown):
        raise OSError(answer.cause)
    said = gateway.said(answer)
    if said in _NOT_THERE:
        raise NotReady
    address = answer.get("bill_download_url")
    if said != gateway.DONE or not isinstance(address, str) or urlsplit(address).scheme not in ("http", "https"):
        raise OSError(f"code_{said}"[:64])
    return _download(address)


def _download(address: str) -> bytes:
    # Only the kind of trouble goes on: whoever has the address has the file.
    try:
        with requests.get(address, timeout=_TIMEOUT_SECONDS, stream=True, allow_redirects=False) as response:
            if response.status_code != requests.codes.ok:
                raise OSError(f"http_{response.status_code}")
            return _content(response)
    except requests.Timeout:
        raise OSError("timeout") from None
    except requests.RequestException:
        raise OSError("no_answer") from None


def _content(response: requests.Response) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(_CHUNK):
        content += chunk
        if len(content) > _LARGEST:
            raise OSError("too_large")
    return bytes(content)
