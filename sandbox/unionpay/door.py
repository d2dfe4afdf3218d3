"""Where UnionPay's stand-in is reached."""

from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import doors, replies
from sandbox.replies import Reply
from sandbox.site import Site
from sandbox.unionpay import cashier, control, front, gateway, pages
from sandbox.unionpay.envelope import Knock
from sandbox.unionpay.refusals import Refused

_ROOT, _CONTROL = "/unionpay/gateway/api", "/_control/unionpay"


def routes(site: Site) -> list[BaseRoute]:
    def view(handler: Callable[..., Response]) -> Callable[..., Response]:
        return partial(handler, site)

    return [
        Route(f"{_ROOT}/frontTransReq.do", _front(site), methods=["POST"]),
        Route(f"{_ROOT}/backTransReq.do", _door(site, "back"), methods=["POST"]),
        Route(f"{_ROOT}/queryTrans.do", _door(site, "query"), methods=["POST"]),
        Route("/unionpay/file", _door(site, "file"), methods=["POST"]),
        Route("/unionpay/cashier/{page}", view(cashier.show)),
        Route("/unionpay/cashier/{page}/do", doors.form_door(view(cashier.use)), methods=["POST"]),
        Route("/unionpay/trades/{order_id}", view(pages.show_trade)),
        Route("/unionpay/trades/{order_id}/return", doors.form_door(view(pages.give_back)), methods=["POST"]),
        Route(f"{_CONTROL}/open", doors.json_door(view(control.open_page)), methods=["POST"]),
        Route(f"{_CONTROL}/pay", doors.json_door(view(control.pay)), methods=["POST"]),
        Route(f"{_CONTROL}/bind", doors.json_door(view(control.bind)), methods=["POST"]),
        Route(f"{_CONTROL}/unbind", doors.json_door(view(control.unbind)), methods=["POST"]),
        Route(f"{_CONTROL}/return", doors.json_door(view(control.give_back)), methods=["POST"]),
        Route(f"{_CONTROL}/balance", doors.json_door(view(control.set_balance)), methods=["POST"]),
        Route(f"{_CONTROL}/balance", view(control.tell_balance), methods=["GET"]),
        Route(f"{_CONTROL}/payouts", view(control.tell_payouts)),
        Route(f"{_CONTROL}/trades", view(pages.tell_trades)),
        Route(f"{_CONTROL}/trades/{{order_id}}", view(pages.tell_trade)),
    ]


def _door(site: Site, name: str) -> doors.Endpoint:
    async def endpoint(request: Request) -> Response:
        reply = await run_in_threadpool(gateway.answer, site, await _knock(request, name))
        return await replies.send(request, reply)

    return endpoint


def _front(site: Site) -> doors.Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            opened = await run_in_threadpool(front.open_page, site, await _knock(request, "front"))
        except Refused as refusal:
            return cashier.refuse_call(site, refusal)
        if opened.order is None:
            reply = Reply()
        else:
            reply = Reply(status=303, location=f"/unionpay/cashier/{opened.order.page}")
        return await replies.send(request, replies.spoil(reply, opened.strikes))

    return endpoint


async def _knock(request: Request, name: str) -> Knock:
    try:
        body = await doors.read_body(request)
    except doors.Malformed:
        # Too long to be a message of any kind, and read as such.
        body = b"\xff"
    return Knock(door=name, content_type=request.headers.get("content-type", ""), body=body)
