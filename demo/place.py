"""Where the demonstration lives: its folder, its ports, and the environment of its processes."""

import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from anqi.config import place

SITES = ("borrower", "office", "merchant", "sandbox", "mall")
_FIRST_PORT = 8000
_SCANT_BYTES = 20_000_000


class Trouble(Exception):
    """The demonstration can't go on; the sentence says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The folder that `make demo-reset` removes, and the five ports in a row."""

    home: Path
    first_port: int

    def port(self, site: str) -> int:
        return self.first_port + SITES.index(site)

    def url(self, site: str) -> str:
        # localhost, not 127.0.0.1: passkeys refuse addresses that are numbers.
        return f"http://localhost:{self.port(site)}"

    @property
    def sandbox_home(self) -> Path:
        return self.home / "sandbox"

    @property
    def mall_home(self) -> Path:
        return self.home / "mall"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def clock_file(self) -> Path:
        return self.home / "clock"

    @property
    def sandbox_clock_file(self) -> Path:
        """Only the sandbox's: while the past is planted, it lives in the past."""
        return self.home / "sandbox-clock"


def find() -> Place:
    """The demonstration of this checkout. Refuses a port that isn't a number."""
    stated = os.environ.get("ANQI_DEMO_PORT", str(_FIRST_PORT))
    if not stated.isdecimal() or not 1024 <= int(stated) <= 65000:
        raise Trouble(f"ANQI_DEMO_PORT is {stated}: it must be a port between 1024 and 65000.")
    try:
        # The processes of the demo are told where it lives, because to them its folder is all there is.
        told = os.environ.get("ANQI_DEMO_HOME")
        home = place.make_folder(Path(told) if told else place.state_dir() / "demo", mode=0o755)
    except OSError as error:
        raise Trouble(
            f"The demo has no place to live: {error}. Set ANQI_HOME to a folder you may write to."
        ) from None
    return Place(home=home, first_port=int(stated))


@contextmanager
def blaming_a_full_disk(where: Place) -> Iterator[None]:
    """Adds to a trouble that hardly any room is left: programs that fail for that reason rarely say so."""
    try:
        yield
    except Trouble as trouble:
        if shutil.disk_usage(where.home).free > _SCANT_BYTES:
            raise
        raise Trouble(
            f"{trouble}\nThe disk that holds {where.home} is full. Make room and start again: it goes on."
        ) from None


def refuse_taken_ports(where: Place) -> None:
    """Says which port somebody else listens on, before anything is started."""
    taken = [str(where.port(site)) for site in SITES if _is_taken(where.port(site))]
    if taken:
        raise Trouble(
            f"Port {', '.join(taken)} is taken by another program. Stop it, or choose five other ports in a row:"
            f" ANQI_DEMO_PORT={where.first_port + 100} make demo"
        )


def environment(where: Place) -> dict[str, str]:
    """What every process of the demonstration is told."""
    keys = where.sandbox_home
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "anqi.config.settings",
        "ANQI_MODE": "demo",
        "ANQI_HOME": str(where.home),
        "ANQI_DEMO_HOME": str(where.home),
        "ANQI_CLOCK_FILE": str(where.clock_file),
        "SANDBOX_CLOCK_FILE": str(where.sandbox_clock_file),
        "MALL_CLOCK_FILE": str(where.clock_file),
        "ANQI_BORROWER_URL": where.url("borrower"),
        "ANQI_OFFICE_URL": where.url("office"),
        "ANQI_MERCHANT_URL": where.url("merchant"),
        "ANQI_ALIPAY_GATEWAY": f"{where.url('sandbox')}/alipay/gateway.do",
        "ANQI_ALIPAY_APP_PRIVATE_KEY": str(keys / "app_private.pem"),
        "ANQI_ALIPAY_APP_CERT": str(keys / "app_cert.pem"),
        "ANQI_ALIPAY_CERT": str(keys / "alipay_cert.pem"),
        "ANQI_ALIPAY_ROOT_CERT": str(keys / "alipay_root_cert.pem"),
        "ANQI_WECHAT_GATEWAY": f"{where.url('sandbox')}/wechat",
        "ANQI_WECHAT_PRIVATE_KEY": str(keys / "wechat_merchant_private.pem"),
        "ANQI_WECHAT_APIV3_KEY": str(keys / "wechat_apiv3_key"),
        "ANQI_WECHAT_V2_GATEWAY": f"{where.url('sandbox')}/wechat",
        "ANQI_WECHAT_V2_KEY": str(keys / "wechat_v2_key"),
        "ANQI_WECHAT_PUBLIC_KEY": str(keys / "wechat_public.pem"),
        "ANQI_WECHAT_NEXT_PUBLIC_KEY": str(keys / "wechat_next_public.pem"),
        "ANQI_UNIONPAY_GATEWAY": f"{where.url('sandbox')}/unionpay/gateway/api",
        "ANQI_UNIONPAY_FILE_GATEWAY": f"{where.url('sandbox')}/unionpay/file",
        "ANQI_UNIONPAY_SIGN_PFX": str(keys / "unionpay/merchant.pfx"),
        "ANQI_UNIONPAY_SIGN_PFX_PASSWORD": str(keys / "unionpay/merchant.pfx.password"),
        "ANQI_UNIONPAY_ROOTS": str(keys / "unionpay/root.pem"),
        "ANQI_UNIONPAY_ENCRYPT_CERT": str(keys / "unionpay/encrypt.pem"),
        "ANQI_SMS_URL": f"{where.url('sandbox')}/sms/send",
        "ANQI_SMS_SECRET_FILE": str(keys / "sms_secret"),
        "ANQI_MAIL_URL": f"{where.url('sandbox')}/mail/send",
        "ANQI_MAIL_SECRET_FILE": str(keys / "mail_secret"),
        "PYTHONUNBUFFERED": "1",
    }


def merchant_numbers(where: Place) -> dict[str, str]:
    """Our numbers at the sandbox's channels, once it has made its keys."""
    alipay, wechat, unionpay, bank = (
        json.loads((where.sandbox_home / name).read_text())
        for name in ("sandbox.json", "wechat.json", "unionpay.json", "bank.json")
    )
    return {
        "ANQI_ALIPAY_APP_ID": alipay["app_id"],
        "ANQI_ALIPAY_SELLER_ID": alipay["seller_id"],
        # Folders from before there were agreements lack it.
        "ANQI_ALIPAY_SIGN_SCENE": alipay.get("sign_scene", ""),
        "ANQI_WECHAT_MCHID": wechat["mchid"],
        "ANQI_WECHAT_APPID": wechat["appid"],
        "ANQI_WECHAT_CERT_SERIAL": wechat["cert_serial"],
        "ANQI_WECHAT_PUBLIC_KEY_ID": wechat["public_key_id"],
        "ANQI_WECHAT_NEXT_PUBLIC_KEY_ID": wechat["next_public_key_id"],
        # A sandbox's home from before there were templates names none, and debits nobody.
        "ANQI_WECHAT_PAPAY_PLAN_ID": wechat.get("plan_id", ""),
        "ANQI_BANK_ACCOUNT_NAME": bank["name"],
        "ANQI_BANK_ACCOUNT_NUMBER": bank["number"],
        "ANQI_BANK_BANK_NAME": bank["bank"],
        "ANQI_UNIONPAY_MER_ID": unionpay["mer_id"],
        "ANQI_UNIONPAY_TR_ID": unionpay["tr_id"],
    }


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
