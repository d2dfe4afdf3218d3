"""The key ring: secrets made at first start, kept in a file outside the repository."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


def encrypt(text: str) -> bytes:
    """The text under the newest key: key id, nonce and AES-GCM ciphertext in one value."""
    key_id: str = _ring()["newest"]
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_key(key_id)).encrypt(nonce, text.encode(), key_id.encode())
    return key_id.encode() + b":" + nonce + sealed


def decrypt(stored: bytes) -> str:
    """The text again, by whichever key of the ring sealed it."""
    key_id, _, sealed = stored.partition(b":")
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    return AESGCM(_key(key_id.decode())).decrypt(nonce, body, key_id).decode()


def fingerprint(text: str, *, purpose: str) -> str:
    """A keyed hash, so that encrypted values can be found again. Hex; differs by purpose."""
    return hmac.new(secret("fingerprint"), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def secret(name: str) -> bytes:
    """A 32-byte secret derived from the ring's root for one named use."""
    return secret_of(settings.ANQI_KEYRING, name)


def secret_of(path: Path, name: str) -> bytes:
    """The same for a ring by its path, for settings, which are read before there are settings."""
    return hmac.new(base64.b64decode(_ring_in(path)["root"]), name.encode(), hashlib.sha256).digest()


def make(path: Path) -> None:
    """Writes a new ring unless there is one. Two processes at once agree on the first one's."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    ring = {"newest": "k1", "keys": {"k1": _random()}, "root": _random()}
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(ring))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _random() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _key(key_id: str) -> bytes:
    return base64.b64decode(_ring()["keys"][key_id])


def _ring() -> dict[str, Any]:
    return _ring_in(settings.ANQI_KEYRING)


@cache
def _ring_in(path: Path) -> dict[str, Any]:
    ring: dict[str, Any] = json.loads(path.read_text())
    return ring
