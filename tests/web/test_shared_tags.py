"""What the tags write: amounts, dates, rates, phone numbers, states; and that every word has its English."""

from __future__ import annotations

import gettext
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from django.template import Context, Engine
from django.utils import translation

from anqi.engine.lateness import State
from anqi.engine.loan import Status
from anqi.web.shared import figures
from anqi.web.shared.states import BADGES

SHARED = Path(figures.__file__).parent
ENGINE = Engine(libraries={"anqi_tags": "anqi.web.shared.templatetags.anqi_tags"}, builtins=[])
CHINESE = re.compile(r"[\u3400-\u9fff]")


def write(source: str, *, language: str = "zh-hans", **context: Any) -> str:
    with translation.override(language):
        return ENGINE.from_string("{% load anqi_tags %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("amount_minor", "text"),
    [
        (0, "¥0.00"),
        (1, "¥0.01"),
        (-5, "−¥0.05"),
        (100, "¥1.00"),
        (99999, "¥999.99"),
        (100000, "¥1,000.00"),
        (123456, "¥1,234.56"),
        (-123456789, "−¥1,234,567.89"),
        (9_007_199_254_740_993, "¥90,071,992,547,409.93"),
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_amount_reads_the_same_in_both_languages(amount_minor: int, text: str, language: str) -> None:
    assert write("{{ m|yuan }}", language=language, m=amount_minor) == text
    assert (
        write("{% yuan m %}", language=language, m=amount_minor) == f'<span class="aq-amount">{text}</span>'
    )


def test_a_large_amount_sets_the_yuan_apart() -> None:
    html = write('{% yuan m size="hero" %}', m=-353085)
    assert html == '<span class="aq-amount" data-size="hero"><i>−¥</i>3,530<i>.85</i></span>'
    assert re.sub("<[^>]+>", "", html) == "−¥3,530.85"


def test_a_signed_amount_shows_its_plus() -> None:
    assert "+¥3.00" in write("{% yuan m signed=True %}", m=300)
    assert ">¥0.00" in write("{% yuan m signed=True %}", m=0)


@pytest.mark.parametrize("broken", [None, "", "441.35", 441.35, Decimal(441), True])
@pytest.mark.parametrize("source", ["{% yuan m %}", "{{ m|yuan }}"])
def test_anything_but_whole_fen_stops_the_page(broken: object, source: str) -> None:
    with pytest.raises(AssertionError, match="whole fen"):
        write(source, m=broken)


def test_a_missing_amount_stops_the_page() -> None:
    with pytest.raises(AssertionError, match="whole fen"):
        write("{% yuan nothing_here %}")


@pytest.mark.parametrize(
    ("on", "chinese", "english"),
    [
        (date(2026, 12, 9), "12月9日", "9 Dec 2026"),
        (date(2027, 1, 9), "2027年1月9日", "9 Jan 2027"),
        (date(2028, 2, 29), "2028年2月29日", "29 Feb 2028"),
    ],
)
def test_a_day_leaves_out_this_year(on: date, chinese: str, english: str) -> None:
    today = date(2026, 11, 24)
    assert write("{{ on|day:today }}", on=on, today=today) == chinese
    assert write("{{ on|day:2026 }}", on=on) == chinese
    assert write("{{ on|day:today }}", language="en", on=on, today=today) == english
    assert (
        write("{% day on %}", on=on, today=today)
        == f'<time class="aq-when" datetime="{on.isoformat()}">{chinese}</time>'
    )


def test_a_day_says_its_year_when_nobody_told_today() -> None:
    assert write("{% day on %}", on=date(2026, 12, 9)).endswith(">2026年12月9日</time>")
    assert write("{{ on|day }}", on=date(2026, 12, 9)) == "2026年12月9日"


def test_a_moment_is_told_in_shanghai() -> None:
    at = datetime(2026, 12, 31, 16, 5, tzinfo=UTC)
    assert write("{{ at|moment:2026 }}", at=at) == "2027年1月1日 00:05"
    assert write("{{ at|moment:2027 }}", at=at) == "1月1日 00:05"
    assert write("{{ at|moment }}", language="en", at=at) == "1 Jan 2027, 00:05"
    assert "1月1日 00:05</time>" in write("{% moment at %}", at=at, today=date(2027, 3, 1))


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(AssertionError, match="time zone"):
        write("{{ at|moment }}", at=datetime(2026, 11, 24))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        ("0.1303", "13.03%"),
        (Decimal("0.13035"), "13.04%"),
        ("0", "0.00%"),
        ("1.5", "150.00%"),
        ("-0.01", "−1.00%"),
    ],
)
def test_a_rate_becomes_a_percentage(rate: Decimal | str, text: str) -> None:
    assert write("{{ rate|percent }}", rate=rate) == text


def test_a_rate_is_exact() -> None:
    with pytest.raises(AssertionError, match="exact"):
        write("{{ rate|percent }}", rate=0.1303)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800136021", "138****6021"),
        ("+8613800136021", "138****6021"),
        ("+86 138 0013 6021", "138****6021"),
        ("12345", "****45"),
        ("", "****"),
    ],
)
def test_a_phone_number_is_masked(phone: str, shown: str) -> None:
    assert write("{{ phone|masked_phone }}", phone=phone) == shown


def test_every_state_has_its_own_word_and_a_shape() -> None:
    asked = (
        "pending active due grace overdue held written_off settled void paid moved upcoming"
        " processing succeeded failed closed unknown"
    )
    assert {*asked.split(), "confirmed", "shipped", "paid_out", "cancelled", "created", "lapsed"} == set(BADGES)
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words = [str(badge.word) for badge in BADGES.values()]
        assert len(set(words)) == len(words)


def test_states_of_one_word_family_differ_without_colour() -> None:
    for family in (get_args(State), get_args(Status)):
        assert len({BADGES[state].shape for state in family}) == len(family)


def test_a_badge_counts_days_late() -> None:
    assert "逾期 3 天" in write('{% badge "overdue" days=3 %}')
    assert ">逾期<" in write('{% badge "overdue" %}')
    assert "1 day late" in write('{% badge "overdue" days=1 %}', language="en")
    assert "3 days late" in write('{% badge "overdue" days=3 %}', language="en")


def test_a_badge_of_no_known_state_is_a_broken_assumption() -> None:
    with pytest.raises(KeyError):
        write('{% badge "lost" %}')


def test_the_money_bar_is_told_in_words() -> None:
    instalments = [{"state": state} for state in ["paid"] * 4 + ["overdue"] + ["upcoming"] * 7]
    assert write("{{ i|told }}", i=instalments) == "共 12 期：已还 4 期，逾期 1 期，未到期 7 期"
    told = write("{{ i|told }}", language="en", i=instalments)
    assert told == "12 instalments: Paid: 4, Overdue: 1, Upcoming: 7"


def test_html_in_a_word_is_escaped() -> None:
    assert "<script>" not in write("{% icon name %}", name='"><script>')


def english() -> gettext.GNUTranslations:
    with (SHARED / "locale/en/LC_MESSAGES/django.mo").open("rb") as catalog:
        return gettext.GNUTranslations(catalog)


def test_every_word_has_its_english() -> None:
    entries = read_entries((SHARED / "locale/en/LC_MESSAGES/django.po").read_text())
    compiled = english()
    for context, chinese, translated in entries:
        assert translated, f"no English for {chinese}"
        assert not CHINESE.search(translated), f"Chinese left in {translated}"
        said = compiled.pgettext(context, chinese) if context else compiled.gettext(chinese)
        assert said == translated, f"compile the catalog again: {chinese}"


def test_every_word_of_the_templates_is_in_the_catalog() -> None:
    known = {
        chinese for _, chinese, _ in read_entries((SHARED / "locale/en/LC_MESSAGES/django.po").read_text())
    }
    for template in (SHARED / "templates").rglob("*.html"):
        if not template.name.startswith("gallery"):
            words = re.findall(r"""{%\s*trans\s+(?:"([^"]+)"|'([^']+)')""", template.read_text())
            assert {a or b for a, b in words} <= known, template.name
    for word in re.findall(r'\b_\("([^"]+)"\)', (SHARED / "errors.py").read_text()):
        assert word in known


def test_nothing_is_left_fuzzy() -> None:
    assert "#, fuzzy" not in (SHARED / "locale/en/LC_MESSAGES/django.po").read_text()


def read_entries(catalog: str) -> list[tuple[str, str, str]]:
    """Context, Chinese and English of each entry; of plurals the singular."""
    found = re.findall(
        r'(?:msgctxt "(.*)"\n)?msgid "(.+)"\n(?:msgid_plural ".*"\nmsgstr\[0\]|msgstr) "(.*)"', catalog
    )
    assert len(found) == catalog.count("\nmsgid ") - 1
    return [(context, chinese, said) for context, chinese, said in found if "msgid_plural" not in said]
