"""RSA2 signatures: which text is signed, and by whom."""

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def sign(text: str, key: rsa.RSAPrivateKey) -> str:
    """SHA256withRSA over the UTF-8 text, in Base64 without line breaks."""
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def verifies(text: str, signature: str, key: rsa.RSAPublicKey) -> bool:
    try:
        key.verify(
            base64.b64decode(signature, validate=True), text.encode(), padding.PKCS1v15(), hashes.SHA256()
        )
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def request_text(parameters: Mapping[str, str]) -> str:
    """What a merchant signs: everything that isn't empty, but the signature itself."""
    return _joined({name: value for name, value in parameters.items() if name != "sign" and value})


def notice_text(fields: Mapping[str, str]) -> str:
    """What the gateway signs in notifications and on the way back: `sign_type` stays out as well."""
    return _joined({name: value for name, value in fields.items() if name not in ("sign", "sign_type")})


def _joined(fields: Mapping[str, str]) -> str:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields))
