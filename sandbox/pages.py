"""The pages and control doors that belong to no single channel: home, faults, notifications, health."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import clock, doors, faults
from sandbox.faults import RefusedRule
from sandbox.site import Channel, Site

Channels = Sequence[Channel]


def routes(site: Site, channels: Channels) -> list[BaseRoute]:
    def view(handler: Callable[..., Response]) -> Callable[..., Response]:
        return partial(handler, site, channels)

    return [
        Route("/", view(_home)),
        Route("/healthz", view(_health)),
        Route("/faults", view(_show_faults)),
        Route("/faults/set", doors.form_door(view(_set_from_page)), methods=["POST"]),
        Route("/faults/clear", doors.form_door(view(_clear_from_page)), methods=["POST"]),
        Route("/_control/faults", view(_list_faults), methods=["GET"]),
        Route("/_control/faults", doors.json_door(view(_set_fault)), methods=["POST"]),
        Route("/_control/faults", view(_clear_all), methods=["DELETE"]),
        Route("/_control/faults/{rule_id:int}", view(_clear_one), methods=["DELETE"]),
        Route("/_control/notify/flush", doors.json_door(view(_flush)), methods=["POST"]),
    ]


def _home(site: Site, channels: Channels, request: Request) -> Response:
    with site.store.begin() as connection:
        parts = [(channel.HOME_PART, channel.recent(connection)) for channel in channels]
        rules = faults.rules(connection)
    return site.render("home.html", parts=parts, rules=rules, now=clock.to_wire(clock.business_now()))


def _health(site: Site, channels: Channels, request: Request) -> Response:
    with site.store.begin() as connection:
        connection.execute("SELECT count(*) FROM notifications").fetchone()
    return doors.answer({"status": "ok", "channels": [channel.NAME for channel in channels]})


def _show_faults(site: Site, channels: Channels, request: Request) -> Response:
    return _fault_page(site, channels)


def _fault_page(
    site: Site, channels: Channels, *, trouble: str = "", form: dict[str, str] | None = None
) -> Response:
    with site.store.begin() as connection:
        rules = faults.rules(connection)
    titles = {(channel.NAME, fault.name): fault.title for channel in channels for fault in channel.FAULTS}
    return site.render(
        "faults.html",
        status=422 if trouble else 200,
        channels=channels,
        rules=rules,
        titles=titles,
        trouble=trouble,
        form=form or {},
    )


def _set_from_page(site: Site, channels: Channels, request: Request, form: dict[str, str]) -> Response:
    channel, _, fault = form.get("fault", "").partition(":")
    body: dict[str, Any] = {name: value.strip() for name, value in form.items() if value.strip()}
    try:
        _add(site, channels, {**body, "channel": channel, "fault": fault})
    except RefusedRule as trouble:
        return _fault_page(site, channels, trouble=str(trouble), form=form)
    return RedirectResponse("/faults", 303)


def _clear_from_page(site: Site, channels: Channels, request: Request, form: dict[str, str]) -> Response:
    chosen = form.get("rule", "")
    with site.store.begin() as connection:
        faults.clear(connection, int(chosen) if chosen.isdecimal() else None)
    return RedirectResponse("/faults", 303)


def _list_faults(site: Site, channels: Channels, request: Request) -> Response:
    with site.store.begin() as connection:
        rules = [dict(rule) for rule in faults.rules(connection)]
    catalogue = [
        {"channel": channel.NAME, "fault": fault.name, "kind": fault.kind, "title": fault.title,
         "english": fault.english}
        for channel in channels for fault in channel.FAULTS
    ]  # fmt: skip
    return doors.answer({"rules": rules, "catalogue": catalogue})


def _set_fault(site: Site, channels: Channels, request: Request, body: dict[str, Any]) -> Response:
    try:
        rule_id = _add(site, channels, body)
    except RefusedRule as trouble:
        return doors.refuse(422, "unfit_rule", str(trouble))
    return doors.answer({"id": rule_id}, 201)


def _add(site: Site, channels: Channels, body: dict[str, Any]) -> int:
    rule = faults.parse(body, [(channel.NAME, fault) for channel in channels for fault in channel.FAULTS])
    operations = next(each.OPERATIONS for each in channels if rule.channel == each.NAME)
    if rule.operation is not None and rule.operation not in operations:
        raise RefusedRule(f"unknown operation: use one of {', '.join(operations)}")
    with site.store.begin() as connection:
        return faults.add(connection, rule)


def _clear_all(site: Site, channels: Channels, request: Request) -> Response:
    with site.store.begin() as connection:
        return doors.answer({"cleared": faults.clear(connection)})


def _clear_one(site: Site, channels: Channels, request: Request) -> Response:
    with site.store.begin() as connection:
        return doors.answer({"cleared": faults.clear(connection, request.path_params["rule_id"])})


def _flush(site: Site, channels: Channels, request: Request, body: dict[str, Any]) -> Response:
    if unknown := set(body) - {"out_trade_no", "due_only"}:
        return doors.refuse(422, "unknown_key", f"unknown key {sorted(unknown)[0]}")
    for channel in channels:
        channel.sweep(site)
    if body.get("due_only"):
        return doors.answer({"sent": site.courier.send_due()})
    return doors.answer({"sent": site.courier.send_waiting(order_no=body.get("out_trade_no"))})
