"""Settlements with shops as staff see them: the board of all shops, one shop, and what waits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.lending import inspection, payouts_to_shops, settlements, shop_accounts
from anqi.lending.models import Merchant, MerchantAccount, MerchantPayout
from anqi.lending.settlements import Shown
from anqi.people import inspection as people
from anqi.people.inspection import Identity
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.settlement_forms import AccountForm, ProposeForm, ReportForm
from anqi.web.office.settlement_words import ACCOUNTS, DOUBTS, STATES, TONES

# So long a payment that has ended stays on the board.
_LATELY = timedelta(days=30)
_SHOWN = timedelta(days=92)


@dataclass(frozen=True, kw_only=True)
class ShopRow:
    """What one lender owes one shop, in fen, by how far it has come."""

    merchant: Merchant
    lender: str
    owed_minor: int
    ready_minor: int
    proposed_minor: int
    released_minor: int
    paid_minor: int
    returned_minor: int
    oldest_on: date | None
    oldest_days: int


def board(*, today: date) -> list[ShopRow]:
    """Every shop that is owed anything or was paid lately, the longest waiting first."""
    unpaid, ended = settlements.unpaid(today=today), payouts_to_shops.ended_since(today - _LATELY)
    merchants = {each.id: each for each in inspection.merchants()}
    keys = {_key(each.row) for each in unpaid} | {_key(payout) for payout in ended}
    rows = [_row(key, merchants, unpaid, ended, today) for key in keys]
    return sorted(rows, key=lambda row: (row.oldest_on or date.max, row.merchant.name, row.lender))


def _key(row: Any) -> tuple[UUID, UUID, str]:
    return row.merchant_id, row.lender_id, row.currency


def _row(
    key: tuple[UUID, UUID, str], merchants: dict[UUID, Merchant], unpaid: Sequence[Shown],
    ended: Sequence[MerchantPayout], today: date,
) -> ShopRow:  # fmt: skip
    of_shop = [each for each in unpaid if _key(each.row) == key]
    oldest_on = next((each.row.day for each in of_shop if each.row.amount_minor > 0), None)
    sums = {state: _sum(each.row for each in of_shop if each.state == state) for state in STATES}
    ends = {state: _sum(each for each in ended if _key(each) == key and each.state == state) for state in STATES}
    return ShopRow(
        merchant=merchants[key[0]], lender=inspection.lender_codes()[key[1]],
        owed_minor=_sum(each.row for each in of_shop), ready_minor=sums["ready"], proposed_minor=sums["proposed"],
        released_minor=sums["released"], paid_minor=ends["paid"], returned_minor=ends["returned"],
        oldest_on=oldest_on, oldest_days=(today - oldest_on).days if oldest_on else 0,
    )  # fmt: skip


def _sum(rows: Iterable[Any]) -> int:
    return sum(row.amount_minor for row in rows)


def shop(merchant: Merchant, *, now: datetime) -> dict[str, Any]:
    """One shop: its days, what may be paid now, its payouts and its accounts."""
    today = day_of(now)
    found = settlements.of_merchant(merchant, today=today)
    accounts, payouts = shop_accounts.of_merchant(merchant.id), payouts_to_shops.of_merchant(merchant.id)
    names = people.staff_names(
        [
            *(id for payout in payouts for id in (payout.proposed_by, payout.decided_by, payout.reported_by)),
            *(id for account in accounts for id in (account.proposed_by, account.decided_by)),
        ]
    )
    current = shop_accounts.current(merchant.id, now=now)
    return {
        "merchant": merchant,
        "days": [each for each in found if each.state != "paid" or each.row.day >= today - _SHOWN],
        "due": list(_due(found)),
        "payouts": [_payout(payout, names, today) for payout in payouts],
        "accounts": [_account(account, names, current) for account in accounts],
        "current": current,
        "account_form": AccountForm(initial={"account_id": uuid7()}),
    }


def _due(found: Sequence[Shown]) -> Iterable[dict[str, Any]]:
    """What each lender may pay now, with the form that asks for it."""
    ready = sorted((each for each in found if each.state == "ready"), key=lambda each: _key(each.row)[1:])
    codes = inspection.lender_codes()
    for (_merchant, lender_id, currency), its in groupby(ready, key=lambda each: _key(each.row)):
        days = list(its)
        last = max(each.row.day for each in days)
        initial = {"payout_id": uuid7(), "lender_id": lender_id, "currency": currency, "until": last}
        amount_minor = _sum(each.row for each in days)
        yield {"lender": codes[lender_id], "amount_minor": amount_minor, "form": ProposeForm(initial=initial)}


def _payout(payout: MerchantPayout, names: dict[UUID, str], today: date) -> dict[str, Any]:
    return {
        "row": payout,
        "state": STATES[payout.state],
        "tone": TONES.get(payout.state, ""),
        "doubt": DOUBTS.get(payout.doubt, payout.doubt),
        "account": shop_accounts.masked(payout.account),
        "proposed_by": names.get(payout.proposed_by, ""),
        "decided_by": names.get(payout.decided_by, "") if payout.decided_by else "",
        "reported_by": names.get(payout.reported_by, "") if payout.reported_by else "",
        "report": ReportForm(initial={"on": today}, auto_id=f"report-{payout.id}-%s"),
    }


def _account(account: MerchantAccount, names: dict[UUID, str], current: MerchantAccount | None) -> dict[str, Any]:
    return {
        "row": account,
        "number": shop_accounts.masked(account),
        "state": ACCOUNTS[account.state],
        "is_current": bool(current and current.id == account.id),
        "proposed_by": names.get(account.proposed_by, ""),
        "decided_by": names.get(account.decided_by, "") if account.decided_by else "",
    }


def troubled(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Payments that came back, or of which the bank says something else."""
    return [
        _exceptional(row, note=str(DOUBTS[row.doubt] if row.doubt else STATES[row.state]), may_be_dealt_with=True)
        for row in found
    ]


def waiting(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Payments that wait for a second person."""
    return [_exceptional(row, note=_("登记了银行结果") if row.reported else str(STATES[row.state])) for row in found]


def _exceptional(row: MerchantPayout, *, note: str, may_be_dealt_with: bool = False) -> Exceptional:
    return Exceptional(
        id=row.id, title=f"{row.merchant.name} {row.number}", note=note, since_at=row.changed_at,
        url=_shop_url(row.merchant_id), amount_minor=row.amount_minor, may_be_dealt_with=may_be_dealt_with,
    )  # fmt: skip


def accounts_asked(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    """Accounts that wait for a second person."""
    names = people.staff_names(row.proposed_by for row in found)
    return [
        Exceptional(
            id=row.id, title=f"{row.merchant.name} {row.bank} {shop_accounts.masked(row)}",
            note=_("%(name)s 提交") % {"name": names.get(row.proposed_by, "")}, since_at=row.proposed_at,
            url=_shop_url(row.merchant_id),
        )
        for row in found
    ]  # fmt: skip


def _shop_url(merchant_id: UUID) -> str:
    return reverse("office:settlement_shop", args=[merchant_id])
