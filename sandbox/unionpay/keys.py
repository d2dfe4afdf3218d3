"""UnionPay's certificates and the merchant's account, made once in the sandbox's home."""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from sandbox import home

KEY_FILES = (
    "unionpay/root.pem",
    "unionpay/merchant.pfx",
    "unionpay/merchant.pfx.password",
    "unionpay/encrypt.pem",
    "unionpay.json",
)
_OWNER = "中国银联股份有限公司"
# Not counted from today: the clock of a demonstration may live years away.
_BEGINS, _ENDS = datetime(2018, 1, 1, tzinfo=UTC), datetime(2048, 1, 1, tzinfo=UTC)
_ENDED = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Account:
    """The merchant as UnionPay's desk shows it; it may be changed in `unionpay.json`."""

    mer_id: str = "777290058110048"
    tr_id: str = "62000000001"
    # What a fresh payout account holds, in fen.
    payout_minor: int = 100_000_000


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A key that signs answers and notices, and the certificate that goes with them."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """With the line ends that a browser's form makes of any others, so that what it carries stays signed."""
        return _pem(self.certificate).decode().replace("\n", "\r\n")


@dataclass(frozen=True, kw_only=True)
class Keys:
    account: Account
    # By what is said of it: see `signing.signed`.
    signers: dict[str, Signer]
    merchant: x509.Certificate
    encrypt_pem: str

    @property
    def merchant_key(self) -> rsa.RSAPublicKey:
        key = self.merchant.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        return key


@cache
def prepare(folder: Path) -> Keys:
    """The certificates in `folder`, with whatever was missing made first; two callers at once get the same."""
    place = folder / "unionpay"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    first = json.dumps(asdict(Account()), ensure_ascii=False, indent=2).encode() + b"\n"
    account = Account(**json.loads(home.create_once(folder / "unionpay.json", first)))
    root = _signer(place, "root", "沙箱根证书")
    return Keys(
        account=account,
        signers=_signers(place, root),
        merchant=_merchant(place, root, account),
        encrypt_pem=_signer(place, "encrypt", _common_name(_OWNER, "00000002"), issuer=root).pem,
    )


def _signers(place: Path, root: Signer) -> dict[str, Signer]:
    name = _common_name(_OWNER, "00000001")
    present = _signer(place, "signing", name, issuer=root)
    other = _common_name("别家支付有限公司", "00000009")
    return {
        "right": present,
        "next": _signer(place, "next_signing", name, issuer=root),
        # It says that it is UnionPay's, and nobody else says so.
        "unknown": _signer(place, "unknown", name),
        "expired": _signer(place, "expired", name, issuer=root, key=present.key, ends=_ENDED),
        "other_holder": _signer(place, "other_holder", other, issuer=root, key=present.key),
    }


def _common_name(owner: str, number: str) -> str:
    return f"041@Z1@{owner}@{number}"


def _signer(
    place: Path,
    name: str,
    common_name: str,
    *,
    issuer: Signer | None = None,
    key: rsa.RSAPrivateKey | None = None,
    ends: datetime = _ENDS,
) -> Signer:
    key = key or home.key_pair(place, name)
    pem = home.create_once(
        place / f"{name}.pem", _pem(_certificate(key, common_name, issuer=issuer, ends=ends))
    )
    certificate = x509.load_pem_x509_certificate(pem)
    assert certificate.public_key() == key.public_key(), f"unionpay/{name}.pem is not of its key: remove it"
    return Signer(key=key, certificate=certificate)


def _certificate(
    key: rsa.RSAPrivateKey, common_name: str, *, issuer: Signer | None, ends: datetime
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    issuing_key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(10**11 + secrets.randbelow(9 * 10**11))
        .not_valid_before(_BEGINS)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=issuer is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing_key.public_key()), critical=False
        )
    )
    return builder.sign(issuing_key, hashes.SHA256())


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not signs_certificates,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _merchant(place: Path, root: Signer, account: Account) -> x509.Certificate:
    """The merchant's certificate: its key lies in the .pfx alone."""
    word = home.create_once(place / "merchant.pfx.password", secrets.token_urlsafe(12).encode()).strip()
    path = place / "merchant.pfx"
    if not path.exists():
        home.create_once(path, _new_pfx(root, account, word))
    certificate = pkcs12.load_pkcs12(path.read_bytes(), word).cert
    assert certificate is not None, f"{path} holds no certificate"
    return certificate.certificate


def _new_pfx(root: Signer, account: Account, word: bytes) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = _common_name("沙箱测试商户", account.mer_id)
    certificate = _certificate(key, name, issuer=root, ends=_ENDS)
    return pkcs12.serialize_key_and_certificates(
        b"merchant", key, certificate, [root.certificate], serialization.BestAvailableEncryption(word)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
