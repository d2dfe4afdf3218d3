"""Signatures of UnionPay's ACP 5.1: RSA over the hexadecimal SHA-256 of the sorted fields."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12

from anqi.payments.channels.unionpay.certificates import Untrusted


class Signer:
    """The merchant's key and the number of its certificate."""

    def __init__(self, key: RSAPrivateKey, *, cert_id: str) -> None:
        self._key = key
        self._cert_id = cert_id

    def sign(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The fields with the certificate's number and the signature. The same fields give the same signature."""
        named = {**fields, "signMethod": "01", "certId": self._cert_id}
        return {**named, "signature": b64encode(self._key.sign(_digest(named), PKCS1v15(), SHA256())).decode()}


def read_signer(path: Path, *, password: str) -> Signer:
    """The merchant's .pfx as UnionPay hands it out."""
    key, certificate, _ = pkcs12.load_key_and_certificates(path.read_bytes(), password.encode())
    assert isinstance(key, RSAPrivateKey) and certificate, "the .pfx holds no RSA key with its certificate"
    # Decimal, though certificates are shown in hexadecimal.
    return Signer(key, cert_id=str(certificate.serial_number))


def must_be_signed(fields: Mapping[str, str], key: RSAPublicKey) -> None:
    """Raises Untrusted unless that key signed these fields."""
    try:
        key.verify(b64decode(fields.get("signature", ""), validate=True), _digest(fields), PKCS1v15(), SHA256())
    except (ValueError, InvalidSignature):
        raise Untrusted("bad_signature") from None


def _digest(fields: Mapping[str, str]) -> bytes:
    """What is signed: the digest as text. Empty fields and the signature itself are left out."""
    signed = sorted((name, value) for name, value in fields.items() if value and name != "signature")
    text = "&".join(f"{name}={value}" for name, value in signed)
    return hashlib.sha256(text.encode()).hexdigest().encode()
