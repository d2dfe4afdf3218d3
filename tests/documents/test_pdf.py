"""Documents as PDF: what is given is what they say, in our own fonts, with the same bytes each time."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typst

from anqi.documents import pdf
from anqi.documents.pdf import CharacterMissing
from tests.pdf_reading import pages, words
from tests.planting import at
from tests.settling import DAY

NOW = at(DAY)
# Surnames and names that few fonts have, all of them in the General Standard Chinese Characters.
RARE = "䶮㛃㑇𬭎𫖯𬱖"
MARKUP = ("#panic()", "*bold* _slanted_", "$x^2$", "= heading", "@preview", "<label>", "a // b /* c */", '"\\n" \\u{41}')


def statement(**changed: Any) -> dict[str, Any]:
    columns = [{"name": "订单号", "wide": True, "amount": False}, {"name": "金额", "wide": False, "amount": True}]
    table = {"title": "订单", "columns": columns, "rows": [["QH-1", "¥1,000.00"]], "sum": ["合计", "¥1,000.00"], "note": ""}
    return {
        "language": "zh", "title": "结算对账单", "from": "青禾消费金融", "to": "青禾数码", "facts": [["应结", "−¥0.05"]],
        "tables": [table | {name: changed.pop(name) for name in ("rows", "note") if name in changed}], "foot": "截至",
    } | changed  # fmt: skip


def said(**changed: Any) -> str:
    return "".join(words(pdf.render("statement", statement(**changed), created_at=NOW)))


def test_it_says_what_it_is_given() -> None:
    body = pdf.render("statement", statement(note="没有了"), created_at=NOW)
    assert body.startswith(b"%PDF-")
    [page] = pages(body)
    for told in ("青禾消费金融", "结算对账单", "−¥0.05", "QH-1", "¥1,000.00", "没有了", "截至", "1 / 1"):
        assert told in page, told
    assert b"NotoSansCJKsc-Regular" in body
    assert b"NotoSansCJKsc-Bold" in body


def test_long_ones_have_numbered_pages_and_headings_on_each() -> None:
    found = pages(pdf.render("statement", statement(rows=[[f"QH-{n}", "¥1.00"] for n in range(120)]), created_at=NOW))
    assert [page[-1] for page in found] == [f"{n + 1} / {len(found)}" for n in range(len(found))]
    assert len(found) == 3
    assert all("订单号" in page for page in found)
    assert sum(run.startswith("QH-") for page in found for run in page) == 120


@pytest.mark.parametrize("name", MARKUP)
def test_a_name_is_never_markup(name: str) -> None:
    assert name in said(to=name)
    assert name in said(rows=[[name, "¥1.00"]])


def test_rare_names_are_shown_and_a_long_number_stays_whole() -> None:
    assert RARE in said(to=RARE)
    assert "9" * 64 in said(rows=[["9" * 64, "¥1.00"]]).replace("\u200b", "")


@pytest.mark.parametrize(
    ("name", "character"), [("李😀", "😀 (U+1F600)"), ("行\n行", "U+000A"), ("李\u202e四", "U+202E"), ("ابن", "ا (U+0627)")]
)
def test_a_character_we_have_not_is_refused_by_name(name: str, character: str) -> None:
    for changed in ({"to": name}, {"rows": [[name, "¥1.00"]]}, {"facts": [["应结", name]]}):
        with pytest.raises(CharacterMissing) as refused:
            pdf.render("statement", statement(**changed), created_at=NOW)
        assert refused.value.facts == {"character": character}
    assert character in refused.value.message


def test_the_same_twice_is_the_same_bytes() -> None:
    first = pdf.render("statement", statement(), created_at=NOW)
    assert pdf.render("statement", statement(), created_at=NOW) == first
    assert pdf.render("statement", statement(), created_at=NOW + timedelta(days=1)) != first
    assert b"CreationDate(D:20260901" in first


def test_only_our_own_fonts_are_known_and_both_have_the_same_characters() -> None:
    files = sorted(Path(pdf.__file__).parent.glob("fonts/*.otf"))
    known = [(each.family, each.weight) for each in pdf._fonts().fonts()]
    assert sorted(known) == [("Noto Sans CJK SC", 400), ("Noto Sans CJK SC", 700)]
    regular, bold = (set(pdf._characters(file.read_bytes())) for file in reversed(files))
    assert regular == bold
    codes = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    han = {code.decode("gb2312", "ignore") for code in codes} - {""}
    assert len(han) == 6763
    assert {ord(each) for each in han} <= regular


def test_a_template_reads_nothing_from_outside() -> None:
    for file in Path(pdf.__file__).parent.glob("templates/*.typ"):
        assert "import" not in file.read_text(), file
    compiler = typst.Compiler(root=pdf._TEMPLATES, font_paths=pdf._fonts(), ignore_system_fonts=True)
    with pytest.raises(typst.TypstError):
        compiler.compile(input=b'#read("../pdf.py")', format="pdf")
