"""The pages of auto-debit in a real browser: accessible and within the window, light, dark and large."""

from datetime import timedelta

import pytest

from anqi.payments.models import Charge
from anqi.web.shared import pages
from tests import chromium as browsers
from tests.web.test_borrower_mandates import DAY, DUE, Street, hour, no, street
from tests.web.test_office_browser import Pages, browse, faults

__all__ = ["street"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower"), browsers.required]


LOOKS = {"light": ("light", "normal"), "dark": ("dark", "normal"), "big": ("light", "big")}


def take(street: Street) -> Pages:
    """Every page in every state that it can be in, as Lin's browser gets it in each look."""
    taken: Pages = {}
    order = f"/orders/{street.lin.order_id}"

    def keep(**paths: str) -> None:
        for look, (theme, size) in LOOKS.items():
            street.visitor.cookies[pages.THEME_COOKIE] = theme
            street.visitor.cookies[pages.SIZE_COOKIE] = size
            taken.update({f"{name}-{look}": street.visitor.get(path).content.decode() for name, path in paths.items()})

    card = street.hold_card()
    keep(off=street.page, none="/auto-pay", terms=f"{street.page}/add?channel=wechat")
    street.agree("channel=alipay")
    pending = f"/mandates/{mandate_id(street)}"
    keep(waiting=pending, left=f"{pending}?step=3", pending=street.page)
    street.watch.now += timedelta(seconds=5)
    street.bind("alipay")
    street.bind("wechat")
    street.agree(f"channel=unionpay&card={card.id}")
    keep(on=street.page, all="/auto-pay", me="/me", coming="/", end=f"{pending}/end", card=f"/cards/{card.id}/remove")
    keep(order=order)
    street.visitor.post(f"/mandates/{mandate_id(street)}/end")
    street.alipay.fate = street.unionpay.fate = no("balance")
    street.until(hour(DUE, 9, 31))
    keep(flying="/", flying_order=order, flying_page=street.page, refused=f"{order}/pay")
    keep(charge=f"/charges/{Charge.objects.latest('opened_at', 'id').id}")
    street.wechat.ends = {key: no("day_limit")(None) for key in street.wechat.debits}
    street.until(hour(DUE, 12))
    keep(failed="/", failed_order=order, failed_page=street.page)
    street.until(hour(DUE + 6 * DAY, 12))
    keep(given_up="/", given_up_page=street.page)
    return taken


def mandate_id(street: Street) -> object:
    from anqi.payments.models import Mandate

    return Mandate.objects.latest("opened_at", "id").id


def test_every_page_is_accessible_and_fits(street: Street) -> None:
    taken = take(street)
    assert browse(taken, lambda page: faults(page, taken)) == []
