"""What a browser says of itself, read into two words that people know it by."""

import re
from dataclasses import dataclass

OTHER = "other"
# The first that fits: most of them claim to be others as well.
_SYSTEMS = (
    ("ipad", r"iPad"),
    ("iphone", r"iPhone|iPod"),
    ("harmony", r"HarmonyOS|OpenHarmony"),
    ("android_phone", r"Android.*Mobile"),
    ("android_tablet", r"Android"),
    ("windows", r"Windows"),
    ("mac", r"Macintosh"),
    ("linux", r"Linux"),
)
_BROWSERS = (
    ("wechat", r"MicroMessenger"),
    ("alipay", r"AlipayClient"),
    ("qq", r"QQBrowser"),
    ("uc", r"UCBrowser"),
    ("huawei", r"HuaweiBrowser"),
    ("xiaomi", r"MiuiBrowser"),
    ("edge", r"Edg(A|iOS)?/"),
    ("firefox", r"Firefox|FxiOS"),
    ("chrome", r"Chrome|CriOS"),
    ("safari", r"Safari"),
)


@dataclass(frozen=True, kw_only=True)
class Agent:
    """The system and the browser by their codes; `OTHER` for what nobody has named yet."""

    system: str
    browser: str


def read(stated: str) -> Agent:
    """The User-Agent of a request."""
    return Agent(system=_first(_SYSTEMS, stated), browser=_first(_BROWSERS, stated))


def _first(named: tuple[tuple[str, str], ...], stated: str) -> str:
    return next((code for code, pattern in named if re.search(pattern, stated)), OTHER)
