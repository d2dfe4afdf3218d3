"""Several plans at once, and the pages of a pay link, in a real browser: accessible, and never wider than the window."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page

from anqi.actions import repayments
from anqi.actions.charges import links
from anqi.payments import pay_links
from anqi.payments.channels.protocol import Succeeded
from anqi.payments.models import Charge
from anqi.web.shared import pages
from tests import chromium as browsers
from tests.planting import Planted
from tests.web.borrower_stand import Cashier, Watch, signed_in
from tests.web.test_borrower_pay_links import send, stranger
from tests.web.test_borrower_paying import cashier, text_of, watch
from tests.web.test_borrower_together import fields_of, plans, show
from tests.web.test_office_browser import SITE, Pages, browse, faults

__all__ = ["cashier", "plans", "watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower"), browsers.required]


def arrive(charge: Charge, watch: Watch) -> None:
    paid = Succeeded(ref=uuid4().hex, amount_minor=charge.amount_minor, paid_at=watch.now)
    repayments.learn(channel="alipay", key=charge.key, result=paid, learned_by="query", now=watch.now)


def take(plans: list[Planted], watch: Watch, *, theme: str, language: str) -> Pages:
    """Every page of both, as its reader's browser gets it."""
    visitor, payer = signed_in(plans[0].borrower_id, language=language), stranger(language)
    for each in (visitor, payer):
        each.cookies[pages.THEME_COOKIE] = theme
    link_form = f"/orders/{plans[2].order_id}/pay-link"
    made = visitor.post(link_form, {"what": "own", "amount": "100.00", "attempt": str(uuid4())})
    token = links.make(
        borrower_id=plans[2].borrower_id, loan_id=plans[2].loan_id, what="all", amount_minor=None, attempt=uuid4(),
        now=watch.now,
    ).token  # fmt: skip
    taken = {
        "together": visitor.get("/pay?month=1"), "nothing": visitor.get("/pay"), "spread": visitor.get("/pay?total=700"), "link": visitor.get(link_form),
        "made": made, "links": visitor.get("/pay-links"), "asked": payer.get(f"/pay-for/{token}"),
    }  # fmt: skip
    visitor.post("/pay", fields_of(show(visitor)))
    several = Charge.objects.get()
    taken |= {"several_open": visitor.get(f"/charges/{several.id}"), "together_claimed": visitor.get("/pay")}
    arrive(several, watch)
    taken["several"] = visitor.get(f"/charges/{several.id}")
    send(payer, f"/pay-for/{token}")
    theirs = Charge.objects.exclude(id=several.id).get()
    address = pay_links.payer_address(theirs)
    taken |= {"going": payer.get(f"/pay-for/{token}"), "paying": payer.get(f"{address}?step=1")}
    taken |= {"by_other": visitor.get(f"/charges/{theirs.id}"), "in_the_way": visitor.get(f"/orders/{plans[2].order_id}/pay")}
    arrive(theirs, watch)
    arrive(theirs, watch)
    taken |= {"paid": payer.get(address), "over": payer.get(f"/pay-for/{token}")}
    return {name: text_of(page) for name, page in taken.items()}


@pytest.mark.parametrize(("theme", "language"), [("light", "zh-hans"), ("dark", "en")])
def test_every_page_is_accessible_and_fits(
    theme: str, language: str, plans: list[Planted], watch: Watch, cashier: Cashier
) -> None:
    taken = take(plans, watch, theme=theme, language=language)
    assert browse(taken, lambda page: faults(page, taken)) == []


def test_confirming_waits_for_the_preview_of_just_this_choice(plans: list[Planted], watch: Watch) -> None:
    taken = {"pay": show(signed_in(plans[0].borrower_id))}

    def look(page: Page) -> list[bool]:
        # The answer is still under way: one that came would be of another choice than the one on the screen.
        page.route("**/pay/preview*", lambda route: None)
        page.goto(f"{SITE}/pay")
        button, boxes = page.get_by_role("button", name="确认一起还"), page.get_by_role("checkbox")
        seen = [button.is_enabled()]
        boxes.nth(1).uncheck()
        seen.append(button.is_enabled())
        boxes.nth(1).check()
        seen.append(button.is_enabled())
        boxes.nth(2).check()
        return [*seen, button.is_enabled()]

    assert browse(taken, look) == [True, False, True, False]
