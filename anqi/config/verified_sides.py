"""What is kept twice, held side against side: settlements, `bank` and its lines, holds, amendments and their facts."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from anqi.ledger import payables
from anqi.lending import amendments, holding, payouts_to_shops, settlements
from anqi.payments import bank_proof

Told = tuple[str, UUID | None, str]
_BANK = {"moved": payables.AT_BANK, "numbered": payouts_to_shops.NUMBERED, "made": payouts_to_shops.MADE}


def wrong() -> Iterator[Told]:
    """(what, borrower id, where) of all that the two sides tell differently. Nine statements."""
    yield from _check_settlements()
    yield from _check_bank()
    yield from _check_holds()
    yield from _check_amendments()


def _check_settlements() -> Iterator[Told]:
    for off in settlements.differing(owed=payables.OWED):
        where = (
            f"{off.day}, merchant {off.merchant_id}, lender {off.lender_id}: {off.kept_minor} kept,"
            f" {off.lines_minor} in lines, {off.posted_minor} posted"
        )
        yield "settlement", None, where
    for borrower_id, line_id in settlements.differing_lines(paid=payables.PAID):
        yield "settlement_paid", borrower_id, f"line {line_id}"
    for payout_id in settlements.differing_payouts():
        yield "merchant_payout", None, f"payout {payout_id}"


def _check_bank() -> Iterator[Told]:
    for gap in bank_proof.broken():
        where = f"{gap.where} of {gap.account}: balance {gap.balance_minor}, expected {gap.expected_minor}"
        yield "bank_chain", None, where
    for line in bank_proof.differing_lines(**_BANK):
        where = (
            f"{line.kind} {line.key}: {_moved(line.booked_on, line.booked_minor)} booked,"
            f" {_moved(line.told_on, line.told_minor)} on the statement"
        )
        yield "bank_line", line.borrower_id, where
    for off in bank_proof.differing_days(**_BANK):
        where = f"{off.day}: {off.booked_minor} booked, {off.told_minor} on the statement"
        yield "bank_day", None, where
    if all_in_all := bank_proof.differing_balance(**_BANK):
        where = (
            f"{all_in_all.booked_minor} booked, {all_in_all.told_minor} on the statements,"
            f" of which {all_in_all.explained_minor} wait"
        )
        yield "bank_balance", None, where


def _moved(on: date | None, minor: int | None) -> str:
    return "nothing" if minor is None else f"{minor} on {on}"


def _check_holds() -> Iterator[Told]:
    for borrower_id, hold_id, is_open in holding.differing():
        off = "open, but no fact holds the plan" if is_open else "over, but its fact still holds the plan"
        yield "hold", borrower_id, f"hold {hold_id}: {off}"


def _check_amendments() -> Iterator[Told]:
    for borrower_id, amendment_id in amendments.differing():
        yield "amendment", borrower_id, f"amendment {amendment_id}: what was signed and its facts don't belong together"
