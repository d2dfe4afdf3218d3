"""Agreement and cost statement as PDF: what was signed, and nothing that anybody changed since."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from anqi.documents import pdf
from anqi.lending import signed_papers
from anqi.lending.models import Agreement, Lender, Loan, Merchant, Order, Product
from anqi.lending.signed_papers import Paper
from anqi.people.models import Borrower
from anqi.rows.chain import canonical
from tests import purchasing, reserving
from tests.actions.test_payouts import bank
from tests.pdf_reading import pages, words
from tests.purchasing import NOON, READ

__all__ = ["bank"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bank")]
# What a paper of each kept template says, word by word: a signed paper never reads otherwise, so a change of words is
# a new template, with words of its own.
SAID = {
    "purchase-2026-11": ("95e5724f3d8b", "404bc595d395"),
    "reserve-2026-11": ("2320eff76aaf", "798c1c1b2855"),
}


def bought(plan: str = "p12") -> Loan:
    shop = purchasing.open_street()
    return purchasing.sign(purchasing.opened(shop, purchasing.welcome(), plan=plan))


def borrowed() -> Loan:
    reserving.open_shelf()
    borrower_id, to = reserving.welcome()
    return reserving.sign(reserving.apply(borrower_id, to))


def of(loan: Loan) -> Agreement:
    return Agreement.objects.get(borrower_id=loan.borrower_id, id=loan.agreement_id)


def made(paper: Paper, row: Agreement) -> bytes:
    return pdf.render("statement", paper, created_at=row.signed_at)


def both(row: Agreement) -> tuple[bytes, bytes]:
    return made(signed_papers.agreement(row), row), made(signed_papers.cost_statement(row), row)


@pytest.mark.parametrize("lent", [bought, borrowed])
def test_both_print_the_hash_of_what_was_signed_and_when(lent: Any) -> None:
    row = of(lent())
    for body in both(row):
        told = words(body)
        assert row.sha256 in "".join(told).replace("\u200b", "")
        assert hashlib.sha256(row.body.encode()).hexdigest() == row.sha256
        assert (NOON + READ).strftime("%Y-%m-%d %H:%M:%S（北京时间）") in told
        assert "林小满（身份证 " in "".join(told)
        assert "青禾消费金融" in told


def test_the_agreement_says_all_that_its_page_said_at_signing() -> None:
    from anqi.lending import agreements

    row = of(bought())
    told = "".join(words(both(row)[0]))
    for title, lines in agreements.sections(json.loads(row.body)):
        assert title in told
        for line in lines:
            assert line.replace(" ", "") in told.replace(" ", ""), line


def test_the_cost_statement_names_every_item_and_its_tables_add_up() -> None:
    row = of(bought())
    told = words(both(row)[1])
    stated = json.loads(row.body)["cost_statement"]
    for each in [*stated["items"], *stated["contingent"]]:
        assert each["name"] in told
    assert (f"{stated['annual_cost']['simple_percent']}%" in told, "397.11 元" in told) == (True, True)
    paper = signed_papers.cost_statement(row)
    for table in paper["tables"]:
        for n, total in enumerate(table["sum"]):
            if total.endswith("元"):
                cents = [round(float(line[n].removesuffix(" 元")) * 100) for line in table["rows"]]
                assert sum(cents) == round(float(total.removesuffix(" 元")) * 100), (table["title"], n)


def test_one_without_costs_says_so() -> None:
    paper = signed_papers.cost_statement(of(bought("p3-0")))
    assert paper["sections"][0]["lines"] == ["免息免费：不收任何利息和费用。"]
    assert paper["tables"][0]["title"] == "每期金额"


@pytest.mark.parametrize("lent", [bought, borrowed])
def test_nothing_that_changes_later_changes_them(lent: Any) -> None:
    loan = lent()
    before = both(of(loan))
    Lender.objects.update(name="改名以后")
    Merchant.objects.update(name="改名以后")
    Borrower.objects.update(name="改名以后")
    Order.objects.update(goods=[], amount_minor=1)
    Loan.objects.update(principal_minor=1, terms={})
    Product.objects.update(title="改名以后", terms={}, sold_until=NOON.date() + timedelta(days=1))
    assert both(of(loan)) == before


@pytest.mark.parametrize("lent", [bought, borrowed])
def test_a_kept_template_keeps_its_words(lent: Any) -> None:
    row = of(lent())
    papers = (signed_papers.agreement(row), signed_papers.cost_statement(row))
    assert tuple(hashlib.sha256(canonical(paper)).hexdigest()[:12] for paper in papers) == SAID[row.template]


def test_one_that_was_tampered_with_is_not_printed() -> None:
    row = of(bought())
    row.body = row.body.replace("53309", "53308")
    for paper in (signed_papers.agreement, signed_papers.cost_statement):
        with pytest.raises(AssertionError, match="was changed"):
            paper(row)


def test_pages_are_numbered() -> None:
    for body in both(of(bought())):
        found = pages(body)
        assert [page[-1] for page in found] == [f"{n + 1} / {len(found)}" for n in range(len(found))]
