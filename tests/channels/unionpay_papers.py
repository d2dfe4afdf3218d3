"""Papers of a UnionPay of the tests' own: roots, certificates, a merchant's .pfx, and fields signed by any of them."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12

OWNER = "041@Z1@中国银联股份有限公司@00000001"
MER_ID = "777290058110048"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


@cache
def root(name: str = "root") -> Paper:
    return issue(name, by=None, may_issue=True)


@cache
def unionpay() -> Paper:
    """UnionPay's own, as its answers carry it."""
    return issue(OWNER, by=root())


def issue(name: str, *, by: Paper | None, may_issue: bool = False, days: tuple[int, int] = (-1, 30)) -> Paper:
    """A certificate in that name, good between these days from now; by nobody, it issued itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=may_issue, path_length=None), critical=True)
    )
    return Paper(certificate=builder.sign(by.key if by else key, SHA256()), key=key)


def signed(fields: dict[str, str], *, paper: Paper | None = None) -> dict[str, str]:
    """The fields as UnionPay would send them; spelled out here once more, not taken from what is tested."""
    paper = paper or unionpay()
    carried = {**fields, "signPubKeyCert": paper.pem}
    text = "&".join(f"{name}={carried[name]}" for name in sorted(carried) if carried[name])
    digest = hashlib.sha256(text.encode()).hexdigest()
    signature = paper.key.sign(digest.encode("ascii"), padding.PKCS1v15(), SHA256())
    return {**carried, "signature": b64encode(signature).decode()}


def body(fields: dict[str, str], *, paper: Paper | None = None) -> bytes:
    """A notice."""
    return urlencode(signed(fields, paper=paper)).encode()


def hand_out(folder: Path, *, roots: tuple[Paper, ...] = ()) -> dict[str, str]:
    """The files of one merchant, and the settings that name them."""
    merchant = issue("merchant", by=root())
    pfx = pkcs12.serialize_key_and_certificates(
        b"m", merchant.key, merchant.certificate, None, BestAvailableEncryption(b"000000")
    )
    (folder / "merchant.pfx").write_bytes(pfx)
    (folder / "merchant.pfx.password").write_text("000000\n")
    (folder / "roots.pem").write_text("".join(each.pem for each in roots or (root(),)))
    return {
        "gateway": "http://127.0.0.1:9/unionpay/gateway/api",
        "file_gateway": "http://127.0.0.1:9/unionpay/file",
        "mer_id": MER_ID,
        "sign_pfx": str(folder / "merchant.pfx"),
        "sign_pfx_password": str(folder / "merchant.pfx.password"),
        "roots": str(folder / "roots.pem"),
        "tr_id": "62000000001",
    }
