"""The bank's counter: transfers made by hand, the account's statement, and the same doors for programs."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox import clock, doors, money, store
from sandbox.bank import account, statement
from sandbox.bank.account import Account, Other
from sandbox.site import Site
from sandbox.store import Row

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
    try:
        amount_minor = money.to_minor(fields.get("amount"))
    except ValueError as trouble:
        raise Unfit(f"amount: {trouble}", "金额应写成 12.30 这样，最多 100000000.00") from None
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
