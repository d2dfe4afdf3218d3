"""The named cast: people who are nobody, with stories that tests and the demonstration share.

Their identity numbers have a right checksum, and the serial 000, which is never given out.
"""

from dataclasses import dataclass

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who buys in instalments."""

    name: str
    phone: str
    born: str
    district: str = "110101"

    @property
    def id_number(self) -> str:
        """Eighteen characters; the last one checks the others (GB 11643)."""
        body = f"{self.district}{self.born}000"
        check = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11
        return body + "10X98765432"[check]


LIN = Person(name="林小满", phone="13800006021", born="19970521")
ZHOU = Person(name="周立夏", phone="13900008866", born="19920505")
CHEN = Person(name="陈谷雨", phone="13700001204", born="19880420")
WANG = Person(name="王秋分", phone="13600002309", born="19950923")
ZHAO = Person(name="赵白露", phone="13500003418", born="19900908")
SUN = Person(name="孙惊蛰", phone="13400004527", born="19860305")
LI = Person(name="李清明", phone="15800005636", born="19990404")
WU = Person(name="吴芒种", phone="15900006745", born="19930606")
ZHENG = Person(name="郑霜降", phone="15700007854", born="19811023")
FENG = Person(name="冯大寒", phone="15600008963", born="19790120")
CHU = Person(name="褚小雪", phone="15500009072", born="20011122")
WEI = Person(name="卫春分", phone="15200000181", born="19850320")
JIANG = Person(name="蒋立秋", phone="15100001290", born="19960807")
SHEN = Person(name="沈处暑", phone="15000002301", born="19910823")
HAN = Person(name="韩寒露", phone="18600003412", born="19831008")
YANG = Person(name="杨立冬", phone="18700004523", born="19981107")
ZHU = Person(name="朱大雪", phone="18800005634", born="19891207")
QIN = Person(name="秦冬至", phone="18900006745", born="19941221")
YOU = Person(name="尤雨水", phone="17700007856", born="20020219")
XU = Person(name="许夏至", phone="17600008967", born="19870621")

EVERYBODY = (
    LIN, ZHOU, CHEN, WANG, ZHAO, SUN, LI, WU, ZHENG, FENG,
    CHU, WEI, JIANG, SHEN, HAN, YANG, ZHU, QIN, YOU, XU,
)  # fmt: skip
