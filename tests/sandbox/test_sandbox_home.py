"""The folder: keys made once, kept private, the same for everybody who asks at once."""

import json
import subprocess
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from sandbox_stand import ROOT

NAMES = ("root", "signing", "next_signing", "expired", "other_holder", "encrypt")


def start_keys(home: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "sandbox", "keys", "--home", str(home)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    home = tmp_path / "home"
    rivals = [start_keys(home), start_keys(home)]
    for rival in rivals:
        output, _ = rival.communicate(timeout=60)
        assert rival.returncode == 0 and len(output.splitlines()) == 28
    first = contents(home)
    assert sorted(first) == [
        "alipay_cert.pem",
        "alipay_next_private.pem",
        "alipay_next_public.pem",
        "alipay_private.pem",
        "alipay_public.pem",
        "alipay_root_cert.pem",
        "alipay_root_private.pem",
        "alipay_root_public.pem",
        "app_cert.pem",
        "app_private.pem",
        "app_public.pem",
        "bank.json",
        "mail_secret",
        "sandbox.json",
        "sms_secret",
        "unionpay.json",
        "unionpay/encrypt.pem",
        "unionpay/encrypt_private.pem",
        "unionpay/encrypt_public.pem",
        "unionpay/expired.pem",
        "unionpay/merchant.pfx",
        "unionpay/merchant.pfx.password",
        "unionpay/next_signing.pem",
        "unionpay/next_signing_private.pem",
        "unionpay/next_signing_public.pem",
        "unionpay/other_holder.pem",
        "unionpay/root.pem",
        "unionpay/root_private.pem",
        "unionpay/root_public.pem",
        "unionpay/signing.pem",
        "unionpay/signing_private.pem",
        "unionpay/signing_public.pem",
        "unionpay/unknown.pem",
        "unionpay/unknown_private.pem",
        "unionpay/unknown_public.pem",
        "wechat.json",
        "wechat_apiv3_key",
        "wechat_merchant_private.pem",
        "wechat_merchant_public.pem",
        "wechat_next_private.pem",
        "wechat_next_public.pem",
        "wechat_private.pem",
        "wechat_public.pem",
        "wechat_v2_key",
    ]
    assert {path.stat().st_mode & 0o777 for path in home.rglob("*.*")} == {0o600}
    assert json.loads(first["sandbox.json"])["seller_id"] == "2088000000000001"
    again = start_keys(home)
    again.communicate(timeout=60)
    assert contents(home) == first


def contents(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_unionpays_certificates_hang_together(tmp_path: Path) -> None:
    start_keys(tmp_path).communicate(timeout=60)
    home = tmp_path / "unionpay"
    known = {name: x509.load_pem_x509_certificate((home / f"{name}.pem").read_bytes()) for name in NAMES}
    for name in NAMES[1:]:
        known[name].verify_directly_issued_by(known["root"])
    [owner] = known["signing"].subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert owner.value == "041@Z1@中国银联股份有限公司@00000001"
    word = (home / "merchant.pfx.password").read_bytes().strip()
    merchant = pkcs12.load_pkcs12((home / "merchant.pfx").read_bytes(), word)
    merchant.cert.certificate.verify_directly_issued_by(known["root"])
    assert merchant.cert.certificate.public_key() == merchant.key.public_key()
