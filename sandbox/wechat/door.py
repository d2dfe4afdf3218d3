"""Where WeChat's stand-in is reached."""

from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import doors, replies
from sandbox.site import Site
from sandbox.wechat import (
    cashier,
    control,
    envelope,
    gateway,
    keys,
    pages,
    papay_control,
    papay_gateway,
    papay_pages,
    refusals,
    scanning,
    v2,
)
from sandbox.wechat.envelope import Knock

_PREFIX = "/wechat"


def routes(site: Site) -> list[BaseRoute]:
    def view(handler: Callable[..., Response]) -> Callable[..., Response]:
        return partial(handler, site)

    control_root, cashier_root = "/_control/wechat", "/wechat/cashier/{token}"
    contract, told = "/wechat/contracts/{contract_code}", f"{control_root}/contracts/{{contract_code}}"
    return [
        # Every address and method below v3, so that a wrong one is answered in WeChat's own words.
        Route("/wechat/v3/{rest:path}", _gateway(site), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        Route("/wechat/papay/sign/{token}", view(papay_pages.show_signing), methods=["GET"]),
        Route("/wechat/papay/sign/{token}", doors.form_door(view(papay_pages.sign)), methods=["POST"]),
        Route("/wechat/papay/{name}", _older_gateway(site), methods=["GET", "POST"]),
        Route("/wechat/pay/{name}", _older_gateway(site), methods=["GET", "POST"]),
        Route(contract, view(papay_pages.show_contract), methods=["GET"]),
        Route(f"{contract}/end", doors.form_door(view(papay_pages.end)), methods=["POST"]),
        Route("/wechat/h5/checkmweb", view(cashier.open_h5)),
        Route("/wechat/scan", view(scanning.show), methods=["GET"]),
        Route("/wechat/scan", doors.form_door(view(scanning.scan)), methods=["POST"]),
        Route(cashier_root, view(cashier.show)),
        Route(f"{cashier_root}/pay", doors.form_door(view(cashier.pay)), methods=["POST"]),
        Route("/wechat/trades/{out_trade_no}", view(pages.show_trade)),
        Route(f"{control_root}/open", doors.json_door(view(control.open_page)), methods=["POST"]),
        Route(f"{control_root}/pay", doors.json_door(view(control.pay)), methods=["POST"]),
        Route(f"{control_root}/sign", doors.json_door(view(papay_control.sign)), methods=["POST"]),
        Route(told, view(papay_control.tell), methods=["GET"]),
        Route(f"{told}/end", doors.json_door(view(papay_control.end)), methods=["POST"]),
        Route(f"{told}/expire", doors.json_door(view(papay_control.expire)), methods=["POST"]),
        Route(f"{control_root}/trades/{{out_trade_no}}", view(pages.tell_trade)),
    ]


def _gateway(site: Site) -> doors.Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            body = await doors.read_body(request)
        except doors.Malformed as trouble:
            refusal = refusals.request(str(trouble))
            known = keys.prepare(site.home.folder)
            return await replies.send(request, envelope.seal(refusal.status, refusal.content, known))
        reply = await run_in_threadpool(gateway.answer, site, _knock(request, body))
        return await replies.send(request, reply)

    return endpoint


def _older_gateway(site: Site) -> doors.Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            call = await _call(request)
        except (doors.Malformed, UnicodeDecodeError, v2.NotTaken) as trouble:
            return await replies.send(request, papay_gateway.refuse(str(trouble)))
        reply = await run_in_threadpool(papay_gateway.answer, site, call)
        return await replies.send(request, reply)

    return endpoint


async def _call(request: Request) -> papay_gateway.Call:
    if request.method == "GET":
        fields = doors.read_fields(request.scope["query_string"].decode("ascii"))
    else:
        fields = v2.read(await doors.read_body(request))
    return papay_gateway.Call(
        address=f"{request.method} {request.url.path.removeprefix(_PREFIX)}",
        fields=fields,
        base_url=f"{request.url.scheme}://{request.url.netloc}",
    )


def _knock(request: Request, body: bytes) -> Knock:
    path = request.scope["raw_path"].decode("ascii").removeprefix(_PREFIX)
    query = request.scope["query_string"].decode("ascii")
    return Knock(
        method=request.method,
        target=f"{path}?{query}" if query else path,
        headers=request.headers,
        body=body,
        base_url=f"{request.url.scheme}://{request.url.netloc}",
    )
