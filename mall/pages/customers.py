"""Log in, sign up, log out."""

from starlette.responses import Response

from mall import accounts
from mall.accounts import Account
from mall.doors import Visit, local_path
from mall.refusals import FormIncomplete, LoginRefused


def login(visit: Visit) -> Response:
    """The form, and entering."""
    way_on = local_path(visit.query("next") or "/")
    if visit.request.method == "GET":
        return visit.render("login.html", next=way_on, error="", login_name="")
    try:
        account = _checked(visit, kind="customer", login_name=visit.text("phone"))
    except LoginRefused as refusal:
        return visit.render(
            "login.html", status=422, next=way_on, error=str(refusal), login_name=visit.text("phone")
        )
    return visit.enter(account=account, path=way_on)


def sign_up(visit: Visit) -> Response:
    """The form, and a new customer."""
    way_on = local_path(visit.query("next") or "/")
    if visit.request.method == "GET":
        return visit.render("sign_up.html", next=way_on, errors={}, typed={})
    try:
        with visit.shop.store.transaction() as rows:
            account = accounts.sign_up(
                rows, phone=visit.text("phone"), name=visit.text("name"),
                password=visit.form.get("password", ""), now=visit.now,
            )
    except FormIncomplete as refusal:
        return visit.render(
            "sign_up.html", status=422, next=way_on, errors=refusal.errors, typed=visit.form
        )
    return visit.enter(account=account, path=way_on)


def log_out(visit: Visit) -> Response:
    """Out of the customer's side."""
    return visit.leave(kind="customer", path="/")


def shopkeeper_login(visit: Visit) -> Response:
    """The back office's form, and entering."""
    if visit.request.method == "GET":
        return visit.render("shop/login.html", error="")
    try:
        account = _checked(visit, kind="shopkeeper", login_name=visit.text("login_name"))
    except LoginRefused as refusal:
        return visit.render("shop/login.html", status=422, error=str(refusal))
    return visit.enter(account=account, path="/shop")


def shopkeeper_log_out(visit: Visit) -> Response:
    """Out of the back office."""
    return visit.leave(kind="shopkeeper", path="/shop/login")


def _checked(visit: Visit, *, kind: str, login_name: str) -> Account:
    store = visit.shop.store
    with store.reading() as rows:
        accounts.check_tries(rows, login_name=login_name[:32], now=visit.now)
    try:
        with store.reading() as rows:
            return accounts.log_in(
                rows, kind=kind, login_name=login_name, password=visit.form.get("password", "")
            )
    except LoginRefused:
        with store.transaction() as rows:
            accounts.note_failure(rows, login_name=login_name[:32], now=visit.now)
        raise
