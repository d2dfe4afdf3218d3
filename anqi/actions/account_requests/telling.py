"""Carrying out, and telling both phones."""

from datetime import datetime

from anqi.notices import messages, texts
from anqi.people import account_requests
from anqi.people.models import AccountRequest, Borrower


def tell(row: AccountRequest, template: str, *, phones: set[str], now: datetime) -> None:
    """A message to each of these phones, in the borrower's language."""
    language = Borrower.objects.values_list("language", flat=True).get(id=row.borrower_id)
    for phone in sorted(phones):
        messages.enqueue(
            borrower_id=row.borrower_id, phone=phone, template=template, now=now,
            text=texts.write(template, language=language),
        )  # fmt: skip


def move(row: AccountRequest, *, now: datetime) -> None:
    """The account has the new number; both phones are told. Refuses PhoneTaken. Hold the borrower first."""
    old = Borrower.objects.only("phone").get(id=row.borrower_id).phone
    new = row.phone
    assert new, f"request {row.id} names no number"
    account_requests.move_phone(row.borrower_id, new)
    account_requests.end(row, AccountRequest.State.DONE, now=now)
    tell(row, "phone_changed", phones={old, new}, now=now)
