"""What a borrower is told of what was refused: by an action, or, of a reserve, by the rules of its lender."""

import inspect
import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from anqi.actions import amendments as acts
from anqi.actions import hardship as hardship_acts
from anqi.actions import reserves
from anqi.engine import decision_rules
from anqi.lending import (
    amendments,
    applications,
    changing,
    hardship,
    hardship_options,
    offers,
    policies,
    products,
)
from anqi.rows.refusals import Refused
from anqi.web.borrower import reasons, refusals

NOW, TODAY = datetime(2026, 11, 24, 4, tzinfo=UTC), date(2026, 11, 24)
FACTS: dict[str, Any] = {
    "expired_at": NOW, "application_id": uuid4(), "state": "review", "card_id": uuid4(), "channel": "alipay",
    "least_minor": 50_000, "most_minor": 2_000_000, "ends_on": TODAY, "latest_on": TODAY, "source": "…", "kind": "bank",
    "on": TODAY, "plan": "reserve-m3", "due_minor": 53309, "again_on": TODAY, "n": 2, "due_on": TODAY,
    "first_on": TODAY, "last_on": TODAY,
}  # fmt: skip
REFUSALS = [
    reserves.NoSuchCard, reserves.CreditCard, reserves.CannotPayThere, reserves.NotAWallet, reserves.NotRefused,
    reserves.TooLateToQuestion, applications.AlreadyApplied, applications.OtherRequest, applications.NotOpen,
    applications.OfferLapsed, policies.PurposeUnknown, products.PlanUnavailable, products.AmountOutOfRange,
    products.TooLong, products.CapUnknown, offers.NotVerified, changing.NotRunning, changing.StillDue,
    changing.PlanOnHold, changing.MovedBefore, changing.TooFewToCome, changing.ChangedLately, changing.DayNotOffered,
    changing.DeferralTooLong, acts.PaymentUnderWay, acts.DebitAnnounced, acts.NotMeant, amendments.CannotChange,
    amendments.AmendmentChanged, hardship.NothingToHelp, hardship.OnHold, hardship.HardshipNotOpen, hardship.HelpLapsed,
    hardship.PlanChanged, hardship.PaymentOnItsWay, hardship.NoSuchHelp, hardship_options.DoesNotFit,
    hardship_acts.NotDeclined, hardship_acts.QuestionedBefore, hardship_acts.TooLateToQuestion,
]  # fmt: skip
NUMBERS = {
    "least": 18, "most": 60, "years": 17, "asked_minor": 100_000, "least_minor": 10_000, "most_minor": 2_000_000,
    "free_minor": 1, "months": 13, "days": 30, "count": 3, "again_on": "2026-12-01", "refused_on": "2026-11-24",
}  # fmt: skip
# Nothing but that a person looks is to be said of these.
UNSAID = {"score_low", "not_scored"}


@pytest.mark.parametrize("refused", REFUSALS)
def test_every_refusal_is_told_in_both_languages(refused: type[Refused]) -> None:
    told = set()
    for language in ("zh-hans", "en"):
        with translation.override(language):
            told.add(refusals.told(refused(**FACTS), now=NOW))
            assert refusals.told(Refused(), now=NOW) not in told
    assert len(told) == 2


def test_every_reason_is_told_in_both_languages() -> None:
    source = inspect.getsource(decision_rules)
    codes = set(re.findall(r'(?:code=|_refused\(|_look\()"(\w+)"', source)) | {"account_shared", "device_shared"}
    assert len(codes) > 20
    for code in codes - UNSAID:
        told = set()
        for language in ("zh-hans", "en"):
            with translation.override(language):
                told.add(reasons.told({"code": code, "numbers": NUMBERS}, today=TODAY))
        assert len(told) == 2
        assert all("%(" not in each for each in told)
        assert "由工作人员审核。" not in told


def test_a_reason_has_its_numbers() -> None:
    reason = {"code": "more_than_free", "numbers": {"asked_minor": 100_000, "free_minor": 99_999}}
    with translation.override("zh-hans"):
        assert reasons.told(reason, today=TODAY) == "申请金额 ¥1,000.00，你的可用额度是 ¥999.99。"
        wait = {"code": "too_soon_after_refusal", "numbers": {"refused_on": "2026-11-24", "again_on": "2026-11-25"}}
        assert reasons.told(wait, today=TODAY) == "上次申请没有通过，11月25日起可以再申请。"
        assert reasons.told({"code": "no_policy", "numbers": {}}, today=TODAY) == "由工作人员审核。"
