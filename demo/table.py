"""What the demonstration tells whoever started it: where to go, and who to log in as."""

import base64
import hashlib
import hmac
import json
import struct
import time
from pathlib import Path
from typing import Any

from demo import cast, place
from demo.place import Place

# Each of these answers 200 once its site is up.
PAGES = {
    "borrower": "/login",
    "office": "/account/login/",
    "merchant": "/docs",
    "sandbox": "/",
    "mall": "/",
}
_WHAT = {
    "borrower": "borrower's site  按期",
    "office": "office",
    "merchant": "merchant API",
    "sandbox": "sandbox  Alipay, SMS",
    "mall": "mall  青禾数码",
}


def show(where: Place, *, seconds: float) -> None:
    """Prints the table."""
    staff = _read(where, "staff.json")
    rows = [(_WHAT[site], where.url(site) + path) for site, path in PAGES.items()]
    rows.append(("codes by SMS", f"{where.url('sandbox')}/sms"))
    rows.append(("mail", f"{where.url('sandbox')}/mail"))
    width = max(len(what) for what, _ in rows) + 4
    print(f"\nanqi runs ({seconds:.0f} s). Ctrl-C stops everything.\n")
    for what, url in rows:
        print(f"  {what:<{width}}{url}")
    print("\nWho to log in as")
    print(f"  mall       customer {cast.LIN.phone}, password qinghe2026; shopkeeper / qinghe2026 at /shop")
    print(f"  borrower   {cast.LIN.phone} {cast.LIN.name}, or any of {len(cast.EVERYBODY)} people of demo/cast.py;")
    print("             the code is on the sandbox's SMS page")
    for person in staff["people"]:
        print(f"  office     {person['email']}  {person['role']}, password {staff['password']}")
    print("             second factor: `.venv/bin/python -m demo code` prints the six digits of the moment")
    print(flush=True)


def shop_environment(where: Place) -> dict[str, str]:
    """What the shop must know: the lender's address, its key and the webhooks' secret."""
    shop = _read(where, "shop.json")
    return {
        "MALL_API_URL": where.url("merchant"),
        "MALL_API_KEY": shop["api_key"],
        "MALL_WEBHOOK_SECRET": shop["webhook_secret"],
        "MALL_BASE_URL": where.url("mall"),
    }


def code_now() -> str:
    """The six digits of this half minute (RFC 6238) for the staff of the demonstration."""
    secret = base64.b32decode(_read(place.find(), "staff.json")["totp_secret"])
    digest = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def _read(where: Place, name: str) -> dict[str, Any]:
    file = Path(where.home / name)
    if not file.exists():
        raise place.Trouble("There is no demo yet. `make demo` makes one.")
    found: dict[str, Any] = json.loads(file.read_text())
    return found
