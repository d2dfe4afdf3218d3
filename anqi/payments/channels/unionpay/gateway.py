"""The way to UnionPay: what it is sent, and whether its answer can be believed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import requests
from cryptography import x509

from anqi.payments.channels.protocol import Unknown, Unreadable
from anqi.payments.channels.unionpay import certificates, signing, wire
from anqi.payments.channels.unionpay.certificates import Untrusted
from anqi.payments.channels.unionpay.signing import Signer

FRONT, BACK, QUERY = "frontTransReq.do", "backTransReq.do", "queryTrans.do"
# txnType, txnSubType, bizType.
Kind = tuple[str, str, str]
_TIMEOUT_SECONDS = (3, 10)


class Gateway:
    """One merchant's way to UnionPay's gateway and to its file server."""

    def __init__(
        self, *, address: str, file_address: str, mer_id: str, signer: Signer, roots: Sequence[x509.Certificate]
    ) -> None:
        self.mer_id = mer_id
        self._address = address
        self._file_address = file_address
        self._signer = signer
        self._roots = roots

    def front(self) -> str:
        """Where a browser sends its form."""
        return f"{self._address}/{FRONT}"

    def signed(
        self, kind: Kind, *, key: str, opened_at: datetime, more: Mapping[str, str], on_phone: bool = False
    ) -> dict[str, str]:
        """A request, whole and signed. The same facts give the same request, which UnionPay takes for a repeat."""
        stated = {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "merId": self.mer_id,
            "accessType": "0",
            "channelType": "08" if on_phone else "07",
            "txnType": kind[0],
            "txnSubType": kind[1],
            "bizType": kind[2],
            "orderId": key,
            "txnTime": wire.to_time(opened_at),
        }
        return self._signer.sign({**stated, **more})

    def ask(
        self, path: str, kind: Kind, *, key: str, opened_at: datetime, more: Mapping[str, str]
    ) -> dict[str, str] | Unknown:
        """The answer about that order, its signature checked; Unknown when there is none to believe."""
        return self._send(f"{self._address}/{path}", self.signed(kind, key=key, opened_at=opened_at, more=more))

    def fetch(self, kind: Kind, *, key: str, opened_at: datetime, more: Mapping[str, str]) -> dict[str, str] | Unknown:
        """The same of the file server."""
        return self._send(self._file_address, self.signed(kind, key=key, opened_at=opened_at, more=more))

    def _send(self, url: str, request: Mapping[str, str]) -> dict[str, str] | Unknown:
        # Whatever went wrong, UnionPay may have done what it was asked. Only the kind of trouble goes on.
        try:
            response = requests.post(url, data=request, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
            if response.status_code != requests.codes.ok:
                return Unknown(cause=f"http_{response.status_code}")
            answer = wire.answer(response.content.decode())
            self.must_be_believed(answer)
        except Exception as trouble:
            return Unknown(cause=_cause(trouble))
        # A refusal may name no order; an answer about another one is none.
        is_other = any(answer.get(name, value) != value for name, value in request.items() if name in _ECHOED)
        return Unknown(cause="not_ours") if is_other else answer

    def must_be_believed(self, fields: Mapping[str, str]) -> None:
        """Raises Untrusted unless UnionPay has signed the fields."""
        if not fields.get("signature") or not fields.get("signPubKeyCert"):
            raise Untrusted("no_signature")
        signing.must_be_signed(fields, certificates.key_in(fields["signPubKeyCert"], roots=self._roots))


def connect(stated: Mapping[str, str]) -> Gateway:
    """The way for one merchant, from the channel's settings."""
    password = Path(stated["sign_pfx_password"]).read_text().strip()
    return Gateway(
        address=stated["gateway"],
        file_address=stated["file_gateway"],
        mer_id=stated["mer_id"],
        signer=signing.read_signer(Path(stated["sign_pfx"]), password=password),
        roots=certificates.read_roots(Path(stated["roots"])),
    )


_ECHOED = ("merId", "orderId", "txnTime")


def _cause(trouble: Exception) -> str:
    if isinstance(trouble, Untrusted):
        return trouble.cause
    return next((cause for kinds, cause in _CAUSES if isinstance(trouble, kinds)), "unreadable")


_CAUSES = (
    (requests.Timeout, "timeout"),
    ((Unreadable, UnicodeDecodeError), "unreadable"),
    (requests.RequestException, "no_answer"),
)
