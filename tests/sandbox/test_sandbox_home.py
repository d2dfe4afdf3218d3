"""The folder: keys made once, kept private, the same for everybody who asks at once."""

import json
import subprocess
import sys
from pathlib import Path

from sandbox_stand import ROOT


def start_keys(home: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "sandbox", "keys", "--home", str(home)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    home = tmp_path / "home"
    rivals = [start_keys(home), start_keys(home)]
    for rival in rivals:
        output, _ = rival.communicate(timeout=60)
        assert rival.returncode == 0 and len(output.splitlines()) == 16
    first = {path.name: path.read_bytes() for path in home.iterdir()}
    assert sorted(first) == [
        "alipay_next_private.pem",
        "alipay_next_public.pem",
        "alipay_private.pem",
        "alipay_public.pem",
        "app_private.pem",
        "app_public.pem",
        "bank.json",
        "sandbox.json",
        "sms_secret",
        "wechat.json",
        "wechat_apiv3_key",
        "wechat_merchant_private.pem",
        "wechat_merchant_public.pem",
        "wechat_next_private.pem",
        "wechat_next_public.pem",
        "wechat_private.pem",
        "wechat_public.pem",
    ]
    assert {path.stat().st_mode & 0o777 for path in home.iterdir()} == {0o600}
    assert json.loads(first["sandbox.json"])["seller_id"] == "2088000000000001"
    again = start_keys(home)
    again.communicate(timeout=60)
    assert {path.name: path.read_bytes() for path in home.iterdir()} == first
