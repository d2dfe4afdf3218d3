"""What is signed, by whom: the digest of the sorted fields, in hex, and RSA over that hex text."""

import base64
import binascii
import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.unionpay.keys import Keys


def digest(fields: Mapping[str, str]) -> bytes:
    """What is signed of the fields: neither the signature itself nor anything empty counts."""
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "signature" and fields[name])
    return hashlib.sha256(text.encode()).hexdigest().encode()


def verifies(fields: Mapping[str, str], key: rsa.RSAPublicKey) -> bool:
    try:
        signature = base64.b64decode(fields.get("signature", ""), validate=True)
        key.verify(signature, digest(fields), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def signed(fields: Mapping[str, str], keys: Keys, *, how: str = "right") -> dict[str, str]:
    """The fields that aren't empty with certificate and signature.

    How: right, wrong (over something else), none, next (UnionPay's other certificate), unknown (nobody vouches for
    it), expired, or other_holder (the root vouches, for somebody else).
    """
    signer = keys.signers.get(how, keys.signers["right"])
    told = {name: value for name, value in fields.items() if value}
    if how == "none":
        return told
    told["signPubKeyCert"] = signer.pem
    over = {**told, "respMsg": "something else"} if how == "wrong" else told
    signature = signer.key.sign(digest(over), padding.PKCS1v15(), hashes.SHA256())
    return {**told, "signature": base64.b64encode(signature).decode()}
