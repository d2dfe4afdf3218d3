"""What a person or a test may ask of the fault switches, read strictly."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.faults import SPARED, Fault, Rule

_ORDER_KEYS = ("order", "out_trade_no", "out_id")
_KEYS = ("channel", "fault", "script", *_ORDER_KEYS, "next", "rate", "operation", "seconds", "seed")
_LONGEST_SCRIPT = 100


class RefusedRule(Exception):
    """The fault rule cannot be understood: its text for programs, and in Chinese for people."""

    def __init__(self, text: str, chinese: str) -> None:
        super().__init__(text)
        self.chinese = chinese


def parse(body: dict[str, Any], catalogue: Iterable[tuple[str, Fault]]) -> Rule:
    """The rule that `body` asks for. RefusedRule says which key is wrong.

    Keys: channel; fault, and at least one of order (also out_trade_no, out_id), next (a count) and rate (0 to 1), or
    script, a list of faults of one kind with "-" for none, one for each call; optionally operation, seconds, seed.
    """
    if unknown := set(body) - set(_KEYS):
        name = sorted(unknown)[0]
        raise RefusedRule(f"unknown key {name}: use {', '.join(sorted(_KEYS))}", f"不认识的字段 {name}")
    channel = str(body.get("channel", "alipay"))
    known = {fault.name: fault for name, fault in catalogue if name == channel}
    if body.get("script") is not None:
        return _script(body, channel, known)
    return _single(body, channel, known)


def _single(body: dict[str, Any], channel: str, known: dict[str, Fault]) -> Rule:
    fault = known.get(str(body.get("fault")))
    if fault is None:
        choice = ", ".join(known) or "none"
        raise RefusedRule(f"channel {channel} has no such fault: use one of {choice}", "请选择一种故障")
    seconds = _whole(body, "seconds", least=0)
    rule = Rule(
        channel=channel,
        fault=fault.name,
        order_no=_order(body),
        operation=_text(body, "operation"),
        remaining=_whole(body, "next", least=1),
        rate=_rate(body.get("rate")),
        seed=str(body.get("seed", "")),
        seconds=fault.seconds if seconds is None else seconds,
    )
    if rule.order_no is None and rule.remaining is None and rule.rate is None:
        raise RefusedRule(
            "say whom it strikes: out_trade_no, next (a count) or rate (0 to 1)",
            "请说明落在谁身上：订单号、次数或比例，至少填一项",
        )
    return rule


def _script(body: dict[str, Any], channel: str, known: dict[str, Fault]) -> Rule:
    if extra := [key for key in ("fault", "next", "rate", "seed") if body.get(key) not in (None, "")]:
        raise RefusedRule(
            f"a script says itself what strikes when: leave out {extra[0]}",
            f"剧本自己决定哪一次发生什么，不能再填 {extra[0]}",
        )
    script = _steps(body["script"], channel, known)
    seconds = _whole(body, "seconds", least=0)
    # Of one step it is a rule like any other, and a time is that fault's own.
    own = known[script[0]].seconds if len(script) == 1 else 0
    return Rule(
        channel=channel,
        fault=" ".join(script),
        order_no=_order(body),
        operation=_text(body, "operation"),
        remaining=len(script),
        rate=None,
        seed="",
        seconds=own if seconds is None else seconds,
    )


def _steps(script: object, channel: str, known: dict[str, Fault]) -> list[str]:
    if not isinstance(script, list) or not 1 <= len(script) <= _LONGEST_SCRIPT:
        raise RefusedRule(
            f'script must be a list of 1 to {_LONGEST_SCRIPT} faults, "{SPARED}" for none',
            f"剧本要有 1 到 {_LONGEST_SCRIPT} 步，至少一步选一种故障",
        )
    for place, name in enumerate(script, 1):
        if name != SPARED and (not isinstance(name, str) or name not in known):
            choice = ", ".join((SPARED, *known))
            raise RefusedRule(
                f"step {place}: channel {channel} has no such fault: use one of {choice}",
                f"第 {place} 步：这个渠道没有这种故障",
            )
    kinds = {known[name].kind for name in script if name != SPARED}
    if not kinds:
        raise RefusedRule(
            f'nothing in the script would strike: name a fault besides "{SPARED}"', "剧本里没有一步会出故障"
        )
    if len(kinds) > 1:
        # What counts as a call differs: a message, an answer, a look at a trade.
        raise RefusedRule(
            f"a script's faults must be of one kind, not of {', '.join(sorted(kinds))}",
            "一个剧本里的故障必须是同一类：应答、通知或状态",
        )
    return script


def _order(body: dict[str, Any]) -> str | None:
    return next((str(body[key]) for key in _ORDER_KEYS if body.get(key)), None)


def _text(body: dict[str, Any], key: str) -> str | None:
    return str(body[key]) if body.get(key) else None


def _whole(body: dict[str, Any], key: str, *, least: int) -> int | None:
    value = body.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not str(value).isdecimal() or not least <= int(value) < 10**9:
        name = {"next": "次数", "seconds": "秒数"}[key]
        raise RefusedRule(f"{key} must be a whole number, {least} or more", f"{name}应为整数，至少 {least}")
    return int(value)


def _rate(value: object) -> str | None:
    if value is None or value == "":
        return None
    try:
        rate = Decimal(str(value))
        is_share = 0 <= rate <= 1
    except InvalidOperation:
        is_share = False
    if not is_share:
        raise RefusedRule("rate must be a number from 0 to 1", "比例应为 0 到 1 的数")
    return str(rate)
