"""Certificates of Alipay's certificate mode: a root, the application's, the gateway's; and the numbers they go by."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sandbox import clock

_LIFE = timedelta(days=20 * 365)
# In the order in which a number names its issuer.
_NAME_PARTS = {
    "CN": NameOID.COMMON_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "C": NameOID.COUNTRY_NAME,
}
ROOT = "Sandbox Root Certification Authority"


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What a call in certificate mode states of the merchant's files, and an answer of the gateway's."""

    app: str
    gateway: str
    root: str


def issue(name: str, key: rsa.RSAPublicKey, *, root_key: rsa.RSAPrivateKey) -> bytes:
    """A certificate in PEM for that key, signed by the root; the root's own is issued to its own name."""
    now = clock.real_now()
    return (
        x509.CertificateBuilder()
        .subject_name(_full_name(name))
        .issuer_name(_full_name(ROOT))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.BasicConstraints(ca=name == ROOT, path_length=None), critical=True)
        .sign(root_key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def number(pem: bytes) -> str:
    """The 32 letters by which the gateway knows a certificate: of its issuer's name and its serial number."""
    certificate = x509.load_pem_x509_certificate(pem)
    issuer = ",".join(
        f"{short}={certificate.issuer.get_attributes_for_oid(part)[0].value!s}"
        for short, part in _NAME_PARTS.items()
    )
    text = f"{issuer}{certificate.serial_number}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _full_name(name: str) -> x509.Name:
    values = {"CN": name, "OU": "Sandbox", "O": "anqi", "C": "CN"}
    return x509.Name([x509.NameAttribute(part, values[short]) for short, part in _NAME_PARTS.items()])
