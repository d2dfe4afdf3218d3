"""The lender's template for debits at WeChat (委托代扣): asked by XML, every answer under a signature."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import requests

from anqi.payments.channels.protocol import Unknown, Unreadable
from anqi.payments.channels.wechat import gateway, v2

_TIMEOUT_SECONDS = (3, 10)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
# What a template allows until WeChat has agreed to more.
_SINGLE_MINOR, _DAY_MINOR = 500_00, 2_500_00


@dataclass(frozen=True, kw_only=True)
class Papay:
    """One template: its number, its limits in fen, and the way to WeChat."""

    gateway: str
    key: bytes = field(repr=False)
    mchid: str
    appid: str
    plan_id: str
    single_minor: int
    day_minor: int

    def ask(self, path: str, fields: Mapping[str, str]) -> dict[str, str] | Unknown:
        """What WeChat answers, once it is sure that WeChat says it, and says it to us."""
        answer = _fields("POST", self.gateway + path, body=v2.to_xml(self._signed(fields)))
        if isinstance(answer, Unknown):
            return answer
        if not v2.is_signed(answer, self.key):
            return Unknown(cause="bad_signature" if answer.get("sign") else "no_signature")
        return answer if self.is_ours(answer, "mch_id", "appid") else Unknown(cause="not_ours")

    def ask_for_page(self, path: str, fields: Mapping[str, str]) -> dict[str, str] | Unknown:
        """What WeChat answers where it signs nothing: good for leading a payer on, for nothing else."""
        asked = self._signed({**fields, "timestamp": str(_world_seconds())})
        answer = _fields("GET", self.gateway + path, query=asked)
        if isinstance(answer, Unknown) or answer.get("result_code") == "SUCCESS":
            return answer
        return Unknown(cause="not_opened")

    def is_ours(self, fields: Mapping[str, str], *names: str) -> bool:
        """Whether the fields of these names are there, and name our merchant, application and template."""
        ours = {"mch_id": self.mchid, "appid": self.appid, "plan_id": self.plan_id}
        return all(fields.get(name) == ours[name] for name in names)

    def _signed(self, fields: Mapping[str, str]) -> dict[str, str]:
        whole = {"appid": self.appid, "mch_id": self.mchid, **fields, "sign_type": v2.METHOD}
        return whole | {"sign": v2.sign(whole, self.key)}


def connect(stated: Mapping[str, str]) -> Papay | None:
    """The template that the channel's settings name; None where they name none.

    v2_gateway without a slash at its end, papay_plan_id, v2_key (the path of a file); and where WeChat has agreed
    to others than it begins with, papay_single_minor and papay_day_minor.
    """
    if not stated.get("papay_plan_id"):
        return None
    key = Path(stated["v2_key"]).read_bytes().strip()
    assert len(key) == 32, "an APIv2 key has 32 characters"
    return Papay(
        gateway=stated["v2_gateway"],
        key=key,
        mchid=stated["mchid"],
        appid=stated["appid"],
        plan_id=stated["papay_plan_id"],
        single_minor=int(stated.get("papay_single_minor", _SINGLE_MINOR)),
        day_minor=int(stated.get("papay_day_minor", _DAY_MINOR)),
    )


def code(answer: Mapping[str, str]) -> str:
    """The word with which an answer says no."""
    found = answer.get("err_code", "")
    return found if _CODE.fullmatch(found) else "no_code"


def _fields(
    method: str, url: str, *, query: Mapping[str, str] | None = None, body: bytes | None = None
) -> dict[str, str] | Unknown:
    try:
        answer = requests.request(
            method,
            url,
            params=query,
            data=body,
            headers={"Content-Type": v2.CONTENT_TYPE},
            timeout=_TIMEOUT_SECONDS,
            # An answer is WeChat's or nobody's.
            allow_redirects=False,
        )
        if answer.status_code != 200:
            return Unknown(cause=f"http_{answer.status_code}")
        fields = v2.read(answer.content)
    except (requests.RequestException, Unreadable) as trouble:
        return Unknown(cause=gateway.cause(trouble))
    # What isn't taken at all is said without a signature.
    return fields if fields.get("return_code") == "SUCCESS" else Unknown(cause="not_taken")


def _world_seconds() -> int:
    """WeChat refuses to open a page for a stamp of another time, and no row of ours says when it was asked to."""
    return int(time.time())
