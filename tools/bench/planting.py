"""Plants what is measured, in a process of its own: `borrowers COUNT FILE`, `charges PART PARTS COUNT FILE`."""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from anqi import clock  # noqa: E402
from anqi.actions import charges  # noqa: E402
from anqi.actions.charges import Wish  # noqa: E402
from anqi.payments.models import Charge  # noqa: E402
from anqi.people.models import User  # noqa: E402
from tests.planting import plant_borrower, plant_loan, reference_rows  # noqa: E402

# One instalment is due by now, and the next one isn't.
_BEGAN = timedelta(days=40)
_LOANS = 2


def borrowers(count: str, file: str) -> None:
    """So many borrowers with two running loans each; the file holds the cookies with which they are signed in."""
    began = clock.now() - _BEGAN
    reference_rows(began)
    signed_in = []
    for number in range(int(count)):
        borrower_id = plant_borrower(f"+86139{number:08}", now=began)
        for _ in range(_LOANS):
            plant_loan(borrower_id=borrower_id, starts_on=began.date())
        signed_in.append({settings.SESSION_COOKIE_NAME: _session(borrower_id)})
    Path(file).write_text(json.dumps(signed_in))


def _session(borrower_id: UUID) -> str:
    user, session = User.objects.get(id=borrower_id), SessionStore()
    session[SESSION_KEY] = str(user.id)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    assert session.session_key
    return session.session_key


def open_charges(part: str, parts: str, count: str, file: str) -> None:
    """This part of so many charges at Alipay, each of a borrower of its own; the file holds cashier addresses."""
    now = clock.now()
    began = now - _BEGAN
    reference_rows(began)
    addresses = {}
    for number in range(int(part), int(count), int(parts)):
        borrower_id = plant_borrower(f"+86139{number:08}", now=began)
        loan = plant_loan(borrower_id=borrower_id, starts_on=began.date())
        charge = _offer(borrower_id, loan.loan_id, now)
        assert charge.action
        addresses[charge.key] = charge.action["url"]
    Path(file).write_text(json.dumps(addresses))


def _offer(borrower_id: UUID, loan_id: UUID, now: datetime) -> Charge:
    charge = charges.open(
        borrower_id=borrower_id, wishes=[Wish(loan_id=loan_id, purpose="due")], channel="alipay", how="wap",
        attempt=uuid4().hex, now=now,
    )  # fmt: skip
    # Else the workers would ask after five seconds what the notifications are about to tell.
    Charge.objects.filter(borrower_id=borrower_id, id=charge.id).update(next_try_at=now + timedelta(hours=1))
    return charges.deliver(borrower_id=borrower_id, charge_id=charge.id, now=now)


if __name__ == "__main__":
    if sys.argv[1] == "borrowers":
        borrowers(*sys.argv[2:])
    else:
        open_charges(*sys.argv[2:])
