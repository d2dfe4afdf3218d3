"""The bank's counter: transfers made by hand, the account's statement, and the same doors for programs."""

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import clock, doors, money, store
from sandbox.bank import account, remitting, statement
from sandbox.bank.account import Account, Other
from sandbox.site import Site
from sandbox.store import Row
from sandbox.unionpay import statement as clearing

_LONGEST = {"name": 60, "account": 40, "memo": 100}
_FIELDS = ("direction", "to", "amount", *_LONGEST)
_DIRECTIONS = ("in", "out")


class Unfit(Exception):
    """The bank doesn't take the transfer: why, for programs, and in Chinese for people."""

    def __init__(self, text: str, chinese: str) -> None:
        super().__init__(text)
        self.chinese = chinese


def routes(site: Site) -> list[BaseRoute]:
    ours = account.prepare(site.home.folder)

    def transfer(request: Request, form: dict[str, str]) -> Response:
        try:
            _transfer(site, ours, form)
        except Unfit as unfit:
            return _page(site, ours, form, trouble=unfit.chinese)
        return RedirectResponse("/bank", 303)

    def transfer_told(request: Request, body: dict[str, Any]) -> Response:
        try:
            return doors.answer(dict(_transfer(site, ours, body)), status=201)
        except Unfit as unfit:
            return doors.refuse(422, "unfit", str(unfit))

    def give_back(request: Request, form: dict[str, str]) -> Response:
        return _give_back(site, form.get("serial", "")) or RedirectResponse("/bank", 303)

    def give_back_told(request: Request, body: dict[str, Any]) -> Response:
        return _give_back(site, str(body.get("serial", ""))) or doors.answer({}, status=201)

    return [
        Route("/bank", lambda request: _page(site, ours, {})),
        Route("/bank/transfer", doors.form_door(transfer), methods=["POST"]),
        Route("/bank/return", doors.form_door(give_back), methods=["POST"]),
        Route("/bank/statement.csv", lambda request: _download(site, ours, request)),
        Route("/_control/bank", lambda request: _list(site)),
        Route("/_control/bank/transfer", doors.json_door(transfer_told), methods=["POST"]),
        Route("/_control/bank/return", doors.json_door(give_back_told), methods=["POST"]),
        *_remit_routes(site, ours),
    ]


def _remit_routes(site: Site, ours: Account) -> list[BaseRoute]:
    def remit(request: Request, form: dict[str, str]) -> Response:
        try:
            _remit(site, form)
        except Unfit as unfit:
            return _page(site, ours, form, trouble=unfit.chinese)
        return RedirectResponse("/bank", 303)

    def remit_told(request: Request, body: dict[str, Any]) -> Response:
        try:
            return doors.answer(dict(_remit(site, body)), status=201)
        except Unfit as unfit:
            return doors.refuse(422, "unfit", str(unfit))

    return [
        Route("/bank/remit", doors.form_door(remit), methods=["POST"]),
        Route("/_control/bank/remit", doors.json_door(remit_told), methods=["POST"]),
    ]


def _page(site: Site, ours: Account, form: dict[str, str], *, trouble: str = "") -> Response:
    with site.store.begin() as connection:
        found = account.lines(connection)
    return site.render(
        "bank.html", status=422 if trouble else 200, ours=ours, lines=found[::-1], form=form, trouble=trouble,
        today=clock.to_wire(clock.business_now())[:10],
    )  # fmt: skip


def _list(site: Site) -> Response:
    with site.store.begin() as connection:
        return doors.answer({"lines": [dict(row) for row in account.lines(connection)]})


def _transfer(site: Site, ours: Account, fields: dict[str, Any]) -> Row:
    """The line of the transfer. In: from anybody to the lender; out: from the lender to anybody."""
    if unknown := set(fields) - set(_FIELDS):
        raise Unfit(f"unknown field {sorted(unknown)[0]}", f"不认识的字段 {sorted(unknown)[0]}")
    direction = fields.get("direction", "in")
    if direction not in _DIRECTIONS:
        raise Unfit("direction must be in or out", "方向只有转入和转出")
    if direction == "in" and str(fields.get("to", ours.number)).replace(" ", "") != ours.number:
        raise Unfit("no account of that number here", "收款账号不存在，请核对")
    told = {name: str(fields.get(name, "")).strip()[:longest] for name, longest in _LONGEST.items()}
    if not told["name"]:
        raise Unfit("name is missing", "请填写户名")
    amount_minor = _minor(fields.get("amount"))
    with site.store.begin() as connection:
        if direction == "out" and amount_minor > account.balance_minor(connection):
            raise Unfit("more than the account holds", "余额不足")
        row = account.move(connection, amount_minor if direction == "in" else -amount_minor, Other(**told))
        _record(connection, "transfer", row["memo"])
    return row


def _give_back(site: Site, serial: str) -> Response | None:
    """What the payee's bank does with a transfer that it can't take; the answer where there is none."""
    with site.store.begin() as connection:
        row = account.find(connection, serial)
        if row is None or row["amount_minor"] > 0:
            return doors.refuse(404, "no_such_transfer", "no outgoing line has this serial")
        other = Other(name=row["name"], account=row["account"], memo=f"退汇 {row['memo']}")
        account.move(connection, -row["amount_minor"], other)
    return None


def _remit(site: Site, fields: dict[str, Any]) -> Row:
    """Alipay and WeChat remit what they are told to, UnionPay what a clearing day comes to."""
    channel, now = str(fields.get("channel", "")), clock.business_now()
    if channel not in remitting.CHANNELS:
        raise Unfit(f"channel is one of {', '.join(remitting.CHANNELS)}", "没有这个渠道")
    with site.store.begin() as connection:
        if channel != "unionpay":
            return remitting.remit(connection, channel, _minor(fields.get("amount")), now=now)
        try:
            day = date.fromisoformat(str(fields.get("day", "")))
        except ValueError:
            raise Unfit("day must be a date", "日期应写成 2026-11-26 这样") from None
        net_minor = clearing.net(connection, day)
        if not net_minor or day >= now.date():
            raise Unfit("nothing to clear on that day", "这一天没有要清算的")
        return remitting.remit(connection, channel, net_minor, ref=f"{day:%Y%m%d}", now=now)


def _minor(amount: object) -> int:
    try:
        return money.to_minor(amount)
    except ValueError as trouble:
        raise Unfit(f"amount: {trouble}", "金额应写成 12.30 这样，最多 100000000.00") from None


def _download(site: Site, ours: Account, request: Request) -> Response:
    asked = request.query_params
    encoding = asked.get("encoding", "utf-8")
    if encoding not in statement.ENCODINGS:
        return doors.refuse(422, "encoding", f"encoding is one of {', '.join(statement.ENCODINGS)}")
    with site.store.begin() as connection:
        body = statement.file(
            connection, ours, encoding=encoding, since=asked.get("since", ""), until=asked.get("until", "")
        )
        _record(connection, "statement", None)
    headers = {"Content-Disposition": f'attachment; filename="statement-{encoding}.csv"', "Cache-Control": "no-store"}
    return Response(body, media_type="text/csv", headers=headers)


def _record(connection: store.Connection, operation: str, order_no: str | None) -> None:
    store.record_call(
        connection, channel="bank", operation=operation, order_no=order_no, outcome="200", faults="",
        called_at=clock.to_wire(clock.business_now()),
    )  # fmt: skip
