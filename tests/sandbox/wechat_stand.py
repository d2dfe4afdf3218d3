"""A merchant of WeChat's: the real SDK in front, a door for notifications behind."""

import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sandbox_stand import SHANGHAI, Sandbox, wait_until
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.type import RequestType

MCHID, APPID = "1900000109", "wx00a1b2c3d4e5f601"
CERT_SERIAL = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
KEY_ID = "PUB_KEY_ID_0119000001092026010100000000000001"
NEXT_KEY_ID = "PUB_KEY_ID_0119000001092026010100000000000002"


class Shop:
    """A web server that keeps every notification with its headers and answers as it is told."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], str]] = []
        self.answer = (204, b"")
        # How long each answer takes.
        self.seconds: float = 0
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                shop.received.append((dict(self.headers), body))
                time.sleep(shop.seconds)
                status, answer = shop.answer
                self.send_response(status)
                self.send_header("content-length", str(len(answer)))
                with suppress(ConnectionError):
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.notify_url = f"http://127.0.0.1:{self._server.server_port}/notify"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass(kw_only=True)
class Counter:
    """The SDK as a merchant uses it, pointed at the sandbox."""

    sandbox: Sandbox
    shop: Shop
    sdk: WeChatPay = field(init=False)

    def __post_init__(self) -> None:
        self.sdk = self.connect()

    def connect(self, *, key: str = "wechat", key_id: str = KEY_ID) -> WeChatPay:
        home = self.sandbox.home
        sdk = WeChatPay(
            WeChatPayType.NATIVE,
            mchid=MCHID,
            appid=APPID,
            cert_serial_no=CERT_SERIAL,
            apiv3_key=(home / "wechat_apiv3_key").read_text(),
            private_key=(home / "wechat_merchant_private.pem").read_text(),
            public_key=(home / f"{key}_public.pem").read_text(),
            public_key_id=key_id,
            timeout=(3, 10),
        )
        sdk._core._gate_way = f"{self.sandbox.url}/wechat"
        return sdk

    def place(self, number: str, **changes: Any) -> tuple[int, dict[str, Any]]:
        """An order for H5 as this shop places it, with whatever is changed."""
        operation = changes.pop("operation", "h5")
        return self.post(f"/v3/pay/transactions/{operation}", self.order(number) | changes)

    def order(self, number: str) -> dict[str, Any]:
        return {
            "appid": APPID,
            "mchid": MCHID,
            "description": "按期 第 3 期还款",
            "out_trade_no": number,
            "time_expire": in_rfc3339(15),
            "notify_url": self.shop.notify_url,
            "amount": {"total": 1230, "currency": "CNY"},
            "scene_info": {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}},
        }

    def post(self, path: str, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return understood(self.sdk._core.request(path, RequestType.POST, fields))

    def pay(self, number: str, **more: Any) -> str:
        """The address at which the order was placed and paid."""
        status, answer = self.place(number)
        assert status == 200, answer
        paid = self.sandbox.control("wechat/pay", url=answer["h5_url"], **more)
        assert paid.status_code == 200, paid.text
        url: str = answer["h5_url"]
        return url

    def query(self, number: str) -> tuple[int, dict[str, Any]]:
        return understood(self.sdk.query(out_trade_no=number))

    def close(self, number: str) -> tuple[int, dict[str, Any]]:
        return understood(self.sdk.close(out_trade_no=number))

    def refund(self, number: str, refund_no: str, fen: int, **more: Any) -> tuple[int, dict[str, Any]]:
        fields = {
            "out_refund_no": refund_no,
            "out_trade_no": number,
            "notify_url": self.shop.notify_url,
            "amount": {"refund": fen, "total": 1230, "currency": "CNY"},
        }
        return self.post("/v3/refund/domestic/refunds", fields | more)

    def query_refund(self, refund_no: str) -> tuple[int, dict[str, Any]]:
        return understood(self.sdk.query_refund(out_refund_no=refund_no))

    def settled(self, refund_no: str) -> dict[str, Any]:
        """The refund when it has come to its end."""
        wait_until(lambda: self.query_refund(refund_no)[1]["status"] != "PROCESSING")
        return self.query_refund(refund_no)[1]

    def told(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.http.get(f"/_control/wechat/trades/{number}").json()
        return found

    def fault(self, name: str, **who: Any) -> None:
        self.sandbox.fault(name, channel="wechat", **who)

    def about(self, number: str) -> list[dict[str, Any]]:
        """What the shop was told of an order and could verify, opened."""
        opened = [self.opened(headers, body) for headers, body in self.shop.received]
        return [each for each in opened if each and each["resource"]["out_trade_no"].startswith(number)]

    def opened(self, headers: dict[str, str], body: str) -> dict[str, Any] | None:
        """The message, or nothing for one that isn't WeChat's."""
        try:
            message: dict[str, Any] | None = self.sdk.callback(headers, body)
        except Exception:
            return None
        return message


def understood(answer: tuple[int, Any]) -> tuple[int, dict[str, Any]]:
    """The status and the fields of an answer of the SDK's."""
    status, text = answer
    return status, json.loads(text) if text else {}


def in_rfc3339(minutes: int) -> str:
    later = datetime.now(SHANGHAI).replace(microsecond=0) + timedelta(minutes=minutes)
    return later.isoformat()
