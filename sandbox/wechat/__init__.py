"""WeChat Pay v3: gateway, H5 cashier, codes to scan, notifications."""

from sandbox.wechat.catalogue import FAULTS, OPERATIONS
from sandbox.wechat.door import routes
from sandbox.wechat.keys import KEY_FILES, prepare
from sandbox.wechat.notices import manner
from sandbox.wechat.pages import recent
from sandbox.wechat.refunds import sweep
from sandbox.wechat.rows import SCHEMA

NAME = "wechat"
TITLE = "微信支付"
HOME_PART = "wechat_recent.html"

__all__ = [
    "FAULTS",
    "HOME_PART",
    "KEY_FILES",
    "NAME",
    "OPERATIONS",
    "SCHEMA",
    "TITLE",
    "manner",
    "prepare",
    "recent",
    "routes",
    "sweep",
]
