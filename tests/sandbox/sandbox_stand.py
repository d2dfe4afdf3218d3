"""A sandbox in a process of its own, a merchant that records what reaches it, the real SDK between."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from alipay import AliPay
from alipay.utils import AliPayConfig

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = timezone(timedelta(hours=8))
APP_ID = "2021000000000001"


class Sandbox:
    """The running server: its address, its folder, and the doors tests use."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.clock_file = home / "clock"
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=20)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "serve", "--home", str(self.home), "--port", str(self.port)],
            cwd=ROOT,
            env={**os.environ, "SANDBOX_CLOCK_FILE": str(self.clock_file)},
        )
        # The first start makes keys; on a busy machine that takes its time.
        wait_until(self._answers, seconds=90)

    def _answers(self) -> bool:
        assert self._process is not None and self._process.poll() is None, "the sandbox did not start"
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(timeout=10)
        self.http.close()

    def shift_clock(self, seconds: int) -> None:
        self.clock_file.write_text(str(seconds))

    def control(self, path: str, **body: Any) -> httpx.Response:
        return self.http.post(f"/_control/{path}", json=body)

    def fault(self, name: str, **who: Any) -> None:
        answer = self.control("faults", fault=name, **who)
        assert answer.status_code == 201, answer.text

    def flush(self, out_trade_no: str) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = self.control("notify/flush", out_trade_no=out_trade_no).json()["sent"]
        return sent

    def trade(self, out_trade_no: str) -> dict[str, Any]:
        fields: dict[str, Any] = self.http.get(f"/_control/alipay/trades/{out_trade_no}").json()
        return fields


class Merchant:
    """A web server that keeps every notification and answers as it is told."""

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self.answer: tuple[int, bytes] = (200, b"success")
        self.seconds_to_answer: float = 0
        merchant = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                merchant.received.append(dict(parse_qsl(body, keep_blank_values=True)))
                status, answer = merchant.answer
                time.sleep(merchant.seconds_to_answer)
                self.send_response(status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.notify_url = f"http://127.0.0.1:{self._server.server_port}/notify"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def about(self, out_trade_no: str) -> list[dict[str, str]]:
        return [each for each in self.received if each["out_trade_no"].startswith(out_trade_no)]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def connect(sandbox: Sandbox, merchant: Merchant) -> AliPay:
    """The SDK as a merchant uses it, pointed at the sandbox."""
    client = AliPay(
        appid=APP_ID,
        app_notify_url=merchant.notify_url,
        app_private_key_string=(sandbox.home / "app_private.pem").read_text(),
        alipay_public_key_string=(sandbox.home / "alipay_public.pem").read_text(),
        sign_type="RSA2",
        config=AliPayConfig(timeout=10),
    )
    client._gateway = f"{sandbox.url}/alipay/gateway.do"
    return client


def cashier_url(ali: AliPay, out_trade_no: str, amount: str = "12.30", **more: Any) -> str:
    more.setdefault("return_url", "http://shop.example/back?from=cashier")
    signed = ali.api_alipay_trade_wap_pay(
        subject=more.pop("subject", "按期 第 3 期还款"),
        out_trade_no=out_trade_no,
        total_amount=amount,
        **more,
    )
    return f"{ali._gateway}?{signed}"


def in_minutes(minutes: int) -> str:
    return f"{datetime.now(SHANGHAI) + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}"


def wait_until(holds: Callable[[], bool], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
