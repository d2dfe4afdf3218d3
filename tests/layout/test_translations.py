"""Texts without English are found, and what is compiled is what Django reads."""

import gettext
import io
import re
from pathlib import Path

import pytest

from tools.translations import catalogues, texts
from tools.translations.__main__ import compile_all, faults
from tools.translations.texts import Key

PO = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#: views.py
msgid "首页"
msgstr "Home"

msgctxt "order"
msgid "已取消"
msgstr "Cancelled"
msgid "共 %(count)d 期"
msgid_plural "共 %(count)d 期"
msgstr[0] "%(count)d instalment"
msgstr[1] "%(count)d instalments"

msgid ""
"第一行\\n"
"第二行"
msgstr ""
"one\\n"
"\\"two\\""

#, fuzzy, python-format
msgid "大概"
msgstr "Perhaps"

#~ msgid "从前"
#~ msgstr "Once"
"""
PAGE = """{% load i18n %}<h1>{% trans "首页" %}</h1>
<p title="{{ _("标题") }}">{% blocktrans count n=list|length trimmed %}
  共 {{ n }} 期{% plural %}共 {{ n }} 期{% endblocktrans %}</p>
{# 注释 #}{% trans "已取消" context "order" %}{% comment %}备注{% endcomment %}
{% trans word %}{{ word|default:_("无") }}
"""


def test_texts_of_a_template_are_found_where_they_stand() -> None:
    found = {key: place.line for key, place in texts.of_template(PAGE, file="page.html")}
    assert found == {
        Key(text="首页"): 1,
        Key(text="标题"): 2,
        Key(text="共 %(n)s 期", plural="共 %(n)s 期"): 3,
        Key(text="已取消", context="order"): 4,
        Key(text="无"): 5,
    }


def test_texts_of_python_are_found_under_any_name() -> None:
    source = (
        "from django.utils import translation\nfrom django.utils.translation import gettext as _, npgettext as several\n"
        'a = _("一"\n      "二")\nb = several("order", "单", "双", n)\nc = translation.gettext_lazy("懒")\n'
        'd = _(word)\ne = print("不是")\n'
    )
    found = {key: place.line for key, place in texts.of_python(source, file="x.py")}
    assert found == {Key(text="一二"): 3, Key(text="单", context="order", plural="双"): 5, Key(text="懒"): 6}


def test_bare_chinese_in_a_template_is_found() -> None:
    assert list(texts.untranslatable_of_template(PAGE)) == []
    bare = PAGE + '<p>没有翻译</p>\n<button lang="zh-Hans">简体中文</button>\n'
    assert list(texts.untranslatable_of_template(bare)) == [6]


def test_a_catalogue_is_read_whole() -> None:
    heading, *entries = catalogues.read_po(PO)
    assert heading.key.text == ""
    assert [(entry.key.text, entry.translations, entry.is_doubtful) for entry in entries] == [
        ("首页", ("Home",), False),
        ("已取消", ("Cancelled",), False),
        ("共 %(count)d 期", ("%(count)d instalment", "%(count)d instalments"), False),
        ("第一行\n第二行", ('one\n"two"',), False),
        ("大概", ("Perhaps",), True),
    ]
    with pytest.raises(ValueError, match="line 1 is no part"):
        catalogues.read_po("msgid 'single quotes'\n")


def test_what_is_compiled_is_what_gettext_reads() -> None:
    content = catalogues.compiled(catalogues.read_po(PO))
    english = gettext.GNUTranslations(io.BytesIO(content))
    assert english.gettext("首页") == "Home"
    assert english.gettext("第一行\n第二行") == 'one\n"two"'
    assert english.pgettext("order", "已取消") == "Cancelled"
    assert english.ngettext("共 %(count)d 期", "共 %(count)d 期", 1) == "%(count)d instalment"
    assert english.ngettext("共 %(count)d 期", "共 %(count)d 期", 2) == "%(count)d instalments"
    assert english.gettext("大概") == "大概"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one page in two languages."""
    room = tmp_path / "anqi/web/borrower"
    (room / "locale/en/LC_MESSAGES").mkdir(parents=True)
    (room / "templates").mkdir()
    write(tmp_path, page='{% trans "首页" %}', po=_entry("首页", "Home"))
    return tmp_path


def write(project: Path, *, page: str, po: str) -> None:
    room = project / "anqi/web/borrower"
    (room / "templates/page.html").write_text("{% load i18n %}" + page)
    (room / "locale/en/LC_MESSAGES/django.po").write_text('msgid ""\nmsgstr "Language: en\\n"\n\n' + po)
    compile_all(project)


def _entry(text: str, english: str, before: str = "") -> str:
    return f'{before}msgid "{text}"\nmsgstr "{english}"\n\n'


def test_a_project_in_two_languages_is_fine(project: Path) -> None:
    assert list(faults(project)) == []


@pytest.mark.parametrize(
    ("page", "po", "told"),
    [
        ('{% trans "首页" %}', "", "'首页' has no English"),
        ('{% trans "首页" %}', _entry("首页", ""), "'首页' has no English"),
        ('{% trans "首页" context "shop" %}', _entry("首页", "Home"), "(context 'shop') has no English"),
        ('{% trans "首页" %}', _entry("首页", "Home", before="#, fuzzy\n"), "marked fuzzy"),
        ('{% trans "首页" %}', _entry("首页", "首页"), "its English is Chinese"),
        ('{% trans "首页" %}', _entry("首页", "Home of %(name)s"), "nothing fills %(name)s"),
        ('{% trans "首页" %}', _entry("首页", "Home") * 2, "stands here twice"),
        ("<p>首页</p>", "", "bare Chinese"),
    ],
)
def test_what_a_reader_could_not_read_is_told(project: Path, page: str, po: str, told: str) -> None:
    write(project, page=page, po=po)
    assert any(told in fault for fault in faults(project)), list(faults(project))


def test_a_text_with_two_translations_is_told(project: Path) -> None:
    other = project / "anqi/web/office/locale/en/LC_MESSAGES/django.po"
    other.parent.mkdir(parents=True)
    other.write_text('msgid ""\nmsgstr "Language: en\\n"\n\n' + _entry("首页", "Start"))
    compile_all(project)
    assert [fault for fault in faults(project) if "say it the same way" in fault]


def test_an_old_mo_is_told(project: Path) -> None:
    mo = project / "anqi/web/borrower/locale/en/LC_MESSAGES/django.mo"
    mo.write_bytes(catalogues.compiled([]))
    assert [fault for fault in faults(project) if "old. Run" in fault]
    mo.unlink()
    assert [fault for fault in faults(project) if "old. Run" in fault]


def test_a_time_stands_apart_from_the_words_around_it() -> None:
    """“09:00已提醒” reads as one word. A day ends in 日, and needs no space."""
    glued = re.compile(r"%\(at\)s[\u4e00-\u9fff]|[\u4e00-\u9fff]%\(at\)s")
    found = [line for file in Path("anqi/web").rglob("django.po") for line in file.read_text().splitlines() if glued.search(line)]
    assert found == []
