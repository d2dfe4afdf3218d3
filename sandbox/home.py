"""The sandbox's folder: key pairs, certificates, secrets and settings, made once."""

import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox import certificates

KEY_FILES = (
    "alipay_private.pem",
    "alipay_public.pem",
    "alipay_next_private.pem",
    "alipay_next_public.pem",
    "app_private.pem",
    "app_public.pem",
    "alipay_root_private.pem",
    "alipay_root_public.pem",
    "alipay_root_cert.pem",
    "alipay_cert.pem",
    "app_cert.pem",
    "sms_secret",
    "mail_secret",
)
_SETTINGS_FILE = "sandbox.json"


@dataclass(frozen=True, kw_only=True)
class Settings:
    app_id: str = "2021000000000001"
    seller_id: str = "2088000000000001"
    payee: str = "沙箱测试商户"
    refund_gap_seconds: int = 3
    # What the merchant may have agreements to be debited signed for, and how much each of their debits may be.
    sign_scene: str = "INDUSTRY|LOAN"
    agreement_single_minor: int = 5_000_000
    agreements_per_user: int = 10
    # How long a merchant may take over a notification before it counts as not received.
    notify_timeout_seconds: int = 10


@dataclass(frozen=True, kw_only=True)
class Home:
    folder: Path
    settings: Settings
    gateway_key: rsa.RSAPrivateKey
    # The one after it: what the gateway signs with once a fault has it rotate.
    gateway_next_key: rsa.RSAPrivateKey
    app_public_key: rsa.RSAPublicKey
    certificate_numbers: certificates.Numbers
    sms_secret: bytes
    mail_secret: bytes

    @property
    def database(self) -> Path:
        return self.folder / "sandbox.sqlite3"


def prepare(folder: Path) -> Home:
    """The home in `folder`, with whatever was missing made first; two callers at once get the same keys."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    gateway_key = key_pair(folder, "alipay")
    gateway_next_key = key_pair(folder, "alipay_next")
    app_key = key_pair(folder, "app")
    shared = {
        name: create_once(folder / name, secrets.token_hex(32).encode()).strip()
        for name in ("sms_secret", "mail_secret")
    }
    return Home(
        folder=folder,
        settings=_read_settings(folder),
        gateway_key=gateway_key,
        gateway_next_key=gateway_next_key,
        app_public_key=app_key.public_key(),
        certificate_numbers=_certify(folder, app_key=app_key, gateway_key=gateway_key),
        **shared,
    )


def _certify(
    folder: Path, *, app_key: rsa.RSAPrivateKey, gateway_key: rsa.RSAPrivateKey
) -> certificates.Numbers:
    root_key = key_pair(folder, "alipay_root")

    def certify(file: str, name: str, key: rsa.RSAPrivateKey) -> str:
        pem = certificates.issue(name, key.public_key(), root_key=root_key)
        return certificates.number(create_once(folder / file, pem))

    return certificates.Numbers(
        app=certify("app_cert.pem", "Sandbox Application", app_key),
        gateway=certify("alipay_cert.pem", "Sandbox Alipay", gateway_key),
        root=certify("alipay_root_cert.pem", certificates.ROOT, root_key),
    )


def key_pair(folder: Path, name: str) -> rsa.RSAPrivateKey:
    """The private key of that name in `folder`, made with its public half where missing."""
    private_path = folder / f"{name}_private.pem"
    if private_path.exists():
        pem = private_path.read_bytes()
    else:
        pem = create_once(private_path, _new_private_pem())
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey), f"{private_path} is not an RSA key"
    public_pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    kept = create_once(folder / f"{name}_public.pem", public_pem)
    assert kept == public_pem, f"{name}_public.pem does not belong to {name}_private.pem: remove it"
    return key


def _new_private_pem() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _read_settings(folder: Path) -> Settings:
    first = json.dumps(asdict(Settings()), ensure_ascii=False, indent=2).encode() + b"\n"
    return Settings(**json.loads(create_once(folder / _SETTINGS_FILE, first)))


def create_once(path: Path, content: bytes) -> bytes:
    """What `path` holds in the end: `content`, unless it was there before or another process was faster."""
    if not path.exists():
        handle, scratch = tempfile.mkstemp(dir=path.parent)  # mkstemp files are 0600
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            # A hard link appears whole or not at all, and refuses to replace the winner's file.
            os.link(scratch, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(scratch)
    return path.read_bytes()
