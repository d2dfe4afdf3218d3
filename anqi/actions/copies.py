"""A copy of all that is kept of a borrower (PIPL 45): every table as JSON, and papers to read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from anqi.documents import pdf, receipt_paper
from anqi.documents import queries as documents
from anqi.documents.pdf import CharacterMissing
from anqi.lending import account_paper, amendment_papers, signed_papers, store
from anqi.lending.models import Agreement, Amendment, Loan
from anqi.people import copies, holds
from anqi.people.copies import NoSuchCopy
from anqi.people.models import DataCopy
from anqi.rows import dumps, parcels
from anqi.rows.days import day_of

# With so many loans its papers are made while nobody waits.
AT_ONCE = 10
_ALL = 10_000
# What would harm somebody: keys to money and to sessions; who of the staff it was, and what they say to each other.
WITHHELD: dict[str, tuple[str, ...]] = {
    "payments_card": ("token",),
    "payments_mandate": ("ref",),
    "lending_merchant_order": ("confirm_token",),
    "people_user": ("password",),
    "people_sign_in": ("key",),
    "people_data_copy": ("parcel",),
    "people_staff_act": ("actor_id", "reason", "detail"),
    "people_account_request": ("decided_by",),
    "people_call": ("by",),
    "people_complaint": ("owner_id",),
    "people_complaint_step": ("by",),
    "lending_application_review": ("by",),
    "lending_hardship": ("looked_by", "decided_by"),
    "lending_hardship_offer": ("made_by", "decided_by"),
    "lending_objection": ("owner_id",),
    "lending_objection_step": ("by",),
    "lending_report_fault": ("asked_by", "decided_by"),
    "lending_report_rejection": ("noted_by", "released_by"),
}
__all__ = ["AT_ONCE", "NoSuchCopy", "ask", "expire", "make", "tables", "take", "waiting"]
waiting, expire = copies.waiting, copies.expire


def ask(*, borrower_id: UUID, now: datetime) -> DataCopy:
    """A copy that can be taken, or that is being made; while there is one there is no other."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = copies.living(borrower_id, now=now) or copies.put(borrower_id, now=now)
        is_small = Loan.objects.filter(borrower_id=borrower_id).count() <= AT_ONCE
        if row.made_at is None and is_small:
            copies.keep(borrower_id, row.id, _parcel(borrower_id, now), now=now)
        return row


def make(*, borrower_id: UUID, copy_id: UUID, now: datetime) -> None:
    """Makes a copy that waits; one that is made already stays as it is."""
    with transaction.atomic(durable=True):
        copies.keep(borrower_id, copy_id, _parcel(borrower_id, now), now=now)


def take(*, borrower_id: UUID, copy_id: UUID, now: datetime) -> bytes:
    """The ZIP, and that it was taken. Refuses NoSuchCopy."""
    with transaction.atomic(durable=True):
        return copies.take(borrower_id, copy_id, now=now)


def tables() -> list[type[Model]]:
    """Every table of ours that holds something of a borrower, by its name."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("anqi.") and _key(model)]
    return sorted(ours, key=lambda model: model._meta.db_table)


def _key(model: type[Model]) -> str:
    """The column that says whose a row is; empty where none does."""
    if model._meta.db_table in ("people_borrower", "people_user"):
        return "id"
    return "borrower_id" if any(field.attname == "borrower_id" for field in model._meta.concrete_fields) else ""


def _parcel(borrower_id: UUID, now: datetime) -> bytes:
    files = dict(_data(borrower_id))
    for name, template, created_at in _papers(borrower_id, now):
        try:
            files[f"papers/{name}.pdf"] = pdf.render("statement", template, created_at=created_at)
        except CharacterMissing as missing:
            # The words of it are among the data; a paper with another character in its place would be a wrong one.
            files[f"papers/{name}.txt"] = f"{missing.facts['character']}\n".encode()
    return parcels.pack(files, at=now)


def _data(borrower_id: UUID) -> Iterator[tuple[str, bytes]]:
    for model in tables():
        table = model._meta.db_table
        found = model._default_manager.filter(**{_key(model): borrower_id})
        rows = [dumps.write(row, opens=True, but=WITHHELD.get(table, ())) for row in found]
        yield f"data/{table}.json", parcels.as_json([row for row in rows if not _is_between_staff(table, row)])


def _is_between_staff(table: str, row: dict[str, Any]) -> bool:
    return table in ("people_complaint_step", "lending_objection_step") and row["kind"] in ("note", "escalate")


def _papers(borrower_id: UUID, now: datetime) -> Iterator[tuple[str, dict[str, Any], datetime]]:
    for signed in Agreement.objects.filter(borrower_id=borrower_id).order_by("id"):
        yield f"agreement-{signed.id}", signed_papers.agreement(signed), signed.signed_at
        yield f"cost-statement-{signed.id}", signed_papers.cost_statement(signed), signed.signed_at
    for changed in Amendment.objects.filter(borrower_id=borrower_id).order_by("id"):
        yield f"amendment-{changed.id}", amendment_papers.amendment(changed), changed.signed_at
    for receipt in documents.receipts(borrower_id, limit=_ALL):
        yield f"receipt-{receipt.id}", receipt_paper.paper(receipt), receipt.issued_at
    begun = Loan.objects.filter(borrower_id=borrower_id).exclude(starts_on=None).select_related("lender", "product")
    held = store.read(borrower_id, [loan.id for loan in begun])
    for loan in begun:
        yield f"statement-{loan.number}", account_paper.paper(loan, held[loan.id], on=day_of(now)), now
