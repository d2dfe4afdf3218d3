"""WeChat's keys and the merchant's account, in files of their own beside the other stand-ins' ones."""

import json
import secrets
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox import home

KEY_FILES = (
    "wechat_private.pem",
    "wechat_public.pem",
    "wechat_next_private.pem",
    "wechat_next_public.pem",
    "wechat_merchant_private.pem",
    "wechat_merchant_public.pem",
    "wechat_apiv3_key",
    "wechat_v2_key",
    "wechat.json",
)


@dataclass(frozen=True, kw_only=True)
class Account:
    """The merchant as WeChat's desk shows it; it may be changed in `wechat.json`."""

    mchid: str = "1900000109"
    appid: str = "wx00a1b2c3d4e5f601"
    # Of the merchant's certificate.
    cert_serial: str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
    public_key_id: str = "PUB_KEY_ID_0119000001092026010100000000000001"
    next_public_key_id: str = "PUB_KEY_ID_0119000001092026010100000000000002"
    refund_gap_seconds: int = 60
    # The template for debits: its limits, and where the end of a contract is told. Empty: where its signing was.
    plan_id: str = "131313"
    single_minor: int = 50_000
    day_minor: int = 250_000
    end_notify_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Keys:
    account: Account
    # WeChat's two: the present one and the one that will replace it.
    platform_key: rsa.RSAPrivateKey
    next_key: rsa.RSAPrivateKey
    merchant_key: rsa.RSAPublicKey
    apiv3_key: bytes
    v2_key: bytes


@cache
def prepare(folder: Path) -> Keys:
    """The keys in `folder`, with whatever was missing made first."""
    account = Account()
    first = json.dumps(asdict(account), ensure_ascii=False, indent=2).encode() + b"\n"
    return Keys(
        account=Account(**json.loads(home.create_once(folder / "wechat.json", first))),
        platform_key=home.key_pair(folder, "wechat"),
        next_key=home.key_pair(folder, "wechat_next"),
        merchant_key=home.key_pair(folder, "wechat_merchant").public_key(),
        apiv3_key=home.create_once(folder / "wechat_apiv3_key", secrets.token_hex(16).encode()).strip(),
        v2_key=home.create_once(folder / "wechat_v2_key", secrets.token_hex(16).encode()).strip(),
    )
