"""What is signed, by whom, and how the inside of a notification is sealed."""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandbox.wechat.keys import Keys

SCHEME = "WECHATPAY2-SHA256-RSA2048"


def verifies(text: str, signature: str, key: rsa.RSAPublicKey) -> bool:
    try:
        key.verify(
            base64.b64decode(signature, validate=True), text.encode(), padding.PKCS1v15(), hashes.SHA256()
        )
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def headers(body: str, keys: Keys, *, at: int, how: str = "right") -> dict[str, str]:
    """The headers of a signature over a body: how is right, wrong, rotated, unknown_serial or none."""
    if how == "none":
        return {}
    nonce = secrets.token_hex(16)
    key, serial = keys.platform_key, keys.account.public_key_id
    if how == "rotated":
        key, serial = keys.next_key, keys.account.next_public_key_id
    if how == "unknown_serial":
        serial = f"{serial[:-4]}9999"
    text = f"{at}\n{nonce}\n{body}{' ' if how == 'wrong' else ''}\n"
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return {
        "Wechatpay-Timestamp": str(at),
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Signature-Type": SCHEME,
    }


def seal(text: str, keys: Keys, *, associated_data: str) -> dict[str, str]:
    """The text as AEAD_AES_256_GCM with the merchant's APIv3 key."""
    nonce = secrets.token_hex(6)
    sealed = AESGCM(keys.apiv3_key).encrypt(nonce.encode(), text.encode(), associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated_data,
        "nonce": nonce,
    }


def unseal(resource: dict[str, str], keys: Keys) -> str:
    sealed = base64.b64decode(resource["ciphertext"])
    plain = AESGCM(keys.apiv3_key).decrypt(
        resource["nonce"].encode(), sealed, resource["associated_data"].encode()
    )
    return plain.decode()
