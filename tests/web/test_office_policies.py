"""Rules of decision at the desk: in force with their day and source, new ones tried on what was decided, then set."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse

from anqi import clock
from anqi.engine.applications import Points, Score
from anqi.engine.decision import decide
from anqi.lending import applications, policies, policy_trials
from anqi.lending.models import Application, Lender, LenderPolicy
from anqi.lending.policies import PolicyUnsound
from anqi.people.models import StaffAct
from anqi.rows.ids import uuid7
from anqi.web.office import policy_forms
from anqi.web.office.policy_words import POLICY_FIELDS
from tests import reserving
from tests.actions.test_payouts import Bank, bank
from tests.planting import days
from tests.reserving import TODAY, ZHOU, apply, welcome
from tests.web.application_desk import CHEN, set_clock, waiting
from tests.web.test_office_doors import desk, desk_of, hire
from tests.web.test_office_turns import text_of

__all__ = ["bank"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]
TOMORROW = TODAY + days(1)


@pytest.fixture(autouse=True)
def street(settings: Any, tmp_path: Path, bank: Bank) -> None:
    set_clock(settings, tmp_path)
    reserving.open_shelf(now=clock.now())


def lender() -> Lender:
    return Lender.objects.get()


def url(act: str = "") -> str:
    return f"/policies/{lender().id}{act and f'/{act}'}"


def typed(**changed: Any) -> dict[str, Any]:
    """The form as it stands before anybody types, with these changes; empty where there is no limit."""
    said = policy_forms.stated(policies.in_force(lender(), on=clock.today()))
    said = {name: "" if value is None else value for name, value in said.items()}
    return {"since": TOMORROW.isoformat(), "source": "2026 年第 3 次风控会", **said, **changed}


def send(act: str, role: str = "supervisor", **changed: Any) -> HttpResponse:
    return desk(role).post(url(act), typed(**changed))  # type: ignore[return-value]


def told(answer: HttpResponse) -> str:
    return text_of(answer.content.decode())


def test_the_list_leads_to_each_lender_with_the_day_and_source_of_its_rules() -> None:
    page = desk("auditor").get("/policies").content.decode()
    assert url() in page
    assert "青禾消费金融 2024年7月1日 anqi" in text_of(page)


def test_every_rule_in_force_is_said_in_words_and_only_supervisors_have_the_form() -> None:
    for role, has_form in (("auditor", False), ("clerk", False), ("supervisor", True)):
        page = desk(role).get(url()).content.decode()
        assert ("看看会改变什么" in page) is has_form
        for words in ("最高金额 ¥20,000.00", "同一天第几次申请起转人工 3", "评分低于多少不通过 不限", "是否查其他机构 否"):
            assert words in text_of(page), words
        for act in ("preview", "set"):
            assert (desk(role).post(url(act), {}).status_code == 403) is not has_form


def test_every_rule_has_its_words_and_what_it_means() -> None:
    assert policy_forms.HELP.keys() == POLICY_FIELDS.keys() - {"purposes"}
    assert POLICY_FIELDS.keys() == policies._STATED
    assert policy_forms._EMPTY_IS_NONE == policies._MAY_LACK


def test_the_preview_shows_the_differences_and_keeps_nothing() -> None:
    page = told(send("preview", amount_most_minor="5,000", purposes=["travel", "daily"], running_most=""))
    for words in (
        "最高金额 ¥20,000.00 ¥5,000.00", "允许的用途 日常消费、教育培训、医疗健康、租房、旅行、装修家居 日常消费、旅行",
        "最多几笔备用金同时没有结清 3 不限", "最近 90 天没有申请可以比", "2026年11月25日起按新规则",
    ):  # fmt: skip
        assert words in page, words
    assert "最长期限（月） 12 12" not in page
    assert not LenderPolicy.objects.exists()
    assert not StaffAct.objects.filter(verb="rule_applications").exists()
    assert "每一条都和那天的规则相同" in told(send("preview"))


def test_the_preview_says_how_many_of_how_many_would_end_otherwise() -> None:
    lin, to = welcome()
    apply(lin, to, now=clock.now())
    zhou, own = welcome(ZHOU)
    apply(zhou, own, purpose="travel", now=clock.now())
    waiting(welcome(CHEN))
    page = told(send("preview", purposes=["daily"], review_from_a_day=2))
    assert "最近 90 天有 5 笔申请，看了最近的 5 笔：2 笔的结果会不同（40.00%）" in page
    assert "通过变为不通过 1" in page
    assert "通过变为转人工 1" in page
    assert "0 笔的结果会不同" in told(send("preview"))


def test_a_trial_looks_at_ninety_days_and_at_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting()
    old = Application.objects.earliest("applied_at")
    Application.objects.filter(id=old.id).update(applied_at=clock.now() - days(91))
    strict = policies.drawn_up(
        lender(), since=TODAY, source="x", body={"purposes": ["travel"], "amount_most_minor": 1, "months_most": 1},
        now=clock.now(),
    )  # fmt: skip
    trial = policy_trials.try_out(lender(), strict, today=TODAY)
    assert (trial.looked_at, trial.of, trial.otherwise) == (2, 2, 2)
    monkeypatch.setattr(policy_trials, "MOST", 1)
    trial = policy_trials.try_out(lender(), strict, today=TODAY)
    assert (trial.looked_at, trial.of, trial.otherwise) == (1, 2, 1)


def test_a_trial_keeps_the_score_that_it_had() -> None:
    row = waiting()
    decision = applications.decision_of(row)
    assert decision.policy

    class Card:
        def score(self, application: Any) -> Score:
            return Score(scorecard="card", lines=(Points(code="age", points=40),))

    scored = decide(decision.application, [decision.policy], scorecard=Card())
    body = {"purposes": ["daily"], "amount_most_minor": 2_000_000, "months_most": 12, "asks_elsewhere": False}
    high = policies.drawn_up(
        lender(), since=TODAY, source="x", body=body | {"points_refuse_below": 41}, now=clock.now()
    )
    low = policies.drawn_up(lender(), since=TODAY, source="x", body=body | {"points_refuse_below": 40}, now=clock.now())
    assert [policy_trials._anew(scored, each) for each in (high, low)] == ["refused", "approved"]


def test_what_was_looked_at_is_what_is_set_and_it_holds_from_its_day_on() -> None:
    boss = hire("supervisor", "赵复核")
    client = desk_of(boss)
    page = client.post(url("preview"), typed(purposes=["travel"])).content.decode()
    kept = page[page.index(url("set")) : page.index("起按新规则")]
    assert 'type="hidden" name="purposes" value="travel"' in kept
    assert 'name="purposes" value="daily"' not in kept
    assert " id=" not in kept
    assert client.post(url("set"), typed(purposes=["travel"])).status_code == 302
    assert [each.body["purposes"] for each in LenderPolicy.objects.all()] == [["travel"]]
    [act] = StaffAct.objects.filter(verb="rule_applications")
    assert (act.actor_id, act.reason) == (boss.id, "2026 年第 3 次风控会")
    page = told(client.get(url()))  # type: ignore[arg-type]
    assert "11月25日 2026 年第 3 次风控会 还没开始" in page
    assert "2024年7月1日 anqi 现行" in page
    lin, to = welcome()
    assert apply(lin, to, now=clock.now()).state == "approved"
    Application.objects.update(state="withdrawn")
    assert apply(lin, to, now=clock.now() + days(1)).state == "refused"


def test_rules_of_a_day_that_has_its_own_are_compared_with_those() -> None:
    assert send("set", months_most=6).status_code == 302
    later = (TOMORROW + days(1)).isoformat()
    assert "最长期限（月） 6 9" in told(send("preview", months_most=9, since=later))


@pytest.mark.parametrize("act", ["preview", "set"])
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"since": date(2026, 11, 23).isoformat()}, "要从今天或以后的某一天起"),
        ({"since": "tomorrow"}, "从哪一天起"),
        ({"source": " "}, "依据"),
        ({"purposes": []}, "允许的用途"),
        ({"purposes": ["shares"]}, "允许的用途"),
        ({"amount_least_minor": "30000"}, "最低金额不能高于最高金额"),
        ({"amount_most_minor": "many"}, "请填元和分"),
        ({"years_least": 17}, "最低年龄不能低于 18"),
        ({"years_least": 61}, "最低年龄不能低于 18，也不能高于转人工的年龄"),
        ({"elsewhere_review_from_days": 40}, "转人工的天数不能多于不通过的天数"),
        ({"points_refuse_below": 9, "points_review_below": 8}, "不通过的分数不能高于转人工的分数"),
        ({"months_most": ""}, "最长期限"),
        ({"months_most": -1}, "最长期限"),
    ],
)  # fmt: skip
def test_unsound_rules_are_refused_in_words_and_what_was_typed_stays(
    act: str, changed: dict[str, Any], words: str
) -> None:
    answer = send(act, **changed)
    page = answer.content.decode()
    assert (answer.status_code, 'data-st="error"' in page, words in text_of(page)) == (422, True, True)
    assert "2026 年第 3 次风控会" in page or "source" in changed
    assert not LenderPolicy.objects.exists()


def test_a_day_has_one_set_of_rules() -> None:
    assert send("set").status_code == 302
    assert "那一天还没有别的规则" in told(send("set"))
    assert LenderPolicy.objects.count() == 1


@pytest.mark.parametrize("low_high", policies._IN_ORDER)
def test_no_door_sets_limits_that_cross(low_high: tuple[str, str]) -> None:
    body: dict[str, Any] = {"purposes": ["daily"], "amount_most_minor": 2_000_000, "months_most": 12}
    low, high = low_high
    with pytest.raises(PolicyUnsound) as refused:
        policies.drawn_up(lender(), since=TODAY, source="x", body=body | {low: 31, high: 30}, now=clock.now())
    assert refused.value.facts == {"field": low}
    policies.drawn_up(lender(), since=TODAY, source="x", body=body | {low: 30, high: 30}, now=clock.now())


def test_a_lender_that_does_not_exist_is_not_found() -> None:
    other = f"/policies/{uuid7()}"
    assert desk().get(other).status_code == 404
    assert desk("supervisor").post(f"{other}/set", {}).status_code == 404
    assert desk("supervisor").get(url("set")).status_code == 405
