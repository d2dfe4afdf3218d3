"""What the stories of a reserve begin with, planted in a process of its own: the shelf, a rule, and bound cards."""

import sys
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import django
import httpx

django.setup()

from anqi import clock  # noqa: E402
from anqi.actions import identities, reserves  # noqa: E402
from anqi.lending import policies  # noqa: E402
from anqi.people import borrowers, phones  # noqa: E402
from anqi.people import staff as members  # noqa: E402
from demo import bound_cards, cast  # noqa: E402
from demo import reserves as shelf  # noqa: E402
from demo.cast import Person  # noqa: E402

# Above it this lender's rules refuse, and a supervisor may think otherwise.
MOST_MINOR = 1_000_000
# Whose card is whose, by the sandbox's nicknames.
CARDS: tuple[tuple[Person, tuple[str, ...]], ...] = (
    (cast.LIN, ("icbc",)),
    (cast.LI, ("icbc",)),
    (cast.WU, ("lost", "icbc")),
    (cast.ZHENG, ("icbc",)),
    (cast.FENG, ("icbc",)),
    (cast.CHU, ("icbc",)),
    (cast.WEI, ("icbc",)),
)
# Bound under another name than its borrower has.
MISNAMED = (cast.WU, "cmb")


def main(sandbox_url: str) -> None:
    now = clock.now()
    shelf.sell(lender="qhxj", now=now)
    _rule(now)
    with httpx.Client(base_url=sandbox_url, trust_env=False) as sandbox:
        for who, nicknames in CARDS:
            _welcome(sandbox, who, nicknames, now)


def _rule(now: datetime) -> None:
    known: dict[str, Any] = asdict(policies.SHIPPED)
    body = {name: known[name] for name in known.keys() - {"since", "source", "lender"}}
    body |= {"purposes": sorted(policies.PURPOSES), "amount_most_minor": MOST_MINOR}
    reserves.rule(
        lender="qhxj", since=now.date(), source="street", body=body, actor=members.find("supervisor@qhxj.example"),
        now=now,
    )  # fmt: skip


def _welcome(sandbox: httpx.Client, who: Person, nicknames: tuple[str, ...], now: datetime) -> None:
    """Known, verified, and with these cards."""
    borrower_id = borrowers.find_or_register(phones.read(who.phone), language="zh-hans", now=now)
    identities.verify(borrower_id=borrower_id, name=who.name, id_number=who.id_number, now=now)
    for card in nicknames:
        bound_cards.bind(sandbox, borrower_id=borrower_id, who=who, card=card, now=now)
    if who is MISNAMED[0]:
        bound_cards.bind(
            sandbox, borrower_id=borrower_id, who=replace(who, name="吴小满"), card=MISNAMED[1], now=now
        )


if __name__ == "__main__":
    main(sys.argv[1])
