"""A merchant of UnionPay's: a client of ACP 5.1 written for these tests, and a door for notices."""

import base64
import hashlib
import io
import secrets
import threading
import time
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import pkcs12
from sandbox_stand import SHANGHAI, Sandbox, wait_until

MER_ID, TR_ID = "777290058110048", "62000000001"
PAY, OPEN, DEBIT = ("01", "01", "000201"), ("79", "00", "000902"), ("01", "01", "000902")
OPEN_QUERY, REMOVE = ("78", "02", "000902"), ("74", "01", "000902")
REFUND, PAYOUT, BALANCE = ("04", "00", "000201"), ("12", "00", "000401"), ("71", "00", "000401")
CERTIFICATE, STATEMENT = ("95", "00", "000000"), ("76", "01", "000000")
FRONT, BACK, QUERY = (f"/unionpay/gateway/api/{name}" for name in ("frontTransReq.do", "backTransReq.do", "queryTrans.do"))
FILE = "/unionpay/file"
Fields = dict[str, str]


class Teller:
    """A web server that keeps every notice and answers as it is told."""

    def __init__(self) -> None:
        self.received: list[Fields] = []
        self.status = 200
        # How long each answer takes.
        self.seconds: float = 0
        teller = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                teller.received.append(dict(parse_qsl(body, keep_blank_values=True)))
                time.sleep(teller.seconds)
                self.send_response(teller.status)
                self.send_header("content-length", "0")
                with suppress(ConnectionError):
                    self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/notice"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass(kw_only=True)
class Acquirer:
    """The merchant's side: it signs what it sends and believes only what UnionPay has signed."""

    sandbox: Sandbox
    teller: Teller
    # By order: when it was made, which is half of its number.
    made_at: Fields = field(default_factory=dict)

    def __post_init__(self) -> None:
        home = self.sandbox.home / "unionpay"
        word = (home / "merchant.pfx.password").read_text().strip().encode()
        kept = pkcs12.load_pkcs12((home / "merchant.pfx").read_bytes(), word)
        self.key: Any = kept.key
        self.cert_id = str(kept.cert.certificate.serial_number)
        self.root = x509.load_pem_x509_certificate((home / "root.pem").read_bytes())

    def request(self, kind: tuple[str, str, str], order: str, **more: Any) -> Fields:
        """The fields of a request, unsigned; whatever is None stays away."""
        stamp = self.made_at.setdefault(order, wire_time())
        fields = {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "signMethod": "01",
            "certId": self.cert_id,
            "merId": MER_ID,
            "accessType": "0",
            "channelType": "07",
            "txnType": kind[0],
            "txnSubType": kind[1],
            "bizType": kind[2],
            "orderId": order,
            "txnTime": stamp,
        } | more
        return {name: value for name, value in fields.items() if value is not None}

    def sign(self, fields: Fields) -> Fields:
        signature = self.key.sign(digest(fields), padding.PKCS1v15(), hashes.SHA256())
        return {**fields, "signature": base64.b64encode(signature).decode()}

    def send(self, path: str, fields: Fields) -> httpx.Response:
        return self.sandbox.http.post(path, data=fields)

    def ask(self, path: str, fields: Fields) -> Fields:
        """The answer to the fields, signed, and believed."""
        answer = raw(self.send(path, self.sign(fields)).content.decode())
        assert self.trouble(answer) is None, answer
        return answer

    def trouble(self, fields: Mapping[str, str]) -> str | None:
        """Why the fields are not UnionPay's, if they aren't."""
        if not fields.get("signature") or not fields.get("signPubKeyCert"):
            return "unsigned"
        certificate = x509.load_pem_x509_certificate(fields["signPubKeyCert"].encode())
        try:
            certificate.verify_directly_issued_by(self.root)
        except (ValueError, TypeError, InvalidSignature):
            return "unknown certificate"
        if not certificate.not_valid_before_utc < datetime.now(SHANGHAI) < certificate.not_valid_after_utc:
            return "expired certificate"
        [name] = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        if str(name.value).split("@")[2] != "中国银联股份有限公司":
            return "other holder"
        key: Any = certificate.public_key()
        try:
            key.verify(
                base64.b64decode(fields["signature"]), digest(fields), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return "wrong signature"
        return None

    def payment(self, order: str, **more: Any) -> Fields:
        """The signed form of a payment."""
        fields = {
            "txnAmt": "1230",
            "currencyCode": "156",
            "frontUrl": "http://shop.example/back?from=card",
            "backUrl": self.teller.url,
            "payTimeout": wire_time(minutes=15),
            "orderDesc": "按期 第 3 期还款",
        }
        return self.sign(self.request(PAY, order, **(fields | more)))

    def opening(self, order: str, **more: Any) -> Fields:
        """The signed form of an opening."""
        fields = {
            "tokenPayData": f"{{trId={TR_ID}&tokenType=01}}",
            "frontUrl": "http://shop.example/back",
            "backUrl": self.teller.url,
        }
        return self.sign(self.request(OPEN, order, **(fields | more)))

    def pay(self, order: str, card: str = "icbc", **more: Any) -> None:
        paid = self.sandbox.control("unionpay/pay", fields=self.payment(order, **more), card=card)
        assert paid.status_code == 200, paid.text

    def bind(self, order: str, card: str = "icbc", holder: str = "林晓") -> str:
        """The token of a card that was opened."""
        opened = self.sandbox.control("unionpay/bind", fields=self.opening(order), card=card, holder=holder)
        assert opened.status_code == 200, opened.text
        return inner(self.opened(order)["tokenPayData"])["token"]

    def opened(self, order: str) -> Fields:
        return self.ask(BACK, self.request(OPEN_QUERY, order))

    def debit(self, order: str, token: str, fen: int = 1230, **more: Any) -> Fields:
        return self.ask(BACK, self.request(DEBIT, order, **(self.money(fen) | self.of(token)
                                                            | {"orderDesc": "按期 第 4 期扣款"} | more)))  # fmt: skip

    def payout(self, order: str, token: str, fen: int = 1230, holder: str = "林晓", **more: Any) -> Fields:
        return self.ask(
            BACK,
            self.request(
                PAYOUT, order, **(self.money(fen) | self.of(token) | {"accType": "01", "customerInfo": payee(holder)} | more)
            ),
        )

    def refund(self, order: str, payment: str, fen: int, **more: Any) -> Fields:
        query_id = self.query(payment)["queryId"]
        return self.ask(BACK, self.request(REFUND, order, **(self.money(fen) | {"origQryId": query_id} | more)))

    def remove(self, order: str, token: str, **more: Any) -> Fields:
        return self.ask(BACK, self.request(REMOVE, order, **(self.of(token) | more)))

    def money(self, fen: int) -> Fields:
        return {"txnAmt": str(fen), "currencyCode": "156", "backUrl": self.teller.url}

    def of(self, token: str) -> Fields:
        return {"tokenPayData": f"{{token={token}&trId={TR_ID}}}"}

    def query(self, order: str, biz: str = "000201", **more: Any) -> Fields:
        return self.ask(QUERY, self.request(("00", "00", biz), order, **more))

    def settled(self, order: str, biz: str) -> Fields:
        """The order when it has come to its end."""
        wait_until(lambda: self.query(order, biz)["origRespCode"] != "05")
        return self.query(order, biz)

    def balance(self) -> int:
        return int(self.ask(BACK, self.request(BALANCE, number()))["balanceAmt"])

    def statement(self, mmdd: str, **more: Any) -> Fields:
        return self.ask(FILE, self.request(STATEMENT, number(), **({"fileType": "00", "settleDate": mmdd} | more)))

    def lines(self, mmdd: str) -> dict[str, list[str]]:
        """The lines of the normal file and of that of errors: ZM and ZME."""
        answer = self.statement(mmdd)
        assert answer["respCode"] == "00", answer
        return {kind: content.decode("gbk").splitlines() for kind, content in files(answer).items()}

    def told(self, order: str) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.http.get(f"/_control/unionpay/trades/{order}").json()
        return found

    def page(self, order: str) -> str:
        """The path of the page that the order was opened on."""
        path: str = self.told(order)["cashier_path"]
        return path

    def fault(self, name: str, **who: Any) -> None:
        self.sandbox.fault(name, channel="unionpay", **who)

    def about(self, order: str) -> list[Fields]:
        """What the merchant was told of an order, of UnionPay's or not."""
        return [each for each in self.teller.received if each["orderId"].startswith(order[:-1])]


def digest(fields: Mapping[str, str]) -> bytes:
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "signature" and fields[name])
    return hashlib.sha256(text.encode()).hexdigest().encode()


def raw(body: str) -> Fields:
    """An answer's fields: nothing is escaped, and an & in braces divides nothing."""
    fields, rest = {}, body
    while rest:
        name, _, rest = rest.partition("=")
        if rest.startswith("{"):
            value, _, rest = rest.partition("}")
            fields[name], rest = f"{value}}}", rest.removeprefix("&")
        else:
            fields[name], _, rest = rest.partition("&")
    return fields


def inner(text: str) -> Fields:
    assert text.startswith("{") and text.endswith("}")
    return dict(pair.split("=", 1) for pair in text[1:-1].split("&"))


def payee(name: str) -> str:
    return base64.b64encode(f"{{customerNm={name}}}".encode()).decode()


def files(answer: Mapping[str, str]) -> dict[str, bytes]:
    """The two files in a statement, by ZM and ZME."""
    packed = zlib.decompress(base64.b64decode(answer["fileContent"]))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name.split("_")[0].rpartition("88")[2]: archive.read(name) for name in archive.namelist()}


def wire_time(*, minutes: int = 0) -> str:
    return f"{datetime.now(SHANGHAI) + timedelta(minutes=minutes):%Y%m%d%H%M%S}"


def number() -> str:
    return f"N{secrets.token_hex(8)}"
