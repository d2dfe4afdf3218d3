"""The fault switches for people and for tests: the page, and the control doors."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import doors, faults, rules
from sandbox.faults import SPARED, Fault, Rule
from sandbox.rules import RefusedRule
from sandbox.site import Channel, Site
from sandbox.store import Row

Channels = Sequence[Channel]
_KINDS = {
    "response": ("应答", "Answers", "渠道怎样回答商户的调用"),
    "notify": ("通知", "Notifications", "渠道怎样把消息告诉商户"),
    "state": ("状态", "States", "渠道那边的事情本身怎样发展"),
}
_MODES = {"single": ("一种故障", "One fault"), "script": ("剧本", "A script")}
# Where on the page somebody is: part of its address, and of every form.
_PLACE = ("channel", "kind", "mode")
# As many as fit a phone's screen; longer scripts go through the control door.
_STEPS_ON_PAGE = 6
_NEWEST = 30


def routes(site: Site, channels: Channels) -> list[BaseRoute]:
    def view(handler: Callable[..., Response]) -> Callable[..., Response]:
        return partial(handler, site, channels)

    return [
        Route("/faults", view(_show)),
        Route("/faults/set", doors.form_door(view(_set_from_page)), methods=["POST"]),
        Route("/faults/script", doors.form_door(view(_script_from_page)), methods=["POST"]),
        Route("/faults/clear", doors.form_door(view(_clear_from_page)), methods=["POST"]),
        Route("/_control/faults", view(_list), methods=["GET"]),
        Route("/_control/faults", doors.json_door(view(_set)), methods=["POST"]),
        Route("/_control/faults", view(_clear_all), methods=["DELETE"]),
        Route("/_control/faults/{rule_id:int}", view(_clear_one), methods=["DELETE"]),
    ]


def _show(site: Site, channels: Channels, request: Request) -> Response:
    return _page(site, channels, {name: request.query_params.get(name, "") for name in _PLACE})


def _page(
    site: Site, channels: Channels, form: dict[str, str], *, trouble: RefusedRule | None = None
) -> Response:
    channel = next((each for each in channels if form.get("channel") == each.NAME), channels[0])
    kinds = [kind for kind in _KINDS if any(fault.kind == kind for fault in channel.FAULTS)]
    kind = form["kind"] if form.get("kind") in kinds else kinds[0]
    with site.store.begin() as connection:
        kept, struck = faults.rules(connection), faults.struck(connection, limit=_NEWEST)
    return site.render(
        "faults.html",
        status=422 if trouble else 200,
        channels=channels,
        channel=channel,
        kinds={each: _KINDS[each] for each in kinds},
        kind=kind,
        modes=_MODES,
        mode=form["mode"] if form.get("mode") in _MODES else "single",
        choice=[fault for fault in channel.FAULTS if fault.kind == kind],
        places=range(1, _STEPS_ON_PAGE + 1),
        spared=SPARED,
        rules=[{"rule": rule, "steps": faults.steps(rule)} for rule in kept],
        struck=struck,
        known={(each.NAME, fault.name): fault for each in channels for fault in each.FAULTS},
        titles={each.NAME: each.TITLE for each in channels},
        trouble=trouble,
        form=form,
    )


def _set_from_page(site: Site, channels: Channels, request: Request, form: dict[str, str]) -> Response:
    channel, _, fault = form.get("fault", "").partition(":")
    body: dict[str, Any] = {name: value.strip() for name, value in form.items() if value.strip()}
    for name in ("kind", "mode"):
        body.pop(name, None)
    return _keep(
        site, channels, {**body, "channel": channel or form.get("channel", ""), "fault": fault}, form
    )


def _script_from_page(site: Site, channels: Channels, request: Request, form: dict[str, str]) -> Response:
    script = [form.get(f"step{place}", SPARED) for place in range(1, _STEPS_ON_PAGE + 1)]
    while script and script[-1] == SPARED:
        script.pop()
    names = ("channel", "order", "operation", "seconds")
    body: dict[str, Any] = {name: form[name].strip() for name in names if form.get(name, "").strip()}
    return _keep(site, channels, {**body, "script": script}, form)


def _keep(site: Site, channels: Channels, body: dict[str, Any], form: dict[str, str]) -> Response:
    try:
        rule, _ = _add(site, channels, body)
    except RefusedRule as trouble:
        return _page(site, channels, {**form, "channel": body.get("channel", "")}, trouble=trouble)
    return _back({**form, "channel": rule.channel})


def _back(form: dict[str, str]) -> Response:
    place = {name: form[name] for name in _PLACE if form.get(name)}
    return RedirectResponse(f"/faults?{urlencode(place)}", 303)


def _clear_from_page(site: Site, channels: Channels, request: Request, form: dict[str, str]) -> Response:
    chosen = form.get("rule", "")
    with site.store.begin() as connection:
        faults.clear(connection, int(chosen) if chosen.isdecimal() else None)
    return _back(form)


def _list(site: Site, channels: Channels, request: Request) -> Response:
    with site.store.begin() as connection:
        kept, struck = faults.rules(connection), faults.struck(connection, limit=_NEWEST)
    catalogue = [_told(channel, fault) for channel in channels for fault in channel.FAULTS]
    return doors.answer(
        {
            "rules": [_rule_told(rule) for rule in kept],
            "struck": [dict(each) for each in struck],
            "catalogue": catalogue,
        }
    )


def _rule_told(rule: Row) -> dict[str, Any]:
    script = faults.steps(rule)
    return {**dict(rule), "script": script if len(script) > 1 else None}


def _told(channel: Channel, fault: Fault) -> dict[str, str]:
    return {
        "channel": channel.NAME,
        "fault": fault.name,
        "kind": fault.kind,
        "title": fault.title,
        "english": fault.english,
    }


def _set(site: Site, channels: Channels, request: Request, body: dict[str, Any]) -> Response:
    try:
        _, rule_id = _add(site, channels, body)
    except RefusedRule as trouble:
        return doors.refuse(422, "unfit_rule", str(trouble))
    return doors.answer({"id": rule_id}, 201)


def _add(site: Site, channels: Channels, body: dict[str, Any]) -> tuple[Rule, int]:
    rule = rules.parse(body, [(channel.NAME, fault) for channel in channels for fault in channel.FAULTS])
    operations = next(each.OPERATIONS for each in channels if rule.channel == each.NAME)
    if rule.operation is not None and rule.operation not in operations:
        raise RefusedRule(f"unknown operation: use one of {', '.join(operations)}", "这个渠道没有这一步")
    with site.store.begin() as connection:
        return rule, faults.add(connection, rule)


def _clear_all(site: Site, channels: Channels, request: Request) -> Response:
    with site.store.begin() as connection:
        return doors.answer({"cleared": faults.clear(connection)})


def _clear_one(site: Site, channels: Channels, request: Request) -> Response:
    with site.store.begin() as connection:
        return doors.answer({"cleared": faults.clear(connection, request.path_params["rule_id"])})
