"""What the shop is told by its environment."""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class SettingsRefused(Exception):
    """A setting is missing or malformed; the message says which and how it looks."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The shop's addresses and secrets."""

    home: Path
    api_url: str
    api_key: str
    webhook_secret: str
    base_url: str
    clock_file: Path | None = None

    @property
    def secure(self) -> bool:
        """True where the shop is reached by https, so that its cookie may insist on it."""
        return self.base_url.startswith("https://")


def read(*, home: Path, port: int, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of one shop; refuses what is missing, all of it at once."""
    wanted = {
        "MALL_API_URL": "the lender's address, such as http://localhost:8000",
        "MALL_API_KEY": "the key of the merchant API, aqk_…",
        "MALL_WEBHOOK_SECRET": "the webhooks' secret, whsec_…",
    }
    missing = [f"{name}: {meaning}" for name, meaning in wanted.items() if not environment.get(name)]
    if missing:
        raise SettingsRefused("please set\n  " + "\n  ".join(missing))
    clock_file = environment.get("MALL_CLOCK_FILE")
    return Settings(
        home=home,
        api_url=_address("MALL_API_URL", environment["MALL_API_URL"]),
        api_key=environment["MALL_API_KEY"],
        webhook_secret=_secret(environment["MALL_WEBHOOK_SECRET"]),
        base_url=_address("MALL_BASE_URL", environment.get("MALL_BASE_URL") or f"http://localhost:{port}"),
        clock_file=Path(clock_file) if clock_file else None,
    )


def _address(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise SettingsRefused(f"{name} is not an http(s) address: {value}")
    return value.rstrip("/")


def _secret(value: str) -> str:
    # Found out now: a secret that is not base64 would refuse every webhook later.
    try:
        fits = value.startswith("whsec_") and base64.b64decode(value.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        fits = False
    if not fits:
        raise SettingsRefused("MALL_WEBHOOK_SECRET must be whsec_ followed by base64")
    return value
