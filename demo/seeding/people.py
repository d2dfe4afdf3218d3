"""People who are nobody: each number is one, always the same, and no two are alike.

Their identity numbers have a right checksum and the serial 000, which is never given out.
"""

from datetime import date, timedelta

from demo.cast import Person

SEEDS = 700
MOST = 10_000_000
_FIRST_BORN, _BIRTHDAYS = date(1960, 1, 1), 14_600
# Prime to what it is taken by: neighbours look like strangers, and nobody is drawn twice.
_PHONE_STEP, _PHONES, _BIRTHDAY_STEP = 6_700_417, 7_000_000_000, 37
_FIRST_REGION = 110_101
# A family name and two more: every name has three characters, so that one form holds everybody's papers.
_FAMILIES = "林周陈王赵孙李吴郑冯褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "小满立夏谷雨秋分白露清明芒种霜降大寒春晓安宁子涵一诺思远书瑶浩然佳怡梓"


def nobody(seed: int, number: int) -> Person:
    """The person of that number in the book of that seed."""
    assert 0 <= seed < SEEDS and 0 <= number < MOST, "phones and identity numbers would come twice"
    place = seed * MOST + number
    phone = place * _PHONE_STEP % _PHONES
    born = _FIRST_BORN + timedelta(days=place * _BIRTHDAY_STEP % _BIRTHDAYS)
    name = _FAMILIES[place % len(_FAMILIES)] + _GIVEN[place // 7 % len(_GIVEN)] + _GIVEN[place // 3 % len(_GIVEN)]
    return Person(
        name=name, phone=f"+861{3 + phone // 10**9}{phone % 10**9:09}", born=f"{born:%Y%m%d}",
        district=str(_FIRST_REGION + place // _BIRTHDAYS),
    )  # fmt: skip
