"""A receipt as PDF: the borrower's own, with its amounts and its hash, always the same bytes."""

import pytest

from anqi.documents.models import Document
from tests.pdf_reading import words
from tests.planting import at, plant_borrower, plant_loan
from tests.web.borrower_stand import Watch, signed_in
from tests.web.explained_loans import FIRST_DUE, STARTED
from tests.web.test_borrower_amounts import watch
from tests.web.test_borrower_pages import pay, text_of

__all__ = ["watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


def test_a_receipt_is_a_paper_too(watch: Watch) -> None:
    lin = plant_loan(starts_on=STARTED)
    pay(lin, FIRST_DUE)
    receipt = Document.objects.get()
    visitor = signed_in(lin.borrower_id)
    address = f"/receipts/{receipt.id}.pdf"
    assert address in text_of(visitor.get(f"/receipts/{receipt.id}"))
    answer = visitor.get(address)
    assert answer.headers["Content-Type"] == "application/pdf" and visitor.get(address).content == answer.content
    told = "".join(words(answer.content))
    assert "收据" in told and "533.09 元" in told and receipt.sha256 in told and "第 1 期本金" in told
    other = signed_in(plant_borrower("+8613900008866", now=at(FIRST_DUE)))
    assert other.get(address).status_code == 404
