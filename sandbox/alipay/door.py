"""Where Alipay's stand-in is reached."""

from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import bills, doors, replies
from sandbox.alipay import (
    agreement_doors,
    agreement_pages,
    cashier,
    control,
    envelope,
    gateway,
    pages,
    refusals,
    transfer_doors,
)
from sandbox.alipay.catalogue import SIGN_METHOD
from sandbox.alipay.refusals import Refused
from sandbox.replies import Reply
from sandbox.site import Site


def routes(site: Site) -> list[BaseRoute]:
    def view(handler: Callable[..., Response]) -> Callable[..., Response]:
        return partial(handler, site)

    control_root, cashier_root = "/_control/alipay", "/alipay/cashier/{token}"
    return [
        Route("/alipay/gateway.do", _gateway(site), methods=["GET", "POST"]),
        Route("/alipay/bills/{token}", view(_download)),
        Route(cashier_root, view(cashier.show)),
        Route(f"{cashier_root}/pay", doors.form_door(view(cashier.pay)), methods=["POST"]),
        Route("/alipay/trades/{out_trade_no}", view(pages.show_trade)),
        Route(f"{control_root}/open", doors.json_door(view(control.open_page)), methods=["POST"]),
        Route(f"{control_root}/pay", doors.json_door(view(control.pay)), methods=["POST"]),
        Route(f"{control_root}/trades/{{out_trade_no}}", view(pages.tell_trade)),
        *_agreement_routes(view),
        *_transfer_routes(view),
    ]


def _agreement_routes(view: Callable[[Callable[..., Response]], Callable[..., Response]]) -> list[BaseRoute]:
    page, one, control_root = "/alipay/sign/{token}", "/alipay/agreements/{number}", "/_control/alipay"

    def form(path: str, handler: Callable[..., Response]) -> Route:
        return Route(path, doors.form_door(view(handler)), methods=["POST"])

    def post(path: str, handler: Callable[..., Response]) -> Route:
        return Route(path, doors.json_door(view(handler)), methods=["POST"])

    return [
        Route(page, view(agreement_pages.show_signing)),
        form(f"{page}/agree", agreement_pages.agree),
        form(f"{page}/refuse", agreement_pages.refuse),
        Route(one, view(agreement_pages.show)),
        form(f"{one}/end", agreement_pages.end),
        form(f"{one}/expire", agreement_pages.expire),
        post(f"{control_root}/sign", agreement_doors.sign),
        Route(f"{control_root}/agreements", view(agreement_doors.tell_all)),
        Route(f"{control_root}/agreements/{{number}}", view(agreement_doors.tell)),
        post(f"{control_root}/agreements/{{number}}/end", agreement_doors.end),
        post(f"{control_root}/agreements/{{number}}/expire", agreement_doors.expire),
        post(f"{control_root}/agreements/{{number}}/fall-behind", agreement_doors.fall_behind),
    ]


def _transfer_routes(view: Callable[[Callable[..., Response]], Callable[..., Response]]) -> list[BaseRoute]:
    control_root = "/_control/alipay"
    one = f"{control_root}/transfers/{{out_biz_no}}"

    def post(path: str, handler: Callable[..., Response]) -> Route:
        return Route(path, doors.json_door(view(handler)), methods=["POST"])

    return [
        Route("/alipay/transfers/{out_biz_no}", view(transfer_doors.show)),
        Route(f"{control_root}/transfers", view(transfer_doors.tell_all)),
        Route(one, view(transfer_doors.tell)),
        post(f"{one}/return", transfer_doors.come_back),
        Route(f"{control_root}/account", view(transfer_doors.tell_account)),
        post(f"{control_root}/account", transfer_doors.set_account),
        post(f"{control_root}/wallets", transfer_doors.open_wallet),
    ]


def _gateway(site: Site) -> doors.Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            parameters = await _read_parameters(request)
        except (doors.Malformed, UnicodeDecodeError):
            refusal = refusals.invalid(
                "isv.invalid-parameter", "参数无法读取，应为 utf-8，且每个参数只出现一次"
            )
            body = envelope.seal(refusal.content, name="error_response", home=site.home)
            return await replies.send(request, Reply(body=body, content_type="text/html;charset=utf-8"))
        if gateway.is_page_call(parameters):
            return await _open_page(site, request, parameters)
        base_url = f"{request.url.scheme}://{request.url.netloc}"
        reply = await run_in_threadpool(gateway.answer, site, parameters, base_url=base_url)
        return await replies.send(request, reply)

    return endpoint


def _download(site: Site, request: Request) -> Response:
    with site.store.begin() as connection:
        file = bills.find(connection, request.path_params["token"])
    if file is None:
        return Response("下载链接已失效", 403, media_type="text/html;charset=utf-8")
    return Response(file, media_type="application/octet-stream")


async def _read_parameters(request: Request) -> dict[str, str]:
    # The official packages put the outer parameters into the address and the rest into the form.
    form = (await doors.read_body(request)).decode() if request.method == "POST" else ""
    return doors.read_fields("&".join(part for part in (request.url.query, form) if part))


async def _open_page(site: Site, request: Request, parameters: dict[str, str]) -> Response:
    try:
        opened = await run_in_threadpool(gateway.open_page, site, parameters)
    except Refused as refusal:
        if parameters.get("method") == SIGN_METHOD:
            return agreement_pages.refuse_call(site, refusal)
        return cashier.refuse_call(site, refusal)
    reply = Reply(status=302, location=opened.page.path if opened.page else None)
    return await replies.send(request, replies.spoil(reply, opened.strikes))
